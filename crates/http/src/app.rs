//! What every handler can reach.

use std::collections::HashMap;
use std::sync::Arc;
use throughline_config::Config;
use throughline_engine::Setup;
use throughline_engine::access::{Gate, RateLimit};
use throughline_engine::agent::Agent;
use throughline_engine::attachment::Files;
use throughline_engine::endpoint::Endpoint;
use throughline_engine::fetch::{FetchError, Outside, Reach};
use throughline_engine::knowledge::Knowledge;
use throughline_engine::routing::Dispatcher;
use throughline_model::channel::Channel;
use throughline_model::id::EndpointId;
use throughline_storage::Db;
use tokio_util::sync::CancellationToken;

use crate::chat::Lobby;
use crate::problem::Problem;

/// How often one address may search the help pages per minute: each search is several milliseconds of computing.
const HELP_SEARCHES_PER_MINUTE: u32 = 60;

/// The running installation, shared by all handlers.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    setup: Setup,
    files: Files,
    config: Config,
    endpoints: HashMap<String, ConfiguredEndpoint>,
    lobby: Lobby,
    stopping: CancellationToken,
    gate: Gate,
    api_limit: RateLimit,
    outside: Result<Outside, FetchError>,
    push_services: Result<Outside, FetchError>,
    knowledge: Knowledge,
    help_limit: RateLimit,
    agent: Option<Arc<Agent>>,
    routing: Option<Arc<Dispatcher>>,
}

/// An endpoint as it is stored, with how it is configured now.
#[derive(Clone)]
pub struct ConfiguredEndpoint {
    /// As stored.
    pub record: Endpoint,
    /// As configured.
    pub config: throughline_config::Endpoint,
}

impl App {
    /// Puts an installation together whose knowledge is searched by words alone.
    pub fn new(
        db: Db,
        setup: Setup,
        files: Files,
        config: Config,
        endpoints: Vec<ConfiguredEndpoint>,
    ) -> Self {
        let knowledge = Knowledge::new(db.clone(), None);
        Self::with_knowledge(db, setup, files, config, endpoints, knowledge)
    }

    /// Puts an installation together.
    pub fn with_knowledge(
        db: Db,
        setup: Setup,
        files: Files,
        config: Config,
        endpoints: Vec<ConfiguredEndpoint>,
        knowledge: Knowledge,
    ) -> Self {
        let lobby = Lobby::new(&config, &endpoints, &setup.keys);
        let endpoints = endpoints
            .into_iter()
            .map(|one| (one.record.name.clone(), one))
            .collect();
        let session_ms = i64::try_from(config.security.session_hours)
            .unwrap_or(i64::MAX)
            .saturating_mul(3_600_000)
            .min(10 * 365 * 86_400_000);
        Self(Arc::new(Inner {
            gate: Gate::new(config.security.login_attempts_per_minute, session_ms),
            api_limit: RateLimit::per_minute(config.limits.api_requests_per_minute),
            // Strangers name push services, so nobody is vouched for there.
            push_services: Outside::new(Reach {
                allow_private: config.outside.allow_private,
                vouched_hosts: Vec::new(),
            }),
            outside: Outside::new(Reach {
                allow_private: config.outside.allow_private,
                vouched_hosts: config.outside.vouched_hosts.clone(),
            }),
            db,
            setup,
            files,
            config,
            endpoints,
            lobby,
            stopping: CancellationToken::new(),
            knowledge,
            help_limit: RateLimit::per_minute(HELP_SEARCHES_PER_MINUTE),
            agent: None,
            routing: None,
        }))
    }

    /// With an AI agent. To be called before anybody shares the installation; later it changes nothing.
    #[must_use]
    pub fn with_agent(mut self, agent: Option<Arc<Agent>>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.agent = agent;
        }
        self
    }

    /// With a router. To be called before anybody shares the installation; later it changes nothing.
    #[must_use]
    pub fn with_routing(mut self, routing: Arc<Dispatcher>) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.routing = Some(routing);
        }
        self
    }

    /// The router.
    ///
    /// # Errors
    /// A 404 when this process has none.
    pub fn routing(&self) -> Result<&Arc<Dispatcher>, Problem> {
        let routing = self.0.routing.as_ref();
        routing.ok_or_else(|| Problem::not_found("work is not routed here"))
    }

    /// The AI agent.
    ///
    /// # Errors
    /// A 404 when there is none.
    pub fn agent(&self) -> Result<&Arc<Agent>, Problem> {
        self.0.agent.as_ref().ok_or_else(|| {
            Problem::not_found("there is no AI agent here; see [agent] in the configuration")
        })
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// How the engine is set up.
    pub fn setup(&self) -> &Setup {
        &self.0.setup
    }

    /// The files.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    /// Where members log in.
    pub fn gate(&self) -> &Gate {
        &self.0.gate
    }

    /// How often each principal may ask the API.
    pub fn api_limit(&self) -> &RateLimit {
        &self.0.api_limit
    }

    /// The way to places that callers name.
    ///
    /// # Errors
    /// A 503 when TLS could not be set up.
    pub fn outside(&self) -> Result<&Outside, Problem> {
        self.0.outside.as_ref().map_err(no_way_out)
    }

    /// The way to push services, which strangers name.
    ///
    /// # Errors
    /// A 503 when TLS could not be set up.
    pub fn push_services(&self) -> Result<&Outside, Problem> {
        self.0.push_services.as_ref().map_err(no_way_out)
    }

    /// The knowledge base.
    pub fn knowledge(&self) -> &Knowledge {
        &self.0.knowledge
    }

    /// How often each address may search the help pages.
    pub fn help_limit(&self) -> &RateLimit {
        &self.0.help_limit
    }

    /// What all of the chat shares.
    pub fn lobby(&self) -> &Lobby {
        &self.0.lobby
    }

    /// Cancelled when the server is asked to stop.
    pub fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    /// Every configured endpoint.
    pub fn endpoints(&self) -> impl Iterator<Item = &ConfiguredEndpoint> {
        self.0.endpoints.values()
    }

    /// The endpoint called `name` on one of `channels`.
    ///
    /// # Errors
    /// A 404 that says so.
    pub fn endpoint(
        &self,
        name: &str,
        channels: &[Channel],
    ) -> Result<&ConfiguredEndpoint, Problem> {
        self.0
            .endpoints
            .get(name)
            .filter(|found| channels.contains(&found.record.channel))
            .ok_or_else(|| {
                Problem::not_found(format!(
                    "there is no such endpoint '{name}' here; see [[endpoint]] in the configuration"
                ))
            })
    }

    /// The endpoint with this id, if it is configured.
    pub fn endpoint_by_id(&self, id: EndpointId) -> Option<&ConfiguredEndpoint> {
        self.0.endpoints.values().find(|one| one.record.id == id)
    }
}

fn no_way_out(error: &FetchError) -> Problem {
    tracing::error!(%error, "nothing outside can be called");
    Problem::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "unavailable",
        "nothing outside can be called; see the log",
    )
}
