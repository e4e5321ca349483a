//! Files as articles.

use super::{Draft, article};
use crate::Setup;
use crate::error::Result;
use crate::fetch::{Bounds, FetchError, Outside};
use crate::job::{self, Done, Handler, Job};
use reqwest::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;
use throughline_knowledge::import::{self as files, Imported, Usual};
use throughline_knowledge::{Audience, Flaw};
use throughline_model::id::ArticleId;
use throughline_model::words;
use throughline_storage::{Db, Tx};

/// The job kind that reads one page of a list of addresses.
pub const IMPORT_PAGE: &str = "knowledge_page";
/// How often a page is tried.
const PAGE_TRIES: i64 = 5;
/// How long a page may take, and how large it may be.
const BOUNDS: Bounds = Bounds {
    timeout_ms: 20_000,
    max_bytes: 4 * 1024 * 1024,
};

/// A file to be imported.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// Its name, with its ending: `.md`, `.html`, `.txt`, `.json` or `.urls`.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// How files are imported.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportWish {
    /// The language of files that name none.
    pub locale: String,
    /// Who files are for that do not say.
    pub audience: Audience,
    /// Publish what does not call itself a draft.
    pub publish: bool,
    /// Who imports.
    pub by: String,
}

words! {
    /// What became of an imported file.
    ImportOutcome {
        /// There is a new article.
        Created = "created",
        /// The article of this slug and language has another text now.
        Changed = "changed",
        /// The article of this slug and language has this text already.
        Unchanged = "unchanged",
        /// The pages it names are read in the background.
        Queued = "queued",
        /// It could not be read; see `problem`.
        Refused = "refused",
    }
}

/// What became of one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ImportedFile {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub outcome: ImportOutcome,
    /// The article.
    pub article: Option<ArticleId>,
    /// The article's slug.
    pub slug: Option<String>,
    /// Why it was refused.
    pub problem: Option<String>,
}

impl ImportedFile {
    fn new(name: &str, outcome: ImportOutcome) -> Self {
        Self {
            name: name.to_owned(),
            outcome,
            article: None,
            slug: None,
            problem: None,
        }
    }

    fn refused(name: &str, problem: impl ToString) -> Self {
        Self {
            problem: Some(problem.to_string()),
            ..Self::new(name, ImportOutcome::Refused)
        }
    }
}

/// Imports files. One that cannot be read is refused and keeps no other from coming in; an article that is there
/// already, by slug and language, gets the file's text. Pages of `.urls` files are read by [`ImportPages`].
///
/// # Errors
/// When the database fails.
pub fn import(
    tx: &mut Tx<'_>,
    setup: &Setup,
    given: &[ImportFile],
    wish: &ImportWish,
) -> Result<Vec<ImportedFile>> {
    let usual = usual(wish);
    let mut taken = HashSet::new();
    let mut outcomes = Vec::new();
    for file in given {
        outcomes.push(match files::file(&file.name, &file.text, &usual) {
            Err(flaw) => ImportedFile::refused(&file.name, flaw),
            Ok(Imported::Urls(urls)) => {
                for url in urls {
                    queue(tx, setup, &url, wish)?;
                }
                ImportedFile::new(&file.name, ImportOutcome::Queued)
            }
            Ok(Imported::Article { draft, publish }) => {
                if taken.insert((draft.slug.clone(), draft.locale.clone())) {
                    let publish = publish && wish.publish;
                    import_draft(tx, setup, *draft, &file.name, publish, &wish.by)?
                } else {
                    let problem = format!("another of these files is '{}' too", draft.slug);
                    ImportedFile::refused(&file.name, problem)
                }
            }
        });
    }
    Ok(outcomes)
}

fn usual(wish: &ImportWish) -> Usual {
    Usual {
        locale: wish.locale.clone(),
        audience: wish.audience,
    }
}

fn queue(tx: &mut Tx<'_>, setup: &Setup, url: &str, wish: &ImportWish) -> Result<()> {
    let payload = json!({ "url": url, "wish": wish });
    let now = setup.clock.now();
    job::enqueue(
        tx,
        &setup.clock,
        IMPORT_PAGE,
        url,
        &payload,
        now,
        PAGE_TRIES,
    )?;
    Ok(())
}

/// Puts a draft that came from `source` in the place of the article of its slug and language, or makes one.
///
/// # Errors
/// When the database fails. A draft that cannot be kept is an outcome.
pub fn import_draft(
    tx: &mut Tx<'_>,
    setup: &Setup,
    draft: Draft,
    source: &str,
    publish: bool,
    by: &str,
) -> Result<ImportedFile> {
    let draft = match draft.checked() {
        Ok(draft) => draft,
        Err(flaw) => return Ok(ImportedFile::refused(source, flaw)),
    };
    if publish && throughline_knowledge::passages(&draft).is_empty() {
        let flaw = Flaw::new("body", "there is no text in it");
        return Ok(ImportedFile::refused(source, flaw));
    }
    let slug = draft.slug.clone();
    let (id, mut outcome) = match article::find(tx, &slug, &draft.locale)? {
        None => {
            let made = article::create(tx, &setup.clock, draft, Some(source))?;
            (made.summary.id, ImportOutcome::Created)
        }
        Some(id) => {
            let before = article::get(tx, id)?.draft();
            let after = article::change(tx, &setup.clock, id, draft)?.draft();
            match before == after {
                true => (id, ImportOutcome::Unchanged),
                false => (id, ImportOutcome::Changed),
            }
        }
    };
    if publish {
        let before = article::get(tx, id)?.summary.version;
        let after = article::publish(tx, &setup.clock, id, by)?.summary.version;
        if outcome == ImportOutcome::Unchanged && before != after {
            outcome = ImportOutcome::Changed;
        }
    }
    Ok(ImportedFile {
        article: Some(id),
        slug: Some(slug),
        ..ImportedFile::new(source, outcome)
    })
}

/// Fetches a page and reads it as an article.
///
/// # Errors
/// [`FetchError::Refused`] when there is nothing to be had there, or it cannot be read; others when it may be tried
/// again.
pub async fn fetch_page(
    outside: &Outside,
    url: &str,
    wish: &ImportWish,
) -> std::result::Result<Draft, FetchError> {
    let answer = outside.get(url, None, BOUNDS).await?;
    let status = answer.status;
    if status.is_server_error() || status.as_u16() == 429 {
        return Err(FetchError::Broken(format!("the server answered {status}")));
    }
    let refuse = |why: String| FetchError::Refused(crate::fetch::Refused(why));
    if !status.is_success() {
        return Err(refuse(format!("the server answered {status}")));
    }
    let kind = answer.headers.get(CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.contains("html") {
        return Err(refuse(format!("this is no page of HTML but '{kind}'")));
    }
    let text = String::from_utf8_lossy(&answer.body);
    files::page(url, &text, &usual(wish)).map_err(|flaw| refuse(flaw.to_string()))
}

/// Does jobs of kind [`IMPORT_PAGE`].
pub struct ImportPages {
    db: Db,
    setup: Setup,
    outside: Outside,
}

#[derive(Deserialize)]
struct Wanted {
    url: String,
    wish: ImportWish,
}

impl ImportPages {
    /// Fetches through `outside`.
    pub fn new(db: Db, setup: Setup, outside: Outside) -> Self {
        Self { db, setup, outside }
    }
}

#[async_trait::async_trait]
impl Handler for ImportPages {
    async fn handle(&self, job: &Job) -> Result<Done> {
        let wanted: Wanted = match serde_json::from_value(job.payload.clone()) {
            Ok(wanted) => wanted,
            Err(error) => return Ok(Done::Dead(format!("the job names no page: {error}"))),
        };
        let draft = match fetch_page(&self.outside, &wanted.url, &wanted.wish).await {
            Ok(draft) => draft,
            Err(FetchError::Refused(why)) => return Ok(Done::Dead(why.to_string())),
            Err(error) => {
                return Ok(Done::Retry {
                    reason: error.to_string(),
                    after_ms: None,
                });
            }
        };
        let setup = self.setup.clone();
        let imported = self
            .db
            .write(move |tx| {
                let Wanted { url, wish } = &wanted;
                import_draft(tx, &setup, draft.clone(), url, wish.publish, &wish.by)
            })
            .await?;
        Ok(match imported.problem {
            Some(problem) => Done::Dead(problem),
            None => Done::Finished,
        })
    }
}
