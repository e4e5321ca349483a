//! What a model answered, the same on both wires.

use crate::json::{JsonError, json_in};
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Its words. When a [`crate::Schema`] was asked for, the JSON text.
    pub text: String,
    /// What it calls, in its order.
    pub calls: Vec<Call>,
    /// What it cost.
    pub usage: Usage,
    /// Why it ended.
    pub stop: Stop,
}

impl Reply {
    /// The JSON in its words, however it is wrapped.
    ///
    /// # Errors
    /// When there is none, or it was cut short.
    pub fn json(&self) -> Result<Value, JsonError> {
        match json_in(&self.text) {
            Err(_) if self.stop == Stop::Length => Err(JsonError::CutShort),
            read => read,
        }
    }
}

/// A call the model wants made. Nothing is called by this crate.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What the result is sent back under.
    pub id: String,
    /// The tool's name, as the model wrote it: it may name one that does not exist.
    pub name: String,
    /// The arguments, an object unless the model wrote something else. Not checked against the tool's schema.
    pub arguments: Value,
}

/// What an answer cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Tokens read, from a cache too.
    pub input_tokens: u64,
    /// Tokens written.
    pub output_tokens: u64,
    /// Whether these figures are our estimate, because the provider told none.
    pub estimated: bool,
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The model had said everything.
    End,
    /// It waits for the results of its calls.
    Tools,
    /// It may not write more.
    Length,
    /// The provider's filter, or the model, refused.
    Refused,
    /// Something this version does not know.
    Other(String),
}

/// A piece of an answer, as it arrives.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta {
    /// Some more words.
    Text(String),
    /// A call begins.
    Call {
        /// Its place among the calls.
        index: usize,
        /// The tool's name.
        name: String,
    },
    /// Some more of a call's arguments, as JSON text.
    Arguments {
        /// The call's place.
        index: usize,
        /// The text.
        text: String,
    },
}

/// What a stream gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A piece.
    Delta(Delta),
    /// The end, with everything.
    Done(Reply),
}
