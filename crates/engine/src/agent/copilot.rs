//! What the agent would do, for the person who answers: it thinks along and neither says nor changes anything.

use super::ledger;
use super::turn::{Agent, style};
use crate::conversation;
use crate::error::{Error, Result};
use crate::queries::agent as queries;
use serde::Serialize;
use serde_json::{Map, Value};
use std::fmt::Write as _;
use throughline_agent::event::{Event, Step};
use throughline_agent::utterance::Utterance;
use throughline_brain::{Happening, Hearing, Mind, Saying};
use throughline_model::clock::Millis;
use throughline_model::id::ConversationId;
use throughline_procedure::Library;
use throughline_storage::{Tx, params};

/// Thoughts one look takes at most: a search, who it is, what the policy would say.
const THOUGHTS: usize = 8;
/// The most of a customer's words that a summary repeats, in characters.
const QUOTED: usize = 200;

/// What helps the person who answers.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Copilot {
    /// What it is about and how far it came.
    pub summary: String,
    /// What could be answered to the customer's last message.
    pub suggestion: Option<Suggestion>,
    /// Where the procedure stands that fits.
    pub next_step: Option<NextStep>,
    /// What the policy said about what was tried in this conversation, the latest of each.
    pub allowed: Vec<Verdict>,
}

/// A suggested answer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// Its words.
    pub text: String,
    /// What it is taken from.
    pub citations: Vec<Citation>,
}

/// A passage of the knowledge base.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Citation {
    /// Article, version and passage, as `id:version:number`.
    pub id: String,
    /// The article's title.
    pub title: String,
    /// Where customers read it.
    pub url: Option<String>,
}

/// A step of a procedure.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct NextStep {
    /// The procedure's name.
    pub procedure: String,
    /// What it is called.
    pub title: String,
    /// The step as its author wrote it.
    pub step: String,
}

/// What the policy said.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Verdict {
    /// What was to be done.
    pub tool: String,
    /// The action of the policy, to ask for an approval of it.
    pub action: String,
    /// The exact arguments.
    #[schema(value_type = Object)]
    pub arguments: Map<String, Value>,
    /// Whether it may be.
    pub allowed: bool,
    /// Why not, and what helps.
    pub reasons: Vec<Reason>,
    /// When it was asked, in milliseconds since 1970.
    pub at: Millis,
}

/// A rule that stands in the way.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Reason {
    /// The rule.
    pub id: String,
    /// What the customer may be told.
    pub say: String,
    /// What only agents should know.
    pub agent: Option<String>,
    /// What helps: `identify`, `confirm`, `ask:payment`, `approval:supervisor`, `refuse`.
    pub remedy: String,
}

impl Agent {
    /// Thinks along with the person who answers `conversation`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such conversation.
    pub async fn copilot(&self, conversation: ConversationId) -> Result<Copilot> {
        let (first, allowed) = self
            .db
            .read(move |tx| {
                conversation::get(tx, conversation)?;
                Ok::<_, Error>((first_words(tx, conversation)?, verdicts(tx, conversation)?))
            })
            .await?;
        let scene = self.scene(conversation).await?;
        let mut mind = scene.kept.mind.clone();
        let summary = summary(&first, &mind, &scene.standing.facts);
        let library = self.works.of(&self.db, &mind).await?;
        if scene.with_person {
            mind.dialogue.hand_back();
            mind.open = None;
        }
        mind.unsaid.clear();
        let heard = scene.latest().to_owned();
        let mut suggestion = None;
        if !heard.trim().is_empty() {
            self.think(conversation, &scene, &library, &mut mind, &heard)
                .await;
            let saying = Saying {
                utterances: &mind.unsaid,
                style: style(scene.line.channel),
                site: self.terms.public_base.trim_end_matches('/'),
                heard: &heard,
                spent: mind.spent,
            };
            let worded = self.phrase.phrase(saying).await;
            let says_something = mind.unsaid.iter().any(is_help) && !worded.text.is_empty();
            suggestion = says_something.then(|| Suggestion {
                text: worded.text,
                citations: cited(&mind.unsaid).collect(),
            });
        }
        Ok(Copilot {
            summary,
            suggestion,
            next_step: next_step(&mind, &library),
            allowed,
        })
    }

    /// Hears the message as if it had just come, as far as that needs no tool.
    async fn think(
        &self,
        conversation: ConversationId,
        scene: &super::turn::Scene,
        library: &Library,
        mind: &mut Mind,
        heard: &str,
    ) {
        let understood = self
            .understander
            .understand(Hearing {
                text: heard,
                dialogue: &mind.dialogue,
                library,
                spent: mind.spent,
            })
            .await;
        let mut event = Event::Heard {
            text: heard.to_owned(),
            commands: understood.commands,
        };
        let id = conversation.to_string();
        for _ in 0..THOUGHTS {
            let advance = self.brain.advance(library, mind, event, &scene.standing);
            if advance.waits || advance.hand_off.is_some() {
                return;
            }
            if !matches!(
                mind.open,
                Some(Step::Search { .. } | Step::Identify { .. } | Step::AskPolicy { .. })
            ) {
                return;
            }
            let mut host = self.hosting(conversation, &scene.line);
            let performed = self
                .brain
                .carry_out(mind, &scene.standing, &id, &mut host)
                .await;
            match performed {
                Some(performed) => event = performed.event,
                None => return,
            }
        }
    }
}

fn cited(said: &[Utterance]) -> impl Iterator<Item = Citation> + '_ {
    let passages = said.iter().filter_map(|utterance| match utterance {
        Utterance::Answer { passages } => Some(passages),
        _ => None,
    });
    passages.flatten().map(|passage| Citation {
        id: passage.id.clone(),
        title: passage.title.clone(),
        url: passage.url.clone(),
    })
}

fn next_step(mind: &Mind, library: &Library) -> Option<NextStep> {
    let frame = mind.dialogue.current()?;
    let procedure = library.get(&frame.procedure)?;
    let op = procedure
        .ops
        .get(frame.at)
        .or_else(|| procedure.ops.last())?;
    let step = procedure.steps.get(op.step)?;
    Some(NextStep {
        procedure: procedure.name.clone(),
        title: procedure.title.clone(),
        step: step.text.clone(),
    })
}

/// Whether a person might send it. That it does not know, or that somebody takes over, is nothing to suggest to the one
/// who has taken over.
fn is_help(utterance: &Utterance) -> bool {
    !matches!(
        utterance,
        Utterance::NoAnswer {} | Utterance::NotUnderstood {} | Utterance::HandingOver { .. }
    )
}

fn summary(
    first: &str,
    mind: &Mind,
    facts: &std::collections::BTreeMap<String, serde_json::Value>,
) -> String {
    let mut summary = String::new();
    let first: String = first.chars().take(QUOTED).collect();
    if !first.is_empty() {
        let _ = writeln!(summary, "Began with: “{}”", first.trim());
    }
    for (name, value) in facts {
        let shown = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        let _ = writeln!(summary, "Known: {} is {shown}", name.replace('_', " "));
    }
    for done in &mind.dialogue.done {
        let _ = writeln!(summary, "Done: {}", done.tool.replace('_', " "));
    }
    for rule in &mind.dialogue.denied {
        let _ = writeln!(summary, "Refused: {}", rule.say);
    }
    summary.trim_end().to_owned()
}

fn first_words(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<String> {
    let found = tx.optional(&queries::UNHEARD, params![conversation, 0_i64], |row| {
        row.get("text")
    })?;
    Ok(found.unwrap_or_default())
}

fn verdicts(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<Vec<Verdict>> {
    let rows = tx.all(&queries::DECISIONS, params![conversation], |row| {
        Ok((
            row.json::<serde_json::Value>("body")?,
            row.get::<Millis>("at")?,
        ))
    })?;
    let mut verdicts: Vec<Verdict> = Vec::new();
    for (body, at) in rows {
        let Some(Happening::Decided {
            tool,
            request,
            decision,
            ..
        }) = ledger::read(body)
        else {
            continue;
        };
        if verdicts.iter().any(|known| known.tool == tool) {
            continue;
        }
        let reasons = decision.rules.iter().map(|rule| Reason {
            id: rule.id.clone(),
            say: rule.say.clone(),
            agent: rule.agent.clone(),
            remedy: rule.remedy.to_string(),
        });
        verdicts.push(Verdict {
            tool,
            action: request.action,
            arguments: request.arguments,
            allowed: decision.allowed,
            reasons: reasons.collect(),
            at,
        });
    }
    Ok(verdicts)
}
