//! What comes after: damage, warranty, complaints, invoices, and collecting in a store.

use super::changes::pending;
use super::{Books, has_items};
use crate::money::Money;
use crate::records::{Address, Case, CaseKind, Order, Store, Wish};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something broke.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WarrantyClaim {
    /// Which item of the order.
    #[schema(min_length = 1, max_length = 100)]
    pub item_id: String,
    /// What is wrong with it, in the customer's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub description: String,
}

/// Something arrived damaged.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DamageReport {
    /// Which items of the order.
    #[schema(min_items = 1, max_items = 50)]
    pub item_ids: Vec<String>,
    /// What is damaged, in the customer's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub description: String,
    /// What the customer would like.
    pub wish: Wish,
}

/// Somebody is not satisfied.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// What about, in the customer's words.
    #[schema(min_length = 1, max_length = 4000)]
    pub description: String,
    /// The order it is about, if it is about one.
    #[serde(default)]
    #[schema(max_length = 50)]
    pub order_id: Option<String>,
}

/// Where the customer would like to collect an order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PickupChoice {
    /// The store.
    #[schema(min_length = 1, max_length = 50)]
    pub store_id: String,
}

/// An invoice that was sent.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Invoice {
    /// Its number.
    pub invoice_id: String,
    /// The order.
    pub order_id: String,
    /// What was paid less what was refunded, in dollars.
    #[schema(value_type = f64)]
    pub total: Money,
    /// The mail address of the account; an invoice goes nowhere else.
    pub sent_to: String,
    /// Where it can be opened. Whoever has the link can open it.
    pub url: String,
}

impl Books {
    /// Takes down a warranty claim, one for each item.
    ///
    /// # Errors
    /// When the item did not arrive yet, is not in the order or has its claim already.
    pub fn claim_warranty(&mut self, number: &str, claim: &WarrantyClaim) -> Result<Case, Refusal> {
        let items = vec![claim.item_id.clone()];
        let order = self.order(number)?;
        arrived(order)?;
        has_items(order, &items)?;
        self.first_about(CaseKind::WarrantyClaim, order, &items)?;
        let next = "our workshop looks at the claim and writes within two business days";
        let case = Case {
            order_id: Some(order.order_id.clone()),
            user_id: order.user_id.clone(),
            item_ids: items,
            ..case(CaseKind::WarrantyClaim, &claim.description, next)?
        };
        Ok(self.open("WC", case))
    }

    /// Takes down that items arrived damaged.
    ///
    /// # Errors
    /// When they did not arrive yet, are not in the order or were reported already.
    pub fn report_damage(&mut self, number: &str, report: &DamageReport) -> Result<Case, Refusal> {
        let order = self.order(number)?;
        arrived(order)?;
        has_items(order, &report.item_ids)?;
        self.first_about(CaseKind::DamageReport, order, &report.item_ids)?;
        let next = match report.wish {
            Wish::Replacement => "a replacement leaves when the damaged item is on its way back",
            Wish::Refund => "the money goes back when the damaged item is on its way back",
        };
        let case = Case {
            order_id: Some(order.order_id.clone()),
            user_id: order.user_id.clone(),
            item_ids: report.item_ids.clone(),
            wish: Some(report.wish),
            ..case(CaseKind::DamageReport, &report.description, next)?
        };
        Ok(self.open("DR", case))
    }

    /// Takes down a complaint.
    ///
    /// # Errors
    /// When there is no such customer, or the order is not theirs.
    pub fn file_complaint(&mut self, user: &str, complaint: &Complaint) -> Result<Case, Refusal> {
        let user = self.user(user)?.user_id.clone();
        let order_id = match &complaint.order_id {
            None => None,
            Some(number) => {
                let order = self.order(number)?;
                if order.user_id != user {
                    return Err(Refusal::invalid(
                        "a complaint is about an order of the customer who complains",
                    ));
                }
                Some(order.order_id.clone())
            }
        };
        let next = "the manager of customer care reads it and answers within two business days";
        let case = Case {
            order_id,
            user_id: user,
            ..case(CaseKind::Complaint, &complaint.description, next)?
        };
        Ok(self.open("CO", case))
    }

    /// Notes that the invoice of an order was asked for.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn note_invoice(&mut self, number: &str) -> Result<&Order, Refusal> {
        let id = self.order(number)?.order_id.clone();
        if !self.invoices.contains(&id) {
            self.invoices.push(id);
        }
        self.order(number)
    }

    /// The orders whose invoice was asked for.
    pub fn invoiced(&self) -> impl Iterator<Item = &Order> {
        self.invoices
            .iter()
            .filter_map(|number| self.orders.get(number))
    }

    /// Keeps a pending order in a store.
    ///
    /// # Errors
    /// When it is not pending or there is no such store.
    pub fn collect_in_store(
        &mut self,
        number: &str,
        choice: &PickupChoice,
    ) -> Result<Order, Refusal> {
        let store = stores()
            .into_iter()
            .find(|one| one.store_id == choice.store_id);
        let order = self.order_mut(number)?;
        pending(order)?;
        let store = store.ok_or_else(|| {
            Refusal::invalid(format!(
                "there is no store '{}'; see the list of stores",
                choice.store_id
            ))
        })?;
        order.pickup = Some(store);
        Ok(order.clone())
    }

    pub(super) fn is_reported_damaged(&self, order: &str) -> bool {
        self.cases.iter().any(|case| {
            case.kind == CaseKind::DamageReport && case.order_id.as_deref() == Some(order)
        })
    }

    fn first_about(&self, kind: CaseKind, order: &Order, items: &[String]) -> Result<(), Refusal> {
        let about = |case: &&Case| {
            case.kind == kind
                && case.order_id.as_deref() == Some(&order.order_id)
                && case.item_ids.iter().any(|item| items.contains(item))
        };
        match self.cases.iter().find(about) {
            None => Ok(()),
            Some(case) => Err(Refusal::done_already(format!(
                "this was taken down before, as {}",
                case.case_id
            ))),
        }
    }

    fn open(&mut self, prefix: &str, case: Case) -> Case {
        let case_id = format!("{prefix}-{:04}", self.cases.len() + 1);
        let case = Case { case_id, ..case };
        self.cases.push(case.clone());
        case
    }
}

/// A case about nobody yet.
fn case(kind: CaseKind, description: &str, next: &str) -> Result<Case, Refusal> {
    let description = description.trim();
    if description.is_empty() {
        return Err(Refusal::invalid("say in a few words what is wrong"));
    }
    Ok(Case {
        case_id: String::new(),
        kind,
        user_id: String::new(),
        order_id: None,
        item_ids: Vec::new(),
        description: description.chars().take(4000).collect(),
        wish: None,
        next: next.to_owned(),
    })
}

fn arrived(order: &Order) -> Result<(), Refusal> {
    match order.status.as_str() {
        "delivered" | "return requested" | "exchange requested" => Ok(()),
        status => Err(Refusal::wrong_status(format!(
            "order {} is {status}; this is possible once it has arrived",
            order.order_id
        ))),
    }
}

/// The stores where orders can be collected.
pub fn stores() -> Vec<Store> {
    [
        (
            "denver-lodo",
            "Lumen Home Denver",
            "1601 Blake Street",
            "Denver",
            "CO",
            "80202",
        ),
        (
            "austin-soco",
            "Lumen Home Austin",
            "1400 South Congress Avenue",
            "Austin",
            "TX",
            "78704",
        ),
        (
            "chicago-loop",
            "Lumen Home Chicago",
            "35 East Wacker Drive",
            "Chicago",
            "IL",
            "60601",
        ),
        (
            "seattle-pike",
            "Lumen Home Seattle",
            "1501 Pike Place",
            "Seattle",
            "WA",
            "98101",
        ),
    ]
    .map(|(id, name, street, city, state, zip)| Store {
        store_id: id.to_owned(),
        name: name.to_owned(),
        address: Address {
            address1: street.to_owned(),
            address2: String::new(),
            city: city.to_owned(),
            country: "USA".to_owned(),
            state: state.to_owned(),
            zip: zip.to_owned(),
        },
    })
    .into()
}
