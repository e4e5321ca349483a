//! The case's state: every change is an entry.

use crate::conversation::append::{Author, NewEntry, append};
use crate::conversation::callback::{CallbackState, end_callback};
use crate::conversation::join::lock;
use crate::conversation::read::{Conversation, get};
use crate::conversation::tag;
use crate::error::{Error, Result};
use crate::notification::{self, NotificationKind};
use crate::queries::conversation as queries;
use crate::{Setup, routing, webhook};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind, Priority};
use throughline_model::id::{ConversationId, EndpointId, MemberId};
use throughline_storage::{Tx, params};

/// What to change; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Where the case stands from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CaseStatus>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// How urgent it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The member who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// True to leave it without an owner.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unassign: bool,
    /// Fields to set, by name; null removes one.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = Object)]
    pub fields: serde_json::Map<String, serde_json::Value>,
    /// Until when it is put aside, in milliseconds since 1970; needs the status `snoozed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snoozed_until: Option<Millis>,
    /// Tags it gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags it loses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

/// The longest a case can be put aside, in milliseconds: a year.
const SNOOZE_LIMIT_MS: Millis = 366 * 24 * 3_600_000;
/// How large all fields of a case may be together, in bytes.
const FIELDS_LIMIT: usize = 16 * 1024;

/// Changes the case and writes down who did. A change of nothing is none.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when the change contradicts itself.
pub fn change(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    change: &Change,
    author: Author,
) -> Result<Conversation> {
    let change = &Change {
        add_tags: tag::checked_tags(&change.add_tags)?,
        remove_tags: tag::checked_tags(&change.remove_tags)?,
        ..change.clone()
    };
    lock(tx, id)?;
    let before = get(tx, id)?;
    if *change == Change::default() {
        return Ok(before);
    }
    let after = apply(setup, &before, change)?;
    tx.execute(
        &queries::SET_STATE,
        params![
            id,
            after.status,
            after.subject.clone(),
            after.priority,
            after.owner,
            serde_json::Value::Object(after.fields.clone()),
            after.resolved_at,
            after.snoozed_until,
            json!(after.tags),
            after.waiting_since,
        ],
    )?;
    tag::remember(tx, setup, &change.add_tags)?;
    if is_over(after.status) && after.wants_callback() {
        end_callback(tx, setup, id, CallbackState::Cancelled, author.clone())?;
    }
    let body = json!({ "change": change, "status_before": before.status });
    let entry = NewEntry::internal(
        id,
        setup.clock.now(),
        EntryKind::State,
        author,
        describe(change),
        body,
    );
    let (_, seq) = append(tx, setup, &entry)?;
    let after = get(tx, id)?;
    tell_owner(tx, setup, &before, &after, seq, &entry.author)?;
    webhook::conversation_changed(tx, setup, &after)?;
    let of_routing = |one: &Conversation| {
        let asks = ["queue", routing::SKILLS].map(|name| one.fields.get(name).cloned());
        (one.status, one.owner, one.priority, asks)
    };
    if of_routing(&before) != of_routing(&after) {
        routing::wake(tx, &setup.clock, id, None)?;
    }
    Ok(after)
}

/// Writes down what a conversation begins with because it began on this endpoint. Nobody has to hear of it: its first
/// message comes next.
pub(super) fn received_with(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    endpoint: EndpointId,
    received: &Change,
) -> Result<()> {
    tag::remember(tx, setup, &received.add_tags)?;
    let entry = NewEntry::internal(
        id,
        setup.clock.now(),
        EntryKind::State,
        Author::system(),
        describe(received),
        json!({ "change": received, "received_over": endpoint }),
    );
    append(tx, setup, &entry)?;
    Ok(())
}

fn is_over(status: CaseStatus) -> bool {
    matches!(status, CaseStatus::Resolved | CaseStatus::Closed)
}

/// Who looks after the case hears that somebody else gave it to them, or that it is no longer put aside.
fn tell_owner(
    tx: &mut Tx<'_>,
    setup: &Setup,
    before: &Conversation,
    after: &Conversation,
    seq: i64,
    by: &Author,
) -> Result<()> {
    let Some(member) = after.owner.filter(|owner| by.id != Some(owner.uuid())) else {
        return Ok(());
    };
    let woken = before.status == CaseStatus::Snoozed
        && after.status == CaseStatus::Open
        && by.kind == AuthorKind::System;
    let kind = match woken {
        _ if before.owner != after.owner => NotificationKind::Assigned,
        true => NotificationKind::Woken,
        false => return Ok(()),
    };
    let news = notification::New {
        member,
        kind,
        conversation: after.id,
        seq,
        author_name: by.name.as_deref(),
        text: after.subject.as_deref().unwrap_or_default(),
    };
    notification::tell(tx, setup, &news)
}

fn apply(setup: &Setup, before: &Conversation, change: &Change) -> Result<Conversation> {
    let mut after = before.clone();
    let now = setup.clock.now();
    if let Some(status) = change.status {
        after.status = status;
        after.resolved_at = match status {
            CaseStatus::Resolved | CaseStatus::Closed => before.resolved_at.or(Some(now)),
            _ => None,
        };
    }
    // Whoever says that it is the customer's turn, or done, says that nobody owes them an answer.
    if !matches!(after.status, CaseStatus::Open | CaseStatus::Snoozed) {
        after.waiting_since = None;
    }
    after.snoozed_until = match (after.status, change.snoozed_until) {
        (CaseStatus::Snoozed, Some(until)) if until > now + SNOOZE_LIMIT_MS => {
            return Err(Error::invalid(
                "snoozed_until",
                "it can be put aside for a year at most",
            ));
        }
        (CaseStatus::Snoozed, Some(until)) if until > now => Some(until),
        (CaseStatus::Snoozed, None) if before.status == CaseStatus::Snoozed => before.snoozed_until,
        (CaseStatus::Snoozed, _) => {
            return Err(Error::invalid(
                "snoozed_until",
                "give a time in the future when snoozing",
            ));
        }
        (_, Some(_)) => {
            return Err(Error::invalid(
                "snoozed_until",
                "only a case with the status 'snoozed' has one",
            ));
        }
        (_, None) => None,
    };
    if let Some(subject) = &change.subject {
        let subject = subject.trim();
        if subject.chars().count() > 500 {
            return Err(Error::invalid("subject", "use at most 500 characters"));
        }
        after.subject = (!subject.is_empty()).then(|| subject.to_owned());
    }
    after.priority = change.priority.unwrap_or(before.priority);
    if change.unassign && change.owner.is_some() {
        return Err(Error::invalid(
            "unassign",
            "give an owner or take it away, not both",
        ));
    }
    after.owner = if change.unassign {
        None
    } else {
        change.owner.or(before.owner)
    };
    for (name, value) in &change.fields {
        if value.is_null() {
            after.fields.remove(name);
        } else {
            after.fields.insert(name.clone(), value.clone());
        }
    }
    check_fields(&after.fields)?;
    if change.fields.contains_key(routing::SKILLS) {
        routing::wanted(&after.fields)?;
    }
    after.tags = tag::changed(&before.tags, &change.add_tags, &change.remove_tags)?;
    Ok(after)
}

/// Lists show the fields of every case, so there is room for little.
fn check_fields(fields: &serde_json::Map<String, serde_json::Value>) -> Result<()> {
    if let Some(name) = fields.keys().find(|name| name.chars().count() > 64) {
        let beginning: String = name.chars().take(20).collect();
        return Err(Error::invalid(
            "fields",
            format!("the name '{beginning}…' has more than 64 characters"),
        ));
    }
    let size: usize = fields
        .iter()
        .map(|(name, value)| name.len() + value.to_string().len())
        .sum();
    if size > FIELDS_LIMIT {
        return Err(Error::invalid(
            "fields",
            format!("all fields of a case together have at most {FIELDS_LIMIT} bytes"),
        ));
    }
    Ok(())
}

fn describe(change: &Change) -> String {
    let mut parts = Vec::new();
    parts.extend(change.status.map(|status| format!("status: {status}")));
    parts.extend(
        change
            .subject
            .as_ref()
            .map(|subject| format!("subject: {subject}")),
    );
    parts.extend(
        change
            .priority
            .map(|priority| format!("priority: {priority}")),
    );
    parts.extend(change.owner.map(|owner| format!("owner: {owner}")));
    if change.unassign {
        parts.push("owner: nobody".to_owned());
    }
    parts.extend(
        change
            .fields
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    parts.extend(change.add_tags.iter().map(|tag| format!("tag: {tag}")));
    parts.extend(
        change
            .remove_tags
            .iter()
            .map(|tag| format!("tag removed: {tag}")),
    );
    parts.join(", ")
}
