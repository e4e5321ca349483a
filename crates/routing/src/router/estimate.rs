//! How long somebody will probably wait.

use super::Router;
use crate::work_item::Place;
use serde::{Deserialize, Serialize};
use throughline_model::clock::Millis;
use throughline_model::id::WorkItemId;

/// How many in front are counted; beyond that it is said to be at least so many.
const COUNTED: usize = 1_000;

/// How long somebody will probably wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// How many of the same queue have waited longer.
    pub ahead: u32,
    /// There are more than that: both figures are the least to expect.
    pub at_least: bool,
    /// How long from now, in milliseconds; nothing while nobody is at the desk who could take it.
    pub wait_ms: Option<Millis>,
}

impl Router {
    /// How long work that waits will probably go on waiting: those in front and itself, one after the
    /// other, each for as long as work of that kind takes in this queue, spread over all the room that
    /// workers at the desk have for it; and the time until a closed queue opens. Nothing for work that
    /// does not wait. Meant to be said to people, who mind less when it turns out shorter.
    pub fn estimate(&self, item: WorkItemId) -> Option<Estimate> {
        let piece = self.work.get(&item)?;
        if piece.row.place != Place::Waiting {
            return None;
        }
        let line = self.floor.line(piece.line?)?;
        let desk = self.queues.get(&piece.row.queue)?;
        let before = desk.waiting.range(..(piece.row.since_ms, item));
        let ahead = before.take(COUNTED).count();
        let room = match line.key.need.worker {
            Some(worker) => {
                let spot = self
                    .workers
                    .get(&worker)
                    .and_then(|post| post.spot.as_ref());
                spot.map_or(0, |spot| u64::from(spot.room[line.key.class.index()]))
            }
            None => self.floor.room_for(line),
        };
        let length_ms = self.handle_ms(piece.row.queue, piece.row.class);
        let work_ms = length_ms.saturating_mul(ahead as Millis + 1);
        let room = Millis::try_from(room).unwrap_or(Millis::MAX);
        let opens_ms = match desk.held {
            true => desk.timer_ms.map_or(0, |at_ms| at_ms - self.now_ms()),
            false => 0,
        };
        Some(Estimate {
            ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
            at_least: ahead == COUNTED,
            wait_ms: (room > 0).then(|| opens_ms + work_ms / room.max(1)),
        })
    }
}
