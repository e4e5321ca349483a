//! The page on which somebody plays a customer.

use super::letter::Letter;
use super::view::{self, Identity};
use super::{Outside, mail_server, phone_company};
use axum::extract::{Form, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// Nothing but our own script and style runs, and nobody frames the page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// How long a page is kept waiting for news.
const LOOK_AGAIN: Duration = Duration::from_secs(25);

/// The page and what it needs.
pub fn router(outside: Outside) -> Router {
    Router::new()
        .route("/", get(show))
        .route("/texts", post(write_text))
        .route("/mails", post(write_mail))
        .route("/age", get(age))
        .route("/page.css", get(style))
        .route("/page.js", get(script))
        .with_state(outside)
}

/// Pages of other sites get nothing: neither under another name that leads here, nor by a form sent here.
pub async fn only_here(State(outside): State<Outside>, request: Request, next: Next) -> Response {
    if is_foreign(&outside, request.headers()) {
        return (
            StatusCode::FORBIDDEN,
            "open this page under its own address\n",
        )
            .into_response();
    }
    next.run(request).await
}

fn is_foreign(outside: &Outside, headers: &HeaderMap) -> bool {
    let own = [
        outside.page.to_string(),
        format!("localhost:{}", outside.page.port()),
    ];
    let text = |name| {
        headers
            .get(name)
            .map(|value| value.to_str().unwrap_or_default())
    };
    let host = text(header::HOST).unwrap_or_default();
    let by_own_page = |origin: &str| origin.strip_prefix("http://") == Some(host);
    !own.iter().any(|own| own == host) || !text(header::ORIGIN).is_none_or(by_own_page)
}

async fn show(State(outside): State<Outside>, Query(wanted): Query<view::Wanted>) -> Response {
    let who = Identity::of(&wanted, &outside.people);
    page(view::page(&outside, &who))
}

/// A text message a customer writes.
#[derive(Deserialize)]
struct WrittenText {
    #[serde(flatten)]
    who: Identity,
    text: String,
}

async fn write_text(State(outside): State<Outside>, Form(written): Form<WrittenText>) -> Response {
    let text = written.text.trim();
    if text.is_empty() {
        return failed(&written.who, "The message is empty.");
    }
    let sent = phone_company::send(&outside, &written.who.phone, text).await;
    done(&written.who, "phone", sent)
}

/// A mail a customer writes.
#[derive(Deserialize)]
struct WrittenMail {
    #[serde(flatten)]
    who: Identity,
    #[serde(default)]
    subject: String,
    text: String,
    /// The Message-ID of the mail it answers.
    #[serde(default)]
    answers: String,
    /// Set when somebody else writes it under this address.
    #[serde(default)]
    forged: Option<String>,
}

async fn write_mail(State(outside): State<Outside>, Form(written): Form<WrittenMail>) -> Response {
    if written.text.trim().is_empty() {
        return failed(&written.who, "The mail is empty.");
    }
    let sent = mail_server::send(&outside, letter(&outside, &written)).await;
    done(&written.who, "mailbox", sent)
}

fn letter(outside: &Outside, written: &WrittenMail) -> Letter {
    let mailbox = written.who.mailbox.trim().to_lowercase();
    let answered = outside.world.mail(&mailbox, &written.answers);
    let mut references = answered
        .as_ref()
        .map(|mail| mail.references.clone())
        .unwrap_or_default();
    references.extend(answered.as_ref().map(|mail| mail.message_id.clone()));
    let subject = match &answered {
        Some(mail) if mail.subject.to_lowercase().starts_with("re:") => mail.subject.clone(),
        Some(mail) => format!("Re: {}", mail.subject),
        None => written.subject.trim().to_owned(),
    };
    let to_shop = answered.as_ref().filter(|mail| mail.from_shop);
    let domain = mailbox
        .rsplit_once('@')
        .map_or("outside.example", |(_, domain)| domain);
    Letter {
        name: written.who.name.clone(),
        from: mailbox.clone(),
        to: to_shop.map_or_else(
            || outside.shop.mail_address.clone(),
            |mail| mail.answer_to.clone(),
        ),
        subject,
        text: written.text.replace("\r\n", "\n").trim().to_owned(),
        quoted: answered.as_ref().map(|mail| mail.text.clone()),
        message_id: format!("{}@{domain}", Uuid::new_v4()),
        references,
        at: outside.clock.now(),
        forged: written.forged.is_some(),
    }
}

/// What the page shows.
#[derive(Deserialize)]
struct Shown {
    after: u64,
}

/// How much has happened: as soon as it is more than the page shows, or after a while.
async fn age(State(outside): State<Outside>, Query(shown): Query<Shown>) -> Response {
    let mut age = outside.world.age();
    let news = age.wait_for(|age| *age != shown.after);
    // Either way the answer is the age, so why the wait ended does not matter.
    drop(
        tokio::time::timeout(LOOK_AGAIN, news)
            .await
            .map(|found| found.map(drop)),
    );
    let age = *age.borrow();
    (
        [(header::CACHE_CONTROL, "no-store")],
        Json(json!({ "age": age })),
    )
        .into_response()
}

async fn style() -> Response {
    (
        [(header::CONTENT_TYPE, "text/css; charset=utf-8")],
        include_str!("page.css"),
    )
        .into_response()
}

async fn script() -> Response {
    (
        [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")],
        include_str!("page.js"),
    )
        .into_response()
}

fn done(who: &Identity, place: &str, sent: Result<(), String>) -> Response {
    match sent {
        // Seen again after a reload, the page shows what was sent instead of sending it again.
        Ok(()) => Redirect::to(&format!("{}#{place}", who.link())).into_response(),
        Err(why) => failed(who, &why),
    }
}

fn failed(who: &Identity, why: &str) -> Response {
    (StatusCode::BAD_GATEWAY, page(view::failure(who, why))).into_response()
}

fn page(html: String) -> Response {
    let mut headers = HeaderMap::new();
    let values = [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
    ];
    headers.extend(values.map(|(name, value)| (name, header::HeaderValue::from_static(value))));
    (headers, Html(html)).into_response()
}
