//! Procedures: how to resolve one kind of issue, written in Markdown by the people who know the business.
//!
//! A file has front matter (when it applies, examples, typed slots, tools), numbered steps in prose whose indented
//! `@` lines say what the machine does, `## Escalate`, and `## Tests`. [`parse`] turns it into a typed [`Procedure`]
//! with line numbers; [`Library`] holds all of a folder, with where slots' candidates come from
//! ([`source::Sources`]); [`lint`] says what is wrong, where, and what to do.
//!
//! Nothing here does I/O: the host reads files and hands over text.

mod body;
pub mod condition;
mod directive;
mod head;
pub mod library;
pub mod lint;
pub mod problem;
pub mod procedure;
pub mod source;
pub mod template;
pub mod trial;

pub use head::parse;
pub use library::{Library, Pin, ToolSpec, Tools};
pub use problem::{Problem, Severity};
pub use procedure::{Action, Handler, Op, Procedure, Slot, SlotKind, Step, Target, Trouble};
pub use trial::Trial;
