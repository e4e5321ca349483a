//! The people of the demo shop's past, and what they ordered.

use serde::Deserialize;

/// Somebody with an account at the shop.
#[derive(Clone, Debug, Deserialize)]
pub struct Person {
    /// The shop's id of the account.
    pub account: String,
    /// First and last name.
    pub name: String,
    /// The mail address of the account.
    pub email: String,
    /// The phone number of the account; in a range kept for fiction.
    pub phone: String,
    /// Street and house.
    pub street: String,
    /// The city.
    pub city: String,
    /// The state, in two letters.
    pub state: String,
    /// The postal code.
    pub zip: String,
    /// What they ordered.
    pub orders: Vec<Order>,
}

/// One order.
#[derive(Clone, Debug, Deserialize)]
pub struct Order {
    /// Its number.
    pub number: String,
    /// Where it stands: `pending`, `processed`, `delivered`, `cancelled`.
    pub status: String,
    /// What was ordered.
    pub items: Vec<Item>,
    /// The carrier's number of the parcel, once there is one.
    #[serde(default)]
    pub tracking: Option<String>,
}

/// One thing of an order.
#[derive(Clone, Debug, Deserialize)]
pub struct Item {
    /// What it is.
    pub name: String,
    /// Which kind of it.
    pub options: String,
    /// Its price, in cents.
    pub price_cents: i64,
}

impl Person {
    /// Everybody.
    pub fn all() -> Result<Vec<Self>, String> {
        serde_json::from_str(include_str!("../data/people.json"))
            .map_err(|error| format!("demo/data/people.json: {error}"))
    }

    /// The first name.
    pub fn first_name(&self) -> &str {
        self.name.split(' ').next().unwrap_or(&self.name)
    }

    /// `text` with its slots, such as `{order}`, filled by what is true of this person and order.
    pub fn fill(&self, text: &str, number: &str, item: usize, code: &str) -> String {
        let order = self.orders.iter().find(|order| order.number == number);
        let item = order.and_then(|order| order.items.get(item));
        let other = self.orders.iter().find(|order| order.number != number);
        let slots = [
            ("{first}", self.first_name().to_owned()),
            ("{name}", self.name.clone()),
            ("{email}", self.email.clone()),
            ("{phone}", self.phone.clone()),
            ("{street}", self.street.clone()),
            ("{shop_phone}", crate::demo::config::SMS_NUMBER.to_owned()),
            ("{order}", number.to_owned()),
            (
                "{order2}",
                other.map(|order| order.number.clone()).unwrap_or_default(),
            ),
            (
                "{item}",
                item.map(|item| item.name.to_lowercase())
                    .unwrap_or_default(),
            ),
            (
                "{price}",
                item.map(|item| dollars(item.price_cents))
                    .unwrap_or_default(),
            ),
            (
                "{total}",
                order
                    .map(|order| dollars(order.total_cents()))
                    .unwrap_or_default(),
            ),
            (
                "{tracking}",
                order
                    .and_then(|order| order.tracking.clone())
                    .unwrap_or_default(),
            ),
            ("{code}", code.to_owned()),
        ];
        slots.iter().fold(text.to_owned(), |text, (slot, value)| {
            text.replace(slot, value)
        })
    }
}

impl Order {
    /// What it cost, in cents.
    pub fn total_cents(&self) -> i64 {
        self.items.iter().map(|item| item.price_cents).sum()
    }
}

/// `$1,234.56`
fn dollars(cents: i64) -> String {
    let (whole, rest) = (cents / 100, cents % 100);
    match whole {
        0..1000 => format!("${whole}.{rest:02}"),
        _ => format!("${},{:03}.{rest:02}", whole / 1000, whole % 1000),
    }
}
