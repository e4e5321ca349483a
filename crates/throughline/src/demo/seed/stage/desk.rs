//! What people at the desk do.

use super::super::cast::{Order, Person};
use super::super::plan::Step;
use super::super::script::CaseChange;
use super::Stage;
use crate::demo::desk::PEOPLE;
use serde_json::{Value, json};
use throughline_engine::access::{Member, Principal};
use throughline_engine::conversation::{self, Author, Change, NewEntry};
use throughline_engine::identity::{self, Profile};
use throughline_engine::reply::{self, NewReply};
use throughline_engine::{Error, Result};
use throughline_model::conversation::EntryKind;
use throughline_model::id::ConversationId;
use throughline_model::identifier::IdentifierKind;

impl Stage {
    pub(super) async fn answers(&mut self, step: &Step, member: &str, text: &str) -> Result<()> {
        let (here, author) = (self.here(step)?, self.author(member)?);
        if !std::mem::replace(&mut self.thread(step).taken, true) {
            self.takes(step, here, member).await?;
        }
        let thread = self.thread(step);
        if thread.named_order && !std::mem::replace(&mut thread.looked_up, true) {
            self.looks_up(step, here, member).await?;
        }
        let id = format!("desk-{}", self.count());
        let reply = NewReply::new(here, self.fill(step, text, "")?, id, author);
        self.write(move |tx, setup| reply::send(tx, setup, reply.clone()).map(drop))
            .await?;
        self.deliver().await
    }

    /// Somebody looks after it from now on.
    async fn takes(&self, step: &Step, here: ConversationId, member: &str) -> Result<()> {
        let (author, story) = (self.author(member)?, &step.story);
        let change = Change {
            owner: Some(self.member(member)?.id),
            subject: Some(story.subject.clone()),
            fields: [("kind".to_owned(), Value::from(story.kind))]
                .into_iter()
                .collect(),
            ..Change::default()
        };
        self.write(move |tx, setup| {
            conversation::change(tx, setup, here, &change, author.clone()).map(drop)
        })
        .await
    }

    /// Somebody looks up the order the customer has named, and whose it is.
    async fn looks_up(&self, step: &Step, here: ConversationId, member: &str) -> Result<()> {
        let (author, story) = (self.author(member)?, &step.story);
        let person = self.person(&story.who)?;
        let order = person
            .orders
            .iter()
            .find(|order| order.number == story.order);
        let facts = order.map(facts_of).unwrap_or_default();
        let profile = profile_of(person);
        self.write(move |tx, setup| {
            let customer = conversation::get(tx, here)?.customer;
            identity::set_profile(tx, &setup.clock, customer, &profile)?;
            for (name, value) in &facts {
                conversation::set_fact(tx, setup, here, name, value, author.clone(), None)?;
            }
            Ok(())
        })
        .await
    }

    pub(super) async fn notes(&mut self, step: &Step, member: &str, text: &str) -> Result<()> {
        let (here, author, text) = (
            self.here(step)?,
            self.author(member)?,
            self.fill(step, text, "")?,
        );
        self.write(move |tx, setup| {
            let at = setup.clock.now();
            let note = NewEntry::internal(
                here,
                at,
                EntryKind::Note,
                author.clone(),
                text.clone(),
                json!({}),
            );
            conversation::append(tx, setup, &note).map(drop)
        })
        .await
    }

    pub(super) async fn learns(&mut self, step: &Step, name: &str, value: &str) -> Result<()> {
        let (here, author) = (self.here(step)?, Author::system());
        let (name, value) = (name.to_owned(), Value::from(value));
        self.write(move |tx, setup| {
            conversation::set_fact(tx, setup, here, &name, &value, author.clone(), None).map(drop)
        })
        .await
    }

    /// The case changes everywhere the story went.
    pub(super) async fn changes(&mut self, step: &Step, change: &CaseChange) -> Result<()> {
        let now = self.setup.clock.now();
        let owner = match &change.owner {
            Some(member) => Some(self.member(member)?.id),
            None => None,
        };
        let fields = change
            .fields
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        let change = Change {
            status: change.status,
            priority: change.priority,
            owner,
            fields: fields.collect(),
            snoozed_until: change.snooze_ms.map(|ms| now + ms),
            ..Change::default()
        };
        let everywhere = self.thread(step).everywhere.clone();
        let own = self
            .threads
            .get(&step.number)
            .is_some_and(|thread| thread.taken);
        let author = match own {
            true => self.owner_of(step).await?,
            false => Author::system(),
        };
        self.write(move |tx, setup| {
            for id in &everywhere {
                conversation::change(tx, setup, *id, &change, author.clone())?;
            }
            Ok(())
        })
        .await
    }

    /// Whoever looks after the conversation of a story.
    async fn owner_of(&self, step: &Step) -> Result<Author> {
        let here = self.here(step)?;
        let owner = self
            .write(move |tx, _| Ok(conversation::get(tx, here)?.owner))
            .await?;
        let found = self.members.iter().find(|member| Some(member.id) == owner);
        Ok(found.map_or_else(Author::system, author_of))
    }

    pub(super) async fn merges(
        &mut self,
        step: &Step,
        member: &str,
        a: IdentifierKind,
        b: &(Option<String>, IdentifierKind),
        reason: &str,
    ) -> Result<()> {
        let actor = principal(self.member(member)?).actor();
        let a = self.address_of(&step.story.who, a)?;
        let b = self.address_of(b.0.as_deref().unwrap_or(&step.story.who), b.1)?;
        let reason = reason.to_owned();
        self.write(move |tx, setup| {
            let a = identity::recognise(tx, &setup.clock, &a, None)?.customer;
            let b = identity::recognise(tx, &setup.clock, &b, None)?.customer;
            identity::merge(tx, setup, a, b, &actor, &reason).map(drop)
        })
        .await
    }

    /// Somebody at the desk, by the name stories call them.
    fn member(&self, called: &str) -> Result<&Member> {
        let email = PEOPLE
            .iter()
            .find(|(name, ..)| *name == called)
            .map(|(_, email, ..)| *email);
        let found = self
            .members
            .iter()
            .find(|member| Some(member.email.as_str()) == email);
        found.ok_or_else(|| Error::not_found("member", called))
    }

    fn author(&self, called: &str) -> Result<Author> {
        self.member(called).map(author_of)
    }
}

fn principal(member: &Member) -> Principal {
    Principal::Member {
        id: member.id,
        name: member.name.clone(),
        role: member.role,
    }
}

fn author_of(member: &Member) -> Author {
    principal(member).author()
}

/// What the shop knows of a customer.
fn profile_of(person: &Person) -> Profile {
    let Person {
        account,
        name,
        street,
        city,
        state,
        zip,
        ..
    } = person;
    let attributes = [
        ("account", account.clone()),
        ("city", format!("{city}, {state}")),
        ("address", format!("{street}, {city}, {state} {zip}")),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), Value::from(value)));
    Profile {
        name: Some(name.clone()),
        attributes: attributes.into_iter().collect(),
    }
}

/// What the shop knows of an order.
fn facts_of(order: &Order) -> Vec<(&'static str, Value)> {
    let items = order
        .items
        .iter()
        .map(|item| format!("{} ({})", item.name, item.options));
    let mut facts = vec![
        ("order_number", Value::from(order.number.as_str())),
        ("order_status", Value::from(order.status.as_str())),
        ("order_items", Value::from(items.collect::<Vec<_>>())),
        ("order_total_cents", Value::from(order.total_cents())),
    ];
    facts.extend(
        order
            .tracking
            .as_deref()
            .map(|tracking| ("tracking_number", Value::from(tracking))),
    );
    facts
}
