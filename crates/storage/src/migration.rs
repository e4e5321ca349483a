//! The schema's history. The same numbered files serve both engines: their types are written the way
//! PostgreSQL names them, which SQLite reads by its affinity rules, and a line that only one engine
//! understands ends in `-- @sqlite` or `-- @postgres`.

use crate::db::{Db, Engine};
use crate::error::{Error, Result};
use crate::params;
use crate::query::Query;
use crate::tx::Tx;

/// Number, name and text of each migration, oldest first.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "fabric", include_str!("../migrations/0001_fabric.sql")),
    (
        2,
        "followed_answers",
        include_str!("../migrations/0002_followed_answers.sql"),
    ),
    (
        3,
        "knowledge",
        include_str!("../migrations/0003_knowledge.sql"),
    ),
    (4, "agent", include_str!("../migrations/0004_agent.sql")),
    (5, "routing", include_str!("../migrations/0005_routing.sql")),
    (6, "desk", include_str!("../migrations/0006_desk.sql")),
    (7, "widget", include_str!("../migrations/0007_widget.sql")),
    (8, "policy", include_str!("../migrations/0008_policy.sql")),
    (
        9,
        "attendance",
        include_str!("../migrations/0009_attendance.sql"),
    ),
    (10, "push", include_str!("../migrations/0010_push.sql")),
    (11, "ears", include_str!("../migrations/0011_ears.sql")),
    (
        12,
        "promises",
        include_str!("../migrations/0012_promises.sql"),
    ),
    (
        13,
        "procedures",
        include_str!("../migrations/0013_procedures.sql"),
    ),
    (
        14,
        "callbacks",
        include_str!("../migrations/0014_callbacks.sql"),
    ),
    (
        15,
        "reception",
        include_str!("../migrations/0015_reception.sql"),
    ),
    (
        16,
        "with_agent",
        include_str!("../migrations/0016_with_agent.sql"),
    ),
    (17, "orders", include_str!("../migrations/0017_orders.sql")),
];

const LIST: Query = Query::plain(
    "schema.list",
    "SELECT number FROM schema_migration ORDER BY number",
);
const RECORD: Query = Query {
    name: "schema.record",
    sqlite: "INSERT INTO schema_migration (number, name) VALUES (?1, ?2)",
    postgres: "INSERT INTO schema_migration (number, name) VALUES ($1, $2)",
};

/// What a migration run did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the migrations that were applied now.
    pub applied: Vec<String>,
    /// The schema's number afterwards.
    pub version: i64,
}

/// Number and name of every migration this binary knows.
pub fn migrations() -> impl Iterator<Item = (i64, &'static str)> {
    MIGRATIONS.iter().map(|(number, name, _)| (*number, *name))
}

impl Db {
    /// Brings the schema up to date, all or nothing. Two processes may call it at once.
    ///
    /// # Errors
    /// [`Error::Schema`] when the database was written by a newer binary.
    pub async fn migrate(&self) -> Result<Migrated> {
        let engine = self.engine();
        self.write(move |tx| migrate(tx, engine)).await
    }

    /// Names of the migrations still to be applied.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn pending_migrations(&self) -> Result<Vec<String>> {
        let engine = self.engine();
        self.write(move |tx| {
            prepare_table(tx, engine)?;
            let done = tx.all(&LIST, params![], |row| row.get::<i64>("number"))?;
            Ok(migrations()
                .filter(|(number, _)| !done.contains(number))
                .map(|(_, name)| name.to_owned())
                .collect())
        })
        .await
    }
}

fn prepare_table(tx: &mut Tx<'_>, engine: Engine) -> Result<()> {
    if engine == Engine::Postgres {
        // One migrator at a time; the number is arbitrary and ours.
        tx.script("schema.lock", "SELECT pg_advisory_xact_lock(7416841)")?;
    }
    tx.script(
        "schema.table",
        "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL)",
    )
}

fn migrate(tx: &mut Tx<'_>, engine: Engine) -> Result<Migrated> {
    prepare_table(tx, engine)?;
    let done = tx.all(&LIST, params![], |row| row.get::<i64>("number"))?;
    if let Some(unknown) = done
        .iter()
        .find(|number| migrations().all(|(known, _)| known != **number))
    {
        return Err(Error::Schema(format!(
            "the database has migration {unknown}, which this version does not know; run the newer version that wrote it"
        )));
    }
    let mut applied = Vec::new();
    for (number, name, text) in MIGRATIONS
        .iter()
        .filter(|(number, ..)| !done.contains(number))
    {
        tx.script(name, &for_engine(text, engine))?;
        tx.execute(&RECORD, params![*number, *name])?;
        applied.push((*name).to_owned());
    }
    Ok(Migrated {
        applied,
        version: MIGRATIONS
            .iter()
            .map(|(number, ..)| *number)
            .max()
            .unwrap_or(0),
    })
}

/// Leaves out the lines meant for the other engine.
fn for_engine(text: &str, engine: Engine) -> String {
    let other = match engine {
        Engine::Sqlite => "-- @postgres",
        Engine::Postgres => "-- @sqlite",
    };
    text.lines()
        .filter(|line| !line.trim_end().ends_with(other))
        .collect::<Vec<_>>()
        .join("\n")
}
