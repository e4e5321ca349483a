//! One turn of the agent, from what the customer wrote to the answer.

use super::deeds::Deed;
use super::mind::{self, HANDOFF, Kept};
use super::procedures::ProcedureFile;
use super::works::{InForce, Works};
use super::{TRIES, ledger, standing};
use crate::conversation::{self, Interaction};
use crate::error::{Error, Result};
use crate::job::{Done, Handler, Job};
use crate::knowledge::{Advice, Audience, Found, Knowledge, NewGap, record_gap};
use crate::queries::agent as queries;
use crate::reply::{self, NewReply};
use crate::visitor::Terms;
use crate::{Setup, routing};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use throughline_agent::event::{Event, Handoff, Passage};
use throughline_agent::phrase::Style;
use throughline_agent::trace::Record;
use throughline_agent::utterance::Utterance;
use throughline_brain::{
    Advance, Brain, Happening, Hearing, Host, Phrase, Saying, Standing, Understand, Worded,
};
use throughline_model::channel::Channel;
use throughline_model::id::ConversationId;
use throughline_storage::{Db, Tx, params};

/// Passages a question gets at most.
const PASSAGES: usize = 5;
/// Events one job thinks about at most; more is left to a later one.
const EVENTS_LIMIT: usize = 64;

/// What the customer hears when the agent itself fails.
const HANDED_OVER: &str =
    "Something did not work on our side. A colleague takes over and sees everything we have said.";

/// The AI agent of an installation; handles jobs of kind [`super::AGENT`].
pub struct Agent {
    pub(super) db: Db,
    pub(super) setup: Setup,
    pub(super) brain: Brain,
    pub(super) works: Works,
    knowledge: Knowledge,
    pub(super) understander: Arc<dyn Understand>,
    pub(super) phrase: Arc<dyn Phrase>,
    pub(super) terms: Terms,
}

/// What a turn starts from.
pub(super) struct Scene {
    pub kept: Kept,
    pub line: Interaction,
    pub standing: Standing,
    /// The next message: its number and its words.
    unheard: Option<(i64, String)>,
    /// The customer's last message that was heard.
    last_heard: String,
    /// Whether a person looks after the conversation or has answered.
    pub with_person: bool,
    /// Whether the router has given the conversation to the agent.
    is_mine: bool,
    /// What people should know of how it was read and worded.
    notes: Vec<String>,
}

impl Scene {
    /// Something was written, or the agent was in the middle of something.
    fn is_unfinished(&self) -> bool {
        let mind = &self.kept.mind;
        self.unheard.is_some() || mind.open.is_some() || !mind.unsaid.is_empty()
    }

    /// The customer's newest words.
    pub fn latest(&self) -> &str {
        match &self.unheard {
            Some((_, text)) => text,
            None => &self.last_heard,
        }
    }
}

impl Agent {
    /// An agent that acts with `brain`. Its procedures are those that were published last; where none were, those of its
    /// folder are published.
    ///
    /// # Errors
    /// When the database fails, or the sentence model.
    pub async fn new(
        db: Db,
        setup: Setup,
        brain: Brain,
        knowledge: Knowledge,
        understander: Arc<dyn Understand>,
        phrase: Arc<dyn Phrase>,
        terms: Terms,
    ) -> Result<Self> {
        let files = brain.business.procedures.iter();
        let files = files.map(|(name, text)| ProcedureFile {
            name: name.clone(),
            text: text.clone(),
        });
        let folder = InForce::new(0, files.collect(), brain.business.library.clone());
        let agent = Self {
            works: Works::new(folder),
            db,
            setup,
            brain,
            knowledge,
            understander,
            phrase,
            terms,
        };
        agent.adopt().await?;
        Ok(agent)
    }

    /// Hears everything that was written and answers it.
    async fn turn(&self, conversation: ConversationId) -> Result<Done> {
        let mut performed = Vec::new();
        for _ in 0..EVENTS_LIMIT {
            let mut scene = self.scene(conversation).await?;
            if scene.with_person {
                let is_mine = scene.is_mine;
                self.listen_only(conversation, scene).await?;
                if is_mine {
                    self.ask_router(conversation).await?;
                }
                return Ok(Done::Finished);
            }
            // The router has it with somebody else, or in line; it wakes the agent for what is its own.
            if !scene.is_mine {
                if scene.is_unfinished() {
                    self.ask_router(conversation).await?;
                }
                return Ok(Done::Finished);
            }
            let library = self.works.of(&self.db, &scene.kept.mind).await?;
            let event = match self.next_event(conversation, &mut scene, &library).await? {
                Some((event, happenings)) => {
                    performed.extend(happenings);
                    event
                }
                None => return Ok(Done::Finished),
            };
            let before = scene.kept.mind.dialogue.clone();
            let library = match before.current() {
                Some(_) => library,
                None => self.works.of(&self.db, &scene.kept.mind).await?,
            };
            let advance =
                self.brain
                    .advance(&library, &mut scene.kept.mind, event, &scene.standing);
            let happenings = std::mem::take(&mut performed);
            self.store(conversation, scene, before, happenings, advance)
                .await?;
        }
        Ok(Done::Later { after_ms: 0 })
    }

    pub(super) async fn scene(&self, conversation: ConversationId) -> Result<Scene> {
        let setup = self.setup.clone();
        self.db
            .read(move |tx| {
                let kept = mind::load(tx, conversation)?;
                let line = line(tx, conversation)?;
                Ok(Scene {
                    standing: standing::of(tx, &setup, conversation, &line)?,
                    unheard: unheard(tx, conversation, kept.heard)?,
                    last_heard: last_heard(tx, conversation, kept.heard)?,
                    with_person: with_person(tx, conversation, &kept)?,
                    is_mine: routing::has_agent(tx, conversation)?,
                    kept,
                    line,
                    notes: Vec::new(),
                })
            })
            .await
    }

    /// What to think about next: the answer to the open step, else the next message. A message is heard even while a
    /// step is open.
    async fn next_event(
        &self,
        conversation: ConversationId,
        scene: &mut Scene,
        library: &super::Library,
    ) -> Result<Option<(Event, Vec<Happening>)>> {
        let mut host = self.hosting(conversation, &scene.line);
        let id = conversation.to_string();
        let (mind, standing) = (&scene.kept.mind, &scene.standing);
        if let Some(performed) = self.brain.carry_out(mind, standing, &id, &mut host).await {
            return Ok(Some((performed.event, performed.happenings)));
        }
        let Some((seq, text)) = scene.unheard.take() else {
            return Ok(None);
        };
        let understood = self
            .understander
            .understand(Hearing {
                text: &text,
                dialogue: &mind.dialogue,
                library,
                spent: mind.spent,
            })
            .await;
        scene.kept.heard = seq;
        scene.kept.mind.spent = understood.spent;
        scene.notes.extend(understood.note);
        scene.last_heard.clone_from(&text);
        let commands = understood.commands;
        Ok(Some((Event::Heard { text, commands }, Vec::new())))
    }

    pub(super) fn hosting<'a>(
        &'a self,
        conversation: ConversationId,
        line: &'a Interaction,
    ) -> Hosting<'a> {
        Hosting {
            agent: self,
            conversation,
            line,
        }
    }

    /// Stores what came of an event; when it is the customer's turn, or a person's, with the answer.
    async fn store(
        &self,
        conversation: ConversationId,
        scene: Scene,
        before: throughline_agent::dialogue::Dialogue,
        happenings: Vec<Happening>,
        advance: Advance,
    ) -> Result<()> {
        let Scene {
            mut kept,
            line,
            mut notes,
            last_heard,
            ..
        } = scene;
        let Advance {
            mut trace,
            hand_off,
            waits,
        } = advance;
        let ends = waits || hand_off.is_some();
        let mut said = String::new();
        if ends {
            let worded = self.word(&kept, &line, &last_heard).await;
            kept.mind.spent = worded.spent;
            notes.extend(worded.note);
            said = worded.text;
        }
        trace.extend(notes.iter().map(|text| note(text)));
        let setup = self.setup.clone();
        self.db
            .write(move |tx| {
                conversation::lock(tx, conversation)?;
                ledger::write(tx, &setup, conversation, &happenings)?;
                let now = &kept.mind.dialogue;
                ledger::write_facts(tx, &setup, conversation, line.id, &before, now)?;
                if !ends {
                    return mind::store(tx, &setup, conversation, &mut kept.clone(), &trace);
                }
                let mut kept = kept.clone();
                let mut trace = trace.clone();
                kept.mind.unsaid.clear();
                // Or somebody has decided meanwhile who is to have it.
                if person_is_there(tx, conversation, kept.heard)?
                    || !routing::has_agent(tx, conversation)?
                {
                    kept.mind.dialogue.handed_off = true;
                    trace.push(note("a person has taken over; nothing was said"));
                    routing::wake(tx, &setup.clock, conversation, None)?;
                    return mind::store(tx, &setup, conversation, &mut kept, &trace);
                }
                let key = format!("ai-{}-{}", conversation, kept.revision + 1);
                if let Some(problem) = say(tx, &setup, conversation, &line, &said, key)? {
                    trace.push(note(&problem));
                }
                if let Some(handoff) = &hand_off {
                    ledger::write_handoff(tx, &setup, conversation, handoff)?;
                    heed_handoff(tx, &setup, conversation, handoff)?;
                }
                mind::store(tx, &setup, conversation, &mut kept, &trace)
            })
            .await
    }

    async fn word(&self, kept: &Kept, line: &Interaction, heard: &str) -> Worded {
        let saying = Saying {
            utterances: &kept.mind.unsaid,
            style: style(line.channel),
            site: self.terms.public_base.trim_end_matches('/'),
            heard,
            spent: kept.mind.spent,
        };
        self.phrase.phrase(saying).await
    }

    /// The agent cannot go on, whatever is tried: people have to.
    async fn give_up(&self, conversation: ConversationId, why: &str) -> Result<()> {
        let setup = self.setup.clone();
        let handoff = Handoff {
            reason: "agent_failed".to_owned(),
            queue: None,
            skills: None,
            message: Utterance::HandingOver {
                reason: "agent_failed".to_owned(),
            },
            summary: format!("The agent could not go on: {why}"),
            slots: BTreeMap::new(),
            facts: BTreeMap::new(),
            denied: Vec::new(),
            citations: Vec::new(),
            done: Vec::new(),
        };
        self.db
            .write(move |tx| {
                conversation::lock(tx, conversation)?;
                let mut kept = mind::load(tx, conversation).unwrap_or_default();
                if with_person(tx, conversation, &kept)? {
                    return Ok(());
                }
                let line = line(tx, conversation)?;
                let key = format!("ai-{conversation}-{}", kept.revision + 1);
                say(tx, &setup, conversation, &line, HANDED_OVER, key)?;
                ledger::write_handoff(tx, &setup, conversation, &handoff)?;
                heed_handoff(tx, &setup, conversation, &handoff)?;
                kept.leave_to_people(conversation::get(tx, conversation)?.last_seq);
                let trace = [note(&handoff.summary)];
                mind::store(tx, &setup, conversation, &mut kept, &trace)
            })
            .await
    }

    /// What the router believes of this conversation is not what is true: the agent has what people have to answer, or it
    /// has not what it was in the middle of, such as one that is older than the router's rows.
    async fn ask_router(&self, conversation: ConversationId) -> Result<()> {
        let clock = self.setup.clock.clone();
        self.db
            .write(move |tx| routing::wake(tx, &clock, conversation, None))
            .await
    }

    /// A person has the conversation: what was written is theirs to answer.
    async fn listen_only(&self, conversation: ConversationId, scene: Scene) -> Result<()> {
        let Scene { kept, unheard, .. } = scene;
        if unheard.is_none() && kept.mind.dialogue.handed_off {
            return Ok(());
        }
        let setup = self.setup.clone();
        self.db
            .write(move |tx| {
                let mut kept = kept.clone();
                kept.leave_to_people(conversation::get(tx, conversation)?.last_seq);
                let trace = [note("a person has the conversation; nothing is done")];
                mind::store(tx, &setup, conversation, &mut kept, &trace)
            })
            .await
    }
}

#[async_trait::async_trait]
impl Handler for Agent {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let named = job.payload.get("conversation").and_then(Value::as_str);
        let Some(conversation) = named.and_then(|id| id.parse().ok()) else {
            return Ok(Done::Dead("the job names no conversation".to_owned()));
        };
        match self.turn(conversation).await {
            Err(Error::NotFound { .. }) => Ok(Done::Finished),
            Err(error) if job.attempts >= TRIES => {
                tracing::error!(%conversation, %error, "the agent gives this conversation to a person");
                self.give_up(conversation, &error.to_string()).await?;
                Ok(Done::Finished)
            }
            other => other,
        }
    }
}

/// What the agent asks of Throughline itself.
pub(super) struct Hosting<'a> {
    agent: &'a Agent,
    conversation: ConversationId,
    line: &'a Interaction,
}

impl Hosting<'_> {
    /// A question without a good answer is for the authors of the knowledge base. That it cannot be noted keeps nobody
    /// from being answered.
    async fn note_gap(&self, question: &str, found: &Found) {
        let gap = NewGap {
            conversation: Some(self.conversation),
            vector: self.agent.knowledge.meaning(question),
            ..NewGap::new(question, found)
        };
        let clock = self.agent.setup.clock.clone();
        let noted = self.agent.db.write(move |tx| record_gap(tx, &clock, &gap));
        if let Err(error) = noted.await {
            tracing::warn!(%error, "a question without an answer was not noted");
        }
    }
}

#[async_trait::async_trait]
impl Host for Hosting<'_> {
    async fn search(&mut self, question: &str) -> (Vec<Passage>, f32) {
        let found = self
            .agent
            .knowledge
            .find(question, Audience::Public, None, PASSAGES)
            .await;
        if found.advice != Advice::Answer {
            self.note_gap(question, &found).await;
        }
        let passages = found.passages.into_iter().map(|passage| Passage {
            id: format!(
                "{}:{}:{}",
                passage.article, passage.version, passage.passage
            ),
            title: passage.title,
            text: passage.text,
            url: Some(match passage.anchor.is_empty() {
                true => format!("/help/{}", passage.slug),
                false => format!("/help/{}#{}", passage.slug, passage.anchor),
            }),
        });
        (passages.collect(), found.confidence as f32)
    }

    async fn built_in(&mut self, tool: &str, args: &Value, key: &str) -> Result<Value, String> {
        let (setup, terms) = (self.agent.setup.clone(), self.agent.terms.clone());
        let (conversation, line) = (self.conversation, self.line.clone());
        let (tool, args, key) = (tool.to_owned(), args.clone(), key.to_owned());
        let done = self.agent.db.write(move |tx| {
            conversation::lock(tx, conversation)?;
            let deed = Deed {
                conversation,
                line: &line,
                terms: &terms,
                key: &key,
            };
            deed.perform(tx, &setup, &tool, &args)
        });
        done.await.map_err(|error: Error| error.to_string())
    }
}

/// The customer's latest contact.
fn line(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Interaction> {
    let lines = conversation::interactions(tx, conversation)?;
    lines
        .into_iter()
        .next()
        .ok_or_else(|| Error::not_found("interaction of the conversation", conversation))
}

fn unheard(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
    heard: i64,
) -> Result<Option<(i64, String)>> {
    Ok(
        tx.optional(&queries::UNHEARD, params![conversation, heard], |row| {
            Ok((row.get("seq")?, row.get("text")?))
        })?,
    )
}

/// The customer's newest message up to entry `heard`.
fn last_heard(tx: &mut Tx<'_>, conversation: ConversationId, heard: i64) -> Result<String> {
    let found = tx.optional(&queries::LAST_HEARD, params![conversation, heard], |row| {
        row.get("text")
    })?;
    Ok(found.unwrap_or_default())
}

/// How a channel talks.
pub(super) fn style(channel: Channel) -> Style {
    match channel {
        Channel::Email => Style::Plain,
        Channel::Sms => Style::Short,
        Channel::Voice | Channel::Video => Style::Spoken,
        Channel::Webchat
        | Channel::InApp
        | Channel::Whatsapp
        | Channel::Messenger
        | Channel::Instagram
        | Channel::Telegram
        | Channel::InStore => Style::Rich,
    }
}

/// Whether the conversation is a person's: it was handed over, or one is there.
fn with_person(tx: &mut Tx<'_>, conversation: ConversationId, kept: &Kept) -> Result<bool> {
    Ok(kept.mind.dialogue.handed_off || person_is_there(tx, conversation, kept.heard)?)
}

/// Whether a person looks after the conversation, or has answered since the agent listened last.
fn person_is_there(tx: &mut Tx<'_>, conversation: ConversationId, heard: i64) -> Result<bool> {
    if conversation::get(tx, conversation)?.owner.is_some() {
        return Ok(true);
    }
    let answers: i64 = tx.one(
        &queries::ANSWERED_BY_PERSON,
        params![conversation, heard],
        |row| row.get("answers"),
    )?;
    Ok(answers > 0)
}

/// Sends the answer. Returns why not, when the customer cannot be written to.
fn say(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    line: &Interaction,
    said: &str,
    key: String,
) -> Result<Option<String>> {
    if said.trim().is_empty() {
        return Ok(None);
    }
    let mut reply = NewReply::new(conversation, said.to_owned(), key, ledger::author());
    reply.via = Some(line.id);
    reply.automatic = true;
    match reply::send(tx, setup, reply) {
        Ok(_) => Ok(None),
        Err(Error::Conflict(why)) => Ok(Some(format!("the answer was not sent: {why}"))),
        Err(error) => Err(error),
    }
}

/// The case shows whose turn it is, and what nobody could answer is kept for the authors.
fn heed_handoff(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    handoff: &Handoff,
) -> Result<()> {
    let mut change = conversation::Change::default();
    change
        .fields
        .insert(HANDOFF.to_owned(), handoff.reason.as_str().into());
    let named = [
        ("queue", &handoff.queue),
        (routing::SKILLS, &handoff.skills),
    ];
    for (field, name) in named {
        if let Some(name) = name {
            change.fields.insert(field.to_owned(), name.as_str().into());
        }
    }
    conversation::change(tx, setup, conversation, &change, ledger::author())?;
    Ok(())
}

fn note(text: &str) -> Record {
    Record::Note {
        text: text.to_owned(),
    }
}
