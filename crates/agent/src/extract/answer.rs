//! Yes, no, "the other one", "a person please", and anger.

use super::words::{folded, has_phrase};

const YES: &[&str] = &[
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "y",
    "sure",
    "ok",
    "okay",
    "k",
    "correct",
    "right",
    "exactly",
    "absolutely",
    "definitely",
    "certainly",
    "affirmative",
    "confirm",
    "confirmed",
    "i confirm",
    "go ahead",
    "do it",
    "please do",
    "yes please",
    "sounds good",
    "that's right",
    "thats right",
    "that is right",
    "that's correct",
    "that is correct",
    "that's fine",
    "that is fine",
    "fine",
    "perfect",
    "great",
    "go for it",
    "proceed",
    "please proceed",
    "of course",
    "looks good",
    "all good",
    "good",
    "works for me",
    "agreed",
    "i agree",
    "i do",
    "it is",
    "it does",
    "indeed",
    "👍",
    "si",
    "sí",
    "oui",
    "ja",
];

const NO: &[&str] = &[
    "no",
    "nope",
    "nah",
    "n",
    "not really",
    "no thanks",
    "no thank you",
    "don't",
    "dont",
    "do not",
    "don't do it",
    "do not do that",
    "stop",
    "wrong",
    "that's wrong",
    "that is wrong",
    "thats wrong",
    "incorrect",
    "not correct",
    "not right",
    "negative",
    "never",
    "rather not",
    "i'd rather not",
    "i don't",
    "i do not",
    "not that",
    "cancel that",
    "wait",
    "hold on",
    "no way",
    "👎",
    "nein",
    "non",
];

/// Words that may stand around a yes or a no without changing it.
const AROUND: &[&str] = &[
    "please",
    "thanks",
    "thank",
    "you",
    "that",
    "thats",
    "that's",
    "is",
    "it",
    "i",
    "the",
    "do",
    "am",
    "sir",
    "so",
    "much",
    "very",
    "oh",
    "well",
    "um",
    "uh",
    "hmm",
    "then",
    "now",
    "just",
    "this",
    "to",
    "all",
    "good",
    "and",
    "go",
    "ahead",
    "sounds",
    "looks",
    "with",
    "details",
    "everything",
    "would",
    "like",
    "want",
    "continue",
];

/// A plain yes (`true`) or no (`false`); `None` for anything else, also for a yes with a change in it.
pub fn yes_no(text: &str) -> Option<bool> {
    let text = match text.trim() {
        "👍" => return Some(true),
        "👎" => return Some(false),
        other => folded(other),
    };
    if text.is_empty() || text.split(' ').count() > 10 {
        return None;
    }
    let (yes, no) = (is_like(&text, YES), is_like(&text, NO));
    match (yes, no) {
        (_, true) => Some(false),
        (true, false) => Some(true),
        _ => None,
    }
}

/// Whether a text is one of these phrases, with nothing but small words around it.
fn is_like(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        if text == *phrase {
            return true;
        }
        let Some(rest) = text
            .strip_prefix(phrase)
            .and_then(|rest| rest.strip_prefix(' '))
        else {
            return false;
        };
        rest.split(' ')
            .all(|word| AROUND.contains(&word) || YES.contains(&word) || NO.contains(&word))
    })
}

/// What was wrong, and what is meant instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Correction {
    /// "The other one".
    Other,
    /// "No, the lamp": what is meant, as it was written. An address needs its commas.
    Instead(String),
}

const LEADS: &[&str] = &[
    "no wait",
    "no not that",
    "no sorry",
    "no i meant",
    "no i mean",
    "i meant",
    "i mean",
    "actually",
    "sorry",
    "no make it",
    "make it",
    "change it to",
    "change that to",
    "no the",
    "no it's",
    "no its",
    "not that one",
    "wait",
    "no use",
    "no",
    "nope",
    "rather",
    "correction",
];

const OTHERS: &[&str] = &[
    "the other one",
    "the other",
    "other one",
    "a different one",
    "another one",
    "not that one",
    "not this one",
    "the wrong one",
    "wrong one",
];

/// Reads a repair; `None` when the text is none.
pub fn correction(text: &str) -> Option<Correction> {
    let folded = folded(super::shortened(text));
    if folded.split(' ').count() <= 8 && OTHERS.iter().any(|other| has_phrase(&folded, other)) {
        return Some(Correction::Other);
    }
    let lead = LEADS
        .iter()
        .find(|lead| folded.starts_with(&format!("{lead} ")))?;
    let rest = after_words(text, lead.split(' ').count());
    let rest = match folded[lead.len()..].trim() {
        again if again.starts_with("i meant ") => after_words(rest, 2),
        again if again.starts_with("actually ") => after_words(rest, 1),
        _ => rest,
    };
    if rest.is_empty() || yes_no(text).is_some() {
        return None;
    }
    Some(Correction::Instead(rest.to_owned()))
}

/// What stands after so many words, as it was written.
fn after_words(text: &str, count: usize) -> &str {
    let (mut seen, mut at) = (0, 0);
    for word in text.split_whitespace() {
        if seen >= count {
            break;
        }
        // Each word is a piece of the text, so it is found where it stands.
        at = text[at..]
            .find(word)
            .map_or(at, |found| at + found + word.len());
        seen += folded(word).split_whitespace().count();
    }
    text[at..].trim()
}

const HUMAN: &[&str] = &[
    "human",
    "person",
    "real person",
    "agent",
    "representative",
    "rep",
    "operator",
    "supervisor",
    "manager",
    "someone",
    "somebody",
    "people",
    "employee",
    "colleague",
    "live agent",
    "human being",
];
const REACH: &[&str] = &[
    "talk",
    "speak",
    "connect",
    "transfer",
    "want",
    "need",
    "get me",
    "give me",
    "pass me",
    "chat with",
    "call me",
    "put me",
    "let me",
    "prefer",
    "escalate",
    "handover",
    "hand me over",
];

/// Whether somebody asks for a person. Works in any procedure.
pub fn wants_human(text: &str) -> bool {
    let folded = folded(super::shortened(text));
    let words = folded.split(' ').count();
    let human = HUMAN.iter().find(|word| has_phrase(&folded, word));
    let Some(human) = human else {
        return false;
    };
    let plain = words <= 3 && !matches!(*human, "someone" | "somebody" | "people" | "manager");
    let denied = ["don't want", "do not want", "no need"]
        .iter()
        .any(|no| has_phrase(&folded, no));
    let reached = REACH.iter().any(|reach| has_phrase(&folded, reach));
    // "Somebody stole my parcel and I want it back" asks for no person: the words must stand close together.
    !denied && (plain || (reached && close(&folded, human)))
}

fn close(folded: &str, human: &str) -> bool {
    let Some(before) = folded.split(human).next() else {
        return false;
    };
    let near: Vec<&str> = before.split_whitespace().rev().take(6).collect();
    let near = near.into_iter().rev().collect::<Vec<_>>().join(" ");
    REACH.iter().any(|reach| has_phrase(&near, reach))
}

const ANGER: &[&str] = &[
    "ridiculous",
    "unacceptable",
    "terrible",
    "awful",
    "worst",
    "angry",
    "furious",
    "useless",
    "pathetic",
    "scam",
    "fed up",
    "sick of",
    "disgusting",
    "outrageous",
    "horrible",
    "hate",
    "bullshit",
    "wtf",
    "damn",
    "stupid",
    "joke",
    "fuming",
    "livid",
    "rubbish service",
    "waste of time",
    "lawyer",
    "sue you",
    "idiot",
    "idiots",
    "crap",
    "fuck",
    "fucking",
    "shit",
    "annoyed",
    "frustrated",
    "frustrating",
    "this is insane",
    "appalling",
];

/// Whether somebody is upset, by plain signs: such words, or shouting.
pub fn is_upset(text: &str) -> bool {
    let text = super::shortened(text);
    let folded = folded(text);
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphabetic()).collect();
    let shouted = letters.len() >= 20
        && letters.iter().filter(|c| c.is_uppercase()).count() * 10 > letters.len() * 8;
    shouted || text.contains("!!!") || ANGER.iter().any(|word| has_phrase(&folded, word))
}
