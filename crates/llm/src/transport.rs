//! How a call reaches a server.

use crate::error::LlmError;
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use std::sync::Arc;
use std::time::Duration;
use throughline_config::LanguageModel;
use url::Url;

/// How long a connection may take to come about; an answer may take longer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// One call, ready to be sent.
pub(crate) struct Call {
    pub url: Url,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// What came back, its body still arriving. Dropping it ends the connection, and with it the model's work.
pub(crate) struct Answer {
    pub status: u16,
    /// How long to wait, as the server wrote it: milliseconds, and seconds or a date.
    pub retry_after_ms: Option<String>,
    pub retry_after: Option<String>,
    pub body: BoxStream<'static, Result<Bytes, BrokeOff>>,
}

/// A body ended before its end.
pub(crate) struct BrokeOff;

/// The network, or a script in its place.
#[async_trait]
pub(crate) trait Transport: Send + Sync {
    /// Sends and waits for the status.
    async fn send(&self, call: &Call) -> Result<Answer, LlmError>;
}

/// The network.
pub(crate) struct Network {
    http: reqwest::Client,
}

impl Network {
    /// A way to the server of `config`. It follows no redirect: keys and words of customers go where the operator
    /// said and nowhere else. A server on this machine is reached without a proxy.
    pub(crate) fn new(config: &LanguageModel) -> Result<Self, LlmError> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls()?)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("Throughline/", env!("CARGO_PKG_VERSION")));
        let builder = match config
            .base_url
            .as_ref()
            .is_some_and(|url| url.scheme() == "http")
        {
            true => builder.no_proxy(),
            false => builder,
        };
        let http = builder.build().map_err(|_| LlmError::Unreachable)?;
        Ok(Self { http })
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, call: &Call) -> Result<Answer, LlmError> {
        let request = self
            .http
            .post(call.url.clone())
            .headers(call.headers.clone());
        let sent = request.body(call.body.clone()).send().await;
        // Never the client's own words: they may hold the address and what stands in it.
        let response = sent.map_err(|error| match error.is_connect() {
            true => LlmError::Unreachable,
            false => LlmError::BrokeOff,
        })?;
        let header = |name: &str| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        Ok(Answer {
            status: response.status().as_u16(),
            retry_after_ms: header("retry-after-ms"),
            retry_after: header(RETRY_AFTER.as_str()),
            body: response
                .bytes_stream()
                .map(|piece| piece.map_err(|_| BrokeOff))
                .boxed(),
        })
    }
}

fn tls() -> Result<rustls::ClientConfig, LlmError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let roots = rustls::RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| LlmError::Unreachable)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
