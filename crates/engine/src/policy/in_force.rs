//! What is decided by now.

use super::compiled::{Compiled, usable};
use super::{PolicyKind, version};
use crate::Setup;
use crate::error::Result;
use crate::publication::LOOK_EVERY;
use throughline_policy::{Current, DeliveryPolicy, Policy, Problem, built_in};
use throughline_storage::Db;
use tokio::sync::watch;

/// The policies everybody in this process decides by.
#[derive(Clone, Debug)]
pub struct InForce {
    /// What may be done for a customer.
    pub business: Current<Policy>,
    /// Whether a message may go out.
    pub delivery: Current<DeliveryPolicy>,
}

impl InForce {
    /// What holds before anything was published: a person can be had and nothing else is done, and messages keep to the
    /// law.
    ///
    /// # Errors
    /// Never but for a mistake in the program's own files.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        Ok(Self {
            business: Current::new(built_in::business()?),
            delivery: Current::new(built_in::delivery()?),
        })
    }

    /// The hash of the one in force.
    pub fn version(&self, kind: PolicyKind) -> String {
        match kind {
            PolicyKind::Business => self.business.get().version().to_string(),
            PolicyKind::Delivery => self.delivery.get().version().to_string(),
        }
    }

    fn set(&self, compiled: Compiled) {
        match compiled {
            Compiled::Business(policy) => self.business.set(*policy),
            Compiled::Delivery(policy) => self.delivery.set(*policy),
        }
    }
}

/// Puts in force what was published last. Says whether anything changed.
///
/// # Errors
/// When the database fails.
pub async fn refresh(db: &Db, setup: &Setup) -> Result<bool> {
    let mut changed = false;
    for kind in PolicyKind::ALL {
        let kind = *kind;
        let newest = db.read(move |tx| version::newest(tx, kind)).await?;
        let Some((number, hash)) = newest else {
            continue;
        };
        if hash == setup.policy.version(kind) {
            continue;
        }
        let files = db
            .read(move |tx| version::files_of(tx, kind, number))
            .await?;
        match usable(kind, files).await {
            Ok(compiled) => {
                tracing::info!(%kind, number, version = hash, "a policy is in force");
                setup.policy.set(compiled);
                changed = true;
            }
            // What is in force stays so: an older process must not go without rules.
            Err(error) => {
                tracing::error!(%kind, number, %error, "the published policy cannot be used here");
            }
        }
    }
    Ok(changed)
}

/// Follows what other processes publish, until it is stopped.
pub async fn keep_up(db: Db, setup: Setup, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        if let Err(error) = refresh(&db, &setup).await {
            tracing::error!(%error, "the published policies could not be read; it is tried again");
        }
        tokio::select! {
            _ = stop.changed() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}
