//! Token buckets in memory: how often anyone may do something.
//!
//! Each process counts for itself: a limit protects a process from one caller, it is no accounting.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use throughline_model::clock::Millis;

/// Buckets kept before the full ones, which say nothing, are forgotten; and if that is not enough, all of them.
const KEPT: usize = 20_000;
/// Parts of a request: one per millisecond of a minute.
const REQUEST: i64 = 60_000;

/// A limit per minute, for any number of callers.
pub struct RateLimit {
    per_minute: u32,
    buckets: Mutex<HashMap<String, Bucket>>,
}

#[derive(Clone, Copy)]
struct Bucket {
    /// What is left, in parts of a request.
    level: i64,
    at: Millis,
}

/// What a limit says about one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it may go on.
    pub allowed: bool,
    /// The most requests at once, and per minute.
    pub limit: u32,
    /// How many more may come now.
    pub remaining: u32,
    /// When the next request may come, or when all of them are back if one may come now; in milliseconds from now.
    pub reset_ms: i64,
}

impl RateLimit {
    /// A limit of `per_minute` requests for each caller, which may come at once.
    pub fn per_minute(per_minute: u32) -> Self {
        Self {
            per_minute: per_minute.max(1),
            buckets: Mutex::new(HashMap::new()),
        }
    }

    /// Counts one request of `key`.
    pub fn take(&self, key: &str, now: Millis) -> Verdict {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= KEPT && !buckets.contains_key(key) {
            let full = self.full();
            buckets.retain(|_, bucket| self.level(*bucket, now) < full);
            if buckets.len() >= KEPT {
                tracing::warn!(KEPT, "a rate limit has too many callers and starts anew");
                buckets.clear();
            }
        }
        let start = Bucket {
            level: self.full(),
            at: now,
        };
        let bucket = buckets.entry(key.to_owned()).or_insert(start);
        let mut level = self.level(*bucket, now);
        let allowed = level >= REQUEST;
        if allowed {
            level -= REQUEST;
        }
        *bucket = Bucket { level, at: now };
        let wanted = if allowed { self.full() } else { REQUEST };
        Verdict {
            allowed,
            limit: self.per_minute,
            remaining: (level / REQUEST) as u32,
            reset_ms: self.time_for(wanted - level),
        }
    }

    fn full(&self) -> i64 {
        i64::from(self.per_minute) * REQUEST
    }

    /// Each millisecond gives back `per_minute` parts, exactly, so that nothing is lost by asking often.
    fn level(&self, bucket: Bucket, now: Millis) -> i64 {
        let back = (now - bucket.at)
            .max(0)
            .saturating_mul(i64::from(self.per_minute));
        bucket.level.saturating_add(back).min(self.full())
    }

    fn time_for(&self, parts: i64) -> i64 {
        let rate = i64::from(self.per_minute);
        (parts + rate - 1) / rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_gives_as_many_requests_as_it_says_and_one_caller_does_not_spend_anothers() {
        let limit = RateLimit::per_minute(3);
        for left in [2, 1, 0] {
            let verdict = limit.take("ana", 0);
            assert!(verdict.allowed);
            assert_eq!(verdict.remaining, left);
        }
        let refused = limit.take("ana", 0);
        assert_eq!((refused.allowed, refused.reset_ms), (false, 20_000));
        assert!(limit.take("ben", 0).allowed);
        assert!(!limit.take("ana", 19_999).allowed);
        assert!(limit.take("ana", 20_000).allowed);
    }

    #[test]
    fn a_crowd_of_callers_takes_no_more_memory_than_planned() {
        let limit = RateLimit::per_minute(10);
        for caller in 0..3 * KEPT {
            assert!(limit.take(&caller.to_string(), 0).allowed);
        }
        assert!(
            limit
                .buckets
                .lock()
                .is_ok_and(|buckets| buckets.len() <= KEPT)
        );
    }

    #[test]
    fn a_caller_who_asks_all_the_time_gets_exactly_the_rate() {
        let limit = RateLimit::per_minute(60);
        let passed = (0..120_000)
            .step_by(7)
            .filter(|now| limit.take("ana", *now).allowed)
            .count();
        // 60 at once, and one per second afterwards.
        assert!((178..=180).contains(&passed), "{passed}");
    }
}
