//! What an article is, and what its author may write.

use serde::{Deserialize, Serialize};
use throughline_model::words;

words! {
    /// Who an article is for.
    Audience {
        /// Everybody: customers, the help pages, the AI agent's answers.
        Public = "public",
        /// People who work here.
        Internal = "internal",
    }
}

impl Audience {
    /// Whether readers of this audience may see what was written for `other`. Nothing else in the product decides
    /// that.
    pub fn may_see(self, other: Self) -> bool {
        match (self, other) {
            (Self::Internal, _) | (_, Self::Public) => true,
            (Self::Public, Self::Internal) => false,
        }
    }
}

words! {
    /// Where an article stands.
    Status {
        /// It was never published: nobody finds it.
        Draft = "draft",
        /// Its published version is found and shown. Its text may have been changed since, without effect so far.
        Published = "published",
        /// It was withdrawn: nobody finds it; conversations that cited it still can show what they cited.
        Archived = "archived",
    }
}

/// The longest slug, in characters.
const SLUG_LIMIT: usize = 80;
/// The longest title, in characters.
const TITLE_LIMIT: usize = 200;
/// The longest body, in bytes.
pub const BODY_LIMIT: usize = 200_000;
/// The most tags, and the longest one in characters.
const TAG_LIMITS: (usize, usize) = (20, 40);
/// The most extra questions, and the longest one in characters.
const QUESTION_LIMITS: (usize, usize) = (50, 300);
/// Slugs the help pages need for themselves.
const RESERVED: &[&str] = &["search", "style"];

/// An article as its author writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    /// The name in its address: lower-case letters, digits, hyphens. Translations share it.
    pub slug: String,
    /// Its language, as a BCP 47 tag: `en`, `de-AT`.
    pub locale: String,
    /// Its title.
    pub title: String,
    /// Its text, in Markdown.
    pub body: String,
    /// Who it is for.
    pub audience: Audience,
    /// What it is about, in words of the business.
    pub tags: Vec<String>,
    /// Other ways to ask for it; each is found like the article's own words.
    pub questions: Vec<String>,
}

/// What is wrong with what was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Flaw {
    /// The field that is wrong.
    pub field: &'static str,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Flaw {
    /// `field` cannot be used.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

impl Draft {
    /// The draft with its fields trimmed, if it can be kept.
    ///
    /// # Errors
    /// A [`Flaw`] that says what to change.
    pub fn checked(mut self) -> Result<Self, Flaw> {
        check_slug(&self.slug)?;
        self.locale = checked_locale(&self.locale)?;
        self.title = one_line(&self.title);
        if self.title.is_empty() || longer(&self.title, TITLE_LIMIT) {
            return Err(Flaw::new("title", "use 1 to 200 characters"));
        }
        if self.body.len() > BODY_LIMIT {
            return Err(Flaw::new(
                "body",
                "use at most 200,000 bytes; make several articles of a longer text",
            ));
        }
        self.body = self.body.replace("\r\n", "\n").replace('\0', "");
        self.tags = short_lines("tags", &self.tags, TAG_LIMITS)?;
        self.questions = short_lines("questions", &self.questions, QUESTION_LIMITS)?;
        Ok(self)
    }
}

fn check_slug(slug: &str) -> Result<(), Flaw> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = !slug.is_empty() && slug.len() <= SLUG_LIMIT && slug.chars().all(plain);
    if !fits || slug.starts_with('-') || slug.ends_with('-') {
        return Err(Flaw::new(
            "slug",
            "use 1 to 80 lower-case letters, digits and hyphens, as in 'return-an-item'",
        ));
    }
    if RESERVED.contains(&slug) {
        return Err(Flaw::new(
            "slug",
            format!("'{slug}' is a page of its own; use another"),
        ));
    }
    Ok(())
}

/// A language tag in its usual spelling: `en`, `pt-BR`.
///
/// # Errors
/// A [`Flaw`] when it is none.
pub fn checked_locale(tag: &str) -> Result<String, Flaw> {
    let flaw = || Flaw::new("locale", "use a language tag such as 'en' or 'de-AT'");
    let mut parts = tag.split(['-', '_']);
    let language = parts.next().unwrap_or_default();
    if !(2..=3).contains(&language.len()) || !language.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(flaw());
    }
    let mut checked = language.to_ascii_lowercase();
    for part in parts {
        let fits = (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
        if !fits || checked.len() > 20 {
            return Err(flaw());
        }
        checked.push('-');
        match part.len() {
            2 => checked.push_str(&part.to_ascii_uppercase()),
            _ => checked.push_str(part),
        }
    }
    Ok(checked)
}

/// The language of a locale: `de` of `de-AT`.
pub fn language_of(locale: &str) -> &str {
    locale.split(['-', '_']).next().unwrap_or(locale)
}

/// Any text as a slug: "Return an item" becomes `return-an-item`. Empty when nothing is left.
pub fn slug_of(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        let plain = crate::tokens::without_accent(c);
        if plain.is_ascii_lowercase() || plain.is_ascii_digit() {
            slug.push(plain);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= SLUG_LIMIT {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

/// Text on one line, with single spaces.
pub(crate) fn one_line(text: &str) -> String {
    text.replace('\0', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn longer(text: &str, limit: usize) -> bool {
    text.chars().count() > limit
}

fn short_lines(
    field: &'static str,
    given: &[String],
    (most, longest): (usize, usize),
) -> Result<Vec<String>, Flaw> {
    let mut lines: Vec<String> = Vec::new();
    for line in given {
        let line = one_line(line);
        if !line.is_empty() && !lines.contains(&line) {
            lines.push(line);
        }
    }
    if lines.len() > most || lines.iter().any(|line| longer(line, longest)) {
        let message = format!("use at most {most}, of at most {longest} characters each");
        return Err(Flaw::new(field, message));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_never_sees_what_is_internal() {
        for viewer in Audience::ALL {
            for article in Audience::ALL {
                let hidden = *viewer == Audience::Public && *article == Audience::Internal;
                assert_eq!(viewer.may_see(*article), !hidden);
            }
        }
    }

    #[test]
    fn a_title_becomes_an_address() {
        assert_eq!(slug_of("  Où est ma Commande ?! "), "ou-est-ma-commande");
        assert_eq!(slug_of("¿¡"), "");
        assert!(slug_of(&"a b".repeat(80)).len() <= SLUG_LIMIT);
    }

    #[test]
    fn a_locale_has_one_spelling() {
        assert_eq!(checked_locale("PT_br").as_deref(), Ok("pt-BR"));
        for bad in [
            "",
            "e",
            "english",
            "en-",
            "en-a",
            "en/../x",
            "en-toolongpart",
        ] {
            assert!(checked_locale(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_named() {
        let draft = Draft {
            slug: "returns".to_owned(),
            locale: "en".to_owned(),
            title: " Returns\n ".to_owned(),
            body: "Send it back.".to_owned(),
            audience: Audience::Public,
            tags: vec!["a".to_owned(), " a ".to_owned(), String::new()],
            questions: Vec::new(),
        };
        let field = |change: fn(&mut Draft)| {
            let mut draft = draft.clone();
            change(&mut draft);
            draft.checked().err().map(|flaw| flaw.field)
        };
        assert_eq!(field(|_| {}), None);
        assert_eq!(
            field(|draft| draft.slug = "../etc".to_owned()),
            Some("slug")
        );
        assert_eq!(
            field(|draft| draft.slug = "search".to_owned()),
            Some("slug")
        );
        assert_eq!(field(|draft| draft.title = " ".to_owned()), Some("title"));
        assert_eq!(
            field(|draft| draft.body = "x".repeat(BODY_LIMIT + 1)),
            Some("body")
        );
        assert_eq!(
            field(|draft| draft.tags = vec!["x".repeat(41)]),
            Some("tags")
        );
        assert_eq!(
            draft.checked().map(|draft| draft.tags),
            Ok(vec!["a".to_owned()])
        );
    }
}
