//! Files as drafts.
//!
//! | file | what it is |
//! | --- | --- |
//! | `.md`, `.markdown` | one article: Markdown, with front matter where wanted |
//! | `.html`, `.htm` | one article: the text of the page's main part |
//! | `.faq.md`, `.faq.txt`, `.txt` with `Q:` and `A:` lines | one article: a question-and-answer list |
//! | `.json` | the same as `[{"question": …, "answer": …}]` |
//! | `.urls` | one URL per line; each page is fetched by the caller and read as HTML |
//!
//! What cannot be read is refused with the reason; one bad file never keeps the others from coming in.

mod faq;
mod html;
mod markdown;
mod urls;

pub use html::page;
pub use urls::urls;

use crate::article::{Audience, Draft, Flaw, slug_of};
use crate::front_matter::Split;

/// What the operator's files leave unsaid.
#[derive(Clone, Debug)]
pub struct Usual {
    /// The language of articles that name none.
    pub locale: String,
    /// Who articles are for that do not say.
    pub audience: Audience,
}

impl Default for Usual {
    fn default() -> Self {
        Self {
            locale: "en".to_owned(),
            audience: Audience::Public,
        }
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Imported {
    /// An article.
    Article {
        /// The article.
        draft: Box<Draft>,
        /// False when the file says `status: draft`.
        publish: bool,
    },
    /// Addresses of pages to be fetched and read with [`page`].
    Urls(Vec<String>),
}

/// What kind of file a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Markdown.
    Markdown,
    /// HTML.
    Html,
    /// Questions and answers as lines.
    Faq,
    /// Questions and answers as JSON.
    FaqJson,
    /// Addresses.
    Urls,
}

impl FileKind {
    /// What `name` stands for; none for files that are not knowledge.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        if ends(&[".faq.md", ".faq.txt", ".txt"]) {
            Some(Self::Faq)
        } else if ends(&[".md", ".markdown"]) {
            Some(Self::Markdown)
        } else if ends(&[".html", ".htm"]) {
            Some(Self::Html)
        } else if ends(&[".json"]) {
            Some(Self::FaqJson)
        } else if ends(&[".urls"]) {
            Some(Self::Urls)
        } else {
            None
        }
    }
}

/// Reads one file. Its name gives the slug where the file names none.
///
/// # Errors
/// A [`Flaw`] that says what is wrong with the file.
pub fn file(name: &str, text: &str, usual: &Usual) -> Result<Imported, Flaw> {
    let Some(kind) = FileKind::of(name) else {
        return Err(Flaw::new(
            "name",
            "use a .md, .html, .txt, .json or .urls file",
        ));
    };
    match kind {
        FileKind::Markdown => markdown::article(name, text, usual),
        FileKind::Html => Ok(Imported::Article {
            draft: Box::new(html::article(stem(name), None, text, usual)?),
            publish: true,
        }),
        FileKind::Faq => faq::lines(name, text, usual),
        FileKind::FaqJson => faq::json(name, text, usual),
        FileKind::Urls => urls(text).map(Imported::Urls),
    }
}

/// The file's name without folders and endings.
fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.split('.').next().unwrap_or(file)
}

/// A file's name as a title: "store-pickup" becomes "Store pickup".
fn title_of(stem: &str) -> String {
    let text = stem.replace(['-', '_'], " ");
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => text,
    }
}

/// The draft that front matter, file name and body make.
fn draft(
    name: &str,
    front: &Split<'_>,
    title: Option<String>,
    body: String,
    usual: &Usual,
) -> Result<Imported, Flaw> {
    let title = front.one("title").map(str::to_owned).or(title);
    let slug = front
        .one("slug")
        .map_or_else(|| slug_of(stem(name)), str::to_owned);
    let audience = match front.one("audience") {
        Some(word) => word.parse().map_err(|_| {
            Flaw::new(
                "audience",
                format!("'{word}' is not known; use public or internal"),
            )
        })?,
        None => usual.audience,
    };
    let publish = match front.one("status") {
        None | Some("published") => true,
        Some("draft") => false,
        Some(word) => {
            let message = format!("'{word}' is not known; use draft or published");
            return Err(Flaw::new("status", message));
        }
    };
    let draft = Draft {
        slug,
        locale: front
            .one("locale")
            .or(front.one("lang"))
            .unwrap_or(&usual.locale)
            .to_owned(),
        title: title.unwrap_or_else(|| title_of(stem(name))),
        body: body.trim().to_owned(),
        audience,
        tags: front.all("tags"),
        questions: front.all("questions"),
    };
    Ok(Imported::Article {
        draft: Box::new(draft.checked()?),
        publish,
    })
}
