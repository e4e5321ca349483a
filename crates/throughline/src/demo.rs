//! `demo`: a shop to try, with customers, conversations and a pretend world around it.
//!
//! * [`config`]: its configuration, which needs no outside service,
//! * [`seed`]: what happened in the shop before: made once, by the engine's own use cases,
//! * [`outside`]: the world outside: customers' phones and mailboxes on a page of their own. It is a counterpart of
//!   the product and no part of it,
//! * [`desk`]: who works there, and the token for the API,
//! * [`welcome`]: where to click, call and write.

mod config;
mod desk;
mod keepsake;
mod outside;
mod seed;
mod welcome;

use crate::installation::Installation;
use crate::serve;
use keepsake::Keepsakes;
use outside::World;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use throughline_config::Config;

/// Where the demo keeps its data when nothing else is said.
const DATA_DIR: &str = "throughline-demo";

/// How the demo is started.
#[derive(clap::Args, Clone, Copy, Debug)]
pub struct Options {
    /// Where the pretend phone and mailbox are shown; on this machine only.
    #[arg(
        long,
        env = "THROUGHLINE_DEMO_OUTSIDE",
        default_value = "127.0.0.1:8090"
    )]
    outside: SocketAddr,
    /// Which of many shops is made on the first start: the same number makes the same one.
    #[arg(long, env = "THROUGHLINE_DEMO_SEED", default_value_t = 7)]
    seed: u64,
}

/// A demo that can be started.
pub struct Demo {
    config: Config,
    seed: u64,
    keepsakes: Keepsakes,
    world_file: PathBuf,
    listeners: outside::Listeners,
}

impl Demo {
    /// Takes the ports of the world outside and reads the configuration that goes with them.
    pub fn prepare(
        options: Options,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, String> {
        let environment: BTreeMap<String, String> = environment.collect();
        let named = environment.get("THROUGHLINE__STORAGE__DATA_DIR");
        let data_dir = named.map_or(DATA_DIR, String::as_str).to_owned();
        let keepsakes = Keepsakes::open(PathBuf::from(&data_dir).join("demo"))?;
        let listeners = outside::Listeners::bind(options.outside)?;
        let config = config::read(&data_dir, &keepsakes, listeners.places()?, environment)?;
        check_free(
            config.server.bind,
            "the server",
            "THROUGHLINE__SERVER__BIND",
        )?;
        if config.email.listener.enabled {
            let variable = "THROUGHLINE__EMAIL__LISTENER__BIND";
            check_free(config.email.listener.bind, "incoming mail", variable)?;
        }
        let world_file = keepsakes.path("outside.json");
        Ok(Self {
            config,
            seed: options.seed,
            keepsakes,
            world_file,
            listeners,
        })
    }

    /// What the installation is configured like.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Makes the shop if there is none yet, and runs it until it is asked to stop.
    pub async fn run(self) -> Result<(), String> {
        let installation = Installation::open(self.config).await?;
        let world = Arc::new(World::open(self.world_file)?);
        let password = || {
            self.keepsakes
                .keep(desk::PASSWORD, keepsake::random_password)
        };
        seed::ensure(&installation, &world, self.seed, password).await?;
        let token = desk::token(&installation, &self.keepsakes).await?;
        let password = self.keepsakes.find(desk::PASSWORD)?;
        let places = self.listeners.places()?;
        outside::start(self.listeners, world, &installation)?;
        let text = welcome::text(&installation, places.page, password.as_deref(), &token).await?;
        serve::run(installation, || crate::say(&text)).await
    }
}

/// Says in time, and in so many words, that a port is taken.
fn check_free(address: SocketAddr, what: &str, variable: &str) -> Result<(), String> {
    TcpListener::bind(address)
        .map(drop)
        .map_err(|error| taken(address, what, variable, &error))
}

/// What to do about a port that cannot be had.
fn taken(address: SocketAddr, what: &str, variable: &str, error: &std::io::Error) -> String {
    let other = SocketAddr::new(address.ip(), address.port().saturating_add(1000));
    format!(
        "the demo needs {address} for {what}, but {error}.\nStop the program that uses it (perhaps an earlier demo), or choose another:\n\n    {variable}={other} cargo xtask run"
    )
}
