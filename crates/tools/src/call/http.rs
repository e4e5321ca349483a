//! The HTTP client of all tools.

use reqwest::Client;
use std::sync::Arc;
use std::time::Duration;

/// What we call ourselves.
const USER_AGENT: &str = concat!("Throughline/", env!("CARGO_PKG_VERSION"));

/// A client that follows no redirect: a service that moved is declared at its new place, and neither arguments nor
/// secrets go anywhere else. No proxy is taken from the environment.
pub(super) fn client() -> Result<Client, String> {
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
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(USER_AGENT)
        .build()
        .map_err(|error| error.to_string())
}
