//! A customer's mail, as a mail program writes it and the mail server of its domain sends it on.

use crate::demo::config::OUTSIDE_MAIL_SERVER;
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{HeaderName, HeaderValue};
use std::time::{Duration, UNIX_EPOCH};
use throughline_model::clock::Millis;

/// A mail a customer writes.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The name in From.
    pub name: String,
    /// The address in From.
    pub from: String,
    /// Who it is for.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// What the customer wrote.
    pub text: String,
    /// What stands quoted below it.
    pub quoted: Option<String>,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// The Message-IDs of the mails it answers, oldest first.
    pub references: Vec<String>,
    /// When it is written, in milliseconds since 1970.
    pub at: Millis,
    /// True when somebody else wrote it under this address, and the sender's domain can tell.
    pub forged: bool,
}

impl Letter {
    /// The bytes on the wire.
    ///
    /// # Errors
    /// What is wrong with an address, in words for whoever typed it.
    pub fn bytes(&self) -> Result<Vec<u8>, String> {
        let named = |address: &str, name: Option<&str>| -> Result<Mailbox, String> {
            let address = address
                .parse()
                .map_err(|error| format!("'{address}' is no mail address: {error}"))?;
            Ok(Mailbox::new(
                name.map(str::to_owned).filter(|name| !name.is_empty()),
                address,
            ))
        };
        let mut mail = Message::builder()
            .from(named(&self.from, Some(&self.name))?)
            .to(named(&self.to, None)?)
            .date(UNIX_EPOCH + Duration::from_millis(self.at.max(0).unsigned_abs()))
            .subject(&self.subject)
            .message_id(Some(format!("<{}>", self.message_id)));
        if let Some(answered) = self.references.last() {
            let all: Vec<String> = self.references.iter().map(|id| format!("<{id}>")).collect();
            mail = mail
                .in_reply_to(format!("<{answered}>"))
                .references(all.join(" "));
        }
        let verdict = HeaderName::new_from_ascii_str("Authentication-Results");
        let mail = mail
            .raw_header(HeaderValue::new(verdict, self.verdict()))
            .body(self.body())
            .map_err(|error| format!("this is no mail: {error}"))?;
        Ok(mail.formatted())
    }

    /// What the mail server found out about the sender (RFC 8601).
    fn verdict(&self) -> String {
        let domain = self.from.rsplit_once('@').map_or("", |(_, domain)| domain);
        let (result, policy) = if self.forged {
            ("fail", " (p=reject)")
        } else {
            ("pass", "")
        };
        format!(
            "{OUTSIDE_MAIL_SERVER}; spf={result}; dkim={result}; dmarc={result}{policy} header.from={domain}"
        )
    }

    fn body(&self) -> String {
        match &self.quoted {
            Some(quoted) => {
                let quoted: Vec<String> = quoted.lines().map(|line| format!("> {line}")).collect();
                format!(
                    "{}\n\nOn another day, Lumen Home <{}> wrote:\n{}\n",
                    self.text,
                    self.to,
                    quoted.join("\n")
                )
            }
            None => format!("{}\n", self.text),
        }
    }
}
