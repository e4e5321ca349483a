//! Customers nobody wrote down: what the examples of a procedure say, asked by the people of its tests.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use throughline_procedure::trial::{ANONYMOUS, Expect, Trial};
use throughline_procedure::{Library, Procedure};

/// One customer in so many finds one of the tools out of order.
const FAILING: u32 = 8;
/// One in so many says no when something is read back.
const DECLINING: u32 = 5;
/// One in so many has not proven who they are.
const UNKNOWN: u32 = 6;

/// Up to `count` made-up customers, with the procedure each begins with: the same for the same `seed`.
pub fn scenarios(library: &Library, seed: u64, count: usize) -> Vec<(String, Trial)> {
    let mut chance = StdRng::seed_from_u64(seed);
    let procedures: Vec<&Procedure> = library
        .procedures
        .values()
        .filter(|one| !one.examples.is_empty() && !one.tests.is_empty())
        .collect();
    let mut made = Vec::new();
    while made.len() < count && !procedures.is_empty() {
        for procedure in &procedures {
            if made.len() < count {
                made.push((procedure.name.clone(), one(procedure, &mut chance)));
            }
        }
    }
    made
}

fn one(procedure: &Procedure, chance: &mut StdRng) -> Trial {
    let like = &procedure.tests[chance.random_range(0..procedure.tests.len())];
    let example = &procedure.examples[chance.random_range(0..procedure.examples.len())];
    let who = match chance.random_ratio(1, UNKNOWN) {
        true => ANONYMOUS.to_owned(),
        false => like.who.clone(),
    };
    let broken = match chance.random_ratio(1, FAILING) && !procedure.tools.is_empty() {
        true => vec![procedure.tools[chance.random_range(0..procedure.tools.len())].clone()],
        false => Vec::new(),
    };
    Trial {
        say: vec![example.text.clone()],
        who,
        answers: like.answers.clone(),
        facts: like.facts.clone(),
        fails: broken,
        agrees: !chance.random_ratio(1, DECLINING),
        expect: Expect::default(),
        on: Vec::new(),
        line: example.line,
    }
}
