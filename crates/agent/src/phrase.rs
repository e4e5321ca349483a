//! Words what is to be said, at the very end and for a style: the same content everywhere, in as many words as fit.

use crate::command::Smalltalk;
use crate::event::Passage;
use crate::utterance::{Choice, Utterance};

/// How a medium talks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Chats: short paragraphs, links.
    Rich,
    /// Mail: whole sentences, sources at the end.
    Plain,
    /// Text messages: as few characters as possible.
    Short,
    /// Voice: no links, no lists, nothing one has to see.
    Spoken,
}

/// The most characters of a passage that are read out or sent as a text message.
const SHORT_PASSAGE: usize = 280;
/// The most characters of a passage elsewhere.
const LONG_PASSAGE: usize = 900;
/// The most choices that are listed.
const CHOICES: usize = 8;

/// One message that says all of `utterances`, in order. `site` stands before addresses of articles, such as
/// `https://shop.example`.
pub fn phrase(utterances: &[Utterance], style: Style, site: &str) -> String {
    let mut said: Vec<String> = Vec::new();
    for utterance in utterances {
        let text = one(utterance, style, site);
        if !text.is_empty() && said.last() != Some(&text) {
            said.push(text);
        }
    }
    let between = match style {
        Style::Rich | Style::Plain => "\n\n",
        Style::Short => "\n",
        Style::Spoken => " ",
    };
    said.join(between)
}

fn one(utterance: &Utterance, style: Style, site: &str) -> String {
    match utterance {
        Utterance::Told { text } | Utterance::Confirm { text } => text.trim().to_owned(),
        Utterance::Ask {
            question,
            choices,
            again,
            ..
        } => asked(question, choices, *again, style),
        Utterance::AskChange {} => "What should be different?".to_owned(),
        Utterance::Refused { says } => says.join(" "),
        Utterance::Answer { passages } => answered(passages, style, site),
        Utterance::NoAnswer {} => match style {
            Style::Short | Style::Spoken => "Sorry, I don't know that. Ask for a person, and a colleague takes over.",
            _ => "I'm sorry, I don't know the answer to that. Could you say it in other words? Or ask for a person, and a colleague takes over and sees everything we have said.",
        }
        .to_owned(),
        Utterance::Clarify { options } => {
            let question = "I can help with more than one thing here. Which is it?";
            asked(question, options, false, style)
        }
        Utterance::NotUnderstood {} => match style {
            Style::Short | Style::Spoken => "Sorry, I didn't get that. Could you say it another way?",
            _ => "I'm not sure I understand. Could you say it in other words? You can also ask for a person at any time.",
        }
        .to_owned(),
        Utterance::Cancelled { title } => format!("All right, I've stopped: {title}."),
        Utterance::Resumed { title } => format!("Back to: {title}."),
        Utterance::AlreadyDone {} => {
            "That is done already and I can't change it any more. A colleague can look at it if you like.".to_owned()
        }
        Utterance::HandingOver { reason } => handing_over(reason).to_owned(),
        Utterance::Sorry {} => "I'm sorry about the trouble. Let me help.".to_owned(),
        Utterance::Smalltalk { kind } => match kind {
            Smalltalk::Greeting => "Hello! How can I help?",
            Smalltalk::Thanks => "You're welcome!",
            Smalltalk::Goodbye => "Goodbye, and have a good day!",
            Smalltalk::Chat => "I'm the automatic assistant here. What can I do for you?",
        }
        .to_owned(),
    }
}

fn handing_over(reason: &str) -> &'static str {
    match reason {
        "asked" => {
            "Of course. A colleague takes over and sees everything we have said, so you need not repeat anything."
        }
        "upset" => {
            "I'm sorry this has been so tiresome. A colleague takes over now and sees everything we have said."
        }
        "language" => "A colleague who speaks your language will answer you here.",
        "approval" => {
            "A colleague has to approve this. They see everything we have said and will answer you here."
        }
        "tool_failed" => {
            "Something did not work on our side. A colleague takes over and sees how far we have come; you need not repeat anything."
        }
        _ => {
            "A colleague takes over from here and sees everything we have said, so you need not repeat anything."
        }
    }
}

fn asked(question: &str, choices: &[Choice], again: bool, style: Style) -> String {
    let lead = match (again, style) {
        (false, _) => "",
        (true, Style::Short) => "Sorry, that doesn't fit. ",
        (true, _) => "Sorry, I couldn't match that. ",
    };
    let labels: Vec<&str> = choices
        .iter()
        .take(CHOICES)
        .map(|choice| choice.label.as_str())
        .collect();
    // A question that names its choices needs no list.
    let named = labels
        .iter()
        .all(|label| question.to_lowercase().contains(&label.to_lowercase()));
    if labels.is_empty() || named {
        return format!("{lead}{question}");
    }
    match style {
        Style::Rich | Style::Plain => format!("{lead}{question}\n- {}", labels.join("\n- ")),
        Style::Short => format!("{lead}{question} {}", labels.join(" / ")),
        Style::Spoken => format!("{lead}{question} {}.", spoken_list(&labels)),
    }
}

fn spoken_list(labels: &[&str]) -> String {
    match labels {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

/// The first passage answers; the others are where more is written.
fn answered(passages: &[Passage], style: Style, site: &str) -> String {
    let Some(first) = passages.first() else {
        return String::new();
    };
    let limit = match style {
        Style::Short | Style::Spoken => SHORT_PASSAGE,
        _ => LONG_PASSAGE,
    };
    let text = shortened(first.text.trim(), limit);
    let mut seen = Vec::new();
    let mut sources = Vec::new();
    for passage in passages {
        let page = passage.url.as_deref().unwrap_or_default();
        if !page.is_empty() && !seen.contains(&&passage.title) {
            seen.push(&passage.title);
            sources.push(match style {
                Style::Short => format!("{site}{page}"),
                _ => format!("{}: {site}{page}", passage.title),
            });
        }
    }
    match (style, sources.as_slice()) {
        (Style::Spoken, _) | (_, []) => text,
        (Style::Short, [page, ..]) => format!("{text} {page}"),
        (_, [page]) => format!("{text}\n\nSource: {page}"),
        (_, pages) => format!("{text}\n\nSources:\n- {}", pages.join("\n- ")),
    }
}

/// Cut at the end of a sentence where there is one.
fn shortened(text: &str, limit: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let cut = &text[..end];
    match cut.rfind(['.', '!', '?']) {
        Some(stop) if stop > limit / 3 => cut[..=stop].to_owned(),
        _ => match cut.rfind(' ') {
            Some(space) => format!("{}…", &cut[..space]),
            None => format!("{cut}…"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Utterance {
        Utterance::Answer {
            passages: vec![Passage {
                id: "1".to_owned(),
                title: "Refunds".to_owned(),
                text: "A refund takes five days.".to_owned(),
                url: Some("/help/refunds".to_owned()),
            }],
        }
    }

    const STYLES: [Style; 4] = [Style::Rich, Style::Plain, Style::Short, Style::Spoken];

    #[test]
    fn every_style_says_the_same_and_names_its_source_where_one_can_follow_it() {
        for style in STYLES {
            let said = phrase(&[answer()], style, "https://shop.example");
            assert!(said.contains("five days"), "{said}");
            assert_eq!(
                said.contains("https://shop.example/help/refunds"),
                style != Style::Spoken
            );
        }
    }

    #[test]
    fn choices_are_listed_unless_the_question_names_them() {
        let choice = |label: &str| Choice {
            id: label.to_owned(),
            label: label.to_owned(),
        };
        let ask = |question: &str| Utterance::Ask {
            slot: "size".to_owned(),
            question: question.to_owned(),
            choices: vec![choice("Small"), choice("Large")],
            again: false,
        };
        assert_eq!(
            phrase(&[ask("Small or large?")], Style::Rich, ""),
            "Small or large?"
        );
        assert_eq!(
            phrase(&[ask("Which?")], Style::Short, ""),
            "Which? Small / Large"
        );
        assert_eq!(
            phrase(&[ask("Which?")], Style::Spoken, ""),
            "Which? Small or Large."
        );
    }

    #[test]
    fn a_text_message_stays_short() {
        let mut long = answer();
        if let Utterance::Answer { passages } = &mut long {
            for passage in passages {
                passage.text = "This is one sentence of the article. ".repeat(60);
            }
        }
        assert!(phrase(&[long], Style::Short, "").chars().count() < 320);
    }

    #[test]
    fn nobody_hears_the_same_sentence_twice_in_a_row() {
        let sorry = Utterance::Sorry {};
        let said = phrase(&[sorry.clone(), sorry], Style::Plain, "");
        assert_eq!(said.matches("sorry").count(), 1);
    }
}
