//! Answers follow a visitor who has gone: by mail, to an address that is proven to be theirs. To one they have
//! only typed goes the news that there is an answer, without a word of it.
//!
//! What was answered in a short while goes in one mail. Each answer has a look of its own, and the first one that
//! is due takes the others along; `followed_answer` is written with the mail, so that no answer goes twice,
//! wherever a process dies.

use super::Terms;
use super::address::{CodeMessage, quiet_line};
use crate::conversation::{self, Interaction};
use crate::delivery::{self, Delivery};
use crate::endpoint::{self, Endpoint};
use crate::error::Result;
use crate::job::{Done, Handler, Job, enqueue};
use crate::queries::visitor as queries;
use crate::{Setup, identity};
use serde_json::json;
use std::collections::HashMap;
use throughline_model::clock::Millis;
use throughline_model::id::{DeliveryId, EndpointId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_model::outbound::DeliveryStatus;
use throughline_policy::delivery::Purpose;
use throughline_storage::{Db, Tx, params};

/// The job kind that looks whether an answer was read in the chat.
pub const CHAT_OFFLINE: &str = "chat_offline";
/// When an unread answer is looked at for the first time, and how often while its visitor is still there, in
/// milliseconds.
const LOOK_MS: i64 = 60_000;
/// An answer that nobody fetched for so long is left alone, in milliseconds.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
/// While the last answer is younger than this, the next one may be on its way, in milliseconds.
const STILL_WRITING_MS: i64 = 30_000;
/// So many answers go in one mail at most; the rest goes in the next.
const ANSWERS_PER_MAIL: usize = 20;
/// And so many bytes of files, unless a single answer has more: mail servers refuse what is larger.
const FILES_PER_MAIL: i64 = 10_000_000;
/// How often a look is tried.
const TRIES: i64 = 10;

/// Knows who has the chat open now.
pub trait Presence: Send + Sync {
    /// True when a browser of this visitor listens.
    fn is_here(&self, visitor: IdentifierId) -> bool;
}

/// For a process in which no chats end: nobody is here.
pub struct NobodyHere;

impl Presence for NobodyHere {
    fn is_here(&self, _: IdentifierId) -> bool {
        false
    }
}

/// Lets unread answers follow by mail; handles jobs of kind [`CHAT_OFFLINE`].
pub struct Offline {
    /// The database.
    pub db: Db,
    /// How the engine is set up.
    pub setup: Setup,
    /// What is said about visitors.
    pub terms: Terms,
    /// Which mailbox answers for each chat.
    pub mailboxes: HashMap<EndpointId, EndpointId>,
    /// Who is here.
    pub presence: Box<dyn Presence>,
}

/// Looks later whether what was written on `line` was read.
///
/// # Errors
/// When the database fails.
pub(crate) fn follow_later(
    tx: &mut Tx<'_>,
    setup: &Setup,
    line: &Interaction,
    delivery: DeliveryId,
) -> Result<()> {
    let payload = json!({ "delivery": delivery });
    let at = setup.clock.now() + LOOK_MS;
    let key = line.id.to_string();
    enqueue(tx, &setup.clock, CHAT_OFFLINE, &key, &payload, at, TRIES)?;
    Ok(())
}

#[async_trait::async_trait]
impl Handler for Offline {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let named = job.payload.get("delivery").and_then(|id| id.as_str());
        let Some(id) = named.and_then(|id| id.parse::<DeliveryId>().ok()) else {
            return Ok(Done::Dead("the job names no delivery".to_owned()));
        };
        let answer = self.db.read(move |tx| delivery::get(tx, id)).await?;
        let Some(mailbox) = self.mailboxes.get(&answer.endpoint).copied() else {
            return Ok(Done::Finished);
        };
        let now = self.setup.clock.now();
        let due = answer.created_at + self.terms.offline_after_ms;
        if answer.status == DeliveryStatus::Read || now > due + GIVE_UP_MS {
            return Ok(Done::Finished);
        }
        if now < due {
            let after_ms = due - now;
            return Ok(Done::Later { after_ms });
        }
        if self.presence.is_here(answer.identifier) {
            return Ok(Done::Later { after_ms: LOOK_MS });
        }
        let (setup, terms) = (self.setup.clone(), self.terms.clone());
        self.db
            .write(move |tx| follow(tx, &setup, &terms, id, mailbox))
            .await
    }
}

/// An answer that nobody has read.
struct Unread {
    id: DeliveryId,
    seq: i64,
    at: Millis,
}

/// Sends an unread answer after its visitor, as far as it may go, and those written since along with it.
fn follow(
    tx: &mut Tx<'_>,
    setup: &Setup,
    terms: &Terms,
    answer: DeliveryId,
    mailbox: EndpointId,
) -> Result<Done> {
    let answer = delivery::get(tx, answer)?;
    conversation::lock(tx, answer.conversation)?;
    let now = setup.clock.now();
    let unread = unread(tx, &answer, now - terms.offline_after_ms - GIVE_UP_MS)?;
    let Some(last) = unread.last() else {
        return Ok(Done::Finished);
    };
    // Somebody is in the middle of writing: wait a little, but not for ever.
    let enough_at = answer.created_at + 2 * terms.offline_after_ms;
    let after_ms = enough_at.min(last.at + STILL_WRITING_MS) - now;
    if after_ms > 0 {
        return Ok(Done::Later { after_ms });
    }
    let mailbox = endpoint::get(tx, mailbox)?;
    match proven_address(tx, setup, &answer, &mailbox)? {
        Some(address) => send_answers(tx, setup, &answer, &unread, &mailbox, address)?,
        None => announce(tx, setup, terms, &answer, &mailbox)?,
    }
    Ok(Done::Finished)
}

/// `answer` and those written after it on its line, as far as they fit into one mail; without what was read there
/// or has followed already, and none when that is true of `answer`. What is older than `since` is left alone.
fn unread(tx: &mut Tx<'_>, answer: &Delivery, since: Millis) -> Result<Vec<Unread>> {
    let line = conversation::interaction_by_id(tx, answer.interaction)?;
    let after = line.read_seq.max(answer.seq - 1);
    let values = params![answer.conversation, line.id, after, since, ANSWERS_PER_MAIL];
    let mut found = tx.all(&queries::UNREAD_ANSWERS, values, |row| {
        Ok(Unread {
            id: row.get("id")?,
            seq: row.get("seq")?,
            at: row.get("created_at")?,
        })
    })?;
    if found.first().is_none_or(|first| first.id != answer.id) {
        return Ok(Vec::new());
    }
    let mut bytes = 0;
    for place in 0..found.len() {
        let files = delivery::files(tx, found[place].id)?;
        bytes += files.iter().map(|file| file.size).sum::<i64>();
        if place > 0 && bytes > FILES_PER_MAIL {
            found.truncate(place);
            break;
        }
    }
    Ok(found)
}

/// The mail address of the visitor's customer that was used last. Claims link nobody, so every address of a
/// customer has been proven, or a member said it is theirs.
fn proven_address(
    tx: &mut Tx<'_>,
    setup: &Setup,
    answer: &Delivery,
    mailbox: &Endpoint,
) -> Result<Option<IdentifierId>> {
    let customer = identity::customer_of(tx, answer.identifier)?;
    let values = params![customer, IdentifierKind::Email];
    for address in tx.all(&queries::ADDRESSES, values, |row| row.get("id"))? {
        let way = delivery::Way {
            channel: mailbox.channel,
            endpoint: mailbox.id,
            identifier: address,
        };
        if delivery::ask(tx, setup, way, Purpose::Answer)?
            .require()
            .is_ok()
        {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

/// The very entries go out once more, in one mail on a line of its own.
fn send_answers(
    tx: &mut Tx<'_>,
    setup: &Setup,
    answer: &Delivery,
    unread: &[Unread],
    mailbox: &Endpoint,
    address: IdentifierId,
) -> Result<()> {
    let line = quiet_line(tx, setup, answer.conversation, mailbox, address)?;
    let id = format!("offline:{}", answer.id);
    let newest = unread.last().map_or(answer.seq, |last| last.seq);
    let (mail, _) = delivery::post(tx, setup, &line, newest, &id, false)?;
    for one in unread {
        tx.execute(&queries::FOLLOWED, params![one.id, mail])?;
    }
    Ok(())
}

/// To an address that was only typed: there is an answer, and a way to show that it is theirs.
fn announce(
    tx: &mut Tx<'_>,
    setup: &Setup,
    terms: &Terms,
    answer: &Delivery,
    mailbox: &Endpoint,
) -> Result<()> {
    let values = params![answer.identifier, IdentifierKind::Email];
    let claimed = tx.optional(&queries::CLAIMED, values, |row| row.get("id"))?;
    let Some(target) = claimed else {
        return Ok(());
    };
    let announced = delivery::of_conversation(tx, answer.conversation)?
        .iter()
        .any(|one| one.identifier == target && one.created_at >= answer.created_at);
    if announced {
        return Ok(());
    }
    let message = CodeMessage {
        home: answer.conversation,
        outlet: mailbox,
        target,
        carries: Some(answer.conversation),
        subject: "You have a new answer",
        text: format!(
            "There is a new answer to what was asked in our chat with this address.\n\nTo read it and go on \
             here, reply to this message with this code: [code]\n\nOr open {}chat/resume/[token]\n\nThe code \
             and the link work for a day. If you did not write to us, ignore this message.",
            terms.public_base
        ),
    };
    message.send(tx, setup, terms, answer.identifier)
}
