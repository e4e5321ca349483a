//! `export` and `import`.

use crate::installation::open_database;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;
use throughline_config::Config;

/// Writes the database into `file`, which must not exist yet.
pub async fn export(config: &Config, file: &Path) -> Result<(), String> {
    let db = open_database(config)?;
    let pending = db
        .pending_migrations()
        .await
        .map_err(|error| error.to_string())?;
    if !pending.is_empty() {
        return Err("the database is not up to date; run `throughline migrate` first".to_owned());
    }
    let out = File::create_new(file)
        .map_err(|error| format!("{} cannot be made: {error}", file.display()))?;
    let rows = throughline_storage::export(&db, BufWriter::new(&out))
        .await
        .map_err(|error| error.to_string())?;
    out.sync_all()
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
    crate::say(&format!(
        "{rows} rows written to {}\nfiles and the secret key are not in it: copy the folder of [files] and secret.key as well\n",
        file.display()
    ));
    Ok(())
}

/// Reads `file` into the configured database, which must be empty.
pub async fn import(config: &Config, file: &Path) -> Result<(), String> {
    let input =
        File::open(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    let db = open_database(config)?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let rows = throughline_storage::import(&db, BufReader::new(input))
        .await
        .map_err(|error| error.to_string())?;
    crate::say(&format!("{rows} rows read\n"));
    Ok(())
}
