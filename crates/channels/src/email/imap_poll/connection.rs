//! A connection to an IMAP server, logged in.

use super::{ImapError, ImapMailbox};
use crate::email::smtp_out::MailSecurity;
use async_imap::{Client, Session};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// A byte stream, plain or encrypted.
pub(super) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug> Stream for T {}

/// A session over either.
pub(super) type ImapSession = Session<Box<dyn Stream>>;

/// `step`, or [`ImapError::Timeout`] when it takes too long.
pub(super) async fn within<T, E: Into<ImapError>>(
    wait: Duration,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, ImapError> {
    match tokio::time::timeout(wait, step).await {
        Ok(result) => result.map_err(Into::into),
        Err(_) => Err(ImapError::Timeout),
    }
}

pub(super) async fn log_in(config: &ImapMailbox) -> Result<ImapSession, ImapError> {
    within(config.timeout, async {
        let tcp = TcpStream::connect((config.host.as_str(), config.port))
            .await
            .map_err(|error| ImapError::Connect(error.to_string()))?;
        let client = greet(config, tcp).await?;
        client
            .login(&config.user, &config.password)
            .await
            .map_err(|(error, _)| ImapError::Login(error.to_string()))
    })
    .await
}

async fn greet(config: &ImapMailbox, tcp: TcpStream) -> Result<Client<Box<dyn Stream>>, ImapError> {
    match config.security {
        MailSecurity::Plain => greeted(Client::new(Box::new(tcp) as Box<dyn Stream>)).await,
        MailSecurity::Tls => greeted(Client::new(encrypt(config, tcp).await?)).await,
        MailSecurity::StartTls | MailSecurity::StartTlsIfOffered => {
            let mut client = greeted(Client::new(tcp)).await?;
            client
                .run_command_and_check_ok("STARTTLS", None)
                .await
                .map_err(|error| ImapError::Encryption(error.to_string()))?;
            Ok(Client::new(encrypt(config, client.into_inner()).await?))
        }
    }
}

async fn greeted<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + Debug>(
    mut client: Client<T>,
) -> Result<Client<T>, ImapError> {
    match client.read_response().await {
        Ok(Some(_)) => Ok(client),
        Ok(None) => Err(ImapError::Connect(
            "it closed the connection at once".to_owned(),
        )),
        Err(error) => Err(ImapError::Connect(error.to_string())),
    }
}

async fn encrypt(config: &ImapMailbox, tcp: TcpStream) -> Result<Box<dyn Stream>, ImapError> {
    let bad = |error: String| ImapError::Encryption(error);
    let name = ServerName::try_from(config.host.clone()).map_err(|error| bad(error.to_string()))?;
    let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(pem) = &config.extra_root_pem {
        let root = CertificateDer::from_pem_slice(pem.as_bytes())
            .map_err(|error| bad(error.to_string()))?;
        roots.add(root).map_err(|error| bad(error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| bad(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, tcp)
        .await
        .map_err(|error| bad(error.to_string()))?;
    Ok(Box::new(stream))
}
