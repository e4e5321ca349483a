//! Knowledge: articles and their versions in the database, an index of what is published in memory.
//!
//! Nobody finds an article before it is published, and what is found carries the article's version, so that a
//! citation shows later what was said then. The index is derived: every process reads the database's rows into
//! [`throughline_knowledge::Index`] when it starts and follows their changes, so both database engines give the same
//! answers.
//!
//! * [`Knowledge`]: the index; [`Knowledge::search`] answers at once, [`Knowledge::keep_up`] follows the database and
//!   computes vectors in the background,
//! * [`create`], [`change`], [`publish`], [`roll_back`], [`archive`]: what authors do,
//! * [`import`], [`ImportPages`]: files, folders and lists of pages,
//! * [`record_gap`], [`gaps`], [`close_gaps`]: questions nobody has answered.

mod article;
mod gap;
mod import;
mod index;
mod published;
mod version;

pub use article::{
    Article, ArticleSummary, Filter, archive, change, create, find, get, list, publish, roll_back,
};
pub use gap::{Gap, GapGroup, NewGap, close_gaps, gaps, record_gap};
pub use import::{
    IMPORT_PAGE, ImportFile, ImportOutcome, ImportPages, ImportWish, ImportedFile, fetch_page,
    import, import_draft,
};
pub use index::{Knowledge, Progress};
pub use published::{PublishedArticle, PublishedTitle, published, published_titles, questions};
pub use version::{ArticleVersion, VersionSummary, passages_of, version, versions};

pub use throughline_knowledge::{
    Advice, Audience, Draft, Embed, Found, FoundPassage, Passage, Status,
};

impl From<throughline_knowledge::Flaw> for crate::Error {
    fn from(flaw: throughline_knowledge::Flaw) -> Self {
        Self::invalid(flaw.field, flaw.message)
    }
}
