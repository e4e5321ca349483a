//! Figures, their bars, and the table of both.

use std::fmt;
use throughline_storage::Engine;

/// What a figure is held to.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

/// Everything that was measured.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

struct Figure {
    engine: Engine,
    name: &'static str,
    unit: &'static str,
    /// Smallest, median, largest.
    spread: [f64; 3],
    bar: Option<Bar>,
}

impl Figures {
    /// Adds a figure that was measured once or several times; the median is held to the bar.
    pub fn add(
        &mut self,
        engine: Engine,
        name: &'static str,
        unit: &'static str,
        values: &[f64],
        bar: Option<Bar>,
    ) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let spread = [
            sorted[0],
            sorted[sorted.len() / 2],
            sorted[sorted.len() - 1],
        ];
        self.0.push(Figure {
            engine,
            name,
            unit,
            spread,
            bar,
        });
    }

    /// True when no bar was missed.
    pub fn all_met(&self) -> bool {
        self.0.iter().all(Figure::is_met)
    }
}

impl Figure {
    fn is_met(&self) -> bool {
        match self.bar {
            None => true,
            Some(Bar::AtLeast(bar)) => self.spread[1] >= bar,
            Some(Bar::AtMost(bar)) => self.spread[1] <= bar,
        }
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| engine | figure | min | median | max | unit | bar | |")?;
        writeln!(f, "| --- | --- | ---: | ---: | ---: | --- | --- | --- |")?;
        for figure in &self.0 {
            let Figure {
                engine,
                name,
                unit,
                spread: [min, median, max],
                bar,
            } = figure;
            let (bar, met) = match bar {
                None => (String::new(), ""),
                Some(Bar::AtLeast(bar)) => (
                    format!("≥ {bar}"),
                    if figure.is_met() { "met" } else { "MISSED" },
                ),
                Some(Bar::AtMost(bar)) => (
                    format!("≤ {bar}"),
                    if figure.is_met() { "met" } else { "MISSED" },
                ),
            };
            writeln!(
                f,
                "| {engine:?} | {name} | {min:.1} | {median:.1} | {max:.1} | {unit} | {bar} | {met} |"
            )?;
        }
        Ok(())
    }
}
