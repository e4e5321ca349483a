//! What may be done, and why not.
//!
//! Operators keep a readable document and, beside it, [Cedar](https://www.cedarpolicy.com) rules that point into it.
//! This crate compiles both, decides requests, explains, and shows what an edit would change. It does no I/O and knows
//! no channel: a schema that names one is refused, and nothing here takes one as an argument. The law on consent and
//! quiet hours does depend on the channel; it is a policy set of its own, in [`delivery`].
//!
//! * [`source`], [`document`]: the files operators edit, and what is wrong with them,
//! * [`policy`]: compiling and deciding; [`decision`], [`remedy`]: the answer,
//! * [`facts`]: the one function that turns an action, its arguments and the shop's [`records`] into Cedar's terms,
//! * [`confirmation`]: a yes, bound to the exact action and arguments,
//! * [`impact`]: recorded requests decided again, before an edit is published and after,
//! * [`guide`]: the document with the rules that enforce it, side by side,
//! * [`current`]: the policy in force, exchanged while requests are decided; [`built_in`]: what holds until then.
//!
//! ```
//! # use throughline_policy::source::{Problem, Sources};
//! # fn publish(files: Vec<(String, String)>) -> Result<(), Vec<Problem>> {
//! let sources = Sources::from_files(files)?;
//! let policy = throughline_policy::Policy::compile(&sources)?;
//! println!("version {}", policy.version());
//! # Ok(())
//! # }
//! ```

pub mod built_in;
pub mod confirmation;
pub mod current;
pub mod decision;
pub mod delivery;
pub mod document;
pub mod facts;
pub mod guide;
pub mod impact;
pub mod policy;
pub mod records;
pub mod remedy;
pub mod rule;
mod rulebook;
mod schema;
pub mod source;
mod vocabulary;

pub use confirmation::{Approval, Confirmation};
pub use current::Current;
pub use decision::{Decision, Reason};
pub use delivery::DeliveryPolicy;
pub use facts::Request;
pub use policy::Policy;
pub use remedy::Remedy;
pub use source::{Problem, SourceFile, Sources, Version};
