//! Reads what people said: `data/conversations/*.toml`, in the notation of `data/README.md`.

use serde::Deserialize;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::{CaseStatus, Priority};
use throughline_model::identifier::IdentifierKind;

const MINUTE_MS: Millis = 60_000;

/// The files, by the kind of issue they are about.
const FILES: &[(&str, &str)] = &[
    ("return", include_str!("../data/conversations/returns.toml")),
    (
        "exchange",
        include_str!("../data/conversations/exchanges.toml"),
    ),
    (
        "cancellation",
        include_str!("../data/conversations/cancellations.toml"),
    ),
    (
        "address_change",
        include_str!("../data/conversations/addresses.toml"),
    ),
    (
        "order_status",
        include_str!("../data/conversations/order_status.toml"),
    ),
    ("refund", include_str!("../data/conversations/refunds.toml")),
    (
        "damaged_item",
        include_str!("../data/conversations/damaged.toml"),
    ),
    (
        "warranty",
        include_str!("../data/conversations/warranty.toml"),
    ),
    (
        "invoice",
        include_str!("../data/conversations/invoices.toml"),
    ),
    (
        "complaint",
        include_str!("../data/conversations/complaints.toml"),
    ),
    ("pickup", include_str!("../data/conversations/pickups.toml")),
];

/// What one person wanted, and how it went.
#[derive(Clone, Debug)]
pub struct Story {
    /// The kind of issue.
    pub kind: &'static str,
    /// The account of the person.
    pub who: String,
    /// The number of the order it is about.
    pub order: String,
    /// Which item of it.
    pub item: usize,
    /// When it begins.
    pub begins: Begins,
    /// The subject.
    pub subject: String,
    /// The device the chat is open on, where that is told.
    pub device: Option<String>,
    /// True when the mail only claims to be from the person.
    pub forged: bool,
    /// What happens.
    pub beats: Vec<Beat>,
}

/// When a story begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begins {
    /// So many days ago, at this time of that day (UTC), in milliseconds.
    OnDay {
        /// How many days ago.
        days: i64,
        /// The time of the day, in milliseconds.
        time_ms: Millis,
    },
    /// So many milliseconds ago.
    Ago(Millis),
}

/// One thing that happens in a story.
#[derive(Clone, Debug)]
pub struct Beat {
    /// How long after the one before, in milliseconds; by default as long as such a thing takes.
    pub after_ms: Option<Millis>,
    /// What.
    pub act: Act,
}

/// What can happen.
#[derive(Clone, Debug)]
pub enum Act {
    /// The customer writes.
    Writes(Channel, String),
    /// The customer is at a browser the shop has not seen.
    TakesNewBrowser,
    /// The customer reads the chat.
    Reads,
    /// Somebody at the desk answers.
    Answers {
        /// Who, by the name stories call them.
        member: String,
        /// What.
        text: String,
        /// True when the customer has left the chat.
        away: bool,
    },
    /// Somebody at the desk writes a note.
    Notes(String, String),
    /// The customer logs in at the shop, which vouches for them in the chat.
    SignsIn,
    /// The customer types an address into the chat.
    Types(IdentifierKind),
    /// The customer types an address, and the code that is sent there.
    Proves(IdentifierKind),
    /// The customer asks to go on elsewhere.
    GoesOn(Channel),
    /// Something becomes known.
    Fact(String, String),
    /// The case changes.
    Case(CaseChange),
    /// Somebody at the desk merges two customers.
    Merges {
        /// Who, by the name stories call them.
        member: String,
        /// The kinds of the two identifiers; the second may be another person's, by account.
        a: IdentifierKind,
        /// The account of the other person, if it is another one, and the kind of the identifier.
        b: (Option<String>, IdentifierKind),
        /// Why.
        reason: String,
    },
}

/// How a case changes.
#[derive(Clone, Debug, Default)]
pub struct CaseChange {
    /// Where it stands.
    pub status: Option<CaseStatus>,
    /// How urgent it is.
    pub priority: Option<Priority>,
    /// Who looks after it, by the name stories call them.
    pub owner: Option<String>,
    /// For how long it is put aside, in milliseconds.
    pub snooze_ms: Option<Millis>,
    /// Fields to set.
    pub fields: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    conversation: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    who: String,
    order: String,
    #[serde(default)]
    item: usize,
    begins: String,
    subject: String,
    #[serde(default)]
    device: Option<String>,
    #[serde(default)]
    forged: bool,
    story: String,
}

/// Every story.
pub fn stories() -> Result<Vec<Story>, String> {
    let mut stories = Vec::new();
    for (kind, text) in FILES {
        let file: File = toml::from_str(text).map_err(|error| format!("{kind}: {error}"))?;
        for written in file.conversation {
            stories.push(read(kind, written)?);
        }
    }
    Ok(stories)
}

fn read(kind: &'static str, written: Written) -> Result<Story, String> {
    let place = format!("{kind}, '{}'", written.subject);
    let begins = begins(&written.begins).ok_or(format!("{place}: begins '{}'", written.begins))?;
    let lines = written
        .story
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty());
    let beats = lines
        .map(|line| beat(line).ok_or_else(|| format!("{place}: this line cannot be read: {line}")))
        .collect::<Result<_, _>>()?;
    Ok(Story {
        kind,
        who: written.who,
        order: written.order,
        item: written.item,
        begins,
        subject: written.subject,
        device: written.device,
        forged: written.forged,
        beats,
    })
}

/// `26d 09:12` or `3h`
fn begins(text: &str) -> Option<Begins> {
    match text.split_once(' ') {
        Some((days, time)) => {
            let (hour, minute) = time.split_once(':')?;
            let minutes = hour.parse::<i64>().ok()? * 60 + minute.parse::<i64>().ok()?;
            let days = days.strip_suffix('d')?.parse().ok()?;
            Some(Begins::OnDay {
                days,
                time_ms: minutes * MINUTE_MS,
            })
        }
        None => duration(text).map(Begins::Ago),
    }
}

/// `25s`, `5m`, `3h` or `2d`, in milliseconds.
fn duration(text: &str) -> Option<Millis> {
    let unit = match text.chars().last()? {
        's' => 1_000,
        'm' => MINUTE_MS,
        'h' => 60 * MINUTE_MS,
        'd' => 24 * 60 * MINUTE_MS,
        _ => return None,
    };
    Some(text.get(..text.len() - 1)?.parse::<i64>().ok()? * unit)
}

/// `ana away +2h: Hello …`
fn beat(line: &str) -> Option<Beat> {
    let (head, text) = line.split_once(':')?;
    let text = text.trim().replace("\\n", "\n");
    let mut after_ms = None;
    let mut words = Vec::new();
    for word in head.split_whitespace() {
        match word.strip_prefix('+') {
            Some(wait) => after_ms = Some(duration(wait)?),
            None => words.push(word),
        }
    }
    let act = match words.as_slice() {
        ["chat"] => Act::Writes(Channel::Webchat, text),
        ["new-browser"] => Act::TakesNewBrowser,
        ["mail"] => Act::Writes(Channel::Email, text),
        ["sms"] => Act::Writes(Channel::Sms, text),
        ["signs-in"] => Act::SignsIn,
        ["types-mail"] => Act::Types(IdentifierKind::Email),
        ["types-phone"] => Act::Types(IdentifierKind::Phone),
        ["proves-mail"] => Act::Proves(IdentifierKind::Email),
        ["proves-phone"] => Act::Proves(IdentifierKind::Phone),
        ["goes-on", "mail"] => Act::GoesOn(Channel::Email),
        ["goes-on", "sms"] => Act::GoesOn(Channel::Sms),
        ["fact"] => text
            .split_once('=')
            .map(|(name, value)| Act::Fact(name.to_owned(), value.to_owned()))?,
        ["case"] => Act::Case(case(&text)?),
        ["merge"] => merge(&text)?,
        [member, "note"] => Act::Notes((*member).to_owned(), text),
        [member] => Act::Answers {
            member: (*member).to_owned(),
            text,
            away: false,
        },
        [member, "away"] => Act::Answers {
            member: (*member).to_owned(),
            text,
            away: true,
        },
        _ => return None,
    };
    Some(Beat { after_ms, act })
}

/// `status=snoozed snooze=2d priority=high owner=ana field.name=value`
fn case(text: &str) -> Option<CaseChange> {
    let mut change = CaseChange::default();
    for word in text.split_whitespace() {
        let (name, value) = word.split_once('=')?;
        match name {
            "status" => change.status = Some(value.parse().ok()?),
            "priority" => change.priority = Some(value.parse().ok()?),
            "owner" => change.owner = Some(value.to_owned()),
            "snooze" => change.snooze_ms = Some(duration(value)?),
            _ => change
                .fields
                .push((name.strip_prefix("field.")?.to_owned(), value.to_owned())),
        }
    }
    Some(change)
}

/// `mail other:somebody:mail ana Same name`
fn merge(text: &str) -> Option<Act> {
    let mut words = text.splitn(4, ' ');
    let (a, b, member, reason) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let kind = |word: &str| match word {
        "mail" => Some(IdentifierKind::Email),
        "phone" => Some(IdentifierKind::Phone),
        _ => None,
    };
    let b = match b
        .strip_prefix("other:")
        .and_then(|other| other.split_once(':'))
    {
        Some((account, word)) => (Some(account.to_owned()), kind(word)?),
        None => (None, kind(b)?),
    };
    Some(Act::Merges {
        member: member.to_owned(),
        a: kind(a)?,
        b,
        reason: reason.to_owned(),
    })
}
