//! Who gets which work, and why: one router for every channel, people and AI agents alike.
//!
//! [`Router`] is a deterministic state machine without I/O. It is told [`Event`]s with their time and
//! answers with an [`Outcome`]. Randomness, clocks and storage stay outside.
//!
//! # How a shell drives it
//!
//! 1. Load rows and [`Router::restore`] a router from the [`Snapshot`]; apply [`Event::Started`].
//! 2. For each event: [`Router::apply`], then in **one transaction** store the event in the log, the
//!    [`Effect`]s as timeline entries, the rows named in [`Outcome::changed_work`] and
//!    [`Outcome::changed_workers`] ([`Router::item`] and [`Router::worker`] have them; nothing means
//!    delete), and [`Router::counters`].
//! 3. After the commit, tell people: an offer rings, an assignment opens, a withdrawal closes.
//! 4. Apply [`Event::Timer`] when [`Outcome::next_timer_ms`] has come.
//! 5. If the commit fails, throw the router away and restore it: it knows what never happened.
//!
//! One router decides at a time. [`Token`]s are fencing tokens: they only go up, and an answer that names
//! an old one changes nothing and is told so ([`Ignored::StaleOffer`]).
//!
//! # What it keeps to
//!
//! * A piece of work has at most one live offer or assignment.
//! * What a worker works on never weighs more than their capacity, counted when it was handed out.
//! * Nothing waits while a worker is free for it. (Very much set free at once, such as an AI agent with
//!   room for thousands, is handed out in parts, each due at once.)
//! * Whatever goes back in line keeps its clock, its place among the steps and its priority.
//! * Waiting work always has something due next.
//! * The same snapshot and the same log lead to the same state.
//!
//! [`Router::violations`] looks for anything that breaks these.
//!
//! # How work is handed out
//!
//! Work asks for workers in ordered [`Step`]s, each with an end: the last agent, then all skills, then
//! fewer, then other queues too. **When work arrives**, the free worker with the fewest queues and skills
//! gets it, then the least loaded, then whoever is missed least in their queues, then the longest idle. **When a worker becomes free**, what is due
//! first goes first: the clock of the work, plus the target of its queue counted in business time, less
//! the head start of its priority. All ages at the same rate, so nothing is overtaken for ever.
//!
//! Work that needs a whole agent and has waited too long keeps one agent free for itself: that agent
//! *drains*. Work that may be interrupted is paused while what interrupts it needs the room.

mod bits;
mod calendar;
mod decision;
mod effect;
mod event;
mod floor;
mod requirement;
mod router;
mod settings;
pub mod simulate;
mod skill;
mod snapshot;
mod work_class;
mod work_item;
mod worker;

pub use calendar::{Calendar, CalendarProblem, CalendarRules, Hours};
pub use decision::{Decision, InLine, Rule, Standing, Tally};
pub use effect::{Departure, Diversion, Effect, Ignored, Outcome, Release, Requeue, Withdrawal};
pub use event::{Change, Event, Recorded, TransferTo};
pub use requirement::{Keep, Need, QueueStep, Step};
pub use router::{Estimate, Router, Violation};
pub use settings::{Queue, Settings, SettingsProblem, WhenClosed};
pub use skill::{
    InvalidSkill, Level, Skill, Skills, TOP_LEVEL, UnreadableSkills, check_skills, covers,
    read_skills,
};
pub use snapshot::{Counters, Snapshot, WorkerRow};
pub use work_class::{ClassRule, WorkClass};
pub use work_item::{Assignment, AssignmentState, Callback, Offer, Place, Token, Work, WorkItem};
pub use worker::{Presence, Worker, WorkerKind};
