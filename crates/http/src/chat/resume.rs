//! `POST /chat/v1/resume`: a link was opened, and the person behind it has said so.

use super::input::Read;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use throughline_engine::visitor;
use throughline_model::channel::Channel;
use throughline_model::id::EndpointId;

/// The token of a link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    token: String,
}

/// Where the conversation goes on.
#[derive(Serialize)]
pub struct Resumed {
    /// The bearer token of this browser's visitor.
    token: String,
    /// The chat, for `/chat/{endpoint}`.
    endpoint: String,
}

/// Opens the chat as a new visitor who carries the conversation on.
///
/// # Errors
/// 410 when the link was used, has expired or is not ours.
pub async fn resume(
    State(app): State<App>,
    ClientAddress(client): ClientAddress,
    link: Read<Link>,
) -> Result<Json<Resumed>, Problem> {
    app.lobby().count_address(client, app.setup().clock.now())?;
    let chats: HashMap<String, EndpointId> = app
        .endpoints()
        .filter(|one| one.record.channel == Channel::Webchat)
        .map(|one| (one.record.brand.clone(), one.record.id))
        .collect();
    let (setup, token) = (app.setup().clone(), link.value.token);
    let resumed = app
        .db()
        .write(move |tx| visitor::resume(tx, &setup, &token, |brand| chats.get(brand).copied()))
        .await?
        .ok_or_else(|| {
            Problem::new(
                StatusCode::GONE,
                "gone",
                "this link was used already or has expired; ask for a new one",
            )
        })?;
    let chat = app
        .endpoint_by_id(resumed.arrived.visitor.endpoint)
        .ok_or_else(|| Problem::not_found("this chat is not configured any more"))?;
    Ok(Json(Resumed {
        token: resumed.arrived.token,
        endpoint: chat.record.name.clone(),
    }))
}
