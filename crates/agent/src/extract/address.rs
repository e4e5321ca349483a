//! Postal addresses, on several lines or with commas.

use super::pattern;
use regex::Regex;
use serde_json::{Value, json};
use std::sync::LazyLock;

static LAST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?i)^(?:(.*?)[ ,]+)?([a-z]{2})[ ,]+(\d{5}(?:-\d{4})?)\b\.?(?:[ ,]+(.*))?$")
});
static STREET: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\d+[\w\-/]*\s+[\p{L}][\p{L}\d .'\-]*$"));

const COUNTRIES: [&str; 6] = [
    "usa",
    "us",
    "united states",
    "united states of america",
    "u.s.a",
    "u.s",
];

/// An address: street, perhaps a flat, city, state and postal code, perhaps a country. All but flat and country must
/// be there; the country is USA unless told.
pub fn address(text: &str) -> Option<Value> {
    let joined = super::without_order_numbers(text).replace(['\n', ';'], ", ");
    let mut parts: Vec<&str> = joined
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let country = match parts.last() {
        Some(last) if COUNTRIES.contains(&last.to_lowercase().trim_end_matches('.')) => {
            parts.pop();
            Some("USA".to_owned())
        }
        _ => None,
    };
    // City, state and code may stand in one part or in several: look for them from the front.
    let end = parts.iter().position(|part| ends_in_code(part))?;
    let (from, last) = tail(&parts, end)?;
    let found = LazyLock::force(&LAST).as_ref()?.captures(&last)?;
    let state = found.get(2)?.as_str().to_uppercase();
    let zip = found.get(3)?.as_str().to_owned();
    let city_here = found
        .get(1)
        .map(|m| m.as_str().trim().to_owned())
        .filter(|city| !city.is_empty());
    let (city, before) = match city_here {
        Some(city) => (city, &parts[..from]),
        None => (
            (*parts.get(from.checked_sub(1)?)?).to_owned(),
            &parts[..from.checked_sub(1)?],
        ),
    };
    let (street, rest) = lines(before)?;
    let country = country.or_else(|| {
        found
            .get(4)
            .map(|m| m.as_str().trim().to_owned())
            .filter(|c| !c.is_empty() && c.len() < 30)
    });
    Some(json!({
        "address1": street,
        "address2": rest,
        "city": city,
        "state": state,
        "zip": zip,
        "country": country.unwrap_or_else(|| "USA".to_owned()),
    }))
}

fn ends_in_code(part: &str) -> bool {
    let mut words = part.split_whitespace();
    words.any(|word| {
        let digits = word
            .trim_end_matches('.')
            .split('-')
            .next()
            .unwrap_or_default();
        digits.len() == 5 && digits.chars().all(|c| c.is_ascii_digit())
    }) && part
        .split_whitespace()
        .next()
        .is_some_and(|first| !first.chars().all(|c| c.is_ascii_digit()) || part.len() <= 10)
}

/// The part with the postal code, with the state before it when that stands in a part of its own.
fn tail(parts: &[&str], end: usize) -> Option<(usize, String)> {
    let part = parts.get(end)?;
    let regex = LazyLock::force(&LAST).as_ref()?;
    if regex.is_match(part) {
        return Some((end, (*part).to_owned()));
    }
    let before = end.checked_sub(1)?;
    let joined = format!("{} {part}", parts.get(before)?);
    regex.is_match(&joined).then_some((before, joined))
}

/// Street, and what else stands before the city.
fn lines(before: &[&str]) -> Option<(String, String)> {
    let regex = LazyLock::force(&STREET).as_ref()?;
    let at = before.iter().position(|part| regex.is_match(part))?;
    let street = regex.find(before[at])?.as_str().trim().to_owned();
    Some((street, before[at + 1..].join(", ")))
}
