//! Writing to a customer on a channel they have not used in this conversation.
//!
//! An answer goes where the customer wrote from. When a member decides to go on elsewhere, it must be at an address
//! that is this customer's by evidence, and from an endpoint of the same brand.

use crate::conversation::join::{Interaction, lock, read_interaction};
use crate::conversation::read::get;
use crate::error::{Error, Result};
use crate::queries::conversation as queries;
use crate::{Setup, endpoint, identity};
use serde::Deserialize;
use throughline_model::channel::Channel;
use throughline_model::id::{ConversationId, EndpointId, IdentifierId};
use throughline_model::identifier::IdentifierKind;
use throughline_storage::{Hint, Tx, params};

/// Where a conversation shall be able to go on.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLine {
    /// The customer's address or number: one of their identifiers.
    pub identifier: IdentifierId,
    /// The endpoint of the business to write from: mail or text messages, of the conversation's brand.
    pub endpoint: EndpointId,
}

/// Opens a line to an address of the conversation's own customer, or gives the one there is. It comes after the lines
/// the customer has used, so nothing goes over it by default.
///
/// # Errors
/// [`Error::Invalid`] for an address that is not this customer's, or an endpoint that cannot reach it.
pub fn open_line(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    new: NewLine,
) -> Result<Interaction> {
    lock(tx, conversation)?;
    let here = get(tx, conversation)?;
    let to = match identity::identifier(tx, new.identifier) {
        Ok(found) if found.customer == here.customer => found,
        Ok(_) | Err(Error::NotFound { .. }) => {
            return Err(Error::invalid(
                "identifier",
                "this is no address of the conversation's customer; it has to be proven or merged first",
            ));
        }
        Err(error) => return Err(error),
    };
    let from = match endpoint::get(tx, new.endpoint) {
        Ok(found) if found.brand == here.brand => found,
        Ok(_) | Err(Error::NotFound { .. }) => {
            return Err(Error::invalid(
                "endpoint",
                "name an endpoint of the conversation's brand; see /api/v1/endpoints",
            ));
        }
        Err(error) => return Err(error),
    };
    if !reaches(from.channel, to.kind) {
        return Err(Error::invalid(
            "endpoint",
            format!("a message of {} cannot reach a {}", from.channel, to.kind),
        ));
    }
    let values = params![
        setup.clock.new_id(),
        conversation,
        from.id,
        from.channel,
        to.id,
        setup.clock.now()
    ];
    let line = tx.one(&queries::OPEN_INTERACTION, values, read_interaction)?;
    tx.hint(Hint::Changed { conversation });
    Ok(line)
}

/// Channels on which the business may write first.
fn reaches(channel: Channel, kind: IdentifierKind) -> bool {
    matches!(
        (channel, kind),
        (Channel::Email, IdentifierKind::Email) | (Channel::Sms, IdentifierKind::Phone)
    )
}
