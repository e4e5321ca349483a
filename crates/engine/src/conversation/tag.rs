//! Tags: short words on a case, by which it is found and counted.

use crate::Setup;
use crate::error::{Error, Result};
use crate::queries::conversation as queries;
use throughline_storage::{Tx, params};

/// The longest tag, in characters.
const LENGTH_LIMIT: usize = 40;
/// The most tags on one case.
const COUNT_LIMIT: usize = 30;
/// So many known tags are offered.
const OFFERED: usize = 200;

/// A tag in its one spelling: small letters, single hyphens for blanks.
///
/// # Errors
/// [`Error::Invalid`] for a text that is no tag.
pub fn checked_tag(text: &str) -> Result<String> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let tag = words.join("-");
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    if tag.is_empty() || tag.chars().count() > LENGTH_LIMIT || !tag.chars().all(allowed) {
        let rule = "use letters, digits and any of - _ . : /";
        return Err(Error::invalid(
            "tags",
            format!("a tag has 1 to {LENGTH_LIMIT} characters; {rule}"),
        ));
    }
    Ok(tag)
}

/// All of them in their one spelling.
pub(super) fn checked_tags(tags: &[String]) -> Result<Vec<String>> {
    tags.iter().map(|tag| checked_tag(tag)).collect()
}

/// All of them once, in their one spelling, sorted: as a case has them.
///
/// # Errors
/// [`Error::Invalid`] for a text that is no tag, and for too many.
pub(crate) fn tag_set(tags: &[String]) -> Result<Vec<String>> {
    changed(&[], &checked_tags(tags)?, &[])
}

/// `tags` with `add` and without `remove`, all in their one spelling, sorted.
pub(super) fn changed(tags: &[String], add: &[String], remove: &[String]) -> Result<Vec<String>> {
    let mut after: Vec<String> = tags.to_vec();
    after.retain(|tag| !remove.contains(tag));
    after.extend_from_slice(add);
    after.sort_unstable();
    after.dedup();
    if after.len() > COUNT_LIMIT {
        return Err(Error::invalid(
            "tags",
            format!("a case has at most {COUNT_LIMIT} tags; remove some first"),
        ));
    }
    Ok(after)
}

/// Remembers tags, so that they are offered to others.
pub(super) fn remember(tx: &mut Tx<'_>, setup: &Setup, tags: &[String]) -> Result<()> {
    for tag in tags {
        let values = params![tag.clone(), setup.clock.now()];
        tx.execute(&queries::REMEMBER_TAG, values)?;
    }
    Ok(())
}

/// Tags that were used, the latest first.
///
/// # Errors
/// When the database fails.
pub fn known_tags(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    Ok(tx.all(&queries::KNOWN_TAGS, params![OFFERED], |row| {
        row.get("name")
    })?)
}

/// A LIKE pattern that finds a tag in the stored list.
pub(super) fn tag_pattern(tag: &str) -> Result<String> {
    let tag = checked_tag(tag)?.replace('_', "\\_");
    Ok(format!("%\"{tag}\"%"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    #[test]
    fn a_tag_has_one_spelling() {
        assert_eq!(checked_tag("  Late   Parcel ").unwrap(), "late-parcel");
        assert_eq!(checked_tag("RÜCKGABE").unwrap(), "rückgabe");
        for bad in ["", "  ", "a,b", "<b>", "\"", &"x".repeat(41)] {
            assert!(checked_tag(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn adding_and_removing_know_no_order_and_no_doubles() {
        let tags = ["b".to_owned(), "a".to_owned()];
        let add = checked_tags(&["C".to_owned(), "a".to_owned()]).unwrap();
        assert_eq!(changed(&tags, &add, &["b".to_owned()]).unwrap(), ["a", "c"]);
    }
}
