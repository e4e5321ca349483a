//! Endpoints: the configured addresses of the business, and how what comes in over each is received.

mod reception;

pub(crate) use reception::agent_answers;
pub use reception::{Reception, reception, set_reception};

use crate::error::{Error, Result};
use crate::queries::endpoint as queries;
use throughline_model::channel::Channel;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::EndpointId;
use throughline_storage::{Row, Tx, params};

/// One configured address of the business on a channel.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// What it is called in URLs and settings.
    pub name: String,
    /// Its medium.
    pub channel: Channel,
    /// The phone number, mail address or site.
    pub address: String,
    /// The brand it speaks for.
    pub brand: String,
}

/// How far back failures count in [`health`], in milliseconds.
const FAILURES_MS: i64 = 86_400_000;

/// How an endpoint is doing, from what went through it.
#[derive(Clone, Debug, serde::Serialize, utoipa::ToSchema)]
#[schema(as = EndpointHealth)]
pub struct Health {
    /// The endpoint.
    pub endpoint: EndpointId,
    /// When a customer last made contact over it, in milliseconds since 1970.
    pub last_contact_at: Option<Millis>,
    /// When a message last got out over it, in milliseconds since 1970.
    pub last_sent_at: Option<Millis>,
    /// Messages on their way out now.
    pub waiting: i64,
    /// Messages of which nobody knows whether they arrived.
    pub unknown: i64,
    /// Messages that failed within the last 24 hours.
    pub failed: i64,
    /// Why the latest of those failed.
    pub last_failure: Option<String>,
    /// When its mailbox was last read, in milliseconds since 1970; null where mail is not fetched.
    pub mailbox_read_at: Option<Millis>,
}

/// How every endpoint is doing, by name.
///
/// # Errors
/// When the database fails.
pub fn health(tx: &mut Tx<'_>, clock: &Clock) -> Result<Vec<Health>> {
    let since = clock.now() - FAILURES_MS;
    Ok(tx.all(&queries::HEALTH, params![since], |row| {
        Ok(Health {
            endpoint: row.get("id")?,
            last_contact_at: row.get("last_contact_at")?,
            last_sent_at: row.get("last_sent_at")?,
            waiting: row.get("waiting")?,
            unknown: row.get("unknown")?,
            failed: row.get("failed")?,
            last_failure: row.get("last_failure")?,
            mailbox_read_at: row.get("mailbox_read_at")?,
        })
    })?)
}

/// Makes the stored endpoint called `name` equal to what the configuration says, keeping its id.
///
/// # Errors
/// [`Error::Conflict`] when the name was used for another channel before.
pub fn configure(
    tx: &mut Tx<'_>,
    clock: &Clock,
    name: &str,
    channel: Channel,
    address: &str,
    brand: &str,
) -> Result<Endpoint> {
    let values = params![clock.new_id(), name, channel, address, brand, clock.now()];
    tx.execute(&queries::UPSERT, values)?;
    let endpoint = tx.one(&queries::BY_NAME, params![name], read)?;
    if endpoint.channel != channel {
        return Err(Error::Conflict(format!(
            "endpoint '{name}' was {} before and has history; give the {channel} endpoint another name",
            endpoint.channel
        )));
    }
    Ok(endpoint)
}

/// Every endpoint there has been.
///
/// # Errors
/// When the database fails.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<Endpoint>> {
    Ok(tx.all(&queries::ALL, params![], read)?)
}

/// One endpoint.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: EndpointId) -> Result<Endpoint> {
    tx.optional(&queries::BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("endpoint", id))
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Endpoint> {
    Ok(Endpoint {
        id: row.get("id")?,
        name: row.get("name")?,
        channel: row.word("channel")?,
        address: row.get("address")?,
        brand: row.get("brand")?,
    })
}
