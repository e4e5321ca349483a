//! Measures how well and how fast messages are understood without a language model.
//!
//! `cargo xtask bench understanding --data <folder> [--model <folder>] [--others <file>] [--vectors <file>]`
//!
//! * `--data`: the folder with BANKING77's `train.csv` and `test.csv` (PolyAI, CC-BY-4.0).
//! * `--model`: the folder with the sentence model's files. Without it words alone are measured.
//! * `--others`: questions about other subjects than a bank, as JSON, `{"queries": [{"q"}]}`; StackFAQ in this form
//!   gives the figures of docs/bars.md.
//! * `--vectors`: where vectors are kept between runs; without it 13,000 texts are embedded each time.
#![expect(
    missing_docs,
    reason = "its modules are read by nobody but this program"
)]
#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]
#![expect(clippy::unwrap_used, reason = "a measurement may fail loudly")]

#[path = "bench_understanding/bank.rs"]
mod bank;
#[path = "bench_understanding/scope.rs"]
mod scope;
#[path = "bench_understanding/score.rs"]
mod score;
#[path = "bench_understanding/speed.rs"]
mod speed;

use bank::{Bank, Message};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use throughline_understanding::{Classifier, Embedder, Examples, Ranking, SentenceModel, Vectors};

/// What the measurements share.
pub struct Lab {
    pub bank: Bank,
    pub model: Option<Arc<dyn SentenceModel>>,
    pub vectors: Vectors,
}

impl Lab {
    pub fn train<'a>(&mut self, messages: impl IntoIterator<Item = &'a Message>) -> Classifier {
        let examples: Examples = messages
            .into_iter()
            .map(|one| (&*one.label, &*one.text))
            .collect();
        Classifier::train(&examples, self.model.clone(), &mut self.vectors).unwrap()
    }

    /// As [`Classifier::classify`], from a vector that is computed once for all measurements.
    pub fn classify(&mut self, classifier: &Classifier, text: &str) -> Ranking {
        let vector = self
            .model
            .as_ref()
            .map(|model| self.vectors.of(text, &**model).unwrap());
        classifier.classify_with(text, vector)
    }
}

fn main() {
    let (mut data, mut model, mut others, mut kept) = (None, None, None, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().map(PathBuf::from);
        let value = Some(value.unwrap_or_else(|| panic!("{name} needs a value")));
        match name.as_str() {
            "--data" => data = value,
            "--model" => model = value,
            "--others" => others = value,
            "--vectors" => kept = value,
            other => panic!("there is no argument {other}"),
        }
    }
    let Some(data) = data else {
        println!(
            "nothing is measured: name the folder with BANKING77's train.csv and test.csv with --data"
        );
        return;
    };
    if model.is_none() {
        println!("no model given: understanding words alone");
    }
    let model = model.map(|folder| {
        let embedder = Embedder::load(&folder).unwrap().with_threads(1);
        Arc::new(embedder) as Arc<dyn SentenceModel>
    });
    let mut lab = Lab {
        bank: Bank::read(&data),
        model,
        vectors: stored(kept.as_deref()).unwrap_or_default(),
    };
    lab.embed_everything();
    let classifier = accuracy(&mut lab);
    scope::measure(
        &mut lab,
        &others.map_or_else(Vec::new, |file| questions(&file)),
    );
    speed::measure(&lab, &classifier);
    if let Some(file) = kept {
        std::fs::write(file, lab.vectors.to_bytes()).unwrap();
    }
}

impl Lab {
    fn embed_everything(&mut self) {
        let Some(model) = self.model.clone() else {
            return;
        };
        let begun = Instant::now();
        let known = self.vectors.len();
        for message in self.bank.train.iter().chain(&self.bank.test) {
            self.vectors.of(&message.text, &*model).unwrap();
        }
        println!(
            "{} texts embedded in {:.1} s",
            self.vectors.len() - known,
            begun.elapsed().as_secs_f64()
        );
    }
}

fn stored(file: Option<&Path>) -> Option<Vectors> {
    Vectors::from_bytes(&std::fs::read(file?).ok()?)
}

fn questions(file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let questions = json["queries"].as_array().unwrap().iter();
    questions
        .map(|one| one["q"].as_str().unwrap().to_owned())
        .collect()
}

/// How often the most probable label is the right one: with all examples, and with ten of each label in five draws.
fn accuracy(lab: &mut Lab) -> Classifier {
    let test = lab.bank.test.clone();
    let begun = Instant::now();
    let train = lab.bank.train.clone();
    let classifier = lab.train(&train);
    println!(
        "{} examples of {} labels learnt in {:.1} s",
        train.len(),
        classifier.labels().len(),
        begun.elapsed().as_secs_f64()
    );
    println!(
        "accuracy, all examples: {:.2}%",
        right(lab, &classifier, &test)
    );
    let draws: Vec<f64> = (0..5)
        .map(|seed| {
            let drawn = lab.bank.draw(10, seed, |_| true);
            let begun = Instant::now();
            let classifier = lab.train(&drawn);
            let took = begun.elapsed().as_secs_f64();
            let share = right(lab, &classifier, &test);
            println!("  ten per label, draw {seed}: {share:.2}%, learnt in {took:.2} s");
            share
        })
        .collect();
    println!(
        "accuracy, ten examples per label: {:.2}% (mean of {} draws)",
        draws.iter().sum::<f64>() / draws.len() as f64,
        draws.len()
    );
    classifier
}

fn right(lab: &mut Lab, classifier: &Classifier, test: &[Message]) -> f64 {
    let right = test
        .iter()
        .filter(|one| lab.classify(classifier, &one.text).best().unwrap().label == one.label)
        .count();
    100.0 * right as f64 / test.len() as f64
}
