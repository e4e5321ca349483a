//! Tools of MCP servers (Model Context Protocol), over standard input and output or streamable HTTP.

use crate::catalog::{Key, ServicePlace, Tool, Transport};
use crate::error::{Refusal, ToolError};
use crate::shown::shortened;
use reqwest::Client;
use rmcp::ServiceExt as _;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, ContentBlock, PaginatedRequestParams,
    ServerResult,
};
use rmcp::service::{Peer, PeerRequestOptions, RoleClient, RunningService, ServiceError};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{StreamableHttpClientTransport, TokioChildProcess};
use serde_json::{Map, Value, json};
use std::process::Stdio;
use std::time::Duration;
use tokio::process::Command;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

/// The longest sentence of a server that is kept.
const MAX_DETAIL_CHARS: usize = 1_000;
/// The largest message of a server, whatever the tool allows.
const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;
/// More tools nobody declares; a list that goes on is not read to its end.
const MOST_LISTED: usize = 1_000;

/// How long telling a server that it was given up may take.
const FAREWELL: Duration = Duration::from_millis(200);

type Session = RunningService<RoleClient, ()>;

/// One server; connected when it is first needed, and again when the connection broke.
pub(super) struct McpServer {
    place: ServicePlace,
    client: Client,
    session: Mutex<Option<Session>>,
}

impl McpServer {
    pub(super) fn new(place: ServicePlace, client: Client) -> Self {
        Self {
            place,
            client,
            session: Mutex::new(None),
        }
    }

    /// Every tool of the server: name, arguments, answer.
    pub(super) async fn list(
        &self,
        deadline: Instant,
    ) -> Result<Vec<(String, Value, Option<Value>)>, ToolError> {
        let peer = self.peer(deadline).await?;
        let pages = async {
            let mut listed = Vec::new();
            let mut next = None;
            loop {
                let wanted = PaginatedRequestParams::default().with_cursor(next.take());
                let page = peer.list_tools(Some(wanted)).await;
                let page = page.map_err(|error| failed(&error))?;
                listed.extend(page.tools.into_iter().map(described));
                next = page.next_cursor;
                match next {
                    Some(_) if listed.len() < MOST_LISTED => {}
                    _ => return Ok(listed),
                }
            }
        };
        let late = || ToolError::Interrupted {
            why: "it did not list its tools in time".to_owned(),
        };
        timeout_at(deadline, pages).await.map_err(|_| late())?
    }

    /// Calls `tool` and gives its answer as JSON.
    pub(super) async fn call(
        &self,
        tool: &Tool,
        arguments: &Value,
        key: Key<'_>,
        deadline: Instant,
    ) -> Result<Value, ToolError> {
        let peer = self.peer(deadline).await?;
        let arguments = tool.with_key(arguments, key);
        let request = CallToolRequestParams::new(tool.operation.clone()).with_arguments(arguments);
        let timeout_ms = u64::try_from(tool.timeout.as_millis()).unwrap_or(u64::MAX);
        // A server that is given up is told so: it may still stop in time.
        let until = deadline.saturating_duration_since(Instant::now());
        let options = PeerRequestOptions::with_timeout(until);
        let sent = peer.send_request_with_option(CallToolRequest::new(request).into(), options);
        let answered = timeout_at(deadline + FAREWELL, async {
            sent.await?.await_response().await
        });
        match answered.await {
            Err(_) | Ok(Err(ServiceError::Timeout { .. })) => {
                Err(ToolError::Timeout { timeout_ms })
            }
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok(ServerResult::CallToolResult(result))) => answer(result, tool.max_result_bytes),
            Ok(Ok(_)) => Err(failed(&ServiceError::UnexpectedResponse)),
        }
    }

    /// Somebody to talk to.
    async fn peer(&self, deadline: Instant) -> Result<Peer<RoleClient>, ToolError> {
        let connected = timeout_at(deadline, self.session());
        let connected = connected
            .await
            .unwrap_or_else(|_| Err("it did not greet in time".to_owned()));
        connected.map_err(|why| ToolError::Unreachable { why })
    }

    async fn session(&self) -> Result<Peer<RoleClient>, String> {
        let mut session = self.session.lock().await;
        if let Some(live) = session.as_ref().filter(|live| !is_over(live)) {
            return Ok(live.peer().clone());
        }
        *session = None;
        let fresh = self.connect().await?;
        let peer = fresh.peer().clone();
        *session = Some(fresh);
        Ok(peer)
    }

    async fn connect(&self) -> Result<Session, String> {
        match &self.place.transport {
            Transport::Http(_) => Err("this is no MCP server".to_owned()),
            Transport::McpUrl(url) => {
                let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
                config.max_json_response_size = MAX_MESSAGE_BYTES;
                config.max_sse_event_size = MAX_MESSAGE_BYTES;
                if let Some((name, value)) = &self.place.credential {
                    config.custom_headers.insert(name.clone(), value.clone());
                }
                let client = self.client.clone();
                let transport = StreamableHttpClientTransport::with_client(client, config);
                ().serve(transport).await.map_err(|error| error.to_string())
            }
            Transport::McpProgram {
                command,
                args,
                variables,
            } => {
                let mut program = Command::new(command);
                // It gets what was declared and none of our own secrets.
                program.args(args).env_clear().kill_on_drop(true);
                if let Some(path) = std::env::var_os("PATH") {
                    program.env("PATH", path);
                }
                program.envs(variables);
                let (transport, _) = TokioChildProcess::builder(program)
                    .stderr(Stdio::null())
                    .spawn()
                    .map_err(|error| format!("'{command}' cannot be started: {error}"))?;
                ().serve(transport).await.map_err(|error| error.to_string())
            }
        }
    }
}

fn is_over(session: &Session) -> bool {
    session.is_closed() || session.peer().is_transport_closed()
}

/// Name, arguments, answer.
fn described(tool: rmcp::model::Tool) -> (String, Value, Option<Value>) {
    let schema = |schema: &Map<String, Value>| Value::Object(schema.clone());
    let answer = tool.output_schema.as_deref().map(schema);
    (tool.name.into_owned(), schema(&tool.input_schema), answer)
}

fn failed(error: &ServiceError) -> ToolError {
    match error {
        ServiceError::McpError(refused) => ToolError::Refused(Refusal {
            status: None,
            code: Some(refused.code.0.to_string()),
            detail: Some(sentence(&refused.message)),
        }),
        ServiceError::UnexpectedResponse => ToolError::Malformed {
            why: "it is no answer to a tool call".to_owned(),
        },
        other => ToolError::Interrupted {
            why: other.to_string(),
        },
    }
}

/// The structured answer where there is one; else texts, read as JSON when they are. Pictures and the like are counted
/// and left out.
fn answer(result: CallToolResult, max_bytes: usize) -> Result<Value, ToolError> {
    let texts: Vec<&str> = result
        .content
        .iter()
        .filter_map(|block| match block {
            ContentBlock::Text(text) => Some(text.text.as_str()),
            _ => None,
        })
        .collect();
    let text = texts.join("\n");
    if result.is_error == Some(true) {
        return Err(ToolError::Refused(Refusal {
            status: None,
            code: None,
            detail: Some(sentence(&text)),
        }));
    }
    let answer = match result.structured_content {
        Some(structured) => structured,
        None => {
            let left_out = result.content.len() - texts.len();
            match serde_json::from_str::<Value>(&text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) if left_out == 0 => value,
                _ if left_out == 0 => json!({ "text": text }),
                _ => json!({ "text": text, "left_out": left_out }),
            }
        }
    };
    match answer.to_string().len() > max_bytes {
        false => Ok(answer),
        true => Err(ToolError::Malformed {
            why: format!("it is larger than {max_bytes} bytes"),
        }),
    }
}

fn sentence(text: &str) -> String {
    shortened(text, MAX_DETAIL_CHARS).unwrap_or_else(|| text.to_owned())
}
