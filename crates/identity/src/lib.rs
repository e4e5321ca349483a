//! Who is who: the partition of identifiers into customers, computed from assertions. No I/O.
//!
//! * [`assertion`]: the evidence, append-only, and which of it still stands,
//! * [`rules`]: the limits and thresholds,
//! * [`partition()`]: from nodes and assertions to customers, suggestions and shared identifiers,
//! * [`epoch`]: when a recycled phone number starts a new life,
//! * [`score`]: how alike two people's details are, for suggestions.
//!
//! The partition is a function of the *set* of assertions: their order and repetitions change
//! nothing, and withdrawing an assertion gives exactly what would have been without it. It is also
//! local: partitioning any set of nodes that no linking assertion leaves
//! ([`Assertion::may_link`]) gives the same customers as partitioning everything, so a caller may
//! load only what is reachable from the nodes that changed.

pub mod assertion;
pub mod epoch;
pub mod partition;
pub mod rules;
pub mod score;

mod automatic;
mod graph;
mod groups;
mod shared;
mod sittings;
mod suggest;
mod words;

pub use assertion::{Assertion, Node};
pub use partition::{Partition, Suggestion, partition};
pub use rules::Rules;
pub use throughline_model::assertion::{AssertionKind, SharedReason, SuggestReason};
