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
//!
//! What the evidence must look like: whatever is proven in a chat is asserted between its visitor
//! and the identifier, each time it is proven. In particular every visit that presents a log-in
//! asserts the account anew, since only what was proven in one sitting ([`Rules::sitting_ms`]) is
//! taken to be one person's. What the business vouches for (the address in an account's signed
//! token) is asserted between the account and the identifier directly.

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
