//! What the stub does when it is asked.

use super::{Asked, anthropic, openai};
use serde_json::Value;
use std::time::Duration;
use throughline_config::Wire;

/// One thing the stub does.
#[derive(Clone, Debug)]
pub enum Act {
    /// Answers as a model would.
    Say(Said),
    /// Answers and does something else in between: after so many events of the answer come these pieces, in place of
    /// the rest.
    Stumble {
        /// The answer that begins.
        said: Said,
        /// So many of its events.
        after: usize,
        /// What follows.
        then: Vec<Piece>,
    },
    /// Does not answer, with a status and the words of an error.
    Refuse {
        /// The HTTP status.
        status: u16,
        /// What it says.
        message: String,
        /// Further headers.
        headers: Vec<(String, String)>,
    },
    /// Exactly this as the body of a good answer.
    Raw(Vec<Piece>),
    /// Takes the request and never says a status.
    Hang,
}

/// What a model says.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its words.
    pub text: String,
    /// Its calls: name and arguments.
    pub calls: Vec<(String, Value)>,
    /// Whether it ran out of tokens.
    pub is_cut_short: bool,
    /// Whether the words are an answer to a schema, which one wire gives as a call.
    pub is_structured: bool,
}

/// A piece of a body.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Bytes.
    Bytes(Vec<u8>),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing, for ever.
    Hang,
    /// The connection breaks.
    Break,
}

impl Piece {
    /// Text as bytes.
    pub fn text(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl Act {
    /// Says this.
    pub fn say(text: &str) -> Self {
        Self::Say(Said {
            text: text.to_owned(),
            ..Said::default()
        })
    }

    /// Gives this as the answer to a schema.
    pub fn give(value: &Value) -> Self {
        Self::Say(Said {
            text: value.to_string(),
            is_structured: true,
            ..Said::default()
        })
    }

    /// Calls these tools, after a few words.
    pub fn call(text: &str, calls: &[(&str, Value)]) -> Self {
        let calls = calls
            .iter()
            .map(|(name, arguments)| ((*name).to_owned(), arguments.clone()));
        Self::Say(Said {
            text: text.to_owned(),
            calls: calls.collect(),
            ..Said::default()
        })
    }

    /// Says this and stops because it may say no more.
    pub fn cut_short(text: &str) -> Self {
        Self::Say(Said {
            text: text.to_owned(),
            is_cut_short: true,
            ..Said::default()
        })
    }

    /// Says this many bytes, as a model that cannot stop.
    pub fn babble(bytes: usize) -> Self {
        let word = format!("{} ", "bla".repeat(85));
        Self::say(&word.repeat(bytes.div_ceil(word.len())))
    }

    /// Refuses with a status and words.
    pub fn refuse(status: u16, message: &str) -> Self {
        Self::Refuse {
            status,
            message: message.to_owned(),
            headers: Vec::new(),
        }
    }

    /// Answers 429 and asks to come back in so many seconds.
    pub fn busy(retry_after_s: u64) -> Self {
        Self::busy_until(&retry_after_s.to_string())
    }

    /// Answers 429 with this in `Retry-After`.
    pub fn busy_until(retry_after: &str) -> Self {
        let headers = vec![("retry-after".to_owned(), retry_after.to_owned())];
        Self::Refuse {
            status: 429,
            message: "Rate limit reached".to_owned(),
            headers,
        }
    }

    /// Begins to say this and hangs after so many events.
    pub fn hang_after(text: &str, after: usize) -> Self {
        Self::stumble(text, after, Piece::Hang)
    }

    /// Begins to say this and breaks the connection after so many events.
    pub fn break_after(text: &str, after: usize) -> Self {
        Self::stumble(text, after, Piece::Break)
    }

    fn stumble(text: &str, after: usize, then: Piece) -> Self {
        let said = Said {
            text: text.to_owned(),
            ..Said::default()
        };
        Self::Stumble {
            said,
            after,
            then: vec![then],
        }
    }

    pub(super) fn play(self, wire: Wire, asked: &Asked) -> Exchange {
        let is_stream = asked.body.get("stream").and_then(Value::as_bool) == Some(true);
        match self {
            Self::Say(said) if is_stream => Exchange::stream(events(wire, &said, asked)),
            Self::Say(said) => Exchange::json(200, &whole(wire, &said, asked)),
            Self::Stumble { said, after, then } => {
                let begun = events(wire, &said, asked).into_iter().take(after);
                Exchange::stream(begun.chain(then).collect())
            }
            Self::Refuse {
                status,
                message,
                headers,
            } => {
                let body = match wire {
                    Wire::Openai => openai::error(status, &message),
                    Wire::Anthropic => anthropic::error(status, &message),
                };
                let mut exchange = Exchange::json(status, &body);
                exchange.headers.extend(headers);
                exchange
            }
            Self::Raw(pieces) => Exchange::stream(pieces),
            Self::Hang => Exchange {
                status: 0,
                headers: Vec::new(),
                pieces: vec![Piece::Hang],
            },
        }
    }
}

fn events(wire: Wire, said: &Said, asked: &Asked) -> Vec<Piece> {
    match wire {
        Wire::Openai => openai::events(said, asked),
        Wire::Anthropic => anthropic::events(said, asked),
    }
}

fn whole(wire: Wire, said: &Said, asked: &Asked) -> Value {
    match wire {
        Wire::Openai => openai::whole(said, asked),
        Wire::Anthropic => anthropic::whole(said, asked),
    }
}

/// What goes out. Status 0 stands for none.
pub(super) struct Exchange {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub pieces: Vec<Piece>,
}

impl Exchange {
    fn stream(pieces: Vec<Piece>) -> Self {
        Self::of(200, "text/event-stream; charset=utf-8", pieces)
    }

    fn json(status: u16, body: &Value) -> Self {
        Self::of(
            status,
            "application/json",
            vec![Piece::text(&body.to_string())],
        )
    }

    fn of(status: u16, kind: &str, pieces: Vec<Piece>) -> Self {
        let headers = vec![("content-type".to_owned(), kind.to_owned())];
        Self {
            status,
            headers,
            pieces,
        }
    }

    pub(super) fn cut_every(mut self, bytes: usize) -> Self {
        let cut = |piece: Piece| match piece {
            Piece::Bytes(all) => all
                .chunks(bytes)
                .map(|part| Piece::Bytes(part.to_vec()))
                .collect(),
            other => vec![other],
        };
        self.pieces = self.pieces.into_iter().flat_map(cut).collect();
        self
    }
}

/// A text in pieces as a model gives them out: words with the space before them.
pub(super) fn words(text: &str) -> Vec<&str> {
    text.split_inclusive(' ').collect()
}

/// About how many tokens a text is; what the stub tells as usage.
pub(super) fn tokens(text: &str) -> u64 {
    text.len().div_ceil(4) as u64
}
