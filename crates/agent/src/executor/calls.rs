//! Tools: called with a yes where they change something, and what comes of it.

use super::{Flow, Run};
use crate::dialogue::{Pending, PendingCall};
use crate::event::{Confirmation, Outcome, Step};
use crate::trace::Record;
use serde_json::Value;
use throughline_procedure::template::Template;
use throughline_procedure::{Action, Procedure, Trouble};

impl<'a> Run<'a> {
    pub(super) fn next_call(&mut self) -> Option<u64> {
        if self.dialogue.counters.calls_left == 0 {
            self.hand_off(
                "no_progress",
                None,
                Some("too many tool calls for one message"),
            );
            return None;
        }
        self.dialogue.counters.calls_left -= 1;
        self.dialogue.calls += 1;
        Some(self.dialogue.calls)
    }

    pub(super) fn writes(&self, tool: &str) -> bool {
        // A tool nobody has described may change something.
        self.library.tools.get(tool).is_none_or(|tool| tool.writes)
    }

    pub(super) fn call(
        &mut self,
        procedure: &'a Procedure,
        at: usize,
        tool: &str,
        args: &[(String, Template)],
    ) -> Flow {
        let what = Confirmation {
            tool: tool.to_owned(),
            args: self.arguments(args.iter().map(|(name, value)| (name, value)), &Value::Null),
        };
        let confirmation = self
            .frame_mut()
            .and_then(|frame| frame.confirmed.take())
            .filter(|yes| *yes == what);
        if self.writes(tool) && confirmation.is_none() {
            return self.confirm_first(procedure, at, what);
        }
        let Some(call) = self.next_call() else {
            return Flow::Stop;
        };
        self.dialogue.pending = Some(Pending::Call(PendingCall {
            call,
            tool: what.tool.clone(),
            args: what.args.clone(),
            confirmation: confirmation.clone(),
            op: Some(at),
            key: None,
        }));
        self.emit(Step::CallTool {
            call,
            tool: what.tool,
            args: what.args,
            confirmation,
        });
        Flow::Stop
    }

    /// Something that changes something is only called after a yes to exactly these arguments.
    pub(super) fn confirm_first(
        &mut self,
        procedure: &'a Procedure,
        at: usize,
        what: Confirmation,
    ) -> Flow {
        let own = (0..at).rev().find(|op| {
            let confirms = procedure
                .ops
                .get(*op)
                .is_some_and(|op| matches!(op.action, Action::Confirm { .. }));
            confirms
                && procedure
                    .call_after(*op)
                    .is_some_and(|(call, ..)| call == at)
        });
        if let Some(op) = own {
            self.go_to(op);
            return Flow::Moved;
        }
        let text = procedure
            .step_of(at)
            .map(|step| step.text.clone())
            .unwrap_or_default();
        self.ask_confirm(text, what, at)
    }

    pub(super) fn returned(&mut self, call: u64, outcome: Outcome) {
        let open = match self.dialogue.pending.take() {
            Some(Pending::Call(open)) if open.call == call => open,
            other => {
                self.dialogue.pending = other;
                self.note(&format!(
                    "call {call} is not awaited; its answer is ignored"
                ));
                return;
            }
        };
        let result: Result<Value, String> = outcome.into();
        self.turn.trace.push(Record::Returned {
            call,
            tool: open.tool.clone(),
            error: result
                .as_ref()
                .err()
                .map(|error| super::first_chars(error, super::TRACE_TEXT)),
        });
        match result {
            Ok(value) => self.succeeded(open, value),
            Err(error) => self.failed(&open, &error),
        }
        self.run();
    }

    fn succeeded(&mut self, open: PendingCall, value: Value) {
        let writes = self.writes(&open.tool);
        let keep = open
            .op
            .and_then(|at| match &self.procedure()?.ops.get(at)?.action {
                Action::Call { keep, .. } => Some(keep.clone()),
                _ => None,
            });
        if writes {
            let args = open.args.clone();
            self.dialogue.done.push(Confirmation {
                tool: open.tool.clone(),
                args,
            });
        }
        let Some(frame) = self.frame_mut() else {
            return;
        };
        if let Some(key) = open.key {
            frame.looked_up.insert(key, value);
            return;
        }
        frame.results.extend(keep.map(|keep| (keep, value)));
        if let Some(at) = open.op {
            frame.at = at + 1;
            if writes {
                frame.barrier = at + 1;
                frame.looked_up.clear();
            }
        }
    }

    fn failed(&mut self, open: &PendingCall, error: &str) {
        let note = format!(
            "{} failed: {}",
            open.tool,
            super::first_chars(error, super::TRACE_TEXT)
        );
        if !self.handled(open.op, Trouble::Error) {
            self.hand_off("tool_failed", None, Some(&note));
        }
    }

    /// Does what the procedure says about trouble with the call at `op`. False when it says nothing.
    pub(super) fn handled(&mut self, op: Option<usize>, trouble: Trouble) -> bool {
        let Some((at, procedure)) = op.zip(self.procedure()) else {
            return false;
        };
        let handler = procedure
            .ops
            .get(at)
            .and_then(|op| op.handlers.iter().find(|h| h.on == trouble));
        let Some(handler) = handler.filter(|handler| handler.then != Action::Explain) else {
            return false;
        };
        if self.simple(procedure, at, &handler.then) == Flow::On {
            self.go_to(at + 1);
        }
        true
    }
}
