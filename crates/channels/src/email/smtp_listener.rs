//! A small SMTP and LMTP server for inbound mail (RFC 5321, RFC 2033).
//!
//! It relays nothing: every recipient is one of ours or refused. A mail is acknowledged only after
//! the [`MailSink`] has stored it, so a mail we lose is a mail the sender still has. Mail that is too
//! large is refused as soon as that is known and never held in memory.

mod content;
mod reply;
mod session;
mod wire;

use crate::email::MailSink;
use std::collections::HashMap;
use std::future::Future;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Which of the two protocols is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protocol {
    /// Between mail servers: one answer for a mail.
    #[default]
    Smtp,
    /// From a mail server in front of us: one answer for each recipient.
    Lmtp,
}

/// Limits and names of a listener.
#[derive(Clone)]
pub struct SmtpListenerConfig {
    /// Our host name, as greetings show it.
    pub host: String,
    /// SMTP or LMTP.
    pub protocol: Protocol,
    /// Largest mail taken, in bytes.
    pub max_message_bytes: usize,
    /// Most recipients of one mail.
    pub max_recipients: usize,
    /// Most connections at a time.
    pub max_connections: usize,
    /// Most connections at a time from one address.
    pub max_connections_per_peer: usize,
    /// Most bytes of unfinished mail in memory, over all connections.
    pub max_memory_bytes: usize,
    /// Longest wait for the next command.
    pub command_timeout: Duration,
    /// Longest time one mail may take to arrive.
    pub data_timeout: Duration,
    /// Offers STARTTLS when given.
    pub tls: Option<TlsAcceptor>,
}

impl SmtpListenerConfig {
    /// The usual limits: mail of up to 25 MiB, 100 recipients, 200 connections, the timeouts of
    /// RFC 5321, section 4.5.3.2, no encryption.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            protocol: Protocol::Smtp,
            max_message_bytes: 25 * 1024 * 1024,
            max_recipients: 100,
            max_connections: 200,
            max_connections_per_peer: 20,
            max_memory_bytes: 512 * 1024 * 1024,
            command_timeout: Duration::from_secs(300),
            data_timeout: Duration::from_secs(600),
            tls: None,
        }
    }
}

/// Bytes of memory in one permit of the memory budget.
const MEMORY_UNIT: usize = 64 * 1024;

/// What all sessions of a listener share.
struct Shared {
    config: SmtpListenerConfig,
    sink: Arc<dyn MailSink>,
    memory: Arc<Semaphore>,
    peers: Mutex<HashMap<IpAddr, usize>>,
    closing: watch::Receiver<bool>,
}

/// Takes mail on `listener` until `shutdown` completes. Then idle sessions are closed, and mails
/// under way are finished.
pub async fn serve(
    listener: TcpListener,
    config: SmtpListenerConfig,
    sink: Arc<dyn MailSink>,
    shutdown: impl Future<Output = ()>,
) {
    let (close, closing) = watch::channel(false);
    let shared = Arc::new(Shared {
        memory: Arc::new(Semaphore::new(
            config.max_memory_bytes.div_ceil(MEMORY_UNIT),
        )),
        peers: Mutex::default(),
        config,
        sink,
        closing,
    });
    let mut sessions = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = sessions.join_next() => {}
            connection = listener.accept() => match connection {
                Ok((stream, peer)) => admit(stream, peer.ip(), &shared, &mut sessions),
                Err(error) => {
                    // Usually too many open files: give running sessions a moment to end.
                    tracing::warn!(%error, "a mail connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            },
        }
    }
    drop(listener);
    close.send_replace(true);
    while sessions.join_next().await.is_some() {}
}

fn admit(stream: TcpStream, peer: IpAddr, shared: &Arc<Shared>, sessions: &mut JoinSet<()>) {
    let place = (sessions.len() < shared.config.max_connections)
        .then(|| Place::take(shared, peer))
        .flatten();
    let shared = Arc::clone(shared);
    match place {
        Some(place) => sessions.spawn(async move {
            let _place = place;
            session::run(stream, peer, shared).await;
        }),
        None => sessions.spawn(async move {
            tracing::info!(%peer, "too many mail connections");
            let mut stream = stream;
            let line = format!(
                "421 4.7.0 {} has too many connections, try again later\r\n",
                shared.config.host
            );
            let _ = tokio::time::timeout(Duration::from_secs(5), stream.write_all(line.as_bytes()))
                .await;
        }),
    };
}

/// One connection's place among those of its peer; given back when dropped.
struct Place {
    shared: Arc<Shared>,
    peer: IpAddr,
}

impl Place {
    fn take(shared: &Arc<Shared>, peer: IpAddr) -> Option<Self> {
        let mut peers = shared.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = peers.entry(peer).or_default();
        if *taken >= shared.config.max_connections_per_peer {
            return None;
        }
        *taken += 1;
        Some(Self {
            shared: Arc::clone(shared),
            peer,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut peers = self
            .shared
            .peers
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = peers.get_mut(&self.peer) {
            *taken -= 1;
            if *taken == 0 {
                peers.remove(&self.peer);
            }
        }
    }
}
