//! Mail in: from the listener or a mailbox into intake.

use crate::installation::Installation;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::net::IpAddr;
use throughline_channels::email::imap_poll::{FetchedMail, ImapCursor, MailboxSink, SkippedMail};
use throughline_channels::email::{MailEnvelope, MailSink, Refusal};
use throughline_config::SpoofPolicy;
use throughline_engine::attachment::Files;
use throughline_engine::intake::{self, Circumstances};
use throughline_engine::{Setup, bounce, mailbox};
use throughline_http::ConfiguredEndpoint;
use throughline_mail::evidence::{AuthservId, Connection, SenderChecks, from_results_header};
use throughline_mail::inbound::{Envelope, to_inbound};
use throughline_mail::parse::{ParsedMail, parse};
use throughline_mail::tokens::{MailKeys, without_plus};
use throughline_model::channel::Channel;
use throughline_model::id::EndpointId;
use throughline_model::inbound::Evidence;
use throughline_storage::Db;

/// Takes mail for the configured mailboxes.
pub struct MailIntake {
    db: Db,
    setup: Setup,
    files: Files,
    keys: MailKeys,
    host: String,
    checks: Option<SenderChecks>,
    /// By address in normal form.
    boxes: BTreeMap<String, ConfiguredEndpoint>,
}

impl MailIntake {
    /// Takes mail for all mailboxes of an installation. `checks` asks DNS about senders.
    pub fn new(installation: &Installation, host: String, checks: Option<SenderChecks>) -> Self {
        let boxes = installation
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.record.channel == Channel::Email);
        Self {
            db: installation.db.clone(),
            setup: installation.setup.clone(),
            files: installation.files.clone(),
            keys: installation.mail_keys.clone(),
            host,
            checks,
            boxes: boxes
                .map(|endpoint| (endpoint.record.address.to_lowercase(), endpoint.clone()))
                .collect(),
        }
    }

    fn mailbox(&self, recipient: &str) -> Option<&ConfiguredEndpoint> {
        self.boxes.get(&without_plus(recipient).to_lowercase())
    }

    /// What is known about the sender: by our own checks when the sender's server is on the line, by the word of
    /// a trusted server when it has taken the mail before us.
    async fn evidence(
        &self,
        endpoint: &ConfiguredEndpoint,
        envelope: Option<&MailEnvelope>,
        raw: &[u8],
        mail: &ParsedMail,
    ) -> Evidence {
        let trusted = endpoint
            .config
            .email
            .as_ref()
            .and_then(|email| email.trusted_authserv_id.as_deref())
            .and_then(AuthservId::new);
        match (envelope, &self.checks) {
            (Some(envelope), Some(checks)) if trusted.is_none() && !is_local(envelope.peer) => {
                let connection = Connection {
                    peer: envelope.peer,
                    helo: &envelope.helo,
                    mail_from: &envelope.mail_from,
                    host: &self.host,
                };
                checks.check(raw, mail, &connection).await
            }
            _ => from_results_header(raw, mail, trusted.as_ref()),
        }
    }

    async fn take(
        &self,
        endpoint: &ConfiguredEndpoint,
        envelope: Option<&MailEnvelope>,
        raw: Bytes,
    ) -> Result<(), Refusal> {
        let mail = take_apart(raw.clone()).await?;
        let evidence = self.evidence(endpoint, envelope, &raw, &mail).await;
        let policy = endpoint
            .config
            .email
            .as_ref()
            .map_or(SpoofPolicy::Flag, |email| email.on_spoof);
        if evidence.contradicted && policy == SpoofPolicy::Reject {
            return Err(Refusal::Permanent(
                "this mail fails the DMARC policy of its sender's domain".to_owned(),
            ));
        }
        if self.is_known_bounce(endpoint.record.id, &mail).await? {
            return Ok(());
        }
        let transport = Envelope {
            mail_from: envelope.map(|envelope| envelope.mail_from.clone()),
            rcpt_to: envelope
                .map(|envelope| envelope.rcpt_to.clone())
                .unwrap_or_default(),
        };
        let inbound = to_inbound(
            endpoint.record.id,
            raw,
            mail,
            &transport,
            evidence,
            &self.keys,
            &self.setup.clock,
        )
        .map_err(|error| Refusal::Permanent(error.to_string()))?;
        let circumstances = Circumstances {
            brand: endpoint.record.brand.clone(),
            ..Circumstances::default()
        };
        let received = intake::receive(&self.db, &self.setup, &self.files, inbound, circumstances)
            .await
            .map_err(put_off)?;
        tracing::info!(endpoint = endpoint.record.name, conversation = %received.conversation, seq = received.seq, duplicate = received.duplicate, "a mail came in");
        Ok(())
    }

    /// News that a mail of ours did not arrive goes to that mail, not into a conversation of its own.
    async fn is_known_bounce(
        &self,
        endpoint: EndpointId,
        mail: &ParsedMail,
    ) -> Result<bool, Refusal> {
        let Some(report) = &mail.bounce else {
            return Ok(false);
        };
        let Some(failed) = report
            .recipients
            .iter()
            .find(|recipient| recipient.is_permanent())
        else {
            return Ok(false);
        };
        let Some(message_id) = report.original_message_id.clone() else {
            return Ok(false);
        };
        // Anybody can write a report. Only who got our mail knows the id we gave it for that address.
        if self
            .keys
            .open_message_id(&message_id, &failed.address)
            .is_none()
        {
            return Ok(false);
        }
        let reason = failed
            .diagnostic
            .clone()
            .unwrap_or_else(|| format!("{} could not be reached", failed.address));
        let code = failed
            .status
            .clone()
            .unwrap_or_else(|| "bounced".to_owned());
        let setup = self.setup.clone();
        self.db
            .write(move |tx| bounce::note(tx, &setup, endpoint, &message_id, &code, &reason))
            .await
            .map_err(put_off)
    }
}

/// Hostile mail can cost seconds of computing: not on the threads that serve everybody.
async fn take_apart(raw: Bytes) -> Result<ParsedMail, Refusal> {
    match tokio::task::spawn_blocking(move || parse(&raw)).await {
        Ok(parsed) => parsed.map_err(|error| Refusal::Permanent(error.to_string())),
        Err(error) => {
            tracing::error!(%error, "a mail could not be taken apart");
            Err(Refusal::Temporary(
                "the mail could not be read now; send it again later".to_owned(),
            ))
        }
    }
}

/// A server on this machine or in this network has taken the mail before: its address says nothing about the
/// sender.
fn is_local(peer: IpAddr) -> bool {
    match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private(),
        IpAddr::V6(peer) => peer.is_loopback() || peer.is_unique_local(),
    }
}

fn put_off(error: throughline_engine::Error) -> Refusal {
    tracing::error!(%error, "a mail could not be stored");
    Refusal::Temporary("the mail could not be stored now; send it again later".to_owned())
}

#[async_trait::async_trait]
impl MailSink for MailIntake {
    async fn knows(&self, recipient: &str) -> Result<(), Refusal> {
        match self.mailbox(recipient) {
            Some(_) => Ok(()),
            None => Err(Refusal::Permanent(format!(
                "there is no mailbox {recipient} here"
            ))),
        }
    }

    async fn accept(&self, envelope: MailEnvelope, raw: Bytes) -> Result<(), Refusal> {
        let mut endpoints: Vec<&ConfiguredEndpoint> = envelope
            .rcpt_to
            .iter()
            .filter_map(|recipient| self.mailbox(recipient))
            .collect();
        endpoints.sort_by_key(|endpoint| endpoint.record.id);
        endpoints.dedup_by_key(|endpoint| endpoint.record.id);
        for endpoint in endpoints {
            self.take(endpoint, Some(&envelope), raw.clone()).await?;
        }
        Ok(())
    }
}

/// Takes mail of one mailbox on another server.
pub struct FetchedMailIntake {
    /// Where mail goes.
    pub intake: std::sync::Arc<MailIntake>,
    /// The endpoint the mailbox belongs to.
    pub endpoint: ConfiguredEndpoint,
}

impl FetchedMailIntake {
    /// How far the mailbox was read before.
    pub async fn cursor(&self) -> Result<Option<ImapCursor>, String> {
        let id = self.endpoint.record.id;
        let stored = self
            .intake
            .db
            .read(move |tx| mailbox::cursor(tx, id))
            .await
            .map_err(|error| error.to_string())?;
        Ok(stored.map(|cursor| ImapCursor {
            uid_validity: cursor.uid_validity,
            last_uid: cursor.last_uid,
        }))
    }

    async fn advance(&self, cursor: ImapCursor) -> Result<(), Refusal> {
        let (id, clock) = (self.endpoint.record.id, self.intake.setup.clock.clone());
        let cursor = mailbox::Cursor {
            uid_validity: cursor.uid_validity,
            last_uid: cursor.last_uid,
        };
        self.intake
            .db
            .write(move |tx| mailbox::advance(tx, &clock, id, cursor))
            .await
            .map_err(put_off)
    }
}

#[async_trait::async_trait]
impl MailboxSink for FetchedMailIntake {
    async fn accept(&self, mail: FetchedMail) -> Result<(), Refusal> {
        // The cursor follows the mail: a crash between the two fetches it again, and it is stored once.
        self.intake.take(&self.endpoint, None, mail.raw).await?;
        self.advance(mail.cursor).await
    }

    async fn skipped(&self, mail: SkippedMail) {
        tracing::error!(
            endpoint = self.endpoint.record.name,
            uid = mail.cursor.last_uid,
            bytes = mail.bytes,
            reason = mail.reason,
            "a mail stays in its mailbox; look after it there"
        );
        if let Err(refusal) = self.advance(mail.cursor).await {
            tracing::warn!(%refusal, "the mailbox's cursor could not be stored");
        }
    }
}
