//! Calls to places that others name: subscribers' webhooks, media at a provider, push services of browsers.
//!
//! Whoever can make us call a URL must not reach what only we can reach (server-side request forgery). So
//! [`Outside`] judges the URL as written, resolves the name itself, refuses every address that is not on the
//! public internet, connects to exactly the addresses it judged, goes through no proxy, follows a redirect only
//! after judging it the same way, sends credentials to no host but the one they are for, and stops reading at a
//! limit of bytes and of time.

mod error;
mod file;
mod resolve;
mod target;

pub use error::{FetchError, Refused};
pub use file::{Credential, Credentials, FetchFiles};
pub use resolve::{Resolver, SystemResolver};
pub use target::Reach;

use bytes::{Bytes, BytesMut};
use reqwest::header::{HeaderMap, LOCATION, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use resolve::{Guard, ResolveError};
use std::sync::Arc;
use std::time::Duration;
use target::host_name;
use throughline_model::clock::Millis;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use url::{Host, Url};

/// So many redirects are followed, each judged anew.
const MAX_REDIRECTS: usize = 3;
/// What we call ourselves.
const USER_AGENT: &str = concat!("Throughline/", env!("CARGO_PKG_VERSION"));

/// The way to the outside; cheap to clone.
#[derive(Clone)]
pub struct Outside {
    client: Client,
    guard: Guard,
}

/// How much of the outside's time and bytes one call may take.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// From the first look at the name to the last byte, redirects included, in milliseconds.
    pub timeout_ms: u64,
    /// The most bytes read of the answer's body.
    pub max_bytes: usize,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as far as it was read.
    pub body: Bytes,
}

impl Answer {
    /// For how long whoever answered asks to be left alone (`Retry-After`), in milliseconds from `now`.
    pub fn asked_ms(&self, now: Millis) -> Option<i64> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        let asked = match value.parse::<i64>() {
            Ok(seconds) => seconds.saturating_mul(1000),
            Err(_) => {
                let until = OffsetDateTime::parse(value, &Rfc2822).ok()?;
                until.unix_timestamp().saturating_mul(1000) - now
            }
        };
        Some(asked.max(0))
    }
}

impl Outside {
    /// A way to the outside that goes as far as `reach` allows.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(reach: Reach) -> Result<Self, FetchError> {
        Self::with_resolver(reach, Arc::new(SystemResolver))
    }

    /// [`Outside::new`] with another way to look up names.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn with_resolver(reach: Reach, resolver: Arc<dyn Resolver>) -> Result<Self, FetchError> {
        let guard = Guard {
            resolver,
            reach: Arc::new(reach),
        };
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .dns_resolver(Arc::new(guard.clone()))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(Duration::from_secs(10))
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(4)
            .user_agent(USER_AGENT)
            .build()
            .map_err(FetchError::of)?;
        Ok(Self { client, guard })
    }

    /// The URL that `text` spells, when it and everything its name leads to now is a place we go to.
    ///
    /// # Errors
    /// [`FetchError::Refused`] for another place, [`FetchError::Broken`] when the name is not found.
    pub async fn check(&self, text: &str) -> Result<Url, FetchError> {
        let url = self.guard.reach.check(text)?;
        if let Some(Host::Domain(_)) = url.host() {
            match self.guard.addresses(&host_name(&url)).await {
                Ok(_) => {}
                Err(ResolveError::Refused(refused)) => return Err(refused.into()),
                Err(ResolveError::Unknown(why)) => return Err(FetchError::Broken(why)),
            }
        }
        Ok(url)
    }

    /// Posts `body` and reads the beginning of the answer: what is beyond `bounds.max_bytes` is left unread. A
    /// redirect is an answer like any other and not followed.
    ///
    /// # Errors
    /// [`FetchError`] when there was no answer.
    pub async fn post(
        &self,
        url: &str,
        headers: HeaderMap,
        body: Bytes,
        bounds: Bounds,
    ) -> Result<Answer, FetchError> {
        let exchange = async {
            let url = self.guard.reach.check(url)?;
            let request = self.client.post(url).headers(headers).body(body);
            let mut response = request.send().await.map_err(FetchError::of)?;
            // The status counts, even when the body breaks off.
            let body = beginning(&mut response, bounds.max_bytes).await;
            Ok(Answer {
                status: response.status(),
                headers: response.headers().clone(),
                body,
            })
        };
        within(bounds, exchange).await
    }

    /// Gets what is at `url`, following a few redirects. `credential` goes to its own host over HTTPS (or to
    /// where [`Reach`] allows plain HTTP) and nowhere else.
    ///
    /// # Errors
    /// [`FetchError`] when there was no answer, or one larger than `bounds.max_bytes`.
    pub async fn get(
        &self,
        url: &str,
        credential: Option<&Credential>,
        bounds: Bounds,
    ) -> Result<Answer, FetchError> {
        let exchange = async {
            let mut url = self.guard.reach.check(url)?;
            for _ in 0..=MAX_REDIRECTS {
                let request = with_credential(self.client.get(url.clone()), &url, credential);
                let response = request.send().await.map_err(FetchError::of)?;
                match moved_to(&url, &response)? {
                    Some(next) => {
                        self.guard.reach.check_url(&next)?;
                        url = next;
                    }
                    None => return whole(response, bounds.max_bytes).await,
                }
            }
            Err(FetchError::Broken(format!(
                "redirected more than {MAX_REDIRECTS} times"
            )))
        };
        within(bounds, exchange).await
    }
}

fn tls() -> Result<rustls::ClientConfig, FetchError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| FetchError::Broken(format!("TLS cannot be set up: {error}")))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

async fn within<T>(
    bounds: Bounds,
    exchange: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    let timeout = Duration::from_millis(bounds.timeout_ms);
    tokio::time::timeout(timeout, exchange)
        .await
        .unwrap_or(Err(FetchError::TooSlow {
            timeout_ms: bounds.timeout_ms,
        }))
}

fn with_credential(
    request: RequestBuilder,
    url: &Url,
    credential: Option<&Credential>,
) -> RequestBuilder {
    match credential {
        Some(credential) if credential.is_for(url) => {
            request.basic_auth(&credential.user, Some(&credential.password))
        }
        _ => request,
    }
}

/// Where a redirect leads; none when it is no redirect.
fn moved_to(from: &Url, response: &Response) -> Result<Option<Url>, FetchError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    response
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| from.join(location).ok())
        .map(Some)
        .ok_or_else(|| FetchError::Broken("a redirect that leads nowhere".to_owned()))
}

/// The whole body, never holding more than `limit` bytes of it.
async fn whole(mut response: Response, limit: usize) -> Result<Answer, FetchError> {
    let too_large = FetchError::TooLarge { limit };
    if response
        .content_length()
        .is_some_and(|announced| announced > limit as u64)
    {
        return Err(too_large);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(FetchError::of)? {
        if body.len() + chunk.len() > limit {
            return Err(too_large);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: body.freeze(),
    })
}

/// The first `limit` bytes of the body.
async fn beginning(response: &mut Response, limit: usize) -> Bytes {
    let mut body = BytesMut::new();
    while body.len() < limit {
        let Ok(Some(chunk)) = response.chunk().await else {
            break;
        };
        body.extend_from_slice(&chunk[..chunk.len().min(limit - body.len())]);
    }
    body.freeze()
}
