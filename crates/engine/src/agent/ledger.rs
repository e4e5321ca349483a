//! What the agent decided and did, as entries of the timeline, and what it learned, as facts.

use crate::Setup;
use crate::approval::{self, Wish};
use crate::conversation::{self, Author, NewEntry};
use crate::error::{Error, Result};
use crate::routing::{self, With};
use serde_json::json;
use throughline_agent::dialogue::{Dialogue, Provenance};
use throughline_agent::event::Handoff;
use throughline_brain::{Answered, Happening};
use throughline_model::conversation::{AuthorKind, EntryKind};
use throughline_model::id::{ConversationId, InteractionId};
use throughline_policy::{Decision, Remedy, Request};
use throughline_storage::Tx;

/// The AI agent.
pub(crate) fn author() -> Author {
    Author {
        kind: AuthorKind::Ai,
        id: None,
        name: None,
    }
}

/// Writes decisions and tool calls down.
pub(super) fn write(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    happenings: &[Happening],
) -> Result<()> {
    for happening in happenings {
        let (kind, text) = match happening {
            Happening::Decided {
                tool,
                ahead,
                decision,
                ..
            } => {
                let rules: Vec<String> = decision
                    .rules
                    .iter()
                    .map(|rule| format!("{} ({})", rule.id, rule.remedy))
                    .collect();
                let outcome = match (decision.allowed, ahead) {
                    (true, true) => "allowed once the customer says yes".to_owned(),
                    (true, false) => "allowed".to_owned(),
                    (false, _) => format!("refused by {}", rules.join(", ")),
                };
                let version = decision.version.short();
                (
                    EntryKind::Decision,
                    format!("{tool}: {outcome}, policy {version}"),
                )
            }
            Happening::Called { tool, answered, .. } => {
                let outcome = match answered {
                    Answered::Ok { .. } => "done".to_owned(),
                    Answered::NotDone { why } => format!("not done: {why}"),
                    Answered::Unknown { why } => format!("nobody knows whether it was done: {why}"),
                };
                (EntryKind::ToolCall, format!("{tool}: {outcome}"))
            }
        };
        let body = serde_json::to_value(happening)
            .map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))?;
        let now = setup.clock.now();
        let entry = NewEntry::internal(conversation, now, kind, author(), text, body);
        conversation::append(tx, setup, &entry)?;
        if let Happening::Decided {
            tool,
            request,
            decision,
            ..
        } = happening
            && !decision.allowed
        {
            ask_for_approval(tx, setup, conversation, tool, request, decision)?;
        }
    }
    Ok(())
}

/// What only an approval stands between is put before those who can give it.
fn ask_for_approval(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    tool: &str,
    request: &Request,
    decision: &Decision,
) -> Result<()> {
    let role = |remedy: &Remedy| match remedy {
        Remedy::Approval(role) => Some(role.clone()),
        _ => None,
    };
    // With any other rule in the way, an approval would change nothing.
    let all = decision.rules.iter().map(|rule| role(&rule.remedy));
    let Some(roles) = all.collect::<Option<Vec<_>>>() else {
        return Ok(());
    };
    let (Some(first), true) = (roles.first(), decision.errors.is_empty()) else {
        return Ok(());
    };
    let of_first = decision.rules.iter().zip(&roles);
    let wish = Wish {
        tool: tool.to_owned(),
        action: request.action.clone(),
        arguments: request.arguments.clone(),
        rules: of_first
            .filter(|(_, role)| *role == first)
            .map(|(rule, _)| rule.id.clone())
            .collect(),
        reason: None,
    };
    match approval::ask(tx, setup, conversation, &wish, author()) {
        Ok(_) => Ok(()),
        // Another policy is in force by now, and it has no such rule.
        Err(Error::Invalid { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What the body of an entry says happened, if it is one of these.
pub(super) fn read(body: serde_json::Value) -> Option<Happening> {
    serde_json::from_value(body).ok()
}

/// Writes down that the conversation goes to a person, with everything they need.
pub(super) fn write_handoff(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    handoff: &Handoff,
) -> Result<()> {
    let body = serde_json::to_value(handoff)
        .map_err(|error| Error::Conflict(format!("this cannot be stored: {error}")))?;
    let to = handoff.queue.as_deref().unwrap_or("a person");
    let text = format!("Handed to {to} ({}). {}", handoff.reason, handoff.summary);
    let now = setup.clock.now();
    let entry = NewEntry::internal(
        conversation,
        now,
        EntryKind::Routing,
        author(),
        text,
        json!({ "handoff": body }),
    );
    conversation::append(tx, setup, &entry)?;
    routing::wake(tx, &setup.clock, conversation, Some(With::People))
}

/// Writes down what the customer has told since `before`, so that nobody asks again.
pub(super) fn write_facts(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    line: InteractionId,
    before: &Dialogue,
    now: &Dialogue,
) -> Result<()> {
    for (name, known) in &now.known {
        let told = matches!(
            known.filled.from,
            Provenance::Told | Provenance::Corrected | Provenance::Only
        );
        let news =
            before.known.get(name).map(|known| &known.filled.value) != Some(&known.filled.value);
        if !told || !news {
            continue;
        }
        match conversation::set_fact(
            tx,
            setup,
            conversation,
            name,
            &known.filled.value,
            author(),
            Some(line),
        ) {
            Ok(_) => {}
            // Too long to be a fact; the agent itself remembers it.
            Err(Error::Invalid { .. }) => {
                tracing::debug!(fact = name, "not kept in the ledger");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
