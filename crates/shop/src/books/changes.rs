//! What can be done with an order that has not left the shop, and with a customer's address.

use super::{Books, covers, has_items, original_method};
use crate::money::Money;
use crate::records::{Address, Item, Order, Payment, PaymentSource, TransactionType, User};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An order with this status can be changed.
pub(super) const PENDING: &str = "pending";
/// The items of a pending order are changed only once.
const ITEMS_MODIFIED: &str = "pending (item modified)";

/// Why an order is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CancelReason {
    /// The customer does not want it any more.
    #[serde(rename = "no longer needed")]
    NoLongerNeeded,
    /// The customer did not mean to order it.
    #[serde(rename = "ordered by mistake")]
    OrderedByMistake,
}

/// An order to be cancelled.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cancel {
    /// Why.
    pub reason: CancelReason,
}

/// Another way to pay a pending order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPayment {
    /// One of the customer's payment methods, other than the one in use.
    #[schema(min_length = 1, max_length = 100)]
    pub payment_method_id: String,
}

/// Other options for items of a pending order.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewItems {
    /// The items to be replaced. All of them: it can be done once.
    #[schema(min_items = 1, max_items = 50)]
    pub item_ids: Vec<String>,
    /// What takes their places, in the same order; each another option of the same product.
    #[schema(min_items = 1, max_items = 50)]
    pub new_item_ids: Vec<String>,
    /// What pays, or receives, the difference.
    #[schema(min_length = 1, max_length = 100)]
    pub payment_method_id: String,
}

/// Items that take the place of others, and what they cost more.
pub(super) struct Swap {
    pub(super) items: Vec<Item>,
    pub(super) difference: Money,
}

impl Books {
    /// Cancels a pending order; its payments go back where they came from.
    ///
    /// # Errors
    /// When it is not pending.
    pub fn cancel(&mut self, number: &str, cancel: &Cancel) -> Result<Order, Refusal> {
        let order = self.order(number)?;
        pending(order)?;
        let refunds: Vec<Payment> = order
            .payment_history
            .iter()
            .filter(|payment| payment.transaction_type == TransactionType::Payment)
            .map(|payment| Payment {
                transaction_type: TransactionType::Refund,
                ..payment.clone()
            })
            .collect();
        let user = order.user_id.clone();
        for refund in &refunds {
            self.credit(&user, &refund.payment_method_id, refund.amount);
        }
        let order = self.order_mut(number)?;
        "cancelled".clone_into(&mut order.status);
        order.cancel_reason = Some(match cancel.reason {
            CancelReason::NoLongerNeeded => "no longer needed".to_owned(),
            CancelReason::OrderedByMistake => "ordered by mistake".to_owned(),
        });
        order.payment_history.extend(refunds);
        Ok(order.clone())
    }

    /// Sends a pending order elsewhere.
    ///
    /// # Errors
    /// When it is not pending.
    pub fn change_order_address(
        &mut self,
        number: &str,
        address: Address,
    ) -> Result<Order, Refusal> {
        let order = self.order_mut(number)?;
        pending(order)?;
        complete(&address)?;
        order.address = address;
        Ok(order.clone())
    }

    /// Takes the money for a pending order from elsewhere.
    ///
    /// # Errors
    /// When it is not pending, or the method is the same, another customer's or does not cover it.
    pub fn change_payment(&mut self, number: &str, new: &NewPayment) -> Result<Order, Refusal> {
        let order = self.order(number)?;
        pending(order)?;
        let [paid] = order.payment_history.as_slice() else {
            return Err(Refusal::wrong_status(
                "the payment of this order was changed before and cannot be changed again",
            ));
        };
        let method = self.payment_method(order, &new.payment_method_id)?;
        if original_method(order) == Some(method.id.as_str()) {
            return Err(Refusal::invalid(
                "this is how the order is paid already; choose another payment method",
            ));
        }
        covers(method, paid.amount)?;
        let (user, amount) = (order.user_id.clone(), paid.amount);
        let (from, to) = (paid.payment_method_id.clone(), method.id.clone());
        self.credit(&user, &from, amount);
        self.credit(&user, &to, -amount);
        let order = self.order_mut(number)?;
        order.payment_history.extend([
            Payment {
                transaction_type: TransactionType::Payment,
                amount,
                payment_method_id: to,
            },
            Payment {
                transaction_type: TransactionType::Refund,
                amount,
                payment_method_id: from,
            },
        ]);
        Ok(order.clone())
    }

    /// Gives a pending order other options of its items, once.
    ///
    /// # Errors
    /// When it is not pending or was changed before, or an item cannot be replaced like that.
    pub fn change_items(&mut self, number: &str, new: &NewItems) -> Result<Order, Refusal> {
        let order = self.order(number)?;
        pending(order)?;
        let swap = self.swap(order, &new.item_ids, &new.new_item_ids)?;
        let method = self.payment_method(order, &new.payment_method_id)?;
        covers(method, swap.difference)?;
        let (user, method) = (order.user_id.clone(), method.id.clone());
        self.credit(&user, &method, -swap.difference);
        let order = self.order_mut(number)?;
        for (old, item) in new.item_ids.iter().zip(swap.items) {
            if let Some(place) = order.items.iter_mut().find(|one| one.item_id == *old) {
                *place = item;
            }
        }
        if swap.difference != Money::default() {
            order.payment_history.push(Payment {
                transaction_type: match swap.difference.is_negative() {
                    true => TransactionType::Refund,
                    false => TransactionType::Payment,
                },
                amount: swap.difference.size(),
                payment_method_id: method,
            });
        }
        ITEMS_MODIFIED.clone_into(&mut order.status);
        Ok(order.clone())
    }

    /// Gives a customer another default address. Orders on their way keep theirs.
    ///
    /// # Errors
    /// When there is no such customer.
    pub fn change_user_address(&mut self, id: &str, address: Address) -> Result<User, Refusal> {
        complete(&address)?;
        let user = self
            .users
            .get_mut(id)
            .ok_or_else(|| Refusal::unknown(format!("there is no account '{id}'")))?;
        user.address = address;
        Ok(user.clone())
    }

    /// What happens when `new` takes the place of `old`.
    pub(super) fn swap(
        &self,
        order: &Order,
        old: &[String],
        new: &[String],
    ) -> Result<Swap, Refusal> {
        has_items(order, old)?;
        if old.len() != new.len() {
            return Err(Refusal::invalid("name one new item for each old one"));
        }
        let mut items = Vec::new();
        let mut difference = Money::default();
        for (old, new) in old.iter().zip(new) {
            if old == new {
                return Err(Refusal::invalid(format!(
                    "'{new}' is what was ordered; choose another option"
                )));
            }
            let Some(ordered) = order.items.iter().find(|item| item.item_id == *old) else {
                continue;
            };
            let variant = self.replacement(&ordered.product_id, new)?;
            difference = difference + variant.price - ordered.price;
            items.push(Item {
                item_id: variant.item_id.clone(),
                price: variant.price,
                options: variant.options.clone(),
                ..ordered.clone()
            });
        }
        Ok(Swap { items, difference })
    }

    /// What kind of payment method it is.
    pub(super) fn source(&self, order: &Order, method: &str) -> Option<PaymentSource> {
        let user = self.users.get(&order.user_id)?;
        Some(user.payment_methods.get(method)?.source)
    }
}

/// Only an order that waits can be changed.
pub(super) fn pending(order: &Order) -> Result<(), Refusal> {
    match order.status.as_str() {
        PENDING => Ok(()),
        ITEMS_MODIFIED => Err(Refusal::wrong_status(format!(
            "the items of order {} were changed once already; nothing more can be changed",
            order.order_id
        ))),
        status => Err(Refusal::wrong_status(format!(
            "order {} is {status}; only a pending order can be changed or cancelled",
            order.order_id
        ))),
    }
}

fn complete(address: &Address) -> Result<(), Refusal> {
    let required = [
        ("address1", &address.address1),
        ("city", &address.city),
        ("country", &address.country),
        ("state", &address.state),
        ("zip", &address.zip),
    ];
    match required.iter().find(|(_, value)| value.trim().is_empty()) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::invalid(format!("the address lacks its '{name}'"))),
    }
}
