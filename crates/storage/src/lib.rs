//! Durable storage: SQLite by default, PostgreSQL by one setting, one way to write a transaction.
//!
//! A transaction is a plain synchronous function over [`Tx`]. [`Db::write`] carries it to a storage
//! thread, runs it, makes it durable and only then returns: whatever it returned may be
//! acknowledged to the outside.
//!
//! * On SQLite one thread owns the writing connection. Transactions that are waiting share one
//!   commit (group commit); one that fails after changing something has the others run again without it.
//! * On PostgreSQL each of N threads owns a connection. A transaction that lost a race is run again.
//! * Because a transaction may run twice, its function must not have effects outside the database.
//!
//! SQL lives in `queries.sql` beside its domain and is written in the subset both engines share;
//! see [`query`].

mod archive;
mod db;
mod error;
pub mod hint;
mod migration;
pub mod query;
mod row;
mod tx;
mod value;

pub use archive::{ArchiveError, export, import};
pub use db::{Db, Engine, Options};
pub use error::{Error, Result};
pub use hint::{Hint, Hints};
pub use migration::{Migrated, migrations};
pub use query::Query;
pub use row::{Cell, Row};
pub use tx::Tx;
pub use value::Value;
