//! What the router did, in the timeline of the conversation, and who looks after the case from then on.

use super::ai_agent::AI_AGENT;
use crate::Setup;
use crate::access::member;
use crate::agent;
use crate::conversation::{self, Author, Change, NewEntry};
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use crate::routing::{callback, member_of, worker_of};
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, EntryKind};
use throughline_model::id::{ConversationId, QueueId, WorkerId};
use throughline_routing::{
    Departure, Effect, Event, Settings, Tally, TransferTo, Withdrawal, Work,
};
use throughline_storage::Tx;
use time::OffsetDateTime;

/// Writes down one effect of `cause`. What people need not know of is left out.
pub(super) fn write(
    tx: &mut Tx<'_>,
    setup: &Setup,
    effect: &Effect,
    cause: &Event,
    settings: &Settings,
) -> Result<()> {
    let Some(item) = effect.item() else {
        return Ok(());
    };
    let conversation = ConversationId(item.uuid());
    match conversation::lock(tx, conversation) {
        Ok(_) => {}
        // Forgotten meanwhile; its work goes, too.
        Err(Error::NotFound { .. }) => return Ok(()),
        Err(error) => return Err(error),
    }
    let is_overdue = matches!(effect, Effect::Overdue { .. });
    // A person has answered meanwhile, though it stands in line.
    if is_overdue && conversation::get(tx, conversation)?.serve_by.is_none() {
        return Ok(());
    }
    let Some(text) = told(tx, effect, settings)?.filter(|_| !is_told_by_agent(effect, cause))
    else {
        return Ok(());
    };
    let author = author(tx, effect, cause)?;
    let body = json!({ "routing": effect });
    let now = setup.clock.now();
    let entry = NewEntry::internal(
        conversation,
        now,
        EntryKind::Routing,
        author.clone(),
        text,
        body,
    );
    let (_, seq) = conversation::append(tx, setup, &entry)?;
    if is_overdue {
        tell_overseers(tx, setup, conversation, seq)?;
    }
    callback::heed(tx, setup, conversation, effect)?;
    heed(tx, setup, conversation, effect, settings, author)
}

/// The AI agent's own entry says that it hands over, to whom and why; and whoever takes its work is named.
fn is_told_by_agent(effect: &Effect, cause: &Event) -> bool {
    let hands_over = matches!(cause, Event::Transferred { by: Some(by), .. } if *by == AI_AGENT);
    match effect {
        Effect::Released { worker, .. } => *worker == AI_AGENT,
        Effect::Transferred { .. } => hands_over,
        Effect::Requeued { item, .. } => {
            hands_over && matches!(cause, Event::Transferred { item: of, .. } if of == item)
        }
        _ => false,
    }
}

/// Whoever watches over the work hears that a customer waits for longer than was promised.
fn tell_overseers(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    seq: i64,
) -> Result<()> {
    let subject = conversation::get(tx, conversation)?.subject;
    for member in member::overseers(tx)? {
        let news = notification::New {
            member,
            kind: NotificationKind::Overdue,
            conversation,
            seq,
            author_name: None,
            text: subject.as_deref().unwrap_or_default(),
        };
        notification::tell(tx, setup, &news)?;
    }
    Ok(())
}

/// Work that arrives for whoever comes, because its owner is away, is nobody's.
pub(super) fn release(tx: &mut Tx<'_>, setup: &Setup, event: &Event) -> Result<()> {
    let Event::Arrived(Work {
        id,
        last_worker: Some(last),
        taken_by: None,
        ..
    }) = event
    else {
        return Ok(());
    };
    let conversation = ConversationId(id.uuid());
    let here = match conversation::get(tx, conversation) {
        Err(Error::NotFound { .. }) => return Ok(()),
        here => here?,
    };
    if here.owner != Some(member_of(*last)) {
        return Ok(());
    }
    let change = Change {
        unassign: true,
        ..Change::default()
    };
    conversation::change(tx, setup, conversation, &change, Author::system()).map(drop)
}

/// The case follows: its owner is whoever it is assigned to, its field `queue` names the queue it is in.
fn heed(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    effect: &Effect,
    settings: &Settings,
    author: Author,
) -> Result<()> {
    let here = conversation::get(tx, conversation)?;
    let mut change = Change::default();
    match effect {
        // It is nobody's among the members; the agent is woken for what it has been assigned.
        Effect::Assigned { assignment, .. } if assignment.worker == AI_AGENT => {
            agent::wake(tx, setup, conversation)?;
            if here.owner.is_none() {
                return Ok(());
            }
            change.unassign = true;
        }
        Effect::Assigned { assignment, .. } => {
            let owner = member_of(assignment.worker);
            if here.owner == Some(owner) {
                return Ok(());
            }
            change.owner = Some(owner);
        }
        Effect::Requeued { .. } | Effect::Overridden { waits: true, .. }
            if here.owner.is_some() =>
        {
            change.unassign = true;
        }
        Effect::CallbackUnanswered {
            worker,
            attempts,
            most,
            ..
        } => match attempts < most {
            true if here.owner.is_some() => change.unassign = true,
            // Somebody has to see that it goes on: whoever called last.
            false if here.owner.is_none() => change.owner = Some(member_of(*worker)),
            _ => return Ok(()),
        },
        Effect::Transferred {
            to: TransferTo::Queue(queue) | TransferTo::Human(Some(queue)),
            ..
        }
        | Effect::Diverted { to: queue, .. } => {
            let name = name_of(settings, *queue);
            change.fields.insert("queue".to_owned(), name.into());
        }
        _ => return Ok(()),
    }
    conversation::change(tx, setup, conversation, &change, author)?;
    Ok(())
}

/// What people read; nothing for what they need not know of.
fn told(tx: &mut Tx<'_>, effect: &Effect, settings: &Settings) -> Result<Option<String>> {
    Ok(Some(match effect {
        Effect::Queued { tally, held, .. } => format!("In line: {}", in_line(tally, *held)),
        Effect::Withdrawn {
            worker,
            why: why @ (Withdrawal::Declined | Withdrawal::Missed | Withdrawal::NotAvailable),
            ..
        } => format!("No longer offered to {} ({why})", called(tx, *worker)?),
        Effect::Offered { offer, .. } => format!("Offered to {}", called(tx, offer.worker)?),
        Effect::Assigned { assignment, .. } => {
            format!("Assigned to {}", called(tx, assignment.worker)?)
        }
        Effect::Released { worker, why, .. } => {
            format!("No longer with {} ({why})", called(tx, *worker)?)
        }
        Effect::Requeued { why, .. } => format!("Back in line ({why})"),
        Effect::Transferred { to, note, .. } => {
            let to = match to {
                TransferTo::Worker(worker) => called(tx, *worker)?,
                TransferTo::Queue(queue) | TransferTo::Human(Some(queue)) => {
                    name_of(settings, *queue)
                }
                TransferTo::Human(None) => "a person".to_owned(),
                TransferTo::Ai => "the AI agent".to_owned(),
            };
            match note.is_empty() {
                true => format!("Transferred to {to}"),
                false => format!("Transferred to {to}: {note}"),
            }
        }
        Effect::Overridden {
            worker,
            by,
            note,
            waits,
            ..
        } => {
            let (to, by) = (called(tx, *worker)?, called(tx, worker_of(*by))?);
            let when = match waits {
                true => " as soon as there is room",
                false => "",
            };
            format!("Given to {to} by {by}{when}: {note}")
        }
        Effect::Diverted { to, why, .. } => {
            format!("Sent on to {} ({why})", name_of(settings, *to))
        }
        Effect::Gone {
            why: Departure::Silent,
            ..
        } => "Out of the line: nothing was heard of the customer any more".to_owned(),
        Effect::Refused { .. } => "Offered to nobody: the queue is closed".to_owned(),
        Effect::Overdue { deadline_ms, .. } => {
            format!(
                "Not served by {}, as the queue promises",
                time_of(*deadline_ms)
            )
        }
        _ => return Ok(callback::told(effect)),
    }))
}

/// Why nobody could be offered it.
fn in_line(tally: &Tally, held: bool) -> String {
    if held {
        return "the queue is closed".to_owned();
    }
    let counted = [
        (tally.free, "declined or missed it lately"),
        (tally.full, "full"),
        (
            tally.ringing + tally.draining,
            "being asked for something else",
        ),
        (tally.busy + tally.wrap_up, "busy"),
        (tally.away, "away"),
        (tally.offline, "offline"),
    ];
    let counted = counted.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = counted
        .map(|(count, how)| format!("{count} {how}"))
        .collect();
    match parts.is_empty() {
        true => "nobody serves this queue with what is asked for".to_owned(),
        false => parts.join(", "),
    }
}

/// Whose doing it is: of whoever said so, or the router's. What time brings, and what else was due at that moment, is
/// nobody's.
fn author(tx: &mut Tx<'_>, effect: &Effect, cause: &Event) -> Result<Author> {
    let (item, worker) = match cause {
        // Its own entry says that it hands over; the rest is the router's.
        Event::Transferred {
            by: Some(AI_AGENT), ..
        } => return Ok(Author::system()),
        Event::Accepted { item, worker, .. }
        | Event::Declined { item, worker, .. }
        | Event::CallbackUnanswered { item, worker }
        | Event::Transferred {
            item,
            by: Some(worker),
            ..
        } => (*item, *worker),
        Event::Overridden { item, by, .. } => (*item, worker_of(*by)),
        _ => return Ok(Author::system()),
    };
    match effect {
        Effect::Overdue { .. } => Ok(Author::system()),
        _ if effect.item() != Some(item) => Ok(Author::system()),
        _ => member_author(tx, worker),
    }
}

/// A worker as the author of an entry.
pub(super) fn member_author(tx: &mut Tx<'_>, worker: WorkerId) -> Result<Author> {
    Ok(Author {
        kind: AuthorKind::Member,
        id: Some(worker.uuid()),
        name: Some(called(tx, worker)?),
    })
}

fn called(tx: &mut Tx<'_>, worker: WorkerId) -> Result<String> {
    if worker == AI_AGENT {
        return Ok("the AI agent".to_owned());
    }
    match member::get(tx, member_of(worker)) {
        Ok(member) => Ok(member.name),
        Err(Error::NotFound { .. }) => Ok("somebody who is gone".to_owned()),
        Err(error) => Err(error),
    }
}

fn name_of(settings: &Settings, queue: QueueId) -> String {
    let found = settings.queues.get(&queue);
    found.map_or_else(|| queue.to_string(), |queue| queue.name.clone())
}

/// A time as programs and logs read it; the desk says it as it is where its reader lives.
pub(crate) fn time_of(at: Millis) -> String {
    match OffsetDateTime::from_unix_timestamp(at.div_euclid(1000)) {
        Ok(at) => format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()),
        Err(_) => "then".to_owned(),
    }
}
