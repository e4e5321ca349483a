//! `simulate routing`: a contact centre of made-up customers around the real router.

use std::str::FromStr;
use throughline_routing::simulate::{Agents, Calls, Model, Plan, simulate};

/// The centre, and how long to watch it.
#[derive(clap::Args)]
pub struct Routing {
    /// Calls of one type, as name:per hour:seconds each takes on average. One for each type.
    #[arg(long, value_name = "NAME:PER_HOUR:SECONDS", required = true)]
    calls: Vec<Line>,
    /// Agents who can do the same, as how many:types, the types with + between. Without types they take all.
    #[arg(long, value_name = "COUNT[:NAME+NAME]", required = true)]
    agents: Vec<Group>,
    /// How long customers wait on average before they give up, in seconds; for as long as it takes when left out.
    #[arg(long)]
    patience: Option<f64>,
    /// Within how many seconds an answer is in time.
    #[arg(long, default_value_t = 20.0)]
    within: f64,
    /// How long each run is watched, in hours.
    #[arg(long, default_value_t = 20.0)]
    hours: f64,
    /// How many independent runs; the intervals come from how much they differ.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(2..=1_000))]
    runs: u32,
    /// The same number makes up the same customers.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// A type of calls.
#[derive(Clone)]
struct Line {
    name: String,
    calls: Calls,
}

/// Agents who take the same types; all when none is named.
#[derive(Clone)]
struct Group {
    count: u32,
    names: Vec<String>,
}

impl FromStr for Line {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}': give name:per hour:seconds, such as returns:240:180");
        let mut parts = text.split(':');
        let (Some(name), Some(per_hour), Some(handle_s), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong());
        };
        let positive = |part: &str| {
            let number: Option<f64> = part.trim().parse().ok();
            let number = number.filter(|number| number.is_finite() && *number > 0.0);
            number.ok_or_else(wrong)
        };
        let calls = Calls {
            per_hour: positive(per_hour)?,
            handle_s: positive(handle_s)?,
        };
        Ok(Self {
            name: name.trim().to_owned(),
            calls,
        })
    }
}

impl FromStr for Group {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (count, names) = text.split_once(':').unwrap_or((text, ""));
        let count = count.trim().parse().ok().filter(|count| *count > 0);
        let count = count.ok_or_else(|| {
            format!("'{text}': give how many:types, such as 12:returns+orders, or 12 for all types")
        })?;
        let names = names
            .split('+')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Ok(Self {
            count,
            names: names.map(str::to_owned).collect(),
        })
    }
}

impl Routing {
    fn model(&self) -> Result<Model, String> {
        let place = |name: &String| {
            let found = self.calls.iter().position(|line| line.name == *name);
            found.ok_or_else(|| format!("agents take '{name}', and there are no such calls"))
        };
        let agents = self.agents.iter().map(|group| {
            let types = match group.names.is_empty() {
                true => (0..self.calls.len()).collect(),
                false => group.names.iter().map(place).collect::<Result<_, _>>()?,
            };
            let count = group.count;
            Ok(Agents { count, types })
        });
        Ok(Model {
            calls: self.calls.iter().map(|line| line.calls).collect(),
            agents: agents.collect::<Result<_, String>>()?,
            patience_s: self.patience.filter(|patience| *patience > 0.0),
            answer_within_s: self.within,
        })
    }
}

/// Runs the command.
///
/// # Errors
/// What cannot be simulated.
pub fn run(wanted: &Routing) -> Result<(), String> {
    let model = wanted.model()?;
    if !(wanted.hours.is_finite() && wanted.hours > 0.0) {
        return Err("--hours must be more than 0".to_owned());
    }
    let plan = Plan {
        seed: wanted.seed,
        runs: wanted.runs,
        ..Plan::of_hours(wanted.hours)
    };
    let report = simulate(&model, &plan);
    crate::say(&format!("{report}\n"));
    if let Some(theory) = model.theory() {
        let in_time = theory.in_time.map(|share| format!(", {share:.4} in time"));
        crate::say(&format!(
            "theory says          {:.4} wait, {:.2} s on average{}, {:.4} give up\n",
            theory.waiting,
            theory.wait_s,
            in_time.unwrap_or_default(),
            theory.abandoned
        ));
    }
    Ok(())
}
