//! What is wrong with procedures that can be read: names that lead nowhere, steps nobody reaches, writes without a yes.

mod flow;
mod gate;
mod names;

use crate::library::Library;
use crate::problem::Problem;
use crate::procedure::{Action, Op, Procedure};
use std::collections::BTreeMap;

/// How many examples a procedure should have before its classifier can be trusted.
pub const FEW_EXAMPLES: usize = 8;

/// Every finding about a library.
pub fn library(library: &Library) -> Vec<Problem> {
    let mut problems = duplicate_examples(library);
    for procedure in library.procedures.values() {
        problems.extend(names::check(library, procedure));
        problems.extend(flow::check(library, procedure));
        problems.extend(gate::check(library, procedure));
        problems.extend(completeness(library, procedure));
    }
    problems.extend(names::sources(library));
    problems
}

/// An operation's action and those within it: under `@if`, and in handlers.
fn actions(op: &Op) -> impl Iterator<Item = &Action> {
    let inner = match &op.action {
        Action::If { then, .. } => Some(then.as_ref()),
        _ => None,
    };
    std::iter::once(&op.action)
        .chain(inner)
        .chain(op.handlers.iter().map(|handler| &handler.then))
}

fn duplicate_examples(library: &Library) -> Vec<Problem> {
    let mut seen: BTreeMap<String, &Procedure> = BTreeMap::new();
    let mut problems = Vec::new();
    for procedure in library.procedures.values() {
        for example in &procedure.examples {
            let words = example.text.to_lowercase();
            if let Some(other) = seen.insert(words, procedure) {
                let what = format!("'{}' is also an example of {}", example.text, other.name);
                let advice = "keep it in one procedure, the classifier cannot tell them apart";
                problems.push(Problem::error(&procedure.file, example.line, what, advice));
            }
        }
    }
    problems
}

fn completeness(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let mut problems = Vec::new();
    let file = &procedure.file;
    if procedure.tests.is_empty() {
        let advice =
            "add '## Tests' with a good case, a refusal, and somebody who is not identified";
        problems.push(Problem::error(
            file,
            1,
            "the procedure has no tests",
            advice,
        ));
    }
    if procedure.ops.is_empty() {
        let advice = "add a numbered step with an @ line below it";
        problems.push(Problem::error(
            file,
            1,
            "the procedure does nothing",
            advice,
        ));
    }
    let few = procedure.examples.len();
    if few < FEW_EXAMPLES && procedure.identifies.is_none() {
        let what = format!("{few} examples are few");
        let advice = format!("write at least {FEW_EXAMPLES} things customers say");
        problems.push(Problem::warning(file, 1, what, advice));
    }
    for instead in &procedure.not_when {
        if let Some(name) = &instead.instead
            && library.get(name).is_none()
        {
            let what = format!("not_when leads to '{name}', which is no procedure");
            problems.push(Problem::error(
                file,
                instead.line,
                what,
                names::known_procedures(library, name),
            ));
        }
    }
    problems
}
