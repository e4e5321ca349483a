//! Procedures, for those who look after them: as they are in use, as they stand in their folder, checked, tried out.

use super::turn::Agent;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use throughline_brain::simulate::{CHANNELS, Simulator, Verdict, is_for};
use throughline_procedure::{Library, Procedure, Severity, Trial};

/// The largest file of an edit, in bytes.
const FILE_LIMIT: usize = 512 * 1024;
/// The most files of an edit.
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
    /// Its file as it stands in the folder now; none when it is gone.
    pub source: Option<String>,
    /// True when that is not what is in use: the server reads its folder when it starts.
    pub changed: bool,
    /// What the check says about the file as it stands now.
    pub problems: Vec<ProcedureProblem>,
}

/// A file of an edit.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProcedureFile {
    /// Its name without folders, such as `return-item.md`.
    pub name: String,
    /// Its content.
    pub text: String,
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

/// A test of a procedure, and what came of it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProcedureTest {
    /// Its line.
    pub line: usize,
    /// What the customer says.
    pub say: Vec<String>,
    /// Who they are: an account, or `anonymous`.
    pub customer: String,
    /// What came of it, on each channel.
    pub runs: Vec<ProcedureTestRun>,
}

/// What came of a test on one channel.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ProcedureTestRun {
    /// The channel.
    pub channel: String,
    /// What was expected and what happened instead; empty when it came out as expected.
    pub problems: Vec<String>,
    /// What was said, in order; lines of the customer begin with `> `.
    pub said: Vec<String>,
    /// Tools that would have changed something, in order. They are answered for, not called.
    pub calls: Vec<String>,
    /// Rules that refused something.
    pub denied: Vec<String>,
    /// Slots that were asked for, in order.
    pub asks: Vec<String>,
    /// The queue it was handed to, `any` when none was named.
    pub handoff: Option<String>,
}

impl Agent {
    /// The procedures that new conversations begin with, by name.
    pub fn procedures(&self) -> Vec<ProcedureSummary> {
        let library = &self.brain.business.library;
        library.procedures.values().map(summary).collect()
    }

    /// One of them, with its file as it stands in `folder`, the agent's.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub async fn procedure(&self, name: &str, folder: &Path) -> Result<ProcedureView> {
        let procedure = self.named(name)?.clone();
        let files = read(folder.to_owned()).await?;
        let source = files.get(&procedure.file).cloned();
        let problems = self.check(files).await?;
        // A file that cannot be read as a procedure is another one than that in use.
        let hash = source.as_deref().and_then(|text| {
            let parsed = throughline_procedure::parse(&procedure.file, text);
            parsed.ok().map(|(parsed, _)| parsed.hash)
        });
        Ok(ProcedureView {
            changed: hash.as_deref() != Some(procedure.hash.as_str()),
            problems: problems
                .into_iter()
                .filter(|problem| problem.file == procedure.file)
                .collect(),
            source,
            summary: summary(&procedure),
        })
    }

    /// What is wrong with the procedures of `folder` when `edit` stands in it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the edit is too large, or names folders.
    pub async fn check_procedures(
        &self,
        folder: &Path,
        edit: Vec<ProcedureFile>,
    ) -> Result<Vec<ProcedureProblem>> {
        limit(&edit)?;
        let mut files = read(folder.to_owned()).await?;
        files.extend(
            edit.into_iter()
                .map(|file| (format!("procedures/{}", file.name), file.text)),
        );
        self.check(files).await
    }

    /// Plays the tests of a procedure on every channel, by the rules in force. Tools that read are called; those that
    /// change something are answered for.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of this name.
    pub async fn test_procedure(&self, name: &str) -> Result<Vec<ProcedureTest>> {
        let simulator = Simulator {
            brain: &self.brain,
            understander: &*self.understander,
            now: self.setup.clock.now(),
            writes: false,
        };
        let mut tests = Vec::new();
        for trial in &self.named(name)?.tests {
            tests.push(ProcedureTest {
                line: trial.line,
                say: trial.say.clone(),
                customer: trial.who.clone(),
                runs: play(&simulator, trial).await,
            });
        }
        Ok(tests)
    }

    fn named(&self, name: &str) -> Result<&Procedure> {
        let found = self.brain.business.library.get(name);
        found.ok_or_else(|| Error::not_found("procedure", name))
    }

    async fn check(&self, files: BTreeMap<String, String>) -> Result<Vec<ProcedureProblem>> {
        let tools = self.brain.business.library.tools.clone();
        let checking = tokio::task::spawn_blocking(move || {
            let files = files
                .iter()
                .map(|(name, text)| (name.as_str(), text.as_str()));
            match Library::load(files, tools) {
                Ok((_, warnings)) => warnings,
                Err(problems) => problems,
            }
        });
        let found = checking
            .await
            .map_err(|error| Error::Conflict(format!("the check was cut short: {error}")))?;
        Ok(found.into_iter().map(problem).collect())
    }
}

/// One customer on every channel. What is done, asked and refused may not differ.
async fn play(simulator: &Simulator<'_>, trial: &Trial) -> Vec<ProcedureTestRun> {
    let mut runs = Vec::new();
    let mut first: Option<(&str, Verdict)> = None;
    for (channel, style) in CHANNELS {
        if !is_for(trial, channel) {
            continue;
        }
        let checked = simulator.check(trial, style).await;
        let mut problems = checked.problems;
        let verdict = checked.verdict;
        match &first {
            Some((other, expected)) if *expected != verdict => {
                problems.push(format!("another verdict than on {other}"));
            }
            Some(_) => {}
            None => first = Some((channel, verdict.clone())),
        }
        runs.push(ProcedureTestRun {
            channel: channel.to_owned(),
            problems,
            said: checked.said,
            calls: verdict.calls,
            denied: verdict.denied.into_iter().collect(),
            asks: verdict.asks,
            handoff: verdict.handoff,
        });
    }
    runs
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

fn limit(edit: &[ProcedureFile]) -> Result<()> {
    if edit.len() > FILES_LIMIT {
        let message = format!("use at most {FILES_LIMIT} files");
        return Err(Error::invalid("files", message));
    }
    for file in edit {
        let plain = !file.name.is_empty()
            && file.name.len() <= 120
            && !file.name.contains(['/', '\\', '\0', '\n']);
        if !plain {
            let message = "each file needs a name of at most 120 bytes, without folders";
            return Err(Error::invalid("files", message));
        }
        if file.text.len() > FILE_LIMIT {
            let message = format!("{} is larger than {FILE_LIMIT} bytes", file.name);
            return Err(Error::invalid("files", message));
        }
    }
    Ok(())
}

/// The files of `folder/procedures` as the library names them, away from the threads that serve requests.
async fn read(folder: PathBuf) -> Result<BTreeMap<String, String>> {
    let reading = tokio::task::spawn_blocking(move || {
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder.join("procedures"))? {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
                continue;
            };
            if path.is_file() && !name.starts_with('.') {
                files.insert(
                    format!("procedures/{name}"),
                    std::fs::read_to_string(&path)?,
                );
            }
        }
        Ok::<_, std::io::Error>(files)
    });
    let unread = |error: &dyn std::fmt::Display| {
        Error::Conflict(format!("the agent's folder cannot be read: {error}"))
    };
    match reading.await {
        Ok(Ok(files)) => Ok(files),
        Ok(Err(error)) => Err(unread(&error)),
        Err(error) => Err(unread(&error)),
    }
}
