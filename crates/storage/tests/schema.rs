//! The schema's number, on both engines.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use throughline_storage::{Error, Query, migrations, params};
use throughline_testkit::{TestDatabase, on_both_engines};

const FROM_THE_FUTURE: Query = Query::plain(
    "test.future",
    "INSERT INTO schema_migration (number, name) VALUES (9999, 'telepathy')",
);

#[test]
fn a_new_database_is_brought_up_to_date_once() {
    on_both_engines(async |engine| {
        let database = TestDatabase::empty(engine);
        let waiting = database.db.pending_migrations().await.unwrap();
        let known: Vec<String> = migrations().map(|(_, name)| name.to_owned()).collect();
        assert_eq!(waiting, known);
        let first = database.db.migrate().await.unwrap();
        assert_eq!(first.applied, known);
        let again = database.db.migrate().await.unwrap();
        assert!(again.applied.is_empty());
        assert_eq!(again.version, first.version);
        assert!(database.db.pending_migrations().await.unwrap().is_empty());
    });
}

#[test]
fn several_nodes_that_start_at_once_migrate_once() {
    on_both_engines(async |engine| {
        let database = TestDatabase::empty(engine);
        let nodes: Vec<_> = (0..4)
            .map(|_| {
                let db = database.db.clone();
                tokio::spawn(async move { db.migrate().await })
            })
            .collect();
        let mut applied = 0;
        for node in nodes {
            applied += node.await.unwrap().unwrap().applied.len();
        }
        assert_eq!(applied, migrations().count());
    });
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    on_both_engines(async |engine| {
        let database = TestDatabase::new(engine).await;
        let db = &database.db;
        db.write(|tx| tx.execute(&FROM_THE_FUTURE, params![]))
            .await
            .unwrap();
        let said = db.migrate().await.unwrap_err();
        assert!(matches!(said, Error::Schema(_)), "{said}");
        assert!(said.to_string().contains("9999"), "{said}");
    });
}
