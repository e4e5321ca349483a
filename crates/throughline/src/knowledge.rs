//! `knowledge`: the knowledge base, from files.

use crate::installation::Installation;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_config::Config;
use throughline_engine::knowledge::{
    self, Audience, Embed, ImportFile, ImportOutcome, ImportWish, ImportedFile, Knowledge,
};
use throughline_knowledge::checked_locale;
use throughline_knowledge::import::FileKind;
use throughline_understanding::{Embedder, ModelError};

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;
/// Where the sentence model is in the data folder.
const MODEL_FOLDER: &str = "models/minilm";
/// Files imported in one transaction.
const AT_ONCE: usize = 50;

/// What to do with the knowledge base.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Imports a folder, or one file: .md, .html, .txt and .json with questions and answers, .urls with addresses. An
    /// article that is there already, by slug and language, gets the file's text.
    Import(Import),
}

/// What to import, and how.
#[derive(clap::Args)]
pub struct Import {
    /// The folder or file. READMEs and names that begin with a dot are left out.
    place: PathBuf,
    /// Publish nothing; without this, what does not call itself a draft is published.
    #[arg(long)]
    draft: bool,
    /// Who files are for that do not say.
    #[arg(long, default_value = "public", value_parser = audience)]
    audience: Audience,
    /// The language of files that name none.
    #[arg(long, default_value = "en")]
    locale: String,
}

fn audience(text: &str) -> Result<Audience, String> {
    text.parse()
        .map_err(|error: throughline_model::words::UnknownWord| error.to_string())
}

/// Runs the command.
pub async fn run(config: Config, command: Command) -> Result<(), String> {
    let Command::Import(import) = command;
    let files = files(&import.place)?;
    if files.is_empty() {
        return Err(format!(
            "there is nothing to import in {}",
            import.place.display()
        ));
    }
    let wish = ImportWish {
        locale: checked_locale(&import.locale).map_err(|flaw| flaw.to_string())?,
        audience: import.audience,
        publish: !import.draft,
        by: "system".to_owned(),
    };
    let outcomes = bring_in(&Installation::open(config).await?, files, &wish).await?;
    crate::say(&report(&outcomes));
    let refused = outcomes
        .iter()
        .filter(|one| one.outcome == ImportOutcome::Refused)
        .count();
    match refused {
        0 => Ok(()),
        count => Err(format!("{count} of {} files were refused", outcomes.len())),
    }
}

/// Publishes the articles of a folder, as far as they are new or changed.
///
/// # Errors
/// When the folder cannot be read.
pub async fn learn(installation: &Installation, folder: &Path) -> Result<(), String> {
    let wish = ImportWish {
        locale: "en".to_owned(),
        audience: Audience::Public,
        publish: true,
        by: "system".to_owned(),
    };
    let outcomes = bring_in(installation, files(folder)?, &wish).await?;
    for refused in outcomes
        .iter()
        .filter(|one| one.outcome == ImportOutcome::Refused)
    {
        tracing::warn!(file = %refused.name, "an article was refused");
    }
    Ok(())
}

/// The knowledge base of an installation. Without the sentence model it is searched by words alone.
pub fn open(installation: &Installation, model: Option<Arc<Embedder>>) -> Knowledge {
    let meanings = model.map(|model| Arc::new(Meanings(model)) as Arc<dyn Embed>);
    Knowledge::new(installation.db.clone(), meanings)
}

/// The sentence model, as far as the data folder has it in `models/minilm`.
pub fn sentence_model(config: &Config) -> Option<Arc<Embedder>> {
    let folder = config.storage.data_dir.join(MODEL_FOLDER);
    if !folder.is_dir() {
        tracing::info!(folder = %folder.display(), "there is no sentence model; knowledge is searched by words alone");
        return None;
    }
    match Embedder::load(&folder) {
        Ok(model) => Some(Arc::new(model)),
        Err(error) => {
            tracing::error!(folder = %folder.display(), %error, "the sentence model cannot be used; knowledge is searched by words alone");
            None
        }
    }
}

/// The sentence model, as the knowledge base asks it.
struct Meanings(Arc<Embedder>);

impl Meanings {
    fn told(computed: Result<Vec<f32>, ModelError>) -> Option<Vec<f32>> {
        computed
            .inspect_err(
                |error| tracing::warn!(%error, "a text has no vector; it is compared by its words"),
            )
            .ok()
    }
}

impl Embed for Meanings {
    fn model(&self) -> &str {
        self.0.model()
    }

    fn embed(&self, text: &str) -> Option<Vec<f32>> {
        Self::told(self.0.embed(text))
    }

    fn embed_in_background(&self, text: &str) -> Option<Vec<f32>> {
        let one = self
            .0
            .embed_batch(&[text])
            .map(|mut vectors| vectors.pop().unwrap_or_default());
        Self::told(one)
    }
}

/// Imports files into an open installation.
pub async fn bring_in(
    installation: &Installation,
    files: Vec<ImportFile>,
    wish: &ImportWish,
) -> Result<Vec<ImportedFile>, String> {
    let mut outcomes = Vec::new();
    for some in files.chunks(AT_ONCE) {
        let (some, wish, setup) = (some.to_vec(), wish.clone(), installation.setup.clone());
        let imported = installation
            .db
            .write(move |tx| knowledge::import(tx, &setup, &some, &wish))
            .await
            .map_err(|error| error.to_string())?;
        outcomes.extend(imported);
    }
    Ok(outcomes)
}

/// Every file below `place` that is knowledge, in the order of their names.
pub fn files(place: &Path) -> Result<Vec<ImportFile>, String> {
    let mut paths = Vec::new();
    if place.is_dir() {
        collect(place, &mut paths)?;
        paths.sort();
    } else {
        paths.push(place.to_owned());
    }
    paths.iter().map(|path| read(place, path)).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        // A link could lead anywhere, or back here.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            collect(&entry.path(), paths)?;
        } else if kind.is_file() && FileKind::of(&name).is_some() && !name.starts_with("README") {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn read(place: &Path, path: &Path) -> Result<ImportFile, String> {
    let failed = |error: std::io::Error| format!("{} cannot be read: {error}", path.display());
    let size = std::fs::metadata(path).map_err(failed)?.len();
    if size > FILE_LIMIT {
        return Err(format!(
            "{} is larger than {FILE_LIMIT} bytes; make several files of it",
            path.display()
        ));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let shown = path
        .strip_prefix(place)
        .ok()
        .filter(|rest| !rest.as_os_str().is_empty());
    Ok(ImportFile {
        name: shown.unwrap_or(path).display().to_string(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

fn report(outcomes: &[ImportedFile]) -> String {
    let mut report = String::new();
    for one in outcomes {
        let why = one
            .problem
            .as_ref()
            .map_or_else(String::new, |why| format!(": {why}"));
        report.push_str(&format!("{:9} {}{why}\n", one.outcome.as_str(), one.name));
    }
    report
}
