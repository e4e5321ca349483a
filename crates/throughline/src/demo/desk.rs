//! Who works in the demo shop, and the token with which its API is tried.

use super::keepsake::Keepsakes;
use crate::installation::Installation;
use throughline_engine::Error;
use throughline_engine::access::member::{self, Member, NewMember};
use throughline_engine::access::token::{self, NewToken};
use throughline_engine::access::{Gate, Scope, invite};
use throughline_model::clock::Clock;
use throughline_model::conversation::Role;
use throughline_storage::Db;

/// Where the members' password is kept, for the next start to show it again. The database has its hash.
pub const PASSWORD: &str = "password";
/// Where the token of the last start is kept.
const TOKEN: &str = "api-token";
/// What the token is called.
const TOKEN_NAME: &str = "Demo";
/// Who the audit trail says it was.
const ACTOR: &str = "system";

/// The people at the desk, by the name stories call them.
pub const PEOPLE: &[(&str, &str, &str, Role)] = &[
    (
        "admin",
        "admin@lumen-home.example",
        "Mira Okafor",
        Role::Admin,
    ),
    ("ana", "ana@lumen-home.example", "Ana Ribeiro", Role::Agent),
    (
        "ben",
        "ben@lumen-home.example",
        "Ben Castellanos",
        Role::Supervisor,
    ),
];

/// Adds the people at the desk, who all log in with `password`.
pub async fn hire(db: &Db, clock: &Clock, password: &str) -> Result<Vec<Member>, Error> {
    // Each person's password is set through an invite, which counts as an attempt to come in.
    let gate = Gate::new(60, 3_600_000);
    let mut hired = Vec::with_capacity(PEOPLE.len());
    for (_, email, name, role) in PEOPLE {
        let new = NewMember {
            email: (*email).to_owned(),
            name: (*name).to_owned(),
            role: *role,
        };
        let for_tx = clock.clone();
        let invite = db
            .write(move |tx| {
                let member = member::add(tx, &for_tx, &new, ACTOR)?;
                invite::create(tx, &for_tx, member.id, ACTOR)
            })
            .await?;
        let acceptance = invite::Acceptance {
            token: invite.secret,
            password: password.to_owned(),
            email: None,
            name: None,
        };
        hired.push(gate.accept(db, clock, acceptance, "demo").await?);
    }
    Ok(hired)
}

/// The token of the last start while it works, else a new one.
pub async fn token(installation: &Installation, keepsakes: &Keepsakes) -> Result<String, String> {
    let failed = |error: Error| error.to_string();
    let clock = installation.setup.clock.clone();
    if let Some(known) = keepsakes.find(TOKEN)? {
        let (for_tx, secret) = (clock.clone(), known.clone());
        let found = installation
            .db
            .read(move |tx| token::find(tx, &for_tx, &secret))
            .await;
        if found.map_err(failed)?.is_some() {
            return Ok(known);
        }
    }
    let new = NewToken {
        name: TOKEN_NAME.to_owned(),
        scopes: vec![Scope::Admin],
        expires_at: None,
    };
    let made = installation
        .db
        .write(move |tx| token::create(tx, &clock, &new, ACTOR))
        .await;
    let (_, secret) = made.map_err(failed)?;
    keepsakes.put(TOKEN, &secret)?;
    Ok(secret)
}
