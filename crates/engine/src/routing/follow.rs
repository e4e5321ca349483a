//! What the router has to be told so that it knows what is true of a conversation or a member.

use super::ai_agent::AI_AGENT;
use crate::access::member;
use crate::conversation::{self, Conversation};
use crate::error::{Error, Result};
use crate::queries::routing as queries;
use crate::routing::{With, callback, member_of, queue_in, wanted, worker_of};
use crate::{Setup, agent};
use std::collections::BTreeSet;
use throughline_model::clock::Millis;
use throughline_model::conversation::CaseStatus;
use throughline_model::id::{ConversationId, MemberId, QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    Assignment, AssignmentState, Change, Event, Place, Presence, Router, Skills, TransferTo, Work,
    WorkClass, WorkItem, Worker, WorkerKind,
};
use throughline_storage::{Tx, params};

/// What is true of a conversation now.
#[derive(Clone, Debug)]
pub(super) struct Case {
    conversation: Conversation,
    class: WorkClass,
    /// The AI agent must not have it, or there is none.
    with_people: bool,
    call: Call,
    /// Who looked after this customer the last time, when the work is new and nobody's.
    last_owner: Option<MemberId>,
    /// Those among the members who may not work any more.
    kept_out: BTreeSet<WorkerId>,
    now: Millis,
}

/// Whether somebody has to look at a conversation now, even though its owner is not at the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// No: whoever gave it to somebody who is away meant them.
    None,
    /// Its customer wrote at this time.
    Heard { at: Millis },
    /// It was put aside until now.
    Back,
}

/// Looks at a conversation that is new to the router, or `held` by somebody according to it. Nothing when there is none.
pub(super) fn case(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    with: Option<With>,
    call: Call,
    is_new: bool,
    held: Option<WorkerId>,
) -> Result<Option<Case>> {
    let conversation = match conversation::get(tx, id) {
        Ok(conversation) => conversation,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let lines = conversation::interactions(tx, id)?;
    let class = lines.first().map(|line| WorkClass::of(line.channel));
    let with_people = match with {
        Some(With::People) => true,
        _ => !setup.agent || agent::handed_off(tx, id)?,
    };
    let mut kept_out = BTreeSet::new();
    if let Some(worker) = held.filter(|worker| *worker != AI_AGENT)
        && !may_work(tx, member_of(worker))?
    {
        kept_out.insert(worker);
    }
    let last_owner = match (conversation.owner, is_new) {
        (Some(_), _) | (None, false) => None,
        (None, true) => tx.optional(
            &queries::LAST_OWNER,
            params![conversation.customer, id],
            |row| row.get("owner_id"),
        )?,
    };
    Ok(Some(Case {
        conversation,
        class: class.unwrap_or(WorkClass::Message),
        with_people,
        call,
        last_owner,
        kept_out,
        now: setup.clock.now(),
    }))
}

/// Whether a member is there and not kept out.
pub(super) fn may_work(tx: &mut Tx<'_>, id: MemberId) -> Result<bool> {
    match member::get(tx, id) {
        Ok(member) => Ok(member.enabled),
        Err(Error::NotFound { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What the router has to hear of a member; nothing when it knows.
pub(super) fn member_event(router: &Router, id: MemberId, may_work: bool) -> Option<Event> {
    let worker = worker_of(id);
    if worker == AI_AGENT {
        return None;
    }
    match (may_work, router.worker(worker)) {
        (true, None) => {
            let mut new = Worker::human(worker);
            new.queues.insert(router.settings().fallback);
            Some(Event::WorkerChanged(new))
        }
        (false, Some(_)) => Some(Event::WorkerRemoved { worker }),
        _ => None,
    }
}

/// What the router has to hear of a conversation; nothing when it knows.
pub(super) fn case_event(
    router: &Router,
    id: ConversationId,
    case: Option<&Case>,
    with: Option<With>,
) -> Option<Event> {
    let item = WorkItemId(id.uuid());
    let Some(case) = case else {
        return router.item(item).map(|_| Event::Cancelled { item });
    };
    // What was agreed is kept though the case was put aside since.
    let open = match case.conversation.status {
        CaseStatus::Open => true,
        CaseStatus::Pending | CaseStatus::Snoozed => case.conversation.wants_callback(),
        CaseStatus::Resolved | CaseStatus::Closed => false,
    };
    match router.item(item) {
        None if open => arrival(router, item, case).map(Event::Arrived),
        None => None,
        Some(row) if !open => ended(row),
        Some(row) => known(router, row, case, with),
    }
}

/// New work. What somebody looks after already counts as theirs while they are at the desk and have room. Who served the
/// customer last is asked first, where the queue waits for them.
fn arrival(router: &Router, item: WorkItemId, case: &Case) -> Option<Work> {
    let queue = named(router, case).unwrap_or(router.settings().fallback);
    let mut work = Work::new(item, case.class, queue);
    work.priority = case.conversation.priority;
    work.wanted = asked(case);
    work.callback = callback::wanted(&case.conversation);
    let is_later = callback::is_later(&case.conversation, case.now);
    let class = match work.callback {
        Some(_) => WorkClass::Call,
        None => case.class,
    };
    work.only = only(router, case);
    match case.conversation.owner.map(worker_of) {
        // They need room when the time has come, not now.
        Some(owner) if is_later => work.taken_by = Some(owner),
        Some(owner) if can_take(router, owner, class) => work.taken_by = Some(owner),
        Some(owner) if case.call != Call::None && is_away(router, owner) => {
            work.last_worker = Some(owner);
        }
        Some(_) => return None,
        None => work.last_worker = case.last_owner.map(worker_of),
    }
    Some(work)
}

/// Nothing is to be done in the conversation for now.
fn ended(row: &WorkItem) -> Option<Event> {
    let item = row.id;
    match row.assignment() {
        Some(Assignment {
            state: AssignmentState::WrapUp,
            ..
        }) => None,
        Some(has) => Some(Event::Finished {
            item,
            worker: has.worker,
        }),
        None => Some(Event::Cancelled { item }),
    }
}

fn known(router: &Router, row: &WorkItem, case: &Case, with: Option<With>) -> Option<Event> {
    let item = row.id;
    let owner = case.conversation.owner.map(worker_of);
    let calls = case.conversation.wants_callback();
    if with == Some(With::Agent) && owner.is_none() && !calls {
        return given_to_agent(router, row);
    }
    let in_line = matches!(row.place, Place::Waiting | Place::Offered(_));
    if let Call::Heard { at } = case.call
        && in_line
        && row.heard_ms < at
    {
        return Some(Event::CustomerHeard { item });
    }
    if let Some(event) = callback::event(row, &case.conversation, case.now) {
        return Some(event);
    }
    let queue = named(router, case);
    match (&row.place, owner) {
        (Place::Assigned(has), _) if has.state == AssignmentState::WrapUp => {
            return Some(Event::WrapUpOver {
                item,
                worker: has.worker,
            });
        }
        (Place::Assigned(has), None) if has.worker == AI_AGENT => {
            if case.with_people {
                return Some(Event::Transferred {
                    item,
                    by: Some(AI_AGENT),
                    to: TransferTo::Human(queue),
                    note: String::new(),
                });
            }
        }
        (Place::Assigned(has), None) if case.kept_out.contains(&has.worker) => {
            return Some(Event::WorkerRemoved { worker: has.worker });
        }
        (Place::Assigned(has), None) => {
            return Some(Event::Transferred {
                item,
                by: Some(has.worker),
                to: TransferTo::Queue(queue.unwrap_or(row.queue)),
                note: String::new(),
            });
        }
        (Place::Assigned(has), Some(owner)) if has.worker != owner => {
            return Some(Event::Cancelled { item });
        }
        (Place::Assigned(_), Some(_)) => {}
        // Whoever looks after it calls at its time; somebody else's time is agreed anew.
        (Place::Later { worker, .. }, Some(owner)) if calls => {
            if *worker != Some(owner) {
                return Some(Event::Cancelled { item });
            }
        }
        (place, Some(worker)) => {
            let asked = matches!(place, Place::Offered(offer) if offer.worker == worker);
            return Some(match asked || can_take(router, worker, row.class) {
                true => Event::Taken { item, worker },
                false => Event::Cancelled { item },
            });
        }
        (_, None) => {
            if let Some(queue) = queue
                && queue != row.queue
            {
                return Some(Event::Transferred {
                    item,
                    by: None,
                    to: TransferTo::Queue(queue),
                    note: String::new(),
                });
            }
        }
    }
    let (priority, wanted) = (case.conversation.priority, asked(case));
    let only = only(router, case).filter(|only| row.only != Some(*only));
    let change = Change {
        priority: (priority != row.priority).then_some(priority),
        wanted: (wanted != row.wanted).then_some(wanted),
        only: only.map(Some),
    };
    (change != Change::default()).then_some(Event::Changed { item, change })
}

/// A person gives a conversation to the AI agent. Nothing when it is asked for it already, or has it.
fn given_to_agent(router: &Router, row: &WorkItem) -> Option<Event> {
    let item = row.id;
    let first = row.first.first();
    let has = row.worker() == Some(AI_AGENT);
    let asked = first.is_some_and(|step| step.need.kind == Some(WorkerKind::Ai));
    match router.worker(AI_AGENT) {
        Some(_) if has || asked => None,
        Some(_) => Some(Event::Transferred {
            item,
            by: None,
            to: TransferTo::Ai,
            note: String::new(),
        }),
        None => Some(Event::Cancelled { item }),
    }
}

/// Who may have it at all, where the AI agent could.
fn only(router: &Router, case: &Case) -> Option<WorkerKind> {
    let is_peoples = case.with_people || case.conversation.owner.is_some();
    (is_peoples && router.worker(AI_AGENT).is_some()).then_some(WorkerKind::Human)
}

/// The skills that the field `skills` of the case asks for. What stood there before it meant anything may be anything.
fn asked(case: &Case) -> Skills {
    wanted(&case.conversation.fields).unwrap_or_default()
}

/// The queue that the field `queue` of the case names.
fn named(router: &Router, case: &Case) -> Option<QueueId> {
    let name = case.conversation.fields.get("queue")?.as_str()?;
    queue_called(router, name)
}

/// The queue of this name, or with this id.
pub(super) fn queue_called(router: &Router, name: &str) -> Option<QueueId> {
    queue_in(router.settings(), name)
}

fn is_away(router: &Router, worker: WorkerId) -> bool {
    let row = router.worker(worker);
    row.is_none_or(|row| row.presence == Presence::Offline)
}

/// Whether the worker is at the desk and has room for one more of this kind.
fn can_take(router: &Router, worker: WorkerId, class: WorkClass) -> bool {
    let Some(row) = router.worker(worker) else {
        return false;
    };
    let own = row.worker.weights.get(&class).copied();
    let weight = own.unwrap_or_else(|| router.settings().class(class).weight);
    row.presence != Presence::Offline
        && router.load(worker) + u64::from(weight) <= u64::from(row.worker.capacity)
}
