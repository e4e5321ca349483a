//! Attachments: bytes in an object store, and what is known of them in the database.
//!
//! A file is stored under the hash of its content before the transaction that mentions it, so a crash leaves at
//! worst an unmentioned file. What a browser could run (HTML, SVG, scripts) is only ever handed out as a
//! download; images are decoded and written anew, which drops everything that is not a picture.
//!
//! With a virus scanner, no file is handed out before it was found clean: one that cannot be scanned yet is held
//! apart from the others, where [`Files::read`] does not look, until a job of kind [`SCAN_FILE`] has settled it.

mod clamd;
mod media;
mod scan;

use crate::error::{Error, Result};
use crate::job;
use crate::queries::attachment as queries;
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::ObjectStoreExt as _;
use object_store::path::Path as ObjectPath;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{AttachmentId, ConversationId, EntryId, IdentifierId, JobId};
use throughline_model::inbound::File;
use throughline_storage::{Db, Row, Tx, params};

pub use clamd::{Clamd, Verdict};
pub use media::{MediaKind, Sniffed, clean_name, may_show_inline, sniff};
pub use scan::{SCAN_FILE, ScanFiles};

/// The folder of files that wait for the virus scanner; nothing is handed out from there.
const HELD: &str = "held/";
/// How often a job may fail to scan a file; an unreachable scanner is no failure.
const SCAN_TRIES: i64 = 100;

/// Where the bytes of attachments are.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    clock: Clock,
    max_bytes: usize,
    scanner: Option<Clamd>,
}

/// A file whose bytes are stored.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct StoredFile {
    /// Its id.
    pub id: AttachmentId,
    /// Its name, safe to show and to save under.
    pub name: String,
    /// What it is, by its content.
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// SHA-256 of its content, in hex.
    pub sha256: String,
    /// `stored`, or with a reason: `refused`; `pending` while it is fetched from a provider and `missing` when that
    /// failed; `unscanned` while it waits for the virus scanner.
    pub state: String,
    /// Why it is not to be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Content-ID, for pictures inside HTML mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
    /// Where its bytes are.
    #[serde(skip)]
    pub object_key: String,
}

impl Files {
    /// Keeps bytes in `store`; files above `max_bytes` are refused.
    pub fn new(store: Arc<dyn ObjectStore>, clock: Clock, max_bytes: usize) -> Self {
        Self {
            store,
            clock,
            max_bytes,
            scanner: None,
        }
    }

    /// From now on every file is scanned before it is handed out.
    #[must_use]
    pub fn with_scanner(mut self, scanner: Clamd) -> Self {
        self.scanner = Some(scanner);
        self
    }

    /// The largest file that is kept, in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Stores a file. One that is too large or infected is not stored but remembered as refused, so that people
    /// see that there was something; one that cannot be scanned now is held.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(&self, file: &File) -> Result<StoredFile> {
        let size = file.body.len();
        if size > self.max_bytes {
            return Ok(self.refused(file, format!("larger than {} bytes", self.max_bytes)));
        }
        match self.verdict(&file.body).await {
            Verdict::Refused(reason) => return Ok(self.refused(file, reason)),
            Verdict::Unknown(reason) => return self.hold(file, reason).await,
            Verdict::Clean => {}
        }
        let (sniffed, body) = media::safe(file.body.clone()).await?;
        let object_key = self.put_hashed("files", body.clone()).await?;
        Ok(StoredFile {
            media_type: sniffed.media_type,
            size: body.len() as i64,
            sha256: digest(&body),
            state: "stored".to_owned(),
            object_key,
            ..self.described(file)
        })
    }

    /// A file that is not kept, and why. Its bytes are gone.
    pub(crate) fn refused(&self, file: &File, reason: String) -> StoredFile {
        StoredFile {
            state: "refused".to_owned(),
            reason: Some(reason),
            ..self.described(file)
        }
    }

    async fn hold(&self, file: &File, reason: String) -> Result<StoredFile> {
        tracing::warn!(reason, "a file is held until it can be scanned");
        let held = self.described(file);
        let object_key = format!("{HELD}{}", held.id);
        self.put(&object_key, file.body.clone()).await?;
        Ok(StoredFile {
            state: "unscanned".to_owned(),
            reason: Some(reason),
            object_key,
            ..held
        })
    }

    /// What the scanner says; without one everything is clean.
    async fn verdict(&self, body: &Bytes) -> Verdict {
        match &self.scanner {
            Some(scanner) => scanner.scan(body).await,
            None => Verdict::Clean,
        }
    }

    /// Stores a payload as it came and returns its key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_raw(&self, body: Bytes) -> Result<String> {
        self.put_hashed("raw", body).await
    }

    /// The bytes under a key.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they are not there, [`Error::Conflict`] while the file waits for the virus
    /// scanner.
    pub async fn read(&self, key: &str) -> Result<Bytes> {
        if key.starts_with(HELD) {
            return Err(Error::Conflict(
                "the file waits for the virus scanner; try again later".to_owned(),
            ));
        }
        if key.is_empty() {
            return Err(Error::not_found("stored file", "of this attachment"));
        }
        self.bytes(key).await
    }

    /// Removes what is under a key; that it is gone already is no error.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget(&self, key: &str) -> Result<()> {
        match self.store.delete(&ObjectPath::from(key)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::Conflict(format!("the file store failed: {error}"))),
        }
    }

    async fn bytes(&self, key: &str) -> Result<Bytes> {
        let failed = |error: object_store::Error| match error {
            object_store::Error::NotFound { .. } => Error::not_found("stored file", key),
            error => Error::Conflict(format!("the file store failed: {error}")),
        };
        self.store
            .get(&ObjectPath::from(key))
            .await
            .map_err(failed)?
            .bytes()
            .await
            .map_err(failed)
    }

    /// Stores bytes under the hash of their content.
    async fn put_hashed(&self, folder: &str, body: Bytes) -> Result<String> {
        let hash = digest(&body);
        let key = format!("{folder}/{}/{hash}", &hash[..2]);
        self.put(&key, body).await?;
        Ok(key)
    }

    async fn put(&self, key: &str, body: Bytes) -> Result<()> {
        self.store
            .put(&ObjectPath::from(key), body.into())
            .await
            .map_err(|error| {
                Error::Conflict(format!(
                    "the file store failed: {error}; check [files] in the configuration"
                ))
            })?;
        Ok(())
    }

    /// What is known of a file before anything is done with it.
    fn described(&self, file: &File) -> StoredFile {
        StoredFile {
            id: AttachmentId(self.clock.new_id()),
            name: clean_name(&file.name),
            media_type: "application/octet-stream".to_owned(),
            size: file.body.len() as i64,
            sha256: digest(&file.body),
            state: String::new(),
            reason: None,
            content_id: file.content_id.clone(),
            object_key: String::new(),
        }
    }
}

fn digest(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Ties stored files to an entry.
///
/// # Errors
/// When the database fails.
pub fn attach(
    tx: &mut Tx<'_>,
    files: &[StoredFile],
    conversation: ConversationId,
    entry: EntryId,
    uploader: &str,
    now: Millis,
) -> Result<()> {
    for file in files {
        insert(tx, file, Some(conversation), Some(entry), uploader, now)?;
    }
    Ok(())
}

/// Says that an entry has a file which is still where the provider keeps it. It is `pending` until [`settle`]
/// says how fetching it ended.
///
/// # Errors
/// When the database fails.
pub(crate) fn announce(
    tx: &mut Tx<'_>,
    id: AttachmentId,
    conversation: ConversationId,
    entry: EntryId,
    now: Millis,
) -> Result<()> {
    let file = StoredFile {
        id,
        name: "file".to_owned(),
        media_type: "application/octet-stream".to_owned(),
        size: 0,
        sha256: String::new(),
        state: "pending".to_owned(),
        reason: Some("it is being fetched from where the channel's provider keeps it".to_owned()),
        content_id: None,
        object_key: String::new(),
    };
    insert(tx, &file, Some(conversation), Some(entry), "customer", now)
}

/// Writes down what became of a file that was pending, missing or unscanned. One that is settled stays as it is.
///
/// # Errors
/// When the database fails.
pub(crate) fn settle(tx: &mut Tx<'_>, file: &StoredFile, now: Millis) -> Result<()> {
    let settled = tx.execute(
        &queries::SETTLE,
        params![
            file.id,
            &file.name,
            &file.media_type,
            file.size,
            &file.sha256,
            &file.object_key,
            &file.state,
            file.reason.clone(),
        ],
    )?;
    match settled {
        0 => Ok(()),
        _ => scan_later(tx, file, now),
    }
}

/// Remembers a file uploaded before its message.
///
/// # Errors
/// When the database fails.
pub fn upload(tx: &mut Tx<'_>, file: &StoredFile, uploader: &str, now: Millis) -> Result<()> {
    insert(tx, file, None, None, uploader, now)
}

/// Ties files a customer uploaded before to the message that mentions them. Only their own, and only once.
///
/// # Errors
/// [`Error::NotFound`] for a file that is not theirs to attach.
pub fn claim(
    tx: &mut Tx<'_>,
    files: &[AttachmentId],
    owner: IdentifierId,
    conversation: ConversationId,
    entry: EntryId,
) -> Result<()> {
    claim_of(
        tx,
        files,
        &format!("identifier:{owner}"),
        conversation,
        entry,
    )
}

/// Ties files the business uploaded before to a message.
///
/// # Errors
/// [`Error::NotFound`] for a file that was used already, [`Error::Conflict`] for one that was refused or is not
/// scanned yet.
pub fn claim_by_business(
    tx: &mut Tx<'_>,
    files: &[AttachmentId],
    conversation: ConversationId,
    entry: EntryId,
) -> Result<()> {
    for id in files {
        let (file, ..) = get(tx, *id)?;
        if file.state != "stored" {
            return Err(Error::Conflict(format!(
                "'{}' cannot be sent: {}",
                file.name,
                file.reason.unwrap_or(file.state)
            )));
        }
    }
    claim_of(tx, files, "business", conversation, entry)
}

fn claim_of(
    tx: &mut Tx<'_>,
    files: &[AttachmentId],
    uploader: &str,
    conversation: ConversationId,
    entry: EntryId,
) -> Result<()> {
    for id in files {
        if tx.execute(&queries::CLAIM, params![*id, uploader, conversation, entry])? == 0 {
            return Err(Error::not_found("uploaded file", id));
        }
    }
    Ok(())
}

/// The files of one entry.
///
/// # Errors
/// When the database fails.
pub fn of_entry(tx: &mut Tx<'_>, entry: EntryId) -> Result<Vec<StoredFile>> {
    Ok(tx.all(&queries::OF_ENTRY, params![entry], read)?)
}

/// The files of a conversation, each with its entry.
///
/// # Errors
/// When the database fails.
pub fn of_conversation(
    tx: &mut Tx<'_>,
    conversation: ConversationId,
) -> Result<Vec<(EntryId, StoredFile)>> {
    Ok(
        tx.all(&queries::OF_CONVERSATION, params![conversation], |row| {
            Ok((row.get("entry_id")?, read(row)?))
        })?,
    )
}

/// One file, with the conversation it belongs to.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(
    tx: &mut Tx<'_>,
    id: AttachmentId,
) -> Result<(StoredFile, Option<ConversationId>, Option<EntryId>)> {
    tx.optional(&queries::BY_ID, params![id], |row| {
        Ok((
            read(row)?,
            row.get("conversation_id")?,
            row.get("entry_id")?,
        ))
    })?
    .ok_or_else(|| Error::not_found("file", id))
}

/// A file with its bytes, to be sent along.
///
/// # Errors
/// When it or its bytes are not there.
pub async fn load(db: &Db, files: &Files, id: AttachmentId) -> Result<File> {
    let (stored, ..) = db.read(move |tx| get(tx, id)).await?;
    let body = files.read(&stored.object_key).await?;
    Ok(File {
        name: stored.name,
        media_type: stored.media_type,
        content_id: stored.content_id,
        body,
    })
}

fn insert(
    tx: &mut Tx<'_>,
    file: &StoredFile,
    conversation: Option<ConversationId>,
    entry: Option<EntryId>,
    uploader: &str,
    now: Millis,
) -> Result<()> {
    tx.execute(
        &queries::INSERT,
        params![
            file.id,
            conversation,
            entry,
            uploader,
            &file.name,
            &file.media_type,
            file.size,
            &file.sha256,
            &file.object_key,
            &file.state,
            file.reason.clone(),
            file.content_id.clone(),
            now,
        ],
    )?;
    scan_later(tx, file, now)
}

fn scan_later(tx: &mut Tx<'_>, file: &StoredFile, now: Millis) -> Result<()> {
    if file.state == "unscanned" {
        // One file, one scan: the job goes by the file's own id.
        let (id, payload) = (JobId(file.id.uuid()), json!({ "file": file.id }));
        job::enqueue_as(
            tx,
            id,
            SCAN_FILE,
            &file.id.to_string(),
            &payload,
            now,
            SCAN_TRIES,
        )?;
    }
    Ok(())
}

fn read(row: &Row<'_>) -> throughline_storage::Result<StoredFile> {
    Ok(StoredFile {
        id: row.get("id")?,
        name: row.get("name")?,
        media_type: row.get("media_type")?,
        size: row.get("size")?,
        sha256: row.get("sha256")?,
        state: row.get("state")?,
        reason: row.get("reason")?,
        content_id: row.get("content_id")?,
        object_key: row.get("object_key")?,
    })
}
