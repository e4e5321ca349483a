//! `/api/v1/invites`: setting a password by the link of an invite.

use crate::api::input::Json;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::extract::State;
use serde::Serialize;
use throughline_engine::access::Member;
use throughline_engine::access::invite::{Acceptance, NewInvite};
use throughline_model::clock::Millis;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this file.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(accept_invite))
}

/// An invite.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct InviteView {
    /// The link to hand to the member; null when this answer was given before, for it is shown only once.
    pub(super) link: Option<String>,
    /// Until when it can be used, in milliseconds since 1970.
    pub(super) expires_at: Millis,
}

impl InviteView {
    /// The invite of an installation reached under `base`.
    pub(super) fn new(base: &str, invite: &NewInvite) -> Self {
        Self {
            link: Some(link(base, invite)),
            expires_at: invite.expires_at,
        }
    }
}

/// The link of an invite. The secret stands behind the `#`, which browsers neither send nor pass on.
pub fn link(base: &str, invite: &NewInvite) -> String {
    format!("{base}invite#{}", invite.secret)
}

/// Use an invite
///
/// Sets the password of the invited member; then log in. Works once.
#[utoipa::path(post, path = "/api/v1/invites/accept", tag = "session", request_body = Acceptance,
    responses((status = 200, description = "The password is set.", body = Member)),
    extensions(("x-permission" = json!("none"))))]
async fn accept_invite(
    State(app): State<App>,
    client: ClientAddress,
    Json(acceptance): Json<Acceptance>,
) -> Result<axum::Json<Member>, Problem> {
    let member = app
        .gate()
        .accept(app.db(), &app.setup().clock, acceptance, &client.counted())
        .await?;
    Ok(axum::Json(member))
}
