//! What the agent keeps of a conversation, stored so that only one can go on from it.

use crate::conversation::{self, Author, Change};
use crate::error::{Error, Result};
use crate::queries::agent as queries;
use crate::routing::{self, With};
use crate::{Setup, endpoint};
use serde::Serialize;
use serde_json::Value;
use throughline_agent::trace::Record;
use throughline_brain::Mind;
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use throughline_storage::{Row, Tx, params};

/// The field of the case that says why the agent gave it to people.
pub(super) const HANDOFF: &str = "handoff";

/// The agent's state in a conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    pub mind: Mind,
    /// The number of the last entry it has heard.
    pub heard: i64,
    /// 0 while nothing is stored.
    pub revision: i64,
}

impl Kept {
    /// People have the conversation: everything up to `heard` is theirs to answer, and nothing that was begun goes on.
    pub fn leave_to_people(&mut self, heard: i64) {
        self.mind.dialogue.handed_off = true;
        self.mind.unsaid.clear();
        self.mind.open = None;
        self.heard = heard;
    }
}

/// What the agent thought about one event.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Trace {
    /// Counts the events of the conversation, from 1.
    pub revision: i64,
    /// The number of the entry it had heard last.
    pub heard: i64,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// What it heard, filled, decided and did, in order.
    #[schema(value_type = Vec<Object>)]
    pub records: serde_json::Value,
}

pub(super) fn load(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Kept> {
    let read = |row: &Row<'_>| {
        let mind: serde_json::Value = row.json("mind")?;
        Ok((mind, row.get("heard")?, row.get("revision")?))
    };
    match tx.optional(&queries::MIND, params![conversation], read)? {
        Some((mind, heard, revision)) => Ok(Kept {
            mind: serde_json::from_value(mind).map_err(|error| {
                Error::Conflict(format!("the agent's state cannot be read: {error}"))
            })?,
            heard,
            revision,
        }),
        None => Ok(Kept::default()),
    }
}

/// Stores the state and what led to it.
///
/// # Errors
/// [`Error::Conflict`] when somebody else went on from the same state.
pub(super) fn store(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    kept: &mut Kept,
    trace: &[Record],
) -> Result<()> {
    let now = setup.clock.now();
    let mind = json(&kept.mind)?;
    let changed = match kept.revision {
        0 => tx.execute(
            &queries::FIRST_MIND,
            params![conversation, &mind, kept.heard, now],
        )?,
        before => tx.execute(
            &queries::CHANGE_MIND,
            params![conversation, &mind, kept.heard, now, before],
        )?,
    };
    if changed == 0 {
        return Err(Error::Conflict(
            "the agent has gone on with this conversation elsewhere".to_owned(),
        ));
    }
    kept.revision += 1;
    if !trace.is_empty() {
        let records = json(&trace)?;
        tx.execute(
            &queries::TRACE,
            params![conversation, kept.revision, kept.heard, &records, now],
        )?;
    }
    Ok(())
}

fn json(value: &impl Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))
}

/// What the agent thought in a conversation, in order, after revision `after`.
///
/// # Errors
/// When the database fails.
pub fn traces(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    after: i64,
    limit: usize,
) -> Result<Vec<Trace>> {
    Ok(tx.all(
        &queries::TRACES,
        params![conversation, after, limit],
        |row| {
            Ok(Trace {
                revision: row.get("revision")?,
                heard: row.get("heard")?,
                at: row.get("at")?,
                records: row.json("records")?,
            })
        },
    )?)
}

/// A person gives the conversation back: the agent listens again, to what is written from now on. Nobody looks after it
/// any more.
///
/// # Errors
/// [`Error::NotFound`] when there is no such conversation; [`Error::Conflict`] when only people answer where its customer
/// wrote last.
pub fn hand_back(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    by: Author,
) -> Result<()> {
    conversation::lock(tx, conversation)?;
    if !endpoint::agent_answers(tx, conversation)? {
        let why = "only people answer where this customer wrote last; an administrator sets that for each endpoint";
        return Err(Error::Conflict(why.to_owned()));
    }
    // The router hears whose turn it is before it hears that nobody has it: it must not offer it to anybody meanwhile.
    routing::wake(tx, &setup.clock, conversation, Some(With::Agent))?;
    let mut change = Change {
        unassign: true,
        ..Change::default()
    };
    // It was asked for a person no longer.
    change.fields.insert(HANDOFF.to_owned(), Value::Null);
    conversation::change(tx, setup, conversation, &change, by)?;
    let here = conversation::get(tx, conversation)?;
    let mut kept = load(tx, conversation)?;
    kept.mind.dialogue.hand_back();
    kept.mind.unsaid.clear();
    kept.mind.open = None;
    kept.heard = here.last_seq;
    let note = Record::Note {
        text: "a person gave the conversation back".to_owned(),
    };
    store(tx, setup, conversation, &mut kept, &[note])
}

/// The customer wrote where only people answer: the conversation is theirs until somebody gives it back.
///
/// # Errors
/// When the database fails.
pub(crate) fn keep_out(tx: &mut Tx<'_>, setup: &Setup, conversation: ConversationId) -> Result<()> {
    match hear_no_more(tx, setup, conversation) {
        // A message is taken in whatever the agent's state is; one that cannot be read it gives up by itself.
        Err(Error::Conflict(_)) => Ok(()),
        done => done,
    }
}

fn hear_no_more(tx: &mut Tx<'_>, setup: &Setup, conversation: ConversationId) -> Result<()> {
    let mut kept = load(tx, conversation)?;
    if kept.mind.dialogue.handed_off {
        return Ok(());
    }
    kept.leave_to_people(conversation::get(tx, conversation)?.last_seq);
    let note = Record::Note {
        text: "only people answer where the customer wrote; nothing is done".to_owned(),
    };
    store(tx, setup, conversation, &mut kept, &[note])
}

/// Whether the agent gave the conversation to people.
pub(crate) fn handed_off(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<bool> {
    Ok(load(tx, conversation)?.mind.dialogue.handed_off)
}
