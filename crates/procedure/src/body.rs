//! What stands below the front matter: numbered steps, `## Escalate`, `## Tests`.

use crate::directive::{self, Directive};
use crate::problem::Problem;
use crate::procedure::{Action, Escalation, Op, Step, Target};
use crate::trial::{self, Trial};
use std::collections::BTreeMap;

/// The body, read.
#[derive(Default)]
pub(crate) struct Body {
    pub steps: Vec<Step>,
    pub ops: Vec<Op>,
    pub anchors: BTreeMap<String, usize>,
    pub escalations: Vec<Escalation>,
    pub tests: Vec<Trial>,
}

enum Section {
    Steps,
    Escalate,
    Tests,
    Other,
}

/// Reads the body, whose first line is line `first` of the file.
pub(crate) fn read(file: &str, text: &str, first: usize, problems: &mut Vec<Problem>) -> Body {
    let mut reader = Reader {
        file,
        body: Body::default(),
        problems,
    };
    let mut section = Section::Steps;
    let mut tests = (String::new(), first);
    for (line, text) in (first..).zip(text.lines()) {
        if let Some(title) = text.strip_prefix("## ") {
            section = match title.trim().to_lowercase().as_str() {
                "steps" => Section::Steps,
                "escalate" => Section::Escalate,
                "tests" => {
                    tests.1 = line + 1;
                    Section::Tests
                }
                _ => Section::Other,
            };
            continue;
        }
        match section {
            Section::Steps => reader.step_line(line, text),
            Section::Escalate => reader.escalation(line, text),
            Section::Tests => {
                tests.0.push_str(text);
                tests.0.push('\n');
            }
            Section::Other => {}
        }
    }
    let mut body = reader.body;
    body.tests = trial::read(file, &tests.0, tests.1, problems);
    settle_targets(&mut body);
    body
}

struct Reader<'a> {
    file: &'a str,
    body: Body,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn step_line(&mut self, line: usize, text: &str) {
        let trimmed = text.trim();
        if trimmed.is_empty() || trimmed.starts_with("# ") {
        } else if trimmed.starts_with('@') {
            self.directive(line, trimmed);
        } else if let Some((number, prose)) = numbered(text) {
            self.step(line, number, prose);
        } else if let Some(step) = self.body.steps.last_mut() {
            // Prose may go on over several lines; its anchor stands at the end of any of them.
            let (prose, anchor) = anchored(trimmed);
            step.text = format!("{} {prose}", step.text).trim().to_owned();
            if let Some(anchor) = anchor {
                step.anchor = Some(anchor.to_owned());
                self.anchor(line, anchor);
            }
        }
    }

    fn step(&mut self, line: usize, number: usize, prose: &str) {
        let expected = self.body.steps.len() + 1;
        if number != expected {
            let what = format!("this step is numbered {number}");
            let advice = format!("number it {expected}, people count on the order");
            self.problems
                .push(Problem::warning(self.file, line, what, advice));
        }
        let (text, anchor) = anchored(prose);
        let anchor = anchor.map(str::to_owned);
        self.body.steps.push(Step {
            number,
            text: text.to_owned(),
            anchor: anchor.clone(),
            line,
        });
        if let Some(anchor) = anchor {
            self.anchor(line, &anchor);
        }
    }

    fn anchor(&mut self, line: usize, anchor: &str) {
        let at = self.body.ops.len();
        if anchor == "end" || self.body.anchors.insert(anchor.to_owned(), at).is_some() {
            let what = format!("the anchor {{#{anchor}}} is taken");
            self.problems.push(Problem::error(
                self.file,
                line,
                what,
                "give this step another name",
            ));
        }
    }

    fn directive(&mut self, line: usize, text: &str) {
        let Some(step) = self.body.steps.len().checked_sub(1) else {
            let advice =
                "write a numbered step in prose above it, such as '1. Find the order. {#find}'";
            self.problems.push(Problem::error(
                self.file,
                line,
                "this line belongs to no step",
                advice,
            ));
            return;
        };
        match directive::read(text) {
            Ok(Directive::Do(action)) => {
                self.body.ops.push(Op {
                    step,
                    line,
                    action,
                    handlers: Vec::new(),
                });
            }
            Ok(Directive::On(handler)) => {
                let call = self
                    .body
                    .ops
                    .iter_mut()
                    .rev()
                    .take_while(|op| op.step == step);
                match call
                    .into_iter()
                    .find(|op| matches!(op.action, Action::Call { .. }))
                {
                    Some(op) => op.handlers.push(handler),
                    None => self.problems.push(Problem::error(
                        self.file,
                        line,
                        "@on stands in a step without @call",
                        "move it below the @call it is for",
                    )),
                }
            }
            Err(fault) => {
                self.problems
                    .push(Problem::error(self.file, line, fault.what, fault.advice))
            }
        }
    }

    fn escalation(&mut self, line: usize, text: &str) {
        let Some(item) = text.trim().strip_prefix("- ") else {
            return;
        };
        let Some((case, action)) = item.split_once("->") else {
            let advice = "write '- when -> @handoff queue=name'";
            self.problems.push(Problem::error(
                self.file,
                line,
                "this line hands over to nobody",
                advice,
            ));
            return;
        };
        match directive::read(action.trim()) {
            Ok(Directive::Do(Action::HandOff { queue, skills, .. })) => {
                let text = case.trim().to_owned();
                self.body.escalations.push(Escalation {
                    text,
                    queue,
                    skills,
                    line,
                });
            }
            Ok(_) => self.problems.push(Problem::error(
                self.file,
                line,
                "only @handoff can stand here",
                "write '- when -> @handoff queue=name'",
            )),
            Err(fault) => {
                self.problems
                    .push(Problem::error(self.file, line, fault.what, fault.advice))
            }
        }
    }
}

/// `3. Do this` apart into its number and its words. A step begins at the left margin.
fn numbered(text: &str) -> Option<(usize, &str)> {
    let (number, prose) = text.split_once(". ")?;
    Some((number.parse().ok()?, prose.trim()))
}

/// `Do this. {#name}` apart.
fn anchored(prose: &str) -> (&str, Option<&str>) {
    let found = prose
        .rsplit_once("{#")
        .and_then(|(before, name)| Some((before, name.strip_suffix('}')?)));
    match found {
        Some((before, name)) => (before.trim(), Some(name.trim())),
        None => (prose, None),
    }
}

/// A `@goto name` means the anchor where the file has one, else a procedure. `end` is always an anchor.
fn settle_targets(body: &mut Body) {
    let Body { ops, anchors, .. } = body;
    anchors.insert("end".to_owned(), ops.len());
    for op in ops {
        settle(&mut op.action, anchors);
        for handler in &mut op.handlers {
            settle(&mut handler.then, anchors);
        }
    }
}

fn settle(action: &mut Action, anchors: &BTreeMap<String, usize>) {
    match action {
        Action::If { then, .. } => settle(then, anchors),
        Action::Goto {
            target: target @ Target::Procedure(_),
        } => {
            if let Target::Procedure(name) = target
                && anchors.contains_key(name)
            {
                *target = Target::Anchor(name.clone());
            }
        }
        _ => {}
    }
}
