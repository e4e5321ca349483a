//! Two ways to write: as fast as possible, and at a given rate whatever the server does.

use crate::crowd::Writer;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// How long acknowledgements took, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Latency {
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub p999_ms: f64,
    pub max_ms: f64,
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            p50_ms,
            p99_ms,
            p999_ms,
            max_ms,
        } = self;
        write!(
            f,
            "p50 {p50_ms:.1} ms, p99 {p99_ms:.1} ms, p99.9 {p999_ms:.1} ms, max {max_ms:.1} ms"
        )
    }
}

/// Everyone writes, waits for the acknowledgement and writes again; returns acknowledged messages per second.
pub async fn as_fast_as_possible(writers: &mut [Writer], length: Duration) -> f64 {
    let begun = Instant::now();
    let count = Cell::new(0_u64);
    each(writers, async |writer| {
        while begun.elapsed() < length {
            writer.write().await;
            count.set(count.get() + 1);
        }
    })
    .await;
    count.get() as f64 / begun.elapsed().as_secs_f64()
}

/// Messages are due at fixed moments, and the time to an acknowledgement counts from the moment a message was due:
/// while the server dawdles, those that wait count as well.
pub async fn at_rate(writers: &mut [Writer], rate: f64, length: Duration) -> Latency {
    let begun = Instant::now() + Duration::from_millis(50);
    let total = (rate * length.as_secs_f64()) as u64;
    let next = Cell::new(0_u64);
    let waits = RefCell::new(Vec::with_capacity(usize::try_from(total).unwrap()));
    each(writers, async |writer| {
        loop {
            let turn = next.get();
            if turn >= total {
                return;
            }
            next.set(turn + 1);
            let due = begun + Duration::from_secs_f64(turn as f64 / rate);
            tokio::time::sleep_until(due.into()).await;
            writer.write().await;
            waits.borrow_mut().push(due.elapsed());
        }
    })
    .await;
    let mut waits = waits.into_inner();
    waits.sort_unstable();
    let at = |share: f64| {
        let place = (waits.len() as f64 * share) as usize;
        waits[place.min(waits.len() - 1)].as_secs_f64() * 1000.0
    };
    Latency {
        p50_ms: at(0.5),
        p99_ms: at(0.99),
        p999_ms: at(0.999),
        max_ms: at(1.0),
    }
}

/// Runs `work` for every writer at once, on this thread.
async fn each(writers: &mut [Writer], work: impl AsyncFn(&mut Writer)) {
    let all = writers.iter_mut().map(|writer| work(writer));
    LocalSet::new()
        .run_until(futures::future::join_all(all))
        .await;
}
