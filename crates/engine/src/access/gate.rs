//! Log-in.

use crate::access::password::Passwords;
use crate::access::rate::RateLimit;
use crate::access::session::{self, NewSession};
use crate::access::{Member, audit, invite, member};
use crate::error::{Error, Result};
use crate::queries::access as queries;
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::MemberId;
use throughline_storage::{Db, params};

/// Where members come in. One per process: it remembers who tried how often.
pub struct Gate {
    by_address: RateLimit,
    by_account: RateLimit,
    passwords: Passwords,
    session_ms: Millis,
}

/// Somebody tries to log in.
pub struct Attempt<'a> {
    /// The address they log in with.
    pub email: &'a str,
    /// Their password.
    pub password: &'a str,
    /// Where they connect from.
    pub from: &'a str,
    /// The session their browser still holds, which ends.
    pub replaces: Option<String>,
}

impl Gate {
    /// A gate that lets each address and each account try `attempts_per_minute` times, and gives sessions of
    /// `session_ms`.
    pub fn new(attempts_per_minute: u32, session_ms: Millis) -> Self {
        Self {
            by_address: RateLimit::per_minute(attempts_per_minute),
            by_account: RateLimit::per_minute(attempts_per_minute),
            passwords: Passwords::new(),
            session_ms,
        }
    }

    /// Logs a member in. An unknown address, a wrong password, a member without a password and one who is kept out
    /// all get the same answer after the same work.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they do not get in, [`Error::TooMany`] when they try too often.
    pub async fn log_in(
        &self,
        db: &Db,
        clock: &Clock,
        attempt: Attempt<'_>,
    ) -> Result<(NewSession, Member)> {
        // One spelling per account, or each spelling would have attempts of its own.
        let email = member::address(attempt.email).ok();
        let account = email.as_deref().unwrap_or("no address");
        self.count(account, attempt.from, clock.now())?;
        let email = email.unwrap_or_default();
        let found = db
            .read(move |tx| {
                tx.optional(&queries::CREDENTIALS, params![&email], |row| {
                    let hash: Option<String> = row.get("password_hash")?;
                    Ok((row.get::<MemberId>("id")?, hash))
                })
            })
            .await?;
        let (id, hash) = found.map_or((None, None), |(id, hash)| (Some(id), hash));
        let right = self
            .passwords
            .matches(attempt.password, hash.clone())
            .await?;
        let Some(id) = id.filter(|_| right) else {
            tracing::warn!(from = attempt.from, "a log-in failed");
            return Err(Error::Forbidden(
                "the address or the password is wrong".to_owned(),
            ));
        };
        self.enter(db, clock, id, hash, attempt.replaces).await
    }

    async fn enter(
        &self,
        db: &Db,
        clock: &Clock,
        id: MemberId,
        checked: Option<String>,
        replaces: Option<String>,
    ) -> Result<(NewSession, Member)> {
        let (clock, lasts_ms) = (clock.clone(), self.session_ms);
        db.write(move |tx| {
            // The password may have been changed, or the member kept out, while the hash was computed.
            let now: Option<String> = tx
                .optional(&queries::LOCK_CREDENTIALS, params![id], |row| {
                    row.get("password_hash")
                })?
                .flatten();
            if now.is_none() || now != checked {
                return Err(Error::Forbidden(
                    "the address or the password is wrong".to_owned(),
                ));
            }
            if let Some(old) = &replaces {
                session::end(tx, old)?;
            }
            let session = session::start(tx, &clock, id, lasts_ms)?;
            let actor = format!("member:{id}");
            audit::record(
                tx,
                &clock,
                &actor,
                "session.start",
                &id.to_string(),
                &json!({}),
            )?;
            Ok((session, member::get(tx, id)?))
        })
        .await
    }

    /// Redeems an invite: its member gets this password, and every session they had ends.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the invite was used, has expired or never was; [`Error::Invalid`] for a password that
    /// could be guessed; [`Error::TooMany`] when somebody tries too often.
    pub async fn accept(
        &self,
        db: &Db,
        clock: &Clock,
        acceptance: invite::Acceptance,
        from: &str,
    ) -> Result<Member> {
        let verdict = self.by_address.take(from, clock.now());
        if !verdict.allowed {
            return Err(Error::TooMany {
                retry_after_ms: verdict.reset_ms,
            });
        }
        let hash = self.passwords.hash(&acceptance.password).await?;
        let clock = clock.clone();
        db.write(move |tx| invite::accept(tx, &clock, &acceptance, &hash))
            .await
    }

    /// Changes a member's own password. Every session they had ends, and a new one starts.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the present password is wrong or the new one could be guessed.
    pub async fn change_password(
        &self,
        db: &Db,
        clock: &Clock,
        id: MemberId,
        present: &str,
        new: &str,
    ) -> Result<NewSession> {
        self.count(&id.to_string(), &id.to_string(), clock.now())?;
        let hash: Option<String> = db
            .read(move |tx| {
                tx.optional(&queries::LOCK_CREDENTIALS, params![id], |row| {
                    row.get("password_hash")
                })
            })
            .await?
            .flatten();
        if !self.passwords.matches(present, hash).await? {
            return Err(Error::invalid(
                "present",
                "this is not your present password",
            ));
        }
        let new = self.passwords.hash(new).await?;
        let (clock, lasts_ms) = (clock.clone(), self.session_ms);
        db.write(move |tx| {
            tx.execute(&queries::SET_PASSWORD, params![id, &new])?;
            session::end_all(tx, id)?;
            let actor = format!("member:{id}");
            audit::record(
                tx,
                &clock,
                &actor,
                "password.change",
                &id.to_string(),
                &json!({}),
            )?;
            session::start(tx, &clock, id, lasts_ms)
        })
        .await
    }

    fn count(&self, account: &str, from: &str, now: Millis) -> Result<()> {
        let verdicts = [
            self.by_address.take(from, now),
            self.by_account.take(account, now),
        ];
        match verdicts.iter().find(|verdict| !verdict.allowed) {
            Some(verdict) => Err(Error::TooMany {
                retry_after_ms: verdict.reset_ms,
            }),
            None => Ok(()),
        }
    }
}
