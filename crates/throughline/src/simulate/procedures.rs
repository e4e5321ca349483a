//! `simulate procedures`: the tests of every procedure and made-up customers, on every channel.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use throughline_brain::simulate::{CHANNELS, Simulator, Verdict, is_for, scenarios};
use throughline_brain::{Brain, BuiltIn, Business};
use throughline_procedure::Trial;
use throughline_tools::{Caller, Environment};
use throughline_understanding::{Embedder, SentenceModel, Vectors};

/// What to play.
#[derive(clap::Args)]
pub struct Procedures {
    /// The folder with procedures/, tools/ and policy/, such as demo/shop.
    folder: PathBuf,
    /// How many customers to make up.
    #[arg(long, default_value_t = 300)]
    scenarios: usize,
    /// The same number makes up the same customers.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The time of the simulation, in milliseconds since 1970; now when it is left out.
    #[arg(long)]
    at: Option<i64>,
    /// The folder of the sentence model; words alone are compared when it is left out.
    #[arg(long)]
    model: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// What came out otherwise than expected.
pub async fn run(wanted: Procedures) -> Result<(), String> {
    let (business, _) = Business::load(&wanted.folder).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        told.join("\n")
    })?;
    let caller = Caller::new(&business.catalog, &Environment::process()).map_err(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        told.join("\n")
    })?;
    let library = business.library.clone();
    let model = wanted.model.as_deref().map(sentence_model).transpose()?;
    let understander = BuiltIn::train(&library, [], model, &mut Vectors::default())
        .map_err(|error| error.to_string())?;
    let brain = Brain::new(business, caller);
    let simulator = Simulator {
        brain: &brain,
        library: &brain.business.library,
        understander: &understander,
        now: wanted.at.unwrap_or_else(now),
        writes: false,
    };
    let mut report = Report::default();
    for procedure in library.procedures.values() {
        for trial in &procedure.tests {
            let place = format!("{}:{}", procedure.file, trial.line);
            report.test(&simulator, trial, &place).await;
        }
    }
    for (procedure, trial) in scenarios(&library, wanted.seed, wanted.scenarios) {
        let place = format!("{procedure}, example of line {}", trial.line);
        report.scenario(&simulator, &trial, &place).await;
    }
    report.end()
}

fn sentence_model(folder: &Path) -> Result<Arc<dyn SentenceModel>, String> {
    match Embedder::load(folder) {
        Ok(model) => Ok(Arc::new(model)),
        Err(error) => Err(format!("{}: {error}", folder.display())),
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// What was played and what came of it.
#[derive(Default)]
struct Report {
    tests: usize,
    scenarios: usize,
    conversations: usize,
    questions: usize,
    repeated: usize,
    problems: Vec<String>,
}

impl Report {
    async fn test(&mut self, simulator: &Simulator<'_>, trial: &Trial, place: &str) {
        self.tests += 1;
        let mut first = None;
        for (channel, style) in CHANNELS {
            if !is_for(trial, channel) {
                continue;
            }
            let checked = simulator.check(trial, style).await;
            for problem in &checked.problems {
                self.problems
                    .push(format!("{place} on {channel}: {problem}"));
            }
            self.count(&checked.verdict, 0);
            self.compare(&mut first, checked.verdict, place, channel);
        }
    }

    async fn scenario(&mut self, simulator: &Simulator<'_>, trial: &Trial, place: &str) {
        self.scenarios += 1;
        let mut first = None;
        for (channel, style) in CHANNELS {
            let run = simulator.run(trial, style).await;
            for slot in &run.repeated {
                self.problems.push(format!(
                    "{place} on {channel}: {slot} was asked although it was known"
                ));
            }
            self.count(&run.verdict, run.repeated.len());
            self.compare(&mut first, run.verdict, place, channel);
        }
    }

    fn count(&mut self, verdict: &Verdict, repeated: usize) {
        self.conversations += 1;
        self.questions += verdict.asks.len();
        self.repeated += repeated;
    }

    fn compare(&mut self, first: &mut Option<Verdict>, now: Verdict, place: &str, channel: &str) {
        let expected = first.get_or_insert_with(|| now.clone());
        if *expected != now {
            self.problems.push(format!(
                "{place}: another verdict on {channel} than on {}: {now:?}, not {expected:?}",
                CHANNELS[0].0
            ));
        }
    }

    fn end(self) -> Result<(), String> {
        for problem in &self.problems {
            crate::say(&format!("{problem}\n"));
        }
        crate::say(&format!(
            "{} tests and {} made-up customers on {} channels: {} conversations, {} questions asked, {} of them for what was known\n",
            self.tests,
            self.scenarios,
            CHANNELS.len(),
            self.conversations,
            self.questions,
            self.repeated
        ));
        match self.problems.len() {
            0 => Ok(()),
            count => Err(format!("{count} things came out otherwise than expected")),
        }
    }
}
