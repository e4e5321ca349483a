//! Answers follow a visitor who has gone: by mail, to an address that is proven to be theirs. To one they have
//! only typed goes the news that there is an answer, without a word of it.

use super::Terms;
use super::address::{CodeMessage, quiet_line};
use crate::conversation::{self, Interaction};
use crate::delivery::{self, Delivery};
use crate::endpoint::{self, Endpoint};
use crate::error::Result;
use crate::job::{Done, Handler, Job, enqueue};
use crate::queries::visitor as queries;
use crate::{Setup, consent, identity};
use serde_json::json;
use std::collections::HashMap;
use throughline_model::id::{DeliveryId, EndpointId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_model::outbound::DeliveryStatus;
use throughline_storage::{Db, Tx, params};

/// The job kind that looks whether an answer was read in the chat.
pub const CHAT_OFFLINE: &str = "chat_offline";
/// When an unread answer is looked at for the first time, and how often while its visitor is still there, in
/// milliseconds.
const LOOK_MS: i64 = 60_000;
/// An answer that nobody fetched for so long is left alone, in milliseconds.
const GIVE_UP_MS: i64 = 24 * 3_600_000;
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
            .await?;
        Ok(Done::Finished)
    }
}

/// Sends an unread answer after its visitor, as far as it may go.
fn follow(
    tx: &mut Tx<'_>,
    setup: &Setup,
    terms: &Terms,
    answer: DeliveryId,
    mailbox: EndpointId,
) -> Result<()> {
    let answer = delivery::get(tx, answer)?;
    let line = conversation::interaction_by_id(tx, answer.interaction)?;
    if line.read_seq >= answer.seq {
        return Ok(());
    }
    let mailbox = endpoint::get(tx, mailbox)?;
    match proven_address(tx, &answer, &mailbox)? {
        Some(address) => send_answer(tx, setup, &answer, &mailbox, address),
        None => announce(tx, setup, terms, &answer, &mailbox),
    }
}

/// The mail address of the visitor's customer that was used last. Claims link nobody, so every address of a
/// customer has been proven, or a member said it is theirs.
fn proven_address(
    tx: &mut Tx<'_>,
    answer: &Delivery,
    mailbox: &Endpoint,
) -> Result<Option<IdentifierId>> {
    let customer = identity::customer_of(tx, answer.identifier)?;
    let values = params![customer, IdentifierKind::Email];
    for address in tx.all(&queries::ADDRESSES, values, |row| row.get("id"))? {
        if !consent::opted_out(tx, mailbox.id, address)? {
            return Ok(Some(address));
        }
    }
    Ok(None)
}

/// The very entry goes out once more, on a line of its own.
fn send_answer(
    tx: &mut Tx<'_>,
    setup: &Setup,
    answer: &Delivery,
    mailbox: &Endpoint,
    address: IdentifierId,
) -> Result<()> {
    let line = quiet_line(tx, setup, answer.conversation, mailbox, address)?;
    let id = format!("offline:{}", answer.id);
    delivery::post(tx, setup, &line, answer.seq, &id, false)?;
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
