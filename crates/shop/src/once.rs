//! An instruction that comes twice with the same `Idempotency-Key` is carried out once.

use crate::refusal::Refusal;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, VecDeque};

/// So many answers are kept; the oldest go first.
const KEPT: usize = 10_000;

/// What tells one instruction from another: a digest of method, path and body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// The fingerprint of a request.
    pub fn of(method: &Method, path: &str, body: &[u8]) -> Self {
        let mut digest = Sha256::new();
        for part in [method.as_str().as_bytes(), path.as_bytes(), body] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(hex::encode(digest.finalize()))
    }
}

/// An answer that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// The HTTP status.
    pub status: u16,
    /// The body: JSON.
    pub body: String,
}

impl Given {
    /// Whether it refuses what was asked for.
    pub fn is_problem(&self) -> bool {
        StatusCode::from_u16(self.status).is_ok_and(|status| !status.is_success())
    }
}

/// The answers that were given, by key.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Answers {
    given: HashMap<String, (Fingerprint, Given)>,
    by_age: VecDeque<String>,
}

impl Answers {
    /// The answer `key` has already.
    ///
    /// # Errors
    /// When the key came with another instruction.
    pub fn find(&self, key: &str, fingerprint: &Fingerprint) -> Result<Option<Given>, Refusal> {
        match self.given.get(key) {
            None => Ok(None),
            Some((known, given)) if known == fingerprint => Ok(Some(given.clone())),
            Some(_) => Err(Refusal::key_reused()),
        }
    }

    /// Keeps the answer of `key`.
    pub fn keep(&mut self, key: String, fingerprint: Fingerprint, given: Given) {
        if self.by_age.len() >= KEPT
            && let Some(oldest) = self.by_age.pop_front()
        {
            self.given.remove(&oldest);
        }
        self.by_age.push_back(key.clone());
        self.given.insert(key, (fingerprint, given));
    }
}
