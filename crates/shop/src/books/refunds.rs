//! Where the customer's money is.

use super::{Books, REFUND_TIME, arrives};
use crate::money::Money;
use crate::records::{Order, PaymentSource, TransactionType};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What was refunded for an order and what is still to come.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefundStatus {
    /// The order.
    pub order_id: String,
    /// Where the order stands.
    pub status: String,
    /// In a word.
    pub state: RefundState,
    /// Refunds that were made, oldest first.
    pub refunds: Vec<Refund>,
    /// The refund that is made when the parcel has come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
}

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// There is none.
    None,
    /// It waits for the parcel.
    AwaitingParcel,
    /// It was made and is on its way.
    OnItsWay,
    /// It has arrived.
    Paid,
}

/// Money that went back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Refund {
    /// How much, in dollars.
    #[schema(value_type = f64)]
    pub amount: Money,
    /// To which of the customer's payment methods.
    pub payment_method_id: String,
    /// When it arrives: `immediately` or `within 5 to 7 business days`.
    pub arrives: String,
}

/// Money that goes back when the parcel has come.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Awaited {
    /// How much, in dollars.
    #[schema(value_type = f64)]
    pub amount: Money,
    /// To which of the customer's payment methods.
    pub payment_method_id: String,
    /// For which items.
    pub item_ids: Vec<String>,
    /// When it arrives, counted from the day the parcel is back.
    pub arrives: String,
}

impl Books {
    /// Where the money for an order is.
    ///
    /// # Errors
    /// When there is no such order.
    pub fn refund_status(&self, number: &str) -> Result<RefundStatus, Refusal> {
        let order = self.order(number)?;
        let refunds: Vec<Refund> = order
            .payment_history
            .iter()
            .filter(|payment| payment.transaction_type == TransactionType::Refund)
            .map(|payment| Refund {
                amount: payment.amount,
                payment_method_id: payment.payment_method_id.clone(),
                arrives: self.arrival(order, &payment.payment_method_id).to_owned(),
            })
            .collect();
        let awaited = self.awaited(order);
        let state = match (&awaited, refunds.as_slice()) {
            (Some(_), _) => RefundState::AwaitingParcel,
            (None, []) => RefundState::None,
            (None, made) if made.iter().any(|one| one.arrives == REFUND_TIME) => {
                RefundState::OnItsWay
            }
            (None, _) => RefundState::Paid,
        };
        Ok(RefundStatus {
            order_id: order.order_id.clone(),
            status: order.status.clone(),
            state,
            refunds,
            awaited,
        })
    }

    fn awaited(&self, order: &Order) -> Option<Awaited> {
        let items = order.return_items.as_ref()?;
        let method = order.return_payment_method_id.as_ref()?;
        let price = |id: &String| order.items.iter().find(|item| item.item_id == *id);
        Some(Awaited {
            amount: items.iter().filter_map(price).map(|item| item.price).sum(),
            payment_method_id: method.clone(),
            item_ids: items.clone(),
            arrives: self.arrival(order, method).to_owned(),
        })
    }

    fn arrival(&self, order: &Order, method: &str) -> &'static str {
        arrives(
            self.source(order, method)
                .unwrap_or(PaymentSource::CreditCard),
        )
    }
}
