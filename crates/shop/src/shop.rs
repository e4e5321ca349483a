//! The open shop: its books behind one lock, the answers it gave, and its key.

use crate::books::Books;
use crate::drill::Drills;
use crate::instruction::Instruction;
use crate::once::{Answers, Given};
use crate::refusal::Refusal;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use subtle::ConstantTimeEq as _;

/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How a shop is opened.
pub struct Options {
    /// What callers show as `Authorization: Bearer …`.
    pub key: String,
    /// Where customers reach it, without a slash at the end: links to labels begin with it.
    pub public_base: String,
    /// Where everything is kept from one start to the next; nowhere when there is none.
    pub file: Option<PathBuf>,
    /// Whether it can be told to misbehave, see [`crate::drill`].
    pub drills: bool,
}

/// The shop; cheap to clone.
#[derive(Clone)]
pub struct Shop(Arc<Inner>);

struct Inner {
    key: String,
    public_base: String,
    file: Option<PathBuf>,
    drills: Option<Drills>,
    ledger: Mutex<Ledger>,
}

/// Everything that is kept.
#[derive(Serialize, Deserialize)]
struct Ledger {
    books: Books,
    answers: Answers,
}

impl Shop {
    /// Opens a shop: where it stopped when there is a file, else on its first day.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(options: Options) -> Result<Self, String> {
        let ledger = match options.file.as_ref().filter(|file| file.exists()) {
            None => Ledger {
                books: Books::first_day().map_err(|error| format!("the shop's data: {error}"))?,
                answers: Answers::default(),
            },
            Some(file) => {
                let named = |error: &dyn std::fmt::Display| format!("{}: {error}", file.display());
                let text = std::fs::read(file).map_err(|error| named(&error))?;
                serde_json::from_slice(&text).map_err(|error| named(&error))?
            }
        };
        Ok(Self(Arc::new(Inner {
            key: options.key,
            public_base: options.public_base,
            file: options.file,
            drills: options.drills.then(Drills::default),
            ledger: Mutex::new(ledger),
        })))
    }

    /// Looks something up.
    ///
    /// # Errors
    /// When `look` finds nothing.
    pub fn look<T: Serialize>(
        &self,
        look: impl FnOnce(&Books) -> Result<T, Refusal>,
    ) -> Result<Response, Refusal> {
        let ledger = self.ledger();
        let found = look(&ledger.books)?;
        Ok(axum::Json(found).into_response())
    }

    /// Carries an instruction out, once for each of its keys, and writes down that it was.
    ///
    /// # Errors
    /// When the key belongs to another instruction, or nothing can be written down.
    pub fn carry_out<I, T: Serialize>(
        &self,
        instruction: Instruction<I>,
        act: impl FnOnce(&mut Books, I) -> Result<T, Refusal>,
    ) -> Result<Response, Refusal> {
        let mut ledger = self.ledger();
        if let Some(key) = &instruction.key
            && let Some(given) = ledger.answers.find(key, &instruction.fingerprint)?
        {
            let mut response = respond(&given);
            response
                .headers_mut()
                .insert(REPLAYED, HeaderValue::from_static("true"));
            return Ok(response);
        }
        let given = match act(&mut ledger.books, instruction.wanted) {
            Ok(done) => given(StatusCode::OK, &done)?,
            Err(refusal) => given(refusal.status(), &refusal.problem())?,
        };
        if let Some(key) = instruction.key {
            ledger
                .answers
                .keep(key, instruction.fingerprint, given.clone());
        }
        self.write_down(&ledger)?;
        Ok(respond(&given))
    }

    /// Whether `key` opens the shop.
    pub fn is_key(&self, key: &[u8]) -> bool {
        key.ct_eq(self.0.key.as_bytes()).into()
    }

    /// The switches for drills, if there are any.
    pub fn drills(&self) -> Option<&Drills> {
        self.0.drills.as_ref()
    }

    /// A link to `kind` of paper for `order` that nobody can guess.
    pub fn paper_url(&self, kind: &str, order: &str) -> String {
        format!(
            "{}/{kind}/{}",
            self.0.public_base,
            self.paper_code(kind, order)
        )
    }

    /// The part of that link that cannot be guessed: it follows from the shop's key.
    pub fn paper_code(&self, kind: &str, order: &str) -> String {
        // A key of any length will do.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.0.key.as_bytes()) else {
            return String::new();
        };
        mac.update(kind.as_bytes());
        mac.update(b"\0");
        mac.update(order.as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..16])
    }

    /// Hands the books to `look`.
    pub fn with_books<T>(&self, look: impl FnOnce(&Books) -> T) -> T {
        look(&self.ledger().books)
    }

    /// A panic elsewhere left no instruction half done: each checks everything before it changes anything.
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A demo's books are small: writing all of them takes a few milliseconds.
    fn write_down(&self, ledger: &Ledger) -> Result<(), Refusal> {
        let Some(file) = &self.0.file else {
            return Ok(());
        };
        let beside = file.with_extension("new");
        let written = serde_json::to_vec(ledger)
            .map_err(std::io::Error::from)
            .and_then(|text| std::fs::write(&beside, text))
            .and_then(|()| std::fs::rename(&beside, file));
        written.map_err(|error| {
            Refusal::unavailable(format!(
                "it is done but could not be written down ({}: {error}); send it again with the same key",
                file.display()
            ))
        })
    }
}

fn given<T: Serialize>(status: StatusCode, body: &T) -> Result<Given, Refusal> {
    let body = serde_json::to_string(body)
        .map_err(|error| Refusal::unavailable(format!("the answer cannot be written: {error}")))?;
    Ok(Given {
        status: status.as_u16(),
        body,
    })
}

fn respond(given: &Given) -> Response {
    let status = StatusCode::from_u16(given.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content_type = match given.is_problem() {
        true => "application/problem+json",
        false => "application/json",
    };
    (
        status,
        [(header::CONTENT_TYPE, content_type)],
        given.body.clone(),
    )
        .into_response()
}
