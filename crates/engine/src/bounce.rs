//! Mail of ours that did not arrive.

use crate::Setup;
use crate::conversation::{self, Author, NewEntry};
use crate::delivery;
use crate::error::Result;
use serde_json::json;
use throughline_model::conversation::EntryKind;
use throughline_model::id::EndpointId;
use throughline_model::outbound::{DeliveryStatus, StatusNews};
use throughline_storage::Tx;

/// Notes on the delivery, and in its conversation, that the mail `message_id` did not arrive. `Ok(false)` means
/// that no mail of ours has this id.
///
/// # Errors
/// When the database fails.
pub fn note(
    tx: &mut Tx<'_>,
    setup: &Setup,
    endpoint: EndpointId,
    message_id: &str,
    code: &str,
    reason: &str,
) -> Result<bool> {
    let Some(sent) = delivery::by_provider_id(tx, endpoint, message_id)? else {
        return Ok(false);
    };
    let news = StatusNews {
        provider_id: message_id.to_owned(),
        delivery: None,
        status: DeliveryStatus::Failed,
        code: Some(code.to_owned()),
        reason: Some(reason.to_owned()),
    };
    delivery::note(tx, setup, endpoint, &news)?;
    if sent.status == DeliveryStatus::Failed {
        return Ok(true);
    }
    let text = format!("the message did not arrive: {reason}");
    let body = json!({ "delivery": sent.id, "code": code });
    let entry = NewEntry::internal(
        sent.conversation,
        setup.clock.now(),
        EntryKind::State,
        Author::system(),
        text,
        body,
    );
    conversation::append(tx, setup, &entry)?;
    Ok(true)
}
