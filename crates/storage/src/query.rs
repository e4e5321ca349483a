//! Named SQL in the subset both engines share.
//!
//! A `queries.sql` file holds sections:
//!
//! ```sql
//! -- name: append_entry
//! INSERT INTO entry (conversation_id, seq) VALUES ($1, $2)
//!
//! -- name: claim_jobs @postgres
//! … what PostgreSQL gets instead …
//!
//! -- name: wanted @part
//! … what stands wherever a query of this file says {wanted} …
//! ```
//!
//! Placeholders are `$1`, `$2`, …; SQLite gets them as `?1`, `?2`, … . The engine crate's build script
//! turns each section into a `const` of type [`Query`] and lists them all, so that a test can prepare
//! every one of them on both engines.

/// One named statement, in the form each engine wants.
#[derive(Debug)]
pub struct Query {
    /// `domain.name`, for errors and metrics; unique.
    pub name: &'static str,
    /// The text for SQLite.
    pub sqlite: &'static str,
    /// The text for PostgreSQL.
    pub postgres: &'static str,
}

impl Query {
    /// A statement that reads the same on both engines and has no parameters.
    pub const fn plain(name: &'static str, text: &'static str) -> Self {
        Self {
            name,
            sqlite: text,
            postgres: text,
        }
    }
}
