//! Who a request of the chat comes from, and whether the page it comes from may ask.

use super::input::bearer;
use crate::app::{App, ConfiguredEndpoint};
use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use throughline_engine::Setup;
use throughline_engine::visitor::{self, Visitor};
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_storage::Tx;
use url::Url;

/// A visitor with a token that counts, on a page that may embed their chat.
pub struct Guest {
    /// Who.
    pub visitor: Visitor,
    /// The chat they came to.
    pub chat: ConfiguredEndpoint,
    /// What they showed.
    pub token: String,
}

impl FromRequestParts<App> for Guest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let looked = Self::and(app, &parts.headers, |_, _, _| Ok(())).await?;
        Ok(looked.0)
    }
}

/// A guest, and how well they are proven where they write.
pub struct KnownGuest {
    /// Who.
    pub guest: Guest,
    /// How well proven.
    pub assurance: Assurance,
}

impl FromRequestParts<App> for KnownGuest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let (guest, assurance) = Guest::and(app, &parts.headers, visitor::assurance_here).await?;
        Ok(Self { guest, assurance })
    }
}

impl Guest {
    /// Who asks, together with what `look` finds out about them, in one reading of the database.
    ///
    /// # Errors
    /// 401 for a token that does not count, 403 for a page that may not use the chat, and those of `look`.
    async fn and<T: Send + 'static>(
        app: &App,
        headers: &HeaderMap,
        look: impl Fn(&mut Tx<'_>, &Setup, &Visitor) -> throughline_engine::Result<T> + Send + 'static,
    ) -> Result<(Self, T), Problem> {
        let refused = || {
            Problem::unauthenticated(
                "the visitor token is missing or counts no more; ask for a new one at POST /chat/v1/visitors",
            )
        };
        let token = bearer(headers).ok_or_else(refused)?.to_owned();
        let (setup, terms) = (app.setup().clone(), app.lobby().terms().clone());
        let shown = token.clone();
        let (visitor, found) = app
            .db()
            .read(move |tx| {
                let Some(visitor) = visitor::open(tx, &setup, &terms, &shown)? else {
                    return Ok(None);
                };
                let found = look(tx, &setup, &visitor)?;
                Ok::<_, throughline_engine::Error>(Some((visitor, found)))
            })
            .await?
            .ok_or_else(refused)?;
        let chat = app
            .endpoint_by_id(visitor.endpoint)
            .filter(|one| one.record.channel == Channel::Webchat)
            .ok_or_else(refused)?
            .clone();
        check_origin(app, &chat, headers)?;
        let guest = Self {
            visitor,
            chat,
            token,
        };
        Ok((guest, found))
    }
}

/// A browser says which page a request comes from. Only our own page and those the endpoint allows may use it.
///
/// # Errors
/// A 403 that says what to configure.
pub fn check_origin(
    app: &App,
    chat: &ConfiguredEndpoint,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
    let allowed = origin.is_some_and(|origin| {
        let embedding = chat.config.webchat.as_ref();
        let listed = embedding.is_some_and(|chat| {
            chat.allowed_origins
                .iter()
                .any(|one| one.origin() == origin.origin())
        });
        listed || is_own(app, &origin, headers)
    });
    match allowed {
        true => Ok(()),
        false => Err(Problem::forbidden(
            "this page may not use the chat; add its origin to allowed_origins of the endpoint",
        )),
    }
}

/// The page is one of ours, by the address it is known under or the one this very request went to.
fn is_own(app: &App, origin: &Url, headers: &HeaderMap) -> bool {
    let public = Url::parse(&app.config().server.public_base());
    if public.is_ok_and(|public| public.origin() == origin.origin()) {
        return true;
    }
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let named = match (origin.host_str(), origin.port()) {
        (Some(name), Some(port)) => format!("{name}:{port}"),
        (Some(name), None) => name.to_owned(),
        (None, _) => return false,
    };
    host.is_some_and(|host| host.eq_ignore_ascii_case(&named))
}
