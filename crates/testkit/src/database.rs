//! A fresh, migrated database for each test.

use std::path::PathBuf;
use throughline_storage::{Db, Engine, Options};
use uuid::Uuid;

/// Where a database is, or can be made; whatever is there goes away when this is dropped.
pub struct DatabasePlace {
    /// `sqlite:…` or `postgres://…`.
    pub url: String,
    folder: Option<PathBuf>,
    dropped_by: Option<String>,
}

impl DatabasePlace {
    /// A place for a new database on `engine`: a folder, or an empty database of the test server.
    pub fn new(engine: Engine) -> Self {
        let name = format!("t{}", Uuid::new_v4().simple());
        match engine {
            Engine::Sqlite => {
                let folder = std::env::temp_dir().join(format!("throughline-{name}"));
                Self {
                    url: format!("sqlite:{}", folder.join("test.db").display()),
                    folder: Some(folder),
                    dropped_by: None,
                }
            }
            Engine::Postgres => {
                let server = postgres_url();
                admin(&server, &format!("CREATE DATABASE {name}"));
                let (base, _) = server
                    .rsplit_once('/')
                    .expect("a PostgreSQL URL names a database");
                Self {
                    url: format!("{base}/{name}"),
                    folder: None,
                    dropped_by: Some(format!("DROP DATABASE {name} WITH (FORCE)")),
                }
            }
        }
    }
}

impl Drop for DatabasePlace {
    fn drop(&mut self) {
        if let Some(folder) = &self.folder {
            let _ = std::fs::remove_dir_all(folder);
        }
        if let Some(statement) = self.dropped_by.take() {
            admin(&postgres_url(), &statement);
        }
    }
}

/// A database that goes away with the test.
pub struct TestDatabase {
    /// The open database.
    pub db: Db,
    /// Where it is.
    pub url: String,
    _place: DatabasePlace,
}

impl TestDatabase {
    /// Makes an empty database on `engine`, without a schema.
    pub fn empty(engine: Engine) -> Self {
        let place = DatabasePlace::new(engine);
        let options = Options {
            postgres_connections: 4,
            sqlite_readers: 2,
            ..Options::new(place.url.clone())
        };
        Self {
            db: Db::open(&options).expect("the test database opens"),
            url: place.url.clone(),
            _place: place,
        }
    }

    /// Makes a migrated database on `engine`.
    pub async fn new(engine: Engine) -> Self {
        let database = Self::empty(engine);
        database
            .db
            .migrate()
            .await
            .expect("the migrations apply to an empty database");
        database
    }
}

/// The PostgreSQL server tests use.
pub fn postgres_url() -> String {
    std::env::var("THROUGHLINE_TEST_POSTGRES")
        .expect("THROUGHLINE_TEST_POSTGRES is not set: run the tests with `cargo xtask test`, which starts PostgreSQL")
}

fn admin(server: &str, statement: &str) {
    let server = server.to_owned();
    let statement = statement.to_owned();
    std::thread::spawn(move || {
        let mut client = postgres::Client::connect(&server, postgres::NoTls)
            .expect("the test PostgreSQL answers");
        client
            .batch_execute(&statement)
            .expect("the test PostgreSQL makes and drops databases");
    })
    .join()
    .expect("the test PostgreSQL answers");
}

/// Tells the same story on SQLite and on PostgreSQL.
pub fn on_both_engines<F, Fut>(story: F)
where
    F: Fn(Engine) -> Fut,
    Fut: Future<Output = ()>,
{
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime starts");
        eprintln!("on {engine:?}");
        runtime.block_on(story(engine));
    }
}
