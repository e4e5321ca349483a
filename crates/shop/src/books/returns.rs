//! What can be done with an order that was delivered: sending things back, for money or for others.

use super::{Books, covers, has_items, original_method};
use crate::records::{Order, PaymentSource};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

const DELIVERED: &str = "delivered";
const RETURN_REQUESTED: &str = "return requested";
const EXCHANGE_REQUESTED: &str = "exchange requested";

/// Items to be sent back for their money.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Return {
    /// The items; one that is returned twice stands here twice.
    #[schema(min_items = 1, max_items = 50)]
    pub item_ids: Vec<String>,
    /// Where the money goes: how the order was paid, or a gift card of the customer.
    #[schema(min_length = 1, max_length = 100)]
    pub payment_method_id: String,
}

/// Items to be sent back for other options of the same products.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The items that come back. All of them: it can be done once.
    #[schema(min_items = 1, max_items = 50)]
    pub item_ids: Vec<String>,
    /// What is sent in their places, in the same order.
    #[schema(min_items = 1, max_items = 50)]
    pub new_item_ids: Vec<String>,
    /// What pays, or receives, the difference.
    #[schema(min_length = 1, max_length = 100)]
    pub payment_method_id: String,
}

/// A label to put on a parcel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Label {
    /// The order it belongs to.
    pub order_id: String,
    /// The carrier's number of the parcel.
    pub tracking_id: String,
    /// Where the label can be opened and printed. Whoever has the link can open it.
    pub url: String,
}

impl Books {
    /// Takes items of a delivered order back. The money is paid when they have arrived.
    ///
    /// # Errors
    /// When the order is not delivered, the items are not in it or the money cannot go there.
    pub fn return_items(&mut self, number: &str, wanted: &Return) -> Result<Order, Refusal> {
        let order = self.order(number)?;
        delivered(order, "returned")?;
        let method = self.payment_method(order, &wanted.payment_method_id)?;
        let original = original_method(order) == Some(method.id.as_str());
        if !original && method.source != PaymentSource::GiftCard {
            return Err(Refusal::invalid(
                "a refund goes to the original payment method or to a gift card",
            ));
        }
        has_items(order, &wanted.item_ids)?;
        let mut items = wanted.item_ids.clone();
        items.sort();
        let order = self.order_mut(number)?;
        RETURN_REQUESTED.clone_into(&mut order.status);
        order.return_items = Some(items);
        order.return_payment_method_id = Some(wanted.payment_method_id.clone());
        Ok(order.clone())
    }

    /// Takes items of a delivered order back for others.
    ///
    /// # Errors
    /// When the order is not delivered or an item cannot be replaced like that.
    pub fn exchange_items(&mut self, number: &str, wanted: &Exchange) -> Result<Order, Refusal> {
        let order = self.order(number)?;
        delivered(order, "exchanged")?;
        let swap = self.swap(order, &wanted.item_ids, &wanted.new_item_ids)?;
        let method = self.payment_method(order, &wanted.payment_method_id)?;
        covers(method, swap.difference)?;
        let order = self.order_mut(number)?;
        EXCHANGE_REQUESTED.clone_into(&mut order.status);
        // In the order they were named, so that old and new stay beside each other.
        order.exchange_items = Some(wanted.item_ids.clone());
        order.exchange_new_items = Some(wanted.new_item_ids.clone());
        order.exchange_payment_method_id = Some(wanted.payment_method_id.clone());
        order.exchange_price_difference = Some(swap.difference);
        Ok(order.clone())
    }

    /// Notes that an order has a label. It is the same one however often it is asked for.
    ///
    /// # Errors
    /// When nothing of the order is to come back.
    pub fn make_label(&mut self, number: &str) -> Result<&Order, Refusal> {
        let order = self.order(number)?;
        let comes_back = matches!(order.status.as_str(), RETURN_REQUESTED | EXCHANGE_REQUESTED);
        if !comes_back && !self.is_reported_damaged(&order.order_id) {
            return Err(Refusal::wrong_status(format!(
                "nothing of order {} is to come back; request a return or an exchange, or report damage first",
                order.order_id
            )));
        }
        let id = order.order_id.clone();
        if !self.labels.contains(&id) {
            self.labels.push(id);
        }
        self.order(number)
    }

    /// The orders that have a label.
    pub fn labelled(&self) -> impl Iterator<Item = &Order> {
        self.labels
            .iter()
            .filter_map(|number| self.orders.get(number))
    }
}

fn delivered(order: &Order, done: &str) -> Result<(), Refusal> {
    match order.status.as_str() {
        DELIVERED => Ok(()),
        RETURN_REQUESTED | EXCHANGE_REQUESTED => Err(Refusal::done_already(format!(
            "order {} has its {} already; only one is possible",
            order.order_id, order.status
        ))),
        status => Err(Refusal::wrong_status(format!(
            "order {} is {status}; only a delivered order can be {done}",
            order.order_id
        ))),
    }
}
