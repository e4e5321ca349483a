//! What happened in the demo shop before it opened today: thirty days of people, orders and conversations.
//!
//! Everything happens by the engine's own use cases, at times that a clock of the past gives, so it cannot differ
//! from what happens to real customers. [`script`] reads what people said, [`plan`] puts it in the order of time, and
//! [`stage`] lets it happen. The messages of the shop leave through [`postbox`], which goes nowhere.

mod cast;
mod chance;
mod plan;
mod postbox;
mod script;
mod stage;

#[cfg(test)]
mod tests;

pub use cast::Person;

use super::desk;
use super::outside::World;
use crate::installation::Installation;
use stage::Stage;
use throughline_engine::{Error, setting};
use throughline_model::clock::{Clock, Millis};

/// The setting that says that the past was made, and from which number.
const MADE: &str = "demo.seed";

/// How long before now the shop began, in milliseconds: a day before the oldest story.
const OPENED_BEFORE_MS: Millis = 31 * plan::DAY_MS;

/// Makes the past if there is none yet; the people at the desk then log in with `password`.
pub async fn ensure(
    installation: &Installation,
    world: &World,
    seed: u64,
    password: impl FnOnce() -> Result<String, String>,
) -> Result<(), String> {
    let found = installation.db.read(|tx| setting::find(tx, MADE)).await;
    if found.map_err(|error: Error| error.to_string())?.is_some() {
        return Ok(());
    }
    crate::say("Making the demo shop, just this once …\n");
    let now = installation.setup.clock.now();
    make(installation, world, seed, &password()?, now).await
}

/// Makes the past: the same for the same `seed` and the same `now`.
async fn make(
    installation: &Installation,
    world: &World,
    seed: u64,
    password: &str,
    now: Millis,
) -> Result<(), String> {
    let failed = |error: Error| {
        format!("the demo shop could not be made: {error}; remove its data and start again")
    };
    let people = Person::all()?;
    let plan = plan::make(&script::stories()?, seed, now)?;
    let clock = Clock::fixed(now - OPENED_BEFORE_MS);
    let members = desk::hire(&installation.db, &clock, password)
        .await
        .map_err(failed)?;
    let mut stage = Stage::new(installation, clock, people, members)?;
    for step in &plan {
        stage
            .play(step)
            .await
            .map_err(|error| format!("story '{}': {}", step.story.subject, failed(error)))?;
    }
    stage.finish(now).await.map_err(failed)?;
    let (texts, mails) = stage.into_letters();
    world.remember(texts, mails);
    let value = seed.to_string();
    installation
        .db
        .write(move |tx| setting::put(tx, MADE, &value))
        .await
        .map_err(failed)
}
