//! What was published, as it was.

use super::{Audience, Passage};
use crate::error::{Error, Result};
use crate::queries::knowledge as queries;
use serde::Serialize;
use throughline_model::clock::Millis;
use throughline_model::id::ArticleId;
use throughline_storage::{Row, Tx, params};

/// A version as lists show it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ArticleVersionSummary)]
pub struct VersionSummary {
    /// Counted up per article, from 1.
    pub number: i64,
    /// Its title.
    pub title: String,
    /// Who it was for.
    pub audience: Audience,
    /// Who published it.
    pub published_by: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
}

/// A version with its text.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ArticleVersion {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// Its text, in Markdown.
    pub body: String,
    /// What it was about.
    pub tags: Vec<String>,
    /// Other ways to ask for it.
    pub questions: Vec<String>,
}

/// An article's versions, newest first, from before `before`.
///
/// # Errors
/// [`Error::NotFound`] when there is no such article.
pub fn versions(
    tx: &mut Tx<'_>,
    id: ArticleId,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<VersionSummary>> {
    super::get(tx, id)?;
    let before = before.unwrap_or(i64::MAX);
    Ok(tx.all(&queries::VERSIONS, params![id, before, limit], read)?)
}

/// One version.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn version(tx: &mut Tx<'_>, id: ArticleId, number: i64) -> Result<ArticleVersion> {
    tx.optional(&queries::VERSION, params![id, number], |row| {
        Ok(ArticleVersion {
            summary: read(row)?,
            body: row.get("body")?,
            tags: row.json("tags")?,
            questions: row.json("questions")?,
        })
    })?
    .ok_or_else(|| Error::not_found("version of this article", number))
}

/// The passages of a version, in order: what a citation points at.
///
/// # Errors
/// When the database fails.
pub fn passages_of(tx: &mut Tx<'_>, id: ArticleId, version: i64) -> Result<Vec<Passage>> {
    Ok(tx.all(&queries::PASSAGES, params![id, version], |row| {
        Ok(Passage {
            number: usize::try_from(row.get::<i64>("number")?).unwrap_or_default(),
            anchor: row.get("anchor")?,
            headings: row.json("headings")?,
            text: row.get("text")?,
            questions: row.json("questions")?,
        })
    })?)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<VersionSummary> {
    Ok(VersionSummary {
        number: row.get("number")?,
        title: row.get("title")?,
        audience: row.word("audience")?,
        published_by: row.get("published_by")?,
        at: row.get("at")?,
    })
}
