//! How fast the router decides with 10,000 people online and 500,000 pieces of work waiting, and how the
//! simulated contact centre compares with theory:
//! `cargo xtask bench routing [hours of each simulated run]`
#![expect(clippy::print_stdout, reason = "prints its result")]

mod rush;

use throughline_routing::simulate::{
    Figure, Model, Plan, Report, erlang::Expected, simulate, simulate_beside_pooled,
};

fn main() {
    let hours = std::env::args().nth(1).and_then(|hours| hours.parse().ok());
    let plan = Plan::of_hours(hours.unwrap_or(200.0));
    rush::measure(10_000, 500_000, 200_000);
    println!(
        "\nSimulation: {} runs of {} hours, 95% intervals",
        plan.runs, plan.hours
    );
    for (name, model) in pools() {
        let report = simulate(&model, &plan);
        if let Some(theory) = model.theory() {
            compare(name, &report, &theory);
        }
    }
    let skilled = [
        ("2 chained skills", Model::chain(6, 2, 504.0, 600.0, 90)),
        ("3 chained skills", Model::chain(6, 3, 504.0, 600.0, 90)),
        (
            "3 skills in every combination",
            Model::mixed(6, 3, 504.0, 600.0, 90),
        ),
    ];
    for (skills, model) in skilled {
        let (report, pooled) = simulate_beside_pooled(&model, &plan);
        println!("\n6 types, 90 agents, {skills}");
        println!("{report}");
        if let Some(bound) = model.pooled().theory() {
            let over = (report.wait_s.mean / bound.wait_s - 1.0) * 100.0;
            println!("over the pooled bound of {:.2} s: {over:.1}%", bound.wait_s);
        }
        println!("pooled, same customers: {}", pooled.wait_s);
    }
}

fn pools() -> [(&'static str, Model); 4] {
    let impatient = |model: Model, patience_s| Model {
        patience_s: Some(patience_s),
        ..model
    };
    [
        (
            "Erlang C: 240/h, 240 s, 20 agents",
            Model::one_pool(240.0, 240.0, 20),
        ),
        (
            "Erlang C: 600/h, 300 s, 55 agents",
            Model::one_pool(600.0, 300.0, 55),
        ),
        (
            "Erlang A: 8.4/min, 600 s, 84 agents",
            impatient(Model::one_pool(504.0, 600.0, 84), 600.0),
        ),
        (
            "Erlang A: 1.67/min, 180 s, 5 agents",
            impatient(Model::one_pool(100.0, 180.0, 5), 180.0),
        ),
    ]
}

fn compare(name: &str, report: &Report, theory: &Expected) {
    println!("\n{name}: {} customers", report.calls);
    let line = |what: &str, found: Figure, theory: f64| {
        let verdict = if found.covers(theory) {
            "agrees"
        } else {
            "DIFFERS"
        };
        println!("  {what:<12} {found:<22} theory {theory:<10.6} {verdict}");
    };
    line("wait at all", report.waiting, theory.waiting);
    line("wait (s)", report.wait_s, theory.wait_s);
    if let Some(in_time) = theory.in_time {
        line("in 20 s", report.in_time, in_time);
    }
    if theory.abandoned > 0.0 {
        line("gave up", report.abandoned, theory.abandoned);
    }
}
