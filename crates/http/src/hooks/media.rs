//! `GET /hooks/media/{token}`: a provider fetches a file it is to pass on.
//!
//! Providers of text messages take links, not bytes. A link names one file and ends after a day; it cannot be made
//! without the installation's secret.

use crate::api::files::handed_out;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::response::Response;
use throughline_engine::attachment;
use throughline_engine::key::Keys;
use throughline_model::clock::Millis;
use throughline_model::id::AttachmentId;
use url::Url;
use uuid::Uuid;

const PURPOSE: &str = "media-link";
/// For how long a link works, in milliseconds: providers fetch at once, and again when they retry.
const LINK_MS: Millis = 86_400_000;

/// A link to a file that works from `now` on for a day.
pub fn link(keys: &Keys, public_base: &str, file: AttachmentId, now: Millis) -> Option<Url> {
    let until = Uuid::from_u128(now.saturating_add(LINK_MS).max(0) as u128);
    let token = keys.seal(PURPOSE, &[file.uuid(), until]);
    Url::parse(public_base)
        .ok()?
        .join(&format!("hooks/media/{token}"))
        .ok()
}

/// Hands out the file a link names.
pub async fn fetch(State(app): State<App>, Path(token): Path<String>) -> Result<Response, Problem> {
    let gone = || Problem::not_found("this link does not lead to a file, or not any more");
    let [file, until] = app
        .setup()
        .keys
        .open::<2>(PURPOSE, &token)
        .ok_or_else(gone)?;
    if app.setup().clock.now().max(0) as u128 > until.as_u128() {
        return Err(gone());
    }
    let (file, ..) = app
        .db()
        .read(move |tx| attachment::get(tx, AttachmentId(file)))
        .await?;
    if file.state != "stored" {
        return Err(gone());
    }
    let body = app.files().read(&file.object_key).await?;
    Ok(handed_out(&file, body))
}
