//! `procedure`: what operators write for the AI agent, looked at before it is used, and published.

use crate::folder;
use crate::installation::Installation;
use crate::policy::{day, short, told};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_brain::Business;
use throughline_config::Config;
use throughline_engine::agent::Agent;
use throughline_engine::agent::procedures::{self, Edit, ProcedureFile, VersionSummary};
use throughline_engine::knowledge::Knowledge;
use throughline_procedure::library::FOLDER;

/// Versions that are listed.
const VERSIONS: usize = 50;

/// What to do with procedures.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Checks a folder with procedures/, tools/ and policy/: prints each problem with its file and line, and ends
    /// with 1 when one of them is an error.
    Check {
        /// The folder, such as demo/shop.
        folder: PathBuf,
    },
    /// Publishes the procedures/ of a folder in place of those in force. They are checked and their tests played first;
    /// servers follow within seconds.
    Publish {
        /// The folder, such as demo/shop.
        folder: PathBuf,
        /// What is to be said about it.
        #[arg(long, default_value = "")]
        note: String,
        /// Why it is to be published although tests fail; it is audited.
        #[arg(long)]
        despite: Option<String>,
    },
    /// Publishes the files of an earlier version anew.
    Rollback {
        /// Its number, as `versions` lists it.
        number: i64,
        /// Why it is to be published although tests fail; it is audited.
        #[arg(long)]
        despite: Option<String>,
    },
    /// Lists what was published.
    Versions,
    /// Writes the procedures in force into a folder's procedures/, to edit them there.
    Write {
        /// The folder; it must not have procedures/ yet.
        folder: PathBuf,
    },
}

/// Runs the command.
pub async fn run(config: Config, command: Command) -> Result<(), String> {
    match command {
        Command::Check { folder } => check(&folder),
        Command::Publish {
            folder,
            note,
            despite,
        } => {
            let files = read(&folder)?;
            let installation = Installation::open(config).await?;
            let agent = agent(&installation).await?;
            let edit = installation
                .db
                .read(move |tx| procedures::replacing(tx, files.clone()))
                .await
                .map_err(told)?;
            let edit = Edit {
                note,
                despite,
                ..edit
            };
            publish(&installation, &agent, edit).await
        }
        Command::Rollback { number, despite } => {
            let installation = Installation::open(config).await?;
            let agent = agent(&installation).await?;
            let earlier = installation
                .db
                .read(move |tx| procedures::earlier(tx, number))
                .await
                .map_err(told)?;
            let edit = Edit { despite, ..earlier };
            publish(&installation, &agent, edit).await
        }
        Command::Versions => versions(&Installation::open(config).await?).await,
        Command::Write { folder } => write(&Installation::open(config).await?, &folder).await,
    }
}

/// Says what is wrong with a folder. It needs neither configuration nor database.
///
/// # Errors
/// How many problems keep the folder from being used.
pub fn check(folder: &Path) -> Result<(), String> {
    if !folder.is_dir() {
        return Err(format!("{} is no folder", folder.display()));
    }
    let found = Business::load(folder);
    let problems = match &found {
        Ok((_, warnings)) => warnings,
        Err(problems) => problems,
    };
    for problem in problems {
        crate::say(&format!("{problem}\n"));
    }
    match found {
        Ok((business, _)) => {
            let procedures = business.library.procedures.values();
            let tests: usize = procedures.map(|procedure| procedure.tests.len()).sum();
            let count = business.library.procedures.len();
            crate::say(&format!(
                "{count} procedures with {tests} tests can be used\n"
            ));
            Ok(())
        }
        Err(problems) => {
            let errors = problems.iter().filter(|problem| !problem.warning).count();
            Err(format!("{errors} of these problems must be mended first"))
        }
    }
}

/// Whoever checks and plays the tests knows the tools.
async fn agent(installation: &Installation) -> Result<Arc<Agent>, String> {
    let knowledge = Knowledge::new(installation.db.clone(), None);
    let agent = crate::agent::open(installation, knowledge, None).await?;
    agent.ok_or_else(|| "there is no AI agent here; see [agent] in the configuration".to_owned())
}

async fn publish(installation: &Installation, agent: &Agent, edit: Edit) -> Result<(), String> {
    let prepared = agent.prepare(edit).await.map_err(told)?;
    let setup = installation.setup.clone();
    let published = installation
        .db
        .write(move |tx| procedures::publish(tx, &setup, &prepared, "system"))
        .await
        .map_err(told)?;
    crate::say(&format!(
        "version {} ({}) is in force; tests {}\n",
        published.number,
        short(&published.version),
        published.tests
    ));
    Ok(())
}

async fn versions(installation: &Installation) -> Result<(), String> {
    let listed = installation
        .db
        .read(|tx| procedures::versions(tx, None, None, VERSIONS))
        .await
        .map_err(told)?;
    if listed.is_empty() {
        crate::say("nothing was published\n");
    }
    for one in &listed {
        crate::say(&line(one));
    }
    Ok(())
}

async fn write(installation: &Installation, folder: &Path) -> Result<(), String> {
    let found = installation
        .db
        .read(procedures::in_force)
        .await
        .map_err(told)?;
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("{} cannot be written: {error}", folder.display()))?;
    let files = found.files.into_iter().map(|file| (file.name, file.text));
    folder::write(&folder.join(FOLDER), files)
}

fn read(folder: &Path) -> Result<Vec<ProcedureFile>, String> {
    let files = folder::read(&folder.join(FOLDER), &["md", "yaml"])?.into_iter();
    let files = files.map(|(name, text)| ProcedureFile { name, text });
    Ok(files.collect())
}

fn line(version: &VersionSummary) -> String {
    let mark = if version.in_force { "*" } else { " " };
    let despite = version
        .overridden
        .as_ref()
        .map_or_else(String::new, |why| format!(", although tests fail: {why}"));
    format!(
        "{mark} {:>4} {} {} {} tests {}{despite}  {}\n",
        version.number,
        short(&version.version),
        day(version.at),
        version.published_by,
        version.tests,
        version.note
    )
}
