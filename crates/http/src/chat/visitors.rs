//! Coming, being vouched for, and leaving.

use super::guest::{Guest, check_origin};
use super::input::Read;
use super::lobby::Effort;
use super::shape::{self, Me};
use crate::app::{App, ConfiguredEndpoint};
use crate::client::ClientAddress;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use throughline_engine::visitor::{self, Arrived, Bound};
use throughline_model::channel::Channel;

/// Who comes where.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coming {
    endpoint: String,
    #[serde(default)]
    device: Option<String>,
}

/// A token the shop signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouched {
    token: String,
}

/// Who the browser is from now on.
#[derive(Serialize)]
pub struct Welcome {
    /// The bearer token. It is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// True when the browser is a new visitor: what it shows of the former one must go.
    anew: bool,
    /// Where they stand.
    me: Me,
}

impl Welcome {
    async fn arrived(
        app: &App,
        chat: &ConfiguredEndpoint,
        arrived: Arrived,
    ) -> Result<Self, Problem> {
        Ok(Self {
            token: Some(arrived.token),
            anew: true,
            me: shape::me(app, chat, arrived.visitor).await?,
        })
    }

    /// The answer after something was proven.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bound(
        app: &App,
        chat: &ConfiguredEndpoint,
        bound: Bound,
    ) -> Result<Self, Problem> {
        app.lobby().hub().wake(bound.visitor().identifier);
        match bound {
            Bound::Anew(arrived) => Self::arrived(app, chat, arrived).await,
            Bound::Same(visitor) => Ok(Self {
                token: None,
                anew: false,
                me: shape::me(app, chat, visitor).await?,
            }),
        }
    }
}

/// `POST /chat/v1/visitors`: a browser comes for the first time.
///
/// # Errors
/// 404 for an unknown chat, 403 for a page that may not embed it, 429.
pub async fn come(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    coming: Read<Coming>,
) -> Result<(StatusCode, Json<Welcome>), Problem> {
    let Coming { endpoint, device } = coming.value;
    let chat = app.endpoint(&endpoint, &[Channel::Webchat])?.clone();
    check_origin(&app, &chat, &headers)?;
    app.lobby()
        .count_address(address, app.setup().clock.now())?;
    let (setup, id) = (app.setup().clone(), chat.record.id);
    let arrived = app
        .db()
        .write(move |tx| visitor::arrive(tx, &setup, id, device.as_deref()))
        .await?;
    let welcome = Welcome::arrived(&app, &chat, arrived).await?;
    Ok((StatusCode::CREATED, Json(welcome)))
}

/// `GET /chat/v1/me`: where the visitor stands.
///
/// # Errors
/// 401.
pub async fn me(State(app): State<App>, guest: Guest) -> Result<Json<Me>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Read, now)?;
    shape::me_of(&app, &guest).await.map(Json)
}

/// `POST /chat/v1/identify`: the shop vouches for its logged-in customer.
///
/// # Errors
/// 403 when the shop's token is refused.
pub async fn identify(
    State(app): State<App>,
    guest: Guest,
    vouched: Read<Vouched>,
) -> Result<Json<Welcome>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let verifier = app.lobby().verifier(guest.chat.record.id).ok_or_else(|| {
        Problem::forbidden(
            "this chat knows no key for customer tokens; set jwt_keys of the endpoint",
        )
    })?;
    let customer = verifier.verify(&vouched.value.token, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let bound = app
        .db()
        .write(move |tx| visitor::identify(tx, &setup, &visitor, &customer))
        .await?;
    Welcome::bound(&app, &guest.chat, bound).await.map(Json)
}

/// `POST /chat/v1/sign-out`: the visitor leaves; whoever comes next is somebody else.
///
/// # Errors
/// 401.
pub async fn sign_out(State(app): State<App>, guest: Guest) -> Result<Json<Welcome>, Problem> {
    let now = app.setup().clock.now();
    app.lobby()
        .count(guest.visitor.identifier, Effort::Code, now)?;
    let (setup, visitor) = (app.setup().clone(), guest.visitor);
    let arrived = app
        .db()
        .write(move |tx| visitor::sign_out(tx, &setup, &visitor))
        .await?;
    Welcome::arrived(&app, &guest.chat, arrived).await.map(Json)
}
