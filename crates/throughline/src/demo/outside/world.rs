//! What the phones and mailboxes of customers hold: in memory, and in a file for the next start.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use throughline_model::clock::Millis;
use tokio::sync::watch;

/// A text message, as a customer's phone shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// The phone company's id of it.
    pub sid: String,
    /// When it came or went, in milliseconds since 1970.
    pub at: Millis,
    /// The customer's number.
    pub phone: String,
    /// True when the shop wrote it.
    pub from_shop: bool,
    /// What it says.
    pub body: String,
    /// Where its pictures and other files are.
    #[serde(default)]
    pub media: Vec<String>,
    /// True once the shop knows that it arrived.
    #[serde(default)]
    pub reported: bool,
}

/// A mail, as a customer's mailbox shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// When it came or went, in milliseconds since 1970.
    pub at: Millis,
    /// The customer's address.
    pub mailbox: String,
    /// True when the shop wrote it.
    pub from_shop: bool,
    /// The subject.
    pub subject: String,
    /// What it says.
    pub text: String,
    /// Its Message-ID, without angle brackets.
    pub message_id: String,
    /// The Message-IDs of the mails it answers, oldest first.
    pub references: Vec<String>,
    /// Where an answer goes.
    pub answer_to: String,
}

#[derive(Default, Serialize, Deserialize)]
struct Memory {
    texts: Vec<Text>,
    mails: Vec<Mail>,
}

/// All phones and mailboxes.
pub struct World {
    memory: Mutex<Memory>,
    file: PathBuf,
    /// How much has happened since the start.
    age: watch::Sender<u64>,
}

impl World {
    /// The world as `file` remembers it, or an empty one.
    pub fn open(file: PathBuf) -> Result<Self, String> {
        let memory = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
                format!("{} cannot be read: {error}; remove it to start with empty phones and mailboxes", file.display())
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(format!("{} cannot be read: {error}", file.display())),
        };
        Ok(Self {
            memory: Mutex::new(memory),
            file,
            age: watch::Sender::new(0),
        })
    }

    /// Remembers text messages and mails.
    pub fn remember(&self, texts: Vec<Text>, mails: Vec<Mail>) {
        self.change(|memory| {
            memory.texts.extend(texts);
            memory.mails.extend(mails);
        });
    }

    /// The shop knows that the text message `sid` arrived.
    pub fn reported(&self, sid: &str) {
        self.change(|memory| {
            let found = memory.texts.iter_mut().filter(|text| text.sid == sid);
            found.for_each(|text| text.reported = true);
        });
    }

    fn change(&self, change: impl FnOnce(&mut Memory)) {
        let mut memory = self.memory();
        change(&mut memory);
        let stored = serde_json::to_vec_pretty(&*memory)
            .map_err(std::io::Error::other)
            .and_then(|bytes| self.store(&bytes));
        if let Err(error) = stored {
            tracing::warn!(file = %self.file.display(), %error, "the pretend phones and mailboxes could not be stored");
        }
        drop(memory);
        self.age.send_modify(|age| *age += 1);
    }

    /// The text messages on one phone, oldest first.
    pub fn texts(&self, phone: &str) -> Vec<Text> {
        let memory = self.memory();
        let mut found: Vec<Text> = memory
            .texts
            .iter()
            .filter(|text| text.phone == phone)
            .cloned()
            .collect();
        found.sort_by_key(|text| text.at);
        found
    }

    /// The mails in one mailbox, newest first.
    pub fn mails(&self, mailbox: &str) -> Vec<Mail> {
        let memory = self.memory();
        let mut found: Vec<Mail> = memory
            .mails
            .iter()
            .rev()
            .filter(|mail| mail.mailbox == mailbox)
            .cloned()
            .collect();
        found.sort_by_key(|mail| std::cmp::Reverse(mail.at));
        found
    }

    /// The mail with this Message-ID in this mailbox.
    pub fn mail(&self, mailbox: &str, message_id: &str) -> Option<Mail> {
        self.mails(mailbox)
            .into_iter()
            .find(|mail| mail.message_id == message_id)
    }

    /// Every number and address there is, in order.
    pub fn everybody(&self) -> (Vec<String>, Vec<String>) {
        let memory = self.memory();
        let mut phones: Vec<String> = memory.texts.iter().map(|text| text.phone.clone()).collect();
        let mut mailboxes: Vec<String> = memory
            .mails
            .iter()
            .map(|mail| mail.mailbox.clone())
            .collect();
        for all in [&mut phones, &mut mailboxes] {
            all.sort();
            all.dedup();
        }
        (phones, mailboxes)
    }

    /// How much has happened since the start; it grows with every change.
    pub fn age(&self) -> watch::Receiver<u64> {
        self.age.subscribe()
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the file as a whole, so that a crash leaves the old one or the new one.
    fn store(&self, bytes: &[u8]) -> std::io::Result<()> {
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, bytes)?;
        std::fs::rename(&draft, &self.file)
    }
}
