//! Names people give: to themselves, to programs, and to what they keep.

use crate::error::{Error, Result};

/// A name of 1 to `limit` characters on one line, without the blanks around it. It may be shown to customers and stand in
/// mail headers.
///
/// # Errors
/// [`Error::Invalid`] for the field `name`.
pub(crate) fn checked(text: &str, limit: usize) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > limit || name.chars().any(char::is_control) {
        let allowed = format!("use 1 to {limit} characters without line breaks");
        return Err(Error::invalid("name", allowed));
    }
    Ok(name.to_owned())
}
