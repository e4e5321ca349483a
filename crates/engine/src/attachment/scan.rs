//! Files that could not be scanned when they came in are held until they are.

use super::clamd::Verdict;
use super::{Files, StoredFile, get, media, settle};
use crate::error::Result;
use crate::job::{Done, Handler, Job};
use throughline_model::id::{AttachmentId, ConversationId};
use throughline_storage::{Db, Hint};

/// The job kind that has a held file scanned.
pub const SCAN_FILE: &str = "scan_file";
/// How often an unreachable scanner is asked again, in milliseconds.
const ASK_AGAIN_MS: i64 = 30_000;

/// Does jobs of kind [`SCAN_FILE`].
pub struct ScanFiles {
    db: Db,
    files: Files,
}

impl ScanFiles {
    /// Scans what `files` holds back.
    pub fn new(db: Db, files: Files) -> Self {
        Self { db, files }
    }

    async fn settle(&self, held: StoredFile, conversation: Option<ConversationId>) -> Result<Done> {
        let body = self.files.bytes(&held.object_key).await?;
        let settled = match self.files.verdict(&body).await {
            Verdict::Unknown(_) => {
                return Ok(Done::Later {
                    after_ms: ASK_AGAIN_MS,
                });
            }
            Verdict::Refused(reason) => StoredFile {
                state: "refused".to_owned(),
                reason: Some(reason),
                object_key: String::new(),
                ..held.clone()
            },
            Verdict::Clean => {
                let (sniffed, body) = media::safe(body).await?;
                StoredFile {
                    media_type: sniffed.media_type,
                    size: body.len() as i64,
                    sha256: super::digest(&body),
                    state: "stored".to_owned(),
                    reason: None,
                    object_key: self.files.put_hashed("files", body).await?,
                    ..held.clone()
                }
            }
        };
        let now = self.files.clock.now();
        self.db
            .write(move |tx| -> Result<()> {
                settle(tx, &settled, now)?;
                if let Some(conversation) = conversation {
                    tx.hint(Hint::Changed { conversation });
                }
                Ok(())
            })
            .await?;
        self.files.forget(&held.object_key).await?;
        Ok(Done::Finished)
    }
}

#[async_trait::async_trait]
impl Handler for ScanFiles {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let id = job.payload.get("file").and_then(|id| id.as_str());
        let Some(id) = id.and_then(|id| id.parse::<AttachmentId>().ok()) else {
            return Ok(Done::Dead("the job names no file".to_owned()));
        };
        let (held, conversation, _) = self.db.read(move |tx| get(tx, id)).await?;
        match held.state.as_str() {
            "unscanned" => self.settle(held, conversation).await,
            _ => Ok(Done::Finished),
        }
    }
}
