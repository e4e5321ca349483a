//! When to try again, and when to give up.

use crate::error::LlmError;
use crate::transport::Answer;
use std::time::Duration;
use throughline_model::clock::Clock;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use tokio::time::Instant;

/// How long to wait after the first failed try; doubled after each further one.
const FIRST_WAIT: Duration = Duration::from_millis(400);

/// Counts tries. A provider's wish is followed when it fits into the time an answer may take; a wait that does not
/// fit ends the call at once, because somebody is waiting for a reply.
pub(crate) struct Patience {
    tries_left: u32,
    next_wait: Duration,
    asked: Option<Duration>,
    deadline: Instant,
    clock: Clock,
}

impl Patience {
    pub(crate) fn new(retries: u32, deadline: Instant, clock: Clock) -> Self {
        Self {
            tries_left: retries,
            next_wait: FIRST_WAIT,
            asked: None,
            deadline,
            clock,
        }
    }

    /// Remembers how long the provider asks to wait.
    pub(crate) fn was_asked(&mut self, answer: &Answer) {
        let exact = answer.retry_after_ms.as_deref().and_then(milliseconds);
        self.asked = exact.or_else(|| self.seconds_or_date(answer.retry_after.as_deref()?));
    }

    /// How long to wait before the next try; none when there is none.
    pub(crate) fn wait_after(&mut self, error: &LlmError) -> Option<Duration> {
        let asked = self.asked.take();
        if !error.may_pass() {
            return None;
        }
        self.tries_left = self.tries_left.checked_sub(1)?;
        let own = self.next_wait + self.spread();
        self.next_wait = self.next_wait.saturating_mul(2);
        let wait = asked.unwrap_or(own).max(own);
        let until = Instant::now().checked_add(wait)?;
        (until < self.deadline).then_some(wait)
    }

    /// Up to a quarter more, so that what failed together does not come back together.
    fn spread(&self) -> Duration {
        let [.., random] = self.clock.new_id().into_bytes();
        self.next_wait.mul_f64(f64::from(random) / 1024.0)
    }

    fn seconds_or_date(&self, text: &str) -> Option<Duration> {
        let text = text.trim();
        if let Ok(seconds) = text.parse::<u64>() {
            return Some(Duration::from_secs(seconds));
        }
        let until = OffsetDateTime::parse(text, &Rfc2822).ok()?;
        let ms = until
            .unix_timestamp()
            .saturating_mul(1000)
            .saturating_sub(self.clock.now());
        Some(Duration::from_millis(u64::try_from(ms).unwrap_or(0)))
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    let ms = text.trim().parse::<f64>().ok()?;
    Duration::try_from_secs_f64(ms / 1000.0).ok()
}
