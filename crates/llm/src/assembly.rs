//! An answer being put together from its pieces.

use crate::error::LlmError;
use crate::json::json_in;
use crate::reply::{Call, Delta, Reply, Stop, Usage};
use crate::request::estimated_tokens;
use serde_json::{Map, Value};

/// The most bytes of words and arguments of one answer.
pub(crate) const MAX_ANSWER_BYTES: usize = 1024 * 1024;
/// The most calls in one answer.
const MAX_CALLS: usize = 64;

/// What has arrived so far.
#[derive(Default)]
pub(crate) struct Assembly {
    text: String,
    calls: Vec<Pending>,
    /// The tool whose arguments are the answer itself: how a wire without schemas is made to keep one.
    answer_tool: Option<String>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    thought_bytes: usize,
    stop: Option<Stop>,
    ended: bool,
    deltas: Vec<Delta>,
}

struct Pending {
    /// Its place on the wire.
    key: u64,
    id: String,
    name: String,
    arguments: String,
    is_answer: bool,
}

impl Assembly {
    pub(crate) fn new(answer_tool: Option<String>) -> Self {
        Self {
            answer_tool,
            ..Self::default()
        }
    }

    /// What arrived since the last time.
    pub(crate) fn take_deltas(&mut self) -> Vec<Delta> {
        std::mem::take(&mut self.deltas)
    }

    /// Whether the model has begun, be it to think.
    pub(crate) fn has_begun(&self) -> bool {
        self.ended || self.thought_bytes > 0 || !self.text.is_empty() || !self.calls.is_empty()
    }

    /// Whether nothing more comes.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn add_text(&mut self, text: &str) -> Result<(), LlmError> {
        if !text.is_empty() {
            self.bound(text.len())?;
            self.text.push_str(text);
            self.deltas.push(Delta::Text(text.to_owned()));
        }
        Ok(())
    }

    /// Thoughts are not kept; they show that the model is at work, and they cost.
    pub(crate) fn add_thought(&mut self, text: &str) {
        self.thought_bytes = self.thought_bytes.saturating_add(text.len());
    }

    /// A call begins at `key`, unless one has.
    pub(crate) fn open_call(&mut self, key: u64, id: &str, name: &str) -> Result<(), LlmError> {
        if self.calls.iter().any(|call| call.key == key) {
            return Ok(());
        }
        if self.calls.len() == MAX_CALLS {
            return Err(LlmError::Malformed(format!(
                "more than {MAX_CALLS} calls at once"
            )));
        }
        let is_answer = self.answer_tool.as_deref() == Some(name);
        let index = self.calls.len();
        if !is_answer {
            self.deltas.push(Delta::Call {
                index,
                name: name.to_owned(),
            });
        }
        let id = if id.is_empty() {
            format!("call_{index}")
        } else {
            id.to_owned()
        };
        let (name, arguments) = (name.to_owned(), String::new());
        self.calls.push(Pending {
            key,
            id,
            name,
            arguments,
            is_answer,
        });
        Ok(())
    }

    /// More arguments of the call at `key`.
    pub(crate) fn add_arguments(&mut self, key: u64, text: &str) -> Result<(), LlmError> {
        self.bound(text.len())?;
        let Some(index) = self.calls.iter().position(|call| call.key == key) else {
            return Err(LlmError::Malformed(
                "arguments of a call that did not begin".to_owned(),
            ));
        };
        if text.is_empty() {
            return Ok(());
        }
        let call = &mut self.calls[index];
        call.arguments.push_str(text);
        let text = text.to_owned();
        self.deltas.push(match call.is_answer {
            true => Delta::Text(text),
            false => Delta::Arguments { index, text },
        });
        Ok(())
    }

    /// Whether a call has begun at `key`.
    pub(crate) fn has_call(&self, key: u64) -> bool {
        self.calls.iter().any(|call| call.key == key)
    }

    /// Where the latest call stands on the wire, and its id.
    pub(crate) fn latest_call(&self) -> Option<(u64, &str)> {
        self.calls.last().map(|call| (call.key, call.id.as_str()))
    }

    pub(crate) fn count_input(&mut self, tokens: u64) {
        self.input_tokens = Some(tokens);
    }

    pub(crate) fn count_output(&mut self, tokens: u64) {
        self.output_tokens = Some(tokens);
    }

    pub(crate) fn stop(&mut self, stop: Stop) {
        self.stop = Some(stop);
    }

    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    /// The connection ended. That is an end only after the model said why it stopped.
    pub(crate) fn connection_ended(&mut self) {
        self.ended |= self.stop.is_some();
    }

    /// What it has cost so far: as told, or `estimate` of the tokens written.
    pub(crate) fn usage(&self, estimate: impl Fn(u64) -> Usage) -> Usage {
        let written = self
            .calls
            .iter()
            .map(|call| call.arguments.len())
            .sum::<usize>();
        let estimated = estimate(estimated_tokens(
            self.text.len() + written + self.thought_bytes,
        ));
        Usage {
            input_tokens: self.input_tokens.unwrap_or(estimated.input_tokens),
            output_tokens: self.output_tokens.unwrap_or(0).max(match self.ended {
                true if self.output_tokens.is_some() => 0,
                _ => estimated.output_tokens,
            }),
            estimated: self.input_tokens.is_none() || self.output_tokens.is_none(),
        }
    }

    /// The whole answer.
    pub(crate) fn finish(self, usage: Usage) -> Result<Reply, LlmError> {
        let mut text = self.text;
        let mut calls = Vec::with_capacity(self.calls.len());
        for call in self.calls {
            match call.is_answer {
                true => text = call.arguments,
                false => calls.push(call.finish()?),
            }
        }
        let stop = match self.stop.unwrap_or(Stop::End) {
            // Some servers say that the model ended when it waits for its calls' results, and the other way round.
            Stop::End if !calls.is_empty() => Stop::Tools,
            Stop::Tools if calls.is_empty() => Stop::End,
            stop => stop,
        };
        if text.is_empty() && calls.is_empty() && stop == Stop::End {
            return Err(LlmError::Malformed("the answer is empty".to_owned()));
        }
        Ok(Reply {
            text,
            calls,
            usage,
            stop,
        })
    }

    fn bound(&self, more: usize) -> Result<(), LlmError> {
        let written = self
            .calls
            .iter()
            .map(|call| call.arguments.len())
            .sum::<usize>();
        if self.text.len() + written + more > MAX_ANSWER_BYTES {
            return Err(LlmError::TooLarge {
                limit: MAX_ANSWER_BYTES,
            });
        }
        Ok(())
    }
}

impl Pending {
    fn finish(self) -> Result<Call, LlmError> {
        let arguments = match self.arguments.trim() {
            "" => Value::Object(Map::new()),
            text => json_in(text)?,
        };
        Ok(Call {
            id: self.id,
            name: self.name,
            arguments,
        })
    }
}
