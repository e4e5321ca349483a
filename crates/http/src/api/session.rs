//! `/api/v1/session`: logging in and out.

use crate::api::cookie;
use crate::api::guard::Caller;
use crate::api::input::Json;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_engine::Error;
use throughline_engine::access::session::{self, NewSession};
use throughline_engine::access::{Attempt, Member, Permission, Principal, audit, member};
use throughline_model::clock::Millis;
use throughline_model::id::MemberId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(log_in, read_session, log_out))
        .routes(routes!(change_password))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LogIn {
    /// The address to log in with.
    #[schema(example = "ana@shop.example")]
    email: String,
    /// The password.
    password: String,
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password until now.
    present: String,
    /// The password from now on: at least 12 characters.
    new: String,
}

/// A session in use.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionView {
    /// Who is logged in.
    member: Member,
    /// What they may do.
    permissions: Vec<Permission>,
    /// To be sent as `X-CSRF-Token` with every change.
    csrf: String,
    /// When the session ends, in milliseconds since 1970.
    expires_at: Millis,
    /// The largest file that may be uploaded, in bytes.
    max_upload_bytes: usize,
    /// Whether an AI agent works here.
    has_agent: bool,
}

impl SessionView {
    fn new(app: &App, member: Member, csrf: String, expires_at: Millis) -> Self {
        let principal = Principal::Member {
            id: member.id,
            name: member.name.clone(),
            role: member.role,
        };
        let all = Permission::ALL.iter().copied();
        Self {
            permissions: all.filter(|one| principal.permits(*one)).collect(),
            member,
            csrf,
            expires_at,
            max_upload_bytes: app.files().max_bytes(),
            has_agent: app.agent().is_ok(),
        }
    }
}

/// Log in
///
/// Sets the session cookie. An unknown address and a wrong password get the same answer.
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = LogIn,
    responses((status = 201, description = "Logged in.", body = SessionView)),
    extensions(("x-permission" = json!("none"))))]
async fn log_in(
    State(app): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Json(body): Json<LogIn>,
) -> Result<Response, Problem> {
    let attempt = Attempt {
        email: &body.email,
        password: &body.password,
        from: &client.counted(),
        replaces: cookie::session_secret(&app, &headers),
    };
    let entered = app
        .gate()
        .log_in(app.db(), &app.setup().clock, attempt)
        .await;
    let (session, member) = entered.map_err(|error| match error {
        Error::Forbidden(detail) => Problem::unauthenticated(detail),
        error => error.into(),
    })?;
    Ok(entered_by(&app, &session, member))
}

fn entered_by(app: &App, session: &NewSession, member: Member) -> Response {
    let view = SessionView::new(app, member, session.csrf.clone(), session.expires_at);
    let mut response = (StatusCode::CREATED, axum::Json(view)).into_response();
    set_cookie(&mut response, cookie::give(app, session));
    response
}

fn set_cookie(response: &mut Response, cookie: Option<HeaderValue>) {
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// Who is logged in
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, description = "The session.", body = SessionView)),
    extensions(("x-permission" = json!("session"))))]
async fn read_session(
    State(app): State<App>,
    headers: HeaderMap,
) -> Result<axum::Json<SessionView>, Problem> {
    let secret = cookie::session_secret(&app, &headers).unwrap_or_default();
    let clock = app.setup().clock.clone();
    let session = app
        .db()
        .read(move |tx| session::find(tx, &clock, &secret))
        .await?
        .ok_or_else(|| Problem::unauthenticated("this session has ended; log in again"))?;
    Ok(axum::Json(SessionView::new(
        &app,
        session.member,
        session.csrf,
        session.expires_at,
    )))
}

/// Log out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Logged out.")),
    extensions(("x-permission" = json!("session"))))]
async fn log_out(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let secret = cookie::session_secret(&app, &headers).unwrap_or_default();
    let (clock, actor) = (app.setup().clock.clone(), caller.actor());
    let object = member_id(&caller)?.to_string();
    app.db()
        .write(move |tx| {
            session::end(tx, &secret)?;
            audit::record(tx, &clock, &actor, "session.end", &object, &json!({}))
        })
        .await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, cookie::take(&app));
    Ok(response)
}

/// Change one's own password
///
/// Ends every session of the member and starts a new one.
#[utoipa::path(put, path = "/api/v1/session/password", tag = "session", request_body = NewPassword,
    responses((status = 201, description = "Changed; this is the new session.", body = SessionView)),
    extensions(("x-permission" = json!("session"))))]
async fn change_password(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<NewPassword>,
) -> Result<Response, Problem> {
    let id = member_id(&caller)?;
    let session = app
        .gate()
        .change_password(app.db(), &app.setup().clock, id, &body.present, &body.new)
        .await?;
    let member = app.db().read(move |tx| member::get(tx, id)).await?;
    Ok(entered_by(&app, &session, member))
}

fn member_id(caller: &Caller) -> Result<MemberId, Problem> {
    match &caller.principal {
        Principal::Member { id, .. } => Ok(*id),
        Principal::Token { .. } => Err(Problem::forbidden("a token has no session")),
    }
}
