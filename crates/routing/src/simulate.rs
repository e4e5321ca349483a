//! A made-up contact centre: customers call, wait, lose patience; the real [`Router`](crate::Router) decides.
//!
//! Nothing about routing is modelled here. Arrivals, lengths of calls and patience are drawn from
//! exponential distributions with a seed, and each becomes an [`Event`](crate::Event) for a router; what
//! its effects say is what is measured. Where theory has the answer (Erlang C and A, see [`erlang`]), the
//! simulation can be held against it.

mod centre;
pub mod erlang;
mod report;
mod seeded;

pub use centre::{Agents, Calls, Model};
pub use report::{Figure, Report};

use centre::Centre;
use seeded::Seeded;

/// How long to simulate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The same number draws the same customers.
    pub seed: u64,
    /// How many independent runs; confidence intervals come from how much these differ.
    pub runs: u32,
    /// How long each run is measured, in hours.
    pub hours: f64,
    /// How long each run goes on before that, from an empty centre, in hours.
    pub warm_up_hours: f64,
}

impl Plan {
    /// Twenty runs of that many hours each, after eight hours that do not count.
    pub fn of_hours(hours: f64) -> Self {
        Self {
            seed: 1,
            runs: 20,
            hours,
            warm_up_hours: 8.0,
        }
    }
}

/// Simulates a contact centre.
pub fn simulate(model: &Model, plan: &Plan) -> Report {
    let runs = (0..plan.runs).map(|run| one_run(model, plan, run));
    Report::of(&runs.collect::<Vec<_>>(), model.answer_within_s)
}

/// Simulates a contact centre and, with the very same customers, one whose agents can all do
/// everything. What theory says of the second tells how lucky the draw was, and the first is corrected
/// by it: a control variate. The answer is as certain as one from a much longer simulation.
///
/// Returns the corrected report of the first and the plain report of the second.
pub fn simulate_beside_pooled(model: &Model, plan: &Plan) -> (Report, Report) {
    let pool = model.pooled();
    let runs: Vec<_> = (0..plan.runs)
        .map(|run| one_run(model, plan, run))
        .collect();
    let pooled: Vec<_> = (0..plan.runs)
        .map(|run| one_run(&pool, plan, run))
        .collect();
    let theory = pool.theory();
    let within_s = model.answer_within_s;
    let corrected = match theory {
        Some(theory) => Report::corrected(&runs, &pooled, &theory, within_s),
        None => Report::of(&runs, within_s),
    };
    (corrected, Report::of(&pooled, within_s))
}

fn one_run(model: &Model, plan: &Plan, run: u32) -> report::Run {
    let seeded = Seeded::new(
        plan.seed
            .wrapping_mul(1_000_003)
            .wrapping_add(u64::from(run)),
    );
    Centre::open(model, seeded).run(plan.warm_up_hours, plan.hours)
}
