//! Questions that found no good answer: what should be written next.

use super::Found;
use crate::error::{Error, Result};
use crate::queries::knowledge as queries;
use serde::Serialize;
use throughline_knowledge::gap::{Question, groups};
use throughline_knowledge::{Quantised, tokens};
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::ConversationId;
use throughline_storage::{Db, Tx, params};
use uuid::Uuid;

/// So much of a question is kept, in bytes.
const QUESTION_LIMIT: usize = 500;
/// The newest so many questions are grouped.
const REPORT_LIMIT: usize = 1_000;

/// A question to be remembered.
#[derive(Clone, Debug)]
pub struct NewGap {
    /// In the asker's words.
    pub question: String,
    /// Their language, if known.
    pub locale: Option<String>,
    /// How sure the best passage was, from 0 to 1.
    pub confidence: f64,
    /// Where it was asked.
    pub conversation: Option<ConversationId>,
    /// What it means: [`super::Knowledge::meaning`].
    pub vector: Option<Quantised>,
}

impl NewGap {
    /// A question that found only this.
    pub fn new(question: &str, found: &Found) -> Self {
        Self {
            question: question.to_owned(),
            locale: None,
            confidence: found.confidence,
            conversation: None,
            vector: None,
        }
    }
}

/// A question without a good answer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Gap {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// In the asker's words.
    pub question: String,
    /// When it was asked, in milliseconds since 1970.
    pub at: Millis,
    /// The asker's language, if known.
    pub locale: Option<String>,
    /// How sure the best passage was, from 0 to 1.
    pub confidence: f64,
    /// Where it was asked.
    pub conversation: Option<ConversationId>,
}

/// Questions that ask for the same.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct GapGroup {
    /// The newest of them, which stands for all.
    pub question: String,
    /// How many there are.
    pub count: usize,
    /// When it was asked last, in milliseconds since 1970.
    pub last_at: Millis,
    /// The questions, newest first.
    pub questions: Vec<Gap>,
}

/// Remembers a question without a good answer. One without any word is not kept.
///
/// # Errors
/// When the database fails.
pub fn record_gap(tx: &mut Tx<'_>, clock: &Clock, gap: &NewGap) -> Result<()> {
    let question = tokens::beginning(gap.question.trim(), QUESTION_LIMIT);
    if tokens::words(question).next().is_none() {
        return Ok(());
    }
    tx.execute(
        &queries::INSERT_GAP,
        params![
            clock.new_id(),
            clock.now(),
            question,
            gap.locale.as_deref(),
            gap.confidence,
            gap.conversation,
            gap.vector.as_ref().map(Quantised::to_bytes)
        ],
    )?;
    Ok(())
}

/// The newest open questions, grouped by likeness, the most asked first.
///
/// # Errors
/// When the database fails.
pub async fn gaps(db: &Db) -> Result<Vec<GapGroup>> {
    let rows = db
        .read(|tx| {
            tx.all(&queries::OPEN_GAPS, params![REPORT_LIMIT], |row| {
                let gap = Gap {
                    id: row.get("id")?,
                    question: row.get("question")?,
                    at: row.get("at")?,
                    locale: row.get("locale")?,
                    confidence: row.get("confidence")?,
                    conversation: row.get("conversation_id")?,
                };
                Ok((gap, row.get::<Option<Vec<u8>>>("vector")?))
            })
        })
        .await?;
    // Comparing a thousand questions takes a while.
    tokio::task::spawn_blocking(move || grouped(rows))
        .await
        .map_err(|error| Error::Conflict(format!("the questions could not be grouped: {error}")))
}

fn grouped(rows: Vec<(Gap, Option<Vec<u8>>)>) -> Vec<GapGroup> {
    let questions: Vec<Question> = rows
        .iter()
        .map(|(gap, vector)| Question {
            text: gap.question.clone(),
            vector: vector.as_deref().and_then(Quantised::from_bytes),
        })
        .collect();
    let group = |places: Vec<usize>| {
        let questions: Vec<Gap> = places.iter().map(|at| rows[*at].0.clone()).collect();
        let newest = questions.first()?;
        Some(GapGroup {
            question: newest.question.clone(),
            count: questions.len(),
            last_at: newest.at,
            questions,
        })
    };
    groups(&questions).into_iter().filter_map(group).collect()
}

/// Takes questions out of the report: they are answered now, or need no answer. Returns how many there were.
///
/// # Errors
/// When the database fails.
pub fn close_gaps(tx: &mut Tx<'_>, clock: &Clock, ids: &[Uuid]) -> Result<u64> {
    let mut closed = 0;
    for id in ids {
        closed += tx.execute(&queries::CLOSE_GAP, params![*id, clock.now()])?;
    }
    Ok(closed)
}
