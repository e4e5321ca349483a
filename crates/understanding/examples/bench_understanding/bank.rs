//! BANKING77: what customers ask a bank, in 77 intents (Casanueva et al. 2020).

use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone)]
pub struct Message {
    pub text: String,
    pub label: String,
}

pub struct Bank {
    pub train: Vec<Message>,
    pub test: Vec<Message>,
}

impl Bank {
    pub fn read(folder: &Path) -> Self {
        let read = |name: &str| {
            let file = folder.join(name);
            let text = std::fs::read_to_string(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
            messages(&text)
        };
        Self {
            train: read("train.csv"),
            test: read("test.csv"),
        }
    }

    pub fn labels(&self) -> Vec<String> {
        let mut labels: Vec<String> = self.train.iter().map(|one| one.label.clone()).collect();
        labels.sort();
        labels.dedup();
        labels
    }

    /// `count` examples of each label that is wanted, by lot; the same for the same `seed`.
    pub fn draw(&self, count: usize, seed: u64, wanted: impl Fn(&str) -> bool) -> Vec<Message> {
        let mut by_label: BTreeMap<&str, Vec<&Message>> = BTreeMap::new();
        for one in self.train.iter().filter(|one| wanted(&one.label)) {
            by_label.entry(&one.label).or_default().push(one);
        }
        let mut lot = Lot(seed);
        let mut drawn = Vec::new();
        for (_, mut messages) in by_label {
            lot.shuffle(&mut messages);
            drawn.extend(messages.into_iter().take(count).cloned());
        }
        drawn
    }
}

/// Numbers that look like chance and are the same everywhere (SplitMix64).
pub struct Lot(pub u64);

impl Lot {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, (self.next() % (last as u64 + 1)) as usize);
        }
    }
}

/// `text,category` lines after a head; a text in quotes may hold commas, line ends and doubled quotes.
fn messages(csv: &str) -> Vec<Message> {
    let mut messages = Vec::new();
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for symbol in csv.chars() {
        match symbol {
            // A doubled quote closes and opens again: the quote itself is kept.
            '"' => {
                quoted = !quoted;
                let field = fields.last_mut().unwrap();
                if quoted && !field.is_empty() {
                    field.push('"');
                }
            }
            ',' if !quoted => fields.push(String::new()),
            '\n' if !quoted => {
                if let [text, label] = fields.as_slice() {
                    messages.push(Message {
                        text: text.trim().to_owned(),
                        label: label.trim().to_owned(),
                    });
                }
                fields = vec![String::new()];
            }
            _ => fields.last_mut().unwrap().push(symbol),
        }
    }
    messages.retain(|one| one.label != "category" && !one.text.is_empty());
    messages
}
