//! All stories in the order of time.

use super::chance::Chance;
use super::script::{Act, Begins, Story};
use std::sync::Arc;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;

/// A day, in milliseconds.
pub const DAY_MS: Millis = 86_400_000;

/// One thing that happens, at its time.
#[derive(Clone, Debug)]
pub struct Step {
    /// When, in milliseconds since 1970.
    pub at: Millis,
    /// The story it belongs to.
    pub story: Arc<Story>,
    /// Which story that is, for what is remembered per story.
    pub number: usize,
    /// What.
    pub act: Act,
}

/// Puts the stories into the order of time. Everything has happened by `now`.
pub fn make(stories: &[Story], seed: u64, now: Millis) -> Result<Vec<Step>, String> {
    let mut chance = Chance::new(seed);
    let mut steps = Vec::new();
    for (number, story) in stories.iter().enumerate() {
        let planned = steps_of(&Arc::new(story.clone()), number, &mut chance, now);
        if planned.last().is_some_and(|last| last.at > now) {
            return Err(format!(
                "the story '{}' does not end before now",
                story.subject
            ));
        }
        steps.extend(planned);
    }
    // Stable, so that what happens in one story at one moment keeps its order.
    steps.sort_by_key(|step| step.at);
    Ok(steps)
}

fn steps_of(story: &Arc<Story>, number: usize, chance: &mut Chance, now: Millis) -> Vec<Step> {
    let mut at = match story.begins {
        Begins::OnDay { days, time_ms } => now - now.rem_euclid(DAY_MS) - days * DAY_MS + time_ms,
        Begins::Ago(ms) => now - ms,
    };
    let mut steps = Vec::new();
    let mut channel = None;
    let mut first = true;
    for beat in &story.beats {
        let usual = usual_wait_ms(&beat.act);
        let wait = beat.after_ms.unwrap_or(usual);
        // Nobody is on time to the second.
        at += if first {
            0
        } else {
            wait + chance.between(-wait / 10, wait / 10)
        };
        first = false;
        let push = |steps: &mut Vec<Step>, at, act| {
            steps.push(Step {
                at,
                story: Arc::clone(story),
                number,
                act,
            });
        };
        if let Act::Writes(on, _) = beat.act {
            channel = Some(on);
        }
        push(&mut steps, at, beat.act.clone());
        let in_chat = channel == Some(Channel::Webchat);
        if in_chat && matches!(beat.act, Act::Answers { away: false, .. }) {
            push(&mut steps, at + chance.between(3_000, 20_000), Act::Reads);
        }
    }
    steps
}

/// How long such a thing usually takes, in milliseconds.
fn usual_wait_ms(act: &Act) -> Millis {
    const SECOND_MS: Millis = 1_000;
    match act {
        Act::Writes(Channel::Webchat, _) => 80 * SECOND_MS,
        Act::Writes(..) => 150 * SECOND_MS,
        Act::Answers { .. } => 100 * SECOND_MS,
        Act::Notes(..) | Act::Merges { .. } => 45 * SECOND_MS,
        Act::SignsIn | Act::Types(_) | Act::Proves(_) | Act::GoesOn(_) => 30 * SECOND_MS,
        Act::Fact(..) | Act::Case(_) | Act::Reads | Act::TakesNewBrowser => 25 * SECOND_MS,
    }
}
