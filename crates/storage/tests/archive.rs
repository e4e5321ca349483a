//! `export` and `import`: nothing is lost between the engines, and nothing half is taken in.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "archive/filling.rs"]
mod filling;

use filling::fill;
use std::collections::{BTreeMap, BTreeSet};
use throughline_model::identifier::Identifier;
use throughline_storage::{ArchiveError, Db, Engine, Query, export, import, params};
use throughline_testkit::{Shop, TestDatabase, on_both_engines};

const SQLITE_TABLES: Query = Query::plain(
    "test.tables",
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
     AND name NOT LIKE 'entry_words%'",
);

/// The archive of a shop some customers have written to, with rows in every table.
async fn generated_shop() -> (Vec<u8>, BTreeSet<String>) {
    let shop = Shop::open(Engine::Sqlite).await;
    let ada = Identifier::email("ada@example.com").unwrap();
    let phone = Identifier::phone("+4915112345678").unwrap();
    for text in [
        "Where is my parcel?",
        "Grüße\n\"quoted\" \u{1F4E6}",
        "\u{202e}abc",
        "'); DROP TABLE entry; --",
    ] {
        shop.hears(&ada, text).await;
        shop.hears(&phone, text).await;
    }
    let tables: BTreeSet<String> = shop
        .database
        .db
        .read(|tx| tx.all(&SQLITE_TABLES, params![], |row| row.get("name")))
        .await
        .unwrap()
        .into_iter()
        .filter(|name| name != "schema_migration")
        .collect();
    fill(&shop.database.url);
    (archive_of(&shop.database.db).await, tables)
}

async fn archive_of(db: &Db) -> Vec<u8> {
    let mut out = Vec::new();
    export(db, &mut out).await.unwrap();
    out
}

/// The rows of each table as they stand in the archive, sorted: a table has no order.
fn rows(archive: &[u8]) -> BTreeMap<String, BTreeSet<String>> {
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut table = String::new();
    for line in std::str::from_utf8(archive).unwrap().lines() {
        if let Some(head) = line.strip_prefix("{\"table\":\"") {
            table = head.split('"').next().unwrap().to_owned();
            tables.entry(table.clone()).or_default();
        } else if line.starts_with('[') {
            assert!(tables.get_mut(&table).unwrap().insert(line.to_owned()));
        }
    }
    tables
}

fn assert_same(there: &[u8], before: &BTreeMap<String, BTreeSet<String>>) {
    for (table, rows) in rows(there) {
        let lost: Vec<_> = before[&table].difference(&rows).collect();
        let new: Vec<_> = rows.difference(&before[&table]).collect();
        assert!(
            lost.is_empty() && new.is_empty(),
            "{table}: {lost:#?} became {new:#?}"
        );
    }
}

async fn is_empty(db: &Db) -> bool {
    rows(&archive_of(db).await).values().all(BTreeSet::is_empty)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn a_shop_moves_to_postgresql_and_back_and_nothing_is_lost() {
    runtime().block_on(async {
        let (archive, tables) = generated_shop().await;
        let before = rows(&archive);
        let archived: BTreeSet<String> = before.keys().cloned().collect();
        assert_eq!(archived, tables, "every table is in the archive");
        for (table, rows) in &before {
            assert!(rows.len() >= filling::ROWS, "{table} has rows to lose");
        }
        let postgres = TestDatabase::new(Engine::Postgres).await;
        let count = import(&postgres.db, archive.as_slice()).await.unwrap();
        assert_eq!(
            count,
            before.values().map(|rows| rows.len() as u64).sum::<u64>()
        );
        let there = archive_of(&postgres.db).await;
        assert_same(&there, &before);
        let sqlite = TestDatabase::new(Engine::Sqlite).await;
        import(&sqlite.db, there.as_slice()).await.unwrap();
        assert_same(&archive_of(&sqlite.db).await, &before);
    });
}

#[test]
fn an_archive_that_was_cut_short_anywhere_is_refused_and_nothing_of_it_kept() {
    on_both_engines(async |engine| {
        let (archive, _) = generated_shop().await;
        let lines: Vec<&[u8]> = archive.split_inclusive(|byte| *byte == b'\n').collect();
        let database = TestDatabase::new(engine).await;
        // At the ends of lines, where what is left looks well, and within one.
        let cuts = [0, 1, 2, lines.len() / 2, lines.len() - 2, lines.len() - 1];
        for kept in cuts {
            let whole = lines[..kept].concat();
            let said = import(&database.db, whole.as_slice()).await.unwrap_err();
            let expected = kept.max(1);
            assert!(
                matches!(said, ArchiveError::Content { line, .. } if line == expected),
                "after {kept} lines: {said}"
            );
            let mut broken = whole;
            broken.extend(&lines[kept][..lines[kept].len() / 2]);
            let said = import(&database.db, broken.as_slice()).await.unwrap_err();
            assert!(
                matches!(said, ArchiveError::Content { line, .. } if line == kept + 1),
                "within line {}: {said}",
                kept + 1
            );
            assert!(is_empty(&database.db).await);
        }
        import(&database.db, archive.as_slice()).await.unwrap();
    });
}

#[test]
fn a_damaged_archive_is_refused_with_the_number_of_the_line() {
    on_both_engines(async |engine| {
        let (archive, _) = generated_shop().await;
        let text = String::from_utf8(archive).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let at = |start: &str| {
            lines
                .iter()
                .position(|line| line.starts_with(start))
                .unwrap()
        };
        let entries = at("{\"table\":\"entry\"") + 1;
        let end = lines.len() - 1;
        let damaged: &[(usize, String, usize, &str)] = &[
            (entries, "[1, 2".to_owned(), entries, "EOF"),
            (entries, "[1, 2]".to_owned(), entries, "2 values for"),
            (
                entries,
                lines[entries].replacen('"', "\"not-a-uuid-", 1),
                entries,
                "does not hold uuid",
            ),
            (entries, String::new(), entries, "EOF"),
            (
                at("{\"table\":\"entry\""),
                "{\"table\":\"orders\",\"columns\":[]}".to_owned(),
                at("{\"table\":\"entry\""),
                "'orders' is not known",
            ),
            // A message whose words were changed, and one that is there twice.
            (
                entries,
                lines[entries].replacen("Where", "Whose", 1),
                end,
                "checksum",
            ),
            (entries, format!("{0}\n{0}", lines[entries]), 0, ""),
            (
                0,
                lines[0].replacen("\"schema\":", "\"schema\":9", 1),
                0,
                "written for schema 9",
            ),
            (1, lines[2].to_owned(), 1, "before its table"),
        ];
        let database = TestDatabase::new(engine).await;
        for (line, replacement, blamed, words) in damaged {
            assert_ne!(lines[*line], replacement, "the damage is none");
            let mut changed: Vec<&str> = lines.clone();
            changed[*line] = replacement;
            let said = import(&database.db, changed.join("\n").as_bytes())
                .await
                .unwrap_err();
            let message = said.to_string();
            assert!(matches!(said, ArchiveError::Content { .. }), "{message}");
            assert!(message.contains(words), "{message}");
            if !words.is_empty() {
                let number = format!("line {} ", blamed + 1);
                assert!(message.starts_with(&number), "{number}: {message}");
            }
            assert!(is_empty(&database.db).await);
        }
    });
}

#[test]
fn a_database_with_anything_in_it_is_not_imported_into() {
    on_both_engines(async |engine| {
        let (archive, _) = generated_shop().await;
        let shop = Shop::open(engine).await;
        let before = rows(&archive_of(&shop.database.db).await);
        let said = import(&shop.database.db, archive.as_slice())
            .await
            .unwrap_err();
        assert!(
            matches!(said, ArchiveError::NotEmpty(ref table) if table == "endpoint"),
            "{said}"
        );
        assert_same(&archive_of(&shop.database.db).await, &before);
    });
}
