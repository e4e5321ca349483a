//! The one who holds the router, tells it what happened and makes durable what follows.

use super::ai_agent::AI_AGENT;
use super::follow::Call;
use super::{News, With, follow, store, worker_of};
use crate::Setup;
use crate::access::member;
use crate::error::{Error, Result};
use crate::job::{Done, Handler, Job};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use throughline_model::clock::Millis;
use throughline_model::id::{ConversationId, MemberId, QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    Effect, Event, Ignored, Outcome, Presence, Router, Settings, Token, TransferTo, WorkItem,
};
use throughline_storage::Db;
use tokio::sync::{Mutex, Notify, watch};

/// How often an event is decided anew when other processes decide at the same time.
const RACES: usize = 16;
/// How many events one piece of news may take.
const STEPS: usize = 6;
/// The longest the timer sleeps without looking, in case another process has decided.
const LOOK_EVERY_MS: Millis = 15_000;

/// Holds the router. One for each process.
pub struct Dispatcher {
    db: Db,
    setup: Setup,
    router: Mutex<Option<Held>>,
    decided: Notify,
}

/// A router with the number of the last event it knows.
struct Held {
    router: Router,
    number: i64,
}

/// To whom a conversation is handed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// One member.
    Member(MemberId),
    /// A queue, by name or id.
    Queue(String),
}

/// What is to be decided; what the router is told depends on how it stands.
#[derive(Clone, Debug)]
pub(super) enum Ask {
    Tell(Event),
    Timer,
    News(News),
    Answer {
        worker: WorkerId,
        token: Token,
        accepts: bool,
    },
    Transfer {
        item: WorkItemId,
        by: Option<WorkerId>,
        to: Transfer,
        note: String,
    },
}

impl Dispatcher {
    /// Restores the router and sees who works here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open(db: Db, setup: Setup) -> Result<Self> {
        let dispatcher = Self {
            db,
            setup,
            router: Mutex::new(None),
            decided: Notify::new(),
        };
        let mut before = None;
        loop {
            let page = dispatcher
                .db
                .read(move |tx| member::list(tx, before, 100))
                .await?;
            for member in &page {
                dispatcher.hear_of(member.id).await?;
            }
            match page.last() {
                Some(last) => before = Some(last.id),
                None => break,
            }
        }
        dispatcher.hear_of_agent().await?;
        Ok(dispatcher)
    }

    /// Applies timers until `stop` says so.
    pub async fn run(self: Arc<Self>, mut stop: watch::Receiver<bool>) {
        let mut looked_at = 0;
        while !*stop.borrow() {
            // What others did is noticed by itself; who has left has to be looked for.
            let now = self.now();
            let next = if now - looked_at >= LOOK_EVERY_MS {
                looked_at = now;
                self.tick().await
            } else {
                self.decide(&Ask::Timer).await.map(drop)
            };
            let sleep_ms = match next {
                Ok(_) => match self.look(Router::next_timer_ms).await {
                    Ok(Some(at)) => (at - now).clamp(5, LOOK_EVERY_MS),
                    _ => LOOK_EVERY_MS,
                },
                Err(error) => {
                    tracing::error!(%error, "the router cannot decide; it tries again");
                    1_000
                }
            };
            let sleep = Duration::from_millis(sleep_ms.unsigned_abs());
            tokio::select! {
                _ = stop.changed() => {}
                () = self.decided.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    /// Does what is due by now; [`Dispatcher::run`] does it by itself.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tick(&self) -> Result<()> {
        self.miss_the_silent().await?;
        self.decide(&Ask::Timer).await.map(drop)
    }

    /// A member says whether they take work.
    ///
    /// # Errors
    /// [`Error::Conflict`] when they are no worker.
    pub async fn set_presence(&self, member: MemberId, presence: Presence) -> Result<()> {
        let worker = worker_of(member);
        self.hear_of(member).await?;
        let event = Event::PresenceChanged { worker, presence };
        match refusal(&self.tell(event).await?) {
            None | Some(Ignored::NothingToDo) => Ok(()),
            Some(why) => Err(Error::Conflict(why.to_string())),
        }
    }

    /// A member takes what they were offered, or does not. Returns the conversation it was about.
    ///
    /// # Errors
    /// [`Error::Conflict`] when the offer is over.
    pub async fn answer(
        &self,
        member: MemberId,
        token: Token,
        accepts: bool,
    ) -> Result<ConversationId> {
        let worker = worker_of(member);
        let ask = Ask::Answer {
            worker,
            token,
            accepts,
        };
        let outcome = self.insist(&ask).await?;
        let of_offer = |effect: &Effect| match effect {
            Effect::Assigned { item, token: t, .. } | Effect::Withdrawn { item, token: t, .. } => {
                (*t == token).then_some(ConversationId(item.uuid()))
            }
            _ => None,
        };
        let found = outcome.effects.iter().find_map(of_offer);
        found.ok_or_else(|| Error::Conflict("this offer is over".to_owned()))
    }

    /// What is set.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settings(&self) -> Result<Settings> {
        self.look(|router| router.settings().clone()).await
    }

    /// Sets everything anew.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that is wrong.
    pub async fn set_settings(&self, settings: Settings) -> Result<()> {
        let problems: Vec<String> = settings
            .problems()
            .iter()
            .map(ToString::to_string)
            .collect();
        if !problems.is_empty() {
            return Err(Error::invalid("settings", problems.join("; ")));
        }
        let before = self.settings().await?.queues;
        let queues = settings.queues.keys().copied();
        let new: BTreeSet<QueueId> = queues.filter(|id| !before.contains_key(id)).collect();
        let event = Event::SettingsChanged(Box::new(settings));
        self.tell(event).await?;
        self.agent_serves(new).await
    }

    /// A member may be new, or may not work any more.
    pub(super) async fn hear_of(&self, member: MemberId) -> Result<()> {
        let news = Ask::News(News::Member { id: member });
        self.decide(&news).await.map(drop)
    }

    /// Something happened.
    pub(super) async fn tell(&self, event: Event) -> Result<Outcome> {
        self.decide(&Ask::Tell(event)).await
    }

    /// Looks at the router as it stands in the database.
    pub(super) async fn look<T>(&self, read: impl FnOnce(&Router) -> T) -> Result<T> {
        let mut router = self.router.lock().await;
        Ok(read(&self.fresh(&mut router).await?.router))
    }

    /// The time, in milliseconds since 1970.
    pub(super) fn now(&self) -> Millis {
        self.setup.clock.now()
    }

    /// The database.
    pub(super) fn db(&self) -> &Db {
        &self.db
    }

    /// What use cases need to know.
    pub(super) fn setup(&self) -> &Setup {
        &self.setup
    }

    /// How many events the log has.
    ///
    /// # Errors
    /// When one is missing, or the database fails.
    pub async fn log_length(&self) -> Result<i64> {
        let mut number = 0;
        loop {
            let page = self
                .db
                .read(move |tx| store::events(tx, number, 500))
                .await?;
            if page.is_empty() {
                return Ok(number);
            }
            for (next, ..) in page {
                if next != number + 1 {
                    return Err(Error::Conflict(format!("event {} is missing", number + 1)));
                }
                number = next;
            }
        }
    }

    /// Decides what somebody asked for, who has to hear when it cannot be.
    pub(super) async fn insist(&self, ask: &Ask) -> Result<Outcome> {
        let outcome = self.decide(ask).await?;
        match refusal(&outcome) {
            None => Ok(outcome),
            Some(why) => Err(Error::Conflict(why.to_string())),
        }
    }

    /// Tells the router what there is to tell, one event at a time, each durable before the next.
    pub(super) async fn decide(&self, ask: &Ask) -> Result<Outcome> {
        let mut router = self.router.lock().await;
        let mut all = Outcome::default();
        let (mut steps, mut races) = (0, 0);
        while steps < STEPS && races < RACES {
            let held = self.fresh(&mut router).await?;
            let Some(event) = self.event(&held.router, ask).await? else {
                return Ok(all);
            };
            let Some(outcome) = self.apply(&mut router, event).await? else {
                races += 1;
                continue;
            };
            steps += 1;
            let refused = |effect: &Effect| matches!(effect, Effect::Refused { .. });
            let is_over = refusal(&outcome).is_some() || outcome.effects.iter().any(refused);
            all.effects.extend(outcome.effects);
            if is_over || !matches!(ask, Ask::News(_) | Ask::Timer) {
                return Ok(all);
            }
        }
        match races < RACES {
            true => Ok(all),
            false => Err(Error::Conflict(
                "too many decide about work at once; try again".to_owned(),
            )),
        }
    }

    /// Applies one event and makes it durable. Nothing when another process was faster.
    async fn apply(&self, router: &mut Option<Held>, event: Event) -> Result<Option<Outcome>> {
        // Whatever goes wrong from here on, this router knows what never happened.
        let Some(mut held) = router.take() else {
            return Ok(None);
        };
        let at = self.setup.clock.now();
        let outcome = held.router.apply(&event, at);
        let decided = store::Decided::new(held.number, at, event, &held.router, &outcome);
        let setup = self.setup.clone();
        let commit = self.db.write(move |tx| store::commit(tx, &setup, &decided));
        if !commit.await? {
            return Ok(None);
        }
        held.number += 1;
        *router = Some(held);
        self.decided.notify_one();
        Ok(Some(outcome))
    }

    /// The router, restored when there is none or another process has decided since.
    async fn fresh<'a>(&self, router: &'a mut Option<Held>) -> Result<&'a mut Held> {
        for _ in 0..RACES {
            let stored = self.db.read(store::log_number).await?;
            if router.as_ref().map(|held| held.number) == stored && stored.is_some() {
                break;
            }
            let setup = self.setup.clone();
            let (snapshot, number) = self.db.write(move |tx| store::load(tx, &setup)).await?;
            let restored = Router::restore(snapshot).map_err(|problems| {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Error::Conflict(format!("routing settings: {}", problems.join("; ")))
            })?;
            *router = Some(Held {
                router: restored,
                number,
            });
            self.apply(router, Event::Started).await?;
        }
        router.as_mut().ok_or_else(|| {
            Error::Conflict("too many decide about work at once; try again".to_owned())
        })
    }

    /// What the router has to be told now; nothing when it knows.
    async fn event(&self, router: &Router, ask: &Ask) -> Result<Option<Event>> {
        Ok(match ask {
            Ask::Tell(event) => Some(event.clone()),
            Ask::Timer => {
                let now = self.setup.clock.now();
                let due = router.next_timer_ms().is_some_and(|at| at <= now);
                due.then_some(Event::Timer)
            }
            Ask::News(News::Member { id }) => {
                let id = *id;
                let there = self.db.read(move |tx| follow::may_work(tx, id)).await?;
                follow::member_event(router, id, there)
            }
            Ask::News(News::Conversation { id, with }) => {
                self.case_event(router, *id, *with, Call::None).await?
            }
            Ask::News(News::Heard { id, with, at }) => {
                let call = Call::Heard { at: *at };
                self.case_event(router, *id, *with, call).await?
            }
            Ask::News(News::Back { id }) => self.case_event(router, *id, None, Call::Back).await?,
            Ask::Answer {
                worker,
                token,
                accepts,
            } => Some(answer(router, *worker, *token, *accepts)?),
            Ask::Transfer { item, by, to, note } => {
                // Only who has it hands it on as theirs; a supervisor's transfer is nobody's.
                let holder = router.item(*item).and_then(WorkItem::assignment);
                let by = by.filter(|by| holder.is_some_and(|has| has.worker == *by));
                let to = match to {
                    Transfer::Member(member) => TransferTo::Worker(worker_of(*member)),
                    Transfer::Queue(name) => {
                        let found = follow::queue_called(router, name);
                        let queue = found.ok_or_else(|| {
                            Error::invalid("queue", format!("there is no queue '{name}'"))
                        })?;
                        // What people hand on is not for the AI agent, where there is one.
                        match router.worker(AI_AGENT) {
                            Some(_) => TransferTo::Human(Some(queue)),
                            None => TransferTo::Queue(queue),
                        }
                    }
                };
                let (item, note) = (*item, note.clone());
                Some(Event::Transferred { item, by, to, note })
            }
        })
    }

    async fn case_event(
        &self,
        router: &Router,
        id: ConversationId,
        with: Option<With>,
        call: Call,
    ) -> Result<Option<Event>> {
        let row = router.item(WorkItemId(id.uuid()));
        let (is_new, held) = (row.is_none(), row.and_then(WorkItem::worker));
        let setup = self.setup.clone();
        let case = self
            .db
            .read(move |tx| follow::case(tx, &setup, id, with, call, is_new, held))
            .await?;
        Ok(follow::case_event(router, id, case.as_ref(), with))
    }
}

#[async_trait::async_trait]
impl Handler for Dispatcher {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let Ok(news) = serde_json::from_value::<News>(job.payload.clone()) else {
            return Ok(Done::Dead("this is no news for the router".to_owned()));
        };
        self.decide(&Ask::News(news)).await?;
        Ok(Done::Finished)
    }
}

fn answer(router: &Router, worker: WorkerId, token: Token, accepts: bool) -> Result<Event> {
    let mut offers = router.held_by(worker);
    let of_token = |row: &&WorkItem| row.offer().is_some_and(|offer| offer.token == token);
    let Some(item) = offers.find(of_token).map(|row| row.id) else {
        let (live, worker) = (None, None);
        let stale = Ignored::StaleOffer { live, worker };
        return Err(Error::Conflict(stale.to_string()));
    };
    Ok(match accepts {
        true => Event::Accepted {
            item,
            worker,
            token,
        },
        false => Event::Declined {
            item,
            worker,
            token,
        },
    })
}

/// Why the event changed nothing, if it did not.
fn refusal(outcome: &Outcome) -> Option<&Ignored> {
    outcome.effects.iter().find_map(|effect| match effect {
        Effect::Ignored { why, .. } => Some(why),
        _ => None,
    })
}
