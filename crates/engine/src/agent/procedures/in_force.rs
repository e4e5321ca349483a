//! What new conversations begin with, and following what others publish.

use super::version::{self, Changes, Prepared};
use super::{TestReport, publish};
use crate::agent::turn::Agent;
use crate::agent::works::{InForce, Library};
use crate::error::{Error, Result};
use crate::publication::LOOK_EVERY;
use std::sync::Arc;
use tokio::sync::watch;

impl Agent {
    /// All procedures that new conversations begin with.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.works.in_force().library)
    }

    /// Publishes the folder's procedures when nothing was published yet. Otherwise what was published counts, and the
    /// folder does not.
    pub(in crate::agent) async fn adopt(&self) -> Result<()> {
        let folder = self.works.in_force();
        // What is in force here when the published files cannot be.
        folder.keep(&self.db, self.setup.clock.now()).await?;
        let version = version::hash(&folder.files);
        match self.db.read(version::newest).await? {
            Some((number, published)) if published != version => {
                tracing::warn!(
                    number,
                    "the folder's procedures are not the published ones, which count; 'throughline procedure publish' publishes the folder's"
                );
            }
            Some(_) => {}
            None if folder.files.is_empty() => {}
            None => {
                let first = Prepared {
                    base: 0,
                    changes: Changes::between(&[], &folder.files),
                    files: folder.files.clone(),
                    version,
                    note: "the first ones, from the folder".to_owned(),
                    despite: None,
                    restores: None,
                    report: TestReport::skipped(),
                };
                let setup = self.setup.clone();
                let published = self
                    .db
                    .write(move |tx| publish(tx, &setup, &first, "system"))
                    .await;
                match published {
                    Ok(_) => {}
                    // Another process was first.
                    Err(Error::Conflict(_)) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        self.refresh().await.map(drop)
    }

    /// Puts in force what was published last; what customers say of it is understood from then on. Says whether
    /// anything changed.
    ///
    /// # Errors
    /// When the database fails, or the sentence model.
    pub async fn refresh(&self) -> Result<bool> {
        let _alone = self.works.following.lock().await;
        let newest = self.db.read(version::newest).await?;
        let number = newest.map_or(0, |(number, _)| number);
        let changed = number != self.works.in_force().number && self.follow(number).await?;
        let current = self.works.in_force();
        if self.understander.knows() != current.version {
            let learned = self.learned(Arc::clone(&current.library)).await?;
            self.understander.take_up(&learned);
        }
        Ok(changed)
    }

    async fn follow(&self, number: i64) -> Result<bool> {
        let files = self
            .db
            .read(move |tx| version::files_of(tx, number))
            .await?;
        match self.usable(files.clone()).await {
            Ok(library) => {
                let next = InForce::new(number, files, library);
                next.keep(&self.db, self.setup.clock.now()).await?;
                self.works.put_in_force(next);
                tracing::info!(number, "procedures are in force");
                Ok(true)
            }
            // What is in force stays so: a process with other tools must not go without procedures.
            Err(error) => {
                tracing::error!(number, %error, "the published procedures cannot be used here");
                Ok(false)
            }
        }
    }

    /// Follows what other processes publish, until it is stopped.
    pub async fn keep_up(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.refresh().await {
                tracing::error!(%error, "the published procedures could not be followed; it is tried again");
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }
}
