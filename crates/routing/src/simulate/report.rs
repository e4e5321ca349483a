//! What came out, and how certain that is.

use super::erlang::Expected;
use std::fmt;

/// What one run measured.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Run {
    pub calls: u64,
    pub waited: u64,
    pub wait_s: f64,
    pub in_time: u64,
    pub abandoned: u64,
    pub busy_s: f64,
    pub agent_s: f64,
}

impl Run {
    fn share(count: u64, of: u64) -> f64 {
        count as f64 / of.max(1) as f64
    }

    fn waiting(&self) -> f64 {
        Self::share(self.waited, self.calls)
    }

    fn wait(&self) -> f64 {
        self.wait_s / self.calls.max(1) as f64
    }

    fn answered_in_time(&self) -> f64 {
        Self::share(self.in_time, self.calls)
    }

    fn gave_up(&self) -> f64 {
        Self::share(self.abandoned, self.calls)
    }

    fn occupancy(&self) -> f64 {
        self.busy_s / self.agent_s.max(1.0)
    }
}

/// A figure with its 95% confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The mean over all runs.
    pub mean: f64,
    /// Half the width of the interval.
    pub give_or_take: f64,
}

impl Figure {
    /// Student's t from how much the runs differ.
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let error = (squares / (count - 1.0).max(1.0) / count).sqrt();
        Self {
            mean,
            give_or_take: student(values.len().saturating_sub(1)) * error,
        }
    }

    /// The values, corrected by how far others that go up and down with them are from what is known.
    fn corrected(values: &[f64], others: &[f64], known: f64) -> Self {
        let (mean, other) = (Self::of(values).mean, Self::of(others).mean);
        let pairs = || values.iter().zip(others);
        let together: f64 = pairs().map(|(v, o)| (v - mean) * (o - other)).sum();
        let spread: f64 = others.iter().map(|o| (o - other).powi(2)).sum();
        let slope = if spread > 0.0 { together / spread } else { 0.0 };
        let corrected: Vec<f64> = pairs().map(|(v, o)| v - slope * (o - known)).collect();
        Self::of(&corrected)
    }

    /// Whether a value lies in the interval.
    pub fn covers(&self, value: f64) -> bool {
        (value - self.mean).abs() <= self.give_or_take
    }
}

/// The 97.5% point of Student's t; beyond thirty degrees of freedom by the first term of its
/// expansion around the normal distribution, which is off by less than .001.
fn student(freedom: usize) -> f64 {
    const POINTS: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042,
    ];
    match freedom {
        0 => f64::INFINITY,
        few if few <= POINTS.len() => POINTS[few - 1],
        many => 1.960 + 2.372 / many as f64,
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = if self.mean.abs() < 1.0 { 4 } else { 2 };
        write!(f, "{:.digits$} ± {:.digits$}", self.mean, self.give_or_take)
    }
}

/// What a simulation found. All means are over customers, those who gave up included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Report {
    /// How many customers were counted.
    pub calls: u64,
    /// The share who waited at all.
    pub waiting: Figure,
    /// How long they waited, in seconds.
    pub wait_s: Figure,
    /// What counts as answered in time, in seconds.
    pub within_s: f64,
    /// The share answered in time.
    pub in_time: Figure,
    /// The share who gave up.
    pub abandoned: Figure,
    /// The share of their time that agents talked.
    pub occupancy: Figure,
}

impl Report {
    pub(super) fn of(runs: &[Run], within_s: f64) -> Self {
        let figure = |of: fn(&Run) -> f64| Figure::of(&runs.iter().map(of).collect::<Vec<_>>());
        Self {
            calls: runs.iter().map(|run| run.calls).sum(),
            waiting: figure(Run::waiting),
            wait_s: figure(Run::wait),
            within_s,
            in_time: figure(Run::answered_in_time),
            abandoned: figure(Run::gave_up),
            occupancy: figure(Run::occupancy),
        }
    }

    pub(super) fn corrected(runs: &[Run], others: &[Run], known: &Expected, within_s: f64) -> Self {
        let figure = |of: fn(&Run) -> f64, known: f64| {
            let values = |runs: &[Run]| runs.iter().map(of).collect::<Vec<_>>();
            Figure::corrected(&values(runs), &values(others), known)
        };
        let plain = Self::of(runs, within_s);
        Self {
            waiting: figure(Run::waiting, known.waiting),
            wait_s: figure(Run::wait, known.wait_s),
            in_time: known
                .in_time
                .map_or(plain.in_time, |known| figure(Run::answered_in_time, known)),
            abandoned: figure(Run::gave_up, known.abandoned),
            ..plain
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "customers            {}", self.calls)?;
        writeln!(f, "wait at all          {}", self.waiting)?;
        writeln!(f, "average wait (s)     {}", self.wait_s)?;
        writeln!(f, "answered within {:>2} s {}", self.within_s, self.in_time)?;
        writeln!(f, "gave up              {}", self.abandoned)?;
        write!(f, "agents' time talking {}", self.occupancy)
    }
}
