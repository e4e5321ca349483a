//! Question-and-answer files: each question becomes a heading, and is found by itself.

use super::markdown::titled;
use super::{Imported, Usual, draft};
use crate::article::{Flaw, one_line};
use crate::front_matter::{self, Split};
use serde::Deserialize;

/// One answer and what it answers.
#[derive(Debug, Default, PartialEq, Eq)]
struct Pair {
    /// At least one; the first is shown.
    questions: Vec<String>,
    answer: String,
}

/// A file of `Q:` lines, one or more, each group followed by an `A:`. The answer goes on to the next `Q:`.
pub(super) fn lines(name: &str, text: &str, usual: &Usual) -> Result<Imported, Flaw> {
    let front = front_matter::split(text)?;
    let (title, body) = titled(front.body);
    let pairs = pairs(body)?;
    draft(name, &front, title, markdown(&pairs), usual)
}

fn pairs(body: &str) -> Result<Vec<Pair>, Flaw> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut answering = true;
    for (at, line) in body.lines().enumerate() {
        if let Some(question) = after(line, ["Q:", "q:", "**Q:**"]) {
            if answering {
                pairs.push(Pair::default());
            }
            answering = false;
            if let Some(pair) = pairs.last_mut() {
                pair.questions.push(one_line(question));
            }
        } else if let (Some(answer), Some(pair)) =
            (after(line, ["A:", "a:", "**A:**"]), pairs.last_mut())
        {
            answering = true;
            pair.answer.push_str(answer.trim_start());
            pair.answer.push('\n');
        } else if let (true, Some(pair)) = (answering, pairs.last_mut()) {
            pair.answer.push_str(line);
            pair.answer.push('\n');
        } else if !line.trim().is_empty() {
            let message = format!(
                "line {} stands outside of any answer; begin questions with 'Q:' and answers with 'A:'",
                at + 1
            );
            return Err(Flaw::new("body", message));
        }
    }
    checked(pairs)
}

fn after<'a>(line: &'a str, marks: [&str; 3]) -> Option<&'a str> {
    marks
        .iter()
        .find_map(|mark| line.trim_start().strip_prefix(mark))
}

#[derive(Deserialize)]
struct JsonPair {
    #[serde(alias = "q")]
    question: Option<String>,
    #[serde(default)]
    questions: Vec<String>,
    #[serde(alias = "a")]
    answer: String,
}

/// `[{"question": "…", "answer": "…"}]`, with `questions` for several ways to ask.
pub(super) fn json(name: &str, text: &str, usual: &Usual) -> Result<Imported, Flaw> {
    let given: Vec<JsonPair> = serde_json::from_str(text).map_err(|error| {
        let message = format!("this is no list of {{\"question\", \"answer\"}}: {error}");
        Flaw::new("body", message)
    })?;
    let pairs = given.into_iter().map(|pair| Pair {
        questions: pair
            .question
            .iter()
            .chain(&pair.questions)
            .map(|text| one_line(text))
            .collect(),
        answer: pair.answer,
    });
    let pairs = checked(pairs.collect())?;
    draft(name, &Split::default(), None, markdown(&pairs), usual)
}

fn checked(pairs: Vec<Pair>) -> Result<Vec<Pair>, Flaw> {
    if pairs.is_empty() {
        return Err(Flaw::new(
            "body",
            "there is no question in it; begin questions with 'Q:' and answers with 'A:'",
        ));
    }
    for (at, pair) in pairs.iter().enumerate() {
        let asked = pair.questions.iter().any(|question| !question.is_empty());
        if !asked || pair.answer.trim().is_empty() {
            let message = format!("pair {} lacks its question or its answer", at + 1);
            return Err(Flaw::new("body", message));
        }
    }
    Ok(pairs)
}

/// The pairs as an article: a heading per question, other ways to ask as an author's note.
fn markdown(pairs: &[Pair]) -> String {
    let mut body = String::new();
    for pair in pairs {
        let mut questions = pair
            .questions
            .iter()
            .filter(|question| !question.is_empty());
        let shown = questions.next().map_or("", String::as_str);
        body.push_str(&format!("## {}\n\n", shown.trim_start_matches('#').trim()));
        let others: Vec<String> = questions
            .map(|other| other.replace("-->", "").replace('|', " "))
            .collect();
        // A question without its sign would be a mere heading.
        let shown = (!shown.ends_with('?')).then(|| shown.replace("-->", ""));
        let others: Vec<String> = shown.into_iter().chain(others).collect();
        if !others.is_empty() {
            body.push_str(&format!("<!-- also asked: {} -->\n\n", others.join(" | ")));
        }
        body.push_str(&format!("{}\n\n", below_headings(&pair.answer)));
    }
    body
}

/// An answer whose own headings stand below the question's.
fn below_headings(answer: &str) -> String {
    let lines = answer
        .trim()
        .lines()
        .map(|line| match line.starts_with('#') {
            true => format!("##{line}"),
            false => line.to_owned(),
        });
    lines.collect::<Vec<_>>().join("\n")
}
