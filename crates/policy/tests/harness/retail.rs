//! The shop of the public data: its records, and what correct agents do with them.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use throughline_model::assurance::Assurance;
use throughline_policy::Request;
use throughline_policy::facts::Session;
use throughline_policy::records::{Cents, Order, Payment, Product, Records, TransactionType, User};

/// All records, by id.
#[derive(Clone)]
pub struct Shop {
    pub users: BTreeMap<String, User>,
    pub orders: BTreeMap<String, Order>,
    pub products: BTreeMap<String, Product>,
}

/// What one customer wanted, done correctly.
#[derive(Deserialize)]
pub struct Task {
    pub user_id: String,
    pub actions: Vec<Call>,
}

/// One call of a tool.
#[derive(Clone, Deserialize)]
pub struct Call {
    pub name: String,
    pub arguments: Map<String, Value>,
}

impl Call {
    /// The action of the policy that this tool is.
    pub fn action(&self) -> &'static str {
        match self.name.as_str() {
            "cancel_pending_order" => "cancelOrder",
            "modify_pending_order_address" => "modifyAddress",
            "modify_pending_order_payment" => "modifyPayment",
            "modify_pending_order_items" => "modifyItems",
            "exchange_delivered_order_items" => "exchangeItems",
            "return_delivered_order_items" => "returnItems",
            other => panic!("the data has another tool: {other}"),
        }
    }

    pub fn text(&self, argument: &str) -> Option<&str> {
        self.arguments.get(argument)?.as_str()
    }

    pub fn list(&self, argument: &str) -> Vec<&str> {
        let list = self.arguments.get(argument).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    pub fn with(&self, argument: &str, value: impl Into<Value>) -> Self {
        let mut call = self.clone();
        call.arguments.insert(argument.to_owned(), value.into());
        call
    }
}

impl Shop {
    /// Reads `users.json`, `orders.json` and `products.json`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut users: BTreeMap<String, Value> = read(folder, "users.json")?;
        for (id, user) in &mut users {
            // The source has the id as the key only.
            user["user_id"] = id.as_str().into();
        }
        let users = serde_json::to_value(users).and_then(serde_json::from_value);
        Ok(Self {
            users: users.map_err(|error| error.to_string())?,
            orders: read(folder, "orders.json")?,
            products: read(folder, "products.json")?,
        })
    }

    /// The order a call is about.
    pub fn order(&self, call: &Call) -> &Order {
        &self.orders[call.text("order_id").unwrap_or_default()]
    }

    /// The request the host makes of a call, after looking up what it is about. Everything was confirmed.
    pub fn request(&self, session: &Session, call: &Call) -> Request {
        let order = self
            .orders
            .get(call.text("order_id").unwrap_or_default())
            .cloned();
        let products = order
            .iter()
            .flat_map(|order| &order.items)
            .filter_map(|item| self.products.get(&item.product_id));
        let mut products: Vec<Product> = products.cloned().collect();
        products.dedup_by(|one, other| one.product_id == other.product_id);
        let subject = session.subject.as_deref().unwrap_or_default();
        let mut request = Request {
            session: session.clone(),
            action: call.action().to_owned(),
            arguments: call.arguments.clone(),
            records: Records {
                users: self.users.get(subject).cloned().into_iter().collect(),
                orders: order.into_iter().collect(),
                products,
                pictures: 0,
            },
            confirmed: Vec::new(),
            approvals: Vec::new(),
            // 2024-05-15 15:00 in New York, the day the data stands on.
            now: 1_715_799_600_000,
        };
        request.confirmed.push(request.confirmation());
        request
    }

    /// Does what a permitted call does, as far as later decisions can tell.
    pub fn carry_out(&mut self, call: &Call) {
        let order = self.order(call).clone();
        let method = call.text("payment_method_id").unwrap_or_default();
        match call.action() {
            "cancelOrder" => {
                self.set_status(&order, "cancelled");
                for payment in &order.payment_history {
                    self.credit(&order, &payment.payment_method_id, payment.amount.0);
                }
            }
            "exchangeItems" => self.set_status(&order, "exchange requested"),
            "returnItems" => self.set_status(&order, "return requested"),
            "modifyItems" => {
                let due = self.difference(&order, call);
                self.credit(&order, method, -due);
                self.set_status(&order, "pending (item modified)");
                let direction = match due > 0 {
                    true => TransactionType::Payment,
                    false => TransactionType::Refund,
                };
                self.note(&order, direction, due.abs(), method);
            }
            "modifyPayment" => {
                let paid = order.payment_history[0].clone();
                self.credit(&order, method, -paid.amount.0);
                self.credit(&order, &paid.payment_method_id, paid.amount.0);
                self.note(&order, TransactionType::Payment, paid.amount.0, method);
            }
            _ => {}
        }
    }

    pub fn set_status(&mut self, order: &Order, status: &str) {
        if let Some(order) = self.orders.get_mut(&order.order_id) {
            status.clone_into(&mut order.status);
        }
    }

    fn note(&mut self, order: &Order, direction: TransactionType, cents: i64, method: &str) {
        if let Some(order) = self.orders.get_mut(&order.order_id) {
            order.payment_history.push(Payment {
                transaction_type: direction,
                amount: Cents(cents),
                payment_method_id: method.to_owned(),
            });
        }
    }

    fn credit(&mut self, order: &Order, method: &str, cents: i64) {
        let methods = self
            .users
            .get_mut(&order.user_id)
            .map(|user| &mut user.payment_methods);
        if let Some(Some(balance)) = methods
            .and_then(|methods| methods.get_mut(method))
            .map(|method| &mut method.balance)
        {
            balance.0 += cents;
        }
    }

    fn difference(&self, order: &Order, call: &Call) -> i64 {
        let (old, new) = (call.list("item_ids"), call.list("new_item_ids"));
        old.iter()
            .zip(new)
            .filter_map(|(old, new)| {
                let item = order.items.iter().find(|item| item.item_id == **old)?;
                let variant = self.products.get(&item.product_id)?.variants.get(new)?;
                Some(variant.price.0 - item.price.0)
            })
            .sum()
    }
}

/// Tasks, as the data has them.
pub fn tasks(folder: &Path, file: &str) -> Result<Vec<Task>, String> {
    read(folder, file)
}

/// Somebody who has shown that this account is theirs.
pub fn known(user: &str) -> Session {
    Session {
        subject: Some(user.to_owned()),
        assurance: Assurance::WEAK,
    }
}

fn read<T: DeserializeOwned>(folder: &Path, file: &str) -> Result<T, String> {
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path)
        .map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}
