//! Requests to HTTP services, and the client they all go through.

use super::reach::InternetOnly;
use crate::catalog::{Idempotency, Key, ServicePlace, Tool};
use crate::openapi::Operation;
use crate::schema::ArgumentProblem;
use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, ClientBuilder, Request, Url};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

/// What we call ourselves.
const USER_AGENT: &str = concat!("Throughline/", env!("CARGO_PKG_VERSION"));

/// The two ways out.
#[derive(Clone)]
pub(super) struct Clients {
    internet: Client,
    anywhere: Client,
}

impl Clients {
    pub(super) fn new() -> Result<Self, String> {
        let built = |builder: ClientBuilder| builder.build().map_err(|error| error.to_string());
        Ok(Self {
            internet: built(client()?.dns_resolver(InternetOnly))?,
            anywhere: built(client()?)?,
        })
    }

    /// The one for a service at `place`.
    pub(super) fn of(&self, place: &ServicePlace) -> &Client {
        match place.private_network {
            true => &self.anywhere,
            false => &self.internet,
        }
    }
}

/// A client that follows no redirect: a service that moved is declared at its new place, and neither arguments nor
/// secrets go anywhere else. No proxy is taken from the environment.
fn client() -> Result<ClientBuilder, String> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let mut tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(USER_AGENT))
}

/// The request for `operation` with `arguments`, which fit its schema, and the deed's `key` where it belongs.
pub(super) fn request(
    tool: &Tool,
    operation: &Operation,
    base: &Url,
    arguments: &Value,
    key: Key<'_>,
) -> Result<Request, ArgumentProblem> {
    let mut request = operation.request(base, tool.with_key(arguments, key))?;
    if let Idempotency::Header(name) = &tool.idempotency {
        let name = HeaderName::from_bytes(name.as_bytes());
        let value = HeaderValue::from_str(key.0);
        let (Ok(name), Ok(value)) = (name, value) else {
            return Err(ArgumentProblem {
                path: String::new(),
                text: "the idempotency key cannot stand in a header".to_owned(),
            });
        };
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}
