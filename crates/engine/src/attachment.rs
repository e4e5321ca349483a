//! Attachments: bytes in an object store, and what is known of them in the database.
//!
//! A file is stored under the hash of its content before the transaction that mentions it, so a crash leaves at
//! worst an unmentioned file. What a browser could run (HTML, SVG, scripts) is only ever handed out as a
//! download; images are decoded and written anew, which drops everything that is not a picture.

mod media;

use crate::error::{Error, Result};
use crate::queries::attachment as queries;
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::ObjectStoreExt as _;
use object_store::path::Path as ObjectPath;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::{AttachmentId, ConversationId, EntryId, IdentifierId};
use throughline_model::inbound::File;
use throughline_storage::{Db, Row, Tx, params};

pub use media::{MediaKind, Sniffed, clean_name, may_show_inline, sniff};

/// Where the bytes of attachments are.
#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    clock: Clock,
    max_bytes: usize,
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
    /// `stored`, or `refused` with a reason.
    pub state: String,
    /// Why it was refused.
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
        }
    }

    /// The largest file that is kept, in bytes.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Stores a file. One that is too large is not stored but remembered as refused, so that people see that
    /// there was something.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(&self, file: &File) -> Result<StoredFile> {
        let size = file.body.len();
        if size > self.max_bytes {
            let reason = format!("larger than {} bytes", self.max_bytes);
            return Ok(self.described(
                file,
                "application/octet-stream",
                &file.body,
                String::new(),
                Some(reason),
            ));
        }
        let body = file.body.clone();
        let (sniffed, body) = tokio::task::spawn_blocking(move || media::made_safe(body))
            .await
            .map_err(|error| Error::Conflict(format!("the file could not be read: {error}")))?;
        let key = self.put("files", body.clone()).await?;
        Ok(self.described(file, &sniffed.media_type, &body, key, None))
    }

    /// Stores a payload as it came and returns its key.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep_raw(&self, body: Bytes) -> Result<String> {
        self.put("raw", body).await
    }

    /// The bytes under a key.
    ///
    /// # Errors
    /// [`Error::NotFound`] when they are not there.
    pub async fn read(&self, key: &str) -> Result<Bytes> {
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

    async fn put(&self, folder: &str, body: Bytes) -> Result<String> {
        let hash = hex::encode(Sha256::digest(&body));
        let key = format!("{folder}/{}/{hash}", &hash[..2]);
        self.store
            .put(&ObjectPath::from(key.as_str()), body.into())
            .await
            .map_err(|error| {
                Error::Conflict(format!(
                    "the file store failed: {error}; check [files] in the configuration"
                ))
            })?;
        Ok(key)
    }

    fn described(
        &self,
        file: &File,
        media_type: &str,
        body: &Bytes,
        object_key: String,
        refused: Option<String>,
    ) -> StoredFile {
        StoredFile {
            id: AttachmentId(self.clock.new_id()),
            name: clean_name(&file.name),
            media_type: media_type.to_owned(),
            size: body.len() as i64,
            sha256: hex::encode(Sha256::digest(body)),
            state: if refused.is_some() {
                "refused"
            } else {
                "stored"
            }
            .to_owned(),
            reason: refused,
            content_id: file.content_id.clone(),
            object_key,
        }
    }
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
/// [`Error::NotFound`] for a file that was used already.
pub fn claim_by_business(
    tx: &mut Tx<'_>,
    files: &[AttachmentId],
    conversation: ConversationId,
    entry: EntryId,
) -> Result<()> {
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
