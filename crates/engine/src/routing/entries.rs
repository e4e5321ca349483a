//! What the router did, in the timeline of the conversation, and who looks after the case from then on.

use crate::Setup;
use crate::access::member;
use crate::conversation::{self, Author, Change, NewEntry};
use crate::error::{Error, Result};
use crate::routing::member_of;
use serde_json::json;
use throughline_model::conversation::{AuthorKind, EntryKind};
use throughline_model::id::{ConversationId, QueueId, WorkerId};
use throughline_routing::{Departure, Effect, Event, Settings, TransferTo, Work};
use throughline_storage::Tx;

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
    let Some(text) = told(tx, effect, settings)? else {
        return Ok(());
    };
    let author = author(tx, cause)?;
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
    conversation::append(tx, setup, &entry)?;
    heed(tx, setup, conversation, effect, settings, author)
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
        Effect::Assigned { assignment, .. } => {
            let owner = member_of(assignment.worker);
            if here.owner == Some(owner) {
                return Ok(());
            }
            change.owner = Some(owner);
        }
        Effect::Requeued { .. } if here.owner.is_some() => change.unassign = true,
        Effect::Transferred {
            to: TransferTo::Queue(queue),
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
        Effect::Overridden { worker, note, .. } => {
            format!("To be with {}: {note}", called(tx, *worker)?)
        }
        Effect::Diverted { to, why, .. } => {
            format!("Sent on to {} ({why})", name_of(settings, *to))
        }
        Effect::Gone {
            why: Departure::Silent,
            ..
        } => "Out of the line: nothing was heard of the customer any more".to_owned(),
        Effect::Refused { .. } => "Offered to nobody: the queue is closed".to_owned(),
        _ => return Ok(None),
    }))
}

/// Whose doing it is: the worker's who said so, or the router's.
fn author(tx: &mut Tx<'_>, cause: &Event) -> Result<Author> {
    let (Event::Accepted { worker, .. }
    | Event::Declined { worker, .. }
    | Event::Transferred {
        by: Some(worker), ..
    }) = cause
    else {
        return Ok(Author::system());
    };
    member_author(tx, *worker)
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
