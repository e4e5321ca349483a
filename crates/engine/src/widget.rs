//! Loaders of the chat's widget that stand on pages of others, each under a name made of its content. A page names
//! the checksum of what it loads, so what it loads must stay what it was when the program is updated.

use crate::Setup;
use crate::error::Result;
use crate::queries::widget as queries;
use throughline_storage::{Tx, params};

/// Keeps a loader for as long as there is this installation.
///
/// # Errors
/// When the database fails.
pub fn keep_loader(tx: &mut Tx<'_>, setup: &Setup, name: &str, body: &[u8]) -> Result<()> {
    let values = params![name, body.to_vec(), setup.clock.now()];
    tx.execute(&queries::KEEP, values)?;
    Ok(())
}

/// A loader by its name, as it was when it was kept.
///
/// # Errors
/// When the database fails.
pub fn loader(tx: &mut Tx<'_>, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(tx.optional(&queries::FIND, params![name], |row| row.get("body"))?)
}
