//! What policies and procedures share when they are published: files within limits, a word about them, and nobody's
//! work lost.

use crate::error::{Error, Result};
use serde::Serialize;
use std::time::Duration;

/// How often it is looked whether another process published something.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The longest note or reason, in characters.
const NOTE_LIMIT: usize = 2000;
/// The largest file, in bytes.
const FILE_LIMIT: usize = 512 * 1024;

/// What is said about an edit, and why it is to be published although something is against it.
///
/// # Errors
/// [`Error::Invalid`] when they are too long, or the reason is none.
pub(crate) fn words_fit(note: &str, despite: Option<&str>) -> Result<()> {
    let short = |text: &str| text.chars().count() <= NOTE_LIMIT;
    if !short(note) || !despite.is_none_or(short) {
        let message = format!("use at most {NOTE_LIMIT} characters");
        return Err(Error::invalid("note", message));
    }
    if despite.is_some_and(|why| why.trim().is_empty()) {
        return Err(Error::invalid("despite", "say why"));
    }
    Ok(())
}

/// Whether these files, by name and text, may be an edit.
///
/// # Errors
/// [`Error::Invalid`] when there are more than `most`, one is too large, or a name leads elsewhere.
pub(crate) fn files_fit<'a>(
    files: impl ExactSizeIterator<Item = (&'a str, &'a str)>,
    most: usize,
) -> Result<()> {
    if files.len() > most {
        let message = format!("use at most {most} files");
        return Err(Error::invalid("files", message));
    }
    for (name, text) in files {
        let plain =
            !name.is_empty() && name.len() <= 120 && !name.contains(['/', '\\', '\0', '\n']);
        if !plain {
            let message = "each file needs a name of at most 120 bytes, without folders";
            return Err(Error::invalid("files", message));
        }
        if text.len() > FILE_LIMIT {
            let message = format!("{name} is larger than {FILE_LIMIT} bytes");
            return Err(Error::invalid("files", message));
        }
    }
    Ok(())
}

/// Two have published from the same version; this one was later.
pub(crate) fn meanwhile() -> Error {
    Error::Conflict(
        "somebody else has published meanwhile; look at what is in force and try again".to_owned(),
    )
}

/// What the gate says to an edit that only an administrator may publish.
pub(crate) fn refused(objection: &str) -> Error {
    Error::Conflict(format!(
        "this is not published: {objection}\nmend it; or an administrator publishes it with a reason"
    ))
}

/// As the database keeps it.
///
/// # Errors
/// When it has no JSON form.
pub(crate) fn stored(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))
}
