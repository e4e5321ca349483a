//! Work in progress.
#![expect(clippy::print_stdout, reason = "prints its result")]
use throughline_routing::simulate::{Model, Plan, simulate, simulate_beside_pooled};
fn main() {
    let start = std::time::Instant::now();
    let model = Model::one_pool(240.0, 240.0, 20);
    println!(
        "{:?}\n{}",
        model.theory(),
        simulate(&model, &Plan::of_hours(200.0))
    );
    println!("{:?}", start.elapsed());
    for skills in [2, 3] {
        let model = Model::chain(6, skills, 504.0, 600.0, 90);
        let (chain, pool) = simulate_beside_pooled(&model, &Plan::of_hours(100.0));
        println!("{:?}\n{chain}\n{pool}\n", model.pooled().theory());
        println!("{:?}", start.elapsed());
    }
}
