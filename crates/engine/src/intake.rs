//! Intake: a message walks in. Read `walk` from top to bottom.
//!
//! Everything one message causes is one transaction; only after its commit the provider hears "accepted". The
//! same message delivered again changes nothing: `(endpoint, provider id)` is unique, and a transaction that
//! meets its own key undoes itself.

use crate::attachment::{self, Files, StoredFile};
use crate::conversation::{self, Author, Joined, NewEntry, Wanted};
use crate::error::{Error, Result};
use crate::identity::{self, Person, code};
use crate::queries::intake as queries;
use crate::routing::{self, With};
use crate::{Setup, agent, consent, job};
use serde_json::json;
use throughline_model::assurance::Assurance;
use throughline_model::conversation::{AuthorKind, Direction, EntryKind, MESSAGE_TEXT_LIMIT};
use throughline_model::id::{AttachmentId, ConversationId, EntryId, InteractionId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::inbound::Inbound;
use throughline_storage::{Db, Tx, params};

/// The job kind that fetches files a provider holds for us.
pub const FETCH_FILE: &str = "fetch_file";
/// Raw payloads above this size live with the attachments instead of in the database, in bytes.
const RAW_INLINE_LIMIT: usize = 64 * 1024;
/// How long the evidence of one message counts as proof, in milliseconds.
const MESSAGE_PROOF_MS: i64 = 30 * 60_000;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its number there.
    pub seq: i64,
    /// Its entry; none when it had been stored before.
    pub entry: Option<EntryId>,
    /// True when it had been stored before and nothing changed now.
    pub duplicate: bool,
    /// True when it started its conversation.
    pub started: bool,
}

/// A message with its files put away, ready for its transaction.
#[derive(Clone, Debug)]
struct Kept {
    inbound: Inbound,
    brand: String,
    raw_key: Option<String>,
    files: Vec<StoredFile>,
    /// Files that were uploaded before the message was sent.
    uploaded: Vec<AttachmentId>,
    wish: Option<consent::Wish>,
}

/// What a channel knows about a message beside the message.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// The brand its endpoint speaks for.
    pub brand: String,
    /// A wish about being written to, found in the message.
    pub wish: Option<consent::Wish>,
    /// Files that were uploaded before.
    pub uploaded: Vec<AttachmentId>,
}

/// Takes a verified message in. When this returns, the message is durable and may be acknowledged.
///
/// # Errors
/// When it could not be stored; the provider should send it again.
pub async fn receive(
    db: &Db,
    setup: &Setup,
    files: &Files,
    inbound: Inbound,
    circumstances: Circumstances,
) -> Result<Received> {
    let Circumstances {
        brand,
        wish,
        uploaded,
    } = circumstances;
    let mut stored = Vec::with_capacity(inbound.content.files.len());
    for file in &inbound.content.files {
        stored.push(files.keep(file).await?);
    }
    let raw_key = match inbound.raw.body.len() > RAW_INLINE_LIMIT {
        true => Some(files.keep_raw(inbound.raw.body.clone()).await?),
        false => None,
    };
    let kept = Kept {
        inbound,
        brand,
        raw_key,
        files: stored,
        uploaded,
        wish,
    };
    let lookup = (kept.inbound.endpoint, kept.inbound.provider_id.clone());
    let for_walk = setup.clone();
    match db.write(move |tx| walk(tx, &for_walk, &kept)).await {
        Ok(received) => Ok(received),
        Err(Stop::Duplicate) => {
            db.read(move |tx| stored_before(tx, lookup.0, &lookup.1))
                .await
        }
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Why a walk ends early and leaves nothing behind.
enum Stop {
    Duplicate,
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The walk of one message, step by step.
fn walk(tx: &mut Tx<'_>, setup: &Setup, kept: &Kept) -> Result<Received, Stop> {
    let inbound = &kept.inbound;
    let name = inbound.from_name.as_deref();
    let person = identity::recognise(tx, &setup.clock, &sender(inbound), name)?;
    let (person, carried) = carry(tx, setup, inbound, person)?;
    let joined = join(tx, setup, kept, person, carried)?;
    let contact = conversation::contact(
        tx,
        setup,
        joined.conversation,
        inbound.endpoint,
        inbound.channel,
        person.identifier,
    )?;
    let line = contact.line;
    let (entry, seq) = append(tx, setup, kept, person, &joined, line)?;
    keep_raw(tx, setup, kept, joined.conversation, seq)?;
    attachment::attach(
        tx,
        &kept.files,
        joined.conversation,
        entry,
        "customer",
        setup.clock.now(),
    )?;
    attachment::claim(
        tx,
        &kept.uploaded,
        person.identifier,
        joined.conversation,
        entry,
    )?;
    remember_thread(tx, inbound, joined.conversation, line)?;
    prove(tx, setup, inbound, person)?;
    consent::heed(
        tx,
        setup,
        kept.wish,
        person.identifier,
        &joined,
        line,
        inbound,
    )?;
    fetch_later(tx, setup, inbound, joined.conversation, entry)?;
    if !inbound.automatic {
        // The agent does not listen to whoever claims to be somebody else: people have to look.
        let listens = setup.agent && contact.agent && !inbound.evidence.contradicted;
        if setup.agent && !listens {
            agent::keep_out(tx, setup, joined.conversation)?;
        }
        let with = match listens {
            true => None,
            false => Some(With::People),
        };
        routing::heard(tx, setup, joined.conversation, with)?;
    }
    note_answers(tx, setup, inbound, person, joined.conversation, line)?;
    Ok(Received {
        conversation: joined.conversation,
        seq,
        entry: Some(entry),
        duplicate: false,
        started: joined.started,
    })
}

/// Who the message is from. A sender that a check contradicts is a person of their own: nothing they write may
/// land with the person they claim to be.
fn sender(inbound: &Inbound) -> Identifier {
    if inbound.evidence.contradicted {
        return Identifier {
            kind: IdentifierKind::Social,
            value: format!("unproven-{}:{}", inbound.from.kind, inbound.from.value),
        };
    }
    inbound.from.clone()
}

/// A conversation may be on its way to this address: then this message proves the address, and goes there.
fn carry(
    tx: &mut Tx<'_>,
    setup: &Setup,
    inbound: &Inbound,
    person: Person,
) -> Result<(Person, Option<ConversationId>)> {
    let by_visitor = matches!(
        inbound.from.kind,
        IdentifierKind::Visitor | IdentifierKind::Device
    );
    if by_visitor || inbound.evidence.contradicted || inbound.automatic {
        return Ok((person, None));
    }
    match code::redeem_reply(
        tx,
        setup,
        person.identifier,
        &inbound.content.text,
        inbound.thread.conversation,
    )? {
        Some(redeemed) => {
            // The proof may have linked the address, or started a number's new life: look again.
            let name = inbound.from_name.as_deref();
            let person = identity::recognise(tx, &setup.clock, &inbound.from, name)?;
            Ok((person, redeemed.conversation))
        }
        None => Ok((person, None)),
    }
}

fn join(
    tx: &mut Tx<'_>,
    setup: &Setup,
    kept: &Kept,
    person: Person,
    carried: Option<ConversationId>,
) -> Result<Joined> {
    let thread = &kept.inbound.thread;
    let by_reference = match thread.references.is_empty() || kept.inbound.evidence.contradicted {
        true => None,
        false => referenced(tx, &thread.references)?,
    };
    let wanted = Wanted {
        conversation: carried.or(thread.conversation).or(by_reference),
        new_issue: thread.new_issue,
        subject: kept.inbound.content.subject.clone(),
        brand: kept.brand.clone(),
    };
    conversation::join_or_start(tx, setup, person, kept.inbound.endpoint, &wanted)
}

/// The conversation of the newest known message among those a mail answers.
fn referenced(tx: &mut Tx<'_>, references: &[String]) -> Result<Option<ConversationId>> {
    for reference in references.iter().take(20) {
        if let Some(found) = tx.optional(&queries::THREAD_OF, params![reference], |row| {
            row.get("conversation_id")
        })? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn append(
    tx: &mut Tx<'_>,
    setup: &Setup,
    kept: &Kept,
    person: Person,
    joined: &Joined,
    line: InteractionId,
) -> Result<(EntryId, i64)> {
    let inbound = &kept.inbound;
    let content = &inbound.content;
    let mut body = serde_json::Map::new();
    let mut put = |name: &str, value: Option<serde_json::Value>| {
        if let Some(value) = value {
            body.insert(name.to_owned(), value);
        }
    };
    put("subject", content.subject.clone().map(Into::into));
    put("html", content.html.clone().map(Into::into));
    put("full_text", content.full_text.clone().map(Into::into));
    put("automatic", inbound.automatic.then(|| true.into()));
    put(
        "answer",
        content
            .answer
            .as_ref()
            .and_then(|answer| serde_json::to_value(answer).ok()),
    );
    put("reopened", joined.reopened.then(|| true.into()));
    if inbound.evidence.assurance > Assurance::NONE
        || inbound.evidence.contradicted
        || inbound.evidence.method.is_some()
    {
        put("evidence", serde_json::to_value(&inbound.evidence).ok());
    }
    let entry = NewEntry {
        conversation: joined.conversation,
        at: inbound.sent_at.min(setup.clock.now()),
        kind: EntryKind::Message,
        direction: Direction::In,
        author: Author {
            kind: AuthorKind::Customer,
            id: Some(person.identifier.uuid()),
            name: inbound.from_name.clone(),
        },
        interaction: Some(line),
        channel: Some(inbound.channel),
        public: true,
        text: shortened(&content.text),
        body: body.into(),
    };
    conversation::append(tx, setup, &entry)
}

/// The text as far as it fits into an entry; the raw payload keeps all of it.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(MESSAGE_TEXT_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Stores the payload under its key; meeting the key ends the walk.
fn keep_raw(
    tx: &mut Tx<'_>,
    setup: &Setup,
    kept: &Kept,
    conversation: ConversationId,
    seq: i64,
) -> Result<(), Stop> {
    let Inbound {
        endpoint,
        provider_id,
        raw,
        ..
    } = &kept.inbound;
    let body = kept.raw_key.is_none().then(|| raw.body.to_vec());
    let (id, now) = (setup.clock.new_id(), setup.clock.now());
    let values = params![
        *endpoint,
        provider_id,
        id,
        now,
        &raw.media_type,
        body,
        kept.raw_key.clone(),
        conversation,
        seq
    ];
    match tx.execute(&queries::KEEP, values)? {
        0 => Err(Stop::Duplicate),
        _ => Ok(()),
    }
}

fn stored_before(
    tx: &mut Tx<'_>,
    endpoint: throughline_model::id::EndpointId,
    provider_id: &str,
) -> Result<Received> {
    Ok(tx.one(
        &queries::STORED_BEFORE,
        params![endpoint, provider_id],
        |row| {
            Ok(Received {
                conversation: row.get("conversation_id")?,
                seq: row.get("seq")?,
                entry: None,
                duplicate: true,
                started: false,
            })
        },
    )?)
}

fn remember_thread(
    tx: &mut Tx<'_>,
    inbound: &Inbound,
    conversation: ConversationId,
    line: InteractionId,
) -> Result<()> {
    if let Some(message_id) = &inbound.thread.message_id {
        tx.execute(
            &queries::REMEMBER_MESSAGE_ID,
            params![message_id, conversation, line, inbound.sent_at],
        )?;
    }
    Ok(())
}

/// What the message itself proves about its sender counts for a while.
fn prove(tx: &mut Tx<'_>, setup: &Setup, inbound: &Inbound, person: Person) -> Result<()> {
    if inbound.evidence.assurance > Assurance::NONE
        && !inbound.evidence.contradicted
        && inbound.from.kind != IdentifierKind::Visitor
    {
        let method = inbound.evidence.method.as_deref().unwrap_or("channel");
        let until = setup.clock.now() + MESSAGE_PROOF_MS;
        identity::prove(
            tx,
            setup,
            person.identifier,
            person.identifier,
            inbound.evidence.assurance,
            method,
            until,
        )?;
    }
    Ok(())
}

/// What was filled into a form is known from now on.
fn note_answers(
    tx: &mut Tx<'_>,
    setup: &Setup,
    inbound: &Inbound,
    person: Person,
    conversation: ConversationId,
    line: InteractionId,
) -> Result<()> {
    let answer = inbound.content.answer.iter();
    for (name, value) in answer.flat_map(|answer| &answer.values) {
        let author = Author {
            kind: AuthorKind::Customer,
            id: Some(person.identifier.uuid()),
            name: inbound.from_name.clone(),
        };
        let value = value.as_str().into();
        conversation::set_fact(tx, setup, conversation, name, &value, author, Some(line))?;
    }
    Ok(())
}

fn fetch_later(
    tx: &mut Tx<'_>,
    setup: &Setup,
    inbound: &Inbound,
    conversation: ConversationId,
    entry: EntryId,
) -> Result<()> {
    for file in &inbound.content.remote_files {
        let attachment = AttachmentId(setup.clock.new_id());
        attachment::announce(tx, attachment, conversation, entry, setup.clock.now())?;
        let payload =
            json!({ "endpoint": inbound.endpoint, "attachment": attachment, "file": file });
        job::enqueue(
            tx,
            &setup.clock,
            FETCH_FILE,
            &entry.to_string(),
            &payload,
            setup.clock.now(),
            8,
        )?;
    }
    Ok(())
}
