//! The mail server of all customers.

use super::letter::Letter;
use super::{Mail, Outside};
use bytes::Bytes;
use lettre::address::Envelope;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use throughline_channels::email::{MailEnvelope, MailSink, Refusal};
use throughline_mail::parse::{BadMail, parse};
use throughline_model::clock::Millis;

/// Takes mail for whoever it is for.
pub struct Sink(pub Outside);

#[async_trait::async_trait]
impl MailSink for Sink {
    async fn knows(&self, _recipient: &str) -> Result<(), Refusal> {
        Ok(())
    }

    async fn accept(&self, envelope: MailEnvelope, raw: Bytes) -> Result<(), Refusal> {
        let now = self.0.clock.now();
        let mails: Result<Vec<Mail>, BadMail> = envelope
            .rcpt_to
            .iter()
            .map(|recipient| received(recipient, &raw, now))
            .collect();
        self.0.world.remember(
            Vec::new(),
            mails.map_err(|error| Refusal::Permanent(error.to_string()))?,
        );
        Ok(())
    }
}

/// A mail of the shop as it lies in the mailbox of `recipient`.
///
/// # Errors
/// When the bytes are no mail.
pub fn received(recipient: &str, raw: &[u8], at: Millis) -> Result<Mail, BadMail> {
    let mail = parse(raw)?;
    let sender = mail.reply_to.first().or(mail.from.as_ref());
    let mut references = mail.references;
    references.reverse();
    Ok(Mail {
        at,
        mailbox: recipient.to_lowercase(),
        from_shop: true,
        subject: mail.subject.unwrap_or_default(),
        text: mail.text.trim().to_owned(),
        message_id: mail.message_id.unwrap_or_default(),
        references,
        answer_to: sender
            .map(|sender| sender.address.clone())
            .unwrap_or_default(),
    })
}

/// Hands a customer's mail to the shop's mail server, and keeps a copy in the customer's mailbox.
///
/// # Errors
/// What went wrong, in words for whoever plays the customer.
pub async fn send(outside: &Outside, letter: Letter) -> Result<(), String> {
    let bytes = letter.bytes()?;
    let address = |text: &str| {
        text.parse()
            .map_err(|error| format!("'{text}' is no mail address: {error}"))
    };
    let envelope = Envelope::new(Some(address(&letter.from)?), vec![address(&letter.to)?])
        .map_err(|error| error.to_string())?;
    let server = outside.shop.mail_server;
    let transport =
        AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(server.ip().to_string())
            .port(server.port())
            .build();
    transport
        .send_raw(&envelope, &bytes)
        .await
        .map_err(|error| format!("the shop's mail server did not take the mail: {error}"))?;
    let copy = Mail {
        at: letter.at,
        mailbox: letter.from.to_lowercase(),
        from_shop: false,
        subject: letter.subject,
        text: letter.text,
        message_id: letter.message_id,
        references: letter.references,
        answer_to: letter.to,
    };
    outside.world.remember(Vec::new(), vec![copy]);
    Ok(())
}
