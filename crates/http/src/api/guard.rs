//! The guard in front of every route of the API: who is this, may they, how often.
//!
//! What a route needs stands beside it in the OpenAPI document, as `x-permission`: one of the words of [`Permission`],
//! or `none` where nobody has to be logged in. A route without that word is not reachable.

use crate::api::cookie;
use crate::app::App;
use crate::client::ClientAddress;
use crate::problem::{self, Problem};
use axum::extract::{ConnectInfo, FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use throughline_engine::access::{Permission, Principal, Verdict, session, token};
use throughline_engine::conversation::Author;
use throughline_model::id::MemberId;
use utoipa::openapi::path::{HttpMethod, PathItem};

/// The header that proves that a change comes from our own pages.
pub const CSRF_HEADER: &str = "x-csrf-token";
/// The name under which a route declares what it needs.
pub const DECLARATION: &str = "x-permission";

/// Who asks, on a route that needs a permission.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who it is.
    pub principal: Principal,
    credential: Credential,
}

/// What the caller showed.
#[derive(Clone, Debug)]
enum Credential {
    Token(String),
    Cookie { secret: String, csrf: String },
}

impl Caller {
    /// How assertions, audit rows and stored answers name them.
    pub fn actor(&self) -> String {
        self.principal.actor()
    }

    /// The member who asks.
    ///
    /// # Errors
    /// 403 for a program: it is nobody's colleague.
    pub fn member(&self) -> Result<MemberId, Problem> {
        self.principal
            .member()
            .ok_or_else(|| Problem::forbidden("only a logged-in member has this; a token does not"))
    }

    /// How the timeline names them.
    pub fn author(&self) -> Author {
        self.principal.author()
    }

    /// Whether what they showed still counts, and they still may. Streams ask this now and then.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn still_may(&self, app: &App, permission: Permission) -> Result<bool, Problem> {
        let found = look_up(app, self.credential.clone()).await?;
        Ok(found.is_some_and(|caller| caller.principal.permits(permission)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| Problem::unauthenticated("log in, or send an API token"))
    }
}

/// What a route needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Permission(Permission),
}

/// Knows what every route needs.
#[derive(Clone)]
pub struct Guard {
    app: App,
    needs: Arc<HashMap<String, Vec<(Method, Need)>>>,
}

impl Guard {
    /// A guard for the routes of `document`.
    pub fn new(app: App, document: &utoipa::openapi::OpenApi) -> Self {
        let needs = document
            .paths
            .paths
            .iter()
            .map(|(path, item)| (path.clone(), needs(item)))
            .collect();
        Self {
            app,
            needs: Arc::new(needs),
        }
    }

    fn need(&self, request: &Request) -> Result<Need, Problem> {
        let path = request.extensions().get::<MatchedPath>();
        let Some(declared) = path.and_then(|path| self.needs.get(path.as_str())) else {
            return Err(problem::no_such_page());
        };
        let method = match request.method() {
            &Method::HEAD => &Method::GET,
            method => method,
        };
        match declared.iter().find(|(one, _)| one == method) {
            Some((_, need)) => Ok(*need),
            None => Err(problem::no_such_method()),
        }
    }
}

fn needs(item: &PathItem) -> Vec<(Method, Need)> {
    operations(item)
        .into_iter()
        .filter_map(|(method, operation)| {
            let extensions = operation.extensions.as_ref()?;
            let need = match extensions.get(DECLARATION)?.as_str()? {
                "none" => Need::Nothing,
                word => Need::Permission(word.parse().ok()?),
            };
            let method = Method::from_bytes(method_name(&method).as_bytes()).ok()?;
            Some((method, need))
        })
        .collect()
}

/// The operations of one path.
pub fn operations(item: &PathItem) -> Vec<(HttpMethod, &utoipa::openapi::path::Operation)> {
    [
        (HttpMethod::Get, &item.get),
        (HttpMethod::Post, &item.post),
        (HttpMethod::Put, &item.put),
        (HttpMethod::Patch, &item.patch),
        (HttpMethod::Delete, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
    .collect()
}

fn method_name(method: &HttpMethod) -> &'static str {
    match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
        HttpMethod::Options => "OPTIONS",
        HttpMethod::Head => "HEAD",
        HttpMethod::Patch => "PATCH",
        HttpMethod::Trace => "TRACE",
    }
}

/// Lets a request through to its handler, or answers it.
pub async fn guard(State(guard): State<Guard>, request: Request, next: Next) -> Response {
    let need = match guard.need(&request) {
        Ok(need) => need,
        Err(problem) => return problem.into_response(),
    };
    let (parts, body) = request.into_parts();
    let admitted = admit(&guard.app, need, &parts).await;
    let mut request = Request::from_parts(parts, body);
    let (verdict, outcome) = match admitted {
        Ok(admitted) => admitted,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match outcome {
        Ok(caller) => {
            if let Some(caller) = caller {
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    if let Some(verdict) = verdict {
        tell_limit(response.headers_mut(), verdict);
    }
    response
}

/// Lets a request through to [`crate::mcp`] when it shows an API token that counts. What it asks for becomes requests
/// to this API, with the caller it came from, and [`guard`] decides about each.
pub async fn identify(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let shown = shown_token(&parts.headers);
    let showed_something = shown.is_some();
    let (found, verdict) = match count(&app, shown, &parts).await {
        Ok(counted) => counted,
        Err(problem) => return problem.into_response(),
    };
    let mut response = match (verdict.allowed, found) {
        (false, _) => Problem::too_many(verdict.reset_ms).into_response(),
        (true, None) => {
            let mut response = unknown(showed_something).into_response();
            let scheme = HeaderValue::from_static("Bearer");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, scheme);
            response
        }
        (true, Some(caller)) => {
            let mut request = Request::from_parts(parts, body);
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    tell_limit(response.headers_mut(), verdict);
    response
}

/// What counting said, where this request was counted here; and whether it may go on.
type Admitted = (Option<Verdict>, Result<Option<Caller>, Problem>);

/// Counts the request against its caller's limit and decides whether it may go on.
async fn admit(app: &App, need: Need, request: &Parts) -> Result<Admitted, Problem> {
    // Only `identify` puts a caller there: no header becomes an extension.
    if let Some(caller) = request.extensions.get::<Caller>() {
        return Ok((None, decide(need, Some(caller.clone()), true, request)));
    }
    let shown = shown(app, &request.headers, need);
    let showed_something = shown.is_some();
    let (found, verdict) = count(app, shown, request).await?;
    let outcome = match verdict.allowed {
        true => decide(need, found, showed_something, request),
        false => Err(Problem::too_many(verdict.reset_ms)),
    };
    Ok((Some(verdict), outcome))
}

/// Who it is, and what their limit says; one who is nobody is counted by address.
async fn count(
    app: &App,
    shown: Option<Credential>,
    request: &Parts,
) -> Result<(Option<Caller>, Verdict), Problem> {
    let found = match shown {
        Some(credential) => look_up(app, credential).await?,
        None => None,
    };
    let counted = match &found {
        Some(caller) => caller.actor(),
        None => format!("address:{}", client(app, request).counted()),
    };
    let verdict = app.api_limit().take(&counted, app.setup().clock.now());
    Ok((found, verdict))
}

fn decide(
    need: Need,
    found: Option<Caller>,
    showed_something: bool,
    request: &Parts,
) -> Result<Option<Caller>, Problem> {
    let changes = !matches!(request.method, Method::GET | Method::HEAD);
    let headers = &request.headers;
    if changes
        && headers
            .get("sec-fetch-site")
            .is_some_and(|site| site == "cross-site")
    {
        return Err(Problem::forbidden(
            "this change was asked for by the page of another site",
        ));
    }
    let Need::Permission(permission) = need else {
        return Ok(None);
    };
    let Some(caller) = found else {
        return Err(unknown(showed_something));
    };
    if let (Credential::Cookie { csrf, .. }, true) = (&caller.credential, changes) {
        check_csrf(headers, csrf)?;
    }
    caller.principal.require(permission)?;
    Ok(Some(caller))
}

fn unknown(showed_something: bool) -> Problem {
    Problem::unauthenticated(if showed_something {
        "this session or token is unknown, expired or revoked; log in again, or make another token"
    } else {
        "log in, or send an API token as 'Authorization: Bearer …'"
    })
}

fn check_csrf(headers: &HeaderMap, expected: &str) -> Result<(), Problem> {
    let sent = headers
        .get(CSRF_HEADER)
        .map_or(&b""[..], HeaderValue::as_bytes);
    if bool::from(sent.ct_eq(expected.as_bytes())) {
        return Ok(());
    }
    Err(Problem::forbidden(format!(
        "a change made with a session needs the header {CSRF_HEADER} with the value that GET /api/v1/session gives"
    )))
}

/// A token goes before a cookie. Where nobody has to be logged in, nothing is looked up.
fn shown(app: &App, headers: &HeaderMap, need: Need) -> Option<Credential> {
    if need == Need::Nothing {
        return None;
    }
    if let Some(token) = shown_token(headers) {
        return Some(token);
    }
    let secret = cookie::session_secret(app, headers)?;
    Some(Credential::Cookie {
        secret,
        csrf: String::new(),
    })
}

fn shown_token(headers: &HeaderMap) -> Option<Credential> {
    let text = headers.get(header::AUTHORIZATION)?.to_str();
    let secret = match text.unwrap_or_default().split_once(' ') {
        Some((scheme, secret)) if scheme.eq_ignore_ascii_case("bearer") => secret.trim(),
        _ => "",
    };
    Some(Credential::Token(secret.to_owned()))
}

async fn look_up(app: &App, credential: Credential) -> Result<Option<Caller>, Problem> {
    let clock = app.setup().clock.clone();
    let found = app
        .db()
        .read(move |tx| {
            Ok::<_, throughline_engine::Error>(match &credential {
                Credential::Token(secret) => {
                    token::find(tx, &clock, secret)?.map(|principal| Caller {
                        principal,
                        credential: credential.clone(),
                    })
                }
                Credential::Cookie { secret, .. } => {
                    session::find(tx, &clock, secret)?.map(|session| Caller {
                        principal: session.principal(),
                        credential: Credential::Cookie {
                            secret: secret.clone(),
                            csrf: session.csrf,
                        },
                    })
                }
            })
        })
        .await?;
    Ok(found)
}

fn client(app: &App, request: &Parts) -> ClientAddress {
    let connection = request
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map(|info| info.0);
    ClientAddress::of(&app.config().server, connection, &request.headers)
}

/// `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds), as draft-ietf-httpapi-ratelimit-headers-05 has them.
fn tell_limit(headers: &mut HeaderMap, verdict: Verdict) {
    let seconds = (verdict.reset_ms.max(0) as u64).div_ceil(1000);
    for (name, value) in [
        ("ratelimit-limit", u64::from(verdict.limit)),
        ("ratelimit-remaining", u64::from(verdict.remaining)),
        ("ratelimit-reset", seconds),
    ] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from(value));
    }
}
