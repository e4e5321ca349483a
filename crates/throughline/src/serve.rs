//! `serve`: opens the installation, starts what listens and what works, and stops it all in order.

use crate::figures;
use crate::installation::Installation;
use crate::mail::{FetchedMailIntake, MailIntake};
use crate::outbound;
use axum::serve::ListenerExt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use throughline_channels::email::imap_poll::{self, ImapMailbox};
use throughline_channels::email::smtp_listener::{self, Protocol, SmtpListenerConfig};
use throughline_channels::email::smtp_out::MailSecurity;
use throughline_config::{Config, Imap, ImapSecurity};
use throughline_engine::agent::{self, Agent};
use throughline_engine::attachment::{self, ScanFiles};
use throughline_engine::delivery::{self, Deliverer};
use throughline_engine::fetch::FetchFiles;
use throughline_engine::job::Runner;
use throughline_engine::knowledge::{IMPORT_PAGE, ImportPages, Knowledge};
use throughline_engine::policy;
use throughline_engine::push::{PUSH, Push};
use throughline_engine::routing::{self, Dispatcher};
use throughline_engine::upkeep::{self, Retention, Upkeep};
use throughline_engine::visitor::offline::{CHAT_OFFLINE, Offline};
use throughline_engine::webhook::{self, SendWebhooks};
use throughline_engine::{access, intake};
use throughline_http::{App, chat};
use throughline_mail::evidence::SenderChecks;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Deliveries under way at once, over all endpoints.
const DELIVERIES_AT_ONCE: usize = 32;

/// Conversations the AI agent thinks about at once.
const CONVERSATIONS_AT_ONCE: usize = 16;

/// Opens the installation and runs it.
pub async fn serve(config: Config) -> Result<(), String> {
    run(Installation::open(config).await?, || {}).await
}

/// Runs until SIGTERM or SIGINT. `ready` is called once everything listens.
pub async fn run(installation: Installation, ready: impl FnOnce()) -> Result<(), String> {
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    let model = crate::knowledge::sentence_model(&installation.config);
    let knowledge = crate::knowledge::open(&installation, model.clone());
    let agent = crate::agent::open(&installation, knowledge.clone(), model).await?;
    let routing = Dispatcher::open(installation.db.clone(), installation.setup.clone())
        .await
        .map_err(|error| error.to_string())?;
    let routing = Arc::new(routing);
    let app =
        app(&installation, knowledge.clone(), agent.clone()).with_routing(Arc::clone(&routing));
    tasks.spawn(Arc::clone(&routing).run(stopping.clone()));
    tasks.spawn(knowledge.keep_up(stopping.clone()));
    if let Some(agent) = &agent {
        tasks.spawn(Arc::clone(agent).keep_up(stopping.clone()));
    }
    start_jobs(&installation, &app, agent, routing, &stopping, &mut tasks).await?;
    tasks.spawn(policy::keep_up(
        installation.db.clone(),
        installation.setup.clone(),
        stopping.clone(),
    ));
    start_mail(&installation, &stopping, &mut tasks).await?;
    let serving = start_http(&installation, app.clone(), &stopping, &mut tasks).await?;
    throughline_http::widget::keep_loader(&app)
        .await
        .map_err(|error| error.to_string())?;
    invite_first_administrator(&installation).await?;
    ready();
    let grace = Duration::from_millis(installation.config.server.shutdown_grace_ms);
    asked_to_stop().await;
    tracing::info!("stopping: finishing what is under way");
    let _ = stop.send(true);
    app.stopping().cancel();
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

/// News for the router that are claimed at once; it decides about one after the other.
const ROUTED_AT_ONCE: usize = 32;

async fn start_jobs(
    installation: &Installation,
    app: &App,
    agent: Option<Arc<Agent>>,
    routing: Arc<Dispatcher>,
    stopping: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<(), String> {
    let Installation {
        config,
        db,
        setup,
        files,
        endpoints,
        ..
    } = installation;
    let (adapters, rates) = outbound::adapters(installation)?;
    let outside = outbound::outside(installation)?;
    let deliverer = Deliverer::new(db.clone(), setup.clone(), files.clone(), adapters, rates);
    let webhooks = SendWebhooks::new(db.clone(), setup.clone(), outside.clone());
    let pages = ImportPages::new(db.clone(), setup.clone(), outside.clone());
    let credentials = outbound::media_credentials(installation);
    let fetching = FetchFiles::new(
        db.clone(),
        setup.clone(),
        files.clone(),
        outside,
        credentials,
    );
    let offline = Offline {
        db: db.clone(),
        setup: setup.clone(),
        terms: chat::terms(config),
        mailboxes: chat::mailboxes(endpoints),
        presence: Box::new(app.lobby().hub().clone()),
    };
    let push = Push {
        db: db.clone(),
        setup: setup.clone(),
        outside: app
            .push_services()
            .map_err(|problem| problem.detail)?
            .clone(),
        key: app.lobby().sender().clone(),
        contact: config.server.public_base(),
        chats: Box::new(chat::OwnChats(app.clone())),
        presence: Box::new(app.lobby().hub().clone()),
    };
    let quiet_ms = i64::try_from(config.agent.resolve_after_hours)
        .ok()
        .filter(|hours| *hours > 0)
        .map(|hours| hours.saturating_mul(3_600_000));
    let upkeep = Upkeep::new(db.clone(), setup.clone(), files.clone(), retention(config))
        .resolving_after(quiet_ms);
    let clock = setup.clock.clone();
    db.write(move |tx| upkeep::schedule(tx, &clock))
        .await
        .map_err(|error| error.to_string())?;
    let mut runner = Runner::new(db.clone(), setup.clone())
        .with(delivery::DELIVER, Arc::new(deliverer), DELIVERIES_AT_ONCE)
        .with(webhook::SEND, Arc::new(webhooks), 16)
        .with(intake::FETCH_FILE, Arc::new(fetching), 4)
        .with(
            attachment::SCAN_FILE,
            Arc::new(ScanFiles::new(db.clone(), files.clone())),
            2,
        )
        .with(IMPORT_PAGE, Arc::new(pages), 2)
        .with(PUSH, Arc::new(push), 8)
        .with(CHAT_OFFLINE, Arc::new(offline), 4)
        .with(routing::ROUTE, routing, ROUTED_AT_ONCE)
        .with(upkeep::UPKEEP, Arc::new(upkeep), 1);
    if let Some(agent) = agent {
        runner = runner.with(agent::AGENT, agent, CONVERSATIONS_AT_ONCE);
    }
    tasks.spawn(runner.run(stopping.clone()));
    Ok(())
}

fn retention(config: &Config) -> Retention {
    let days_ms = |days: u64| {
        i64::try_from(days)
            .unwrap_or(i64::MAX / 86_400_000)
            .saturating_mul(86_400_000)
    };
    Retention {
        dedupe_ms: days_ms(config.retention.dedupe_days),
        raw_ms: days_ms(config.retention.raw_days),
        visitor_ms: days_ms(config.conversation.visitor_days),
    }
}

/// While nobody can log in, the log says how the first administrator gets in.
async fn invite_first_administrator(installation: &Installation) -> Result<(), String> {
    let clock = installation.setup.clock.clone();
    let invite = installation
        .db
        .write(move |tx| access::bootstrap(tx, &clock))
        .await
        .map_err(|error| error.to_string())?;
    if let Some(invite) = invite {
        let base = installation.config.server.public_base();
        crate::complain(&format!(
            "nobody can log in yet. Become the administrator, once, with\n  curl -X POST {base}api/v1/invites/accept -H 'content-type: application/json' \\\n    -d '{{\"token\":\"{}\",\"email\":\"you@example.com\",\"password\":\"choose a long one\"}}'",
            invite.secret
        ));
    }
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

fn app(installation: &Installation, knowledge: Knowledge, agent: Option<Arc<Agent>>) -> App {
    let Installation {
        config,
        db,
        setup,
        files,
        endpoints,
        ..
    } = installation;
    App::with_knowledge(
        db.clone(),
        setup.clone(),
        files.clone(),
        config.clone(),
        endpoints.clone(),
        knowledge,
    )
    .with_agent(agent)
}

async fn start_http(
    installation: &Installation,
    app: App,
    stopping: &watch::Receiver<bool>,
    tasks: &mut JoinSet<()>,
) -> Result<tokio::task::JoinHandle<()>, String> {
    let config = &installation.config;
    let figures = figures::router(&config.metrics)?;
    let mut router = throughline_http::router(app);
    match config.metrics.bind {
        None => router = router.merge(figures),
        Some(bind) => {
            let socket = TcpListener::bind(bind)
                .await
                .map_err(|error| format!("[metrics] bind {bind}: {error}"))?;
            let serving = axum::serve(
                socket,
                figures.into_make_service_with_connect_info::<SocketAddr>(),
            );
            let stopping = stopping.clone();
            tasks.spawn(
                async move { drop(serving.with_graceful_shutdown(stopped(stopping)).await) },
            );
        }
    }
    let bind = config.server.bind;
    let socket = TcpListener::bind(bind)
        .await
        .map_err(|error| format!("[server] bind {bind}: {error}"))?
        // Hints and acknowledgements are small; none may wait for the one before it.
        .tap_io(|connection| drop(connection.set_nodelay(true)));
    tracing::info!(%bind, public = config.server.public_base(), "ready");
    let stopping = stopping.clone();
    Ok(tokio::spawn(async move {
        let serving = axum::serve(
            socket,
            router.into_make_service_with_connect_info::<SocketAddr>(),
        );
        if let Err(error) = serving.with_graceful_shutdown(stopped(stopping)).await {
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
