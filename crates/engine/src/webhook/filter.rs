//! Which events a subscriber asked for.

use crate::error::{Error, Result};

/// The events a subscriber may ask for.
pub const EVENTS: &[&str] = &[
    "entry.created",
    "conversation.changed",
    "delivery.updated",
    "customer.changed",
];

/// The event that only says that telling works. It is sent on request, whatever was subscribed to.
pub const PING: &str = "ping";

/// True when one of the patterns means `event`: its name, `entry.*` for all of one kind, `*` for all.
pub(super) fn wants(patterns: &[String], event: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, event))
}

fn matches(pattern: &str, event: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(start) => start.ends_with('.') && event.starts_with(start),
        None => pattern == event,
    }
}

/// The patterns as they are kept: each means at least one event, none stands twice.
pub(super) fn checked(patterns: &[String]) -> Result<Vec<String>> {
    let mut checked: Vec<String> = Vec::new();
    for pattern in patterns {
        if !EVENTS.iter().any(|event| matches(pattern, event)) {
            return Err(Error::invalid(
                "events",
                format!(
                    "'{pattern}' means no event; use {}, the start of one as in 'entry.*', or '*'",
                    EVENTS.join(", ")
                ),
            ));
        }
        if !checked.contains(pattern) {
            checked.push(pattern.clone());
        }
    }
    if checked.is_empty() {
        return Err(Error::invalid(
            "events",
            "name at least one event, or '*' for all",
        ));
    }
    Ok(checked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_means_one_event_one_kind_or_all() {
        let wants = |pattern: &str, event| super::wants(&[pattern.to_owned()], event);
        assert!(wants("entry.created", "entry.created"));
        assert!(wants("entry.*", "entry.created"));
        assert!(wants("*", "customer.changed"));
        assert!(!wants("entry.*", "customer.changed"));
        assert!(!wants("entry", "entry.created"));
        assert!(!wants("entr*", "entry.created"));
        assert!(!wants("entry.created", "entry.created.twice"));
    }

    #[test]
    fn a_pattern_that_means_nothing_is_a_mistake() {
        for bad in ["entry", "invoice.*", "", "ping", "*.created", "entry.**"] {
            assert!(checked(&[bad.to_owned()]).is_err(), "{bad}");
        }
        assert!(checked(&[]).is_err());
        let twice = ["*".to_owned(), "entry.*".to_owned(), "*".to_owned()];
        assert_eq!(checked(&twice).ok(), Some(twice[..2].to_vec()));
    }
}
