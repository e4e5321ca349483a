//! How the visitor was served.

use super::guest::Guest;
use super::input::{Read, clean_text};
use super::lobby::Effort;
use super::look::look;
use crate::app::App;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use throughline_engine::visitor;

/// What the visitor says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    score: i64,
    #[serde(default)]
    comment: String,
}

/// What counts now.
#[derive(Serialize)]
pub struct Counted {
    score: i64,
    comment: String,
}

/// `POST /chat/v1/rating`: of the conversation the visitor is in, once it is resolved; the last word counts.
///
/// # Errors
/// 409 before it is resolved, 422 for a score that is none, 429.
pub async fn rate(
    State(app): State<App>,
    guest: Guest,
    said: Read<Said>,
) -> Result<Json<Counted>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Message, now)?;
    if !look(&app, &guest.chat).await.widget.rating {
        return Err(Problem::not_found(
            "this chat takes no ratings; see widget.rating",
        ));
    }
    let Said { score, comment } = said.value;
    let comment = clean_text(&comment)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let rating = app
        .db()
        .write(move |tx| visitor::sight(tx, &setup, &visitor)?.rate(tx, &setup, score, &comment))
        .await?;
    Ok(Json(Counted {
        score: rating.score,
        comment: rating.comment,
    }))
}
