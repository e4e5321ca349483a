//! Files: sent before the message that mentions them, fetched by those who may see that message.

use super::guest::Guest;
use super::lobby::Effort;
use super::shape::ChatFile;
use crate::api::files::handed_out;
use crate::api::input::Path;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::Response;
use throughline_engine::attachment;
use throughline_engine::conversation;
use throughline_engine::visitor;
use throughline_model::id::AttachmentId;
use throughline_model::inbound::File;

/// `POST /chat/v1/files`, a form with one `file`.
///
/// # Errors
/// 413 for a file that is too large, 429 for too many.
pub async fn send(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    guest: Guest,
    form: Multipart,
) -> Result<(StatusCode, Json<ChatFile>), Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Message, now)?;
    app.lobby().count_address(address, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor.clone());
    app.db()
        .read(move |tx| visitor::check_quota(tx, &setup, &visitor))
        .await?;
    let file = read(form, app.files().max_bytes()).await?;
    let stored = app.files().keep(&file).await?;
    if stored.state == "refused" {
        let why = stored.reason.unwrap_or_default();
        return Err(Problem::invalid(
            "file",
            format!("this file is not accepted: {why}"),
        ));
    }
    let kept = stored.clone();
    let uploader = format!("identifier:{}", guest.visitor.identifier);
    app.db()
        .write(move |tx| attachment::upload(tx, &kept, &uploader, now))
        .await?;
    Ok((StatusCode::CREATED, Json(ChatFile::of(stored))))
}

async fn read(mut form: Multipart, most: usize) -> Result<File, Problem> {
    let broken = |error: axum::extract::multipart::MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(most as u64),
        status => Problem::new(status, "malformed", error.body_text()),
    };
    while let Some(mut part) = form.next_field().await.map_err(broken)? {
        if part.name() != Some("file") {
            continue;
        }
        let name = part.file_name().unwrap_or("file").to_owned();
        let media_type = part.content_type().unwrap_or_default().to_owned();
        let mut body = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(broken)? {
            if body.len() + piece.len() > most {
                return Err(Problem::too_large(most as u64));
            }
            body.extend_from_slice(&piece);
        }
        if body.is_empty() {
            return Err(Problem::invalid("file", "the file is empty"));
        }
        return Ok(File {
            name,
            media_type,
            content_id: None,
            body: body.into(),
        });
    }
    Err(Problem::invalid(
        "file",
        "send a form with the file in the field 'file'",
    ))
}

/// `GET /chat/v1/files/{id}`: only a file of an entry the visitor may see.
///
/// # Errors
/// 404, also for a file that is somebody else's.
pub async fn fetch(
    State(app): State<App>,
    guest: Guest,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Read, now)?;
    let missing = || Problem::not_found("there is no such file here");
    let id: AttachmentId = id.parse().map_err(|_| missing())?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let found = app
        .db()
        .read(move |tx| {
            let (file, _, entry) = attachment::get(tx, id)?;
            let Some(entry) = entry else {
                return Ok(None);
            };
            let entry = conversation::entry(tx, entry)?;
            let sight = visitor::sight(tx, &setup, &visitor)?;
            let visible = sight.may_see(tx, &visitor, &entry)?;
            Ok::<_, throughline_engine::Error>(visible.then_some(file))
        })
        .await
        .map_err(|error| match error {
            throughline_engine::Error::NotFound { .. } => missing(),
            error => error.into(),
        })?;
    let file = found.ok_or_else(missing)?;
    if file.state != "stored" {
        return Err(missing());
    }
    let body = app.files().read(&file.object_key).await?;
    Ok(handed_out(&file, body))
}
