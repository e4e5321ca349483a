//! Who is told what, and where.

use super::filter;
use super::sign::Secret;
use crate::Setup;
use crate::error::{Error, Result};
use crate::fetch::Outside;
use crate::queries::webhook as queries;
use serde::Serialize;
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::id::WebhookId;
use throughline_storage::{Row, Tx, params};

/// For how long a replaced secret signs beside the new one at most, in milliseconds.
const OVERLAP_LIMIT_MS: i64 = 7 * 86_400_000;
/// The most secrets that sign at once: each makes every request longer.
const SECRETS_LIMIT: usize = 4;

/// A subscription, as it may be shown: without its secrets.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Webhook)]
pub struct Subscription {
    /// Its id.
    pub id: WebhookId,
    /// Where events are posted to.
    pub url: String,
    /// What it is for, in words.
    pub description: String,
    /// The events it wants: names, `entry.*` for all of one kind, `*` for all.
    pub events: Vec<String>,
    /// Whether it is told anything.
    pub enabled: bool,
    /// Why it is not, if the platform disabled it.
    pub disabled_reason: Option<String>,
    /// Since when every try failed, in milliseconds since 1970; none when the last one succeeded.
    pub failing_since: Option<Millis>,
    /// Until when a replaced secret signs beside the present one, in milliseconds since 1970.
    pub previous_secret_until: Option<Millis>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: Millis,
    #[serde(skip)]
    secrets: Vec<Secret>,
}

/// A subscription with its present secret; the secret is shown this once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = WebhookWithSecret)]
pub struct WithSecret {
    /// The subscription.
    #[serde(flatten)]
    pub webhook: Subscription,
    /// The secret to check signatures with, `whsec_…`; null when this answer was given before, for it is shown only
    /// once.
    pub secret: Option<String>,
}

/// What to change of a subscription; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Where events are posted to.
    pub place: Option<Place>,
    /// What it is for, in words.
    pub description: Option<String>,
    /// The events it wants: names, `entry.*` for all of one kind, `*` for all.
    pub events: Option<Vec<String>>,
    /// Whether it is told anything. What happens while it is not is not told later either.
    pub enabled: Option<bool>,
}

/// A place events may be posted to: it was looked at, and is looked at again whenever something is sent.
#[derive(Clone, Debug)]
pub struct Place(String);

impl Place {
    /// Looks at where `url` leads.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a place we do not post to.
    pub async fn find(outside: &Outside, url: &str) -> Result<Self> {
        match outside.check(url).await {
            Ok(url) => Ok(Self(url.into())),
            Err(error) => Err(Error::invalid("url", error)),
        }
    }
}

/// Subscribes `place` to events.
///
/// # Errors
/// [`Error::Invalid`] for events there are none of.
pub fn create(
    tx: &mut Tx<'_>,
    setup: &Setup,
    place: &Place,
    description: &str,
    events: &[String],
) -> Result<WithSecret> {
    let id = WebhookId(setup.clock.new_id());
    tx.execute(
        &queries::INSERT,
        params![
            id,
            &place.0,
            checked_description(description)?,
            json!([Secret::new(&setup.clock)]),
            json!(filter::checked(events)?),
            setup.clock.now()
        ],
    )?;
    with_secret(tx, setup, id)
}

/// Changes a subscription. Enabling one that was disabled forgives its failures.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] as for [`create`].
pub fn update(tx: &mut Tx<'_>, id: WebhookId, change: &Change) -> Result<Subscription> {
    let before = locked(tx, id)?;
    let enabled = change.enabled.unwrap_or(before.enabled);
    let fresh = enabled && !before.enabled;
    let description = match &change.description {
        Some(text) => checked_description(text)?,
        None => before.description,
    };
    let events = match &change.events {
        Some(events) => filter::checked(events)?,
        None => before.events,
    };
    tx.execute(
        &queries::SET,
        params![
            id,
            change.place.as_ref().map_or(&before.url, |place| &place.0),
            description,
            json!(events),
            enabled,
            before.disabled_reason.filter(|_| !enabled),
            before.failing_since.filter(|_| !fresh),
        ],
    )?;
    get(tx, id)
}

/// Gives a subscription a new secret. The old one signs beside it for `overlap_ms` more, so that the receiver can
/// change over without missing anything.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for an overlap that is negative or longer than a week;
/// [`Error::TooMany`] when several old secrets still sign.
pub fn rotate_secret(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: WebhookId,
    overlap_ms: i64,
) -> Result<WithSecret> {
    if !(0..=OVERLAP_LIMIT_MS).contains(&overlap_ms) {
        return Err(Error::invalid("overlap_s", "use 0 to 604800 seconds"));
    }
    let now = setup.clock.now();
    let before = locked(tx, id)?;
    let until = now + overlap_ms;
    let old = before
        .secrets
        .into_iter()
        .map(|secret| secret.ending(until))
        .filter(|secret| secret.counts(now));
    let secrets: Vec<Secret> = [Secret::new(&setup.clock)].into_iter().chain(old).collect();
    if secrets.len() > SECRETS_LIMIT {
        let free = secrets.iter().filter_map(Secret::until).min();
        return Err(Error::TooMany {
            retry_after_ms: free.unwrap_or(now) - now,
        });
    }
    tx.execute(&queries::SET_SECRETS, params![id, json!(secrets)])?;
    with_secret(tx, setup, id)
}

/// Ends a subscription; its log goes with it.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn remove(tx: &mut Tx<'_>, id: WebhookId) -> Result<()> {
    locked(tx, id)?;
    tx.execute(&queries::DROP_ATTEMPTS, params![id])?;
    tx.execute(&queries::DROP_DELIVERIES, params![id])?;
    tx.execute(&queries::DROP, params![id])?;
    Ok(())
}

/// One subscription.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: WebhookId) -> Result<Subscription> {
    tx.optional(&queries::BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("webhook", id))
}

/// Subscriptions, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, before: Option<WebhookId>, limit: usize) -> Result<Vec<Subscription>> {
    let before = before.unwrap_or(WebhookId(uuid::Uuid::max()));
    Ok(tx.all(&queries::LIST, params![before, limit], read)?)
}

/// One subscription, kept from changing until the transaction ends. The log's rows refer to it, so this waits for
/// whoever is writing one.
fn locked(tx: &mut Tx<'_>, id: WebhookId) -> Result<Subscription> {
    tx.optional(&queries::LOCK, params![id], |row| {
        row.get::<WebhookId>("id")
    })?;
    get(tx, id)
}

fn with_secret(tx: &mut Tx<'_>, setup: &Setup, id: WebhookId) -> Result<WithSecret> {
    let webhook = get(tx, id)?;
    let newest = webhook.secrets.first();
    let secret = newest.map(|secret| secret.shown(&setup.keys));
    Ok(WithSecret { webhook, secret })
}

fn checked_description(text: &str) -> Result<String> {
    let text = text.trim();
    match text.chars().count() > 200 {
        true => Err(Error::invalid("description", "use at most 200 characters")),
        false => Ok(text.to_owned()),
    }
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Subscription> {
    let secrets: Vec<Secret> = row.json("secrets")?;
    Ok(Subscription {
        id: row.get("id")?,
        url: row.get("url")?,
        description: row.get("description")?,
        events: row.json("events")?,
        enabled: row.get("enabled")?,
        disabled_reason: row.get("disabled_reason")?,
        failing_since: row.get("failing_since")?,
        previous_secret_until: secrets.iter().filter_map(Secret::until).max(),
        created_at: row.get("created_at")?,
        secrets,
    })
}
