//! Every action is tried once with everything and once with nothing, so that a schema which does not fit what the
//! program supplies is found when it is compiled, not when a customer asks.

use super::Policy;
use crate::confirmation::Approval;
use crate::facts::{Request, Session};
use crate::records::{
    Cents, Item, Order, Payment, PaymentMethod, Product, Records, TransactionType, User, Variant,
};
use crate::source::Problem;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use throughline_model::assurance::Assurance;

/// Objects to every action whose facts do not fit the schema.
pub fn check(policy: &Policy) -> Result<(), Vec<Problem>> {
    let file = &policy.sources().schema;
    let mut problems: Vec<Problem> = policy
        .actions()
        .into_iter()
        .filter_map(|action| {
            let objection = [full(action), bare(action)]
                .iter()
                .find_map(|request| policy.check_facts(request).err())?;
            let message = format!(
                "what the program supplies for '{action}' does not fit its declaration: {objection}"
            );
            Some(Problem::at(file, file.line_of(action), message))
        })
        .collect();
    // One wrong entity type shows in every action.
    problems.sort();
    match problems.is_empty() {
        true => Ok(()),
        false => Err(problems),
    }
}

/// A request with all there can be.
fn full(action: &str) -> Request {
    let mut request = Request {
        session: Session {
            subject: Some("user".to_owned()),
            assurance: Assurance::STRONG,
        },
        action: action.to_owned(),
        arguments: arguments(),
        records: records(),
        confirmed: Vec::new(),
        approvals: Vec::new(),
        now: 1_700_000_000_000,
    };
    let this = request.confirmation();
    request.approvals = vec![Approval {
        role: "supervisor".to_owned(),
        of: this.clone(),
        by: "somebody".to_owned(),
    }];
    request.confirmed = vec![this];
    request
}

/// A request of a stranger about something unknown.
fn bare(action: &str) -> Request {
    Request {
        session: Session::default(),
        records: Records::default(),
        confirmed: Vec::new(),
        approvals: Vec::new(),
        ..full(action)
    }
}

fn arguments() -> Map<String, Value> {
    Map::from_iter([
        ("order_id".to_owned(), json!("order")),
        ("user_id".to_owned(), json!("user")),
        ("item_ids".to_owned(), json!(["old"])),
        ("new_item_ids".to_owned(), json!(["new"])),
        ("payment_method_id".to_owned(), json!("card")),
    ])
}

fn records() -> Records {
    let card = PaymentMethod {
        source: "credit_card".to_owned(),
        balance: None,
    };
    let variant = Variant {
        available: true,
        price: Cents(100),
    };
    Records {
        orders: vec![Order {
            order_id: "order".to_owned(),
            user_id: "user".to_owned(),
            status: "delivered".to_owned(),
            items: vec![Item {
                item_id: "old".to_owned(),
                product_id: "product".to_owned(),
                price: Cents(100),
            }],
            payment_history: vec![Payment {
                transaction_type: TransactionType::Payment,
                amount: Cents(100),
                payment_method_id: "card".to_owned(),
            }],
            delivered_at: Some("2023-11-01T00:00:00Z".to_owned()),
        }],
        users: vec![User {
            user_id: "user".to_owned(),
            payment_methods: BTreeMap::from([("card".to_owned(), card)]),
        }],
        products: vec![Product {
            product_id: "product".to_owned(),
            variants: BTreeMap::from([("new".to_owned(), variant)]),
        }],
        pictures: 1,
    }
}
