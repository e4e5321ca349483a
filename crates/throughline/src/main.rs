//! Throughline: omnichannel customer support in one binary.
//!
//! `serve` puts everything together: see [`serve`] for the order, [`installation`] for what belongs to it.

mod agent;
mod archive;
mod demo;
mod doctor;
mod figures;
mod folder;
mod installation;
mod knowledge;
mod mail;
mod outbound;
mod policy;
mod procedure;
mod serve;
mod simulate;
mod token;
mod widget;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use throughline_config::{Config, LogFormat};

/// Omnichannel customer support in one binary.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// The configuration file; `throughline.example.toml` shows every key. Without it, defaults and the
    /// environment.
    #[arg(long, short, global = true, env = "THROUGHLINE_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the server, after bringing the database up to date.
    Serve,
    /// Brings the database up to date and ends.
    Migrate,
    /// Checks configuration, database, files and mail servers, and says what to do about each problem.
    Doctor,
    /// Writes the whole database into one file, to be read by `import`.
    Export {
        /// The file to write.
        file: PathBuf,
    },
    /// Reads a file of `export` into an empty database, of either engine.
    Import {
        /// The file to read.
        file: PathBuf,
    },
    /// Makes an API token and prints it; it is shown this once.
    Token(token::NewToken),
    /// Prints the tag that puts a chat on a page, with the checksum of what it loads.
    Widget {
        /// The name of the chat's endpoint.
        endpoint: String,
    },
    /// Looks after the knowledge base.
    #[command(subcommand)]
    Knowledge(knowledge::Command),
    /// Looks after the procedures of the AI agent.
    #[command(subcommand)]
    Procedure(procedure::Command),
    /// Tries things out without customers.
    #[command(subcommand)]
    Simulate(simulate::Command),
    /// Looks after the rules of what may be done, and of which messages may go out.
    #[command(subcommand)]
    Policy(policy::Command),
    /// Runs a shop to try, with customers, conversations and a pretend phone and mailbox.
    Demo(demo::Options),
    /// Prints the commented example configuration.
    Example,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match arguments.command {
        Command::Example => {
            say(&throughline_config::example_toml());
            ExitCode::SUCCESS
        }
        Command::Procedure(procedure::Command::Check { folder }) => match procedure::check(&folder)
        {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                complain(&message);
                ExitCode::FAILURE
            }
        },
        Command::Simulate(command) => start(&Config::default(), simulate::run(command)),
        Command::Demo(options) => match demo::Demo::prepare(options, std::env::vars()) {
            Ok(demo) => start(&demo.config().clone(), demo.run()),
            Err(message) => {
                complain(&message);
                ExitCode::from(2)
            }
        },
        command => match throughline_config::load(arguments.config.as_deref(), std::env::vars()) {
            Ok(config) => start(&config.clone(), run(command, config)),
            Err(errors) => {
                complain(&errors.to_string());
                ExitCode::from(2)
            }
        },
    }
}

/// Does `work`, with a log and everything else a process needs.
fn start(config: &Config, work: impl Future<Output = Result<(), String>>) -> ExitCode {
    start_log(config);
    // One crypto provider for every TLS connection of the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("the async runtime does not start: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(work) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            complain(&message);
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command, config: Config) -> Result<(), String> {
    match command {
        Command::Serve => serve::serve(config).await,
        Command::Migrate => {
            let db = installation::open_database(&config)?;
            let migrated = db.migrate().await.map_err(|error| error.to_string())?;
            match migrated.applied.as_slice() {
                [] => say("the database is up to date\n"),
                applied => say(&format!("applied: {}\n", applied.join(", "))),
            }
            Ok(())
        }
        Command::Doctor => doctor::examine(&config).await,
        Command::Export { file } => archive::export(&config, &file).await,
        Command::Import { file } => archive::import(&config, &file).await,
        Command::Token(new) => token::create(&config, new).await,
        Command::Widget { endpoint } => widget::print(&config, &endpoint),
        Command::Knowledge(command) => knowledge::run(config, command).await,
        // These need no configuration file.
        Command::Example | Command::Demo(_) | Command::Simulate(_) => Ok(()),
        Command::Policy(command) => policy::run(config, command).await,
        Command::Procedure(command) => procedure::run(config, command).await,
    }
}

fn start_log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(&config.log.filter);
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log.format {
        LogFormat::Json => log.json().init(),
        LogFormat::Text => log.init(),
    }
}

/// Writes what a command has to say to standard output.
#[expect(clippy::print_stdout, reason = "the command's own answer")]
fn say(text: &str) {
    print!("{text}");
}

fn complain(text: &str) {
    eprintln!("throughline: {text}");
}
