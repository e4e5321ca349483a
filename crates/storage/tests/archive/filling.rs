//! Rows for every table, made from what the schema says: a column added tomorrow is filled as well.

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};
use std::collections::BTreeMap;

/// How many rows each table gets.
pub const ROWS: usize = 7;

const TEXTS: &[&str] = &[
    "",
    " ",
    "plain",
    "null",
    "{\"a\": [1, \"2\"]}",
    "line\r\nline\ttab \u{7f}\u{1}",
    "\\ \" ' ` $1 ?1 %s",
    "Straße Ελλάδα 日本語 \u{1F469}\u{200d}\u{1F680}",
    "e\u{301} \u{202e}\u{feff}",
];
const INTEGERS: &[i64] = &[0, 1, -1, i64::MAX, i64::MIN, 1_772_355_600_000];
const REALS: &[f64] = &[
    0.1,
    1.0,
    -1.0,
    f64::MAX,
    f64::MIN_POSITIVE,
    5e-324,
    1.0 / 3.0,
];

/// Adds [`ROWS`] rows to every table of the SQLite database at `url`.
pub fn fill(url: &str) {
    let path = url.strip_prefix("sqlite:").unwrap();
    let connection = Connection::open(path).unwrap();
    connection
        .pragma_update(None, "foreign_keys", true)
        .unwrap();
    let mut draw = Draw(2026);
    // In the order they were made in: what is referred to comes first.
    let tables = texts(
        &connection,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         AND name <> 'schema_migration' AND name NOT LIKE 'entry_words%' ORDER BY rowid",
    );
    for table in tables {
        fill_table(&connection, &table, &mut draw);
    }
}

fn texts(connection: &Connection, query: &str) -> Vec<String> {
    let mut statement = connection.prepare(query).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn fill_table(connection: &Connection, table: &str, draw: &mut Draw) {
    let columns = columns(connection, table);
    let parents = parents(connection, table);
    let marks = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT OR IGNORE INTO {table} VALUES ({marks})");
    let mut inserted = 0;
    for row in 0.. {
        let values = columns
            .iter()
            .map(|column| match parents.get(&column.name) {
                Some(query) => parent(connection, query, row).unwrap_or(Value::Null),
                None => column.value(draw),
            });
        inserted += connection
            .execute(&insert, params_from_iter(values))
            .unwrap();
        if inserted == ROWS {
            break;
        }
        assert!(row < 100, "{table} cannot be filled");
    }
}

struct Column {
    name: String,
    kind: String,
    required: bool,
}

impl Column {
    fn value(&self, draw: &mut Draw) -> Value {
        if !self.required && draw.below(3) == 0 {
            return Value::Null;
        }
        match self.kind.as_str() {
            "UUID" => Value::Blob(draw.bytes(16)),
            "TEXT" => Value::Text(format!("{}{}", draw.one_of(TEXTS), draw.next())),
            "BIGINT" if draw.below(2) == 0 => Value::Integer(draw.next().cast_signed()),
            "BIGINT" => Value::Integer(*draw.one_of(INTEGERS)),
            "BOOLEAN" => Value::Integer(i64::from(draw.below(2) == 0)),
            "BYTEA" => {
                let length = draw.below(70);
                Value::Blob(draw.bytes(length))
            }
            "DOUBLE PRECISION" if draw.below(2) == 0 => Value::Real(*draw.one_of(REALS)),
            "DOUBLE PRECISION" => Value::Real(f64::from_bits(draw.next() >> 2)),
            other => panic!("column {} is a {other}: say here how to fill it", self.name),
        }
    }
}

fn columns(connection: &Connection, table: &str) -> Vec<Column> {
    let mut statement = connection
        .prepare("SELECT name, type, \"notnull\" OR pk > 0 FROM pragma_table_info(?1) ORDER BY cid")
        .unwrap();
    let rows = statement.query_map([table], |row| {
        Ok(Column {
            name: row.get(0)?,
            kind: row.get(1)?,
            required: row.get(2)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// For each column that refers to another table, the query that lists what it may refer to.
fn parents(connection: &Connection, table: &str) -> BTreeMap<String, String> {
    let mut statement = connection
        .prepare("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list(?1)")
        .unwrap();
    let rows = statement.query_map([table], |row| {
        let (from, parent, to): (_, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        Ok((from, format!("SELECT {to} FROM {parent} ORDER BY rowid")))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// A different one for each row, so that what must be unique is.
fn parent(connection: &Connection, query: &str, row: usize) -> Option<Value> {
    let mut statement = connection.prepare_cached(query).unwrap();
    let all = statement.query_map([], |row| row.get(0)).unwrap();
    let all: Vec<Value> = all.map(Result::unwrap).collect();
    (!all.is_empty()).then(|| all[row % all.len()].clone())
}

/// Numbers that look random and are the same every time (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}
