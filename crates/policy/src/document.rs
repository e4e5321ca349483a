//! The readable document and its anchors.
//!
//! A heading may carry an anchor to be pointed at: `## Returns {#returns}`. An anchor at the end of a statement promises
//! more, namely that a rule enforces the statement: `A return is possible within 30 days. {#return-window}`. What is
//! said without an anchor is for people only.

use crate::source::{Problem, SourceFile};
use serde::{Deserialize, Serialize};

/// A place in the document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Its name.
    pub id: String,
    /// Its line, counted from 1.
    pub line: usize,
    /// True for a statement that a rule must enforce, false for a heading.
    pub promise: bool,
    /// The statement or heading, on one line.
    pub text: String,
}

/// Finds the anchors of a document.
///
/// # Errors
/// When two have the same name, or a name has characters other than `a-z`, `0-9` and `-`.
pub fn anchors(document: &SourceFile) -> Result<Vec<Anchor>, Vec<Problem>> {
    let mut found: Vec<Anchor> = Vec::new();
    let mut problems = Vec::new();
    let mut statement = Statement::default();
    for (index, line) in document.text.lines().enumerate() {
        let line_number = index + 1;
        let Some(prose) = statement.take_in(line) else {
            continue;
        };
        let Some((text, id)) = anchor_in(prose) else {
            continue;
        };
        if !is_name(id) {
            problems.push(Problem::at(
                document,
                line_number,
                format!("an anchor has letters a-z, digits and hyphens only; rename '{id}'"),
            ));
        } else if let Some(first) = found.iter().find(|anchor| anchor.id == id) {
            let message = format!(
                "the anchor '{id}' stands on line {} already; rename one",
                first.line
            );
            problems.push(Problem::at(document, line_number, message));
        } else {
            let promise = !line.starts_with('#');
            let text = match promise {
                true => statement.text_until(text),
                false => text.trim_start_matches('#').trim().to_owned(),
            };
            found.push(Anchor {
                id: id.to_owned(),
                line: line_number,
                promise,
                text,
            });
        }
    }
    match problems.is_empty() {
        true => Ok(found),
        false => Err(problems),
    }
}

/// The lines of the paragraph or list item that is being read.
#[derive(Default)]
struct Statement<'a> {
    lines: Vec<&'a str>,
    in_code: bool,
}

impl<'a> Statement<'a> {
    /// Goes on with the next line; gives it back if it is prose.
    fn take_in(&mut self, line: &'a str) -> Option<&'a str> {
        let line = line.trim();
        if line.starts_with("```") {
            self.in_code = !self.in_code;
            self.lines.clear();
            return None;
        }
        if self.in_code {
            return None;
        }
        if line.is_empty() || line.starts_with('#') || is_list_item(line) {
            self.lines.clear();
        }
        self.lines.push(line);
        Some(line)
    }

    /// The statement, whose last line ends with `last`.
    fn text_until(&self, last: &str) -> String {
        let earlier = self.lines.iter().rev().skip(1).rev().copied();
        let whole: Vec<&str> = earlier
            .chain([last])
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect();
        whole
            .join(" ")
            .trim_start_matches(['-', '*', ' '])
            .to_owned()
    }
}

/// `- text` or `* text`.
pub(crate) fn is_list_item(line: &str) -> bool {
    line.starts_with(['-', '*'])
}

/// `text {#id}` at the end of a line.
pub(crate) fn anchor_in(line: &str) -> Option<(&str, &str)> {
    let (text, id) = line.strip_suffix('}')?.rsplit_once("{#")?;
    Some((text.trim_end(), id))
}

fn is_name(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    !id.is_empty() && id.chars().all(allowed)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Anchor>, Vec<Problem>> {
        anchors(&SourceFile::new("policy.md", text))
    }

    #[test]
    fn a_statement_with_an_anchor_is_a_promise_and_a_heading_is_a_place() {
        let text =
            "# Returns {#returns}\n\n- Within 30 days\n  of delivery. {#window}\n- Be kind.\n";
        let found = read(text).unwrap();
        assert_eq!(found.len(), 2);
        assert!(!found[0].promise && found[0].text == "Returns");
        assert!(found[1].promise && found[1].line == 4);
        assert_eq!(found[1].text, "Within 30 days of delivery.");
    }

    #[test]
    fn an_example_in_a_code_block_is_no_anchor() {
        assert!(read("```\nlike this {#so}\n```\n").unwrap().is_empty());
    }

    #[test]
    fn an_anchor_stands_once_and_is_spelt_plainly() {
        let problems = read("One. {#a}\n\nTwo. {#a}\n\nThree. {#A b}\n").unwrap_err();
        let lines: Vec<usize> = problems.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [3, 5]);
        assert!(problems[0].message.contains("line 1"));
    }
}
