//! The procedures conversations run with: the published ones, and those that conversations under way began with.

use crate::error::{Error, Result};
use crate::queries::agent as queries;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_brain::Mind;
use throughline_model::clock::Millis;
use throughline_storage::{Db, Tx, params};

/// All procedures of one version.
pub type Library = throughline_procedure::Library;

/// Libraries by version. A conversation goes on with the one it began its procedure with.
pub(super) struct Works {
    current: Arc<Library>,
    version: String,
    older: Mutex<HashMap<String, Arc<Library>>>,
}

impl Works {
    pub fn new(current: Library) -> Self {
        Self {
            version: current.version(),
            current: Arc::new(current),
            older: Mutex::default(),
        }
    }

    /// The library `mind` runs with: the one of its running procedure, else the published one.
    pub async fn of(&self, db: &Db, mind: &Mind) -> Result<Arc<Library>> {
        let pinned = mind.dialogue.current().map(|frame| &frame.pin.library);
        match pinned {
            Some(version) if *version != self.version => self.older(db, version.clone()).await,
            _ => Ok(Arc::clone(&self.current)),
        }
    }

    async fn older(&self, db: &Db, version: String) -> Result<Arc<Library>> {
        let known = self.lock().get(&version).cloned();
        if let Some(library) = known {
            return Ok(library);
        }
        let wanted = version.clone();
        let stored: Option<serde_json::Value> = db
            .read(move |tx| {
                tx.optional(&queries::LIBRARY, params![&wanted], |row| {
                    row.json("library")
                })
            })
            .await?;
        let stored =
            stored.ok_or_else(|| Error::not_found("version of the procedures", &version))?;
        let library: Library = serde_json::from_value(stored).map_err(|error| {
            Error::Conflict(format!("the procedures {version} cannot be read: {error}"))
        })?;
        let library = Arc::new(library);
        self.lock().insert(version, Arc::clone(&library));
        Ok(library)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Library>>> {
        self.older.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps the published procedures for conversations that will have begun with them.
    pub async fn keep(&self, db: &Db, now: Millis) -> Result<()> {
        let (version, library) = (self.version.clone(), Arc::clone(&self.current));
        db.write(move |tx: &mut Tx<'_>| {
            let library = serde_json::to_value(&*library).map_err(|error| {
                Error::Conflict(format!("the procedures cannot be stored: {error}"))
            })?;
            tx.execute(&queries::KEEP_LIBRARY, params![&version, &library, now])?;
            Ok(())
        })
        .await
    }
}
