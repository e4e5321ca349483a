//! Endpoints: the configured addresses of the business.

use crate::error::{Error, Result};
use crate::queries::endpoint as queries;
use throughline_model::channel::Channel;
use throughline_model::clock::Clock;
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
