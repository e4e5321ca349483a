//! The policy actions a procedure names, against those its tools stand for: readers rely on the list.

use crate::library::{Library, ToolSpec};
use crate::problem::Problem;
use crate::procedure::{Action, Procedure};
use std::collections::BTreeSet;

pub(super) fn check(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let mut problems = unnamed(library, procedure);
    problems.extend(unknown(library, procedure));
    problems
}

/// Calls that change something, whose action the front matter leaves out.
fn unnamed(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let mut problems = Vec::new();
    for op in &procedure.ops {
        let Action::Call { tool, .. } = &op.action else {
            continue;
        };
        let spec = library.tools.get(tool).filter(|spec| spec.writes);
        let Some(action) = spec.and_then(|spec| spec.action.as_ref()) else {
            continue;
        };
        if !procedure.policy.contains(action) {
            let what =
                format!("{tool} stands for the policy action '{action}', which is not named");
            let advice = format!("add {action} to policy: in the front matter");
            problems.push(Problem::error(&procedure.file, op.line, what, advice));
        }
    }
    problems
}

/// Actions that no tool of the procedure stands for.
fn unknown(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let specs: Vec<&ToolSpec> = procedure
        .tools
        .iter()
        .filter_map(|tool| library.tools.get(tool))
        .collect();
    // Where tools do not say what they stand for, nothing can be said about the list.
    let Some(actions) = specs
        .iter()
        .map(|spec| spec.action.as_deref())
        .collect::<Option<BTreeSet<&str>>>()
    else {
        return Vec::new();
    };
    let strange = procedure
        .policy
        .iter()
        .filter(|action| !actions.contains(action.as_str()));
    strange
        .map(|action| {
            let what = format!("'{action}' is no policy action of this procedure's tools");
            let advice = super::names::did_you_mean(action, actions.iter().copied());
            Problem::error(&procedure.file, 1, what, advice)
        })
        .collect()
}
