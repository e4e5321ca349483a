//! `/api/v1/files`: attachments.

use crate::api::guard::Caller;
use crate::api::input::Path;
use crate::api::once::Once;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use throughline_engine::attachment::{self, StoredFile, may_show_inline};
use throughline_model::id::AttachmentId;
use throughline_model::inbound::File;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

/// What the form around a file may take, in bytes.
const FORM_BYTES: usize = 64 * 1024;

/// The routes of this file, for files of at most `most_bytes`.
pub fn router(most_bytes: usize) -> OpenApiRouter<App> {
    let whole_form = DefaultBodyLimit::max(most_bytes.saturating_add(FORM_BYTES));
    OpenApiRouter::new()
        .routes(routes!(upload_file).layer(whole_form))
        .routes(routes!(download_file))
}

/// A file to be uploaded.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "describes a form that is read field by field")]
struct UploadForm {
    /// The file.
    #[schema(value_type = String, format = Binary, content_media_type = "application/octet-stream")]
    file: Vec<u8>,
}

/// Upload a file
///
/// To be named in the `attachments` of a message. Pictures are decoded and written anew.
#[utoipa::path(post, path = "/api/v1/files", tag = "files",
    request_body(content = UploadForm, content_type = "multipart/form-data"),
    responses((status = 201, description = "Stored.", body = StoredFile)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn upload_file(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
    multipart: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    let multipart = multipart.map_err(|error| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            format!(
                "send multipart/form-data with a field 'file': {}",
                error.body_text()
            ),
        )
    })?;
    let file = only_file(&app, multipart).await?;
    let mut once = Once::new(&caller, &headers)?;
    once.covers(&Method::POST, &file.name, &file.body);
    let stored = app.files().keep(&file).await?;
    if stored.state == "refused" {
        let reason = stored.reason.unwrap_or_default();
        return Err(Problem::invalid(
            "file",
            format!("this file is not accepted: {reason}"),
        ));
    }
    let clock = app.setup().clock.clone();
    let remember = move |tx: &mut throughline_storage::Tx<'_>| {
        attachment::upload(tx, &stored, "business", clock.now())?;
        Ok(stored.clone())
    };
    once.run(&app, StatusCode::CREATED, remember).await
}

/// The one file of a form.
async fn only_file(app: &App, mut form: Multipart) -> Result<File, Problem> {
    let most = app.files().max_bytes();
    let mut found = None;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| broken(&error, most))?
    {
        if field.name() != Some("file") || found.is_some() {
            return Err(Problem::invalid(
                "file",
                "send exactly one field, 'file', with the file",
            ));
        }
        found = Some(read_field(field, most).await?);
    }
    found.ok_or_else(|| Problem::invalid("file", "send the file in a field 'file'"))
}

async fn read_field(field: Field<'_>, most: usize) -> Result<File, Problem> {
    let name = field.file_name().unwrap_or("file").to_owned();
    let media_type = field
        .content_type()
        .unwrap_or("application/octet-stream")
        .to_owned();
    let body = field.bytes().await.map_err(|error| broken(&error, most))?;
    if body.len() > most {
        return Err(Problem::too_large(most as u64));
    }
    Ok(File {
        name,
        media_type,
        content_id: None,
        body,
    })
}

fn broken(error: &MultipartError, most: usize) -> Problem {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(most as u64),
        _ => Problem {
            field: Some("body".to_owned()),
            ..Problem::new(
                StatusCode::BAD_REQUEST,
                "malformed",
                format!("the form cannot be read: {}", error.body_text()),
            )
        },
    }
}

/// Download a file
///
/// Pictures, sound and video may be shown; everything else is handed out as a download.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = AttachmentId, Path)),
    responses((status = 200, description = "The bytes.", body = Vec<u8>, content_type = "application/octet-stream")),
    extensions(("x-permission" = json!("read"))))]
async fn download_file(
    State(app): State<App>,
    Path(id): Path<AttachmentId>,
) -> Result<Response, Problem> {
    let (file, ..) = app.db().read(move |tx| attachment::get(tx, id)).await?;
    if file.state != "stored" {
        let reason = file.reason.unwrap_or_default();
        return Err(Problem::not_found(format!(
            "this file is not to be had ({}): {reason}",
            file.state
        )));
    }
    let body = app.files().read(&file.object_key).await?;
    Ok(handed_out(&file, body))
}

/// A file as it may leave: by the type its content showed, unable to run anything, as a download unless it is harmless
/// to show.
pub fn handed_out(file: &StoredFile, body: Bytes) -> Response {
    let inline = may_show_inline(&file.media_type);
    let media_type = HeaderValue::from_str(&file.media_type)
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let disposition = HeaderValue::from_str(&disposition(inline, &file.name))
        .unwrap_or(HeaderValue::from_static("attachment"));
    let headers: [(HeaderName, HeaderValue); 5] = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
        ),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, max-age=86400, immutable"),
        ),
    ];
    (headers, body).into_response()
}

/// RFC 6266, with the name in the form of RFC 8187: only its unreserved characters stand for themselves.
fn disposition(inline: bool, name: &str) -> String {
    use std::fmt::Write as _;
    let kind = if inline { "inline" } else { "attachment" };
    let mut text = format!("{kind}; filename*=UTF-8''");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(byte.into());
            }
            other => {
                // Writing to a string cannot fail.
                let _ = write!(text, "%{other:02X}");
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition(false, "a\"\r\nSet-Cookie: x=1;é.txt"),
            "attachment; filename*=UTF-8''a%22%0D%0ASet-Cookie%3A%20x%3D1%3B%C3%A9.txt"
        );
    }
}
