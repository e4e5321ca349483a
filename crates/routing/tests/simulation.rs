//! The simulated contact centre against what queueing theory says, through the real router.
//!
//! Seeds are fixed, so these either hold or they do not; `cargo xtask bench routing` simulates longer.

use throughline_routing::simulate::{
    Figure, Model, Plan, Report, simulate, simulate_beside_pooled,
};

/// Long enough for intervals of a few per cent.
fn plan(hours: f64) -> Plan {
    Plan {
        seed: 4,
        ..Plan::of_hours(hours)
    }
}

fn agrees(name: &str, figure: Figure, theory: f64) {
    assert!(
        figure.covers(theory),
        "{name}: {figure} found, {theory} expected"
    );
    assert!(
        figure.give_or_take < 0.12 * theory,
        "{name}: {figure} says too little"
    );
}

fn agrees_with_erlang_c(report: &Report, waiting: f64, wait_s: f64, in_time: f64) {
    agrees("waiting", report.waiting, waiting);
    agrees("wait", report.wait_s, wait_s);
    agrees("in time", report.in_time, in_time);
}

#[test]
fn patient_customers_wait_as_erlang_c_says() {
    let small = simulate(&Model::one_pool(240.0, 240.0, 20), &plan(60.0));
    agrees_with_erlang_c(&small, 0.256078, 15.3647, 0.816512);
    let large = simulate(&Model::one_pool(600.0, 300.0, 55), &plan(60.0));
    agrees_with_erlang_c(&large, 0.384547, 23.0728, 0.724460);
}

#[test]
fn impatient_customers_wait_and_leave_as_erlang_a_says() {
    let impatient = |per_hour, handle_s, agents| Model {
        patience_s: Some(handle_s),
        ..Model::one_pool(per_hour, handle_s, agents)
    };
    let large = simulate(&impatient(8.4 * 60.0, 600.0, 84), &plan(60.0));
    agrees("waiting", large.waiting, 0.514510);
    agrees("gave up", large.abandoned, 0.043485);
    agrees("wait", large.wait_s, 26.091);
    let small = simulate(&impatient(100.0, 180.0, 5), &plan(200.0));
    agrees("waiting", small.waiting, 0.559507);
    agrees("gave up", small.abandoned, 0.175467);
}

#[test]
fn few_skills_in_a_chain_are_nearly_as_good_as_all() {
    let chain = |skills| Model::chain(6, skills, 504.0, 600.0, 90);
    let (two, _) = simulate_beside_pooled(&chain(2), &plan(20.0));
    assert!(two.wait_s.mean <= 55.6 + 1.4, "two skills: {}", two.wait_s);
    let (three, pooled) = simulate_beside_pooled(&chain(3), &plan(20.0));
    assert!(
        three.wait_s.mean <= 1.05 * 41.196 + 0.4,
        "three skills: {}",
        three.wait_s
    );
    assert!(pooled.wait_s.covers(41.196), "pooled: {}", pooled.wait_s);
}

#[test]
fn the_same_seed_draws_the_same_customers() {
    let model = Model::one_pool(240.0, 240.0, 20);
    let short = Plan {
        runs: 2,
        hours: 2.0,
        warm_up_hours: 1.0,
        ..plan(2.0)
    };
    assert_eq!(simulate(&model, &short), simulate(&model, &short));
    let other = Plan { seed: 5, ..short };
    assert_ne!(simulate(&model, &short), simulate(&model, &other));
}
