//! What an installation decides about its routing.

use crate::calendar::Calendar;
use crate::requirement::QueueStep;
use crate::work_class::{ClassRule, WorkClass};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_model::conversation::Priority;
use throughline_model::id::{CalendarId, QueueId};

const MINUTE_MS: Millis = 60_000;
const HOUR_MS: Millis = 60 * MINUTE_MS;
/// The longest that anything may be set to last.
const YEAR_MS: Millis = 366 * 24 * HOUR_MS;
/// The most queues.
const QUEUES_LIMIT: usize = 500;
/// The longest name of a queue, in characters.
const NAME_LIMIT: usize = 100;

/// Everything that is set. A router without queues takes no work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The queues.
    pub queues: BTreeMap<QueueId, Queue>,
    /// Where work goes whose queue does not exist (any more).
    pub fallback: QueueId,
    /// Business hours that queues name.
    #[serde(default)]
    pub calendars: BTreeMap<CalendarId, Calendar>,
    /// Rules for kinds of work that differ from [`ClassRule::usual`].
    #[serde(default)]
    pub classes: BTreeMap<WorkClass, ClassRule>,
    /// By how much a priority goes ahead of a normal one, in milliseconds of waiting. Everything ages
    /// at the same rate, so nothing that came this much earlier is ever overtaken.
    pub head_start_ms: BTreeMap<Priority, Millis>,
    /// The target of queues that set none; it only decides the order between queues.
    pub usual_target_ms: Millis,
    /// How long somebody who declined or missed a piece of work is not offered it again.
    pub not_again_ms: Millis,
    /// After how many missed offers in a row a human is set to away. 0 for never.
    pub away_after_missed: u32,
    /// How long a transfer to one agent, or to the AI, waits for them before the queue takes over.
    pub transfer_ms: Millis,
    /// How often work that only waits is looked at anyway.
    pub review_ms: Millis,
    /// How long nothing may be heard of a human before the host reports their connection as lost. 0 for
    /// as long as it likes.
    #[serde(default = "usual_gone_after_ms")]
    pub gone_after_ms: Millis,
}

const fn usual_gone_after_ms() -> Millis {
    MINUTE_MS
}

/// A queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// As shown to people.
    pub name: String,
    /// Its business hours; none for always.
    #[serde(default)]
    pub calendar: Option<CalendarId>,
    /// What happens to work that comes while it is closed.
    #[serde(default)]
    pub when_closed: WhenClosed,
    /// Within how much business time a customer should be served.
    #[serde(default)]
    pub target_ms: Option<Millis>,
    /// What is asked of workers, in order. Empty: anyone in the queue with all the skills asked for.
    #[serde(default)]
    pub steps: Vec<QueueStep>,
    /// How long the worker who served the customer last is waited for. 0 for not at all.
    #[serde(default)]
    pub affinity_ms: Millis,
    /// After how long without a sign of life a waiting chat counts as abandoned.
    #[serde(default)]
    pub silence_ms: Option<Millis>,
    /// How often a customer is called back before it is given up.
    pub callback_attempts: u32,
    /// How long after a call back that nobody answered the next one is tried.
    pub callback_retry_ms: Millis,
    /// How long one piece of work usually takes: what waits are estimated with until it is known.
    pub usual_handle_ms: Millis,
}

/// What happens to work that comes while its queue is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhenClosed {
    /// It waits and is offered to whoever is there; the clock of its target stands still.
    #[default]
    Wait,
    /// It waits, and is offered to nobody before the queue opens.
    Hold,
    /// It goes to another queue.
    Divert(QueueId),
    /// It is turned away: the host says so and takes a message.
    Refuse,
}

impl Queue {
    /// A queue that is always open, asks for all skills and sets no target.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            calendar: None,
            when_closed: WhenClosed::Wait,
            target_ms: None,
            steps: Vec::new(),
            affinity_ms: 0,
            silence_ms: None,
            callback_attempts: 3,
            callback_retry_ms: 15 * MINUTE_MS,
            usual_handle_ms: 5 * MINUTE_MS,
        }
    }
}

/// What is wrong with settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum SettingsProblem {
    /// The fallback is no queue.
    #[error("the fallback queue {0} does not exist")]
    NoFallback(QueueId),
    /// A queue names a queue that does not exist.
    #[error("queue {queue} names queue {named}, which does not exist")]
    UnknownQueue {
        /// Which queue.
        queue: QueueId,
        /// What it names.
        named: QueueId,
    },
    /// A queue names a calendar that does not exist.
    #[error("queue {queue} names calendar {calendar}, which does not exist")]
    UnknownCalendar {
        /// Which queue.
        queue: QueueId,
        /// What it names.
        calendar: CalendarId,
    },
    /// A length of time that must be longer.
    #[error("{0} must be more than 0")]
    TooShort(String),
    /// A length of time below 0.
    #[error("{0} must not be below 0")]
    BelowZero(String),
    /// A length of time of more than a year.
    #[error("{0} must not be more than a year")]
    TooLong(String),
    /// A queue without a name, or with a very long one.
    #[error("queue {0} needs a name of 1 to 100 characters")]
    Name(QueueId),
    /// More queues than there is room for.
    #[error("there may be at most 500 queues")]
    TooMany,
}

impl Settings {
    /// Settings with one queue, everything else as usual.
    pub fn with_queue(id: QueueId, queue: Queue) -> Self {
        Self {
            queues: BTreeMap::from([(id, queue)]),
            fallback: id,
            calendars: BTreeMap::new(),
            classes: BTreeMap::new(),
            head_start_ms: BTreeMap::from([
                (Priority::Low, -30 * MINUTE_MS),
                (Priority::Normal, 0),
                (Priority::High, 10 * MINUTE_MS),
                (Priority::Urgent, HOUR_MS),
            ]),
            usual_target_ms: HOUR_MS,
            not_again_ms: 5 * MINUTE_MS,
            away_after_missed: 2,
            transfer_ms: MINUTE_MS,
            review_ms: 15 * MINUTE_MS,
            gone_after_ms: usual_gone_after_ms(),
        }
    }

    /// How one kind of work is treated.
    pub fn class(&self, class: WorkClass) -> ClassRule {
        self.classes
            .get(&class)
            .cloned()
            .unwrap_or_else(|| ClassRule::usual(class))
    }

    /// Everything that is wrong with them; nothing when they can be used.
    pub fn problems(&self) -> Vec<SettingsProblem> {
        let mut found = Vec::new();
        if !self.queues.contains_key(&self.fallback) {
            found.push(SettingsProblem::NoFallback(self.fallback));
        }
        if self.queues.len() > QUEUES_LIMIT {
            found.push(SettingsProblem::TooMany);
        }
        for (id, queue) in &self.queues {
            let length = queue.name.trim().chars().count();
            if !(1..=NAME_LIMIT).contains(&length) {
                found.push(SettingsProblem::Name(*id));
            }
            self.check_names(*id, queue, &mut found);
            check_lengths(queue, &mut found);
        }
        for class in WorkClass::ALL {
            let rule = self.class(*class);
            more_than_zero(rule.offer_ms, &format!("offer_ms of {class}"), &mut found);
            not_below_zero(rule.wrap_up_ms, "wrap_up_ms", &mut found);
            not_below_zero(
                rule.keep_offline_ms.unwrap_or(0),
                "keep_offline_ms",
                &mut found,
            );
            more_than_zero(
                rule.drain_after_ms.unwrap_or(1),
                "drain_after_ms",
                &mut found,
            );
        }
        for (priority, head_start_ms) in &self.head_start_ms {
            let name = format!("head_start_ms of {priority}");
            at_most_a_year(head_start_ms.saturating_abs(), &name, &mut found);
        }
        more_than_zero(self.review_ms, "review_ms", &mut found);
        more_than_zero(self.not_again_ms, "not_again_ms", &mut found);
        not_below_zero(self.transfer_ms, "transfer_ms", &mut found);
        not_below_zero(self.gone_after_ms, "gone_after_ms", &mut found);
        not_below_zero(self.usual_target_ms, "usual_target_ms", &mut found);
        found
    }

    fn check_names(&self, id: QueueId, queue: &Queue, found: &mut Vec<SettingsProblem>) {
        let diverted = match queue.when_closed {
            WhenClosed::Divert(to) => Some(to),
            _ => None,
        };
        let also = queue
            .steps
            .iter()
            .flat_map(|step| step.also.iter().copied());
        for named in also.chain(diverted) {
            if !self.queues.contains_key(&named) {
                found.push(SettingsProblem::UnknownQueue { queue: id, named });
            }
        }
        if let Some(calendar) = queue.calendar
            && !self.calendars.contains_key(&calendar)
        {
            found.push(SettingsProblem::UnknownCalendar {
                queue: id,
                calendar,
            });
        }
    }

    pub(crate) fn calendar_of(&self, queue: QueueId) -> Option<&Calendar> {
        self.calendars.get(&self.queues.get(&queue)?.calendar?)
    }

    pub(crate) fn is_open(&self, queue: QueueId, at_ms: Millis) -> bool {
        self.calendar_of(queue)
            .is_none_or(|calendar| calendar.is_open(at_ms))
    }
}

fn check_lengths(queue: &Queue, found: &mut Vec<SettingsProblem>) {
    let name = &queue.name;
    not_below_zero(queue.affinity_ms, &format!("affinity_ms of {name}"), found);
    not_below_zero(
        queue.target_ms.unwrap_or(0),
        &format!("target_ms of {name}"),
        found,
    );
    more_than_zero(
        queue.silence_ms.unwrap_or(1),
        &format!("silence_ms of {name}"),
        found,
    );
    more_than_zero(
        queue.callback_retry_ms,
        &format!("callback_retry_ms of {name}"),
        found,
    );
    for step in &queue.steps {
        not_below_zero(
            step.lasts_ms.unwrap_or(0),
            &format!("lasts_ms of {name}"),
            found,
        );
    }
}

fn more_than_zero(length: Millis, name: &str, found: &mut Vec<SettingsProblem>) {
    if length <= 0 {
        found.push(SettingsProblem::TooShort(name.to_owned()));
    }
    at_most_a_year(length, name, found);
}

fn not_below_zero(length: Millis, name: &str, found: &mut Vec<SettingsProblem>) {
    if length < 0 {
        found.push(SettingsProblem::BelowZero(name.to_owned()));
    }
    at_most_a_year(length, name, found);
}

fn at_most_a_year(length: Millis, name: &str, found: &mut Vec<SettingsProblem>) {
    if length > YEAR_MS {
        found.push(SettingsProblem::TooLong(name.to_owned()));
    }
}
