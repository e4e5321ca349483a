//! Calling back: who is to call and when is the router's; the conversation says that somebody has to, and what came of it.

use super::ai_agent::AI_AGENT;
use super::dispatcher::{Ask, Dispatcher};
use super::{News, With, entries, worker_of};
use crate::conversation::{self, Author, CallbackState, Conversation, NewCallback};
use crate::error::{Error, Result};
use crate::{Setup, routing};
use serde::{Deserialize, Serialize};
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, MemberId, WorkItemId, WorkerId};
use throughline_model::words;
use throughline_routing::{AssignmentState, Callback, Departure, Effect, Event, Router, WorkItem};
use throughline_storage::Tx;

words! {
    /// What came of calling back.
    CallbackOutcome {
        /// The customer was spoken to.
        Reached = "reached",
        /// Nobody answered.
        Unanswered = "unanswered",
    }
}

impl Dispatcher {
    /// A customer is to be called back; the case says when, which is later than asked for where the queue is closed then.
    ///
    /// # Errors
    /// Those of [`conversation::ask_callback`].
    pub async fn request_callback(
        &self,
        id: ConversationId,
        new: NewCallback,
        author: Author,
    ) -> Result<Conversation> {
        let (setup, at_ms) = (self.setup().clone(), new.at);
        let ask = move |tx: &mut Tx<'_>| -> Result<bool> {
            let before = conversation::get(tx, id)?.wanted_callback().cloned();
            let asked = conversation::ask_callback(tx, &setup, id, &new, author.clone())?;
            Ok(before.as_ref() == Some(&asked))
        };
        // Whoever is about to call in turn is not kept from it.
        if self.db().write(ask).await? && at_ms.is_none() {
            return self.catch_up(id).await;
        }
        let item = WorkItemId(id.uuid());
        let now = self.now();
        let concerns = move |router: &Router| {
            router.item(item).is_some_and(|row| {
                let stays = agent_has(row) && at_ms.is_some_and(|at| at > now);
                !stays && !is_done(row)
            })
        };
        // Said outright: what is asked for may be the very time at which it was taken too early.
        if self.look(concerns).await? {
            self.tell(Event::CallbackRequested { item, at_ms }).await?;
        }
        // Who is called in turn is called by others where their owner is away.
        self.decide(&Ask::News(News::Back { id })).await?;
        self.catch_up(id).await
    }

    /// The customer is not to be called back after all.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody is to be called.
    pub async fn cancel_callback(
        &self,
        id: ConversationId,
        author: Author,
    ) -> Result<Conversation> {
        let setup = self.setup().clone();
        let cancel = move |tx: &mut Tx<'_>| {
            conversation::end_callback(tx, &setup, id, CallbackState::Cancelled, author.clone())
        };
        self.db().write(cancel).await?;
        self.catch_up(id).await
    }

    /// Somebody called. Who was reached is served; who was not is tried again, as often as the queue says, and then the
    /// conversation is left with whoever called last: to write, or to close it. `by` is the member who called.
    ///
    /// # Errors
    /// [`Error::Conflict`] when nobody is to be called, or somebody else has it.
    pub async fn report_callback(
        &self,
        id: ConversationId,
        by: Option<MemberId>,
        author: Author,
        outcome: CallbackOutcome,
    ) -> Result<Conversation> {
        match outcome {
            CallbackOutcome::Reached => {
                let item = WorkItemId(id.uuid());
                let holder = self.look(|router| holder(router, item)).await?;
                if holder.is_some_and(|has| by.is_some_and(|by| worker_of(by) != has)) {
                    return Err(taken());
                }
                let setup = self.setup().clone();
                let reach = move |tx: &mut Tx<'_>| reached(tx, &setup, id, by, &author);
                self.db().write(reach).await?;
            }
            CallbackOutcome::Unanswered => self.nobody_answered(id, by, author).await?,
        }
        self.catch_up(id).await
    }

    async fn nobody_answered(
        &self,
        id: ConversationId,
        by: Option<MemberId>,
        author: Author,
    ) -> Result<()> {
        let case = self.catch_up(id).await?;
        if !case.wants_callback() {
            return Err(conversation::no_callback());
        }
        let item = WorkItemId(id.uuid());
        let by = by.or(case.owner);
        let is_known = self.look(|router| router.item(item).is_some()).await?;
        // Whoever had no room for a call and called all the same leaves the next try to the router.
        if !is_known && by.is_some() && case.owner == by {
            let setup = self.setup().clone();
            let leave = move |tx: &mut Tx<'_>| let_go(tx, &setup, id, &author);
            self.db().write(leave).await?;
            self.catch_up(id).await?;
        }
        let holder = self.look(|router| holder(router, item)).await?;
        let worker = match (holder, by.map(worker_of)) {
            (Some(holder), by) if by.is_none_or(|by| by == holder) => holder,
            (None, Some(by)) => by,
            (Some(_), _) => return Err(taken()),
            (None, None) => {
                let why = "nobody has this conversation; whoever calls takes it first";
                return Err(Error::Conflict(why.to_owned()));
            }
        };
        let event = Event::CallbackUnanswered { item, worker };
        self.insist(&Ask::Tell(event)).await.map(drop)
    }

    /// The router looks at the conversation; returns how it stands then.
    async fn catch_up(&self, id: ConversationId) -> Result<Conversation> {
        let with = None;
        self.decide(&Ask::News(News::Conversation { id, with }))
            .await?;
        self.db().read(move |tx| conversation::get(tx, id)).await
    }
}

fn taken() -> Error {
    let why = "somebody else has this conversation; whoever calls takes it over first";
    Error::Conflict(why.to_owned())
}

/// Whoever reached the customer of a case that is nobody's looks after it from then on.
fn reached(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    by: Option<MemberId>,
    author: &Author,
) -> Result<()> {
    conversation::end_callback(tx, setup, id, CallbackState::Done, author.clone())?;
    if by.is_none() || conversation::get(tx, id)?.owner.is_some() {
        return Ok(());
    }
    let change = conversation::Change {
        owner: by,
        ..conversation::Change::default()
    };
    conversation::change(tx, setup, id, &change, author.clone()).map(drop)
}

fn let_go(tx: &mut Tx<'_>, setup: &Setup, id: ConversationId, author: &Author) -> Result<()> {
    let nobody = conversation::Change {
        unassign: true,
        ..conversation::Change::default()
    };
    conversation::change(tx, setup, id, &nobody, author.clone()).map(drop)
}

/// Whether the call is agreed for a time to come.
pub(super) fn is_later(case: &Conversation, now: Millis) -> bool {
    let at = case.wanted_callback().and_then(|wanted| wanted.at);
    at.is_some_and(|at| at > now)
}

/// What the router has to know of the call back that a conversation wants.
pub(super) fn wanted(case: &Conversation) -> Option<Callback> {
    case.wanted_callback().map(|wanted| Callback {
        attempts: wanted.attempts,
        at_ms: wanted.at,
    })
}

/// What the router has to hear of it; nothing when it knows.
pub(super) fn event(row: &WorkItem, case: &Conversation, now: Millis) -> Option<Event> {
    let item = row.id;
    let assigned = row.assignment().is_some();
    // The AI agent goes on with the chat until the call is due.
    if is_done(row) || (agent_has(row) && is_later(case, now)) {
        return None;
    }
    // What the AI agent has handed over is dealt with now, and the call comes at its time.
    if row.served_ms.is_some() && row.callback.is_none() && is_later(case, now) {
        return None;
    }
    match (wanted(case), row.callback) {
        (Some(wanted), known) if known.map(|known| known.at_ms) != Some(wanted.at_ms) => {
            let at_ms = wanted.at_ms;
            Some(Event::CallbackRequested { item, at_ms })
        }
        // Whose it became meanwhile has to have it first: they may be talking.
        (None, Some(_)) if assigned || case.owner.is_none() => Some(Event::CallbackOver { item }),
        _ => None,
    }
}

/// What people read of an effect.
pub(super) fn told(effect: &Effect) -> Option<String> {
    Some(match effect {
        Effect::PutOff {
            until_ms,
            callback: true,
            ..
        } => format!("The call back is due at {}", entries::time_of(*until_ms)),
        Effect::CallbackKept { .. } => {
            "The call back is due when it is their turn; the place in line is kept".to_owned()
        }
        Effect::CallbackUnanswered { attempts, most, .. } => {
            format!("Nobody answered the call back ({attempts} of {most})")
        }
        Effect::Gone {
            why: Departure::Unreachable,
            ..
        } => "Nobody calls back any more: nobody ever answered".to_owned(),
        _ => return None,
    })
}

/// The conversation's call back follows what the router decided.
pub(super) fn heed(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    effect: &Effect,
) -> Result<()> {
    match effect {
        Effect::PutOff {
            until_ms,
            callback: true,
            ..
        } => conversation::amend_callback(tx, setup, id, |one| one.at = Some(*until_ms)),
        Effect::CallbackKept { .. } => {
            conversation::amend_callback(tx, setup, id, |one| one.at = None)
        }
        Effect::CallbackUnanswered { attempts, .. } => {
            conversation::amend_callback(tx, setup, id, |one| one.attempts = *attempts)
        }
        Effect::Gone {
            why: Departure::Unreachable,
            ..
        } => {
            conversation::amend_callback(tx, setup, id, |one| {
                one.state = CallbackState::Unreachable;
            })?;
            // From now on it is its owner's like any other work.
            routing::wake(tx, &setup.clock, id, Some(With::People))
        }
        _ => Ok(()),
    }
}

/// Whoever has it and is not done with it.
fn holder(router: &Router, item: WorkItemId) -> Option<WorkerId> {
    let has = router.item(item)?.assignment()?;
    (has.state != AssignmentState::WrapUp).then_some(has.worker)
}

/// Somebody has it and is done with it.
fn is_done(row: &WorkItem) -> bool {
    let has = row.assignment();
    has.is_some_and(|has| has.state == AssignmentState::WrapUp)
}

fn agent_has(row: &WorkItem) -> bool {
    let has = row.assignment();
    has.is_some_and(|has| has.worker == AI_AGENT)
}
