//! What an installation remembers about itself, by name.

use crate::error::Result;
use crate::queries::setting as queries;
use throughline_storage::{Tx, params};

/// What is remembered under `name`.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>> {
    Ok(tx.optional(&queries::FIND, params![name], |row| row.get("value"))?)
}

/// Remembers `value` under `name`, in place of what was there.
///
/// # Errors
/// When the database fails.
pub fn put(tx: &mut Tx<'_>, name: &str, value: &str) -> Result<()> {
    tx.execute(&queries::PUT, params![name, value])?;
    Ok(())
}

/// Forgets what is remembered under `name`.
///
/// # Errors
/// When the database fails.
pub fn remove(tx: &mut Tx<'_>, name: &str) -> Result<()> {
    tx.execute(&queries::REMOVE, params![name])?;
    Ok(())
}
