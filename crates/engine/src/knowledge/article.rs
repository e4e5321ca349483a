//! Articles, as their authors work on them.

use super::{Audience, Draft, Status};
use crate::error::{Error, Result};
use crate::queries::knowledge as queries;
use serde::Serialize;
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::ArticleId;
use throughline_storage::{Hint, Row, Tx, params};
use uuid::Uuid;

/// An article with its working text.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Article {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: ArticleSummary,
    /// Its text, in Markdown.
    pub body: String,
    /// Other ways to ask for it.
    pub questions: Vec<String>,
}

/// An article as lists show it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ArticleSummary {
    /// Its id.
    pub id: ArticleId,
    /// The name in its address; translations share it.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// Where it stands.
    pub status: Status,
    /// The version that is published or was last; 0 before there was one.
    pub version: i64,
    /// Whether the working text differs from that version.
    pub changed: bool,
    /// Its title.
    pub title: String,
    /// Who it is for.
    pub audience: Audience,
    /// What it is about.
    pub tags: Vec<String>,
    /// The file or address it was imported from.
    pub source: Option<String>,
    /// When it was made, in milliseconds since 1970.
    pub created_at: Millis,
    /// When it was last changed, in milliseconds since 1970.
    pub updated_at: Millis,
    /// When it was last published, in milliseconds since 1970.
    pub published_at: Option<Millis>,
}

impl Article {
    /// What its author wrote.
    pub fn draft(&self) -> Draft {
        let summary = &self.summary;
        Draft {
            slug: summary.slug.clone(),
            locale: summary.locale.clone(),
            title: summary.title.clone(),
            body: self.body.clone(),
            audience: summary.audience,
            tags: summary.tags.clone(),
            questions: self.questions.clone(),
        }
    }
}

/// Which articles a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those that stand like this.
    pub status: Option<Status>,
    /// Only those for this audience.
    pub audience: Option<Audience>,
}

/// Makes an article; nobody finds it before it is published.
///
/// # Errors
/// [`Error::Invalid`] for a text that cannot be kept; [`Error::Conflict`] when there is one of this slug and language.
pub fn create(
    tx: &mut Tx<'_>,
    clock: &Clock,
    draft: Draft,
    source: Option<&str>,
) -> Result<Article> {
    let draft = draft.checked()?;
    let id = ArticleId(clock.new_id());
    let made = tx.execute(
        &queries::INSERT,
        params![
            id,
            &draft.slug,
            &draft.locale,
            &draft.title,
            &draft.body,
            draft.audience.as_str(),
            json!(draft.tags),
            json!(draft.questions),
            source,
            clock.now()
        ],
    )?;
    match made {
        0 => Err(Error::Conflict(format!(
            "there is an article '{}' in '{}' already; change that one",
            draft.slug, draft.locale
        ))),
        _ => get(tx, id),
    }
}

/// Gives an article another working text. What is published stays as it is until [`publish`]. Its slug and language
/// are its address and stay too.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for a text that cannot be kept.
pub fn change(tx: &mut Tx<'_>, clock: &Clock, id: ArticleId, draft: Draft) -> Result<Article> {
    let before = get(tx, id)?;
    let draft = Draft {
        slug: before.summary.slug.clone(),
        locale: before.summary.locale.clone(),
        ..draft
    }
    .checked()?;
    if draft == before.draft() {
        return Ok(before);
    }
    tx.execute(
        &queries::SET_TEXT,
        params![
            id,
            &draft.title,
            &draft.body,
            draft.audience.as_str(),
            json!(draft.tags),
            json!(draft.questions),
            clock.now()
        ],
    )?;
    get(tx, id)
}

/// Publishes the working text as a new version. When it is what is published already, nothing happens.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] when there is no text to be found.
pub fn publish(tx: &mut Tx<'_>, clock: &Clock, id: ArticleId, by: &str) -> Result<Article> {
    // Two who publish at once do so one after the other.
    let number = tx.optional(&queries::NEXT_VERSION, params![id], |row| {
        row.get::<i64>("number")
    })?;
    let number = number.ok_or_else(|| Error::not_found("article", id))?;
    let article = get(tx, id)?;
    if article.summary.status == Status::Published && !article.summary.changed {
        return Ok(article);
    }
    let draft = article.draft();
    let passages = throughline_knowledge::passages(&draft);
    if passages.is_empty() {
        return Err(Error::invalid("body", "write something before publishing"));
    }
    let now = clock.now();
    tx.execute(
        &queries::INSERT_VERSION,
        params![
            id,
            number,
            &draft.title,
            &draft.body,
            draft.audience.as_str(),
            json!(draft.tags),
            json!(draft.questions),
            by,
            now
        ],
    )?;
    for passage in passages {
        tx.execute(
            &queries::INSERT_PASSAGE,
            params![
                id,
                number,
                passage.number,
                passage.anchor,
                json!(passage.headings),
                passage.text,
                json!(passage.questions)
            ],
        )?;
    }
    let revision = next_revision(tx)?;
    tx.execute(&queries::SET_PUBLISHED, params![id, number, revision, now])?;
    get(tx, id)
}

/// Publishes an earlier version's text again, as a new version.
///
/// # Errors
/// [`Error::NotFound`] when there is no such article or version.
pub fn roll_back(
    tx: &mut Tx<'_>,
    clock: &Clock,
    id: ArticleId,
    to: i64,
    by: &str,
) -> Result<Article> {
    let earlier = super::version(tx, id, to)?;
    let before = get(tx, id)?;
    let draft = Draft {
        title: earlier.summary.title,
        body: earlier.body,
        audience: earlier.summary.audience,
        tags: earlier.tags,
        questions: earlier.questions,
        ..before.draft()
    };
    change(tx, clock, id, draft)?;
    publish(tx, clock, id, by)
}

/// Withdraws an article: nobody finds it any more. Publishing brings it back.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn archive(tx: &mut Tx<'_>, clock: &Clock, id: ArticleId) -> Result<Article> {
    if get(tx, id)?.summary.status != Status::Archived {
        let revision = next_revision(tx)?;
        tx.execute(&queries::SET_ARCHIVED, params![id, revision, clock.now()])?;
    }
    get(tx, id)
}

/// The number of a change to what is found. Held until the transaction ends, so numbers become visible in order.
fn next_revision(tx: &mut Tx<'_>) -> Result<i64> {
    let text: String = tx.one(&queries::NEXT_REVISION, params![], |row| row.get("value"))?;
    tx.hint(Hint::Jobs {
        kind: super::index::CHANGED,
    });
    text.parse().map_err(|_| {
        Error::Storage(throughline_storage::Error::Decode {
            column: "setting.value".to_owned(),
            message: "the knowledge base's revision is no number".to_owned(),
        })
    })
}

/// One article.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: ArticleId) -> Result<Article> {
    tx.optional(&queries::BY_ID, params![id], |row| {
        Ok(Article {
            summary: read(row)?,
            body: row.get("body")?,
            questions: row.json("questions")?,
        })
    })?
    .ok_or_else(|| Error::not_found("article", id))
}

/// The article of this slug and language.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, slug: &str, locale: &str) -> Result<Option<ArticleId>> {
    Ok(
        tx.optional(&queries::ID_BY_SLUG, params![slug, locale], |row| {
            row.get("id")
        })?,
    )
}

/// Articles, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    filter: Filter,
    before: Option<ArticleId>,
    limit: usize,
) -> Result<Vec<ArticleSummary>> {
    let before = before.unwrap_or(ArticleId(Uuid::max()));
    let status = filter.status.map_or("", Status::as_str);
    let audience = filter.audience.map_or("", Audience::as_str);
    Ok(tx.all(
        &queries::LIST,
        params![before, status, audience, limit],
        read,
    )?)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<ArticleSummary> {
    Ok(ArticleSummary {
        id: row.get("id")?,
        slug: row.get("slug")?,
        locale: row.get("locale")?,
        status: row.word("status")?,
        version: row.get("version")?,
        changed: row.get("changed")?,
        title: row.get("title")?,
        audience: row.word("audience")?,
        tags: row.json("tags")?,
        source: row.get("source")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        published_at: row.get("published_at")?,
    })
}
