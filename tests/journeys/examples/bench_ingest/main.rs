//! `cargo xtask bench ingest [--engine sqlite|postgres] [--rounds N] [--seconds N]`: how fast messages are taken in,
//! against how fast this machine could at all; how long an acknowledgement takes; what silence costs.
#![expect(clippy::print_stdout, reason = "this is a command for a terminal")]
#![expect(
    clippy::unwrap_used,
    reason = "a measurement whose set-up fails has nothing to say"
)]

mod bound;
mod crowd;
mod figure;
mod load;
mod quiet;
mod wrote;

use figure::Figures;
use journeys::{Server, Settings};
use std::time::Duration;
use throughline_storage::Engine;

/// Visitors who write at once: enough to fill a group commit, few enough to be served in time.
const WRITERS: usize = 512;

/// The wishes of the command line.
struct Wishes {
    engines: Vec<Engine>,
    rounds: usize,
    length: Duration,
}

fn main() {
    // Load comes from one thread: what it takes is taken from the server on a small machine.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let wishes = Wishes::read();
    let mut figures = Figures::default();
    for engine in &wishes.engines {
        runtime.block_on(ingest(*engine, &wishes, &mut figures));
        runtime.block_on(quiet::measure(*engine, &mut figures));
    }
    println!("{figures}");
    if !figures.all_met() {
        std::process::exit(1);
    }
}

impl Wishes {
    fn read() -> Self {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        let value = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1).map(String::as_str)
        };
        let number = |name: &str, usual| value(name).map_or(usual, |text| text.parse().unwrap());
        Self {
            engines: match value("--engine") {
                Some("sqlite") => vec![Engine::Sqlite],
                Some("postgres") => vec![Engine::Postgres],
                _ => vec![Engine::Sqlite, Engine::Postgres],
            },
            rounds: number("--rounds", 3),
            length: Duration::from_secs(number("--seconds", 8) as u64),
        }
    }
}

/// Messages per second over HTTP, the bound for the very rows they became, and the time to an acknowledgement.
async fn ingest(engine: Engine, wishes: &Wishes, figures: &mut Figures) {
    let (mut rates, mut bounds, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut slow = Vec::new();
    for round in 1..=wishes.rounds {
        let server = Server::start(&Settings::on(engine)).await;
        let mut writers = crowd::gather(&server, WRITERS).await;
        load::as_fast_as_possible(&mut writers, Duration::from_secs(2)).await;
        let rate = load::as_fast_as_possible(&mut writers, wishes.length).await;
        let latency = load::at_rate(&mut writers, rate / 2.0, wishes.length).await;
        let rows = wrote::read(&server).await;
        drop(server);
        let bound = bound::measure(engine, rows).await;
        println!(
            "{engine:?} round {round}: {rate:.0}/s over HTTP, bound {bound:.0}/s; at {:.0}/s {latency}",
            rate / 2.0
        );
        rates.push(rate);
        bounds.push(bound);
        ratios.push(100.0 * rate / bound);
        slow.push(latency.p99_ms);
    }
    figures.add(engine, "messages over HTTP", "/s", &rates, None);
    figures.add(
        engine,
        "bound: the same rows, one writer",
        "/s",
        &bounds,
        None,
    );
    let half = (engine == Engine::Sqlite).then_some(figure::Bar::AtLeast(50.0));
    figures.add(engine, "share of the bound", "%", &ratios, half);
    let bar = Some(figure::Bar::AtMost(50.0));
    figures.add(engine, "p99 acknowledgement at half rate", "ms", &slow, bar);
}
