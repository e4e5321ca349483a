//! The `## Tests` of a procedure: what a customer says, who they are, what must come of it. The same on every channel.

use crate::problem::Problem;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trial {
    /// What the customer says, turn by turn. When the turns are used up, questions are answered from `answers`.
    pub say: Vec<String>,
    /// Who they are: a customer's account id, or `anonymous`.
    pub who: String,
    /// What they answer when a slot is asked for that no turn answered, by the slot's name.
    pub answers: BTreeMap<String, String>,
    /// What is known of the conversation before it begins.
    pub facts: BTreeMap<String, Value>,
    /// Tools that fail in this test: the service behind them is down.
    pub fails: Vec<String>,
    /// Whether they say yes when a read-back asks for it; yes unless told.
    pub agrees: bool,
    /// What must come of it.
    pub expect: Expect,
    /// The channels it runs on; all unless told.
    pub on: Vec<String>,
    /// Its line.
    pub line: usize,
}

/// What must come of a test. What is not given is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    /// The values of these slots at the end.
    pub slots: BTreeMap<String, Value>,
    /// The writing tools that were carried out, in order.
    pub calls: Option<Vec<String>>,
    /// A rule that refused something.
    pub deny: Option<String>,
    /// Whether something was read back for a yes.
    pub asks_confirm: Option<bool>,
    /// The slots that were asked for, in order.
    pub asks: Option<Vec<String>>,
    /// The queue it was handed to, or `any`; `none` for no hand-over.
    pub handoff: Option<String>,
    /// Words that stand in what was said, in any case.
    pub says: Vec<String>,
    /// Words that never stand in what was said.
    pub never_says: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "one_or_many")]
    say: Vec<String>,
    #[serde(rename = "as", default = "anonymous")]
    who: String,
    #[serde(default)]
    answers: BTreeMap<String, String>,
    #[serde(default)]
    facts: BTreeMap<String, Value>,
    #[serde(default)]
    fails: Vec<String>,
    #[serde(default = "yes")]
    agrees: bool,
    expect: Expect,
    #[serde(default)]
    on: Vec<String>,
}

fn anonymous() -> String {
    ANONYMOUS.to_owned()
}

fn yes() -> bool {
    true
}

/// Somebody of whom nothing is proven.
pub const ANONYMOUS: &str = "anonymous";

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(text) => vec![text],
        OneOrMany::Many(texts) => texts,
    })
}

/// Reads the section, whose first line is line `first` of the file.
pub(crate) fn read(
    file: &str,
    text: &str,
    first: usize,
    problems: &mut Vec<Problem>,
) -> Vec<Trial> {
    if text.trim().is_empty() {
        return Vec::new();
    }
    match serde_saphyr::from_str::<Vec<Spanned<Written>>>(text) {
        Ok(written) => written.into_iter().map(|test| trial(test, first)).collect(),
        Err(error) => {
            let line = error
                .location()
                .map_or(0, |at| (at.line() as usize).saturating_sub(1));
            let what = format!(
                "the tests cannot be read: {}",
                first_line(&error.to_string())
            );
            let advice = "write a YAML list of say, as, expect; see docs/procedures.md";
            problems.push(Problem::error(file, first + line, what, advice));
            Vec::new()
        }
    }
}

fn trial(test: Spanned<Written>, first: usize) -> Trial {
    let line = first + (test.referenced.line() as usize).saturating_sub(1);
    let Written {
        say,
        who,
        answers,
        facts,
        fails,
        agrees,
        expect,
        on,
    } = test.value;
    Trial {
        say,
        who,
        answers,
        facts,
        fails,
        agrees,
        expect,
        on,
        line,
    }
}

/// A parser's message without the excerpt it draws below.
pub(crate) fn first_line(message: &str) -> String {
    let line = message
        .lines()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    line.trim().trim_start_matches("error: ").to_owned()
}
