//! Identity: which customer an interaction belongs to, and how well that is proven.
//!
//! * [`recognise`]: the identifier a message came from, and its customer,
//! * [`assert()`]: adds evidence and recomputes who is who,
//! * [`merge`]: what members decide, with preview, and its exact undoing,
//! * [`code`]: one-time codes, which prove that someone reads what is sent to an address.
//!
//! The rules themselves are pure and live in the identity crate.

mod assert;
pub mod code;
mod customer;
mod epoch;
mod merge;
mod proof;
mod recognise;
mod similar;
mod standing;

pub use assert::{Evidence, Moved, assert, evidence_of};
pub(crate) use customer::pattern;
pub use customer::{
    Customer, IdentifierRecord, Profile, SuggestionRecord, customer, customer_of, customers,
    identifier, identifiers, name_of, profile, set_profile, suggestions,
};
pub use epoch::start_new_life;
pub use merge::{
    MergePreview, MovedConversation, UnmergePreview, merge, not_same, preview, retract, unmerge,
    unmerge_preview,
};
pub use proof::{Proof, assurance, prove, proven};
pub use recognise::{Person, recognise, recognise_at};
pub use standing::{Standing, Verified, standings};
pub use throughline_identity::Rules;
