//! Wishes about being written to: opting out of a channel's messages, and back in; agreeing to advertising.
//! What follows from them the delivery policy decides.

use crate::conversation::Joined;
use crate::error::{Error, Result};
use crate::queries::consent as queries;
use crate::reply::{self, NewReply};
use crate::{Setup, conversation};
use serde::Serialize;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{EndpointId, IdentifierId, InteractionId};
use throughline_model::inbound::Inbound;
use throughline_policy::delivery::Purpose;
use throughline_storage::{Tx, params};

/// What a message says about further messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// Write to me no more.
    OptOut {
        /// True unless the provider has confirmed it to the customer already.
        confirm: bool,
    },
    /// You may write to me again.
    OptIn,
}

/// Does what the customer wishes, and confirms an opting-out once.
///
/// # Errors
/// When the database fails.
pub fn heed(
    tx: &mut Tx<'_>,
    setup: &Setup,
    wish: Option<Wish>,
    identifier: IdentifierId,
    joined: &Joined,
    line: InteractionId,
    inbound: &Inbound,
) -> Result<()> {
    match wish {
        None => Ok(()),
        Some(Wish::OptIn) => {
            tx.execute(&queries::OPT_IN, params![inbound.endpoint, identifier])?;
            Ok(())
        }
        Some(Wish::OptOut { confirm }) => {
            if tx.execute(
                &queries::OPT_OUT,
                params![inbound.endpoint, identifier, setup.clock.now()],
            )? == 0
                || !confirm
            {
                return Ok(());
            }
            let text = "You will get no more messages from us here. Reply START to get them again."
                .to_owned();
            let key = format!("opt-out:{}", inbound.provider_id);
            let confirmation = NewReply {
                via: Some(line),
                automatic: true,
                purpose: Purpose::Farewell,
                ..NewReply::new(
                    joined.conversation,
                    text,
                    key,
                    conversation::Author::system(),
                )
            };
            reply::send(tx, setup, confirmation).map(drop)
        }
    }
}

/// True when the owner of this address does not want messages from this endpoint.
///
/// # Errors
/// When the database fails.
pub fn opted_out(tx: &mut Tx<'_>, endpoint: EndpointId, identifier: IdentifierId) -> Result<bool> {
    Ok(tx
        .optional(&queries::IS_OUT, params![endpoint, identifier], |row| {
            row.get::<i64>("at")
        })?
        .is_some())
}

/// That the owner of an address agreed to advertising.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MarketingConsent {
    /// How it is known, such as `order form of 3 May`.
    pub source: String,
    /// Who wrote it down: `member:…`, `token:…`.
    pub recorded_by: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
}

/// Writes down that the owner of an address agreed to advertising, or takes it back (`source` is none).
///
/// # Errors
/// [`Error::NotFound`] when there is no such address, [`Error::Invalid`] for a source that says nothing.
pub fn set_marketing(
    tx: &mut Tx<'_>,
    clock: &Clock,
    identifier: IdentifierId,
    source: Option<&str>,
    actor: &str,
) -> Result<Option<MarketingConsent>> {
    crate::identity::identifier(tx, identifier)?;
    match source {
        None => {
            tx.execute(&queries::WITHDRAW_FROM_MARKETING, params![identifier])?;
        }
        Some(source) if (1..=500).contains(&source.trim().len()) => {
            let values = params![identifier, source.trim(), actor, clock.now()];
            tx.execute(&queries::AGREE_TO_MARKETING, values)?;
        }
        Some(_) => {
            let message = "say in 1 to 500 bytes how it is known";
            return Err(Error::invalid("source", message));
        }
    }
    to_marketing(tx, identifier)
}

/// Whether the owner of this address agreed to advertising, and how that is known.
///
/// # Errors
/// When the database fails.
pub fn to_marketing(tx: &mut Tx<'_>, identifier: IdentifierId) -> Result<Option<MarketingConsent>> {
    Ok(
        tx.optional(&queries::MARKETING, params![identifier], |row| {
            Ok(MarketingConsent {
                source: row.get("source")?,
                recorded_by: row.get("recorded_by")?,
                at: row.get("at")?,
            })
        })?,
    )
}
