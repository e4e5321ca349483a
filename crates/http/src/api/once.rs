//! `Idempotency-Key`: a request sent again is answered, not done, again.

use crate::api::guard::Caller;
use crate::api::input::{parse, whole_body};
use crate::app::App;
use crate::problem::Problem;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use throughline_engine::Result;
use throughline_engine::access::idempotency::{Claim, claim, store};
use throughline_model::clock::Clock;
use throughline_storage::Tx;

/// The header that names a request.
pub const KEY_HEADER: &str = "idempotency-key";
/// The header that says that an answer was given before.
static REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The JSON body of a POST, and the means to do it once.
pub struct Posted<T> {
    /// What was sent.
    pub body: T,
    /// Does it once.
    pub once: Once,
}

impl<T: DeserializeOwned> FromRequest<App> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, app).await?;
        let mut once = Once::new(&caller, &parts.headers)?;
        let (headers, method, path) = (
            parts.headers.clone(),
            parts.method.clone(),
            parts.uri.path().to_owned(),
        );
        let bytes = whole_body(Request::from_parts(parts, body), app).await?;
        once.covers(&method, &path, &bytes);
        Ok(Self {
            body: parse(&headers, &bytes)?,
            once,
        })
    }
}

/// A request that is done once.
pub struct Once {
    actor: String,
    key: Option<String>,
    request_hash: String,
}

/// What became of it.
enum Outcome {
    Done(String),
    Before(Claim),
}

impl Once {
    /// Reads the key, if one was sent.
    ///
    /// # Errors
    /// A problem when it is no key.
    pub fn new(caller: &Caller, headers: &HeaderMap) -> Result<Self, Problem> {
        let key = headers.get(KEY_HEADER).map(|value| {
            let text = value.to_str().unwrap_or_default();
            let plain = text.chars().all(|c| c.is_ascii_graphic());
            match plain && (1..=200).contains(&text.len()) {
                true => Ok(text.to_owned()),
                false => Err(Problem::invalid(
                    "Idempotency-Key",
                    "use 1 to 200 ASCII characters without spaces",
                )),
            }
        });
        Ok(Self {
            actor: caller.actor(),
            key: key.transpose()?,
            request_hash: String::new(),
        })
    }

    /// Says which request the key stands for.
    pub fn covers(&mut self, method: &Method, path: &str, body: &[u8]) {
        let mut hash = Sha256::new();
        hash.update(method.as_str());
        hash.update([0]);
        hash.update(path);
        hash.update([0]);
        hash.update(body);
        self.request_hash = hex::encode(hash.finalize());
    }

    /// The key, if one was sent.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Does `work` and keeps its answer in one transaction, or gives the answer it had before.
    ///
    /// # Errors
    /// Those of `work`; 422 when the key has been used for another request, 409 while it is being worked on.
    pub async fn run<T, F>(
        self,
        app: &App,
        status: StatusCode,
        work: F,
    ) -> Result<Response, Problem>
    where
        T: Serialize + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        self.run_keeping(app, status, work, |_| {}).await
    }

    /// [`Once::run`] for an answer with a secret in it: `hide` takes the secret out before the answer is kept.
    ///
    /// # Errors
    /// As [`Once::run`].
    pub async fn run_keeping<T, F>(
        self,
        app: &App,
        status: StatusCode,
        mut work: F,
        hide: fn(&mut T),
    ) -> Result<Response, Problem>
    where
        T: Serialize + 'static,
        F: FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    {
        let clock = app.setup().clock.clone();
        let outcome = app
            .db()
            .write(move |tx| {
                if let Some(before) = self.claim(tx, &clock)? {
                    return Ok(Outcome::Before(before));
                }
                let mut done = work(tx)?;
                let answer = written(&done);
                if let Some(key) = &self.key {
                    hide(&mut done);
                    store(tx, &self.actor, key, status.as_u16(), &written(&done))?;
                }
                Ok::<_, throughline_engine::Error>(Outcome::Done(answer))
            })
            .await?;
        match outcome {
            Outcome::Done(body) => Ok(answer(status, body)),
            Outcome::Before(claim) => answered_before(claim),
        }
    }

    fn claim(&self, tx: &mut Tx<'_>, clock: &Clock) -> Result<Option<Claim>> {
        let Some(key) = &self.key else {
            return Ok(None);
        };
        let claim = claim(tx, clock, &self.actor, key, &self.request_hash)?;
        Ok((claim != Claim::Taken).then_some(claim))
    }
}

fn written<T: Serialize>(value: &T) -> String {
    // Our own answer types are plain data, which always has a JSON form.
    serde_json::to_string(value).unwrap_or_default()
}

fn answered_before(claim: Claim) -> Result<Response, Problem> {
    match claim {
        Claim::Answered { status, body } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let mut response = answer(status, body);
            response
                .headers_mut()
                .insert(REPLAYED.clone(), HeaderValue::from_static("true"));
            Ok(response)
        }
        Claim::OtherRequest => Err(Problem::invalid(
            "Idempotency-Key",
            "this key was used for another request; use a new key for every new request",
        )),
        Claim::InProgress | Claim::Taken => Err(Problem::new(
            StatusCode::CONFLICT,
            "conflict",
            "a request with this Idempotency-Key is being worked on; try again in a moment",
        )),
    }
}

fn answer(status: StatusCode, body: String) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(header::CONTENT_TYPE, json)], body).into_response()
}
