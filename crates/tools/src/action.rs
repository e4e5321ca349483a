//! The Cedar actions tools stand for.

use serde::{Deserialize, Serialize};

/// What a call does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It changes nothing, so it may be repeated.
    Read,
    /// It changes something: the policy wants it confirmed, and it happens once.
    Write,
}

/// Every action of the policy's schema a tool can stand for, and what a tool for it may do at most.
pub const ACTIONS: &[(&str, Effect)] = &[
    ("viewCatalog", Effect::Read),
    // Sending a one-time code is a write and identifies.
    ("identify", Effect::Write),
    ("handoff", Effect::Write),
    ("viewOrder", Effect::Read),
    ("viewProfile", Effect::Read),
    ("changeAddress", Effect::Write),
    ("cancelOrder", Effect::Write),
    ("modifyAddress", Effect::Write),
    ("modifyPayment", Effect::Write),
    ("modifyItems", Effect::Write),
    ("exchangeItems", Effect::Write),
    ("returnItems", Effect::Write),
    ("sendMessage", Effect::Write),
    ("scheduleCallback", Effect::Write),
    ("fileComplaint", Effect::Write),
    ("requestInvoice", Effect::Write),
    ("registerWarrantyClaim", Effect::Write),
    ("reportDamage", Effect::Write),
    ("changePickup", Effect::Write),
];

/// Actions that need no yes of the customer, whatever they do: those of the policy's group `open`.
const OPEN: [&str; 3] = ["viewCatalog", "identify", "handoff"];

/// Whether a tool for `action` that changes something waits for the customer's yes.
pub fn wants_yes(action: &str) -> bool {
    !OPEN.contains(&action)
}

/// What a tool for `action` may do at most; none when there is no such action.
pub(crate) fn at_most(action: &str) -> Option<Effect> {
    ACTIONS
        .iter()
        .find(|(name, _)| *name == action)
        .map(|(_, effect)| *effect)
}
