//! `/api/v1/members`: the people at the desk.

use crate::api::guard::Caller;
use crate::api::input::{Json, Nothing, Path, Query};
use crate::api::invites::InviteView;
use crate::api::once::Posted;
use crate::api::page::{Page, PageQuery, Wanted};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use throughline_engine::access::member::{self, Change, NewMember};
use throughline_engine::access::{Member, invite};
use throughline_engine::conversation;
use throughline_model::id::MemberId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_members, add_member))
        .routes(routes!(read_member, change_member))
        .routes(routes!(invite_member))
}

/// A member who was just added.
#[derive(Serialize, utoipa::ToSchema)]
struct AddedMember {
    /// The member.
    member: Member,
    /// How they get in.
    invite: InviteView,
}

/// List members
#[utoipa::path(get, path = "/api/v1/members", tag = "members", params(PageQuery),
    responses((status = 200, description = "Newest first.", body = Page<Member>)),
    extensions(("x-permission" = json!("read"))))]
async fn list_members(
    State(app): State<App>,
    OriginalUri(uri): OriginalUri,
    Query(query): Query<PageQuery>,
) -> Result<Response, Problem> {
    let wanted = Wanted::new(uri, query.cursor.as_deref(), query.limit)?;
    let (after, fetch) = (wanted.after, wanted.fetch);
    let rows = app
        .db()
        .read(move |tx| member::list(tx, after, fetch))
        .await?;
    Ok(wanted.answer(rows, |member| member.id).into_response())
}

/// Add a member
///
/// They set their password by the link of the invite, which is shown only here.
#[utoipa::path(post, path = "/api/v1/members", tag = "members", request_body = NewMember,
    responses((status = 201, description = "Added.", body = AddedMember)),
    extensions(("x-permission" = json!("admin"))))]
async fn add_member(
    State(app): State<App>,
    caller: Caller,
    Posted { body, once }: Posted<NewMember>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let base = app.config().server.public_base();
    let add = move |tx: &mut throughline_storage::Tx<'_>| {
        let member = member::add(tx, &clock, &body, &actor)?;
        let invite = invite::create(tx, &clock, member.id, &actor)?;
        Ok(AddedMember {
            member,
            invite: InviteView::new(&base, &invite),
        })
    };
    let hide = |added: &mut AddedMember| added.invite.link = None;
    once.run_keeping(&app, StatusCode::CREATED, add, hide).await
}

/// Read a member
#[utoipa::path(get, path = "/api/v1/members/{id}", tag = "members", params(("id" = MemberId, Path)),
    responses((status = 200, description = "The member.", body = Member)),
    extensions(("x-permission" = json!("read"))))]
async fn read_member(
    State(app): State<App>,
    Path(id): Path<MemberId>,
) -> Result<axum::Json<Member>, Problem> {
    let member = app.db().read(move |tx| member::get(tx, id)).await?;
    Ok(axum::Json(member))
}

/// Change a member
///
/// A new role or `enabled: false` ends their sessions. The last administrator stays one. What somebody looked after who
/// is kept out now is left without an owner.
#[utoipa::path(patch, path = "/api/v1/members/{id}", tag = "members", params(("id" = MemberId, Path)),
    request_body = Change,
    responses((status = 200, description = "Changed.", body = Member)),
    extensions(("x-permission" = json!("admin"))))]
async fn change_member(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MemberId>,
    Json(change): Json<Change>,
) -> Result<axum::Json<Member>, Problem> {
    let (setup, actor) = (app.setup().clone(), caller.actor());
    let member = app
        .db()
        .write(move |tx| {
            let member = member::change(tx, &setup.clock, id, &change, &actor)?;
            if change.enabled == Some(false) {
                conversation::release(tx, &setup, id, &caller.author())?;
            }
            Ok::<_, throughline_engine::Error>(member)
        })
        .await?;
    Ok(axum::Json(member))
}

/// Invite a member again
///
/// For a forgotten password, too: their password stays until the invite is used. Earlier invites stop working.
#[utoipa::path(post, path = "/api/v1/members/{id}/invite", tag = "members", params(("id" = MemberId, Path)),
    responses((status = 201, description = "The invite; its link is shown only here.", body = InviteView)),
    extensions(("x-permission" = json!("admin"))))]
async fn invite_member(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MemberId>,
    Posted {
        body: Nothing {},
        once,
    }: Posted<Nothing>,
) -> Result<Response, Problem> {
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let base = app.config().server.public_base();
    let create = move |tx: &mut throughline_storage::Tx<'_>| {
        let invite = invite::create(tx, &clock, id, &actor)?;
        Ok(InviteView::new(&base, &invite))
    };
    let hide = |invite: &mut InviteView| invite.link = None;
    once.run_keeping(&app, StatusCode::CREATED, create, hide)
        .await
}
