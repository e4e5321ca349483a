//! What is asked of a model, the same on both wires.

use crate::reply::Call;
use serde_json::Value;

/// One question to a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// What the model is told about its task. Never holds words of a customer.
    pub system: String,
    /// The exchange so far, oldest first. The last one is what the model answers.
    pub messages: Vec<Message>,
    /// What it may call.
    pub tools: Vec<Tool>,
    /// The form its answer must have; none for free text.
    pub schema: Option<Schema>,
    /// The most tokens it may write.
    pub max_tokens: u32,
    /// How freely it chooses its words, from 0; none leaves it to the model. Anthropic's wire knows no such wish.
    pub temperature: Option<f64>,
}

/// One message of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// What the model is to answer.
    User(String),
    /// What the model said before.
    Assistant {
        /// Its words; may be empty when it called.
        text: String,
        /// What it called.
        calls: Vec<Call>,
    },
    /// What came of a call.
    ToolResult {
        /// The call's id.
        call: String,
        /// The result, as text or JSON text.
        content: String,
    },
}

/// Something the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool {
    /// Its name: letters, digits, `_` and `-`, up to 64.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// JSON Schema of its arguments, an object.
    pub parameters: Value,
}

/// The form an answer must have.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Its name: letters, digits, `_` and `-`, up to 64.
    pub name: String,
    /// JSON Schema of an object.
    pub schema: Value,
}

impl Request {
    /// About how many tokens this is: a third of its bytes. That is more than models count for most languages; it
    /// serves to reserve money before a call and where a provider tells no usage.
    pub fn estimated_tokens(&self) -> u64 {
        let messages = self.messages.iter().map(Message::bytes).sum::<usize>();
        let tools = self.tools.iter().map(Tool::bytes).sum::<usize>();
        let schema = self
            .schema
            .as_ref()
            .map_or(0, |schema| schema.schema.to_string().len());
        estimated_tokens(self.system.len() + messages + tools + schema)
    }
}

/// About how many tokens so many bytes of text are.
pub(crate) fn estimated_tokens(bytes: usize) -> u64 {
    bytes.div_ceil(3) as u64
}

impl Message {
    fn bytes(&self) -> usize {
        match self {
            Self::User(text) => text.len(),
            Self::Assistant { text, calls } => {
                text.len()
                    + calls
                        .iter()
                        .map(|call| call.arguments.to_string().len())
                        .sum::<usize>()
            }
            Self::ToolResult { content, .. } => content.len(),
        }
    }
}

impl Tool {
    fn bytes(&self) -> usize {
        self.name.len() + self.description.len() + self.parameters.to_string().len()
    }
}
