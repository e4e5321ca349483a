//! What a customer's text says about receiving texts at all: stop, start again, or who are you.
//!
//! The provider acts on single keywords in English only. The law asks for more: a person may revoke
//! consent in any reasonable wording. So a whole message made of keywords counts, a closing or
//! free-standing "stop" counts, and phrases count anywhere (six languages). On the other
//! side stand people who talk about bus stops, cancel an order or beg us *not* to stop; taking those
//! for opt-outs would silence a customer in need, so a phrase must name messages, contact or a list,
//! and a negation before it undoes it.
//!
//! Left to people on purpose: "wrong number", "not interested", wishes about mail or calls, and
//! wishes with a condition ("not at night"). "Yes" is an answer, never a wish to start.

mod pattern;
mod phrases;
mod words;

use words::{Message, Sentence};

/// What a customer asks about receiving messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// No more messages. Confirm once, then send nothing.
    Stop,
    /// Messages may come again.
    Start,
    /// Who sends these, why, and how to end it.
    Help,
}

impl Wish {
    /// The word for it, as in `evidence.details`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Start => "start",
            Self::Help => "help",
        }
    }
}

/// Alone in a message, each of these asks to stop. CANCEL, END, QUIT, REVOKE, STOPALL and
/// UNSUBSCRIBE are the provider's own; it blocks the number whatever we think of them.
const STOP: &[&str] = &[
    "stop",
    "stopp",
    "stopall",
    "unsubscribe",
    "unsub",
    "unsuscribe",
    "unsubcribe",
    "cancel",
    "end",
    "quit",
    "optout",
    "revoke",
    "abmelden",
    "abmeldung",
    "abbestellen",
    "austragen",
    "aufhoren",
    "baja",
    "alto",
    "parar",
    "pare",
    "cancelar",
    "detener",
    "arret",
    "arrete",
    "arretez",
    "arreter",
    "desabonner",
    "desabonnement",
    "desinscription",
    "desinscrire",
    "sair",
    "descadastrar",
    "basta",
    "ferma",
    "fermare",
    "cancellami",
    "cancellatemi",
    "disiscrivi",
    "disiscrizione",
    "disiscrivimi",
];

/// Of these, the ones that mean nothing else even after other words.
const CLOSING_STOP: &[&str] = &["stop", "stopp", "stopall", "unsubscribe", "unsub", "optout"];

const START: &[&str] = &["start", "unstop", "alta", "inizia", "resubscribe"];

/// Exactly so, with no "please": a customer who begs for help wants an agent, not a leaflet.
const HELP: &[&str] = &["help", "info", "hilfe", "ayuda", "aide", "ajuda", "aiuto"];

/// The wish in a text, if there is one. A wish to stop goes before any other.
pub fn wish(text: &str) -> Option<Wish> {
    let message = Message::read(text);
    let phrases = phrases::all();
    let said = |wish| {
        let spoken = |sentence: &Sentence| {
            phrases
                .iter()
                .any(|phrase| phrase.wish == wish && phrase.is_in(sentence))
        };
        message.sentences().any(spoken)
    };
    if is_all(&message.bare(), STOP) || closes_with_stop(&message) || said(Wish::Stop) {
        Some(Wish::Stop)
    } else if is_all(&message.bare(), START) || said(Wish::Start) {
        Some(Wish::Start)
    } else if is_all(&message.words(), HELP) || said(Wish::Help) {
        Some(Wish::Help)
    } else {
        None
    }
}

/// True for one keyword, or the same few over and over.
fn is_all(words: &[&str], keywords: &[&str]) -> bool {
    !words.is_empty() && words.iter().all(|word| keywords.contains(word))
}

/// "Got the parcel, thanks. Stop" and a line of its own count; "Stop! That is the wrong address" does
/// not.
fn closes_with_stop(message: &Message) -> bool {
    message.closings().any(|clause| {
        let bare: Vec<&str> = clause.bare().collect();
        match bare.as_slice() {
            [first, "it" | "this" | "that" | "all" | "everything"] => *first == "stop",
            words => is_all(words, CLOSING_STOP),
        }
    })
}
