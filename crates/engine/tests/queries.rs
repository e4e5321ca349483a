//! Every named query is one both engines understand.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use throughline_engine::queries;
use throughline_testkit::{TestDatabase, on_both_engines};

#[test]
fn both_engines_prepare_every_query() {
    on_both_engines(async |engine| {
        let database = TestDatabase::new(engine).await;
        let refused: Vec<String> = database
            .db
            .write(|tx| -> throughline_storage::Result<_> {
                Ok(queries::ALL
                    .iter()
                    .filter_map(|query| tx.check(query).err().map(|error| error.to_string()))
                    .collect())
            })
            .await
            .unwrap();
        assert!(refused.is_empty(), "{}", refused.join("\n"));
        assert!(queries::ALL.len() > 80, "the list is whole");
    });
}

#[test]
fn no_two_queries_share_a_name() {
    let mut names: Vec<&str> = queries::ALL.iter().map(|query| query.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), queries::ALL.len());
}
