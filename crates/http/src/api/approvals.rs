//! `/api/v1/approvals`: people in charge agree to exact actions.

use crate::api::guard::Caller;
use crate::api::input::{Path, Query};
use crate::api::once::Posted;
use crate::api::page::{Page, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use throughline_engine::approval::{self, Approval, ApprovalState, Filter, Wish};
use throughline_model::id::{ApprovalId, ConversationId};
use throughline_storage::Tx;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ask_for_approval))
        .routes(routes!(list_approvals))
        .routes(routes!(read_approval))
        .routes(routes!(approve))
        .routes(routes!(decline))
}

/// Which requests.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ApprovalQuery {
    /// Where the page begins: `next` of the page before. Leave it out for the first page.
    cursor: Option<String>,
    /// Rows on the page, 1 to 100; 25 when left out.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Only those that stand like this.
    state: Option<ApprovalState>,
    /// Only those of this conversation.
    conversation: Option<ConversationId>,
}

/// What is said to a request.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ApprovalAnswer {
    /// For whoever asked, up to 2,000 characters.
    note: Option<String>,
}

/// Ask for an approval
///
/// For an action that only rules with the remedy `approval:…` stand in the way of. The yes counts for exactly these
/// arguments, in this conversation, for a day. Asked again meanwhile, the answer is the same request.
#[utoipa::path(post, path = "/api/v1/conversations/{id}/approvals", tag = "approvals",
    params(("id" = ConversationId, Path)), request_body = Wish,
    responses((status = 201, description = "People in charge can answer it.", body = Approval)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn ask_for_approval(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConversationId>,
    Posted { body, once }: Posted<Wish>,
) -> Result<Response, Problem> {
    let (setup, author) = (app.setup().clone(), caller.author());
    let ask = move |tx: &mut Tx<'_>| approval::ask(tx, &setup, id, &body, author.clone());
    once.run(&app, StatusCode::CREATED, ask).await
}

/// List requests for approval
#[utoipa::path(get, path = "/api/v1/approvals", tag = "approvals", params(ApprovalQuery),
    responses((status = 200, description = "Newest first.", body = Page<Approval>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_approvals(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<ApprovalQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let filter = Filter {
        state: query.state,
        conversation: query.conversation,
    };
    let clock = app.setup().clock.clone();
    let list = move |tx: &mut Tx<'_>| approval::list(tx, &clock, filter, after, fetch);
    let rows = app.db().read(list).await?;
    Ok(wanted.answer(rows, |one| one.id).into_response())
}

/// Read a request for approval
#[utoipa::path(get, path = "/api/v1/approvals/{id}", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "The request.", body = Approval)),
    extensions(("x-permission" = json!("read"))))]
async fn read_approval(
    State(app): State<App>,
    Path(id): Path<ApprovalId>,
) -> Result<axum::Json<Approval>, Problem> {
    let clock = app.setup().clock.clone();
    let read = move |tx: &mut Tx<'_>| approval::get(tx, &clock, id);
    Ok(axum::Json(app.db().read(read).await?))
}

/// Approve an action
///
/// By somebody who holds the role it needs: supervisors and administrators for `supervisor`, administrators for every
/// other. The action is not done by this; whoever asked tries it again.
#[utoipa::path(post, path = "/api/v1/approvals/{id}/approve", tag = "approvals",
    params(("id" = ApprovalId, Path)), request_body = ApprovalAnswer,
    responses((status = 200, description = "It counts for a day.", body = Approval)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ApprovalId>,
    posted: Posted<ApprovalAnswer>,
) -> Result<Response, Problem> {
    decide(&app, caller, id, true, posted).await
}

/// Decline an action
#[utoipa::path(post, path = "/api/v1/approvals/{id}/decline", tag = "approvals",
    params(("id" = ApprovalId, Path)), request_body = ApprovalAnswer,
    responses((status = 200, description = "The rules stand.", body = Approval)),
    extensions(("x-permission" = json!("write:conversations"))))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ApprovalId>,
    posted: Posted<ApprovalAnswer>,
) -> Result<Response, Problem> {
    decide(&app, caller, id, false, posted).await
}

async fn decide(
    app: &App,
    caller: Caller,
    id: ApprovalId,
    agrees: bool,
    Posted { body, once }: Posted<ApprovalAnswer>,
) -> Result<Response, Problem> {
    let setup = app.setup().clone();
    let decide = move |tx: &mut Tx<'_>| {
        let note = body.note.as_deref();
        approval::decide(tx, &setup, id, agrees, note, &caller.principal)
    };
    once.run(app, StatusCode::OK, decide).await
}
