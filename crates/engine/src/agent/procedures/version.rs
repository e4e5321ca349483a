//! Everything that was ever published, and publishing once more.

use super::{ProcedureEdit, ProcedureFile, TestOutcome, TestReport};
use crate::Setup;
use crate::access::audit;
use crate::error::{Error, Result};
use crate::publication::{meanwhile, stored};
use crate::queries::agent as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use throughline_model::clock::Millis;
use throughline_storage::{Row, Tx, params};

/// Published procedures as lists show them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = ProcedureVersionSummary)]
pub struct VersionSummary {
    /// Counted up from 1; 0 while nothing was published.
    pub number: i64,
    /// The hash of the files.
    pub version: String,
    /// What was said about it.
    pub note: String,
    /// The files that were not so before.
    pub changes: Changes,
    /// What became of the procedures' tests.
    pub tests: TestOutcome,
    /// Why an administrator published it although tests failed.
    pub overridden: Option<String>,
    /// The number whose files it brought back.
    pub restores: Option<i64>,
    /// Who published it: `member:…`, `token:…`, `system`.
    pub published_by: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// True for those that new conversations begin with.
    pub in_force: bool,
}

/// Published procedures with their files.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProcedureVersion {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// All files, by name.
    pub files: Vec<ProcedureFile>,
    /// Its tests, as they came out when it was published; none while nothing was.
    pub report: Option<TestReport>,
}

/// Names of files that are not as they were.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProcedureChanges)]
pub struct Changes {
    /// Those that were not there.
    pub added: Vec<String>,
    /// Those that were otherwise.
    pub changed: Vec<String>,
    /// Those that are gone.
    pub removed: Vec<String>,
}

impl Changes {
    pub(super) fn between(before: &[ProcedureFile], now: &[ProcedureFile]) -> Self {
        let texts = |files: &[ProcedureFile]| -> BTreeMap<String, String> {
            let pairs = files.iter().map(|one| (one.name.clone(), one.text.clone()));
            pairs.collect()
        };
        let (was, is) = (texts(before), texts(now));
        let mut changes = Self::default();
        for (name, text) in &is {
            match was.get(name) {
                None => changes.added.push(name.clone()),
                Some(other) if other != text => changes.changed.push(name.clone()),
                Some(_) => {}
            }
        }
        let gone = was.keys().filter(|name| !is.contains_key(*name));
        changes.removed = gone.cloned().collect();
        changes
    }
}

/// An edit somebody wants to publish.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    /// The files that differ.
    pub change: ProcedureEdit,
    /// What is to be said about it.
    pub note: String,
    /// Why it is to be published although tests fail. Whoever gives a reason must be an administrator, which the caller
    /// checks.
    pub despite: Option<String>,
    /// The number that was in force when the edit was begun; publishing fails when another one is by now.
    pub based_on: Option<i64>,
    /// The number whose files these are, for a roll-back.
    pub restores: Option<i64>,
}

/// An edit that has passed the gate.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The number it changes.
    pub(super) base: i64,
    pub(super) files: Vec<ProcedureFile>,
    pub(super) version: String,
    pub(super) changes: Changes,
    pub(super) note: String,
    pub(super) despite: Option<String>,
    pub(super) restores: Option<i64>,
    pub(super) report: TestReport,
}

/// Publishes an edit: conversations begin with it from the commit on, in this process after
/// [`Agent::refresh`](crate::agent::Agent::refresh). When the same files are in force already, nothing happens.
///
/// # Errors
/// [`Error::Conflict`] when somebody else published meanwhile.
pub fn publish(
    tx: &mut Tx<'_>,
    setup: &Setup,
    prepared: &Prepared,
    actor: &str,
) -> Result<VersionSummary> {
    let newest = newest(tx)?;
    let last = newest.as_ref().map_or(0, |(number, _)| *number);
    if last != prepared.base {
        return Err(meanwhile());
    }
    if newest.is_some_and(|(_, hash)| hash == prepared.version) {
        return summary(tx, last);
    }
    let number = last + 1;
    let Prepared {
        version,
        changes,
        note,
        restores,
        report,
        ..
    } = prepared;
    // Where nothing is against it there is no need for a reason.
    let failed = report.outcome == TestOutcome::Failed;
    let despite = prepared.despite.as_ref().filter(|_| failed);
    let values = params![
        number,
        version,
        stored(&prepared.files)?,
        stored(changes)?,
        note,
        report.outcome.as_str(),
        stored(report)?,
        despite.cloned(),
        *restores,
        actor,
        setup.clock.now()
    ];
    if tx.execute(&queries::INSERT_PROCEDURES, values)? == 0 {
        return Err(meanwhile());
    }
    let action = match restores {
        Some(_) => "procedure.rollback",
        None => "procedure.publish",
    };
    let details = json!({
        "number": number, "version": version, "note": note, "changes": changes, "tests": report.outcome,
        "despite": despite, "restores": restores,
    });
    audit::record(tx, &setup.clock, actor, action, "procedures", &details)?;
    summary(tx, number)
}

/// The hash of files, in the order of their names.
pub(super) fn hash(files: &[ProcedureFile]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [&file.name, &file.text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    hex::encode(hash.finalize())
}

/// Number and hash of what was published last.
pub(super) fn newest(tx: &mut Tx<'_>) -> Result<Option<(i64, String)>> {
    Ok(tx.optional(&queries::NEWEST_PROCEDURES, params![], |row| {
        Ok((row.get("number")?, row.get("version")?))
    })?)
}

/// The files of a version.
pub(super) fn files_of(tx: &mut Tx<'_>, number: i64) -> Result<Vec<ProcedureFile>> {
    tx.optional(&queries::PROCEDURE_FILES, params![number], |row| {
        row.json("files")
    })?
    .ok_or_else(|| no_version(number))
}

/// The edit that puts `files` in place of everything that is in force.
///
/// # Errors
/// When the database fails.
pub fn replacing(tx: &mut Tx<'_>, files: Vec<ProcedureFile>) -> Result<Edit> {
    let before = in_force(tx)?;
    let gone = Changes::between(&before.files, &files).removed;
    Ok(Edit {
        change: ProcedureEdit {
            files,
            removed: gone,
        },
        based_on: Some(before.summary.number),
        ..Edit::default()
    })
}

/// The edit that publishes an earlier version's files anew.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn earlier(tx: &mut Tx<'_>, number: i64) -> Result<Edit> {
    let files = files_of(tx, number)?;
    Ok(Edit {
        note: format!("back to version {number}"),
        restores: Some(number),
        ..replacing(tx, files)?
    })
}

/// Versions, newest first, from before `before`; of one hash or of all.
///
/// # Errors
/// When the database fails.
pub fn versions(
    tx: &mut Tx<'_>,
    hash: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<VersionSummary>> {
    let last = newest(tx)?.map_or(0, |(number, _)| number);
    let before = before.unwrap_or(i64::MAX);
    let values = params![before, hash.unwrap_or_default(), limit];
    Ok(tx.all(&queries::PROCEDURE_VERSIONS, values, |row| read(row, last))?)
}

/// One version, with its files.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn version(tx: &mut Tx<'_>, number: i64) -> Result<ProcedureVersion> {
    let report = tx.optional(&queries::PROCEDURE_REPORT, params![number], |row| {
        row.json("report")
    })?;
    Ok(ProcedureVersion {
        summary: summary(tx, number)?,
        files: files_of(tx, number)?,
        report,
    })
}

/// What new conversations begin with: number 0 and no files while nothing was published.
///
/// # Errors
/// When the database fails.
pub fn in_force(tx: &mut Tx<'_>) -> Result<ProcedureVersion> {
    if let Some((number, _)) = newest(tx)? {
        return version(tx, number);
    }
    Ok(ProcedureVersion {
        summary: VersionSummary {
            number: 0,
            version: hash(&[]),
            note: String::new(),
            changes: Changes::default(),
            tests: TestOutcome::Skipped,
            overridden: None,
            restores: None,
            published_by: "system".to_owned(),
            at: 0,
            in_force: true,
        },
        files: Vec::new(),
        report: None,
    })
}

fn no_version(number: i64) -> Error {
    Error::not_found("version of the procedures", number)
}

fn summary(tx: &mut Tx<'_>, number: i64) -> Result<VersionSummary> {
    let last = newest(tx)?.map_or(0, |(number, _)| number);
    tx.optional(&queries::PROCEDURE_VERSION, params![number], |row| {
        read(row, last)
    })?
    .ok_or_else(|| no_version(number))
}

fn read(row: &Row<'_>, last: i64) -> throughline_storage::Result<VersionSummary> {
    let number = row.get("number")?;
    Ok(VersionSummary {
        number,
        version: row.get("version")?,
        note: row.get("note")?,
        changes: row.json("changes")?,
        tests: row.word("tests")?,
        overridden: row.get("overridden")?,
        restores: row.get("restores")?,
        published_by: row.get("published_by")?,
        at: row.get("at")?,
        in_force: number == last,
    })
}
