//! A small language for phrases.
//!
//! A phrase is words with spaces between. Each place may hold alternatives (`stop|quit`), a class in
//! braces (`{texts}`), and end in `?` (may be missing) or `*` (up to six). `$` among the alternatives
//! is the end of the sentence. `~in|at` at the end: none of these follows.
//!
//! `=` before a phrase: it is the whole sentence, courtesies and lead-ins ("I want to") aside.
//! `!`: not after a negation or a question. `&`: not after somebody else as the subject ("you never
//! write to me").

use super::Wish;
use super::words::Sentence;

const MOST_REPEATS: usize = 6;
/// How many words before a phrase can undo it.
const REACH: usize = 4;

/// What the phrases of one language are made of.
pub(super) struct Language {
    /// Words for messages.
    pub(super) texts: &'static [&'static str],
    /// Words that may stand before those and change nothing.
    pub(super) fill: &'static [&'static str],
    /// Words for lists of recipients.
    pub(super) lists: &'static [&'static str],
    /// Words that turn a phrase into its opposite.
    pub(super) negations: &'static [&'static str],
    /// Beside a negation, these turn it into a complaint: "you won't stop".
    pub(super) culprits: &'static [&'static str],
    /// Words that make a phrase a question or a condition.
    pub(super) doubts: &'static [&'static str],
    /// Subjects that are not the one who writes.
    pub(super) others: &'static [&'static str],
    /// How a wish may begin: "I want to".
    pub(super) lead_ins: &'static [&'static str],
    /// Phrases that ask to stop.
    pub(super) stop: &'static [&'static str],
    /// Phrases that ask to start again.
    pub(super) start: &'static [&'static str],
    /// Phrases that ask who writes.
    pub(super) help: &'static [&'static str],
}

/// A phrase, ready to be looked for.
pub(super) struct Phrase {
    pub(super) wish: Wish,
    language: &'static Language,
    whole: bool,
    can_be_negated: bool,
    needs_us: bool,
    places: Vec<Place>,
    not_before: Vec<&'static str>,
}

struct Place {
    words: Vec<&'static str>,
    at_least: usize,
    at_most: usize,
}

impl Phrase {
    pub(super) fn new(wish: Wish, language: &'static Language, text: &'static str) -> Self {
        let body = text.trim_start_matches(['=', '!', '&']);
        let flags = &text[..text.len() - body.len()];
        let mut phrase = Self {
            wish,
            language,
            whole: flags.contains('='),
            can_be_negated: flags.contains('!'),
            needs_us: flags.contains('&'),
            places: Vec::new(),
            not_before: Vec::new(),
        };
        for place in body.split_whitespace() {
            match place.strip_prefix('~') {
                Some(words) => phrase.not_before = words.split('|').collect(),
                None => phrase.places.push(Place::new(language, place)),
            }
        }
        phrase
    }

    /// Whether the sentence says it.
    pub(super) fn is_in(&self, sentence: &Sentence) -> bool {
        if self.whole {
            let bare: Vec<&str> = sentence.bare().collect();
            let rest = after_lead_in(self.language, &bare);
            return self.ends(&self.places, rest).any(|end| end == rest.len());
        }
        let words: Vec<&str> = sentence.words().collect();
        (0..words.len()).any(|start| {
            let follows = |end: usize| {
                words
                    .get(start + end)
                    .is_some_and(|next| self.not_before.contains(next))
            };
            self.ends(&self.places, &words[start..])
                .any(|end| !follows(end))
                && !self.undone(&words, start)
        })
    }

    /// Every length the places can take up at the head of `words`.
    fn ends<'a>(
        &'a self,
        places: &'a [Place],
        words: &'a [&'a str],
    ) -> Box<dyn Iterator<Item = usize> + 'a> {
        let Some((place, rest)) = places.split_first() else {
            return Box::new(std::iter::once(0));
        };
        if words.is_empty() && place.words.contains(&"$") {
            return self.ends(rest, words);
        }
        let most = words
            .iter()
            .take(place.at_most)
            .take_while(|word| place.words.contains(word))
            .count();
        Box::new(
            (place.at_least..=most).rev().flat_map(move |taken| {
                self.ends(rest, &words[taken..]).map(move |end| taken + end)
            }),
        )
    }

    fn undone(&self, words: &[&str], start: usize) -> bool {
        let before = &words[start.saturating_sub(REACH)..start];
        let has = |list: &[&str]| before.iter().any(|word| list.contains(word));
        (self.needs_us && (has(self.language.others) || has(self.language.doubts)))
            || (self.can_be_negated && (has(self.language.doubts) || self.negated(words, start)))
    }

    fn negated(&self, words: &[&str], start: usize) -> bool {
        (start.saturating_sub(REACH)..start).any(|at| {
            let beside = [
                at.checked_sub(1).and_then(|at| words.get(at)),
                words.get(at + 1),
            ];
            let complaint = beside
                .into_iter()
                .flatten()
                .any(|word| self.language.culprits.contains(word))
                && !words
                    .get(at + 1)
                    .is_some_and(|word| matches!(*word, "have" | "need"));
            self.language.negations.contains(&words[at]) && !complaint
        })
    }
}

impl Place {
    fn new(language: &'static Language, text: &'static str) -> Self {
        let (text, at_least, at_most) = match (text.strip_suffix('?'), text.strip_suffix('*')) {
            (Some(text), _) => (text, 0, 1),
            (_, Some(text)) => (text, 0, MOST_REPEATS),
            _ => (text, 1, 1),
        };
        let mut words = Vec::new();
        for word in text.split('|') {
            match word {
                "{texts}" => words.extend(language.texts),
                "{fill}" => words.extend(language.fill),
                "{lists}" => words.extend(language.lists),
                word => words.push(word),
            }
        }
        Self {
            words,
            at_least,
            at_most,
        }
    }
}

fn after_lead_in<'a, 'w>(language: &Language, words: &'a [&'w str]) -> &'a [&'w str] {
    let length = |lead_in: &&str| {
        let mut count = 0;
        let begins = lead_in.split(' ').all(|word| {
            count += 1;
            words.get(count - 1) == Some(&word)
        });
        if begins { count } else { 0 }
    };
    &words[language.lead_ins.iter().map(length).max().unwrap_or(0)..]
}
