//! Files as articles.

use super::follow;
use crate::api::guard::Caller;
use crate::api::once::Posted;
use crate::app::App;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::access::audit;
use throughline_engine::knowledge::{self, Audience, ImportFile, ImportWish, ImportedFile};
use throughline_knowledge::checked_locale;
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The most files in one request.
const MOST: usize = 200;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import_knowledge))
}

/// Files to be imported.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewImport {
    /// At most 200 files.
    files: Vec<ImportFile>,
    /// The language of files that name none; `en` when left out.
    locale: Option<String>,
    /// Who files are for that do not say; `internal` when left out.
    audience: Option<Audience>,
    /// Publish what does not call itself a draft; false when left out.
    #[serde(default)]
    publish: bool,
}

/// What became of the files.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
struct ImportReport {
    /// One line per file, in their order.
    files: Vec<ImportedFile>,
}

/// Import articles
///
/// Markdown with front matter (`.md`), pages (`.html`), questions and answers (`.faq.md`, `.txt`, `.json`), lists of
/// addresses (`.urls`), whose pages are read in the background. An article that is there already, by slug and
/// language, gets the file's text. A file that cannot be read is refused and keeps no other from coming in.
#[utoipa::path(post, path = "/api/v1/knowledge/import", tag = "knowledge", request_body = NewImport,
    responses((status = 200, description = "What became of each file.", body = ImportReport)),
    extensions(("x-permission" = json!("write:knowledge"))))]
async fn import_knowledge(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewImport>,
) -> Result<Response, Problem> {
    if body.files.len() > MOST {
        let problem = format!("send at most {MOST} files at once");
        return Err(Problem::invalid("files", problem));
    }
    let locale = body.locale.as_deref().unwrap_or("en");
    let wish = ImportWish {
        locale: checked_locale(locale).map_err(throughline_engine::Error::from)?,
        audience: body.audience.unwrap_or(Audience::Internal),
        publish: body.publish,
        by: caller.actor(),
    };
    let setup = app.setup().clone();
    let import = move |tx: &mut Tx<'_>| {
        let files = knowledge::import(tx, &setup, &body.files, &wish)?;
        let details = json!({ "files": files.len(), "publish": wish.publish });
        audit::record(tx, &setup.clock, &wish.by, "knowledge.import", "", &details)?;
        Ok(ImportReport { files })
    };
    let answer = once.run(&app, StatusCode::OK, import).await?;
    follow(&app).await;
    Ok(answer)
}
