//! Where tools are carried out.

use crate::call::as_written;
use crate::declaration;
use crate::environment::{Environment, Value};
use crate::problem::{Place as At, Problem};
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use url::{Host, Url};

/// A service as it was declared.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) declared: declaration::Service,
    /// Where its OpenAPI document is to be fetched; none when it is a file and was read.
    pub(crate) document_url: Option<String>,
    /// The folder of the declarations.
    pub(crate) folder: PathBuf,
    pub(crate) at: At,
}

/// A service with its values filled in.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) transport: Transport,
    /// What is shown to it.
    pub(crate) credential: Option<(HeaderName, HeaderValue)>,
    /// Whether it may be at an address that is not on the internet.
    pub(crate) private_network: bool,
}

/// How a service is reached.
#[derive(Clone)]
pub(crate) enum Transport {
    /// An HTTP API below this URL, which ends in a slash.
    Http(Url),
    /// An MCP server at this URL.
    McpUrl(Url),
    /// An MCP server that is started: program, arguments and variables.
    McpProgram {
        command: String,
        args: Vec<String>,
        variables: BTreeMap<String, String>,
    },
}

impl Service {
    /// Fills in what comes from the environment.
    pub(super) fn place(&self, environment: &Environment) -> Result<Place, Problem> {
        let transport = self.transport(environment)?;
        let credential = self.credential(environment)?;
        let url = match &transport {
            Transport::Http(url) | Transport::McpUrl(url) => Some(url),
            Transport::McpProgram { .. } => None,
        };
        if let Some(url) = url.filter(|_| credential.is_some()) {
            let readable = url.scheme() == "http" && !is_this_machine(url);
            if readable && !self.declared.allow_plain_http {
                return Err(self.problem(format!(
                    "its secret would be readable on the way to {url}; use https://, or write allow_plain_http = true if that network is yours"
                )));
            }
        }
        Ok(Place {
            transport,
            credential,
            private_network: self.declared.private_network,
        })
    }

    fn transport(&self, environment: &Environment) -> Result<Transport, Problem> {
        let value = |value: &Value| {
            value
                .get(&self.folder, environment)
                .map_err(|why| self.problem(why))
        };
        if let Some(base) = &self.declared.base_url {
            let mut base = self.url(&value(base)?)?;
            if !base.path().ends_with('/') {
                let path = format!("{}/", base.path());
                base.set_path(&path);
            }
            return Ok(Transport::Http(base));
        }
        let Some(server) = &self.declared.mcp else {
            return Err(self.problem("it has neither base_url nor mcp".to_owned()));
        };
        if let Some(url) = &server.url {
            return Ok(Transport::McpUrl(self.url(&value(url)?)?));
        }
        let Some(command) = &server.command else {
            return Err(self.problem("mcp needs a command or a url".to_owned()));
        };
        let variables = server.env.iter();
        Ok(Transport::McpProgram {
            command: value(command)?,
            args: server.args.iter().map(value).collect::<Result<_, _>>()?,
            variables: variables
                .map(|(name, one)| Ok((name.clone(), value(one)?)))
                .collect::<Result<_, Problem>>()?,
        })
    }

    fn credential(
        &self,
        environment: &Environment,
    ) -> Result<Option<(HeaderName, HeaderValue)>, Problem> {
        let Some(auth) = &self.declared.auth else {
            return Ok(None);
        };
        let (name, value) = match (&auth.bearer, &auth.header, &auth.value) {
            (Some(secret), None, None) => {
                (AUTHORIZATION, self.secret(secret, environment, "Bearer ")?)
            }
            (None, Some(header), Some(secret)) => {
                let name = HeaderName::from_bytes(header.as_bytes()).map_err(|_| {
                    self.problem(format!("auth: '{header}' is no name of a header"))
                })?;
                (name, self.secret(secret, environment, "")?)
            }
            _ => {
                let text = "auth: write { bearer = … }, or { header = \"…\", value = … }";
                return Err(self.problem(text.to_owned()));
            }
        };
        Ok(Some((name, value)))
    }

    fn secret(
        &self,
        secret: &Value,
        environment: &Environment,
        prefix: &str,
    ) -> Result<HeaderValue, Problem> {
        let secret = secret
            .get(&self.folder, environment)
            .map_err(|why| self.problem(format!("auth: {why}")))?;
        let mut value = HeaderValue::from_str(&format!("{prefix}{secret}"))
            .map_err(|_| self.problem("auth: the secret cannot stand in a header".to_owned()))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn url(&self, text: &str) -> Result<Url, Problem> {
        let url = Url::parse(text)
            .map_err(|error| self.problem(format!("'{text}' is no URL: {error}")))?;
        let plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !plain {
            return Err(self.problem(format!(
                "'{text}' is no http(s):// URL of just a host and a path"
            )));
        }
        if !self.declared.private_network {
            as_written(&url).map_err(|why| self.problem(why))?;
        }
        Ok(url)
    }

    pub(crate) fn problem(&self, text: String) -> Problem {
        self.at.problem(format!("service '{}': {text}", self.name))
    }
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}
