//! Knowledge: what the business has written down, and finding the passage that answers a question.
//!
//! No I/O: files come in as text, articles and passages go out as values, and the [`Index`] lives in memory. The
//! engine keeps articles in the database and the index up to date.
//!
//! * [`import`]: Markdown with front matter, HTML, question-and-answer files, lists of URLs → [`Draft`]s,
//! * [`document`]: a Markdown body as safe HTML with anchors, or as sections of plain text,
//! * [`passage`]: sections cut into [`Passage`]s, each with its heading path, its anchor and the questions it answers,
//! * [`index`]: word search (BM25) and meaning (sentence vectors) fused into one calibrated answer, [`Found`],
//! * [`gap`]: questions nobody has answered yet, grouped by likeness.

pub mod article;
pub mod confidence;
pub mod document;
mod front_matter;
pub mod gap;
pub mod import;
pub mod index;
mod lexical;
pub mod passage;
pub mod tokens;
pub mod tune;
pub mod vector;

pub use article::{Audience, Draft, Flaw, Status, checked_locale, language_of};
pub use confidence::Advice;
pub use index::{Found, FoundPassage, Index, IndexedArticle, Query};
pub use passage::{Passage, Unit, passages};
pub use vector::Quantised;

/// Turns text into a vector of its meaning. Texts that mean the same point the same way.
pub trait Embed: Send + Sync {
    /// The model's name; vectors of different models are never compared.
    fn model(&self) -> &str;

    /// The vector of `text`; its length is the same for every text. None when the text cannot be read by the model.
    fn embed(&self, text: &str) -> Option<Vec<f32>>;

    /// The same vector, for work that nobody waits for: it leaves processors to those who do.
    fn embed_in_background(&self, text: &str) -> Option<Vec<f32>> {
        self.embed(text)
    }
}
