//! The front matter, and the whole file.

use crate::body;
use crate::condition::Condition;
use crate::problem::Problem;
use crate::procedure::{Choice, Example, NotWhen, Procedure, Slot, SlotKind};
use crate::template::is_path;
use crate::trial::first_line;
use serde::Deserialize;
use serde_saphyr::Spanned;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    procedure: Spanned<String>,
    title: String,
    when: String,
    #[serde(default)]
    not_when: Vec<Spanned<String>>,
    #[serde(default)]
    examples: Vec<Spanned<String>>,
    #[serde(default)]
    slots: BTreeMap<String, Spanned<SlotHead>>,
    #[serde(default)]
    tools: Vec<String>,
    #[serde(default)]
    policy: Vec<String>,
    version: u32,
    identifies: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotHead {
    r#type: SlotKind,
    from: Option<String>,
    prefer: Option<String>,
    default: Option<String>,
    fact: Option<String>,
    ask: Option<String>,
    #[serde(default)]
    choices: Vec<ChoiceHead>,
    each: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChoiceHead {
    Plain(String),
    Worded {
        value: String,
        #[serde(default)]
        words: Vec<String>,
    },
}

/// Reads one file. What can be read of a wrong file is not handed out: a procedure either stands as written or not at
/// all. Warnings come with the procedure.
///
/// # Errors
/// Everything that is wrong with it, with lines.
pub fn parse(file: &str, text: &str) -> Result<(Procedure, Vec<Problem>), Vec<Problem>> {
    let text_only = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let (head_text, body_text, body_line) =
        split(file, &text_only).map_err(|problem| vec![problem])?;
    let head = read_head(file, head_text).map_err(|problem| vec![problem])?;
    let mut problems = Vec::new();
    let slots = read_slots(file, head.slots, &mut problems);
    let body = body::read(file, body_text, body_line, &mut problems);
    if !is_path(&head.procedure.value) {
        let advice = "use letters, digits, - and _ only";
        problems.push(Problem::error(
            file,
            line_of(&head.procedure),
            "this is not a name",
            advice,
        ));
    }
    if problems
        .iter()
        .any(|problem| problem.severity == crate::Severity::Error)
    {
        return Err(problems);
    }
    let procedure = Procedure {
        name: head.procedure.value,
        title: head.title,
        when: head.when,
        not_when: head.not_when.into_iter().map(not_when).collect(),
        examples: head.examples.into_iter().map(example).collect(),
        slots,
        tools: head.tools,
        policy: head.policy,
        version: head.version,
        identifies: head.identifies,
        steps: body.steps,
        ops: body.ops,
        anchors: body.anchors,
        escalations: body.escalations,
        tests: body.tests,
        file: file.to_owned(),
        hash: hex::encode(Sha256::digest(text.as_bytes())),
    };
    Ok((procedure, problems))
}

/// The text between the `---` lines, the text below, and the number of its first line.
fn split<'a>(file: &str, text: &'a str) -> Result<(&'a str, &'a str, usize), Problem> {
    let advice =
        "begin the file with a line '---', then procedure:, title: and so on, then a line '---'";
    let rest = text
        .strip_prefix("---\n")
        .ok_or_else(|| Problem::error(file, 1, "the file has no front matter", advice))?;
    let end = rest
        .find("\n---\n")
        .ok_or_else(|| Problem::error(file, 1, "the front matter does not end", advice))?;
    let (head, body) = (&rest[..=end], &rest[end + "\n---\n".len()..]);
    Ok((head, body, head.lines().count() + 3))
}

fn read_head(file: &str, text: &str) -> Result<Head, Problem> {
    serde_saphyr::from_str(text).map_err(|error| {
        // Line 1 of the file is the '---' above it.
        let line = error.location().map_or(1, |at| at.line() as usize + 1);
        let what = format!(
            "the front matter cannot be read: {}",
            first_line(&error.to_string())
        );
        Problem::error(
            file,
            line,
            what,
            "correct the YAML there; see docs/procedures.md",
        )
    })
}

fn line_of<T>(spanned: &Spanned<T>) -> usize {
    spanned.referenced.line() as usize + 1
}

fn not_when(text: Spanned<String>) -> NotWhen {
    let line = line_of(&text);
    match text.value.rsplit_once("->") {
        Some((case, instead)) => NotWhen {
            text: case.trim().to_owned(),
            instead: Some(instead.trim().to_owned()),
            line,
        },
        None => NotWhen {
            text: text.value,
            instead: None,
            line,
        },
    }
}

fn example(text: Spanned<String>) -> Example {
    Example {
        line: line_of(&text),
        text: text.value,
    }
}

fn read_slots(
    file: &str,
    heads: BTreeMap<String, Spanned<SlotHead>>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Slot> {
    let mut slots = BTreeMap::new();
    for (name, head) in heads {
        let line = line_of(&head);
        let head = head.value;
        let prefer = match head.prefer.as_deref().map(Condition::parse).transpose() {
            Ok(prefer) => prefer,
            Err(what) => {
                let advice = "write prefer: 'status == \"delivered\"'";
                problems.push(Problem::error(file, line, what, advice));
                None
            }
        };
        let slot = Slot {
            fact: head.fact.unwrap_or_else(|| name.clone()),
            kind: head.r#type,
            from: head.from,
            prefer,
            default: head.default,
            ask: head.ask,
            choices: head.choices.into_iter().map(choice).collect(),
            each: head.each,
            name: name.clone(),
            line,
        };
        slots.insert(name, slot);
    }
    slots
}

fn choice(head: ChoiceHead) -> Choice {
    match head {
        ChoiceHead::Plain(value) => Choice {
            value,
            words: Vec::new(),
        },
        ChoiceHead::Worded { value, words } => Choice { value, words },
    }
}
