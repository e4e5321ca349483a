//! `serve`: opens the installation, starts what listens and what works, and stops it all in order.

use crate::installation::Installation;
use crate::mail::{FetchedMailIntake, MailIntake};
use crate::outbound;
use std::sync::Arc;
use std::time::Duration;
use throughline_channels::email::imap_poll::{self, ImapMailbox};
use throughline_channels::email::smtp_listener::{self, Protocol, SmtpListenerConfig};
use throughline_channels::email::smtp_out::MailSecurity;
use throughline_config::{Config, Imap, ImapSecurity};
use throughline_engine::delivery::{self, Deliverer};
use throughline_engine::job::Runner;
use throughline_http::App;
use throughline_mail::evidence::SenderChecks;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Deliveries under way at once, over all endpoints.
const DELIVERIES_AT_ONCE: usize = 32;

/// Runs until SIGTERM or SIGINT.
pub async fn serve(config: Config) -> Result<(), String> {
    let installation = Installation::open(config).await?;
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    start_jobs(&installation, &stopping, &mut tasks)?;
    start_mail(&installation, &stopping, &mut tasks).await?;
    let serving = start_http(&installation, &stopping).await?;
    let grace = Duration::from_millis(installation.config.server.shutdown_grace_ms);
    asked_to_stop().await;
    tracing::info!("stopping: finishing what is under way");
    let _ = stop.send(true);
    let rest = async {
        let _ = serving.await;
        while tasks.join_next().await.is_some() {}
    };
    if tokio::time::timeout(grace, rest).await.is_err() {
        tracing::warn!(
            "some work did not end in time; it is durable and goes on after the next start"
        );
    }
    tracing::info!("stopped");
    Ok(())
}

fn start_jobs(
    installation: &Installation,
    stopping: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), String> {
    let Installation {
        db, setup, files, ..
    } = installation;
    let (adapters, rates) = outbound::adapters(installation)?;
    let deliverer = Deliverer::new(db.clone(), setup.clone(), files.clone(), adapters, rates);
    let runner = Runner::new(db.clone(), setup.clone()).with(
        delivery::DELIVER,
        Arc::new(deliverer),
        DELIVERIES_AT_ONCE,
    );
    tasks.spawn(runner.run(stopping.clone()));
    Ok(())
}

async fn start_mail(
    installation: &Installation,
    stopping: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), String> {
    let host = outbound::mail_host(installation);
    let listener = &installation.config.email.listener;
    let checks = listener.enabled.then(sender_checks).flatten();
    let intake = Arc::new(MailIntake::new(installation, host.clone(), checks));
    if listener.enabled {
        let socket = TcpListener::bind(listener.bind)
            .await
            .map_err(|error| format!("[email.listener] bind {}: {error}", listener.bind))?;
        let mut settings = SmtpListenerConfig::new(host);
        settings.protocol = if listener.lmtp {
            Protocol::Lmtp
        } else {
            Protocol::Smtp
        };
        settings.max_message_bytes = listener.max_message_bytes as usize;
        settings.tls = tls(
            listener.tls_certificate.as_deref(),
            listener.tls_key.as_deref(),
        )?;
        tracing::info!(bind = %listener.bind, lmtp = listener.lmtp, "mail is taken");
        tasks.spawn(smtp_listener::serve(
            socket,
            settings,
            Arc::clone(&intake) as _,
            stopped(stopping.clone()),
        ));
    }
    for endpoint in &installation.endpoints {
        let Some(imap) = endpoint
            .config
            .email
            .as_ref()
            .and_then(|email| email.imap.as_ref())
        else {
            continue;
        };
        let sink = FetchedMailIntake {
            intake: Arc::clone(&intake),
            endpoint: endpoint.clone(),
        };
        let cursor = sink.cursor().await?;
        let (mailbox, stopping) = (mailbox(imap, listener.max_message_bytes), stopping.clone());
        tasks.spawn(
            async move { imap_poll::watch(&mailbox, cursor, &sink, stopped(stopping)).await },
        );
    }
    Ok(())
}

fn sender_checks() -> Option<SenderChecks> {
    match SenderChecks::with_system_dns() {
        Ok(checks) => Some(checks),
        Err(error) => {
            tracing::warn!(
                error,
                "senders of mail cannot be checked without DNS; their mail counts as unproven"
            );
            None
        }
    }
}

fn mailbox(imap: &Imap, max_message_bytes: u64) -> ImapMailbox {
    let security = match imap.security {
        ImapSecurity::Tls => MailSecurity::Tls,
        ImapSecurity::Starttls => MailSecurity::StartTls,
        ImapSecurity::None => MailSecurity::Plain,
    };
    let mut mailbox = ImapMailbox::new(
        &imap.host,
        imap.port,
        security,
        &imap.user,
        imap.password.expose(),
    );
    mailbox.folder.clone_from(&imap.folder);
    mailbox.max_message_bytes = u32::try_from(max_message_bytes).unwrap_or(u32::MAX);
    mailbox.poll_interval = Duration::from_secs(imap.poll_seconds.max(1));
    mailbox
}

fn tls(
    certificate: Option<&std::path::Path>,
    key: Option<&std::path::Path>,
) -> Result<Option<tokio_rustls::TlsAcceptor>, String> {
    use rustls::pki_types::pem::PemObject as _;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    let (Some(certificate), Some(key)) = (certificate, key) else {
        return Ok(None);
    };
    let failed = |error: String| {
        format!("[email.listener] TLS: {error}; give PEM files that belong together")
    };
    let chain: Vec<_> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .map_err(|error| failed(format!("{}: {error}", certificate.display())))?;
    let key = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| failed(format!("{}: {error}", key.display())))?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| failed(error.to_string()))?;
    Ok(Some(tokio_rustls::TlsAcceptor::from(Arc::new(config))))
}

async fn start_http(
    installation: &Installation,
    stopping: &watch::Receiver<bool>,
) -> Result<tokio::task::JoinHandle<()>, String> {
    let Installation {
        config,
        db,
        setup,
        files,
        endpoints,
        ..
    } = installation;
    let app = App::new(
        db.clone(),
        setup.clone(),
        files.clone(),
        config.clone(),
        endpoints.clone(),
    );
    let router =
        throughline_http::router(app).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let bind = config.server.bind;
    let socket = TcpListener::bind(bind)
        .await
        .map_err(|error| format!("[server] bind {bind}: {error}"))?;
    tracing::info!(%bind, public = config.server.public_base(), "ready");
    let stopping = stopping.clone();
    Ok(tokio::spawn(async move {
        if let Err(error) = axum::serve(socket, router)
            .with_graceful_shutdown(stopped(stopping))
            .await
        {
            tracing::error!(%error, "the HTTP listener ended");
        }
    }))
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(interrupt.await),
    }
}
