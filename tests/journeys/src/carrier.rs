//! The other end of text messages: a scripted provider on Twilio's contract. It takes messages, lists them, counts
//! how often each delivery reached it, and misbehaves on request.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use throughline_channels::sms::{Secret, form, signature};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::form_urlencoded;
use uuid::Uuid;

/// The account every test has with the carrier.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
/// That account's token.
pub const AUTH_TOKEN: &str = "carrier-token-of-the-tests";
/// The shop's number.
pub const NUMBER: &str = "+4930123456";

/// How the carrier answers one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes it.
    Takes,
    /// Takes it and answers 500: nobody can know.
    TakesAndFails,
    /// Takes it and never answers.
    TakesAndHangs,
    /// Answers 500 without having taken it.
    Fails,
    /// Answers 429: come back in a second.
    Busy,
    /// Answers 400: never.
    Refuses,
}

/// A message the carrier took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its id there.
    pub sid: String,
    /// Whom it is for.
    pub to: String,
    /// Whom it is from.
    pub from: String,
    /// Its text.
    pub text: String,
    /// The delivery its status callback names.
    pub delivery: Option<Uuid>,
    /// The status callback.
    pub callback: Option<String>,
    /// Where its files are.
    pub media: Vec<String>,
    at: OffsetDateTime,
}

/// The carrier; stops taking messages when it is dropped.
pub struct Carrier {
    /// Where its API is.
    pub address: SocketAddr,
    office: Arc<Office>,
    serving: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Office {
    taken: Mutex<Vec<Taken>>,
    moods: Mutex<VecDeque<Mood>>,
}

impl Carrier {
    /// Opens the carrier on a port of its own.
    pub async fn open() -> Self {
        let office = Arc::new(Office::default());
        let path = format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json");
        let router = Router::new()
            .route(&path, post(take).get(list))
            .with_state(Arc::clone(&office));
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let serving = tokio::spawn(async move { axum::serve(socket, router).await.unwrap() });
        Self {
            address,
            office,
            serving,
        }
    }

    /// The URL of its API.
    pub fn api_base(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The next messages are answered like this, one after the other; those after them are taken.
    pub fn answers_next(&self, moods: impl IntoIterator<Item = Mood>) {
        self.office.moods.lock().unwrap().extend(moods);
    }

    /// Every message taken so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.office.taken.lock().unwrap().clone()
    }

    /// How often each delivery was taken.
    pub fn count_by_delivery(&self) -> HashMap<Uuid, usize> {
        let mut count = HashMap::new();
        for taken in self.office.taken.lock().unwrap().iter() {
            if let Some(delivery) = taken.delivery {
                *count.entry(delivery).or_default() += 1;
            }
        }
        count
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The form and the signature of a webhook the carrier sends to `url`.
pub fn signed_webhook(url: &str, pairs: &[(&str, &str)]) -> (String, String) {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let form = form::Form::parse(body.as_bytes()).unwrap();
    let signature = signature::compute(&Secret::new(AUTH_TOKEN), url, &form);
    (body, signature)
}

type Pairs = Vec<(String, String)>;

async fn take(
    State(office): State<Arc<Office>>,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Response {
    if !headers.contains_key(header::AUTHORIZATION) {
        return refusal(StatusCode::UNAUTHORIZED, 20003, "Authenticate");
    }
    let mood = office.moods.lock().unwrap().pop_front();
    match mood.unwrap_or(Mood::Takes) {
        Mood::Takes => (StatusCode::CREATED, Json(resource(&office.keep(&pairs)))).into_response(),
        Mood::TakesAndFails => {
            office.keep(&pairs);
            refusal(
                StatusCode::INTERNAL_SERVER_ERROR,
                20500,
                "Internal Server Error",
            )
        }
        Mood::TakesAndHangs => {
            office.keep(&pairs);
            std::future::pending().await
        }
        Mood::Fails => refusal(
            StatusCode::INTERNAL_SERVER_ERROR,
            20500,
            "Internal Server Error",
        ),
        Mood::Busy => {
            let mut busy = refusal(StatusCode::TOO_MANY_REQUESTS, 20429, "Too Many Requests");
            busy.headers_mut().insert(header::RETRY_AFTER, 1.into());
            busy
        }
        Mood::Refuses => refusal(StatusCode::BAD_REQUEST, 21211, "Invalid 'To' Phone Number"),
    }
}

async fn list(
    State(office): State<Arc<Office>>,
    Query(query): Query<HashMap<String, String>>,
) -> Json<Value> {
    let fits = |name: &str, value: &String| query.get(name).is_none_or(|wanted| wanted == value);
    let messages: Vec<Value> = office
        .taken
        .lock()
        .unwrap()
        .iter()
        .filter(|taken| fits("To", &taken.to) && fits("From", &taken.from))
        .map(resource)
        .collect();
    Json(json!({ "messages": messages, "next_page_uri": null }))
}

impl Office {
    fn keep(&self, pairs: &Pairs) -> Taken {
        let value = |name: &str| {
            let pair = pairs.iter().find(|(key, _)| key == name);
            pair.map(|(_, value)| value.clone())
        };
        let callback = value("StatusCallback");
        let delivery = callback.as_deref().and_then(|callback| {
            let (_, id) = callback.split_once("delivery=")?;
            id.parse().ok()
        });
        let taken = Taken {
            sid: format!("SM{}", Uuid::new_v4().simple()),
            to: value("To").unwrap_or_default(),
            from: value("From").unwrap_or_default(),
            text: value("Body").unwrap_or_default(),
            delivery,
            callback,
            media: pairs
                .iter()
                .filter(|(key, _)| key == "MediaUrl")
                .map(|(_, url)| url.clone())
                .collect(),
            at: OffsetDateTime::now_utc(),
        };
        self.taken.lock().unwrap().push(taken.clone());
        taken
    }
}

fn resource(taken: &Taken) -> Value {
    json!({
        "sid": taken.sid,
        "to": taken.to,
        "from": taken.from,
        "body": taken.text,
        "direction": "outbound-api",
        "status": "queued",
        "num_segments": "1",
        "num_media": "0",
        "date_created": taken.at.format(&Rfc2822).unwrap(),
    })
}

fn refusal(status: StatusCode, code: u32, message: &str) -> Response {
    let body = json!({ "code": code, "message": message, "status": status.as_u16() });
    (status, Json(body)).into_response()
}
