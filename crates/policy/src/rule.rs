//! One rule: what it is called, what it says, and what helps.

use crate::document::Anchor;
use crate::remedy::Cure;
use crate::source::{Problem, SourceFile};
use cedar_policy::{Effect, Policy};

/// The annotations a rule may carry.
const KNOWN: &[&str] = &["id", "say", "agent", "remedy", "doc"];

/// A rule that forbids.
#[derive(Clone, Debug)]
pub struct Rule<R> {
    /// Its name, unique in the policy: `@id`.
    pub id: String,
    /// What the customer is told when it is violated: `@say`.
    pub say: String,
    /// What the agent should know beyond that: `@agent`. For agents only.
    pub agent: Option<String>,
    /// What helps: `@remedy`.
    pub remedy: R,
    /// The statement of the document that it enforces, as `policy.md#anchor`: `@doc`.
    pub doc: String,
    /// The file it stands in.
    pub file: String,
    /// Its line there, counted from 1.
    pub line: usize,
    /// The rule itself, in Cedar, as it was written.
    pub text: String,
    /// Where it stands among the rules.
    pub(crate) position: usize,
}

/// A Cedar policy as read from a file.
pub(crate) struct Read<'a> {
    pub policy: Policy,
    pub file: &'a SourceFile,
    pub line: usize,
}

impl Read<'_> {
    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::at(self.file, self.line, message)
    }

    /// Its `@id`.
    pub fn id(&self) -> Result<String, Problem> {
        self.required("id", "a name that no other rule has")
    }

    fn required(&self, key: &str, what: &str) -> Result<String, Problem> {
        match self.policy.annotation(key).map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(self.problem(format!("this rule lacks @{key}(\"…\"): {what}"))),
        }
    }

    /// The rule it is, if it forbids. A permission needs nothing but a name.
    pub fn rule<R: Cure>(
        &self,
        position: usize,
        document: &SourceFile,
        anchors: &[Anchor],
    ) -> Result<Option<Rule<R>>, Vec<Problem>> {
        let mut problems = Vec::new();
        for (key, _) in self.policy.annotations() {
            if !KNOWN.contains(&key) {
                let known = KNOWN.join(", @");
                problems.push(self.problem(format!("@{key} means nothing here; use @{known}")));
            }
        }
        let id = self.keep(self.id(), &mut problems);
        if self.policy.effect() == Effect::Permit {
            return match problems.is_empty() {
                true => Ok(None),
                false => Err(problems),
            };
        }
        let say = self.required("say", "what the customer is told");
        let say = self.keep(say, &mut problems);
        let remedy = self.keep(self.remedy(), &mut problems);
        let doc = self.keep(self.doc(document, anchors), &mut problems);
        let agent = self.policy.annotation("agent").map(str::to_owned);
        match (id, say, remedy, doc) {
            (Some(id), Some(say), Some(remedy), Some(doc)) if problems.is_empty() => {
                Ok(Some(Rule {
                    id,
                    say,
                    agent,
                    remedy,
                    doc,
                    file: self.file.name.clone(),
                    line: self.line,
                    text: self.policy.to_string(),
                    position,
                }))
            }
            _ => Err(problems),
        }
    }

    fn keep<T>(&self, outcome: Result<T, Problem>, problems: &mut Vec<Problem>) -> Option<T> {
        outcome.map_err(|problem| problems.push(problem)).ok()
    }

    fn remedy<R: Cure>(&self) -> Result<R, Problem> {
        let text = self.required("remedy", "what helps, such as confirm or refuse")?;
        text.parse()
            .map_err(|problem: String| self.problem(problem))
    }

    fn doc(&self, document: &SourceFile, anchors: &[Anchor]) -> Result<String, Problem> {
        let what = format!(
            "the statement it enforces, such as {}#anchor",
            document.name
        );
        let doc = self.required("doc", &what)?;
        match doc.split_once('#') {
            Some((file, anchor)) if file == document.name => {
                match anchors.iter().any(|known| known.id == anchor) {
                    true => Ok(doc),
                    false => Err(self.problem(format!(
                        "{file} has no anchor {{#{anchor}}}; add it to the statement this rule enforces"
                    ))),
                }
            }
            _ => Err(self.problem(format!(
                "'{doc}' is not in the document; write {}#anchor",
                document.name
            ))),
        }
    }
}
