//! `POST /chat/v1/links`: the visitor goes on in another browser of theirs.

use super::guest::Guest;
use super::lobby::Effort;
use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use throughline_engine::visitor;
use throughline_model::clock::Millis;

/// A link that carries the conversation, once.
#[derive(Serialize)]
pub struct Made {
    /// Short enough for a text message or a QR code.
    url: String,
    /// Until when it works, in milliseconds since 1970.
    expires_at: Millis,
}

/// Makes the link. Whoever opens it is taken for this visitor.
///
/// # Errors
/// 409 before the first message, 429.
pub async fn make(
    State(app): State<App>,
    guest: Guest,
) -> Result<(StatusCode, Json<Made>), Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let link = app
        .db()
        .write(move |tx| visitor::make_own_link(tx, &setup, &visitor))
        .await?;
    let base = app.config().server.public_base();
    let made = Made {
        url: format!("{base}chat/resume/{}", link.token),
        expires_at: link.expires_at,
    };
    Ok((StatusCode::CREATED, Json(made)))
}
