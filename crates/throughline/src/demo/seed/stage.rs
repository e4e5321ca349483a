//! Lets the stories happen.

mod customer;
mod desk;

use super::cast::Person;
use super::plan::Step;
use super::postbox::{MailPost, Post, Postbox, TextPost};
use super::script::Act;
use crate::demo::config::{CHAT, MAIL, SMS};
use crate::demo::outside::{Mail, Text};
use crate::installation::Installation;
use crate::outbound;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use throughline_engine::access::Member;
use throughline_engine::attachment::Files;
use throughline_engine::delivery::{self, Adapters, Deliverer};
use throughline_engine::endpoint::Endpoint;
use throughline_engine::job::Runner;
use throughline_engine::visitor::offline::{CHAT_OFFLINE, NobodyHere, Offline};
use throughline_engine::visitor::{Terms, Visitor};
use throughline_engine::{Error, Result, Setup};
use throughline_mail::tokens::MailKeys;
use throughline_model::channel::{Channel, ChannelAdapter};
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::ConversationId;
use throughline_model::outbound::{DeliveryStatus, StatusNews};
use throughline_storage::{Db, Tx};

/// How long a message takes to arrive, in milliseconds.
const ARRIVES_AFTER_MS: Millis = 900;
/// Jobs done at once; the clock stands still while they are.
const AT_ONCE: usize = 8;

/// Where stories happen: the shop at a time of the past.
pub struct Stage {
    db: Db,
    setup: Setup,
    files: Files,
    keys: MailKeys,
    endpoints: Endpoints,
    terms: Terms,
    runner: Runner,
    postbox: Postbox,
    people: BTreeMap<String, Person>,
    members: Vec<Member>,
    /// The chat that is open in the browser of each person, by account.
    visitors: BTreeMap<String, Visitor>,
    threads: HashMap<usize, Thread>,
    messages: u64,
}

/// The addresses of the shop.
struct Endpoints {
    chat: Endpoint,
    mail: Endpoint,
    sms: Endpoint,
}

/// How far a story has come.
#[derive(Clone, Default)]
struct Thread {
    /// Where the customer wrote last.
    here: Option<ConversationId>,
    /// Everywhere the story went.
    everywhere: BTreeSet<ConversationId>,
    /// True once somebody at the desk looks after it.
    taken: bool,
    /// True once the customer has named the order.
    named_order: bool,
    /// True once somebody at the desk has looked the order up.
    looked_up: bool,
}

impl Stage {
    /// A shop whose clock is `clock`.
    pub fn new(
        installation: &Installation,
        clock: Clock,
        people: Vec<Person>,
        members: Vec<Member>,
    ) -> Result<Self, String> {
        let endpoints = Endpoints::of(installation)?;
        let setup = Setup {
            clock: clock.clone(),
            ..installation.setup.clone()
        };
        let postbox = Postbox::default();
        let terms = throughline_http::chat::terms(&installation.config);
        let runner = runner(installation, &setup, &endpoints, &postbox, &terms)?;
        Ok(Self {
            db: installation.db.clone(),
            setup,
            files: installation.files.clone(),
            keys: installation.mail_keys.clone(),
            endpoints,
            terms,
            runner,
            postbox,
            people: people
                .into_iter()
                .map(|person| (person.account.clone(), person))
                .collect(),
            members,
            visitors: BTreeMap::new(),
            threads: HashMap::new(),
            messages: 0,
        })
    }

    /// Lets one thing happen, at its time.
    ///
    /// # Errors
    /// When the engine refuses it: stories are written so that it does not.
    pub async fn play(&mut self, step: &Step) -> Result<()> {
        self.advance_to(step.at);
        if let Act::Writes(_, text) = &step.act {
            self.thread(step).named_order |= text.contains("{order}");
        }
        match &step.act {
            Act::Writes(Channel::Webchat, text) => self.writes_in_chat(step, text).await,
            Act::Writes(Channel::Email, text) => self.writes_mail(step, text).await,
            Act::Writes(_, text) => self.writes_text(step, text).await,
            Act::Reads => self.reads(step).await,
            Act::TakesNewBrowser => {
                self.visitors.remove(&step.story.who);
                Ok(())
            }
            Act::Answers { member, text, .. } => self.answers(step, member, text).await,
            Act::Notes(member, text) => self.notes(step, member, text).await,
            Act::SignsIn => self.signs_in(step).await,
            Act::Types(kind) => self.types(step, *kind).await,
            Act::Proves(kind) => self.proves(step, *kind).await,
            Act::GoesOn(channel) => self.goes_on(step, *channel).await,
            Act::Fact(name, value) => self.learns(step, name, value).await,
            Act::Case(change) => self.changes(step, change).await,
            Act::Merges {
                member,
                a,
                b,
                reason,
            } => self.merges(step, member, *a, b, reason).await,
        }
    }

    /// What can still happen until `now` by itself, happens.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn finish(&mut self, now: Millis) -> Result<()> {
        self.deliver().await?;
        self.advance_to(now);
        self.deliver().await
    }

    /// What phones and mailboxes hold after all this.
    pub fn into_letters(self) -> (Vec<Text>, Vec<Mail>) {
        let Post { texts, mails, .. } = std::mem::take(&mut *self.postbox.open());
        (texts, mails)
    }

    fn advance_to(&self, at: Millis) {
        let clock = &self.setup.clock;
        clock.advance((at - clock.now()).max(0));
    }

    /// Everything that is due leaves, and arrives.
    async fn deliver(&self) -> Result<()> {
        self.runner.run_due().await?;
        let arrived = std::mem::take(&mut self.postbox.open().under_way);
        if arrived.is_empty() {
            return Ok(());
        }
        self.setup.clock.advance(ARRIVES_AFTER_MS);
        self.write(move |tx, setup| {
            for sent in &arrived {
                let news = StatusNews {
                    provider_id: sent.provider_id.clone(),
                    delivery: Some(sent.delivery),
                    status: DeliveryStatus::Delivered,
                    code: None,
                    reason: None,
                };
                delivery::note(tx, setup, sent.endpoint, &news)?;
            }
            Ok(())
        })
        .await
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>, &Setup) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let setup = self.setup.clone();
        self.db.write(move |tx| work(tx, &setup)).await
    }

    fn person(&self, account: &str) -> Result<&Person> {
        self.people
            .get(account)
            .ok_or_else(|| Error::not_found("person", account))
    }

    /// `text` with its slots filled for the person and order of a story.
    fn fill(&self, step: &Step, text: &str, code: &str) -> Result<String> {
        let story = &step.story;
        Ok(self
            .person(&story.who)?
            .fill(text, &story.order, story.item, code))
    }

    fn thread(&mut self, step: &Step) -> &mut Thread {
        self.threads.entry(step.number).or_default()
    }

    /// Where the customer of a story wrote last.
    fn here(&self, step: &Step) -> Result<ConversationId> {
        let thread = self.threads.get(&step.number);
        thread
            .and_then(|thread| thread.here)
            .ok_or_else(|| Error::not_found("conversation", &step.story.subject))
    }

    /// A number nothing else has.
    fn count(&mut self) -> u64 {
        self.messages += 1;
        self.messages
    }
}

impl Endpoints {
    fn of(installation: &Installation) -> Result<Self, String> {
        let find = |name: &str| {
            let found = installation
                .endpoints
                .iter()
                .find(|one| one.record.name == name);
            found
                .map(|one| one.record.clone())
                .ok_or(format!("the demo has no endpoint '{name}'"))
        };
        Ok(Self {
            chat: find(CHAT)?,
            mail: find(MAIL)?,
            sms: find(SMS)?,
        })
    }

    /// The one on a channel.
    fn on(&self, channel: Channel) -> &Endpoint {
        match channel {
            Channel::Email => &self.mail,
            Channel::Sms => &self.sms,
            _ => &self.chat,
        }
    }
}

fn runner(
    installation: &Installation,
    setup: &Setup,
    endpoints: &Endpoints,
    postbox: &Postbox,
    terms: &Terms,
) -> Result<Runner, String> {
    let (db, clock) = (installation.db.clone(), setup.clock.clone());
    let texts: Arc<dyn ChannelAdapter> = Arc::new(TextPost {
        postbox: postbox.clone(),
        clock: clock.clone(),
    });
    let mails: Arc<dyn ChannelAdapter> = Arc::new(MailPost {
        postbox: postbox.clone(),
        clock,
        letterhead: letterhead(installation)?,
        keys: installation.mail_keys.clone(),
    });
    let adapters = Adapters::from([(endpoints.sms.id, texts), (endpoints.mail.id, mails)]);
    let files = installation.files.clone();
    let deliverer = Deliverer::new(db.clone(), setup.clone(), files, adapters, HashMap::new());
    let offline = Offline {
        db: db.clone(),
        setup: setup.clone(),
        terms: terms.clone(),
        mailboxes: HashMap::from([(endpoints.chat.id, endpoints.mail.id)]),
        presence: Box::new(NobodyHere),
    };
    Ok(Runner::new(db, setup.clone())
        .with(delivery::DELIVER, Arc::new(deliverer), AT_ONCE)
        .with(CHAT_OFFLINE, Arc::new(offline), AT_ONCE))
}

fn letterhead(installation: &Installation) -> Result<throughline_mail::build::Letterhead, String> {
    let found = installation
        .endpoints
        .iter()
        .find(|one| one.record.name == MAIL);
    let endpoint = found.ok_or("the demo has no mailbox")?;
    let settings = endpoint
        .config
        .email
        .as_ref()
        .ok_or("the demo's mailbox has no settings")?;
    outbound::letterhead(installation, endpoint, settings)
}
