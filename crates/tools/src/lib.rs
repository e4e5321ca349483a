//! Tools: what an agent may do in other systems, declared in files.
//!
//! A folder of TOML files names services (an HTTP API with its OpenAPI document, an MCP server) and tools: one
//! operation each, with the Cedar action that must be permitted, the resource it is about, its limits, and the parts
//! of its answer nobody is shown. [`Catalog::load`] reads the folder and finds every mistake at once;
//! [`Catalog::check`] tells whether arguments fit; [`Caller::call`] carries a call out.
//!
//! This crate knows no policy and no conversation: whoever calls has asked the policy first. What comes back is data
//! and never an instruction to anybody. `docs/tools.md` is for those who write the files.

mod action;
mod call;
mod catalog;
mod declaration;
mod environment;
mod error;
pub mod openapi;
mod problem;
mod schema;
mod shown;

pub use action::{ACTIONS, Effect, wants_yes};
pub use call::Caller;
pub use catalog::{BUILT_IN, Catalog, Idempotency, Kind, Panel, Resource, Tool};
pub use environment::Environment;
pub use error::{Outcome, Refusal, ToolError};
pub use problem::Problem;
pub use schema::{ArgumentProblem, Schema};
