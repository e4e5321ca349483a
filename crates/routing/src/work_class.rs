//! Kinds of work, by how much of a person they take.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::words;

words! {
    /// A kind of work. Each channel belongs to one.
    WorkClass {
        /// A telephone or video call: all of a person.
        Call = "call",
        /// Somebody stands in the shop.
        Visit = "visit",
        /// A chat whose customer watches.
        Chat = "chat",
        /// Messages of a messenger or by SMS; the customer comes and goes.
        Message = "message",
        /// Mail.
        Email = "email",
    }
}

/// How many kinds of work there are.
pub(crate) const CLASSES: usize = WorkClass::ALL.len();

impl WorkClass {
    /// The kind of work that a channel brings.
    pub fn of(channel: Channel) -> Self {
        match channel {
            Channel::Voice | Channel::Video => Self::Call,
            Channel::InStore => Self::Visit,
            Channel::Webchat | Channel::InApp => Self::Chat,
            Channel::Sms
            | Channel::Whatsapp
            | Channel::Messenger
            | Channel::Instagram
            | Channel::Telegram => Self::Message,
            Channel::Email => Self::Email,
        }
    }

    pub(crate) fn index(self) -> usize {
        self as usize
    }
}

/// How work of one kind is treated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassRule {
    /// How much of a worker's capacity one piece takes; a person usually has 100.
    pub weight: u32,
    /// The kinds of work that may push this one aside for as long as they last.
    pub interrupted_by: BTreeSet<WorkClass>,
    /// How long an offer stands before it goes to somebody else.
    pub offer_ms: Millis,
    /// How long a worker is left alone with what is finished, its weight still taken. 0 for not at all.
    pub wrap_up_ms: Millis,
    /// How long a worker who went offline keeps it; nothing for as long as it takes.
    pub keep_offline_ms: Option<Millis>,
    /// How long a piece waits before one worker, who has too much else, gets nothing new until there
    /// is room for it. Nothing for work that fits beside other work anyway.
    pub drain_after_ms: Option<Millis>,
}

impl ClassRule {
    /// What suits most: a call takes a whole person and interrupts mail and messages; four chats, five
    /// messages or two mails fill one.
    pub fn usual(class: WorkClass) -> Self {
        use WorkClass::{Call, Chat, Email, Message, Visit};
        let plain = Self {
            weight: 100,
            interrupted_by: BTreeSet::new(),
            offer_ms: 20_000,
            wrap_up_ms: 0,
            keep_offline_ms: None,
            drain_after_ms: None,
        };
        match class {
            Call => Self {
                wrap_up_ms: 10_000,
                keep_offline_ms: Some(0),
                drain_after_ms: Some(60_000),
                ..plain
            },
            Visit => Self {
                keep_offline_ms: Some(0),
                drain_after_ms: Some(120_000),
                ..plain
            },
            Chat => Self {
                weight: 25,
                offer_ms: 30_000,
                keep_offline_ms: Some(60_000),
                ..plain
            },
            Message => Self {
                weight: 20,
                interrupted_by: BTreeSet::from([Call, Visit]),
                offer_ms: 60_000,
                keep_offline_ms: Some(15 * 60_000),
                ..plain
            },
            Email => Self {
                weight: 50,
                interrupted_by: BTreeSet::from([Call, Visit, Chat]),
                offer_ms: 120_000,
                keep_offline_ms: Some(8 * 3_600_000),
                ..plain
            },
        }
    }
}
