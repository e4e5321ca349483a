//! Items of an order, and what they are to be replaced with.

use super::Request;
use crate::records::{Item, Order};
use cedar_policy::RestrictedExpression;
use serde_json::Value;

/// The items a request names, beside those of the order.
pub struct Items<'a> {
    named: Vec<&'a str>,
    bought: &'a [Item],
}

/// What replacing them comes to.
pub struct Swap {
    /// Each new item is a variant of the old one's product.
    pub same_product: bool,
    /// Each new item is in stock.
    pub all_available: bool,
    /// No new item is the old one.
    pub all_differ: bool,
    /// What the new ones cost more than the old ones.
    pub due_cents: i64,
}

impl<'a> Items<'a> {
    /// The items of `item_ids`, or the one of `item_id`. Anything but texts among them leaves none.
    pub fn of(request: &'a Request, order: Option<&'a Order>) -> Self {
        Self {
            named: list(request, "item_ids")
                .or_else(|| request.text("item_id").map(|id| vec![id]))
                .unwrap_or_default(),
            bought: order.map_or(&[], |order| &order.items),
        }
    }

    /// As a set.
    pub fn set(&self) -> RestrictedExpression {
        let mut ids = self.named.clone();
        ids.sort_unstable();
        ids.dedup();
        let ids = ids.into_iter().map(str::to_owned);
        RestrictedExpression::new_set(ids.map(RestrictedExpression::new_string))
    }

    /// None is named more often than it was bought; and if there are new ones, as many as old ones.
    pub fn counts_ok(&self, request: &Request) -> bool {
        let named = |id: &str| self.named.iter().filter(|own| **own == id).count();
        let bought = |id: &str| self.bought.iter().filter(|item| item.item_id == id).count();
        let enough = self.named.iter().all(|id| named(id) <= bought(id));
        let as_many = match request.arguments.contains_key("new_item_ids") {
            true => list(request, "new_item_ids").is_some_and(|new| new.len() == self.named.len()),
            false => true,
        };
        enough && as_many
    }

    /// What the named items cost.
    pub fn value_cents(&self) -> i64 {
        self.named
            .iter()
            .filter_map(|id| self.bought(id))
            .fold(0, |sum, item| sum.saturating_add(item.price.0))
    }

    /// Each named item beside the new one in the same place. Without new ones, nothing holds.
    pub fn swap(&self, request: &Request) -> Swap {
        let new = list(request, "new_item_ids").unwrap_or_default();
        let complete = !new.is_empty() && new.len() == self.named.len();
        let mut swap = Swap {
            same_product: complete,
            all_available: complete,
            all_differ: complete,
            due_cents: 0,
        };
        for (old, new) in self.named.iter().zip(new) {
            swap.all_differ &= *old != new;
            let pair = self.bought(old).and_then(|item| {
                let variant = request.records.variant(&item.product_id, new)?;
                Some((item, variant))
            });
            match pair {
                None => swap.same_product = false,
                Some((item, variant)) => {
                    swap.all_available &= variant.available;
                    let more = variant.price.0.saturating_sub(item.price.0);
                    swap.due_cents = swap.due_cents.saturating_add(more);
                }
            }
        }
        swap
    }

    fn bought(&self, id: &str) -> Option<&'a Item> {
        self.bought.iter().find(|item| item.item_id == id)
    }
}

fn list<'a>(request: &'a Request, argument: &str) -> Option<Vec<&'a str>> {
    let list = request.arguments.get(argument)?.as_array()?;
    list.iter().map(Value::as_str).collect()
}
