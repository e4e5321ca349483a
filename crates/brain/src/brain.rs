//! Thinking and acting, one event at a time.

use crate::business::Business;
use crate::gate::Gate;
use crate::host::{Answered, Happening, Host, Standing};
use crate::mind::{Mind, Proven};
use serde_json::Value;
use throughline_agent::event::{Confirmation, Event, Handoff, Outcome, Rule, Step, World};
use throughline_agent::executor::Executor;
use throughline_agent::trace::Record;
use throughline_model::clock::Millis;
use throughline_policy::{Current, Decision, Policy};
use throughline_procedure::Library;
use throughline_tools::{Caller, Effect, Kind, Tool, ToolError};

/// How long it counts that a procedure has found out who somebody is, in milliseconds: as long as a one-time code.
const PROOF_MS: Millis = 30 * 60_000;

/// A business with what it takes to act for it.
pub struct Brain {
    /// What was written down.
    pub business: Business,
    caller: Caller,
    in_force: Option<Current<Policy>>,
}

/// What came of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Advance {
    /// What happened, for people.
    pub trace: Vec<Record>,
    /// The conversation goes to a person; what is unsaid goes out first.
    pub hand_off: Option<Box<Handoff>>,
    /// Everything is said and it is the customer's turn.
    pub waits: bool,
}

/// What came of carrying a step out.
#[derive(Clone, Debug, PartialEq)]
pub struct Performed {
    /// What to think about next.
    pub event: Event,
    /// What the timeline keeps.
    pub happenings: Vec<Happening>,
}

impl Brain {
    /// Looks an account up with every tool that has a panel, for people who work here: no policy is asked. Each with the
    /// title of the panel, and the rows or why there are none.
    pub async fn look_up(&self, account: &str) -> Vec<(String, Result<Vec<Vec<String>>, String>)> {
        let mut found = Vec::new();
        for tool in self.business.catalog.tools() {
            let (Some(panel), Some(argument)) = (&tool.panel, &tool.resource.argument) else {
                continue;
            };
            let asked = serde_json::json!({ argument.as_str(): account });
            let answer = self.caller.call(tool, &asked, "").await;
            let rows = answer.map(|answer| panel.rows(&answer));
            found.push((panel.title.clone(), rows.map_err(|why| why.to_string())));
        }
        found
    }

    /// A brain for `business` that calls its tools with `caller`.
    pub fn new(business: Business, caller: Caller) -> Self {
        Self {
            business,
            caller,
            in_force: None,
        }
    }

    /// Decides by the policy that is in force at the time, whatever the folder said when it was read.
    #[must_use]
    pub fn decided_by(mut self, in_force: Current<Policy>) -> Self {
        self.in_force = Some(in_force);
        self
    }

    /// Thinks about an event. `library` is the one the conversation is pinned to by its running procedure.
    pub fn advance(
        &self,
        library: &Library,
        mind: &mut Mind,
        event: Event,
        standing: &Standing,
    ) -> Advance {
        let world = world(mind, standing);
        let turn = Executor::new(library).step(&mut mind.dialogue, event, &world);
        let mut advance = Advance {
            trace: turn.trace,
            ..Advance::default()
        };
        mind.open = None;
        for step in turn.steps {
            match step {
                Step::Say(utterance) => mind.unsaid.push(utterance),
                Step::Prove { subject, assurance } => {
                    let until = standing.now + PROOF_MS;
                    mind.proven = Some(Proven {
                        subject,
                        assurance,
                        until,
                    });
                }
                Step::HandOff(handoff) => {
                    mind.unsaid.push(handoff.message.clone());
                    advance.hand_off = Some(handoff);
                }
                Step::Wait => advance.waits = true,
                asks => mind.open = Some(asks),
            }
        }
        advance
    }

    /// Carries out the step that is open in `mind`. None when none is. `conversation` makes idempotency keys unique.
    pub async fn carry_out(
        &self,
        mind: &Mind,
        standing: &Standing,
        conversation: &str,
        host: &mut dyn Host,
    ) -> Option<Performed> {
        let standing = &known(mind, standing);
        let plain = |event| Performed {
            event,
            happenings: Vec::new(),
        };
        Some(match mind.open.as_ref()? {
            Step::Search { query } => {
                let (passages, confidence) = host.search(query).await;
                plain(Event::Found {
                    passages,
                    confidence,
                })
            }
            Step::Identify { .. } => plain(Event::Identified {
                assurance: standing.assurance,
                subject: standing.subject.clone(),
            }),
            Step::AskPolicy { call, tool, args } => {
                let ahead = Wish {
                    call: *call,
                    tool,
                    args,
                    yes: true,
                    ahead: true,
                };
                match self.decide(&ahead, standing).await {
                    Decide::Allowed(_, happening) => Performed {
                        event: decided(*call, None),
                        happenings: vec![happening],
                    },
                    Decide::Over(performed) => *performed,
                }
            }
            Step::CallTool {
                call,
                tool,
                args,
                confirmation,
            } => {
                let what = Confirmation {
                    tool: tool.clone(),
                    args: args.clone(),
                };
                let wish = Wish {
                    call: *call,
                    tool,
                    args,
                    yes: confirmation.as_ref() == Some(&what),
                    ahead: false,
                };
                let key = format!("{conversation}:{call}");
                self.call(&wish, standing, &key, host).await
            }
            Step::Say(_) | Step::Prove { .. } | Step::HandOff(_) | Step::Wait => return None,
        })
    }

    async fn call(
        &self,
        wish: &Wish<'_>,
        standing: &Standing,
        key: &str,
        host: &mut dyn Host,
    ) -> Performed {
        let (tool, decision) = match self.decide(wish, standing).await {
            Decide::Allowed(tool, decision) => (tool, decision),
            Decide::Over(performed) => return *performed,
        };
        let answered = match tool.kind {
            Kind::BuiltIn => match host.built_in(&tool.name, wish.args, key).await {
                Ok(result) => Answered::Ok { result },
                Err(why) => Answered::NotDone { why },
            },
            _ => match self.caller.call(tool, wish.args, key).await {
                Ok(result) => Answered::Ok { result },
                Err(error) => failed(tool, &error),
            },
        };
        let outcome = match &answered {
            Answered::Ok { result } => Outcome::Ok(result.clone()),
            Answered::NotDone { why } => Outcome::Failed(why.clone()),
            Answered::Unknown { why } => {
                Outcome::Failed(format!("{why}; it may have been done all the same"))
            }
        };
        let called = Happening::Called {
            tool: tool.name.clone(),
            args: wish.args.clone(),
            writes: tool.effect == Effect::Write,
            answered,
        };
        Performed {
            event: Event::ToolReturned {
                call: wish.call,
                outcome,
            },
            happenings: vec![decision, called],
        }
    }

    async fn decide(&self, wish: &Wish<'_>, standing: &Standing) -> Decide<'_> {
        let Some(tool) = self.business.catalog.tool(wish.tool) else {
            return wish.failed(format!("there is no tool '{}'", wish.tool));
        };
        if let Err(problems) = tool.check(wish.args) {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return wish.failed(format!("the arguments do not fit: {}", told.join("; ")));
        }
        let gate = Gate {
            catalog: &self.business.catalog,
            caller: &self.caller,
            standing,
        };
        let request = match gate.request(tool, wish.args, wish.yes).await {
            Ok(request) => request,
            Err(why) => return wish.failed(format!("the policy cannot be asked: {why}")),
        };
        let decision = match &self.in_force {
            Some(current) => current.get().decide(&request),
            None => self.business.policy.decide(&request),
        };
        let refused = (!decision.allowed).then(|| rules(&decision));
        let happening = Happening::Decided {
            tool: tool.name.clone(),
            ahead: wish.ahead,
            request: Box::new(request),
            decision: Box::new(decision),
        };
        match refused {
            None => Decide::Allowed(tool, happening),
            Some(rules) => Decide::Over(Box::new(Performed {
                event: decided(wish.call, Some(rules)),
                happenings: vec![happening],
            })),
        }
    }
}

/// A call that is wished for.
struct Wish<'a> {
    call: u64,
    tool: &'a str,
    args: &'a Value,
    /// Whether the customer said yes to exactly this, or will be asked to.
    yes: bool,
    /// Whether it is only asked about.
    ahead: bool,
}

/// How the gate answers.
enum Decide<'a> {
    Allowed(&'a Tool, Happening),
    Over(Box<Performed>),
}

impl Wish<'_> {
    /// Nothing was sent and nobody knows whether it is allowed. Asked ahead, that is a no: nobody is asked to confirm
    /// something that cannot be checked.
    fn failed<'a>(&self, why: String) -> Decide<'a> {
        tracing::warn!(tool = self.tool, why, "a tool was not called");
        let event = match self.ahead {
            false => Event::ToolReturned {
                call: self.call,
                outcome: Outcome::Failed(why),
            },
            true => decided(
                self.call,
                Some(vec![Rule {
                    id: "policy.unchecked".to_owned(),
                    say: "I can't check this right now.".to_owned(),
                    remedy: "approval:agent".to_owned(),
                }]),
            ),
        };
        Decide::Over(Box::new(Performed {
            event,
            happenings: Vec::new(),
        }))
    }
}

fn decided(call: u64, refused: Option<Vec<Rule>>) -> Event {
    Event::Decided {
        call,
        allowed: refused.is_none(),
        rules: refused.unwrap_or_default(),
    }
}

fn rules(decision: &Decision) -> Vec<Rule> {
    let rules = decision.rules.iter().map(|reason| Rule {
        id: reason.id.clone(),
        say: reason.say.clone(),
        remedy: reason.remedy.to_string(),
    });
    rules.collect()
}

fn failed(tool: &Tool, error: &ToolError) -> Answered {
    let why = error.to_string();
    match error.outcome(tool.effect) {
        throughline_tools::Outcome::NotDone => Answered::NotDone { why },
        throughline_tools::Outcome::Unknown => Answered::Unknown { why },
    }
}

/// How the customer stands, what a procedure has proven included.
fn known(mind: &Mind, standing: &Standing) -> Standing {
    let mut standing = standing.clone();
    if let Some(proven) = &mind.proven
        && standing.now < proven.until
    {
        let other = standing
            .subject
            .as_ref()
            .is_some_and(|subject| *subject != proven.subject);
        // Evidence of the channel speaks for somebody else: the better proof counts.
        if !other || proven.assurance > standing.assurance {
            standing.subject = Some(proven.subject.clone());
            standing.assurance = standing.assurance.max(proven.assurance);
        }
    }
    standing
}

fn world(mind: &Mind, standing: &Standing) -> World {
    let standing = known(mind, standing);
    World {
        subject: standing.subject,
        assurance: standing.assurance,
        facts: standing.facts,
        today: standing.today,
    }
}
