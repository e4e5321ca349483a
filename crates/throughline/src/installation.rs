//! What one installation consists of: database, keys, files, endpoints.

use object_store::ObjectStore;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use throughline_config::{Config, Database, FileStore};
use throughline_engine::attachment::{Clamd, Files};
use throughline_engine::key::Keys;
use throughline_engine::policy::InForce;
use throughline_engine::{Setup, endpoint, policy};
use throughline_http::ConfiguredEndpoint;
use throughline_mail::tokens::MailKeys;
use throughline_model::clock::Clock;
use throughline_storage::{Db, Options};
use throughline_tools::Environment;

/// An opened installation.
pub struct Installation {
    /// How it is configured.
    pub config: Config,
    /// Its database, up to date.
    pub db: Db,
    /// How its engine is set up.
    pub setup: Setup,
    /// Where its files are.
    pub files: Files,
    /// Its endpoints.
    pub endpoints: Vec<ConfiguredEndpoint>,
    /// Keys for tokens in mail.
    pub mail_keys: MailKeys,
    /// Calls providers.
    pub http: reqwest::Client,
    /// Where the agent's tools find addresses and secrets.
    pub environment: Environment,
}

impl Installation {
    /// Opens everything, bringing the database up to date.
    pub async fn open(config: Config) -> Result<Self, String> {
        let db = open_database(&config)?;
        let migrated = db.migrate().await.map_err(|error| error.to_string())?;
        tracing::info!(applied = ?migrated.applied, version = migrated.version, engine = ?db.engine(), "the database is ready");
        let clock = Clock::system();
        let keys = Keys::new(secret(&config)?.as_bytes());
        let mail_keys = MailKeys::new(keys.derive("mail")).map_err(|error| error.to_string())?;
        let setup = Setup {
            clock: clock.clone(),
            keys,
            identity: throughline_engine::identity::Rules::default(),
            reopen_ms: hours_ms(config.conversation.reopen_window_hours),
            agent: config.agent.enabled,
            policy: InForce::built_in().map_err(|problems| format!("{problems:?}"))?,
        };
        policy::refresh(&db, &setup)
            .await
            .map_err(|error| error.to_string())?;
        let mut files = Files::new(
            open_files(&config)?,
            clock.clone(),
            config.files.max_upload_bytes as usize,
        );
        if let Some(clamd) = &config.files.clamd {
            files = files.with_scanner(Clamd::new(clamd));
        }
        let endpoints = configure_endpoints(&db, &clock, &config).await?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| format!("the HTTP client does not start: {error}"))?;
        Ok(Self {
            config,
            db,
            setup,
            files,
            endpoints,
            mail_keys,
            http,
            environment: Environment::process(),
        })
    }
}

fn hours_ms(hours: u64) -> i64 {
    i64::try_from(hours)
        .unwrap_or(i64::MAX / 3_600_000)
        .saturating_mul(3_600_000)
}

/// Opens the database as it is.
pub fn open_database(config: &Config) -> Result<Db, String> {
    let url = match config.database() {
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.expose().to_owned(),
    };
    let options = Options {
        url,
        postgres_connections: config.storage.postgres_connections as usize,
        sqlite_readers: config.storage.sqlite_readers as usize,
    };
    Db::open(&options).map_err(|error| error.to_string())
}

/// The installation's secret: as configured, or made once and kept in a file only its owner can read.
fn secret(config: &Config) -> Result<String, String> {
    if let Some(secret) = &config.security.secret_key {
        return Ok(secret.expose().to_owned());
    }
    let path = config.secret_key_file();
    match std::fs::read_to_string(&path) {
        Ok(secret) if secret.trim().len() >= 32 => Ok(secret.trim().to_owned()),
        Ok(_) => Err(format!(
            "{} holds no secret of at least 32 characters; restore it from a backup, or remove it to have a new one made",
            path.display()
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => make_secret(&path),
        Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
    }
}

fn make_secret(path: &Path) -> Result<String, String> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let secret: String = rand::random::<[u8; 32]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let failed = |error: std::io::Error| format!("{} cannot be written: {error}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(failed)?;
    file.write_all(secret.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    tracing::info!(path = %path.display(), "made the installation's secret key; keep a copy of it");
    Ok(secret)
}

/// Opens the place attachments are kept in.
pub fn open_files(config: &Config) -> Result<Arc<dyn ObjectStore>, String> {
    match config.file_store() {
        FileStore::Local(folder) => {
            std::fs::create_dir_all(&folder).map_err(|error| {
                format!("the folder {} cannot be made: {error}", folder.display())
            })?;
            // Synced, so that an acknowledged attachment survives a loss of power like its message does.
            let store = object_store::local::LocalFileSystem::new_with_prefix(&folder)
                .map_err(|error| error.to_string())?;
            Ok(Arc::new(store.with_fsync(true)))
        }
        FileStore::S3(s3) => {
            let mut builder = object_store::aws::AmazonS3Builder::new()
                .with_bucket_name(&s3.bucket)
                .with_region(&s3.region)
                .with_access_key_id(&s3.access_key_id)
                .with_secret_access_key(s3.secret_access_key.expose());
            if let Some(endpoint) = &s3.endpoint {
                builder = builder
                    .with_endpoint(endpoint.as_str().trim_end_matches('/'))
                    .with_allow_http(endpoint.scheme() == "http");
            }
            Ok(Arc::new(
                builder
                    .build()
                    .map_err(|error| format!("[files.s3]: {error}"))?,
            ))
        }
    }
}

async fn configure_endpoints(
    db: &Db,
    clock: &Clock,
    config: &Config,
) -> Result<Vec<ConfiguredEndpoint>, String> {
    let (wanted, clock) = (config.endpoints.clone(), clock.clone());
    db.write(move |tx| -> throughline_engine::Result<_> {
        wanted
            .iter()
            .map(|one| {
                let record = endpoint::configure(
                    tx,
                    &clock,
                    &one.name,
                    one.channel,
                    &one.address,
                    &one.brand,
                )?;
                Ok(ConfiguredEndpoint {
                    record,
                    config: one.clone(),
                })
            })
            .collect()
    })
    .await
    .map_err(|error| error.to_string())
}
