//! The cookie that holds a session.

use crate::app::App;
use axum::http::{HeaderMap, HeaderValue, header};
use throughline_engine::access::session::NewSession;

/// The prefix makes browsers insist on `Secure`, this very host and no other path.
const ENCRYPTED: &str = "__Host-throughline_session";
/// Over plain HTTP, on one's own machine, browsers refuse that prefix.
const PLAIN: &str = "throughline_session";

fn is_encrypted(app: &App) -> bool {
    app.config().server.public_base().starts_with("https:")
}

/// The `Set-Cookie` that hands a session out.
pub fn give(app: &App, session: &NewSession) -> Option<HeaderValue> {
    let left_s = (session.expires_at - app.setup().clock.now()).max(0) / 1000;
    written(app, &session.secret, left_s)
}

/// The `Set-Cookie` that takes it away.
pub fn take(app: &App) -> Option<HeaderValue> {
    written(app, "", 0)
}

fn written(app: &App, value: &str, max_age_s: i64) -> Option<HeaderValue> {
    let (name, secure) = match is_encrypted(app) {
        true => (ENCRYPTED, "; Secure"),
        false => (PLAIN, ""),
    };
    let text =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}");
    HeaderValue::from_str(&text).ok()
}

/// The secret of the session that a request brings along.
pub fn session_secret(app: &App, headers: &HeaderMap) -> Option<String> {
    let wanted = match is_encrypted(app) {
        true => ENCRYPTED,
        false => PLAIN,
    };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == wanted && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}
