//! `token`: an API token for a program, made on the machine itself.

use crate::installation::open_database;
use throughline_config::Config;
use throughline_engine::access::{Scope, token};
use throughline_model::clock::Clock;

/// What the token is for.
#[derive(clap::Args)]
pub struct NewToken {
    /// What it is called in lists and in the audit log.
    #[arg(long)]
    name: String,
    /// What it may do; may be given several times.
    #[arg(long, required = true, value_parser = scope)]
    scope: Vec<Scope>,
}

fn scope(text: &str) -> Result<Scope, String> {
    text.parse()
        .map_err(|error: throughline_model::words::UnknownWord| error.to_string())
}

/// Makes the token and prints it.
pub async fn create(config: &Config, new: NewToken) -> Result<(), String> {
    let db = open_database(config)?;
    db.migrate().await.map_err(|error| error.to_string())?;
    let wanted = token::NewToken {
        name: new.name,
        scopes: new.scope,
        expires_at: None,
    };
    let (_, secret) = db
        .write(move |tx| token::create(tx, &Clock::system(), &wanted, "system"))
        .await
        .map_err(|error| error.to_string())?;
    crate::say(&format!("{secret}\n"));
    Ok(())
}
