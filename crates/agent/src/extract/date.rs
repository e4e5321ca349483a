//! Days, in the ways people write them.

use super::pattern;
use regex::Regex;
use std::sync::LazyLock;
use time::{Date, Duration, Month};

static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b"));
static SLASHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\b(\d{1,2})/(\d{1,2})/(\d{2,4})\b"));
static DOTTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b"));
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?:\s+(\d{1,2})(?:st|nd|rd|th)?)?(?:,?\s+(\d{4}))?\b",
    )
});
static AGO: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(?i)\b(\d{1,3})\s+(day|week)s?\s+ago\b"));

/// The day a text names, as `YYYY-MM-DD`. Slashes are read as month/day/year. Without a year it is the last such day
/// before `today`.
pub fn date(text: &str, today: Option<Date>) -> Option<String> {
    let found = written(text)
        .or_else(|| named(text, today))
        .or_else(|| relative(text, today))?;
    Some(format!(
        "{:04}-{:02}-{:02}",
        found.year(),
        found.month() as u8,
        found.day()
    ))
}

fn numbers(regex: &LazyLock<Option<Regex>>, text: &str) -> Option<[i32; 3]> {
    let found = LazyLock::force(regex).as_ref()?.captures(text)?;
    let number = |at: usize| found.get(at)?.as_str().parse().ok();
    Some([number(1)?, number(2)?, number(3)?])
}

fn written(text: &str) -> Option<Date> {
    if let Some([year, month, day]) = numbers(&ISO, text) {
        return day_of(year, month, day);
    }
    if let Some([month, day, year]) = numbers(&SLASHED, text) {
        let year = if year < 100 { 2000 + year } else { year };
        return day_of(year, month, day);
    }
    let [day, month, year] = numbers(&DOTTED, text)?;
    day_of(year, month, day)
}

fn day_of(year: i32, month: i32, day: i32) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(year, month, u8::try_from(day).ok()?).ok()
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn named(text: &str, today: Option<Date>) -> Option<Date> {
    let all = LazyLock::force(&NAMED).as_ref()?.captures_iter(text);
    // "may" is also a verb: a month without a day is none.
    let found = all
        .into_iter()
        .find(|found| found.get(1).or_else(|| found.get(3)).is_some())?;
    let day = found
        .get(1)
        .or_else(|| found.get(3))?
        .as_str()
        .parse()
        .ok()?;
    let name = found.get(2)?.as_str().to_lowercase();
    let month = 1 + MONTHS.iter().position(|month| name.starts_with(month))? as i32;
    if let Some(year) = found.get(4) {
        return day_of(year.as_str().parse().ok()?, month, day);
    }
    let today = today?;
    let this_year = day_of(today.year(), month, day)?;
    match this_year > today {
        true => day_of(today.year() - 1, month, day),
        false => Some(this_year),
    }
}

fn relative(text: &str, today: Option<Date>) -> Option<Date> {
    let today = today?;
    let words = super::folded(text);
    let days = if super::words::has_phrase(&words, "yesterday") {
        1
    } else if super::words::has_phrase(&words, "today") {
        0
    } else {
        let found = LazyLock::force(&AGO).as_ref()?.captures(text)?;
        let count: i64 = found.get(1)?.as_str().parse().ok()?;
        let unit = if found.get(2)?.as_str().eq_ignore_ascii_case("week") {
            7
        } else {
            1
        };
        count * unit
    };
    today.checked_sub(Duration::days(days))
}
