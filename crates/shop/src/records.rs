//! What the shop keeps records of, with the names and the shape of the public data they come from
//! (`crates/shop/data/README.md`).

use crate::money::Money;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Somebody with an account.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The id of the account.
    pub user_id: String,
    /// First and last name.
    pub name: Name,
    /// The default address.
    pub address: Address,
    /// The mail address of the account.
    pub email: String,
    /// The phone number of the account, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Saved payment methods by their ids.
    pub payment_methods: BTreeMap<String, PaymentMethod>,
    /// The ids of their orders.
    pub orders: Vec<String>,
}

/// A person's name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Address {
    /// Street and house.
    #[schema(min_length = 1, max_length = 200)]
    pub address1: String,
    /// Flat, suite or floor; may be empty.
    #[serde(default)]
    #[schema(max_length = 200)]
    pub address2: String,
    /// The city.
    #[schema(min_length = 1, max_length = 100)]
    pub city: String,
    /// The country, such as `USA`.
    #[schema(min_length = 1, max_length = 100)]
    pub country: String,
    /// The state, in two letters.
    #[schema(min_length = 1, max_length = 100)]
    pub state: String,
    /// The postal code.
    #[schema(min_length = 1, max_length = 20)]
    pub zip: String,
}

/// What kind of payment method it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaymentSource {
    /// A credit card.
    CreditCard,
    /// A gift card of this shop.
    GiftCard,
    /// A PayPal account.
    Paypal,
}

/// One saved way to pay.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PaymentMethod {
    /// Its kind.
    pub source: PaymentSource,
    /// Its id.
    pub id: String,
    /// The brand of a credit card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The last four digits of a credit card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_four: Option<String>,
    /// What is left on a gift card, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub balance: Option<Money>,
}

/// One order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Order {
    /// Its number, such as `#W7678072`.
    pub order_id: String,
    /// Whose it is.
    pub user_id: String,
    /// Where it goes.
    pub address: Address,
    /// What was ordered.
    pub items: Vec<Item>,
    /// The parcels.
    pub fulfillments: Vec<Fulfillment>,
    /// Where it stands: `pending`, `pending (item modified)`, `processed`, `delivered`, `cancelled`,
    /// `return requested` or `exchange requested`.
    pub status: String,
    /// What was paid and refunded.
    pub payment_history: Vec<Payment>,
    /// Why it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancel_reason: Option<String>,
    /// The items that come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_items: Option<Vec<String>>,
    /// Where the money for them goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_payment_method_id: Option<String>,
    /// The items that come back for others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_items: Option<Vec<String>>,
    /// The items sent in their place, in the same order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_new_items: Option<Vec<String>>,
    /// What pays, or receives, the difference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_payment_method_id: Option<String>,
    /// What the new items cost more than the old ones, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>)]
    pub exchange_price_difference: Option<Money>,
    /// The store where it is collected, when it is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pickup: Option<Store>,
}

/// One thing of an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Item {
    /// The name of the product.
    pub name: String,
    /// The product.
    pub product_id: String,
    /// Which variant of it.
    pub item_id: String,
    /// What it cost, in dollars.
    #[schema(value_type = f64)]
    pub price: Money,
    /// The options that make the variant, such as `color` → `blue`.
    pub options: BTreeMap<String, String>,
}

/// One parcel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Fulfillment {
    /// The carrier's numbers.
    pub tracking_id: Vec<String>,
    /// What is in it.
    pub item_ids: Vec<String>,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TransactionType {
    /// To the shop.
    Payment,
    /// Back to the customer.
    Refund,
}

/// Money that moved for an order.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Payment {
    /// Which way.
    pub transaction_type: TransactionType,
    /// How much, in dollars.
    #[schema(value_type = f64)]
    pub amount: Money,
    /// From or to which of the customer's payment methods.
    pub payment_method_id: String,
}

/// One type of product with all its variants.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Product {
    /// What it is.
    pub name: String,
    /// Its id.
    pub product_id: String,
    /// What can be ordered, by item id.
    pub variants: BTreeMap<String, Variant>,
}

/// One variant of a product.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Variant {
    /// Its item id.
    pub item_id: String,
    /// What makes it differ.
    pub options: BTreeMap<String, String>,
    /// Whether it is in stock.
    pub available: bool,
    /// What it costs, in dollars.
    #[schema(value_type = f64)]
    pub price: Money,
}

/// A store where orders can be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Store {
    /// Its id.
    pub store_id: String,
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub address: Address,
}

/// What the shop wrote down about an order or a customer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Case {
    /// Its number, such as `WC-0001`.
    pub case_id: String,
    /// Warranty claim, report of damage or complaint.
    pub kind: CaseKind,
    /// Who it is about.
    pub user_id: String,
    /// The order, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<String>,
    /// The items, where it is about some.
    pub item_ids: Vec<String>,
    /// What the customer says.
    pub description: String,
    /// What the customer would like, when they said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
    /// What happens next, in a sentence for the customer.
    pub next: String,
}

/// What a [`Case`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    /// An item broke while its warranty runs.
    WarrantyClaim,
    /// An item arrived damaged.
    DamageReport,
    /// The customer is not satisfied.
    Complaint,
}

/// How damage is made good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// The same item again.
    Replacement,
    /// The money back.
    Refund,
}
