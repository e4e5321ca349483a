//! A law of `export` and `import`: a fraction comes out with every bit it went in with, on either engine.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;
use throughline_storage::{Db, Engine, Query, Result, export, import, params};
use throughline_testkit::TestDatabase;
use uuid::Uuid;

const KEEP: Query = Query {
    name: "test.keep",
    sqlite: "INSERT INTO suggestion (a, b, score, reasons, at) VALUES (?1, ?1, ?2, '', 0)",
    postgres: "INSERT INTO suggestion (a, b, score, reasons, at) VALUES ($1, $1, $2, '', 0)",
};
const KEPT: Query = Query::plain("test.kept", "SELECT score FROM suggestion ORDER BY a");

/// Any finite number. Minus zero is left out: SQLite keeps it as zero.
fn number() -> impl Strategy<Value = f64> {
    any::<u64>()
        .prop_map(f64::from_bits)
        .prop_filter("finite", |number| number.is_finite())
        .prop_map(|number| if number == 0.0 { 0.0 } else { number })
}

async fn kept(db: &Db) -> Vec<u64> {
    db.read(|tx| tx.all(&KEPT, params![], |row| row.get::<f64>("score")))
        .await
        .unwrap()
        .into_iter()
        .map(f64::to_bits)
        .collect()
}

/// A new database on `engine` with what `from` holds.
async fn moved(from: &Db, engine: Engine) -> TestDatabase {
    let mut archive = Vec::new();
    export(from, &mut archive).await.unwrap();
    let to = TestDatabase::new(engine).await;
    import(&to.db, archive.as_slice()).await.unwrap();
    to
}

async fn survives(numbers: Vec<f64>) {
    let bits: Vec<u64> = numbers.iter().map(|number| number.to_bits()).collect();
    let sqlite = TestDatabase::new(Engine::Sqlite).await;
    sqlite
        .db
        .write(move |tx| -> Result<()> {
            for (place, number) in numbers.iter().enumerate() {
                tx.execute(&KEEP, params![Uuid::from_u128(place as u128), *number])?;
            }
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(kept(&sqlite.db).await, bits);
    let postgres = moved(&sqlite.db, Engine::Postgres).await;
    assert_eq!(kept(&postgres.db).await, bits, "in PostgreSQL");
    let back = moved(&postgres.db, Engine::Sqlite).await;
    assert_eq!(kept(&back.db).await, bits, "back in SQLite");
}

proptest! {
    // Each case makes three databases; it is the numbers in them that count.
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_bit_of_a_fraction_survives_the_move(numbers in prop::collection::vec(number(), 500)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(survives(numbers));
    }
}
