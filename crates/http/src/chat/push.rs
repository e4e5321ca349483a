//! `POST /chat/v1/push` and `…/push/stop`: a browser is told of answers while the chat is closed, or no longer.

use super::guest::Guest;
use super::input::Read;
use super::lobby::Effort;
use super::look::look;
use super::settings::known;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::Problem;
use async_trait::async_trait;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use throughline_engine::Error;
use throughline_engine::push::{self, BrowserKeys, Chat, Chats, Place};
use throughline_model::id::EndpointId;

/// What a browser says of itself (`PushSubscription.toJSON()`), and the language it is told in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscribing {
    endpoint: String,
    keys: GivenKeys,
    #[serde(default, rename = "expirationTime")]
    _expiration_time: IgnoredAny,
    #[serde(default)]
    language: String,
}

/// What the browser reads by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenKeys {
    p256dh: String,
    auth: String,
}

/// Which browser.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stopping {
    endpoint: String,
}

/// `POST /chat/v1/push`: the visitor's browser is told of answers from now on. Said again, it is told once.
///
/// # Errors
/// 409 where nobody is told, 422 for an address we do not post to or keys that are none, 429.
pub async fn start(
    State(app): State<App>,
    ClientAddress(address): ClientAddress,
    guest: Guest,
    wanted: Read<Subscribing>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    app.lobby().count_address(address, now)?;
    let visitor = guest.visitor.identifier;
    app.lobby().count(visitor, Effort::Code, now)?;
    if !look(&app, &guest.chat).await.widget.push {
        let why = "this chat tells nobody through their browser; see push in docs/widget.md";
        return Err(Error::Conflict(why.to_owned()).into());
    }
    let Subscribing {
        endpoint,
        keys,
        language,
        ..
    } = wanted.value;
    let keys = BrowserKeys {
        p256dh: keys.p256dh,
        auth: keys.auth,
    };
    let place = Place::find(app.push_services()?, &endpoint, &keys).await?;
    let language = known([language.as_str()]).unwrap_or_default();
    let setup = app.setup().clone();
    app.db()
        .write(move |tx| push::subscribe(tx, &setup, visitor, &place, language))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /chat/v1/push/stop`: the browser is told no longer.
///
/// # Errors
/// 401, 429.
pub async fn stop(
    State(app): State<App>,
    guest: Guest,
    unwanted: Read<Stopping>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    let (visitor, url) = (guest.visitor.identifier, unwanted.value.endpoint);
    app.lobby().count(visitor, Effort::Sign, now)?;
    app.db()
        .write(move |tx| push::unsubscribe(tx, visitor, &url))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The chats of this server, for those who tell of their answers.
pub struct OwnChats(pub App);

#[async_trait]
impl Chats for OwnChats {
    async fn chat(&self, endpoint: EndpointId, language: &str) -> Option<Chat> {
        let Self(app) = self;
        let chat = app.endpoints().find(|one| one.record.id == endpoint)?;
        let look = look(app, chat).await;
        let mut texts = look.widget.texts.into_iter();
        let own = texts.find(|one| one.language == language);
        look.widget.push.then(|| Chat {
            title: own.and_then(|own| own.title).unwrap_or(look.title),
            url: format!(
                "{}chat/{}",
                app.config().server.public_base(),
                chat.record.name
            ),
        })
    }
}
