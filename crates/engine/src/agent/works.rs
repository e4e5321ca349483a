//! The procedures conversations run with: those in force, and those that conversations under way began with.

use super::procedures::ProcedureFile;
use crate::error::{Error, Result};
use crate::queries::agent as queries;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use throughline_brain::Mind;
use throughline_model::clock::Millis;
use throughline_policy::Current;
use throughline_storage::{Db, Tx, params};

/// All procedures of one version.
pub type Library = throughline_procedure::Library;

/// What new conversations begin with.
pub(super) struct InForce {
    /// The number it was published under; 0 for what stands in the folder and was not published.
    pub number: i64,
    /// Its files, by name.
    pub files: Vec<ProcedureFile>,
    pub library: Arc<Library>,
    /// The version of the library, which conversations are pinned to.
    pub version: String,
}

impl InForce {
    pub fn new(number: i64, files: Vec<ProcedureFile>, library: Library) -> Self {
        Self {
            number,
            files,
            version: library.version(),
            library: Arc::new(library),
        }
    }

    /// Keeps the library for conversations that will have begun with it.
    pub async fn keep(&self, db: &Db, now: Millis) -> Result<()> {
        let (version, library) = (self.version.clone(), Arc::clone(&self.library));
        db.write(move |tx: &mut Tx<'_>| {
            let library = crate::publication::stored(&*library)?;
            tx.execute(&queries::KEEP_LIBRARY, params![&version, &library, now])?;
            Ok(())
        })
        .await
    }
}

/// Libraries by version. A conversation goes on with the one it began its procedure with.
pub(super) struct Works {
    in_force: Current<InForce>,
    older: Mutex<HashMap<String, Arc<Library>>>,
    /// Whoever puts something in force does so alone.
    pub following: tokio::sync::Mutex<()>,
}

impl Works {
    pub fn new(in_force: InForce) -> Self {
        Self {
            in_force: Current::new(in_force),
            older: Mutex::default(),
            following: tokio::sync::Mutex::default(),
        }
    }

    /// What new conversations begin with now.
    pub fn in_force(&self) -> Arc<InForce> {
        self.in_force.get()
    }

    /// From now on new conversations begin with `next`, which must have been kept.
    pub fn put_in_force(&self, next: InForce) {
        self.in_force.set(next);
    }

    /// The library `mind` runs with: the one of its running procedure, else the one in force.
    pub async fn of(&self, db: &Db, mind: &Mind) -> Result<Arc<Library>> {
        let current = self.in_force.get();
        let pinned = mind.dialogue.current().map(|frame| &frame.pin.library);
        match pinned {
            Some(version) if *version != current.version => self.older(db, version.clone()).await,
            _ => Ok(Arc::clone(&current.library)),
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
}
