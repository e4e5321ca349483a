//! Publishing, with a gate, and everything that was ever published.

use super::compiled::usable;
use super::in_force::{InForce, refresh};
use super::proof::{Proofs, Proven, prove};
use super::{Compiled, PolicyKind};
use crate::Setup;
use crate::access::audit;
use crate::error::{Error, Result};
use crate::publication::{meanwhile, refused, stored, words_fit};
use crate::queries::policy as queries;
use serde::Serialize;
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_policy::source::SourceFile;
use throughline_policy::{Sources, guide};
use throughline_storage::{Db, Row, Tx, params};

/// A published policy as lists show it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyVersionSummary)]
pub struct VersionSummary {
    /// Which rules.
    pub kind: PolicyKind,
    /// Counted up per kind, from 1; 0 for what came with the program and nobody published.
    pub number: i64,
    /// The hash of its files, which every decision names.
    pub version: String,
    /// What was said about it.
    pub note: String,
    /// What became of its proofs.
    pub proof: Proven,
    /// Why an administrator published it although a law does not hold.
    pub overridden: Option<String>,
    /// The number whose files it brought back.
    pub restores: Option<i64>,
    /// Who published it: `member:…`, `token:…`, `system`.
    pub published_by: String,
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// True for the one that is decided by now.
    pub in_force: bool,
}

/// A published policy with its files.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct PolicyVersion {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// Its files.
    pub files: Vec<SourceFile>,
    /// The document, each statement with the rules that enforce it.
    pub sections: Vec<guide::Section>,
    /// Its proofs, as they were when it was published.
    pub proofs: Option<Proofs>,
}

/// Files somebody wants to publish.
#[derive(Clone, Debug)]
pub struct Edit {
    /// Which rules.
    pub kind: PolicyKind,
    /// All files.
    pub files: Vec<SourceFile>,
    /// What is to be said about it.
    pub note: String,
    /// Why it is to be published although a law does not hold. Whoever gives a reason must be an administrator, which
    /// the caller checks.
    pub despite: Option<String>,
    /// The number that was in force when the edit was begun; publishing fails when another one is by now.
    pub based_on: Option<i64>,
    /// The number whose files these are, for a roll-back.
    pub restores: Option<i64>,
}

/// An edit that has passed the gate.
#[derive(Clone, Debug)]
pub struct Prepared {
    edit: Edit,
    version: String,
    sources: Sources,
    proofs: Proofs,
}

/// Checks and proves an edit.
///
/// # Errors
/// [`Error::Invalid`] that names every problem; [`Error::Conflict`] when a law does not hold and no reason is given to
/// publish it all the same.
pub async fn prepare(in_force: &InForce, edit: Edit) -> Result<Prepared> {
    words_fit(&edit.note, edit.despite.as_deref())?;
    let compiled = usable(edit.kind, edit.files.clone()).await?;
    let proofs = prove(in_force, &compiled).await?;
    if let (Some(objection), None) = (proofs.objection(), &edit.despite) {
        return Err(refused(&objection));
    }
    Ok(Prepared {
        version: compiled.version().to_owned(),
        sources: compiled.sources().clone(),
        edit,
        proofs,
    })
}

/// Publishes an edit: it counts for every decision from the commit on, in this process after [`refresh`]. When the same
/// files are in force already, nothing happens.
///
/// # Errors
/// [`Error::Conflict`] when somebody else published meanwhile.
pub fn publish(
    tx: &mut Tx<'_>,
    setup: &Setup,
    prepared: &Prepared,
    actor: &str,
) -> Result<VersionSummary> {
    let Prepared {
        edit,
        version,
        sources,
        proofs,
    } = prepared;
    let newest = newest(tx, edit.kind)?;
    let last = newest.as_ref().map_or(0, |(number, _)| *number);
    if edit.based_on.is_some_and(|number| number != last) {
        return Err(meanwhile());
    }
    if newest.is_some_and(|(_, hash)| hash == *version) {
        return summary(tx, edit.kind, last);
    }
    let number = last + 1;
    // A law that holds needs no reason.
    let despite = edit
        .despite
        .as_ref()
        .filter(|_| proofs.outcome == Proven::Refuted);
    let values = params![
        edit.kind.as_str(),
        number,
        version,
        stored(sources)?,
        &edit.note,
        proofs.outcome.as_str(),
        stored(proofs)?,
        despite.cloned(),
        edit.restores,
        actor,
        setup.clock.now()
    ];
    if tx.execute(&queries::INSERT_VERSION, values)? == 0 {
        return Err(meanwhile());
    }
    let action = match edit.restores {
        Some(_) => "policy.rollback",
        None => "policy.publish",
    };
    let details = json!({
        "number": number, "version": version, "note": edit.note, "proof": proofs.outcome,
        "despite": despite, "restores": edit.restores,
    });
    let object = edit.kind.as_str();
    audit::record(tx, &setup.clock, actor, action, object, &details)?;
    summary(tx, edit.kind, number)
}

/// Publishes the files of a folder when nothing of this kind was published yet. Otherwise what was published counts,
/// and the folder does not.
///
/// # Errors
/// As [`prepare`].
pub async fn adopt(db: &Db, setup: &Setup, kind: PolicyKind, files: Vec<SourceFile>) -> Result<()> {
    if let Some((number, hash)) = db.read(move |tx| newest(tx, kind)).await? {
        let compiled = usable(kind, files).await?;
        if compiled.version() != hash {
            tracing::warn!(%kind, number, "the folder's policy is not the published one, which counts; 'throughline policy publish' publishes the folder's");
        }
        refresh(db, setup).await?;
        return Ok(());
    }
    let edit = Edit {
        kind,
        files,
        note: "the first one, from the folder".to_owned(),
        despite: None,
        based_on: Some(0),
        restores: None,
    };
    let prepared = prepare(&setup.policy, edit).await?;
    let publishing = setup.clone();
    let published = db
        .write(move |tx| publish(tx, &publishing, &prepared, "system"))
        .await;
    match published {
        Ok(_) => {}
        // Another process was first.
        Err(Error::Conflict(_)) => {}
        Err(error) => return Err(error),
    }
    refresh(db, setup).await.map(drop)
}

/// Number and hash of what was published last.
pub(super) fn newest(tx: &mut Tx<'_>, kind: PolicyKind) -> Result<Option<(i64, String)>> {
    Ok(
        tx.optional(&queries::NEWEST, params![kind.as_str()], |row| {
            Ok((row.get("number")?, row.get("version")?))
        })?,
    )
}

/// The files of a version.
pub(super) fn files_of(tx: &mut Tx<'_>, kind: PolicyKind, number: i64) -> Result<Vec<SourceFile>> {
    let sources: serde_json::Value = tx
        .optional(&queries::SOURCES, params![kind.as_str(), number], |row| {
            row.json("sources")
        })?
        .ok_or_else(|| Error::not_found("version of this policy", number))?;
    let sources: Sources = serde_json::from_value(sources)
        .map_err(|error| Error::Conflict(format!("version {number} cannot be read: {error}")))?;
    Ok(files(&sources))
}

fn files(sources: &Sources) -> Vec<SourceFile> {
    [&sources.document, &sources.schema]
        .into_iter()
        .chain(&sources.rules)
        .cloned()
        .collect()
}

/// The edit that publishes an earlier version's files anew.
///
/// # Errors
/// [`Error::NotFound`] when there is no such version.
pub fn earlier(tx: &mut Tx<'_>, kind: PolicyKind, number: i64) -> Result<Edit> {
    Ok(Edit {
        kind,
        files: files_of(tx, kind, number)?,
        note: format!("back to version {number}"),
        despite: None,
        based_on: None,
        restores: Some(number),
    })
}

/// Versions, newest first, from before `before`; of one hash or of all.
///
/// # Errors
/// When the database fails.
pub fn versions(
    tx: &mut Tx<'_>,
    kind: PolicyKind,
    hash: Option<&str>,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<VersionSummary>> {
    let last = newest(tx, kind)?.map_or(0, |(number, _)| number);
    let before = before.unwrap_or(i64::MAX);
    let values = params![kind.as_str(), before, hash.unwrap_or_default(), limit];
    Ok(tx.all(&queries::VERSIONS, values, |row| read(row, last))?)
}

/// One version, with its files.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn version(tx: &mut Tx<'_>, kind: PolicyKind, number: i64) -> Result<PolicyVersion> {
    let summary = summary(tx, kind, number)?;
    let files = files_of(tx, kind, number)?;
    let proofs: serde_json::Value =
        tx.one(&queries::PROOFS, params![kind.as_str(), number], |row| {
            row.json("proofs")
        })?;
    Ok(PolicyVersion {
        summary,
        sections: sections(kind, &files),
        files,
        proofs: serde_json::from_value(proofs).ok(),
    })
}

/// What is in force: published, or as it came with the program.
///
/// # Errors
/// When the database fails.
pub fn in_force(tx: &mut Tx<'_>, setup: &Setup, kind: PolicyKind) -> Result<PolicyVersion> {
    if let Some((number, _)) = newest(tx, kind)? {
        return version(tx, kind, number);
    }
    let files = match kind {
        PolicyKind::Business => files(setup.policy.business.get().sources()),
        PolicyKind::Delivery => files(setup.policy.delivery.get().sources()),
    };
    Ok(PolicyVersion {
        summary: VersionSummary {
            kind,
            number: 0,
            version: setup.policy.version(kind),
            note: "came with the program".to_owned(),
            proof: Proven::Skipped,
            overridden: None,
            restores: None,
            published_by: "system".to_owned(),
            at: 0,
            in_force: true,
        },
        sections: sections(kind, &files),
        files,
        proofs: None,
    })
}

/// The document of files beside their rules; empty when this program is too strict for them.
fn sections(kind: PolicyKind, files: &[SourceFile]) -> Vec<guide::Section> {
    let files = files
        .iter()
        .map(|file| (file.name.clone(), file.text.clone()));
    let compiled = Sources::from_files(files).and_then(|sources| Compiled::of(kind, &sources));
    compiled.map_or_else(|_| Vec::new(), |compiled| compiled.guide())
}

fn summary(tx: &mut Tx<'_>, kind: PolicyKind, number: i64) -> Result<VersionSummary> {
    let last = newest(tx, kind)?.map_or(0, |(number, _)| number);
    tx.optional(&queries::VERSION, params![kind.as_str(), number], |row| {
        read(row, last)
    })?
    .ok_or_else(|| Error::not_found("version of this policy", number))
}

fn read(row: &Row<'_>, last: i64) -> throughline_storage::Result<VersionSummary> {
    let number = row.get("number")?;
    Ok(VersionSummary {
        kind: row.word("kind")?,
        number,
        version: row.get("version")?,
        note: row.get("note")?,
        proof: row.word("proof")?,
        overridden: row.get("overridden")?,
        restores: row.get("restores")?,
        published_by: row.get("published_by")?,
        at: row.get("at")?,
        in_force: number == last,
    })
}
