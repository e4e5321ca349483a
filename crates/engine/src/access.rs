//! Access: who may do what. Members log in with a password and hold a session; programs hold a token with scopes.
//!
//! * [`Principal`] and [`Permission`]: the one place that decides, [`Principal::permits`],
//! * [`Gate`]: log-in, with its limits and its hashing of passwords,
//! * [`session`], [`token`], [`invite`]: the secrets people and programs hold; only their fingerprints are stored,
//! * [`member`]: the people at the desk,
//! * [`audit`]: who did what,
//! * [`idempotency`]: answers kept, so that a repeated request gets the same one.

pub mod audit;
mod gate;
pub mod idempotency;
pub mod invite;
pub mod member;
mod password;
mod principal;
mod rate;
pub mod session;
pub mod token;

pub use gate::{Attempt, Gate};
pub use invite::bootstrap;
pub use member::Member;
pub use principal::{Permission, Principal, Scope};
pub use rate::{RateLimit, Verdict};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use rand::TryRngCore as _;
use rand::rngs::OsRng;

/// A secret nobody can guess: 256 bits from the operating system, in characters that may stand in a URL.
fn fresh_secret() -> crate::Result<String> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| {
        crate::Error::Conflict(format!("the system gives no random numbers: {error}"))
    })?;
    Ok(BASE64.encode(bytes))
}
