//! `[storage]`

use crate::reader::Reader;
use crate::secret::Secret;
use crate::section::section;
use crate::setting::{Setting, quoted};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use url::Url;

section! {
    /// Where conversations are kept.
    pub struct Storage {
        /// `sqlite:<file>` keeps everything in one file, relative to `data_dir`;
        /// `postgres://user@host:5432/database` uses PostgreSQL.
        pub url: StorageUrl = default(StorageUrl::Sqlite(PathBuf::from("throughline.db"))),
        /// The password for PostgreSQL, where `url` has none.
        pub postgres_password: Option<Secret> = example({ env = "POSTGRES_PASSWORD" }),
        /// The directory for everything the program keeps on disk. Relative paths start at the
        /// directory it is started in.
        pub data_dir: PathBuf = default(PathBuf::from("data")),
        /// The most connections to PostgreSQL.
        pub postgres_connections: u32 = default(16),
        /// Connections that read from SQLite. There is always exactly one that writes.
        pub sqlite_readers: u32 = default(4),
    }
}

impl Storage {
    /// Where the database is: `url` completed with `data_dir` and `postgres_password`.
    pub fn database(&self) -> Database {
        match &self.url {
            StorageUrl::Sqlite(file) => Database::Sqlite(self.data_dir.join(file)),
            StorageUrl::Postgres(url) => {
                let mut url = url.clone();
                if let Some(password) = &self.postgres_password {
                    // Fails only for URLs without a host, which `StorageUrl` does not accept.
                    let _: Result<(), ()> = url.set_password(Some(password.expose()));
                }
                Database::Postgres(Secret::from_value(url.as_str()))
            }
        }
    }
}

/// A database, ready to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A `postgres://` URL with its password.
    Postgres(Secret),
}

/// What `storage.url` may be. Its password, if it has one, is not shown.
#[derive(Clone, PartialEq, Eq)]
pub enum StorageUrl {
    /// `sqlite:<file>`
    Sqlite(PathBuf),
    /// `postgres://…`
    Postgres(Url),
}

impl fmt::Display for StorageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) => write!(f, "{}", crate::sections::email::without_password(url)),
        }
    }
}

impl fmt::Debug for StorageUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

impl FromStr for StorageUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(file) = text.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            return match file {
                "" => Err("it names no file".to_owned()),
                file => Ok(Self::Sqlite(PathBuf::from(file))),
            };
        }
        let url: Url = text.parse().map_err(|error| format!("{error}"))?;
        match (url.scheme(), url.has_host()) {
            ("postgres" | "postgresql", true) => Ok(Self::Postgres(url)),
            ("postgres" | "postgresql", false) => Err("it names no host".to_owned()),
            (scheme, _) => Err(format!("'{scheme}' is neither sqlite nor postgres")),
        }
    }
}

impl Setting for StorageUrl {
    fn read(value: &toml::Value, at: &mut Reader<'_>) -> Option<Self> {
        let example = "\"sqlite:throughline.db\" or \"postgres://user@host:5432/database\"";
        // The message must not repeat the text: it may hold a password.
        let text = crate::setting::text(value, "a database URL", at)?;
        match text.parse() {
            Ok(url) => Some(url),
            Err(problem) => at.reject(
                format!("this is not a database URL: {problem}"),
                format!("write it like {example}"),
            ),
        }
    }

    fn render(&self) -> String {
        quoted(&self.to_string())
    }
}
