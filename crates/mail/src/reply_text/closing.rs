//! Closings: "Best regards", "Mit freundlichen Grüßen", "Thanks".

mod phrases;

use super::words::{folded, is_name};
use phrases::{FORMULAS, THANKS};

/// What a closing line is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// A formula that says nothing: part of the signature even with no name after it.
    Formula,
    /// Thanks and wishes: words of the sender's unless a name follows.
    Thanks,
}

/// Whether the whole line is a closing.
pub(super) fn closing(line: &str) -> Option<Closing> {
    if line.len() > 80 {
        return None;
    }
    let phrase = folded(line);
    if FORMULAS.contains(&phrase.as_str()) {
        Some(Closing::Formula)
    } else if THANKS.contains(&phrase.as_str()) {
        Some(Closing::Thanks)
    } else {
        None
    }
}

/// Formulas that open other phrases too ("Best Western", "Love Island").
const AMBIGUOUS: &[&str] = &[
    "best", "love", "yours", "kindly", "warmly", "cheers", "salam", "a presto",
];

/// Whether the line is a closing and a name: "Sincerely, Ann Lee", "LG Tobias".
pub(super) fn is_closing_with_name(line: &str) -> bool {
    if line.len() > 120 || line.ends_with(['!', '?']) {
        return false;
    }
    if let Some((phrase, name)) = line.split_once([',', '，']) {
        return closing(phrase).is_some() && is_name(name.trim());
    }
    let spaces = line.char_indices().filter(|(_, c)| *c == ' ');
    spaces.into_iter().any(|(at, _)| {
        let (phrase, name) = (folded(&line[..at]), line[at..].trim());
        FORMULAS.contains(&phrase.as_str())
            && !AMBIGUOUS.contains(&phrase.as_str())
            && is_name(name)
            && name.split(' ').count() <= 3
    })
}
