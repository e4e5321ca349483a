//! A procedure as the machine reads it.

use crate::condition::Condition;
use crate::template::Template;
use crate::trial::Trial;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How to resolve one kind of issue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Its name, the same as in `@goto` and in commands: `return-item`.
    pub name: String,
    /// What it is called for people.
    pub title: String,
    /// When it applies, in a sentence.
    pub when: String,
    /// When it does not, and what does instead.
    pub not_when: Vec<NotWhen>,
    /// What customers say; trains the classifier.
    pub examples: Vec<Example>,
    /// What must be known, by name.
    pub slots: BTreeMap<String, Slot>,
    /// The tools its steps call.
    pub tools: Vec<String>,
    /// The policy actions its tools need; for readers, the gate stands at every call.
    pub policy: Vec<String>,
    /// The author's own version number.
    pub version: u32,
    /// The assurance it gives when it ends well: such a procedure is run where `@identify` needs it.
    pub identifies: Option<u8>,
    /// The steps as people read them.
    pub steps: Vec<Step>,
    /// What the steps do, in order.
    pub ops: Vec<Op>,
    /// Where each anchor leads: an index into `ops`.
    pub anchors: BTreeMap<String, usize>,
    /// When to hand over, whatever the step.
    pub escalations: Vec<Escalation>,
    /// Its tests.
    pub tests: Vec<Trial>,
    /// The file it came from.
    pub file: String,
    /// The SHA-256 of the file, in hex: the version a conversation is pinned to.
    pub hash: String,
}

impl Procedure {
    /// The `@call` that a `@confirm` at `op` is about: the next one in the order of the file.
    pub fn call_after(&self, op: usize) -> Option<(usize, &str, &[Argument])> {
        let rest = self.ops.iter().enumerate().skip(op + 1);
        rest.into_iter().find_map(|(at, op)| match &op.action {
            Action::Call { tool, args, .. } => Some((at, tool.as_str(), args.as_slice())),
            _ => None,
        })
    }

    /// The step an operation belongs to.
    pub fn step_of(&self, op: usize) -> Option<&Step> {
        self.steps.get(self.ops.get(op)?.step)
    }
}

/// One argument of a call: its name, and the text that becomes its value.
pub type Argument = (String, Template);

/// When a procedure does not apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotWhen {
    /// The case, in words.
    pub text: String,
    /// The procedure that applies instead.
    pub instead: Option<String>,
    /// Its line.
    pub line: usize,
}

/// One thing customers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    /// The words.
    pub text: String,
    /// Its line.
    pub line: usize,
}

/// What a slot may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// An order, by its number.
    Order,
    /// Some of the order's items.
    Items,
    /// One of the order's items.
    Item,
    /// One of the customer's payment methods.
    Payment,
    /// One of a closed list (`choices`), or of what a source offers.
    Choice,
    /// A postal address: `address1`, `address2`, `city`, `state`, `zip`, `country`.
    Address,
    /// Free words.
    Text,
    /// A number.
    Number,
    /// A day, as `YYYY-MM-DD`.
    Date,
    /// A mail address.
    Email,
    /// A phone number.
    Phone,
    /// A postal code.
    Zip,
    /// First and last name: `first_name`, `last_name`.
    Name,
    /// The digits of a one-time code.
    Code,
    /// `true` or `false`.
    YesNo,
    /// A product.
    Product,
    /// One variant of a product.
    Variant,
}

impl SlotKind {
    /// Whether a value must be one of a list that a tool or the author gives.
    pub fn is_chosen(self) -> bool {
        matches!(
            self,
            Self::Order
                | Self::Items
                | Self::Item
                | Self::Payment
                | Self::Choice
                | Self::Product
                | Self::Variant
        )
    }

    /// Whether a value is a list.
    pub fn is_list(self) -> bool {
        self == Self::Items
    }
}

/// One thing that must be known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// What it may hold.
    pub kind: SlotKind,
    /// Where its candidates come from: the name of a source.
    pub from: Option<String>,
    /// Narrows what is offered, when that leaves something: `status == "delivered"`.
    pub prefer: Option<Condition>,
    /// Taken when the customer says nothing about it: a path, such as `order.original_payment`.
    pub default: Option<String>,
    /// The fact it is taken from, and remembered as, beyond this procedure; its own name unless told.
    pub fact: String,
    /// How it is asked.
    pub ask: Option<String>,
    /// The closed list of a `choice`.
    pub choices: Vec<Choice>,
    /// Asked once for each element of this list slot; the value is a list in the same order.
    pub each: Option<String>,
    /// Its line.
    pub line: usize,
}

/// One of a closed list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// What tools get.
    pub value: String,
    /// Other words for it.
    pub words: Vec<String>,
}

/// One numbered step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Its number, counted from 1.
    pub number: usize,
    /// The prose.
    pub text: String,
    /// Its anchor.
    pub anchor: Option<String>,
    /// Its line.
    pub line: usize,
}

/// One thing the machine does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Op {
    /// The step it belongs to: an index into `steps`.
    pub step: usize,
    /// Its line.
    pub line: usize,
    /// What is done.
    pub action: Action,
    /// What follows when a call is denied or fails.
    pub handlers: Vec<Handler>,
}

/// What the machine can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum Action {
    /// Go on only when the person is proven to this level.
    Identify {
        /// The assurance, 0 to 3.
        level: u8,
    },
    /// Make sure these slots are known; ask for what is not.
    Collect {
        /// Their names.
        slots: Vec<String>,
    },
    /// Call a tool.
    Call {
        /// Its name.
        tool: String,
        /// Its arguments.
        args: Vec<Argument>,
        /// The name the result is kept under; the tool's name unless told (`-> name`).
        keep: String,
    },
    /// Do something under a condition.
    If {
        /// The condition.
        condition: Condition,
        /// What is done then.
        then: Box<Action>,
    },
    /// Go on elsewhere.
    Goto {
        /// Where.
        target: Target,
    },
    /// Read back, and go on only after a yes to exactly the call that follows.
    Confirm {
        /// What is read back.
        text: Template,
    },
    /// Say something.
    Say {
        /// What.
        text: Template,
    },
    /// Hand over to a person.
    HandOff {
        /// The queue.
        queue: Option<String>,
        /// The skills asked for, such as `language:de 3, returns`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        skills: Option<String>,
        /// For the person who takes over.
        note: Option<Template>,
    },
    /// Say why the policy refused, then follow its remedy.
    Explain,
    /// The procedure ends here.
    Done,
}

/// Where `@goto` leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An anchor of the same procedure.
    Anchor(String),
    /// Another procedure, which takes over with what is known.
    Procedure(String),
}

/// What a handler waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The policy refuses the call.
    Deny,
    /// The tool fails.
    Error,
}

/// What follows when a call goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Handler {
    /// What went wrong.
    pub on: Trouble,
    /// What is done.
    pub then: Action,
}

/// When to hand over, whatever the step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// The case, in words.
    pub text: String,
    /// The queue.
    pub queue: Option<String>,
    /// The skills asked for, such as `language:de 3, returns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skills: Option<String>,
    /// Its line.
    pub line: usize,
}
