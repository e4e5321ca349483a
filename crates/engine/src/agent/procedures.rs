//! Procedures, for those who look after them: as they are in force, checked, tried out, and published.
//!
//! Every version that was in force stays, by number. New conversations begin with the last one; those under way go on with
//! the library they are pinned to.
//!
//! * [`ProcedureView`]: a procedure with its text; [`ProcedureEdit`]: files that differ from those in force,
//! * [`Agent::check_procedures`], [`Agent::test_procedure`]: what is wrong with an edit, and what its tests come to,
//! * [`Agent::prepare`] and [`publish`]: the gate every edit passes; [`earlier`]: what a roll-back publishes anew,
//! * [`Agent::refresh`] and [`Agent::keep_up`] follow what was published elsewhere.

mod in_force;
mod trials;
mod version;

pub use trials::{FailedTest, ProcedureTest, ProcedureTestRun, TestOutcome, TestReport};
pub use version::{
    Changes, Edit, Prepared, ProcedureVersion, VersionSummary, earlier, in_force, publish,
    replacing, version, versions,
};

use super::turn::Agent;
use super::works::Library;
use crate::error::{Error, Result};
use crate::publication::{files_fit, meanwhile, refused, words_fit};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use throughline_brain::BuiltIn;
use throughline_brain::simulate::Simulator;
use throughline_procedure::{Procedure, Severity};

/// The most files of a set of procedures.
const FILES_LIMIT: usize = 200;

/// A procedure as lists show it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProcedureSummary {
    /// Its name.
    pub name: String,
    /// What customers see when two procedures could be meant.
    pub title: String,
    /// When it applies, in a sentence.
    pub when: String,
    /// The author's own number.
    pub version: u32,
    /// The SHA-256 of its file, which conversations go on with.
    pub hash: String,
    /// The file it came from, within the agent's folder.
    pub file: String,
    /// The tools its steps call.
    pub tools: Vec<String>,
    /// The policy actions of those that change something.
    pub policy: Vec<String>,
    /// How many things customers say it knows.
    pub examples: usize,
    /// How many tests it has.
    pub tests: usize,
}

/// A procedure with its text.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Procedure)]
pub struct ProcedureView {
    /// What lists show of it.
    #[serde(flatten)]
    pub summary: ProcedureSummary,
    /// Its file.
    pub source: String,
    /// What the check says about it.
    pub problems: Vec<ProcedureProblem>,
}

/// A file, as its author wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureFile {
    /// Its name without folders, such as `return-item.md`.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// Procedures as they would be. Files that are not named stay as they are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProcedureEdit {
    /// Files that are new or differ.
    pub files: Vec<ProcedureFile>,
    /// Names of files that are to be gone.
    pub removed: Vec<String>,
}

impl ProcedureEdit {
    /// The files of `before` with this edit.
    fn of(&self, before: &[ProcedureFile]) -> Result<Vec<ProcedureFile>> {
        let mut files: BTreeMap<&str, &str> = BTreeMap::new();
        for file in before.iter().chain(&self.files) {
            files.insert(&file.name, &file.text);
        }
        for name in &self.removed {
            if files.remove(name.as_str()).is_none() {
                let message = format!("there is no file '{name}'");
                return Err(Error::invalid("removed", message));
            }
        }
        let pairs = files.iter().map(|(name, text)| (*name, *text));
        files_fit(pairs, FILES_LIMIT)?;
        let owned = files.into_iter().map(|(name, text)| ProcedureFile {
            name: name.to_owned(),
            text: text.to_owned(),
        });
        Ok(owned.collect())
    }

    fn is_empty(&self) -> bool {
        self.files.is_empty() && self.removed.is_empty()
    }
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProcedureProblem {
    /// The file, within the agent's folder.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// True when the procedures can be used all the same.
    pub warning: bool,
    /// What is wrong.
    pub what: String,
    /// What to do about it.
    pub advice: String,
}

/// What the check makes of files: a library with warnings, or everything that is wrong.
type Loaded = Result<(Library, Vec<Found>), Vec<Found>>;
type Found = throughline_procedure::Problem;

impl Agent {
    /// The procedures that new conversations begin with, by name.
    pub fn procedures(&self) -> Vec<ProcedureSummary> {
        let library = self.library();
        library.procedures.values().map(summary).collect()
    }

    /// One of them, with its file.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub async fn procedure(&self, name: &str) -> Result<ProcedureView> {
        let current = self.works.in_force();
        let procedure = named(&current.library, name)?;
        let name = procedure.file.rsplit('/').next().unwrap_or_default();
        let source = current.files.iter().find(|file| file.name == name);
        let problems = self.problems(current.files.clone()).await?;
        Ok(ProcedureView {
            problems: problems
                .into_iter()
                .filter(|problem| problem.file == procedure.file)
                .collect(),
            source: source.map(|file| file.text.clone()).unwrap_or_default(),
            summary: summary(procedure),
        })
    }

    /// What is wrong with the procedures in force when `edit` is made to them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the edit is too large, names folders, or removes what is not there.
    pub async fn check_procedures(&self, edit: &ProcedureEdit) -> Result<Vec<ProcedureProblem>> {
        self.problems(edit.of(&self.works.in_force().files)?).await
    }

    /// Plays the tests of a procedure on every channel, by the rules in force and with `edit` made to the procedures.
    /// Tools that read are called; those that change something are answered for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name; [`Error::Invalid`] when the edit cannot be used.
    pub async fn test_procedure(
        &self,
        name: &str,
        edit: &ProcedureEdit,
    ) -> Result<Vec<ProcedureTest>> {
        let current = self.works.in_force();
        let library = match edit.is_empty() {
            true => Arc::clone(&current.library),
            false => Arc::new(self.usable(edit.of(&current.files)?).await?),
        };
        let procedure = named(&library, name)?;
        let understander = self.learned(Arc::clone(&library)).await?;
        let simulator = self.simulator(&library, &understander);
        let mut tests = Vec::new();
        for trial in &procedure.tests {
            tests.push(ProcedureTest {
                line: trial.line,
                say: trial.say.clone(),
                customer: trial.who.clone(),
                runs: trials::play(&simulator, trial).await,
            });
        }
        Ok(tests)
    }

    /// Checks an edit and plays the tests of all procedures with it.
    ///
    /// # Errors
    /// [`Error::Invalid`] that names every problem; [`Error::Conflict`] when tests fail and no reason is given to publish
    /// it all the same, or when somebody else published meanwhile.
    pub async fn prepare(&self, edit: Edit) -> Result<Prepared> {
        words_fit(&edit.note, edit.despite.as_deref())?;
        let before = self.db.read(version::in_force).await?;
        let base = before.summary.number;
        if edit.based_on.is_some_and(|number| number != base) {
            return Err(meanwhile());
        }
        let files = edit.change.of(&before.files)?;
        let library = Arc::new(self.usable(files.clone()).await?);
        let report = match files == before.files {
            true => TestReport::skipped(),
            false => self.try_all(&library).await?,
        };
        if let (Some(objection), None) = (report.objection(), &edit.despite) {
            return Err(refused(&objection));
        }
        Ok(Prepared {
            base,
            changes: Changes::between(&before.files, &files),
            version: version::hash(&files),
            files,
            note: edit.note,
            despite: edit.despite,
            restores: edit.restores,
            report,
        })
    }

    /// Files that must be usable.
    async fn usable(&self, files: Vec<ProcedureFile>) -> Result<Library> {
        match self.load(files).await? {
            Ok((library, _)) => Ok(library),
            Err(found) => {
                let wrong = found.iter().filter(|one| one.severity == Severity::Error);
                let lines: Vec<String> = wrong.map(ToString::to_string).collect();
                Err(Error::invalid("files", lines.join("\n")))
            }
        }
    }

    async fn problems(&self, files: Vec<ProcedureFile>) -> Result<Vec<ProcedureProblem>> {
        let found = match self.load(files).await? {
            Ok((_, warnings)) => warnings,
            Err(problems) => problems,
        };
        Ok(found.into_iter().map(problem).collect())
    }

    /// Checks files away from the threads that serve requests.
    async fn load(&self, files: Vec<ProcedureFile>) -> Result<Loaded> {
        let tools = self.brain.business.library.tools.clone();
        let checking = tokio::task::spawn_blocking(move || {
            let files: Vec<(String, String)> = files
                .into_iter()
                .map(|file| (file.name, file.text))
                .collect();
            Library::of_folder(&files, tools)
        });
        checking
            .await
            .map_err(|error| Error::Conflict(format!("the check was cut short: {error}")))
    }

    /// Somebody who understands what customers say of `library`: without a language model, so that tests come out the
    /// same every time.
    async fn learned(&self, library: Arc<Library>) -> Result<BuiltIn> {
        let understander = Arc::clone(&self.understander);
        let learning = tokio::task::spawn_blocking(move || understander.learned(&library));
        let failed =
            |error: String| Error::Conflict(format!("the examples could not be learned: {error}"));
        let learned = learning.await.map_err(|error| failed(error.to_string()))?;
        learned.map_err(failed)
    }

    fn simulator<'a>(&'a self, library: &'a Library, understander: &'a BuiltIn) -> Simulator<'a> {
        Simulator {
            brain: &self.brain,
            library,
            understander,
            now: self.setup.clock.now(),
            writes: false,
        }
    }
}

fn named<'a>(library: &'a Library, name: &str) -> Result<&'a Procedure> {
    let found = library.get(name);
    found.ok_or_else(|| Error::not_found("procedure", name))
}

fn summary(procedure: &Procedure) -> ProcedureSummary {
    ProcedureSummary {
        name: procedure.name.clone(),
        title: procedure.title.clone(),
        when: procedure.when.clone(),
        version: procedure.version,
        hash: procedure.hash.clone(),
        file: procedure.file.clone(),
        tools: procedure.tools.clone(),
        policy: procedure.policy.clone(),
        examples: procedure.examples.len(),
        tests: procedure.tests.len(),
    }
}

fn problem(found: throughline_procedure::Problem) -> ProcedureProblem {
    ProcedureProblem {
        file: found.file,
        line: found.line,
        warning: found.severity == Severity::Warning,
        what: found.what,
        advice: found.advice,
    }
}
