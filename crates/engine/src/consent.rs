//! Wishes about being written to: opting out of a channel's messages, and back in.

use crate::conversation::Joined;
use crate::error::Result;
use crate::queries::consent as queries;
use crate::reply::{self, NewReply};
use crate::{Setup, conversation};
use throughline_model::id::{EndpointId, IdentifierId, InteractionId};
use throughline_model::inbound::Inbound;
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
                despite_opt_out: true,
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
