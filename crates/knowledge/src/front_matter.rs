//! The lines between `---` at the top of a Markdown file: `key: value`, `key: [a, b]`, or a list of `- item` lines
//! below `key:`. What we do not know is left alone, so that files written for other programs can be read.

use crate::article::Flaw;
use std::collections::BTreeMap;

/// The keys with their values, and what stands below.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Split<'a> {
    values: BTreeMap<String, Vec<String>>,
    /// The text without its front matter.
    pub body: &'a str,
}

impl Split<'_> {
    /// The value of `key`, if it has one that is not empty.
    pub fn one(&self, key: &str) -> Option<&str> {
        let value = self.values.get(key)?.first()?;
        (!value.is_empty()).then_some(value.as_str())
    }

    /// All values of `key`.
    pub fn all(&self, key: &str) -> Vec<String> {
        self.values.get(key).cloned().unwrap_or_default()
    }
}

/// Takes front matter and text apart. A text without front matter is all text.
///
/// # Errors
/// When it begins and does not end.
pub fn split(text: &str) -> Result<Split<'_>, Flaw> {
    let text = text.trim_start_matches('\u{feff}');
    let Some(rest) = text
        .strip_prefix("---\n")
        .or_else(|| text.strip_prefix("---\r\n"))
    else {
        return Ok(Split {
            body: text,
            ..Split::default()
        });
    };
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut last = None;
    let mut read = 0;
    for line in rest.split_inclusive('\n') {
        read += line.len();
        let line = line.trim_end();
        if line == "---" {
            let body = &rest[read..];
            return Ok(Split { values, body });
        }
        if let (Some(item), Some(key)) = (line.trim_start().strip_prefix("- "), &last) {
            values
                .entry(String::clone(key))
                .or_default()
                .push(unquoted(item));
        } else if let Some((key, value)) = key_value(line) {
            values.insert(key.clone(), listed(value));
            last = Some(key);
        }
    }
    Err(Flaw::new(
        "front matter",
        "it begins with '---' and has no second '---' line to end it",
    ))
}

fn key_value(line: &str) -> Option<(String, &str)> {
    if line.starts_with([' ', '#', '\t']) {
        return None;
    }
    let (key, value) = line.split_once(':')?;
    Some((key.trim().to_lowercase(), value.trim()))
}

fn listed(value: &str) -> Vec<String> {
    match value
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(inside) => inside
            .split(',')
            .map(unquoted)
            .filter(|item| !item.is_empty())
            .collect(),
        None if value.is_empty() => Vec::new(),
        None => vec![unquoted(value)],
    }
}

fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inside = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside {
            return inside.to_owned();
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn values_lists_and_quotes_are_read_and_the_rest_is_text() {
        let split = split("---\ntitle: \"A: b\"\ntags: [x, 'y z']\nquestions:\n  - One?\n  - Two?\nempty:\n---\n# Text\n---\n").unwrap();
        assert_eq!(split.one("title"), Some("A: b"));
        assert_eq!(split.all("tags"), ["x", "y z"]);
        assert_eq!(split.all("questions"), ["One?", "Two?"]);
        assert_eq!(split.one("empty"), None);
        assert_eq!(split.body, "# Text\n---\n");
    }

    #[test]
    fn a_rule_further_down_is_no_front_matter() {
        assert_eq!(split("Text\n---\nmore").unwrap().body, "Text\n---\nmore");
        assert!(split("---\ntitle: x\n").is_err());
    }
}
