//! Names that must lead somewhere: slots, tools, arguments, sources, anchors, procedures.

use super::actions;
use crate::library::Library;
use crate::problem::Problem;
use crate::procedure::{Action, Procedure, Slot, SlotKind, Target};
use crate::template::Template;
use std::collections::BTreeSet;

/// Names that paths may begin with in every procedure.
pub const ALWAYS: [&str; 2] = ["customer", "facts"];

pub(super) fn check(library: &Library, procedure: &Procedure) -> Vec<Problem> {
    let mut check = Check {
        library,
        procedure,
        roots: roots(library, procedure),
        problems: Vec::new(),
    };
    check.slots();
    check.ops();
    check.unused();
    check.trials();
    check.problems
}

pub(super) fn known_procedures(library: &Library, name: &str) -> String {
    did_you_mean(name, library.procedures.keys().map(String::as_str))
}

/// Tools that sources call.
pub(super) fn sources(library: &Library) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, source) in &library.sources.by_name {
        match library.tools.get(&source.call) {
            None => {
                let what = format!(
                    "the source '{name}' calls {}, which is no tool",
                    source.call
                );
                let advice = did_you_mean(&source.call, library.tools.keys().map(String::as_str));
                problems.push(Problem::error(crate::source::FILE, 1, what, advice));
            }
            Some(tool) if tool.writes => {
                let what = format!(
                    "the source '{name}' calls {}, which changes something",
                    source.call
                );
                let advice = "a source must only look things up: name another tool";
                problems.push(Problem::error(crate::source::FILE, 1, what, advice));
            }
            Some(_) => {}
        }
    }
    problems
}

pub(super) fn did_you_mean<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let near = known
        .map(|known| (strsim::jaro_winkler(known, name), known))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((_, near)) => format!("did you mean '{near}'?"),
        None => "add it, or correct the name".to_owned(),
    }
}

/// What a path may begin with.
fn roots(library: &Library, procedure: &Procedure) -> BTreeSet<String> {
    let kept = procedure.ops.iter().filter_map(|op| match &op.action {
        Action::Call { keep, .. } => Some(keep.clone()),
        _ => None,
    });
    let sources = procedure.slots.values().filter_map(|slot| {
        library
            .sources
            .by_name
            .get(slot.from.as_deref()?)?
            .keep
            .clone()
    });
    let each = procedure
        .slots
        .values()
        .filter(|slot| slot.each.is_some())
        .map(|_| "each".to_owned());
    let always = ALWAYS.iter().map(|name| (*name).to_owned());
    procedure
        .slots
        .keys()
        .cloned()
        .chain(kept)
        .chain(sources)
        .chain(each)
        .chain(always)
        .collect()
}

struct Check<'a> {
    library: &'a Library,
    procedure: &'a Procedure,
    roots: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl Check<'_> {
    fn error(&mut self, line: usize, what: String, advice: impl Into<String>) {
        self.problems
            .push(Problem::error(&self.procedure.file, line, what, advice));
    }

    fn slots(&mut self) {
        let procedure = self.procedure;
        for slot in procedure.slots.values() {
            self.source_of(slot);
            if let Some(each) = &slot.each
                && !procedure.slots.contains_key(each)
            {
                let advice = did_you_mean(each, procedure.slots.keys().map(String::as_str));
                self.error(
                    slot.line,
                    format!(
                        "'{}' is asked for each '{each}', which is no slot",
                        slot.name
                    ),
                    advice,
                );
            }
            if let Some(path) = &slot.default {
                self.path(slot.line, path);
            }
            if let Some(ask) = &slot.ask {
                match Template::parse(ask) {
                    Ok(ask) => ask.paths().for_each(|path| self.path(slot.line, path)),
                    Err(what) => self.error(slot.line, what, "correct the question"),
                }
            }
        }
    }

    fn source_of(&mut self, slot: &Slot) {
        match &slot.from {
            Some(from) if !self.library.sources.by_name.contains_key(from) => {
                let advice = did_you_mean(
                    from,
                    self.library.sources.by_name.keys().map(String::as_str),
                );
                self.error(
                    slot.line,
                    format!("'{}' comes from '{from}', which is no source", slot.name),
                    advice,
                );
            }
            None if slot.kind == SlotKind::Choice && slot.choices.is_empty() => {
                let advice = "add choices: [..] or from: source";
                self.error(
                    slot.line,
                    format!("the choice '{}' has nothing to choose from", slot.name),
                    advice,
                );
            }
            None if slot.kind.is_chosen()
                && slot.kind != SlotKind::Choice
                && slot.kind != SlotKind::Order =>
            {
                let advice = "add from: source";
                self.error(
                    slot.line,
                    format!("'{}' has no candidates", slot.name),
                    advice,
                );
            }
            _ => {}
        }
    }

    fn path(&mut self, line: usize, path: &str) {
        let root = path.split('.').next().unwrap_or(path);
        if !self.roots.contains(root) {
            let advice = did_you_mean(root, self.roots.iter().map(String::as_str));
            self.error(
                line,
                format!("'{path}' begins with '{root}', which is no slot and no result"),
                advice,
            );
        }
    }

    fn ops(&mut self) {
        let procedure = self.procedure;
        for op in &procedure.ops {
            for action in actions(op) {
                self.action(op.line, action);
            }
        }
    }

    fn action(&mut self, line: usize, action: &Action) {
        match action {
            Action::Collect { slots } => slots.iter().for_each(|slot| self.collected(line, slot)),
            Action::Call { tool, args, .. } => self.call(line, tool, args),
            Action::If { condition, .. } => condition
                .paths()
                .into_iter()
                .for_each(|path| self.path(line, path)),
            Action::Confirm { text } | Action::Say { text } => {
                text.paths().for_each(|path| self.path(line, path));
            }
            Action::HandOff {
                note: Some(note), ..
            } => note.paths().for_each(|path| self.path(line, path)),
            Action::Goto { target } => self.target(line, target),
            _ => {}
        }
    }

    fn collected(&mut self, line: usize, name: &str) {
        match self.procedure.slots.get(name) {
            None => {
                let advice = did_you_mean(name, self.procedure.slots.keys().map(String::as_str));
                self.error(line, format!("'{name}' is no slot"), advice);
            }
            Some(slot) if slot.ask.is_none() => {
                let advice = "add ask: \"the question\"";
                self.error(
                    slot.line,
                    format!("the slot '{name}' has no question"),
                    advice,
                );
            }
            Some(_) => {}
        }
    }

    fn call(&mut self, line: usize, tool: &str, args: &[(String, Template)]) {
        if !self.procedure.tools.iter().any(|known| known == tool) {
            let advice = format!("add {tool} to tools: in the front matter");
            self.error(
                line,
                format!("{tool} is not among the procedure's tools"),
                advice,
            );
        }
        args.iter()
            .flat_map(|(_, value)| value.paths())
            .for_each(|path| self.path(line, path));
        match self.library.tools.get(tool) {
            None => {
                let advice = did_you_mean(tool, self.library.tools.keys().map(String::as_str));
                self.error(line, format!("{tool} is no tool"), advice);
            }
            Some(spec) => {
                let Some(known) = &spec.args else {
                    return;
                };
                for (name, _) in args.iter().filter(|(name, _)| !known.contains(name)) {
                    let advice = did_you_mean(name, known.iter().map(String::as_str));
                    self.error(line, format!("{tool} has no argument '{name}'"), advice);
                }
            }
        }
    }

    fn target(&mut self, line: usize, target: &Target) {
        match target {
            Target::Anchor(name) if !self.procedure.anchors.contains_key(name) => {
                let advice = did_you_mean(name, self.procedure.anchors.keys().map(String::as_str));
                self.error(line, format!("there is no anchor {{#{name}}}"), advice);
            }
            Target::Procedure(name) if self.library.get(name).is_none() => {
                let anchors = self.procedure.anchors.keys().map(String::as_str);
                let advice = did_you_mean(
                    name,
                    anchors.chain(self.library.procedures.keys().map(String::as_str)),
                );
                self.error(
                    line,
                    format!("'{name}' is neither an anchor here nor a procedure"),
                    advice,
                );
            }
            _ => {}
        }
    }

    fn unused(&mut self) {
        let procedure = self.procedure;
        let collected: BTreeSet<&str> = procedure
            .ops
            .iter()
            .filter_map(|op| match &op.action {
                Action::Collect { slots } => Some(slots.iter().map(String::as_str)),
                _ => None,
            })
            .flatten()
            .collect();
        for slot in procedure
            .slots
            .values()
            .filter(|slot| !collected.contains(slot.name.as_str()))
        {
            let advice = "add it to a @collect, or take it out";
            self.error(
                slot.line,
                format!("the slot '{}' is never asked", slot.name),
                advice,
            );
        }
        for tool in &procedure.tools {
            let called = procedure
                .ops
                .iter()
                .any(|op| matches!(&op.action, Action::Call { tool: t, .. } if t == tool));
            let sourced = procedure.slots.values().any(|slot| {
                let source = slot
                    .from
                    .as_deref()
                    .and_then(|from| self.library.sources.by_name.get(from));
                source.is_some_and(|source| source.call == *tool)
            });
            if !called && !sourced {
                let what = format!("{tool} is among the tools and never called");
                self.problems.push(Problem::warning(
                    &procedure.file,
                    1,
                    what,
                    "take it out of tools:",
                ));
            }
        }
    }

    fn trials(&mut self) {
        let procedure = self.procedure;
        for test in &procedure.tests {
            let answered = test.answers.keys().chain(test.expect.slots.keys());
            for name in answered.filter(|name| !self.roots.contains(*name)) {
                // A test may end in another procedure, whose slots are as good.
                let elsewhere = self
                    .library
                    .procedures
                    .values()
                    .any(|p| p.slots.contains_key(name));
                if !elsewhere {
                    let advice = did_you_mean(name, procedure.slots.keys().map(String::as_str));
                    self.problems.push(Problem::error(
                        &procedure.file,
                        test.line,
                        format!("the test speaks of '{name}', which is no slot"),
                        advice,
                    ));
                }
            }
            let named = test.expect.calls.iter().flatten().chain(&test.fails);
            for tool in named {
                if !self.library.tools.contains_key(tool) {
                    let advice = did_you_mean(tool, self.library.tools.keys().map(String::as_str));
                    self.error(
                        test.line,
                        format!("the test names {tool}, which is no tool"),
                        advice,
                    );
                }
            }
        }
    }
}
