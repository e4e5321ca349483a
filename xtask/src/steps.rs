//! Steps that need each other, their outcomes, and the table at the end.

use crate::command::Outcome;
use std::time::{Duration, Instant};

/// One thing to be done.
pub struct Step<'a, State> {
    /// What it is called on the command line.
    pub name: &'static str,
    /// The steps without whose success this one cannot tell anything.
    pub needs: &'static [&'static str],
    /// Does it. What it hands over to later steps goes into the state.
    pub act: &'a dyn Fn(&mut State) -> Outcome<Done>,
}

/// How a step that did not fail went.
pub enum Done {
    /// It was done.
    All,
    /// There was nothing to do, for this reason.
    Nothing(&'static str),
}

/// What became of a step.
enum Fate {
    Passed,
    Idle(&'static str),
    Failed(String),
    Blocked(&'static str),
}

/// What became of one step, and how long it took.
struct Record {
    name: &'static str,
    fate: Fate,
    took: Duration,
}

/// What became of all steps that were wanted.
pub struct Summary {
    records: Vec<Record>,
}

/// Runs the `wanted` steps in order. A step is left out when one it needs failed; the others go on.
pub fn run<State>(
    steps: &[Step<'_, State>],
    wanted: impl Fn(&str) -> bool,
    state: &mut State,
) -> Summary {
    let mut summary = Summary {
        records: Vec::new(),
    };
    for step in steps.iter().filter(|step| wanted(step.name)) {
        println!("\n== {} ==", step.name);
        let begun = Instant::now();
        let fate = match step.needs.iter().find(|name| summary.is_bad(name)) {
            Some(name) => Fate::Blocked(name),
            None => match (step.act)(state) {
                Ok(Done::All) => Fate::Passed,
                Ok(Done::Nothing(reason)) => Fate::Idle(reason),
                Err(problem) => Fate::Failed(problem),
            },
        };
        if let Fate::Failed(problem) = &fate {
            println!("{}: {problem}", step.name);
        }
        summary.records.push(Record {
            name: step.name,
            fate,
            took: begun.elapsed(),
        });
    }
    summary
}

impl Summary {
    fn is_bad(&self, name: &str) -> bool {
        self.records.iter().any(|record| {
            record.name == name && matches!(record.fate, Fate::Failed(_) | Fate::Blocked(_))
        })
    }

    /// The names of the steps that failed. Steps left out because of those are not among them.
    pub fn failed(&self) -> Vec<&'static str> {
        self.records
            .iter()
            .filter(|record| matches!(record.fate, Fate::Failed(_)))
            .map(|record| record.name)
            .collect()
    }

    /// The table of steps.
    pub fn table(&self) -> String {
        let mut text = String::new();
        for record in &self.records {
            let (word, remark) = match &record.fate {
                Fate::Passed => ("passed", String::new()),
                Fate::Idle(reason) => ("nothing", (*reason).to_owned()),
                Fate::Failed(problem) => ("FAILED", first_line(problem)),
                Fate::Blocked(name) => ("left out", format!("needs {name}")),
            };
            let seconds = record.took.as_secs_f64();
            let line = format!("{:<10} {word:<9} {seconds:>7.1} s  {remark}", record.name);
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(log: &mut Vec<&'static str>, name: &'static str) -> Outcome<Done> {
        log.push(name);
        Ok(Done::All)
    }

    fn story<'a>() -> [Step<'a, Vec<&'static str>>; 4] {
        [
            Step {
                name: "build",
                needs: &[],
                act: &|_| Err("it does not compile\nat all".into()),
            },
            Step {
                name: "tests",
                needs: &["build"],
                act: &|log| done(log, "tests"),
            },
            Step {
                name: "report",
                needs: &["tests"],
                act: &|log| done(log, "report"),
            },
            Step {
                name: "licences",
                needs: &[],
                act: &|log| done(log, "licences"),
            },
        ]
    }

    #[test]
    fn a_failure_leaves_out_what_needs_it_and_nothing_else() {
        let mut log = Vec::new();
        let summary = run(&story(), |_| true, &mut log);
        assert_eq!(log, ["licences"]);
        assert_eq!(summary.failed(), ["build"]);
        let table = summary.table();
        assert!(table.contains("it does not compile\n"), "{table}");
        assert!(
            table.contains("left out") && table.contains("needs build"),
            "{table}"
        );
        assert!(table.contains("needs tests"), "{table}");
    }

    #[test]
    fn a_step_nobody_asked_for_does_not_hold_up_what_needs_it() {
        let mut log = Vec::new();
        let summary = run(&story(), |name| name == "tests", &mut log);
        assert_eq!(log, ["tests"]);
        assert!(summary.failed().is_empty());
    }
}
