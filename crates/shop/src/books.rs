//! The shop's books: what it knows and what it may do with it. Everything here happens at once and in memory; an
//! instruction that is refused has changed nothing.

mod aftercare;
mod changes;
mod refunds;
mod returns;

pub use aftercare::{
    Complaint, DamageReport, Invoice, PickupChoice, WarrantyClaim, stores as all_stores,
};
pub use changes::{Cancel, CancelReason, NewItems, NewPayment};
pub use refunds::{Awaited, Refund, RefundState, RefundStatus};
pub use returns::{Exchange, Label, Return};

use crate::money::Money;
use crate::records::{
    Case, Order, PaymentMethod, PaymentSource, Product, TransactionType, User, Variant,
};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How long the money takes to anything but a gift card.
pub const REFUND_TIME: &str = "within 5 to 7 business days";

/// Everything the shop has written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Books {
    users: BTreeMap<String, User>,
    orders: BTreeMap<String, Order>,
    products: BTreeMap<String, Product>,
    /// Claims, reports and complaints, oldest first.
    cases: Vec<Case>,
    /// The orders that have a label for sending things back.
    labels: Vec<String>,
    /// The orders whose invoice was asked for.
    invoices: Vec<String>,
}

impl Books {
    /// The shop as it is on its first day: a part of public data, see `crates/shop/data/README.md`.
    ///
    /// # Errors
    /// When the data that was compiled in cannot be read.
    pub fn first_day() -> Result<Self, serde_json::Error> {
        Ok(Self {
            users: serde_json::from_str(include_str!("../data/users.json"))?,
            orders: serde_json::from_str(include_str!("../data/orders.json"))?,
            products: serde_json::from_str(include_str!("../data/products.json"))?,
            cases: Vec::new(),
            labels: Vec::new(),
            invoices: Vec::new(),
        })
    }

    /// The order with this number, written with or without `#`.
    ///
    /// # Errors
    /// When there is none.
    pub fn order(&self, number: &str) -> Result<&Order, Refusal> {
        let number = order_number(number);
        self.orders
            .get(&number)
            .ok_or_else(|| Refusal::unknown(format!("there is no order {number}")))
    }

    /// Every order of one customer, in the order they were placed.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn orders_of(&self, user: &str) -> Result<Vec<&Order>, Refusal> {
        let user = self.user(user)?;
        Ok(user
            .orders
            .iter()
            .filter_map(|number| self.orders.get(number))
            .collect())
    }

    /// The customer with this account.
    ///
    /// # Errors
    /// When there is none.
    pub fn user(&self, id: &str) -> Result<&User, Refusal> {
        self.users
            .get(id)
            .ok_or_else(|| Refusal::unknown(format!("there is no account '{id}'")))
    }

    /// The account with this mail address.
    ///
    /// # Errors
    /// When there is none.
    pub fn user_by_email(&self, email: &str) -> Result<&User, Refusal> {
        let email = email.trim();
        self.users
            .values()
            .find(|user| user.email.eq_ignore_ascii_case(email))
            .ok_or_else(|| Refusal::unknown("there is no account with this mail address"))
    }

    /// The account of somebody with this name and postal code.
    ///
    /// # Errors
    /// When there is none.
    pub fn user_by_name(&self, first: &str, last: &str, zip: &str) -> Result<&User, Refusal> {
        let same =
            |one: &str, other: &str| one.trim().to_lowercase() == other.trim().to_lowercase();
        self.users
            .values()
            .find(|user| {
                same(&user.name.first_name, first)
                    && same(&user.name.last_name, last)
                    && user.address.zip == zip.trim()
            })
            .ok_or_else(|| Refusal::unknown("there is no account with this name and postal code"))
    }

    /// One product.
    ///
    /// # Errors
    /// When there is none.
    pub fn product(&self, id: &str) -> Result<&Product, Refusal> {
        self.products
            .get(id)
            .ok_or_else(|| Refusal::unknown(format!("there is no product '{id}'")))
    }

    /// The id of every product, by its name.
    pub fn product_types(&self) -> BTreeMap<&str, &str> {
        self.products
            .values()
            .map(|product| (product.name.as_str(), product.product_id.as_str()))
            .collect()
    }

    /// How many customers there are.
    pub fn customers(&self) -> usize {
        self.users.len()
    }

    fn order_mut(&mut self, number: &str) -> Result<&mut Order, Refusal> {
        let number = order_number(number);
        self.orders
            .get_mut(&number)
            .ok_or_else(|| Refusal::unknown(format!("there is no order {number}")))
    }

    /// A payment method of the customer of `order`.
    fn payment_method(&self, order: &Order, id: &str) -> Result<&PaymentMethod, Refusal> {
        self.user(&order.user_id)?
            .payment_methods
            .get(id)
            .ok_or_else(|| {
                Refusal::invalid(format!(
                    "'{id}' is no payment method of this customer; choose one of the profile"
                ))
            })
    }

    /// Adds `amount` (or takes it, when negative) to a gift card; other methods have no balance here.
    fn credit(&mut self, user: &str, method: &str, amount: Money) {
        let method = self
            .users
            .get_mut(user)
            .and_then(|user| user.payment_methods.get_mut(method));
        if let Some(balance) = method.and_then(|method| method.balance.as_mut()) {
            *balance = *balance + amount;
        }
    }

    /// The variant that takes the place of an item of `product`.
    fn replacement(&self, product: &str, item: &str) -> Result<&Variant, Refusal> {
        let product = self.product(product)?;
        let variant = product.variants.get(item).ok_or_else(|| {
            Refusal::invalid(format!(
                "'{item}' is no variant of {}; an item is only replaced by another option of the same product",
                product.name
            ))
        })?;
        match variant.available {
            true => Ok(variant),
            false => Err(Refusal::invalid(format!("'{item}' is not in stock"))),
        }
    }
}

/// A gift card must hold what is taken from it.
fn covers(method: &PaymentMethod, amount: Money) -> Result<(), Refusal> {
    match method.balance {
        Some(balance) if method.source == PaymentSource::GiftCard && balance < amount => {
            Err(Refusal::invalid(format!(
                "the gift card '{}' does not cover {amount}",
                method.id
            )))
        }
        _ => Ok(()),
    }
}

/// When money that goes to `source` arrives.
fn arrives(source: PaymentSource) -> &'static str {
    match source {
        PaymentSource::GiftCard => "immediately",
        PaymentSource::CreditCard | PaymentSource::Paypal => REFUND_TIME,
    }
}

/// The method an order was paid with first.
fn original_method(order: &Order) -> Option<&str> {
    order
        .payment_history
        .iter()
        .find(|payment| payment.transaction_type == TransactionType::Payment)
        .map(|payment| payment.payment_method_id.as_str())
}

/// Every one of `wanted` is in the order, as often as it is wanted.
fn has_items(order: &Order, wanted: &[String]) -> Result<(), Refusal> {
    if wanted.is_empty() {
        return Err(Refusal::invalid("name at least one item of the order"));
    }
    let count = |id: &str| order.items.iter().filter(|item| item.item_id == id).count();
    let asked = |id: &str| wanted.iter().filter(|one| *one == id).count();
    match wanted.iter().find(|id| asked(id) > count(id)) {
        None => Ok(()),
        Some(id) => Err(Refusal::invalid(format!(
            "item '{id}' is not in order {} that often",
            order.order_id
        ))),
    }
}

/// `w123`, `W123` and `#W123` are the same order.
fn order_number(text: &str) -> String {
    let text = text.trim().trim_start_matches('#').to_uppercase();
    format!("#{text}")
}
