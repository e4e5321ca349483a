//! How long a message takes on one core, its vector included.

use crate::Lab;
use std::time::{Duration, Instant};
use throughline_understanding::Classifier;

/// Every how manieth test message is measured.
const STEP: usize = 4;

pub fn measure(lab: &Lab, classifier: &Classifier) {
    let texts: Vec<&str> = lab
        .bank
        .test
        .iter()
        .step_by(STEP)
        .map(|one| one.text.as_str())
        .collect();
    // The first ones warm up.
    for text in texts.iter().take(50) {
        classifier.classify(text);
    }
    let mut times: Vec<Duration> = texts.iter().map(|text| time(classifier, text)).collect();
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "a message: mean {:.1} ms, median {:.1} ms, p99 {:.1} ms over {}",
        times.iter().sum::<Duration>().as_secs_f64() * 1e3 / times.len() as f64,
        at(0.5),
        at(0.99),
        times.len()
    );
    let long = "I was charged twice for one order. ".repeat(290);
    println!(
        "a message of {} characters: {:.1} ms",
        long.len(),
        time(classifier, &long).as_secs_f64() * 1e3
    );
}

fn time(classifier: &Classifier, text: &str) -> Duration {
    let begun = Instant::now();
    std::hint::black_box(classifier.classify(text));
    begun.elapsed()
}
