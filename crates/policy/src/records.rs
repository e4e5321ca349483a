//! What the shop knows, as its order system tells it.
//!
//! The names are those of the shop's own JSON. Only what rules are about is read: names, addresses and the like stay
//! where they are, and a recorded request does not keep them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// Whole cents. In JSON a number of dollars, as the shop writes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i64);

/// No amount in dollars is larger; sums of many cannot overflow.
const MOST_DOLLARS: f64 = 1e10;

impl Serialize for Cents {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Cents {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dollars = f64::deserialize(deserializer)?;
        match dollars.abs() <= MOST_DOLLARS {
            true => Ok(Self((dollars * 100.0).round() as i64)),
            false => Err(serde::de::Error::custom("this is no amount of money")),
        }
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub order_id: String,
    /// The account it belongs to.
    pub user_id: String,
    /// Where it stands, such as `pending`, `pending (item modified)` or `delivered`.
    pub status: String,
    /// What was ordered.
    pub items: Vec<Item>,
    /// What was paid and refunded.
    pub payment_history: Vec<Payment>,
    /// When it was delivered (RFC 3339), where the shop knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivered_at: Option<String>,
}

/// One thing of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The variant that was ordered.
    pub item_id: String,
    /// The product it is a variant of.
    pub product_id: String,
    /// What it cost.
    pub price: Cents,
}

/// Money that moved for an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Which way.
    pub transaction_type: TransactionType,
    /// How much.
    pub amount: Cents,
    /// From or to which payment method.
    pub payment_method_id: String,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// To the shop.
    Payment,
    /// Back to the customer.
    Refund,
}

/// A customer's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The id of the account.
    pub user_id: String,
    /// Saved payment methods by their ids.
    pub payment_methods: BTreeMap<String, PaymentMethod>,
}

/// One saved way to pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentMethod {
    /// `credit_card`, `gift_card` or `paypal`.
    pub source: String,
    /// What is left on a gift card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Cents>,
}

/// A product with what can be ordered of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its id.
    pub product_id: String,
    /// Its variants by item id.
    pub variants: BTreeMap<String, Variant>,
}

/// One variant of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// Whether it is in stock.
    pub available: bool,
    /// What it costs.
    pub price: Cents,
}

/// What was looked up for one request. What is not in here does not exist for the policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Records {
    /// Orders.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<Order>,
    /// Accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<User>,
    /// Products.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    /// How many pictures the customer has sent in this conversation.
    pub pictures: u32,
}

impl Records {
    pub(crate) fn order(&self, id: &str) -> Option<&Order> {
        self.orders.iter().find(|order| order.order_id == id)
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.users.iter().find(|user| user.user_id == id)
    }

    pub(crate) fn variant(&self, product: &str, item: &str) -> Option<&Variant> {
        self.products
            .iter()
            .find(|known| known.product_id == product)
            .and_then(|known| known.variants.get(item))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cent_is_lost_on_the_way(cents in -1_000_000_000_000_i64..1_000_000_000_000) {
            let text = serde_json::to_string(&Cents(cents)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Cents>(&text).unwrap(), Cents(cents));
        }
    }

    #[test]
    fn an_amount_that_no_shop_has_is_refused() {
        assert!(serde_json::from_str::<Cents>("1e300").is_err());
    }
}
