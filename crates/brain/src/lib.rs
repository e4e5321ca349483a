//! The AI agent at work.
//!
//! `throughline-agent` knows what to do next and does nothing itself. This crate carries its steps out: it asks the
//! policy before every tool, calls the tool, and hands the answer back. It stores nothing and sends nothing: a
//! [`Host`] does, the engine for real conversations and a simulation for procedures' tests, so both run the same code.
//!
//! * [`Business`]: the files of an operator (policy, procedures, tools), read and checked as a whole,
//! * [`Brain`]: a business with what it takes to act; [`Brain::advance`] thinks, [`Brain::carry_out`] acts,
//! * [`Mind`]: what is kept of a conversation between two messages,
//! * [`BuiltIn`]: reads customers' words and words answers, without a language model; [`ByModel`]: with one,
//! * [`Happening`]: decisions and tool calls as the timeline keeps them.
//!
//! The walk of one message: `Brain::advance(Heard)` → steps to say are collected in the mind → the one step that asks
//! → [`Brain::carry_out`] → its event goes into `advance` again, until it is the customer's turn.

pub mod brain;
pub mod business;
mod gate;
pub mod host;
pub mod language_model;
pub mod mind;
pub mod simulate;
pub mod understander;

pub use brain::{Advance, Brain, Performed};
pub use business::{Business, Problem};
pub use host::{
    Answered, Happening, Hearing, Host, Phrase, Saying, Standing, Understand, Understood, Worded,
};
pub use language_model::ByModel;
pub use mind::Mind;
pub use understander::BuiltIn;
