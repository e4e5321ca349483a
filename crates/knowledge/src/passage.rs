//! Sections cut into passages: pieces short enough to be an answer, with where they stand and what they answer.

use crate::article::Draft;
use crate::document::{Section, sections};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A passage grows to about so many characters: what the sentence model reads at once, and a person at a glance.
const USUAL_LENGTH: usize = 700;
/// The most passages of one article.
const PASSAGE_LIMIT: usize = 1_000;

/// A piece of an article that can stand as an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Its place in the article, from 0.
    pub number: usize,
    /// The anchor on the article's page; empty for what stands above the first heading.
    pub anchor: String,
    /// The title and the headings above, outermost first.
    pub headings: Vec<String>,
    /// Its text.
    pub text: String,
    /// The questions it answers, as written by authors: headings that are questions, and other ways to ask.
    pub questions: Vec<String>,
}

/// What is searched: a passage's own words, or one of its questions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The words.
    pub text: String,
    /// True for a question that the passage answers.
    pub is_question: bool,
}

impl Passage {
    /// The units under which the passage is found: its text below its headings, and each question by itself.
    pub fn units(&self) -> Vec<Unit> {
        let body = Unit {
            text: format!("{}. {}", self.headings.join(". "), self.text),
            is_question: false,
        };
        let questions = self.questions.iter().map(|question| Unit {
            text: question.clone(),
            is_question: true,
        });
        std::iter::once(body).chain(questions).collect()
    }
}

/// The key under which the vector of a text is kept.
pub fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// The passages of an article, in order.
pub fn passages(draft: &Draft) -> Vec<Passage> {
    let mut passages = Vec::new();
    for (at, section) in sections(&draft.body).into_iter().enumerate() {
        let mut questions = asked(draft, &section, at == 0);
        let mut headings = vec![draft.title.clone()];
        headings.extend(section.headings);
        for text in pieces(&section.paragraphs) {
            if passages.len() == PASSAGE_LIMIT {
                return passages;
            }
            passages.push(Passage {
                number: passages.len(),
                anchor: section.anchor.clone().unwrap_or_default(),
                headings: headings.clone(),
                text,
                // The answer begins where the section begins.
                questions: std::mem::take(&mut questions),
            });
        }
    }
    passages
}

/// What a section answers: its heading if that is a question, what its author noted, and for the article's
/// beginning what is asked for the article as a whole.
fn asked(draft: &Draft, section: &Section, first: bool) -> Vec<String> {
    let mut questions: Vec<String> = Vec::new();
    let heading = section.headings.last();
    let title = first.then_some(&draft.title);
    let whole = first.then_some(&draft.questions).into_iter().flatten();
    let own = heading
        .into_iter()
        .chain(title)
        .filter(|text| is_question(text));
    for question in own.chain(&section.questions).chain(whole) {
        if !questions.contains(question) {
            questions.push(question.clone());
        }
    }
    questions
}

fn is_question(text: &str) -> bool {
    text.trim_end().ends_with(['?', '？', '؟'])
}

/// Paragraphs put together up to the usual length; one that is longer by itself is cut between sentences.
fn pieces(paragraphs: &[String]) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let parts = paragraphs.iter().flat_map(|paragraph| {
        let sentences = sentences(paragraph);
        sentences
            .into_iter()
            .enumerate()
            .map(|(at, part)| (at == 0, part))
    });
    for (begins, part) in parts {
        if !piece.is_empty() && piece.len() + part.len() > USUAL_LENGTH {
            pieces.push(std::mem::take(&mut piece));
        }
        if !piece.is_empty() {
            piece.push(if begins { '\n' } else { ' ' });
        }
        piece.push_str(part);
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

/// A paragraph as it is, or its sentences when it is longer than a passage. A sentence longer than that is cut
/// between words, and a word longer than that between characters.
fn sentences(paragraph: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = paragraph;
    while rest.len() > USUAL_LENGTH {
        let start = crate::tokens::beginning(rest, USUAL_LENGTH);
        let end = [". ", "! ", "? ", "。", "; ", ", ", " "]
            .iter()
            .find_map(|mark| {
                let at = start.rfind(mark)? + mark.len();
                (at > USUAL_LENGTH / 3).then_some(at)
            })
            .unwrap_or(start.len());
        parts.push(rest[..end].trim_end());
        rest = &rest[end..];
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::article::Audience;
    use proptest::prelude::*;

    fn article(title: &str, body: &str, questions: &[&str]) -> Draft {
        Draft {
            slug: "a".to_owned(),
            locale: "en".to_owned(),
            title: title.to_owned(),
            body: body.to_owned(),
            audience: Audience::Public,
            tags: Vec::new(),
            questions: questions.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn a_question_is_found_by_itself_and_points_at_its_answer() {
        let body = "Hello.\n\n## Can I return a gift?\n\n<!-- also asked: It was a present -->\n\nYes, for a gift card.\n";
        let passages = passages(&article("Gifts", body, &["presents"]));
        assert_eq!(passages[0].questions, ["presents"]);
        assert_eq!(passages[1].anchor, "can-i-return-a-gift");
        assert_eq!(passages[1].headings, ["Gifts", "Can I return a gift?"]);
        let units: Vec<_> = passages[1]
            .units()
            .into_iter()
            .map(|unit| unit.text)
            .collect();
        assert_eq!(
            units,
            [
                "Gifts. Can I return a gift?. Yes, for a gift card.",
                "Can I return a gift?",
                "It was a present"
            ]
        );
    }

    #[test]
    fn a_long_section_becomes_several_passages_with_one_anchor() {
        let body = format!("## Long\n\n{}", "This is one sentence of it. ".repeat(100));
        let passages = passages(&article("T", &body, &[]));
        assert!(passages.len() > 3);
        assert!(
            passages
                .iter()
                .all(|one| one.anchor == "long" && one.text.ends_with('.'))
        );
        assert!(passages.iter().all(|one| one.text.len() <= USUAL_LENGTH));
    }

    proptest! {
        #[test]
        fn no_word_of_a_body_is_lost(words in proptest::collection::vec("[a-zé]{1,12}[.,!?]?", 1..400)) {
            let body = words.join(" ");
            let found = passages(&article("T", &body, &[]));
            let joined: Vec<String> = found.iter().map(|one| one.text.clone()).collect();
            prop_assert_eq!(joined.join(" "), body);
        }

        #[test]
        fn any_text_has_passages_of_bounded_length(body in "\\PC{0,3000}") {
            for passage in passages(&article("T", &body, &[])) {
                prop_assert!(!passage.text.trim().is_empty());
                prop_assert!(passage.text.len() <= USUAL_LENGTH + 8);
            }
        }
    }
}
