//! The index of everything published: which passage answers a question, and how sure that is.
//!
//! Derived from the database's rows and held in memory, so both database engines give the same answers. Two searches
//! are made of every question: by words (BM25) and, where vectors are there, by meaning (cosine of sentence vectors).
//! Both scores lie between 0 and 1 whatever else the index holds, so their weighted sum does too, and the same answer
//! to the same question scores alike in a small knowledge base and in a large one.

use crate::article::{Audience, language_of};
use crate::confidence::{self, Advice};
use crate::lexical::Lexical;
use crate::passage::{Passage, Unit, hash};
use crate::tokens::Manner;
use crate::vector::{Quantised, Vectors};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// How much meaning counts beside words when nothing better is known; see [`crate::tune`].
pub const USUAL_WEIGHT: f32 = 0.7;
/// What a passage's score is worth to somebody who asks in another language.
const OTHER_LANGUAGE: f32 = 0.8;
/// How much of a question is read, in bytes.
const QUESTION_LIMIT: usize = 2_000;

/// A published article as it is searched.
#[derive(Clone, Debug, PartialEq)]
pub struct IndexedArticle {
    /// Its id.
    pub id: Uuid,
    /// The published version.
    pub version: i64,
    /// The name in its address.
    pub slug: String,
    /// Its language.
    pub locale: String,
    /// Its title.
    pub title: String,
    /// Who it is for.
    pub audience: Audience,
    /// Its passages, in order.
    pub passages: Vec<Passage>,
}

impl IndexedArticle {
    fn manner(&self) -> Manner {
        Manner::of(language_of(&self.locale))
    }
}

/// A question.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// In the asker's words.
    pub text: &'a str,
    /// What it means; without it only words are compared.
    pub vector: Option<&'a Quantised>,
    /// On whose behalf it is asked: nothing is found that they may not see.
    pub audience: Audience,
    /// The asker's language, if known: what is written in it goes before the rest.
    pub locale: Option<&'a str>,
    /// The most passages wanted.
    pub limit: usize,
}

/// A passage that was found, with what a citation needs.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct FoundPassage {
    /// The article's id.
    #[schema(value_type = String, format = "uuid")]
    pub article: Uuid,
    /// The article's version that was searched.
    pub version: i64,
    /// The name in the article's address.
    pub slug: String,
    /// The article's language.
    pub locale: String,
    /// Who the article is for.
    pub audience: Audience,
    /// The article's title.
    pub title: String,
    /// The passage's place in the article, from 0.
    pub passage: usize,
    /// The anchor on the article's page; empty for its beginning.
    pub anchor: String,
    /// The heading the passage stands below; the article's title above the first one.
    pub heading: String,
    /// The passage.
    pub text: String,
    /// How well it fits the question, from 0 to 1.
    pub score: f64,
    /// How much of the question's words it covers, from 0 to 1.
    pub words: f64,
    /// How close its meaning is, from 0 to 1; none when only words were compared.
    pub meaning: Option<f64>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = FoundKnowledge)]
pub struct Found {
    /// The passages that fit best, best first.
    pub passages: Vec<FoundPassage>,
    /// How likely it is that the first one answers the question, from 0 to 1; 0 when nothing was found.
    pub confidence: f64,
    /// What to do with that.
    pub advice: Advice,
}

impl Found {
    /// No answer at all.
    pub fn nothing() -> Self {
        Self {
            passages: Vec::new(),
            confidence: 0.0,
            advice: Advice::HandOff,
        }
    }
}

/// How far indexing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Size {
    /// Published articles that can be found.
    pub articles: usize,
    /// Their passages.
    pub passages: usize,
    /// The passages and their questions.
    pub units: usize,
    /// So many of these are found by meaning, too.
    pub embedded: usize,
}

/// Everything published.
pub struct Index {
    lexical: Lexical,
    vectors: Vectors,
    /// None where one was removed.
    articles: Vec<Option<IndexedArticle>>,
    slots: HashMap<Uuid, usize>,
    passages: Vec<Place>,
    units: Vec<UnitPlace>,
    by_hash: HashMap<String, Vec<usize>>,
    /// Hashes of texts the model could not read.
    unreadable: HashSet<String>,
    removed_units: usize,
    weight: f32,
}

#[derive(Clone, Copy)]
struct Place {
    article: usize,
    number: usize,
}

#[derive(Clone, Copy)]
struct UnitPlace {
    passage: usize,
    /// Which of the passage's units.
    part: usize,
}

/// How an article is open to somebody who asks.
#[derive(Clone, Copy)]
struct Opening {
    /// Whether its terms are English stems.
    english: bool,
    /// What its scores are worth to them.
    factor: f32,
}

/// What both searches say of every passage.
pub(crate) struct Evidence {
    /// Words and meaning, by passage; nothing for passages that may not be found.
    pub passages: Vec<Option<(f32, f32)>>,
    open: Vec<Option<Opening>>,
    /// Whether meaning was compared.
    pub with_meaning: bool,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            lexical: Lexical::default(),
            vectors: Vectors::default(),
            articles: Vec::new(),
            slots: HashMap::new(),
            passages: Vec::new(),
            units: Vec::new(),
            by_hash: HashMap::new(),
            unreadable: HashSet::new(),
            removed_units: 0,
            weight: USUAL_WEIGHT,
        }
    }
}

impl Index {
    /// Puts an article in, in place of its version before. Vectors follow by [`Index::set_vector`].
    pub fn insert(&mut self, article: IndexedArticle) {
        self.remove(article.id);
        let (slot, manner) = (self.articles.len(), article.manner());
        for (number, passage) in article.passages.iter().enumerate() {
            for (part, unit) in passage.units().into_iter().enumerate() {
                self.lexical.push(&unit.text, manner);
                self.by_hash
                    .entry(hash(&unit.text))
                    .or_default()
                    .push(self.units.len());
                let passage = self.passages.len();
                self.units.push(UnitPlace { passage, part });
            }
            self.passages.push(Place {
                article: slot,
                number,
            });
        }
        self.vectors.grow(self.units.len());
        self.slots.insert(article.id, slot);
        self.articles.push(Some(article));
    }

    /// Takes an article out.
    pub fn remove(&mut self, id: Uuid) {
        let Some(slot) = self.slots.remove(&id) else {
            return;
        };
        for at in 0..self.units.len() {
            if self.passages[self.units[at].passage].article == slot {
                self.forget_unit(at);
            }
        }
        self.articles[slot] = None;
        if self.removed_units > 1_000 + self.units.len() / 2 {
            self.compact();
        }
    }

    fn forget_unit(&mut self, at: usize) {
        self.removed_units += 1;
        let Some((unit, manner)) = self.unit(at) else {
            return;
        };
        self.lexical.remove(at, &unit.text, manner);
        let key = hash(&unit.text);
        if let Some(places) = self.by_hash.get_mut(&key) {
            places.retain(|place| *place != at);
            if places.is_empty() {
                self.by_hash.remove(&key);
            }
        }
    }

    /// Writes itself anew without what was removed.
    fn compact(&mut self) {
        let mut fresh = Self {
            weight: self.weight,
            unreadable: std::mem::take(&mut self.unreadable),
            ..Self::default()
        };
        let mut vectors = Vec::new();
        for (key, places) in &self.by_hash {
            vectors.extend(
                places
                    .first()
                    .and_then(|at| Some((key.clone(), self.vectors.get(*at)?))),
            );
        }
        for article in self.articles.drain(..).flatten() {
            fresh.insert(article);
        }
        for (key, vector) in vectors {
            fresh.set_vector(&key, &vector);
        }
        *self = fresh;
    }

    /// Gives every unit whose text has this [`hash`] its vector.
    pub fn set_vector(&mut self, hash: &str, vector: &Quantised) {
        for at in self.by_hash.get(hash).into_iter().flatten() {
            self.vectors.set(*at, vector);
        }
    }

    /// The text with this [`hash`] has no vector and never will: it is found by its words alone.
    pub fn give_up(&mut self, hash: &str) {
        self.unreadable.insert(hash.to_owned());
    }

    /// Hashes and texts of units without a vector, at most `limit`.
    pub fn without_vector(&self, limit: usize) -> Vec<(String, String)> {
        let missing = self.by_hash.iter().filter_map(|(key, places)| {
            let at = *places.first()?;
            (!self.vectors.has(at) && !self.unreadable.contains(key)).then_some((key, at))
        });
        let texts = missing.filter_map(|(key, at)| Some((key.clone(), self.unit(at)?.0.text)));
        texts.take(limit).collect()
    }

    /// How much there is, and how much of it is found by meaning.
    pub fn size(&self) -> Size {
        let living = |at: &usize| self.article_of(self.units[*at].passage).is_some();
        Size {
            articles: self.slots.len(),
            passages: self
                .articles
                .iter()
                .flatten()
                .map(|one| one.passages.len())
                .sum(),
            units: (0..self.units.len()).filter(living).count(),
            embedded: (0..self.units.len())
                .filter(living)
                .filter(|at| self.vectors.has(*at))
                .count(),
        }
    }

    /// How much meaning counts beside words, from 0 to 1.
    pub fn weight(&self) -> f32 {
        self.weight
    }

    /// Sets how much meaning counts beside words.
    pub fn set_weight(&mut self, weight: f32) {
        self.weight = weight.clamp(0.0, 1.0);
    }

    /// The passages that answer `query` best.
    pub fn search(&self, query: &Query<'_>) -> Found {
        let evidence = self.evidence(query, None);
        let weight = if evidence.with_meaning {
            self.weight
        } else {
            0.0
        };
        let score = |at: usize, scores: (f32, f32)| {
            let factor = evidence.open[self.passages[at].article].map_or(0.0, |open| open.factor);
            factor * fused(weight, scores)
        };
        let mut ranked: Vec<(f32, usize)> = evidence
            .passages
            .iter()
            .enumerate()
            .filter_map(|(at, scores)| Some((score(at, (*scores)?), at)))
            .filter(|(score, _)| *score > 0.0)
            .collect();
        let order = |a: &(f32, usize), b: &(f32, usize)| {
            b.0.total_cmp(&a.0)
                .then_with(|| self.place(a.1).cmp(&self.place(b.1)))
        };
        if ranked.len() > query.limit && query.limit > 0 {
            ranked.select_nth_unstable_by(query.limit - 1, order);
        }
        ranked.truncate(query.limit);
        ranked.sort_unstable_by(order);
        let passages: Vec<FoundPassage> = ranked
            .into_iter()
            .filter_map(|(score, at)| self.found(at, score, &evidence))
            .collect();
        let confidence = passages
            .first()
            .map_or(0.0, |best| confidence::of(best.words, best.meaning));
        Found {
            advice: Advice::at(confidence),
            confidence,
            passages,
        }
    }

    /// What both searches say of every passage the asker may see, leaving out one unit if asked to.
    pub(crate) fn evidence(&self, query: &Query<'_>, left_out: Option<usize>) -> Evidence {
        let text = crate::tokens::beginning(query.text, QUESTION_LIMIT);
        let (scores, cosines) = rayon::join(
            || self.lexical.scores(text, Manner::Both),
            || query.vector.map(|vector| self.vectors.cosines(vector)),
        );
        let cosines = cosines.unwrap_or_default();
        let open = self.open_to(query);
        let mut passages: Vec<Option<(f32, f32)>> = self
            .passages
            .iter()
            .map(|place| open[place.article].map(|_| (0.0, 0.0)))
            .collect();
        for (at, unit) in self.units.iter().enumerate() {
            let Some(Opening { english, .. }) = open[self.passages[unit.passage].article] else {
                continue;
            };
            if let (Some((words, _)), true) = (&mut passages[unit.passage], left_out != Some(at)) {
                *words = words.max(scores.of(at, english));
            }
        }
        for ((at, cosine), unit) in cosines.iter().enumerate().zip(&self.units) {
            if let (Some((_, meaning)), true) = (&mut passages[unit.passage], left_out != Some(at))
            {
                *meaning = meaning.max(*cosine);
            }
        }
        Evidence {
            passages,
            open,
            with_meaning: !cosines.is_empty(),
        }
    }

    /// How each article is open to the asker; none where they may not see it. The one place where a search asks for
    /// the audience.
    fn open_to(&self, query: &Query<'_>) -> Vec<Option<Opening>> {
        let wanted = query.locale.map(language_of);
        let open = |one: &Option<IndexedArticle>| {
            let one = one
                .as_ref()
                .filter(|one| query.audience.may_see(one.audience))?;
            let foreign = wanted.is_some_and(|wanted| language_of(&one.locale) != wanted);
            Some(Opening {
                english: one.manner() == Manner::English,
                factor: if foreign { OTHER_LANGUAGE } else { 1.0 },
            })
        };
        self.articles.iter().map(open).collect()
    }

    fn found(&self, at: usize, score: f32, evidence: &Evidence) -> Option<FoundPassage> {
        let article = self.article_of(at)?;
        let passage = article.passages.get(self.passages[at].number)?;
        let (words, meaning) = evidence.passages[at]?;
        Some(FoundPassage {
            article: article.id,
            version: article.version,
            slug: article.slug.clone(),
            locale: article.locale.clone(),
            audience: article.audience,
            title: article.title.clone(),
            passage: passage.number,
            anchor: passage.anchor.clone(),
            heading: passage.headings.last().cloned().unwrap_or_default(),
            text: passage.text.clone(),
            score: f64::from(score),
            words: f64::from(words),
            meaning: evidence.with_meaning.then_some(f64::from(meaning)),
        })
    }

    /// A unit with how it is cut into terms; none when its article was removed.
    fn unit(&self, at: usize) -> Option<(Unit, Manner)> {
        let place = self.units.get(at)?;
        let article = self.article_of(place.passage)?;
        let passage = article.passages.get(self.passages[place.passage].number)?;
        Some((
            passage.units().into_iter().nth(place.part)?,
            article.manner(),
        ))
    }

    /// The units that are extra questions, which no text of their passage repeats, with their passages.
    pub(crate) fn extra_questions(&self) -> Vec<(usize, usize, Unit, &str)> {
        let units = self.units.iter().enumerate().filter_map(|(at, place)| {
            let article = self.article_of(place.passage)?;
            let passage = article.passages.get(self.passages[place.passage].number)?;
            let (unit, _) = self.unit(at)?;
            let extra = unit.is_question && !passage.headings.contains(&unit.text);
            extra.then_some((at, place.passage, unit, article.locale.as_str()))
        });
        units.collect()
    }

    /// The vector of a unit.
    pub(crate) fn vector(&self, unit: usize) -> Option<Quantised> {
        self.vectors.get(unit)
    }

    fn article_of(&self, passage: usize) -> Option<&IndexedArticle> {
        self.articles[self.passages[passage].article].as_ref()
    }

    /// What decides between passages of equal score, whatever order they came in.
    fn place(&self, passage: usize) -> (Option<Uuid>, usize) {
        (
            self.article_of(passage).map(|one| one.id),
            self.passages[passage].number,
        )
    }
}

/// Words and meaning in one score.
pub(crate) fn fused(weight: f32, (words, meaning): (f32, f32)) -> f32 {
    weight * meaning.max(0.0) + (1.0 - weight) * words
}
