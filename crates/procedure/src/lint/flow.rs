//! Which steps are reached, and whether every write is preceded by a yes.

use crate::library::Library;
use crate::problem::Problem;
use crate::procedure::{Action, Op, Procedure, Target};
use std::collections::BTreeSet;

/// Where the machine stands: the operation, and whether the customer has said yes to the call that follows.
type Place = (usize, bool);

pub(super) fn check(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let mut seen: BTreeSet<Place> = BTreeSet::new();
    let mut open = vec![(0, false)];
    while let Some(place) = open.pop() {
        if seen.insert(place)
            && let Some(op) = procedure.ops.get(place.0)
        {
            open.extend(next(procedure, op, place));
        }
    }
    let mut problems = unreached(procedure, &seen);
    for (at, op) in procedure.ops.iter().enumerate() {
        if let Action::Call { tool, .. } = &op.action
            && library.tools.get(tool).is_some_and(|tool| tool.writes)
            && seen.contains(&(at, false))
        {
            let what = format!("{tool} changes something and can be reached without a yes");
            let advice =
                "put @confirm \"what will be done\" right before the @call, on every way to it";
            problems.push(Problem::error(&procedure.file, op.line, what, advice));
        }
    }
    problems
}

fn unreached(procedure: &Procedure, seen: &BTreeSet<Place>) -> Vec<Problem> {
    let reached = |at: usize| seen.contains(&(at, false)) || seen.contains(&(at, true));
    let mut problems = Vec::new();
    for (number, step) in procedure.steps.iter().enumerate() {
        let mut own = (0..procedure.ops.len())
            .filter(|at| procedure.ops[*at].step == number)
            .peekable();
        if own.peek().is_some() && !own.any(reached) {
            let what = format!("step {} is never reached", step.number);
            let advice = match &step.anchor {
                Some(anchor) => format!("lead to it with @goto {anchor}, or take it out"),
                None => "give it an {#anchor} and lead to it with @goto, or take it out".to_owned(),
            };
            problems.push(Problem::error(&procedure.file, step.line, what, advice));
        }
    }
    problems
}

/// Every place the machine can be in after this operation.
fn next(procedure: &Procedure, op: &Op, (at, yes): Place) -> Vec<Place> {
    let on = (at + 1, yes);
    match &op.action {
        Action::Goto { .. } | Action::Done | Action::HandOff { .. } => {
            leap(procedure, &op.action, yes)
        }
        Action::Confirm { .. } => vec![(at + 1, true)],
        Action::If { then, .. } => match ends(then) {
            true => leap(procedure, then, yes).into_iter().chain([on]).collect(),
            false => vec![on],
        },
        Action::Call { .. } => {
            let leaps = op
                .handlers
                .iter()
                .flat_map(|handler| leap(procedure, &handler.then, false));
            leaps.chain([(at + 1, false)]).collect()
        }
        _ => vec![on],
    }
}

fn ends(action: &Action) -> bool {
    matches!(
        action,
        Action::Goto { .. } | Action::Done | Action::HandOff { .. }
    )
}

fn leap(procedure: &Procedure, action: &Action, yes: bool) -> Vec<Place> {
    match action {
        Action::Goto {
            target: Target::Anchor(name),
        } => procedure
            .anchors
            .get(name)
            .map(|at| (*at, yes))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    }
}
