//! A floor to tell stories about: one router, people with names, a clock that stands still.

use throughline_model::clock::Millis;
use throughline_model::id::{QueueId, WorkItemId, WorkerId};
use throughline_routing::{
    Effect, Event, Outcome, Place, Presence, Queue, Router, Settings, Skill, Skills, Token, Work,
    WorkClass, Worker,
};
use uuid::Uuid;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;

/// The queue that every floor has.
pub const SERVICE: QueueId = QueueId(Uuid::from_u128(0x51));
pub const BILLING: QueueId = QueueId(Uuid::from_u128(0x52));

pub const ANA: WorkerId = WorkerId(Uuid::from_u128(0xa1));
pub const BEN: WorkerId = WorkerId(Uuid::from_u128(0xb2));
pub const ROBO: WorkerId = WorkerId(Uuid::from_u128(0xf0));

pub struct Floor {
    pub router: Router,
    pub now_ms: Millis,
    pub last: Outcome,
}

pub fn settings() -> Settings {
    let mut settings = Settings::with_queue(SERVICE, Queue::named("Service"));
    settings.queues.insert(BILLING, Queue::named("Billing"));
    settings
}

pub fn item(number: u128) -> WorkItemId {
    WorkItemId(Uuid::from_u128(0x1000 + number))
}

pub fn skills(list: &[(&str, u8)]) -> Skills {
    let skill = |name: &str| Skill::new(name).expect("a name");
    list.iter()
        .map(|(name, level)| (skill(name), *level))
        .collect()
}

pub fn human(id: WorkerId) -> Worker {
    let mut worker = Worker::human(id);
    worker.queues.insert(SERVICE);
    worker
}

pub fn chat(number: u128) -> Work {
    Work::new(item(number), WorkClass::Chat, SERVICE)
}

pub fn call(number: u128) -> Work {
    Work::new(item(number), WorkClass::Call, SERVICE)
}

pub fn email(number: u128) -> Work {
    Work::new(item(number), WorkClass::Email, SERVICE)
}

/// Events and effects are stored as JSON.
fn survives_storage<T>(thing: &T)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let stored = serde_json::to_string(thing).expect("JSON");
    let read: T = serde_json::from_str(&stored).expect(&stored);
    assert_eq!(&read, thing);
}

impl Floor {
    pub fn open() -> Self {
        Self::with(settings())
    }

    pub fn with(settings: Settings) -> Self {
        Self {
            router: Router::new(settings).expect("settings that can be used"),
            now_ms: 1_800_000_000_000,
            last: Outcome::default(),
        }
    }

    /// Tells the router, and sees that every law holds afterwards.
    pub fn tell(&mut self, event: Event) -> &[Effect] {
        survives_storage(&event);
        self.last = self.router.apply(&event, self.now_ms);
        self.last.effects.iter().for_each(survives_storage);
        assert_eq!(self.router.violations(), [], "after {event:?}");
        &self.last.effects
    }

    /// Lets time pass, stopping at every timer on the way.
    pub fn pass(&mut self, by_ms: Millis) -> Vec<Effect> {
        let until_ms = self.now_ms + by_ms;
        let mut effects = Vec::new();
        while let Some(due_ms) = self
            .router
            .next_timer_ms()
            .filter(|due_ms| *due_ms <= until_ms)
        {
            self.now_ms = self.now_ms.max(due_ms);
            effects.extend(self.tell(Event::Timer).to_vec());
        }
        self.now_ms = until_ms;
        effects
    }

    pub fn arrives(&mut self, work: Work) -> Vec<Effect> {
        self.tell(Event::Arrived(work)).to_vec()
    }

    pub fn comes(&mut self, worker: Worker) {
        let id = worker.id;
        self.tell(Event::WorkerChanged(worker));
        self.says(id, Presence::Available);
    }

    pub fn says(&mut self, worker: WorkerId, presence: Presence) -> Vec<Effect> {
        self.tell(Event::PresenceChanged { worker, presence })
            .to_vec()
    }

    pub fn accepts(&mut self, worker: WorkerId, number: u128) -> Vec<Effect> {
        let token = self.token(number);
        self.tell(Event::Accepted {
            item: item(number),
            worker,
            token,
        })
        .to_vec()
    }

    pub fn declines(&mut self, worker: WorkerId, number: u128) -> Vec<Effect> {
        let token = self.token(number);
        self.tell(Event::Declined {
            item: item(number),
            worker,
            token,
        })
        .to_vec()
    }

    pub fn finishes(&mut self, worker: WorkerId, number: u128) -> Vec<Effect> {
        self.tell(Event::Finished {
            item: item(number),
            worker,
        })
        .to_vec()
    }

    pub fn token(&self, number: u128) -> Token {
        self.router.offer(item(number)).expect("a live offer").token
    }

    pub fn place(&self, number: u128) -> &Place {
        &self
            .router
            .item(item(number))
            .expect("work that is here")
            .place
    }

    /// Who is being asked for it.
    pub fn asked(&self, number: u128) -> Option<WorkerId> {
        self.router.offer(item(number)).map(|offer| offer.worker)
    }

    /// Who has it.
    pub fn has(&self, number: u128) -> Option<WorkerId> {
        let row = self.router.item(item(number))?;
        row.assignment().map(|assignment| assignment.worker)
    }

    pub fn waits(&self, number: u128) -> bool {
        *self.place(number) == Place::Waiting
    }
}
