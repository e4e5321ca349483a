//! Language models over two wires.
//!
//! A model is optional everywhere: whatever goes wrong here is an error that the caller answers by going on without
//! it, and nothing a model writes is carried out here: calls are handed to the caller as data.
//!
//! * [`Client::ask`], [`Client::start`]: one question over OpenAI's chat completions or Anthropic's messages,
//! * [`Request`] and [`Reply`]: the same on both wires; words arrive as [`Delta`]s,
//! * [`Budget`]: what one conversation may spend,
//! * [`json_in`]: JSON as models write it,
//! * `stub` (feature): a scripted server of both wires, for tests.
//!
//! The key stands in a [`throughline_config::Secret`] and in the headers of a call, nowhere else.

mod answering;
mod assembly;
mod budget;
mod client;
mod error;
mod json;
mod patience;
mod reply;
mod request;
mod sse;
#[cfg(feature = "stub")]
pub mod stub;
mod transport;
mod wire;

pub use answering::Answering;
pub use budget::{Budget, Limits, Price, Spent};
pub use client::Client;
pub use error::LlmError;
pub use json::{JsonError, json_in};
pub use reply::{Call, Delta, Event, Reply, Stop, Usage};
pub use request::{Message, Request, Schema, Tool};
pub use throughline_config::{LanguageModel, Structured, Wire};
