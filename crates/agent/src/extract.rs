//! Values out of the customer's words, without a language model.
//!
//! [`pick`] chooses among candidates; [`typed`] finds values that have a form of their own; [`yes_no`] and
//! [`correction`] read answers. All of it is guesswork that the executor checks and reads back.

mod address;
mod answer;
mod date;
mod pick;
mod words;

pub use address::address;
pub use answer::{Correction, correction, is_upset, wants_human, yes_no};
pub use date::date;
pub use pick::{Pick, pick};
pub use words::{folded, stems};

use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;
use throughline_procedure::SlotKind;

/// The most of a message that is looked at, in characters.
pub const TEXT_LIMIT: usize = 4_000;

/// A message, cut to what is looked at.
pub fn shortened(text: &str) -> &str {
    match text.char_indices().nth(TEXT_LIMIT) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A pattern of ours. Tests compile every one of them.
fn pattern(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

macro_rules! patterns {
    ($($name:ident = $pattern:literal;)*) => {
        $(static $name: LazyLock<Option<Regex>> = LazyLock::new(|| pattern($pattern));)*
        #[cfg(test)]
        const ALL: &[(&str, &LazyLock<Option<Regex>>)] = &[$((stringify!($name), &$name)),*];
    };
}

patterns! {
    EMAIL = r"(?i)[a-z0-9._%+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63})+";
    PHONE = r"\+?\(?\d[\d\s().\-/]{5,20}\d";
    ZIP = r"\b\d{5}(?:-\d{4})?\b";
    ORDER = r"(?i)#\s?([a-z]{0,3}\d{4,12})\b|\b(w\d{6,8})\b";
    NUMBER = r"-?\d+(?:[.,]\d+)?";
    CODE = r"\b\d{4,8}\b";
    NAME = r"(?i)\b(?:my name is|my name's|i am|i'm|this is|name:)\s+([\p{L}'\-]+)\s+([\p{L}'\-]+)";
    TWO_NAMES = r"\b(\p{Lu}[\p{L}'\-]+)[ ,]+(\p{Lu}[\p{L}'\-]+)\b";
}

fn first(regex: &LazyLock<Option<Regex>>, text: &str) -> Option<String> {
    let regex = LazyLock::force(regex).as_ref()?;
    Some(regex.find(text)?.as_str().to_owned())
}

/// The value of this kind within a text, in the form tools get it. Free text and choices have no form of their own:
/// `None`.
pub fn typed(kind: SlotKind, text: &str, today: Option<time::Date>) -> Option<Value> {
    let text = shortened(text);
    let found = match kind {
        SlotKind::Email => json!(first(&EMAIL, text)?.trim_end_matches('.').to_lowercase()),
        SlotKind::Phone => json!(phone(text)?),
        SlotKind::Zip => json!(first(&ZIP, text)?),
        SlotKind::Order => json!(order_number(text)?),
        SlotKind::Code => json!(code(text)?),
        SlotKind::Date => json!(date(text, today)?),
        SlotKind::Number => number(text)?,
        SlotKind::YesNo => json!(yes_no(text)?),
        SlotKind::Name => name(text)?,
        SlotKind::Address => address(text)?,
        _ => return None,
    };
    Some(found)
}

/// A one-time code, also when its digits are written in groups: "123 456".
fn code(text: &str) -> Option<String> {
    let grouped = text.trim().replace([' ', '-'], "");
    let digits = grouped.len() >= 4 && grouped.len() <= 10;
    match digits && grouped.chars().all(|c| c.is_ascii_digit()) {
        true => Some(grouped),
        false => first(&CODE, text).map(|found| found.to_owned()),
    }
}

/// Whether a value of this kind can be told from other words without having been asked for.
pub fn stands_out(kind: SlotKind) -> bool {
    matches!(
        kind,
        SlotKind::Email | SlotKind::Order | SlotKind::Address | SlotKind::Name
    )
}

/// An order number in the form `#W1234567`.
pub fn order_number(text: &str) -> Option<String> {
    let found = LazyLock::force(&ORDER).as_ref()?.captures(text)?;
    let number = found
        .get(1)
        .or_else(|| found.get(2))?
        .as_str()
        .to_uppercase();
    Some(format!("#{number}"))
}

/// Every order number in a text.
pub fn order_numbers(text: &str) -> Vec<String> {
    let Some(regex) = LazyLock::force(&ORDER).as_ref() else {
        return Vec::new();
    };
    let mut found: Vec<String> = Vec::new();
    for number in regex
        .find_iter(shortened(text))
        .filter_map(|m| order_number(m.as_str()))
    {
        if !found.contains(&number) {
            found.push(number);
        }
    }
    found
}

/// The text without order numbers, whose digits are no house numbers.
fn without_order_numbers(text: &str) -> String {
    match LazyLock::force(&ORDER).as_ref() {
        Some(regex) => regex.replace_all(text, " ").into_owned(),
        None => text.to_owned(),
    }
}

fn phone(text: &str) -> Option<String> {
    let found = first(&PHONE, text)?;
    let digits: String = found
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    (digits.trim_start_matches('+').len() >= 7).then_some(digits)
}

fn number(text: &str) -> Option<Value> {
    let found = first(&NUMBER, text)?.replace(',', ".");
    match found.parse::<i64>() {
        Ok(whole) => Some(json!(whole)),
        Err(_) => found.parse::<f64>().ok().map(|n| json!(n)),
    }
}

/// A name that was introduced, or two capitalised words.
fn name(text: &str) -> Option<Value> {
    let introduced = LazyLock::force(&NAME)
        .as_ref()?
        .captures_iter(text)
        .find(|found| {
            // "I am not happy" introduces nobody: a name is capitalised, or the text knows no capitals at all.
            found
                .get(1)
                .is_some_and(|m| m.as_str().starts_with(char::is_uppercase))
                || is_introduction(text)
        });
    let found = match introduced {
        Some(found) => found,
        None => LazyLock::force(&TWO_NAMES).as_ref()?.captures(text)?,
    };
    let part = |at: usize| found.get(at).map(|m| capitalised(m.as_str()));
    Some(json!({"first_name": part(1)?, "last_name": part(2)?}))
}

fn is_introduction(text: &str) -> bool {
    text.to_lowercase().contains("my name is")
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Correction, correction, typed};
    use serde_json::json;
    use throughline_procedure::SlotKind;

    #[test]
    fn a_corrected_address_keeps_its_commas() {
        let said = correction("No,  I meant 14 Oak Street, Denver, CO 80203");
        let meant = "14 Oak Street, Denver, CO 80203".to_owned();
        assert_eq!(said, Some(Correction::Instead(meant)));
    }

    #[test]
    fn an_order_number_before_an_address_is_no_house_number() {
        let said = "Send order #W9300146 to 12 Oak Street, Denver, CO 80203";
        let found = typed(SlotKind::Address, said, None).map(|address| address["address1"].clone());
        assert_eq!(found, Some(json!("12 Oak Street")));
    }

    #[test]
    fn every_pattern_compiles() {
        for (name, regex) in super::ALL {
            assert!(regex.is_some(), "{name}");
        }
    }
}
