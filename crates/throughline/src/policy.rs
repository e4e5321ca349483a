//! `policy`: the rules, from a folder of files.

use crate::folder;
use crate::installation::Installation;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_config::Config;
use throughline_engine::policy::{
    self, Checked, Compiled, Edit, Impact, PolicyKind, Proofs, Proven, VersionSummary,
};
use throughline_policy::guide::Section;
use throughline_policy::source::SourceFile;
use throughline_policy_proof::Shift;

/// Versions that are listed.
const VERSIONS: usize = 50;

/// What to do with policies. A folder holds the business policy, and in `delivery/` the delivery policy.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Says what is wrong with the files of a folder, or shows the document beside the rules.
    Check {
        /// The folder.
        folder: PathBuf,
        /// Show each statement of the document with the rules that enforce it.
        #[arg(long)]
        document: bool,
    },
    /// Says which recorded decisions the folder's rules would change.
    Impact {
        /// The folder.
        folder: PathBuf,
    },
    /// Proves the laws for the folder's rules, and what they loosen and tighten against those in force.
    Prove {
        /// The folder.
        folder: PathBuf,
    },
    /// Publishes the folder's rules. They are checked and proven first; servers follow within seconds.
    Publish {
        /// The folder.
        folder: PathBuf,
        /// What is to be said about it.
        #[arg(long, default_value = "")]
        note: String,
        /// Why it is to be published although a law does not hold; it is audited.
        #[arg(long)]
        despite: Option<String>,
    },
    /// Publishes the files of an earlier version anew.
    Rollback {
        /// Its number, as `versions` lists it.
        number: i64,
        /// Which rules.
        #[arg(long, default_value = "business", value_parser = kind)]
        kind: PolicyKind,
        /// Why it is to be published although a law does not hold; it is audited.
        #[arg(long)]
        despite: Option<String>,
    },
    /// Lists what was published.
    Versions,
    /// Writes the rules in force into a folder, to edit them there.
    Write {
        /// The folder; it must not exist yet.
        folder: PathBuf,
    },
}

fn kind(text: &str) -> Result<PolicyKind, String> {
    text.parse()
        .map_err(|error: throughline_model::words::UnknownWord| error.to_string())
}

/// Runs the command.
pub async fn run(config: Config, command: Command) -> Result<(), String> {
    match command {
        Command::Check { folder, document } => check(&folder, document).await,
        Command::Impact { folder } => {
            let installation = Installation::open(config).await?;
            for (kind, files) in read(&folder)? {
                let edit = Arc::new(usable(kind, files).await?);
                let in_force = &installation.setup.policy;
                let impact = policy::impact(&installation.db, in_force, edit).await;
                crate::say(&weighed(kind, &impact.map_err(told)?));
            }
            Ok(())
        }
        Command::Prove { folder } => {
            let installation = Installation::open(config).await?;
            let mut broken = 0;
            for (kind, files) in read(&folder)? {
                let edit = usable(kind, files).await?;
                let proofs = policy::prove(&installation.setup.policy, &edit).await;
                let proofs = proofs.map_err(told)?;
                broken += usize::from(proofs.outcome == Proven::Refuted);
                crate::say(&proven(kind, &proofs));
            }
            match broken {
                0 => Ok(()),
                _ => Err("a law does not hold".to_owned()),
            }
        }
        Command::Publish {
            folder,
            note,
            despite,
        } => {
            let installation = Installation::open(config).await?;
            for (kind, files) in read(&folder)? {
                let edit = Edit {
                    kind,
                    files,
                    note: note.clone(),
                    despite: despite.clone(),
                    based_on: None,
                    restores: None,
                };
                publish(&installation, edit).await?;
            }
            Ok(())
        }
        Command::Rollback {
            number,
            kind,
            despite,
        } => {
            let installation = Installation::open(config).await?;
            let earlier = installation
                .db
                .read(move |tx| policy::earlier(tx, kind, number))
                .await;
            let edit = Edit {
                despite,
                ..earlier.map_err(told)?
            };
            publish(&installation, edit).await
        }
        Command::Versions => versions(&Installation::open(config).await?).await,
        Command::Write { folder } => write(&Installation::open(config).await?, &folder).await,
    }
}

/// A command has nobody to ask for patience: every error is told in its own words.
pub(crate) fn told(error: throughline_engine::Error) -> String {
    error.to_string()
}

async fn usable(kind: PolicyKind, files: Vec<SourceFile>) -> Result<Compiled, String> {
    policy::usable(kind, files).await.map_err(told)
}

async fn check(folder: &Path, document: bool) -> Result<(), String> {
    let mut wrong = 0;
    for (kind, files) in read(folder)? {
        let Checked {
            version,
            problems,
            sections,
        } = policy::check(kind, files).await.map_err(told)?;
        wrong += problems.len();
        for problem in &problems {
            crate::say(&format!("{problem}\n"));
        }
        if let Some(version) = version {
            let statements = sections.iter().flat_map(|section| &section.statements);
            let promises = statements.filter(|one| one.anchor.is_some()).count();
            crate::say(&format!(
                "{kind}: {} can be used; {promises} statements are enforced\n",
                short(&version)
            ));
        }
        if document {
            crate::say(&side_by_side(&sections));
        }
    }
    match wrong {
        0 => Ok(()),
        1 => Err("there is one problem".to_owned()),
        _ => Err(format!("there are {wrong} problems")),
    }
}

async fn publish(installation: &Installation, edit: Edit) -> Result<(), String> {
    let kind = edit.kind;
    let prepared = policy::prepare(&installation.setup.policy, edit).await;
    let prepared = prepared.map_err(told)?;
    let setup = installation.setup.clone();
    let published = installation
        .db
        .write(move |tx| policy::publish(tx, &setup, &prepared, "system"))
        .await
        .map_err(told)?;
    crate::say(&format!(
        "{kind}: version {} ({}) is in force; proofs {}\n",
        published.number,
        short(&published.version),
        published.proof
    ));
    Ok(())
}

async fn versions(installation: &Installation) -> Result<(), String> {
    for kind in PolicyKind::ALL.iter().copied() {
        let listed = installation
            .db
            .read(move |tx| policy::versions(tx, kind, None, None, VERSIONS))
            .await
            .map_err(told)?;
        if listed.is_empty() {
            crate::say(&format!(
                "{kind}: nothing was published; what came with the program is in force\n"
            ));
        }
        for one in &listed {
            crate::say(&line(one));
        }
    }
    Ok(())
}

async fn write(installation: &Installation, folder: &Path) -> Result<(), String> {
    for kind in PolicyKind::ALL.iter().copied() {
        let setup = installation.setup.clone();
        let found = installation
            .db
            .read(move |tx| policy::in_force(tx, &setup, kind))
            .await
            .map_err(told)?;
        let place = match kind {
            PolicyKind::Business => folder.to_owned(),
            PolicyKind::Delivery => folder.join("delivery"),
        };
        let files = found.files.into_iter().map(|file| (file.name, file.text));
        folder::write(&place, files)?;
    }
    Ok(())
}

/// The policies of a folder: the files in it, and those in `delivery/`.
pub(crate) fn read(folder: &Path) -> Result<Vec<(PolicyKind, Vec<SourceFile>)>, String> {
    let mut found = Vec::new();
    let delivery = folder.join("delivery");
    for (kind, place) in [
        (PolicyKind::Business, folder),
        (PolicyKind::Delivery, delivery.as_path()),
    ] {
        if kind == PolicyKind::Business || place.is_dir() {
            let files = folder::read(place, &["cedar", "cedarschema", "md"])?.into_iter();
            let files = files.map(|(name, text)| SourceFile::new(name, text));
            found.push((kind, files.collect()));
        }
    }
    Ok(found)
}

/// As much of a hash as people compare.
pub(crate) fn short(version: &str) -> &str {
    version.get(..12).unwrap_or(version)
}

/// The day of a time in milliseconds since 1970.
pub(crate) fn day(at: i64) -> String {
    let at = time::OffsetDateTime::from_unix_timestamp(at / 1000);
    at.map_or_else(|_| String::new(), |at| at.date().to_string())
}

fn line(version: &VersionSummary) -> String {
    let day = day(version.at);
    let mark = if version.in_force { "*" } else { " " };
    let despite = version
        .overridden
        .as_ref()
        .map_or_else(String::new, |why| format!(", despite a broken law: {why}"));
    format!(
        "{mark} {} {:>4} {} {day} {} proofs {}{despite}  {}\n",
        version.kind,
        version.number,
        short(&version.version),
        version.published_by,
        version.proof,
        version.note
    )
}

fn side_by_side(sections: &[Section]) -> String {
    let mut text = String::new();
    for section in sections {
        let marks = "#".repeat(section.level.max(1));
        text.push_str(&format!("\n{marks} {}\n", section.heading));
        for statement in &section.statements {
            text.push_str(&format!("\n  {}\n", statement.text));
            for rule in &statement.rules {
                text.push_str(&format!(
                    "    {} ({}:{}), {}\n",
                    rule.id, rule.file, rule.line, rule.remedy
                ));
            }
        }
    }
    text
}

fn weighed(kind: PolicyKind, impact: &Impact) -> String {
    let mut text = format!(
        "{kind}: of {} recorded decisions {} would be a yes instead of a no, {} a no instead of a yes, {} a no for other reasons\n",
        impact.examined, impact.loosened, impact.tightened, impact.explained
    );
    for change in &impact.changes {
        text.push_str(&format!(
            "  {} {}#{}: {} [{}] -> {} [{}]\n",
            change.action,
            change.conversation,
            change.seq,
            yes(change.before.allowed),
            change.before.rules.join(" "),
            yes(change.after.allowed),
            change.after.rules.join(" ")
        ));
    }
    text
}

fn yes(allowed: bool) -> &'static str {
    if allowed { "yes" } else { "no" }
}

fn proven(kind: PolicyKind, proofs: &Proofs) -> String {
    let mut text = format!("{kind}: {}\n", proofs.note);
    for law in &proofs.laws {
        let mark = if law.holds() { "holds" } else { "BROKEN" };
        text.push_str(&format!("  {mark}: {}\n", law.claim));
        for refuted in &law.refuted {
            text.push_str(&indented(&refuted.counterexample));
        }
    }
    for shift in &proofs.shifts {
        let word = match shift.shift {
            Shift::Same => "unchanged",
            Shift::Loosened => "loosened",
            Shift::Tightened => "tightened",
            Shift::Both => "loosened and tightened",
        };
        text.push_str(&format!("  {word}: {}\n", shift.action));
        for (what, example) in [
            ("newly allowed", &shift.newly_allowed),
            ("newly denied", &shift.newly_denied),
        ] {
            if let Some(example) = example {
                text.push_str(&format!("    {what}:\n{}", indented(example)));
            }
        }
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}\n")).collect()
}
