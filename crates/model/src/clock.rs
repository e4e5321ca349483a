//! Time and randomness are passed in, never taken from the air: tests own both.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Milliseconds since 1970-01-01T00:00:00Z. The only form of time in storage and between crates.
pub type Millis = i64;

/// The source of time and of fresh ids.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    Fixed {
        now_ms: Arc<AtomicI64>,
        counter: Arc<AtomicU64>,
    },
}

impl Clock {
    /// The machine's clock and random ids.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `now_ms` until [`Clock::advance`] moves it, and counts its ids.
    pub fn fixed(now_ms: Millis) -> Self {
        Self(Source::Fixed {
            now_ms: Arc::new(AtomicI64::new(now_ms)),
            counter: Arc::new(AtomicU64::new(0)),
        })
    }

    /// Now, in milliseconds since the epoch.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |since| since.as_millis() as Millis),
            Source::Fixed { now_ms, .. } => now_ms.load(Ordering::SeqCst),
        }
    }

    /// Moves a fixed clock forward; the machine's clock is left alone.
    pub fn advance(&self, by_ms: Millis) {
        if let Source::Fixed { now_ms, .. } = &self.0 {
            now_ms.fetch_add(by_ms, Ordering::SeqCst);
        }
    }

    /// A fresh UUIDv7: its first 48 bits are the time, so ids sort by age.
    pub fn new_id(&self) -> Uuid {
        match &self.0 {
            Source::System => Uuid::now_v7(),
            Source::Fixed { now_ms, counter } => {
                let count = counter.fetch_add(1, Ordering::SeqCst);
                let mut random = [0u8; 10];
                random[2..].copy_from_slice(&count.to_be_bytes());
                let millis = now_ms.load(Ordering::SeqCst).max(0) as u64;
                uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_its_ids_sort_by_age() {
        let clock = Clock::fixed(1_000);
        let first = clock.new_id();
        let second = clock.new_id();
        assert!(first < second);
        assert_eq!(clock.now(), 1_000);
        clock.advance(500);
        assert_eq!(clock.now(), 1_500);
        assert!(second < clock.new_id());
    }
}
