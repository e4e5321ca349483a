//! Runs the tests of procedures through the very loop that real conversations run through, on every channel's style.
//!
//! What a customer hears may differ by style; what is done, asked and refused may not: that is the [`Verdict`].
//! [`scenarios`] makes up more customers than anybody would write down.

mod scenario;

pub use scenario::scenarios;

use crate::brain::Brain;
use crate::host::{Happening, Hearing, Host, Standing, Understand};
use crate::mind::Mind;
use async_trait::async_trait;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use throughline_agent::dialogue::Pending;
use throughline_agent::event::{Event, Outcome, Passage, Step};
use throughline_agent::phrase::{Style, phrase};
use throughline_agent::trace::Record;
use throughline_agent::utterance::Utterance;
use throughline_model::clock::Millis;
use throughline_procedure::Library;
use throughline_procedure::trial::{ANONYMOUS, Trial};
use throughline_tools::{Effect, Kind};

/// Messages a simulated customer writes at most.
const MESSAGES: usize = 24;
/// Events of one message at most.
const EVENTS: usize = 100;

/// The channels tests run on, and how each talks.
pub const CHANNELS: [(&str, Style); 3] = [
    ("webchat", Style::Rich),
    ("email", Style::Plain),
    ("sms", Style::Short),
];

/// Whether a test is for a channel.
pub fn is_for(trial: &Trial, channel: &str) -> bool {
    trial.on.is_empty() || trial.on.iter().any(|name| name == channel)
}

/// What is the same on every channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// Values of slots at the end, of every procedure that ran.
    pub slots: BTreeMap<String, Value>,
    /// Writing tools that were carried out, in order.
    pub calls: Vec<String>,
    /// Rules that refused something.
    pub denied: BTreeSet<String>,
    /// Slots that were asked for, in order.
    pub asks: Vec<String>,
    /// Whether something was read back for a yes.
    pub confirms: bool,
    /// The queue it was handed to, `any` when none was named.
    pub handoff: Option<String>,
}

/// What came of one test on one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Run {
    /// What is the same on every channel.
    pub verdict: Verdict,
    /// What the customer heard, one message after the other.
    pub said: Vec<String>,
    /// Slots that were asked for although their value was known.
    pub repeated: Vec<String>,
    /// The whole trace.
    pub trace: Vec<Record>,
}

/// What came of a test on one channel, beside what was expected.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checked {
    /// What is the same on every channel.
    pub verdict: Verdict,
    /// What was expected and what happened instead; empty when the test came out as expected.
    pub problems: Vec<String>,
    /// What was said; lines of the customer begin with `> `.
    pub said: Vec<String>,
}

/// Plays customers.
pub struct Simulator<'a> {
    /// The agent at work.
    pub brain: &'a Brain,
    /// The procedures it follows.
    pub library: &'a Library,
    /// Reads what the customer says.
    pub understander: &'a dyn Understand,
    /// The day of the simulation.
    pub now: Millis,
    /// True to carry writing tools out. False never changes anything: they answer as if they had been called.
    pub writes: bool,
}

impl Simulator<'_> {
    /// Plays one test on a channel and compares what comes of it with what was expected.
    pub async fn check(&self, trial: &Trial, style: Style) -> Checked {
        let run = self.run(trial, style).await;
        Checked {
            problems: problems(trial, &run),
            verdict: run.verdict,
            said: run.said,
        }
    }

    /// Plays one customer.
    pub async fn run(&self, trial: &Trial, style: Style) -> Run {
        let mut play = Play {
            simulator: self,
            trial,
            style,
            mind: Mind::default(),
            standing: self.standing(trial),
            run: Run::default(),
        };
        let mut lines: VecDeque<String> = trial.say.iter().cloned().collect();
        for _ in 0..MESSAGES {
            let Some(text) = lines.pop_front().or_else(|| play.answer()) else {
                break;
            };
            play.run.said.push(format!("> {text}"));
            play.hear(text).await;
            if play.mind.dialogue.handed_off {
                break;
            }
        }
        play.run
    }

    fn standing(&self, trial: &Trial) -> Standing {
        let known = trial.who != ANONYMOUS;
        Standing {
            subject: known.then(|| trial.who.clone()),
            assurance: if known { 2 } else { 0 },
            facts: trial.facts.clone(),
            today: time::OffsetDateTime::from_unix_timestamp(self.now / 1000)
                .ok()
                .map(time::OffsetDateTime::date),
            now: self.now,
            // A test says how many pictures came as it says any other fact.
            pictures: trial
                .facts
                .get("pictures")
                .and_then(Value::as_u64)
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            ..Standing::default()
        }
    }
}

/// A conversation being played.
struct Play<'a> {
    simulator: &'a Simulator<'a>,
    trial: &'a Trial,
    style: Style,
    mind: Mind,
    standing: Standing,
    run: Run,
}

impl Play<'_> {
    /// What the customer answers to what is open.
    fn answer(&self) -> Option<String> {
        let yes = match self.trial.agrees {
            true => "yes",
            false => "no",
        };
        match self.mind.dialogue.pending.as_ref()? {
            Pending::Confirm(_) => Some(yes.to_owned()),
            Pending::Change(_) => Some("no".to_owned()),
            Pending::Slot(question) => self.trial.answers.get(&question.slot).cloned(),
            _ => None,
        }
    }

    async fn hear(&mut self, text: String) {
        let (brain, library) = (self.simulator.brain, self.simulator.library);
        let understood = self
            .simulator
            .understander
            .understand(Hearing {
                text: &text,
                dialogue: &self.mind.dialogue,
                library,
                spent: self.mind.spent,
            })
            .await;
        self.mind.spent = understood.spent;
        let commands = understood.commands;
        let mut event = Event::Heard { text, commands };
        for _ in 0..EVENTS {
            let advance = brain.advance(library, &mut self.mind, event, &self.standing);
            self.note(&advance.trace);
            if let Some(handoff) = &advance.hand_off {
                self.run.verdict.handoff =
                    Some(handoff.queue.clone().unwrap_or_else(|| "any".to_owned()));
            }
            match self.carry_out().await {
                Some(next) => event = next,
                None => break,
            }
        }
        let unsaid = std::mem::take(&mut self.mind.unsaid);
        self.listen(&unsaid);
        let said = phrase(&unsaid, self.style, "");
        if !said.is_empty() {
            self.run.said.push(said);
        }
    }

    async fn carry_out(&mut self) -> Option<Event> {
        if let Some(Step::CallTool { call, tool, .. }) = &self.mind.open {
            let changes_others = self.changes_others(tool);
            if self.trial.fails.contains(tool) {
                return Some(Event::ToolReturned {
                    call: *call,
                    outcome: Outcome::Failed("it is out of order".to_owned()),
                });
            }
            if changes_others && !self.simulator.writes {
                return self.pretend().await;
            }
        }
        let performed = self
            .simulator
            .brain
            .carry_out(&self.mind, &self.standing, "simulated", &mut Alone)
            .await?;
        for happening in &performed.happenings {
            if let Happening::Called { tool, writes, .. } = happening
                && *writes
                && matches!(
                    &performed.event,
                    Event::ToolReturned {
                        outcome: Outcome::Ok(_),
                        ..
                    }
                )
            {
                self.run.verdict.calls.push(tool.clone());
            }
        }
        Some(performed.event)
    }

    /// Asks the policy, and answers for the tool.
    async fn pretend(&mut self) -> Option<Event> {
        let Some(Step::CallTool {
            call, tool, args, ..
        }) = self.mind.open.clone()
        else {
            return None;
        };
        let mut asked = self.mind.clone();
        asked.open = Some(Step::AskPolicy {
            call,
            tool: tool.clone(),
            args,
        });
        let brain = self.simulator.brain;
        let performed = brain
            .carry_out(&asked, &self.standing, "simulated", &mut Alone)
            .await?;
        match performed.event {
            Event::Decided { allowed: true, .. } => {
                self.run.verdict.calls.push(tool);
                Some(Event::ToolReturned {
                    call,
                    outcome: Outcome::Ok(Value::Object(serde_json::Map::new())),
                })
            }
            refused => Some(refused),
        }
    }

    /// Whether it changes something in another system. What is built in only reaches the simulation.
    fn changes_others(&self, tool: &str) -> bool {
        let tool = self.simulator.brain.business.catalog.tool(tool);
        tool.is_some_and(|tool| tool.effect == Effect::Write && !matches!(tool.kind, Kind::BuiltIn))
    }

    fn note(&mut self, trace: &[Record]) {
        for record in trace {
            match record {
                Record::Slot { slot, value, .. } => {
                    self.run.verdict.slots.insert(slot.clone(), value.clone());
                }
                Record::Denied { rules, .. } => {
                    let ids = rules.iter().map(|rule| rule.id.clone());
                    self.run.verdict.denied.extend(ids);
                }
                _ => {}
            }
        }
        self.run.trace.extend(trace.iter().cloned());
    }

    fn listen(&mut self, said: &[Utterance]) {
        for utterance in said {
            match utterance {
                Utterance::Confirm { .. } => self.run.verdict.confirms = true,
                Utterance::Ask { slot, again, .. } => {
                    let last = self.run.verdict.asks.last() == Some(slot);
                    let known = self.standing.facts.contains_key(slot);
                    if known && !again {
                        self.run.repeated.push(slot.clone());
                    }
                    // Asked again in other words is one question.
                    if !last {
                        self.run.verdict.asks.push(slot.clone());
                    }
                }
                _ => {}
            }
        }
    }
}

/// A simulation has no knowledge base and sends nothing; whoever types [`CODE`] reads what would have been sent.
struct Alone;

/// The one-time code of every simulation.
pub const CODE: &str = "123456";

#[async_trait]
impl Host for Alone {
    async fn search(&mut self, _: &str) -> (Vec<Passage>, f32) {
        (Vec::new(), 0.0)
    }

    async fn built_in(&mut self, tool: &str, args: &Value, _: &str) -> Result<Value, String> {
        let typed = args.get("code").and_then(Value::as_str).unwrap_or_default();
        let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
        Ok(match tool {
            "send_code" => json!({ "proven": false }),
            "check_code" => json!({ "proven": digits == CODE }),
            _ => json!({}),
        })
    }
}

/// What differs from what was expected.
fn problems(trial: &Trial, run: &Run) -> Vec<String> {
    let (expect, verdict) = (&trial.expect, &run.verdict);
    let mut problems = Vec::new();
    for (slot, value) in &expect.slots {
        let found = verdict.slots.get(slot);
        if found != Some(value) {
            problems.push(format!(
                "slot {slot}: expected {value}, got {}",
                shown(found)
            ));
        }
    }
    if let Some(calls) = &expect.calls
        && *calls != verdict.calls
    {
        problems.push(format!(
            "calls: expected {calls:?}, got {:?}",
            verdict.calls
        ));
    }
    if let Some(rule) = &expect.deny
        && !verdict.denied.contains(rule)
    {
        problems.push(format!("deny: expected {rule}, got {:?}", verdict.denied));
    }
    if let Some(confirms) = expect.asks_confirm
        && confirms != verdict.confirms
    {
        problems.push(format!(
            "asks_confirm: expected {confirms}, got {}",
            verdict.confirms
        ));
    }
    if let Some(asks) = &expect.asks
        && *asks != verdict.asks
    {
        problems.push(format!("asks: expected {asks:?}, got {:?}", verdict.asks));
    }
    if let Some(queue) = &expect.handoff {
        let fits = match (queue.as_str(), &verdict.handoff) {
            ("none", None) | ("any", Some(_)) => true,
            (queue, Some(to)) => queue == to,
            _ => false,
        };
        if !fits {
            problems.push(format!(
                "handoff: expected {queue}, got {:?}",
                verdict.handoff
            ));
        }
    }
    let heard: String = run
        .said
        .iter()
        .filter(|line| !line.starts_with("> "))
        .map(|line| line.to_lowercase() + "\n")
        .collect();
    for words in &expect.says {
        if !heard.contains(&words.to_lowercase()) {
            problems.push(format!("says: '{words}' was not said"));
        }
    }
    for words in &expect.never_says {
        if heard.contains(&words.to_lowercase()) {
            problems.push(format!("never_says: '{words}' was said"));
        }
    }
    for slot in &run.repeated {
        problems.push(format!("{slot} was asked although it was known"));
    }
    problems
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}
