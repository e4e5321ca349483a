//! One `@` line.

use crate::condition::Condition;
use crate::procedure::{Action, Handler, Target, Trouble};
use crate::template::{Template, is_path};

/// What one line says.
pub(crate) enum Directive {
    Do(Action),
    On(Handler),
}

/// What is wrong with a line, and what to do about it.
pub(crate) struct Fault {
    pub what: String,
    pub advice: String,
}

impl Fault {
    fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            advice: advice.into(),
        }
    }
}

const WORDS: [&str; 11] = [
    "identify", "collect", "call", "if", "goto", "confirm", "say", "handoff", "explain", "done",
    "on",
];

/// Reads a line that begins with `@`.
pub(crate) fn read(line: &str) -> Result<Directive, Fault> {
    let text = without_remark(line).trim();
    if let Some(rest) = text.strip_prefix("@on ") {
        return handler(rest).map(Directive::On);
    }
    action(text).map(Directive::Do)
}

fn handler(rest: &str) -> Result<Handler, Fault> {
    let advice = "write @on deny -> @explain, or @on error -> @handoff queue=name";
    let (word, then) = rest
        .split_once("->")
        .ok_or_else(|| Fault::new("@on has no '->'", advice))?;
    let on = match word.trim() {
        "deny" => Trouble::Deny,
        "error" => Trouble::Error,
        other => return Err(Fault::new(format!("@on '{other}' is not known"), advice)),
    };
    Ok(Handler {
        on,
        then: action(then.trim())?,
    })
}

fn action(text: &str) -> Result<Action, Fault> {
    let text = text.strip_prefix('@').ok_or_else(|| {
        Fault::new(
            format!("'{text}' is not an action"),
            "begin it with @, such as @goto or @say",
        )
    })?;
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    match word {
        "identify" => identify(rest),
        "collect" => collect(rest),
        "call" => call(rest),
        "if" => condition(rest),
        "goto" => goto(rest),
        "confirm" => quoted("confirm", rest).map(|text| Action::Confirm { text }),
        "say" => quoted("say", rest).map(|text| Action::Say { text }),
        "handoff" => hand_off(rest),
        "explain" => Ok(Action::Explain),
        "done" => Ok(Action::Done),
        _ => Err(unknown(word)),
    }
}

fn unknown(word: &str) -> Fault {
    let near = WORDS
        .iter()
        .max_by(|a, b| strsim::jaro(a, word).total_cmp(&strsim::jaro(b, word)));
    Fault::new(
        format!("@{word} is not known"),
        format!(
            "did you mean @{}? Known are @{}",
            near.unwrap_or(&"say"),
            WORDS.join(" @")
        ),
    )
}

fn identify(rest: &str) -> Result<Action, Fault> {
    let level = rest
        .strip_prefix("level=")
        .and_then(|n| n.parse().ok())
        .filter(|n| *n <= 3);
    level
        .map(|level| Action::Identify { level })
        .ok_or_else(|| {
            Fault::new(
                "@identify needs a level",
                "write @identify level=1 (0 to 3)",
            )
        })
}

fn collect(rest: &str) -> Result<Action, Fault> {
    let slots: Vec<String> = rest
        .split(',')
        .map(|s| s.trim().to_owned())
        .filter(|s| !s.is_empty())
        .collect();
    if slots.is_empty() {
        return Err(Fault::new(
            "@collect names no slot",
            "write @collect order, items",
        ));
    }
    Ok(Action::Collect { slots })
}

fn call(rest: &str) -> Result<Action, Fault> {
    let (rest, keep) = match rest.rsplit_once("->") {
        Some((before, name)) if !before.ends_with('"') && is_path(name.trim()) => {
            (before, Some(name.trim()))
        }
        _ => (rest, None),
    };
    let mut words = split_words(rest)?.into_iter();
    let tool = words
        .next()
        .filter(|tool| is_path(tool))
        .ok_or_else(|| Fault::new("@call names no tool", "write @call tool argument={slot}"))?;
    let mut args = Vec::new();
    for word in words {
        let (name, value) = word.split_once('=').ok_or_else(|| {
            Fault::new(
                format!("'{word}' is not an argument"),
                "write name={slot} or name=\"text\"",
            )
        })?;
        let value =
            Template::parse(unquoted(value)).map_err(|what| Fault::new(what, "see the format"))?;
        args.push((name.to_owned(), value));
    }
    let keep = keep.unwrap_or(&tool).to_owned();
    Ok(Action::Call { tool, args, keep })
}

fn condition(rest: &str) -> Result<Action, Fault> {
    let advice = "write @if order.status != \"delivered\" -> @goto anchor";
    let (test, then) = rest
        .split_once("->")
        .ok_or_else(|| Fault::new("@if has no '->'", advice))?;
    let condition = Condition::parse(test.trim()).map_err(|what| Fault::new(what, advice))?;
    let then = action(then.trim())?;
    if matches!(
        then,
        Action::Collect { .. } | Action::Call { .. } | Action::Confirm { .. } | Action::If { .. }
    ) {
        return Err(Fault::new(
            "@if cannot do this in the same line",
            "give those lines a step of their own with an {#anchor}, and jump over it with @goto",
        ));
    }
    Ok(Action::If {
        condition,
        then: Box::new(then),
    })
}

fn goto(rest: &str) -> Result<Action, Fault> {
    let name = rest.trim_start_matches('#');
    if !is_path(name) {
        return Err(Fault::new(
            "@goto names no target",
            "write @goto anchor, or @goto procedure-name",
        ));
    }
    let target = match rest.starts_with('#') {
        true => Target::Anchor(name.to_owned()),
        // Which of the two it is shows when the anchors of the file are known.
        false => Target::Procedure(name.to_owned()),
    };
    Ok(Action::Goto { target })
}

fn quoted(word: &str, rest: &str) -> Result<Template, Fault> {
    let advice = format!("write @{word} \"what is said\"");
    let inner = rest
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|text| !text.trim().is_empty())
        .ok_or_else(|| Fault::new(format!("@{word} has no text in quotes"), advice.clone()))?;
    Template::parse(inner).map_err(|what| Fault::new(what, advice))
}

fn hand_off(rest: &str) -> Result<Action, Fault> {
    let advice = "write @handoff queue=name skills=\"language:de 3, returns\" note=\"text\"";
    let (mut queue, mut skills, mut note) = (None, None, None);
    for word in split_words(rest)? {
        match word.split_once('=') {
            Some(("queue", name)) => queue = Some(name.to_owned()),
            Some(("skills", text)) => {
                let text = unquoted(text);
                throughline_routing::read_skills(text)
                    .map_err(|what| Fault::new(what.to_string(), advice))?;
                skills = Some(text.to_owned());
            }
            Some(("note", text)) => {
                let text = Template::parse(unquoted(text))
                    .map_err(|what| Fault::new(what, "write note=\"text\""))?;
                note = Some(text);
            }
            _ => {
                let what = format!("'{word}' is not known to @handoff");
                return Err(Fault::new(what, advice));
            }
        }
    }
    Ok(Action::HandOff {
        queue,
        skills,
        note,
    })
}

/// Words apart at spaces, where a quoted text stays whole.
fn split_words(text: &str) -> Result<Vec<String>, Fault> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        match (c.is_whitespace() && !quoted, words.last_mut()) {
            (true, _) => words.push(String::new()),
            (false, Some(word)) => word.push(c),
            (false, None) => {}
        }
    }
    if quoted {
        return Err(Fault::new("a quote is not closed", "end the text with \""));
    }
    words.retain(|word| !word.is_empty());
    Ok(words)
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|t| t.strip_suffix('"'))
        .unwrap_or(text)
}

/// The line without a remark: two spaces or more and then `# `, outside of quotes.
fn without_remark(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted && line[..at].ends_with("  ") && line[at..].starts_with("# ") => {
                return &line[..at];
            }
            _ => {}
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handoff_names_a_queue_skills_and_a_note() {
        let line = "@handoff queue=returns skills=\"language:de 3, returns\" note=\"broken\"";
        let Ok(Directive::Do(Action::HandOff {
            queue,
            skills,
            note,
        })) = read(line)
        else {
            panic!("this is a handoff");
        };
        assert_eq!(queue.as_deref(), Some("returns"));
        assert_eq!(skills.as_deref(), Some("language:de 3, returns"));
        assert!(note.is_some());
    }

    #[test]
    fn skills_that_cannot_be_read_are_told_to_the_author() {
        let fault = read("@handoff skills=\"language:de 30\"").err();
        let fault = fault.map(|fault| fault.what).unwrap_or_default();
        assert!(fault.contains("levels go from 1 to 10"), "{fault}");
    }
}
