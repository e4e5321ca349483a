//! What readers are shown.

use super::Audience;
use crate::error::Result;
use crate::queries::knowledge as queries;
use throughline_knowledge::language_of;
use throughline_model::clock::Millis;
use throughline_model::id::ArticleId;
use throughline_storage::{Tx, params};

/// A published article.
#[derive(Clone, Debug)]
pub struct PublishedArticle {
    /// Its id.
    pub id: ArticleId,
    /// The name in its address.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// The published version.
    pub version: i64,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub body: String,
    /// What it is about.
    pub tags: Vec<String>,
    /// When it was published, in milliseconds since 1970.
    pub published_at: Option<Millis>,
    audience: Audience,
}

/// A published article as tables of contents show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedTitle {
    /// The name in its address.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub tags: Vec<String>,
    audience: Audience,
}

/// The published article called `slug`, if `reader` may see it, in the first of the wanted languages there is, or else
/// in any.
///
/// # Errors
/// When the database fails.
pub fn published(
    tx: &mut Tx<'_>,
    reader: Audience,
    slug: &str,
    wanted: &[String],
) -> Result<Option<PublishedArticle>> {
    let mut found = tx.all(&queries::PUBLISHED, params![slug], |row| {
        Ok(PublishedArticle {
            id: row.get("id")?,
            slug: row.get("slug")?,
            locale: row.get("locale")?,
            version: row.get("number")?,
            title: row.get("title")?,
            body: row.get("body")?,
            tags: row.json("tags")?,
            published_at: row.get("published_at")?,
            audience: row.word("audience")?,
        })
    })?;
    found.retain(|one| reader.may_see(one.audience));
    found.sort_by_key(|one| rank(&one.locale, wanted));
    Ok(found.into_iter().next())
}

/// The titles of everything published that `reader` may see, each article once, in the first of the wanted languages
/// there is; at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn published_titles(
    tx: &mut Tx<'_>,
    reader: Audience,
    wanted: &[String],
    limit: usize,
) -> Result<Vec<PublishedTitle>> {
    let mut found = tx.all(&queries::PUBLISHED_TITLES, params![limit], |row| {
        Ok(PublishedTitle {
            slug: row.get("slug")?,
            locale: row.get("locale")?,
            title: row.get("title")?,
            tags: row.json("tags")?,
            audience: row.word("audience")?,
        })
    })?;
    found.retain(|one| reader.may_see(one.audience));
    let mut titles: Vec<PublishedTitle> = Vec::new();
    for one in found {
        match titles.iter_mut().find(|known| known.slug == one.slug) {
            Some(known) if rank(&one.locale, wanted) < rank(&known.locale, wanted) => *known = one,
            Some(_) => {}
            None => titles.push(one),
        }
    }
    // A translation that took another's place may belong elsewhere.
    titles.sort_by(|a, b| a.title.cmp(&b.title));
    Ok(titles)
}

/// How well a language fits: the place of the first wish it fulfils; exactly comes before nearly.
fn rank(locale: &str, wanted: &[String]) -> (usize, bool) {
    let place = wanted
        .iter()
        .position(|wish| language_of(wish) == language_of(locale));
    let exact = wanted.iter().any(|wish| wish == locale);
    (place.unwrap_or(usize::MAX), !exact)
}

/// The questions that public articles say they answer.
///
/// # Errors
/// When the database fails.
pub fn questions(tx: &mut Tx<'_>) -> Result<Vec<String>> {
    let found: Vec<Vec<String>> = tx.all(&queries::PUBLIC_QUESTIONS, params![], |row| {
        row.json("questions")
    })?;
    Ok(found.into_iter().flatten().collect())
}
