//! `POST /chat/v1/push` and `…/push/stop`: a browser is told of answers while the chat is closed, or no longer.

use super::guest::Guest;
use super::input::Read;
use super::lobby::Effort;
use super::settings::known;
use crate::app::{App, ConfiguredEndpoint};
use crate::problem::Problem;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::HashMap;
use throughline_config::Config;
use throughline_engine::push::{self, BrowserKeys, Chat, Place};
use throughline_model::channel::Channel;
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
    guest: Guest,
    wanted: Read<Subscribing>,
) -> Result<StatusCode, Problem> {
    let now = app.setup().clock.now();
    let visitor = guest.visitor.identifier;
    app.lobby().count(visitor, Effort::Code, now)?;
    if !is_offered(&guest.chat) {
        return Err(throughline_engine::Error::Conflict(
            "this chat tells nobody through their browser; see push in [endpoint.webchat.widget]"
                .to_owned(),
        )
        .into());
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
    let place = Place::find(app.outside()?, &endpoint, &keys).await?;
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

/// Whether visitors of a chat can be told through their browser.
pub fn is_offered(chat: &ConfiguredEndpoint) -> bool {
    let own = chat.config.webchat.as_ref();
    chat.record.channel == Channel::Webchat && own.is_none_or(|own| own.widget.push)
}

/// The chats whose visitors are told, with their names.
pub fn chats(config: &Config, endpoints: &[ConfiguredEndpoint]) -> HashMap<EndpointId, Chat> {
    let base = config.server.public_base();
    let told = endpoints.iter().filter(|one| is_offered(one));
    let named = told.map(|one| {
        let own = one.config.webchat.clone().unwrap_or_default();
        let others = own.widget.texts.into_iter();
        let chat = Chat {
            title: own.title,
            titles: others
                .filter_map(|texts| Some((texts.language, texts.title?)))
                .collect(),
            url: format!("{base}chat/{}", one.record.name),
        };
        (one.record.id, chat)
    });
    named.collect()
}
