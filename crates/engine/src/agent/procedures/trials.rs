//! The tests of procedures, played.

use super::Agent;
use crate::agent::works::Library;
use crate::error::Result;
use futures::future::join_all;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;
use throughline_brain::simulate::{CHANNELS, Simulator, Verdict, is_for};
use throughline_model::words;
use throughline_procedure::{Procedure, Trial};

/// How long playing all tests may take before they count as failed.
const LIMIT: Duration = Duration::from_secs(90);
/// Tests that are played at once: most of their time they wait for the business's systems.
const AT_ONCE: usize = 16;
/// So many failed tests are told.
const TOLD: usize = 20;

words! {
    /// What became of the procedures' tests.
    TestOutcome {
        /// Nothing comes out otherwise than expected that does not with what was in force.
        Passed = "passed",
        /// Some come out otherwise, or it took too long to know.
        Failed = "failed",
        /// They were not played: the first version is what the folder says.
        Skipped = "skipped",
    }
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

/// What the tests of all procedures came to.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ProcedureTestReport)]
pub struct TestReport {
    /// What became of them.
    pub outcome: TestOutcome,
    /// The same in a sentence.
    pub note: String,
    /// Those that are held against the edit.
    pub failed: Vec<FailedTest>,
}

/// A test that came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FailedProcedureTest)]
pub struct FailedTest {
    /// The procedure.
    pub procedure: String,
    /// Its file, within the agent's folder.
    pub file: String,
    /// The test's line.
    pub line: usize,
    /// What was expected and what happened instead, on each channel.
    pub problems: Vec<String>,
}

impl TestReport {
    /// Nothing was played.
    pub(super) fn skipped() -> Self {
        Self {
            outcome: TestOutcome::Skipped,
            note: "the tests were not played".to_owned(),
            failed: Vec::new(),
        }
    }

    /// Why nothing may be published without an administrator; none when nothing is against it.
    pub fn objection(&self) -> Option<String> {
        if self.outcome != TestOutcome::Failed {
            return None;
        }
        let told = self.failed.iter().take(TOLD).map(|test| {
            let FailedTest {
                file,
                line,
                problems,
                ..
            } = test;
            format!("{file}:{line}: {}", problems.join("; "))
        });
        let lines: Vec<String> = std::iter::once(self.note.clone()).chain(told).collect();
        Some(lines.join("\n"))
    }
}

/// A test with the procedure it belongs to.
type Case<'a> = (&'a Procedure, &'a Trial);

impl Agent {
    /// Plays the tests of all procedures of an edit. One that comes out as badly with what is in force, because a system
    /// or the time has gone on, is not held against it.
    pub(super) async fn try_all(&self, library: &Arc<Library>) -> Result<TestReport> {
        match tokio::time::timeout(LIMIT, self.compare(library)).await {
            Ok(report) => report,
            Err(_) => Ok(TestReport {
                outcome: TestOutcome::Failed,
                note: format!("the tests took more than {} s", LIMIT.as_secs()),
                failed: Vec::new(),
            }),
        }
    }

    async fn compare(&self, library: &Arc<Library>) -> Result<TestReport> {
        let cases: Vec<Case<'_>> = cases_in(library).collect();
        let all = cases.len();
        let failures = self.failures(library, &cases).await?;
        let before = self.library();
        let known: Vec<Case<'_>> = cases_in(&before)
            .filter(|old| failures.iter().any(|(case, _)| same(case, old)))
            .collect();
        let badly = match known.is_empty() {
            true => Vec::new(),
            false => self.failures(&before, &known).await?,
        };
        let as_before = |case: &Case<'_>| badly.iter().any(|(old, _)| same(case, old));
        let failed: Vec<FailedTest> = failures
            .into_iter()
            .filter(|(case, _)| !as_before(case))
            .map(|(_, failed)| failed)
            .collect();
        Ok(report(all, failed, badly.len()))
    }

    /// Those of `cases` that come out otherwise than expected, and how.
    async fn failures<'a>(
        &self,
        library: &Arc<Library>,
        cases: &[Case<'a>],
    ) -> Result<Vec<(Case<'a>, FailedTest)>> {
        let understander = self.learned(Arc::clone(library)).await?;
        let simulator = self.simulator(library, &understander);
        let mut failures = Vec::new();
        for part in cases.chunks(AT_ONCE) {
            let mut playing = Vec::new();
            for (_, trial) in part {
                playing.push(play(&simulator, trial));
            }
            let played = join_all(playing).await;
            for (case, runs) in part.iter().zip(played) {
                let (procedure, trial) = *case;
                let mut problems = Vec::new();
                for run in runs {
                    let told = run.problems.iter();
                    problems.extend(told.map(|what| format!("on {}: {what}", run.channel)));
                }
                if problems.is_empty() {
                    continue;
                }
                let failed = FailedTest {
                    procedure: procedure.name.clone(),
                    file: procedure.file.clone(),
                    line: trial.line,
                    problems,
                };
                failures.push(((procedure, trial), failed));
            }
        }
        Ok(failures)
    }
}

fn cases_in(library: &Library) -> impl Iterator<Item = Case<'_>> {
    let procedures = library.procedures.values();
    procedures.flat_map(|procedure| procedure.tests.iter().map(move |trial| (procedure, trial)))
}

/// Whether it is the same test, on whatever line.
fn same(one: &Case<'_>, other: &Case<'_>) -> bool {
    let moved = Trial {
        line: other.1.line,
        ..one.1.clone()
    };
    one.0.name == other.0.name && moved == *other.1
}

fn report(all: usize, failed: Vec<FailedTest>, as_before: usize) -> TestReport {
    let (outcome, mut note) = match failed.len() {
        0 => (
            TestOutcome::Passed,
            format!("{} of {all} tests came out as expected", all - as_before),
        ),
        bad => (
            TestOutcome::Failed,
            format!("{bad} of {all} tests came out otherwise than expected"),
        ),
    };
    if as_before > 0 {
        let _ = write!(note, "; {as_before} fail with what is in force too");
    }
    TestReport {
        outcome,
        note,
        failed,
    }
}

/// One customer on every channel. What is done, asked and refused may not differ.
pub(super) async fn play(simulator: &Simulator<'_>, trial: &Trial) -> Vec<ProcedureTestRun> {
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
