//! Passwords: argon2id, away from the threads that serve requests.

use crate::error::{Error, Result};
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Fewer characters could be tried through.
pub const LEAST_CHARACTERS: usize = 12;
/// More are no password but an attack on the hash function, in bytes.
const MOST_BYTES: usize = 1024;
/// Memory of one hash in KiB, passes over it, lanes: the second recommendation of the OWASP password storage
/// cheat sheet for argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);

/// Hashes and checks passwords, a few at a time: each takes 19 MiB.
#[derive(Clone)]
pub(super) struct Passwords {
    places: Arc<Semaphore>,
}

/// The hash of no password (it was not computed from one), checked where there is no account, so that both take as
/// long. Its costs are those of [`COST`].
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy10aGlz$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

impl Passwords {
    pub(super) fn new() -> Self {
        let at_once = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            places: Arc::new(Semaphore::new(at_once)),
        }
    }

    /// The hash to store.
    pub(super) async fn hash(&self, password: &str) -> Result<String> {
        check(password)?;
        let password = password.to_owned();
        self.aside(move || hash_now(&password)).await?
    }

    /// Whether `password` is the one behind `hash`. Without a hash it never is, and that takes as long.
    pub(super) async fn matches(&self, password: &str, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODYS.to_owned());
        let password = password.to_owned();
        let same = self
            .aside(move || password.len() <= MOST_BYTES && verify(&password, &hash))
            .await?;
        Ok(known && same)
    }

    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let stopped = |error: &dyn std::fmt::Display| {
            Error::Conflict(format!("the password could not be checked: {error}"))
        };
        let place = Arc::clone(&self.places)
            .acquire_owned()
            .await
            .map_err(|error| stopped(&error))?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        })
        .await
        .map_err(|error| stopped(&error))
    }
}

fn check(password: &str) -> Result<()> {
    if password.chars().count() < LEAST_CHARACTERS || password.len() > MOST_BYTES {
        return Err(Error::invalid(
            "password",
            format!(
                "use {LEAST_CHARACTERS} to {MOST_BYTES} characters; a few words make a good one"
            ),
        ));
    }
    Ok(())
}

fn argon() -> Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).map_err(|error| failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(password: &str) -> Result<String> {
    let mut salt = [0_u8; 16];
    OsRng
        .try_fill_bytes(&mut salt)
        .map_err(|error| failed(&error))?;
    let salt = SaltString::encode_b64(&salt).map_err(|error| failed(&error))?;
    Ok(argon()?
        .hash_password(password.as_bytes(), &salt)
        .map_err(|error| failed(&error))?
        .to_string())
}

fn verify(password: &str, hash: &str) -> bool {
    match (PasswordHash::new(hash), argon()) {
        (Ok(hash), Ok(argon)) => argon.verify_password(password.as_bytes(), &hash).is_ok(),
        _ => false,
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Conflict(format!("the password could not be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[tokio::test]
    async fn a_password_opens_its_own_hash_and_no_other() {
        let passwords = Passwords::new();
        let hash = passwords.hash("correct horse battery").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .matches("correct horse battery", Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches("correct horse batterz", Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.matches("anything at all", None).await.unwrap());
    }

    #[test]
    fn checking_nobodys_password_is_the_same_work_as_checking_anybodys() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let anybodys = hash_now("correct horse battery").unwrap();
        let anybodys = PasswordHash::new(&anybodys).unwrap();
        assert_eq!(nobodys.algorithm, anybodys.algorithm);
        assert_eq!(nobodys.params, anybodys.params);
        assert_eq!(nobodys.salt.unwrap().len(), 20);
        assert_eq!(nobodys.hash.unwrap().len(), anybodys.hash.unwrap().len());
    }

    #[tokio::test]
    async fn a_password_that_could_be_tried_through_is_refused() {
        let passwords = Passwords::new();
        assert!(passwords.hash("eleven char").await.is_err());
        assert!(passwords.hash(&"x".repeat(1025)).await.is_err());
    }
}
