//! Measures how well and how fast the knowledge search answers.
//!
//! `cargo xtask bench knowledge [--model <folder>] [--faq <file>] [--passages <count>] [--threads <count>]`
//!
//! * `--model`: the folder with the sentence model's files. Without it only words are compared.
//! * `--faq`: questions with their answers as JSON, `{"docs": [{"id", "title", "text"}], "queries": [{"q", "rel": [id]}]}`;
//!   StackFAQ (BERT-FAQ, 125 answers, 1,375 paraphrased questions) in this form gives the figures of docs/bars.md.
//! * `--passages`: how many passages speed is measured with; 100,000 when left out.
//! * `--threads`: threads that look for an answer to one question; as in a server one for each core when left out.
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]
#![expect(clippy::unwrap_used, reason = "a measurement may fail loudly")]

#[path = "bench_knowledge/faq.rs"]
mod faq;
#[path = "bench_knowledge/fit.rs"]
mod fit;
#[path = "bench_knowledge/speed.rs"]
mod speed;

use std::path::PathBuf;
use throughline_knowledge::Quantised;
use throughline_understanding::Embedder;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut model, mut file, mut count, mut threads) = (None, None, 100_000, 0);
    while let Some(name) = arguments.next() {
        let value = arguments
            .next()
            .unwrap_or_else(|| panic!("{name} needs a value"));
        match name.as_str() {
            "--model" => model = Some(PathBuf::from(value)),
            "--faq" => file = Some(PathBuf::from(value)),
            "--passages" => count = value.parse().unwrap(),
            "--threads" => threads = value.parse().unwrap(),
            other => panic!("there is no argument {other}"),
        }
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build_global().unwrap();
    let embedder = model.map(|folder| {
        let embedder = Embedder::load(&folder).unwrap();
        match threads {
            0 => embedder,
            threads => embedder.with_threads(threads),
        }
    });
    if embedder.is_none() {
        println!("no model given: comparing words alone");
    }
    match file {
        Some(file) => faq::measure(&std::fs::read_to_string(file).unwrap(), embedder.as_ref()),
        None => println!("no questions given: quality is not measured"),
    }
    speed::measure(count, embedder.as_ref());
}

/// What a text means.
fn meaning(embedder: Option<&Embedder>, text: &str) -> Option<Quantised> {
    Quantised::new(&embedder?.embed(text).unwrap())
}
