//! Fetching files that a provider holds for us.

use super::{Answer, Bounds, FetchError, Outside};
use crate::Setup;
use crate::attachment::{self, Files, StoredFile, settle};
use crate::error::Result;
use crate::job::{Done, Handler, Job};
use reqwest::StatusCode;
use reqwest::header::CONTENT_DISPOSITION;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use throughline_model::id::{AttachmentId, EndpointId};
use throughline_model::inbound::{File, RemoteFile};
use throughline_storage::{Db, Hint};
use url::Url;

/// How long one file may take, in milliseconds.
const TIMEOUT_MS: u64 = 60_000;
/// How long to wait after each failed try, in milliseconds: 2 s, 10 s, 1 min, 10 min, 1 h, 4 h, 12 h.
const RETRY_AFTER_MS: &[i64] = &[
    2_000, 10_000, 60_000, 600_000, 3_600_000, 14_400_000, 43_200_000,
];

/// A user name and password for one place.
#[derive(Clone)]
pub struct Credential {
    /// Any URL of the place: only its scheme, host and port count, and all three must be met.
    pub place: Url,
    /// The user name.
    pub user: String,
    /// The password.
    pub password: String,
}

impl Credential {
    pub(super) fn is_for(&self, url: &Url) -> bool {
        self.place.origin() == url.origin()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("place", &self.place.origin().ascii_serialization())
            .finish_non_exhaustive()
    }
}

/// What each endpoint's provider wants to be shown, tried in this order: there are two while a token is changed.
pub type Credentials = HashMap<EndpointId, Vec<Credential>>;

/// Does jobs of kind [`crate::intake::FETCH_FILE`].
pub struct FetchFiles {
    db: Db,
    setup: Setup,
    files: Files,
    outside: Outside,
    credentials: Credentials,
}

#[derive(Deserialize)]
struct Wanted {
    endpoint: EndpointId,
    attachment: AttachmentId,
    file: RemoteFile,
}

/// How one try ended.
enum Fetched {
    Here(File),
    /// Never to be had: what is shown, and why.
    Refused(String),
    /// Not to be had now: why.
    Missing(String),
}

impl FetchFiles {
    /// Fetches through `outside` into `files`.
    pub fn new(
        db: Db,
        setup: Setup,
        files: Files,
        outside: Outside,
        credentials: Credentials,
    ) -> Self {
        Self {
            db,
            setup,
            files,
            outside,
            credentials,
        }
    }

    async fn fetch(&self, wanted: &Wanted) -> Fetched {
        let bounds = Bounds {
            timeout_ms: TIMEOUT_MS,
            max_bytes: self.files.max_bytes(),
        };
        let url = &wanted.file.url;
        let mut credentials = self
            .credentials
            .get(&wanted.endpoint)
            .into_iter()
            .flatten()
            .peekable();
        loop {
            let credential = credentials.next();
            match self.outside.get(url, credential, bounds).await {
                Ok(answer)
                    if answer.status == StatusCode::UNAUTHORIZED
                        && credentials.peek().is_some() => {}
                Ok(answer) if answer.status == StatusCode::OK => {
                    return Fetched::Here(received(&wanted.file, answer));
                }
                Ok(answer) => {
                    return Fetched::Missing(format!("the provider answered {}", answer.status));
                }
                Err(error @ (FetchError::Refused(_) | FetchError::TooLarge { .. })) => {
                    return Fetched::Refused(error.to_string());
                }
                Err(error) => return Fetched::Missing(error.to_string()),
            }
        }
    }

    async fn store(&self, mut file: StoredFile, id: AttachmentId) -> Result<()> {
        file.id = id;
        let now = self.setup.clock.now();
        self.db
            .write(move |tx| {
                settle(tx, &file, now)?;
                if let (_, Some(conversation), _) = attachment::get(tx, id)? {
                    tx.hint(Hint::Changed { conversation });
                }
                Ok(())
            })
            .await
    }

    async fn missing(&self, job: &Job, wanted: &Wanted, why: String) -> Result<Done> {
        let after_ms = usize::try_from(job.attempts - 1)
            .ok()
            .and_then(|tries| RETRY_AFTER_MS.get(tries).copied())
            .filter(|_| job.attempts < job.max_attempts);
        let missing = StoredFile {
            state: "missing".to_owned(),
            ..self.files.refused(&nothing(&wanted.file), why.clone())
        };
        self.store(missing, wanted.attachment).await?;
        Ok(match after_ms {
            Some(_) => Done::Retry {
                reason: why,
                after_ms,
            },
            // With the dead letters it can be tried again by hand.
            None => Done::Dead(why),
        })
    }
}

#[async_trait::async_trait]
impl Handler for FetchFiles {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let wanted: Wanted = match serde_json::from_value(job.payload.clone()) {
            Ok(wanted) => wanted,
            Err(error) => return Ok(Done::Dead(format!("the job names no file: {error}"))),
        };
        let id = wanted.attachment;
        let (known, ..) = self.db.read(move |tx| attachment::get(tx, id)).await?;
        // A worker died after it had stored the file.
        if !matches!(known.state.as_str(), "pending" | "missing") {
            return Ok(Done::Finished);
        }
        let stored = match self.fetch(&wanted).await {
            Fetched::Missing(why) => return self.missing(job, &wanted, why).await,
            Fetched::Here(file) => self.files.keep(&file).await?,
            Fetched::Refused(why) => self.files.refused(&nothing(&wanted.file), why),
        };
        self.store(stored, wanted.attachment).await?;
        Ok(Done::Finished)
    }
}

fn received(wanted: &RemoteFile, answer: Answer) -> File {
    let named = answer
        .headers
        .get(CONTENT_DISPOSITION)
        .and_then(|value| value.to_str().ok())
        .and_then(file_name);
    File {
        name: named.unwrap_or_else(|| invented_name(wanted, &answer.body)),
        body: answer.body,
        ..nothing(wanted)
    }
}

/// The file as far as it is known without its bytes.
fn nothing(wanted: &RemoteFile) -> File {
    File {
        name: invented_name(wanted, &[]),
        media_type: wanted.media_type.clone(),
        content_id: None,
        body: bytes::Bytes::new(),
    }
}

/// The plain `filename="…"` of a Content-Disposition header.
fn file_name(header: &str) -> Option<String> {
    let (_, rest) = header.split_once("filename=")?;
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(';').next(),
    }?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A name for a file that has none: the end of its URL and the usual ending of its content.
fn invented_name(wanted: &RemoteFile, body: &[u8]) -> String {
    let path = wanted.url.split(['?', '#']).next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    match infer::get(body) {
        Some(kind) if !last.contains('.') => format!("{last}.{}", kind.extension()),
        _ => last.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_provider_or_by_where_it_was() {
        assert_eq!(
            file_name("attachment; filename=\"a; b.jpg\"; size=3"),
            Some("a; b.jpg".to_owned())
        );
        assert_eq!(
            file_name("inline; filename=a.jpg"),
            Some("a.jpg".to_owned())
        );
        assert_eq!(file_name("inline; filename=\"\""), None);
        let wanted = RemoteFile {
            url: "https://api.example/Media/ME1?x=/y".to_owned(),
            media_type: "image/jpeg".to_owned(),
        };
        assert_eq!(invented_name(&wanted, b"\xff\xd8\xff\xe0"), "ME1.jpg");
        assert_eq!(invented_name(&wanted, b"?"), "ME1");
    }

    #[test]
    fn a_credential_is_shown_to_its_own_place_only() {
        let url = |text: &str| Url::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let credential = Credential {
            place: url("https://api.example/2010-04-01/"),
            user: "AC1".to_owned(),
            password: "secret".to_owned(),
        };
        assert!(credential.is_for(&url("https://api.example/Media/ME1")));
        for other in [
            "http://api.example/",
            "https://api.example:8443/",
            "https://api.example.evil.example/",
            "https://evil.example/api.example",
        ] {
            assert!(!credential.is_for(&url(other)), "{other}");
        }
        assert!(!format!("{credential:?}").contains("secret"));
    }
}
