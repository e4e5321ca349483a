//! A scripted server of both wires, for tests: it streams, calls, stumbles, hangs and breaks off as it is told.
//!
//! ```no_run
//! # use throughline_llm::{Wire, stub::{Act, Stub}};
//! # async fn story() -> std::io::Result<()> {
//! let stub = Stub::new(Wire::Openai).then(Act::busy(1)).then(Act::say("Good morning!"));
//! let server = stub.serve().await?; // over TCP, for whoever takes a URL
//! println!("{}", server.base_url());
//! # Ok(()) }
//! ```
//!
//! [`Stub::client`] plays the same script without sockets, so that time can stand still. That its answers are those
//! of the real wires is shown by the providers' own SDKs in this crate's tests.

mod act;
mod anthropic;
mod openai;
mod playing;
mod server;

pub use act::{Act, Piece, Said};
pub use server::Server;

use crate::client::Client;
use crate::error::LlmError;
use act::Exchange;
use serde_json::Value;
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_config::{LanguageModel, Wire};
use throughline_model::clock::Clock;
use tokio::sync::watch;

/// A request that came in.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// The headers, names in small letters.
    pub headers: Vec<(String, String)>,
    /// The body; `Null` when it is not JSON.
    pub body: Value,
}

impl Asked {
    /// The header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(one, _)| one == name);
        found.map(|(_, value)| value.as_str())
    }
}

type Answerer = dyn Fn(&Asked) -> Act + Send + Sync;

/// The script and what was asked; copies share it.
#[derive(Clone)]
pub struct Stub {
    wire: Wire,
    key: Option<String>,
    cut_every: Option<usize>,
    script: Arc<Mutex<VecDeque<Act>>>,
    otherwise: Option<Arc<Answerer>>,
    asked: Arc<Mutex<Vec<Asked>>>,
    left: Arc<watch::Sender<usize>>,
}

impl Stub {
    /// A server that has nothing to say yet: it answers 500.
    pub fn new(wire: Wire) -> Self {
        Self {
            wire,
            key: None,
            cut_every: None,
            script: Arc::default(),
            otherwise: None,
            asked: Arc::default(),
            left: Arc::new(watch::Sender::new(0)),
        }
    }

    /// What it does next, after everything said before.
    #[must_use]
    pub fn then(self, act: Act) -> Self {
        self.script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_back(act);
        self
    }

    /// What it does when the script is at its end, as often as it is asked.
    #[must_use]
    pub fn otherwise(mut self, answer: impl Fn(&Asked) -> Act + Send + Sync + 'static) -> Self {
        self.otherwise = Some(Arc::new(answer));
        self
    }

    /// Refuses whoever does not bring this key.
    #[must_use]
    pub fn with_key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// Cuts what it streams into pieces of so many bytes, in the middle of characters and lines.
    #[must_use]
    pub fn cut_every(mut self, bytes: usize) -> Self {
        self.cut_every = Some(bytes.max(1));
        self
    }

    /// Everything asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until so many askers have left in the middle of an answer.
    pub async fn askers_left(&self, count: usize) {
        // The sender is part of `self`, so that it cannot be gone.
        self.left
            .subscribe()
            .wait_for(|left| *left >= count)
            .await
            .ok();
    }

    /// A client that plays this script, without sockets.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn client(&self, config: LanguageModel, clock: Clock) -> Result<Client, LlmError> {
        Client::over(Arc::new(self.clone()), config, clock)
    }

    /// Plays this script over TCP on this machine.
    ///
    /// # Errors
    /// When no port is free.
    pub async fn serve(&self) -> io::Result<Server> {
        Server::start(self.clone()).await
    }

    fn answer(&self, asked: Asked) -> Exchange {
        let act = match self.complaint(&asked) {
            Some(act) => act,
            None => self.next(&asked),
        };
        let exchange = act.play(self.wire, &asked);
        self.asked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(asked);
        match self.cut_every {
            Some(bytes) => exchange.cut_every(bytes),
            None => exchange,
        }
    }

    fn complaint(&self, asked: &Asked) -> Option<Act> {
        let (brought, problem) = match self.wire {
            Wire::Openai => (openai::key(asked), openai::problem(asked)),
            Wire::Anthropic => (anthropic::key(asked), anthropic::problem(asked)),
        };
        match &self.key {
            // As providers do, it repeats the key; a client must not pass that on.
            Some(key) if brought != Some(key) => {
                let message = format!("Incorrect API key provided: {}", brought.unwrap_or("none"));
                Some(Act::refuse(401, &message))
            }
            _ => problem.map(|problem| Act::refuse(400, &problem)),
        }
    }

    fn next(&self, asked: &Asked) -> Act {
        let scripted = self
            .script
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front();
        match (scripted, &self.otherwise) {
            (Some(act), _) => act,
            (None, Some(answer)) => answer(asked),
            (None, None) => Act::refuse(500, "the script is at its end"),
        }
    }

    fn asker_left(&self) {
        self.left.send_modify(|left| *left += 1);
    }
}
