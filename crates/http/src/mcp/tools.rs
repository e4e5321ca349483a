//! Which operations of the API are tools, and how a call of one becomes requests.

use crate::api::guard::DECLARATION;
use crate::problem::Problem;
use axum::body::Body;
use axum::http::{Method, Request};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use throughline_engine::access::Permission;
use throughline_tools::Schema;
use throughline_tools::openapi::{Document, Operation};
use url::Url;
use utoipa::openapi::OpenApi;

/// The argument that becomes the header `Idempotency-Key`.
const KEY: &str = "idempotency_key";
/// Never called: requests stay in this process, and only the rest of the address counts.
const BASE: &str = "http://throughline.internal/";

/// A tool in the words of whoever chooses among tools.
struct Words {
    name: &'static str,
    title: &'static str,
    description: &'static str,
    /// What the operations call `id`.
    id: Option<&'static str>,
    /// The operations, each with the field of the answer that its own answer becomes; none when it is the answer.
    operations: &'static [(Option<&'static str>, &'static str)],
}

const TOOLS: &[Words] = &[
    Words {
        name: "search_knowledge",
        title: "Search the knowledge base",
        description: "Finds the passages of the knowledge base that answer a question, with what a citation needs. Ask with audience \"public\" for what may be told to a customer.",
        id: None,
        operations: &[(None, "search_knowledge")],
    },
    Words {
        name: "find_customers",
        title: "Find customers",
        description: "Lists customers, newest first, or those whose name, mail address, number or other identifier contains `search`.",
        id: None,
        operations: &[(None, "list_customers")],
    },
    Words {
        name: "get_customer",
        title: "Read a customer",
        description: "Shows a customer with all identifiers and profile. Any id the customer ever had leads to them.",
        id: Some("customer_id"),
        operations: &[(None, "read_customer")],
    },
    Words {
        name: "list_conversations",
        title: "List conversations",
        description: "Lists conversations, the latest change first, by status, owner or channel.",
        id: None,
        operations: &[(None, "list_conversations")],
    },
    Words {
        name: "get_conversation",
        title: "Read a conversation",
        description: "Shows a conversation and a page of its timeline, in order: messages of customer and staff on all channels, notes and changes.",
        id: Some("conversation_id"),
        operations: &[
            (Some("conversation"), "read_conversation"),
            (Some("entries"), "list_entries"),
        ],
    },
    Words {
        name: "reply",
        title: "Answer the customer",
        description: "Sends the customer a message, over the channel they used last unless `via` says otherwise. It leaves at once and cannot be called back.",
        id: Some("conversation_id"),
        operations: &[(None, "send_message")],
    },
    Words {
        name: "add_note",
        title: "Write a note",
        description: "Writes a note for colleagues into a conversation. The customer never sees it.",
        id: Some("conversation_id"),
        operations: &[(None, "add_note")],
    },
];

/// A tool, ready to be called.
pub(super) struct Offered {
    pub(super) tool: Tool,
    /// All that are needed.
    pub(super) permissions: Vec<Permission>,
    pub(super) steps: Vec<Step>,
    arguments: Schema,
    id: Option<&'static str>,
}

/// One operation of a tool.
pub(super) struct Step {
    /// What its answer is called in the tool's answer; none when it is the answer.
    pub(super) field: Option<&'static str>,
    operation: Operation,
    base: Url,
}

/// Every tool, from what `document` says of its operations. One that cannot be made is left out and logged; a test
/// sees to it that there is none.
pub(super) fn offered(document: &OpenApi) -> Vec<Offered> {
    let tools = serde_json::to_value(document)
        .map_err(|error| error.to_string())
        .and_then(Document::new)
        .map(|read| TOOLS.iter().map(move |words| offer(words, document, &read)));
    match tools {
        Ok(tools) => tools
            .filter_map(|tool| tool.map_err(left_out).ok())
            .collect(),
        Err(why) => {
            left_out(why);
            Vec::new()
        }
    }
}

fn left_out(why: String) {
    tracing::error!(why, "a tool of /mcp cannot be offered");
}

fn offer(words: &Words, document: &OpenApi, read: &Document) -> Result<Offered, String> {
    let (mut permissions, mut steps) = (Vec::new(), Vec::new());
    for (field, name) in words.operations {
        let missing = || format!("there is no operation '{name}' with a permission");
        permissions.push(permission(document, name).ok_or_else(missing)?);
        steps.push(Step {
            field: *field,
            operation: read.operation(name, None)?.ok_or_else(missing)?,
            base: BASE.parse().map_err(|error| format!("{error}"))?,
        });
    }
    let writes = steps.iter().any(Step::writes);
    let schema = arguments(words, &steps, writes);
    let hints = ToolAnnotations::new()
        .read_only(!writes)
        .destructive(false)
        .idempotent(!writes)
        .open_world(writes);
    let shown: Arc<JsonObject> = Arc::new(schema.as_object().cloned().unwrap_or_default());
    Ok(Offered {
        tool: Tool::new(words.name, words.description, shown)
            .with_title(words.title)
            .with_annotations(hints),
        permissions,
        steps,
        arguments: Schema::new(schema)?,
        id: words.id,
    })
}

/// What the operation called `name` needs, as the guard reads it.
fn permission(document: &OpenApi, name: &str) -> Option<Permission> {
    let mut operations = document
        .paths
        .paths
        .values()
        .flat_map(crate::api::guard::operations)
        .map(|(_, operation)| operation);
    let found = operations.find(|one| one.operation_id.as_deref() == Some(name))?;
    let declared = found.extensions.as_ref()?.get(DECLARATION)?;
    declared.as_str()?.parse().ok()
}

/// Everything the operations take, `id` under the name that says whose it is.
fn arguments(words: &Words, steps: &[Step], writes: bool) -> Value {
    let (mut properties, mut required) = (Map::new(), Vec::new());
    for step in steps {
        let taken = &step.operation.arguments;
        for (name, schema) in taken["properties"].as_object().into_iter().flatten() {
            properties.insert(own_name(words.id, name).to_owned(), schema.clone());
        }
        let names = taken["required"].as_array().into_iter().flatten();
        for name in names.filter_map(Value::as_str) {
            let name = own_name(words.id, name);
            if !required.contains(&name) {
                required.push(name);
            }
        }
    }
    if writes {
        let text = "1 to 200 ASCII characters without spaces, new for every new deed. The same deed sent again with the same key is answered as before and not done again; kept for a day.";
        properties.insert(
            KEY.to_owned(),
            json!({ "type": "string", "description": text }),
        );
    }
    json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn own_name<'a>(id: Option<&'a str>, name: &'a str) -> &'a str {
    match name {
        "id" => id.unwrap_or(name),
        name => name,
    }
}

impl Offered {
    /// The arguments as the operations call them, and the key.
    pub(super) fn checked(
        &self,
        mut arguments: Map<String, Value>,
    ) -> Result<(Map<String, Value>, Option<String>), Problem> {
        let whole = Value::Object(arguments.clone());
        if let Some(wrong) = self.arguments.problems(&whole).first() {
            let field = wrong.path.trim_start_matches('/');
            let field = if field.is_empty() { "arguments" } else { field };
            return Err(Problem::invalid(field, wrong.text.clone()));
        }
        if let Some(value) = self.id.and_then(|name| arguments.remove(name)) {
            arguments.insert("id".to_owned(), value);
        }
        let key = match arguments.remove(KEY) {
            Some(Value::String(key)) => Some(key),
            _ => None,
        };
        Ok((arguments, key))
    }
}

impl Step {
    fn writes(&self) -> bool {
        self.operation.method != Method::GET
    }

    /// The request, with those of `arguments` that this operation takes.
    pub(super) fn request(&self, arguments: &Map<String, Value>) -> Result<Request<Body>, Problem> {
        let taken = &self.operation.arguments["properties"];
        let own = arguments
            .iter()
            .filter(|(name, _)| taken.get(name.as_str()).is_some());
        let own = own
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let unfit =
            |field: &str, text: String| Problem::invalid(field.trim_start_matches('/'), text);
        let request = self.operation.request(&self.base, own);
        let request = request.map_err(|wrong| unfit(&wrong.path, wrong.text))?;
        let bytes = request.body().and_then(|body| body.as_bytes());
        let body = Body::from(bytes.unwrap_or_default().to_vec());
        let mut built = Request::new(body);
        *built.method_mut() = request.method().clone();
        *built.headers_mut() = request.headers().clone();
        *built.uri_mut() = relative(request.url())
            .parse()
            .map_err(|_| unfit("arguments", "they do not fit into an address".to_owned()))?;
        Ok(built)
    }
}

/// Path and query.
fn relative(url: &Url) -> String {
    match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    }
}
