//! Carrying a call out.

mod exchange;
mod http;
mod mcp;
mod reach;

pub(crate) use reach::as_written;

use crate::action::Effect;
use crate::catalog::{Catalog, Key, ServicePlace, Tool, Transport, Wire, resolve};
use crate::environment::Environment;
use crate::error::ToolError;
use crate::openapi::Document;
use crate::problem::Problem;
use crate::shown::shown;
use exchange::Exchange;
use http::Clients;
use mcp::McpServer;
use serde_json::Value;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::Instant;

/// How long after a failed try the next one waits; twice as long each time.
const PAUSE: Duration = Duration::from_millis(100);
/// So many tries one call has at most.
const TRIES: u32 = 3;
/// How long a service has to describe itself.
const DESCRIBE: Duration = Duration::from_secs(20);
/// The largest OpenAPI document that is fetched.
const MAX_DOCUMENT_BYTES: usize = 4 * 1024 * 1024;

/// Calls the tools of a catalog. Cheap to share by reference; MCP servers stay connected while it lives.
pub struct Caller {
    clients: Clients,
    services: HashMap<String, ServicePlace>,
    servers: HashMap<String, McpServer>,
    pause: Duration,
}

impl Caller {
    /// A caller for the services of `catalog`, with the addresses and secrets of `environment`.
    ///
    /// # Errors
    /// Every value that is missing or cannot be used.
    pub fn new(catalog: &Catalog, environment: &Environment) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut services = HashMap::new();
        for service in catalog.services() {
            match resolve(service, environment) {
                Ok(place) => {
                    services.insert(service.name.clone(), place);
                }
                Err(problem) => problems.push(problem),
            }
        }
        let clients = Clients::new().map_err(|why| {
            vec![Problem {
                file: "TLS".into(),
                line: None,
                text: why,
            }]
        })?;
        if !problems.is_empty() {
            return Err(problems);
        }
        let server = |(name, place): (&String, &ServicePlace)| match &place.transport {
            Transport::Http(_) => None,
            _ => Some((
                name.clone(),
                McpServer::new(place.clone(), clients.of(place).clone()),
            )),
        };
        Ok(Self {
            servers: services.iter().filter_map(server).collect(),
            clients,
            services,
            pause: PAUSE,
        })
    }

    /// The same caller with another pause between tries.
    #[must_use]
    pub fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// Asks the services that describe themselves over the network what their tools take, and completes `catalog`.
    /// A service that cannot be reached is a problem, and its tools stay incomplete: they refuse every call.
    pub async fn complete(&self, catalog: &mut Catalog) -> Vec<Problem> {
        let mut problems = Vec::new();
        let services: Vec<_> = catalog.services().cloned().collect();
        for service in services {
            if let Some(url) = &service.document_url {
                match self.document(&service.name, url).await {
                    Ok(document) => {
                        problems.extend(catalog.attach_document(&service.name, &document));
                    }
                    Err(why) => problems.push(service.problem(format!("openapi: {why}"))),
                }
            }
            if let Some(server) = self.servers.get(&service.name) {
                match server.list(Instant::now() + DESCRIBE).await {
                    Ok(listed) => problems.extend(catalog.attach_list(&service.name, &listed)),
                    Err(error) => problems.push(service.problem(format!("mcp: {error}"))),
                }
            }
        }
        problems
    }

    /// Calls `tool`: what comes back is as it may be shown, without redacted fields and with long texts cut.
    ///
    /// `key` names the deed: the same deed has the same key, also when it is asked for again after a failure whose
    /// outcome is unknown. A read does not need it.
    ///
    /// # Errors
    /// Why there is no answer; [`ToolError::outcome`] says whether the deed may have happened.
    pub async fn call(
        &self,
        tool: &Tool,
        arguments: &Value,
        key: &str,
    ) -> Result<Value, ToolError> {
        let answer = self.fetch(tool, arguments, key).await?;
        Ok(shown(answer, &tool.redaction, tool.max_text_chars))
    }

    /// The whole record a read tool fetches, redacted fields included: for the policy's facts, and for nobody's eyes.
    ///
    /// # Errors
    /// As [`Caller::call`]; a tool that changes something fetches no record.
    pub async fn record(&self, tool: &Tool, arguments: &Value) -> Result<Value, ToolError> {
        if tool.effect != Effect::Read {
            return Err(ToolError::Unreachable {
                why: format!("'{}' changes something and fetches no record", tool.name),
            });
        }
        self.fetch(tool, arguments, "").await
    }

    async fn fetch(&self, tool: &Tool, arguments: &Value, key: &str) -> Result<Value, ToolError> {
        tool.check(arguments).map_err(ToolError::Arguments)?;
        let deadline = Instant::now() + tool.timeout;
        let mut pause = self.pause;
        let mut tries = 1;
        loop {
            let failure = match self.try_once(tool, arguments, Key(key), deadline).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let wait = failure.retry_after.unwrap_or(Duration::ZERO).max(pause);
            let in_time = Instant::now() + wait < deadline;
            if tries >= TRIES || !in_time || !may_try_again(tool, &failure.error) {
                return Err(failure.error);
            }
            tracing::debug!(tool = tool.name, error = %failure.error, tries, "a tool is called again");
            tokio::time::sleep(wait).await;
            pause *= 2;
            tries += 1;
        }
    }

    async fn try_once(
        &self,
        tool: &Tool,
        arguments: &Value,
        key: Key<'_>,
        deadline: Instant,
    ) -> Result<Value, Failure> {
        let missing = || {
            Failure::of(ToolError::Unreachable {
                why: format!("'{}' is not done by a service this caller knows", tool.name),
            })
        };
        let contract = tool.contract.as_ref().ok_or_else(missing)?;
        match &contract.wire {
            Wire::BuiltIn => Err(missing()),
            Wire::Mcp { answer } => {
                let server = self.servers.get(&tool.service).ok_or_else(missing)?;
                let found = server.call(tool, arguments, key, deadline).await;
                let found = found.map_err(Failure::of)?;
                exchange::fits(found, answer.as_ref()).map_err(Failure::of)
            }
            Wire::Http(operation) => {
                let place = self.services.get(&tool.service).ok_or_else(missing)?;
                let Transport::Http(base) = &place.transport else {
                    return Err(missing());
                };
                let exchange = Exchange {
                    client: self.clients.of(place),
                    credential: place.credential.as_ref(),
                    max_bytes: tool.max_result_bytes,
                };
                let request = http::request(tool, operation, base, arguments, key)
                    .map_err(|problem| Failure::of(ToolError::Arguments(vec![problem])))?;
                let timeout_ms = u64::try_from(tool.timeout.as_millis()).unwrap_or(u64::MAX);
                let found = tokio::time::timeout_at(deadline, exchange.send(request))
                    .await
                    .unwrap_or_else(|_| Err(Failure::of(ToolError::Timeout { timeout_ms })))?;
                exchange::fits(found, operation.answer.as_ref()).map_err(Failure::of)
            }
        }
    }

    async fn document(&self, service: &str, url: &str) -> Result<Document, String> {
        let place = self.services.get(service).ok_or("it is not known")?;
        let url = reqwest::Url::parse(url).map_err(|error| error.to_string())?;
        // The secret goes to the service itself and to nobody who only keeps its document.
        let credential = match &place.transport {
            Transport::Http(base) if base.origin() == url.origin() => place.credential.as_ref(),
            _ => None,
        };
        if !place.private_network {
            as_written(&url)?;
        }
        let exchange = Exchange {
            client: self.clients.of(place),
            credential,
            max_bytes: MAX_DOCUMENT_BYTES,
        };
        let request = reqwest::Request::new(reqwest::Method::GET, url);
        let found = tokio::time::timeout(DESCRIBE, exchange.send(request))
            .await
            .map_err(|_| "it was not fetched in time".to_owned())?;
        Document::new(found.map_err(|failure| failure.error.to_string())?)
    }
}

/// A try that failed.
pub(crate) struct Failure {
    pub(crate) error: ToolError,
    /// When the service would like to be asked again.
    pub(crate) retry_after: Option<Duration>,
}

impl Failure {
    pub(crate) fn of(error: ToolError) -> Self {
        Self {
            error,
            retry_after: None,
        }
    }
}

/// Only where nothing can happen twice: nothing was sent, or the same key makes it the same deed.
fn may_try_again(tool: &Tool, error: &ToolError) -> bool {
    match error {
        ToolError::Unreachable { .. } => true,
        ToolError::Interrupted { .. } => tool.may_repeat(),
        ToolError::Refused(refusal) => match refusal.status {
            Some(429) => true,
            Some(502..=504) => tool.may_repeat(),
            _ => false,
        },
        _ => false,
    }
}
