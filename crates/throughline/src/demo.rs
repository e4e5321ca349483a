//! `demo`: a shop to try, with customers, conversations and a pretend world around it.
//!
//! * [`config`]: its configuration, which needs no outside service,
//! * [`seed`]: what happened in the shop before: made once, by the engine's own use cases,
//! * [`outside`]: the world outside: customers' phones and mailboxes on a page of their own. It is a counterpart of
//!   the product and no part of it,
//! * [`orders`]: the shop's own order system, a program of its own, which the AI agent's tools call,
//! * [`desk`]: who works there, and the token for the API,
//! * [`welcome`]: where to click, call and write.

mod config;
mod desk;
mod keepsake;
mod orders;
mod outside;
mod seed;
mod welcome;

use crate::installation::Installation;
use crate::serve;
use keepsake::Keepsakes;
use outside::World;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use throughline_config::Config;

/// Where the demo keeps its data when nothing else is said.
const DATA_DIR: &str = "throughline-demo";

/// How the demo is started.
#[derive(clap::Args, Clone, Debug)]
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
    /// The folder with what the shop wrote down: procedures/, tools/, policy/ and knowledge/.
    #[arg(long, env = "THROUGHLINE_DEMO_SHOP", default_value = "demo/shop")]
    shop: PathBuf,
}

/// A demo that can be started.
pub struct Demo {
    config: Config,
    seed: u64,
    keepsakes: Keepsakes,
    world_file: PathBuf,
    listeners: outside::Listeners,
    shop: PathBuf,
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
        let shop = options.shop;
        let config = config::read(
            &data_dir,
            &keepsakes,
            listeners.places()?,
            shop.is_dir().then_some(shop.as_path()),
            environment,
        )?;
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
            shop,
        })
    }

    /// What the installation is configured like.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Makes the shop if there is none yet, and runs it until it is asked to stop.
    pub async fn run(self) -> Result<(), String> {
        let mut installation = Installation::open(self.config).await?;
        let world = Arc::new(World::open(self.world_file)?);
        let password = || {
            self.keepsakes
                .keep(desk::PASSWORD, keepsake::random_password)
        };
        seed::ensure(&installation, &world, self.seed, password).await?;
        let orders = match installation.config.agent.enabled {
            true => Some(orders::open(&mut installation, &self.keepsakes).await?),
            false => None,
        };
        learn_articles(&installation, &self.shop).await?;
        let token = desk::token(&installation, &self.keepsakes).await?;
        let password = self.keepsakes.find(desk::PASSWORD)?;
        let places = self.listeners.places()?;
        outside::start(self.listeners, world, &installation)?;
        let text = welcome::text(&installation, places.page, password.as_deref(), &token).await?;
        let served = serve::run(installation, || crate::say(&text)).await;
        drop(orders);
        served
    }
}

/// The shop's articles, as far as they are new.
async fn learn_articles(installation: &Installation, shop: &Path) -> Result<(), String> {
    let folder = shop.join("knowledge");
    match folder.is_dir() {
        true => crate::knowledge::learn(installation, &folder).await,
        false => Ok(()),
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
