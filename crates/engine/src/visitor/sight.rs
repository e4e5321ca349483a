//! What a visitor may see.

use super::Visitor;
use crate::Setup;
use crate::conversation::{self, Conversation, Entry, Interaction, View};
use crate::error::{Error, Result};
use crate::queries::visitor as queries;
use crate::rating::Rating;
use crate::{delivery, identity, rating};
use serde::Deserialize as _;
use std::collections::BTreeMap;
use throughline_model::assurance::Assurance;
use throughline_model::conversation::{CaseStatus, Direction};
use throughline_model::id::IdentifierId;
use throughline_model::outbound::DeliveryStatus;
use throughline_model::prompt::{Answer, Prompt};
use throughline_storage::{Hint, Tx, params};

/// How many conversations of a customer are looked at to find the open one.
const LOOK_AT: usize = 50;

/// What a visitor sees now.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The conversation they are in.
    pub conversation: Option<Conversation>,
    /// How well they are proven to be the customer they are taken for.
    pub assurance: Assurance,
    /// The visitor's own line in it.
    pub line: Option<Interaction>,
    identifier: IdentifierId,
}

/// One visible line of the conversation, as its visitor knows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// The entry.
    pub entry: Entry,
    /// True when this very visitor wrote it.
    pub own: bool,
    /// The id their browser gave it.
    pub client_message_id: Option<String>,
    /// How far it came, for what the business wrote.
    pub delivery: Option<DeliveryStatus>,
}

/// What `visitor` sees now: the conversation they wrote in last; or, when they are freshly proven to be a
/// customer and have not written here yet, that customer's open one, which a message of theirs would join.
///
/// # Errors
/// When the database fails.
pub fn sight(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<Sight> {
    let assurance = assurance(tx, setup, visitor)?;
    let line = conversation::last_interaction(tx, visitor.identifier, visitor.endpoint)?;
    let conversation = match &line {
        Some(line) => Some(conversation::get(tx, line.conversation)?),
        None if assurance >= Assurance::PROVEN => open_conversation(tx, visitor)?,
        None => None,
    };
    // A line in somebody else's conversation shows that line only, whatever is proven.
    let theirs = conversation
        .as_ref()
        .is_none_or(|one| one.customer == visitor.customer);
    Ok(Sight {
        conversation,
        assurance: if theirs { assurance } else { Assurance::NONE },
        line,
        identifier: visitor.identifier,
    })
}

/// How well the visitor is proven to be the customer whose conversation they write in: what [`sight`] says of
/// it, without the rest.
///
/// # Errors
/// When the database fails.
pub fn assurance_here(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<Assurance> {
    match assurance(tx, setup, visitor)? {
        Assurance::NONE => Ok(Assurance::NONE),
        _ => Ok(sight(tx, setup, visitor)?.assurance),
    }
}

/// How well the visitor is proven to be the customer they belong to. What proves somebody else (an address too
/// many people share to link anyone) does not count.
fn assurance(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<Assurance> {
    for proof in identity::proven(tx, &setup.clock, visitor.identifier)? {
        let of_another = proof.proven != visitor.identifier;
        if of_another && identity::customer_of(tx, proof.proven)? == visitor.customer {
            return Ok(proof.assurance);
        }
    }
    Ok(Assurance::NONE)
}

fn open_conversation(tx: &mut Tx<'_>, visitor: &Visitor) -> Result<Option<Conversation>> {
    let all = conversation::of_customer(tx, visitor.customer, None, LOOK_AT)?;
    let open = all
        .into_iter()
        .filter(|one| !matches!(one.status, CaseStatus::Resolved | CaseStatus::Closed));
    Ok(open.max_by_key(|one| (one.updated_at, one.id)))
}

impl Sight {
    /// True while who the visitor is has been freshly proven, so that they see all their customer may see.
    pub fn is_whole(&self) -> bool {
        self.assurance >= Assurance::PROVEN
    }

    fn view(&self) -> View {
        match self.is_whole() {
            true => View::Public,
            false => View::Line(self.identifier),
        }
    }

    /// What they see of the conversation after number `after`, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lines(&self, tx: &mut Tx<'_>, after: i64, limit: usize) -> Result<Vec<Line>> {
        let Some(conversation) = &self.conversation else {
            return Ok(Vec::new());
        };
        let entries = conversation::entries(tx, conversation.id, after, limit, self.view())?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            return Ok(Vec::new());
        };
        let sent = self.sent_ids(tx, after, (last - after) as usize)?;
        let deliveries: BTreeMap<i64, DeliveryStatus> = self
            .deliveries(tx, after)?
            .into_iter()
            .filter(|(seq, _)| *seq <= last)
            .collect();
        let own = self.line.as_ref().map(|line| line.id);
        Ok(entries
            .into_iter()
            .map(|entry| Line {
                own: entry.direction == Direction::In && entry.interaction == own && own.is_some(),
                client_message_id: sent.get(&entry.seq).cloned(),
                delivery: deliveries.get(&entry.seq).copied(),
                entry,
            })
            .collect())
    }

    /// The answer to what message `answer.seq` asked, in words.
    ///
    /// # Errors
    /// [`Error::Invalid`] when that message asked for nothing, or for something else.
    pub fn told(&self, tx: &mut Tx<'_>, answer: &Answer) -> Result<String> {
        let asked = self.lines(tx, answer.seq.saturating_sub(1), 1)?.pop();
        let asked = asked
            .filter(|line| line.entry.seq == answer.seq && line.entry.direction == Direction::Out)
            .and_then(|line| prompt_of(&line.entry));
        let prompt = asked.ok_or_else(|| {
            Error::invalid("answer", "the message of this number asked for nothing")
        })?;
        prompt
            .told(answer)
            .map_err(|problem| Error::invalid("answer", problem))
    }

    /// The visitor says how they were served: 1 to 5, of the conversation they see, once it is resolved.
    ///
    /// # Errors
    /// [`Error::Conflict`] when there is no conversation, or it is not resolved.
    pub fn rate(
        &self,
        tx: &mut Tx<'_>,
        setup: &Setup,
        score: i64,
        comment: &str,
    ) -> Result<Rating> {
        let (Some(line), Some(conversation)) = (&self.line, &self.conversation) else {
            return Err(Error::Conflict(
                "there is no conversation to rate".to_owned(),
            ));
        };
        if !matches!(
            conversation.status,
            CaseStatus::Resolved | CaseStatus::Closed
        ) {
            return Err(Error::Conflict(
                "this conversation is not resolved yet; rate it then".to_owned(),
            ));
        }
        rating::rate(tx, setup, line, score, comment)
    }

    /// How far the answers after number `after` came, by number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn deliveries(&self, tx: &mut Tx<'_>, after: i64) -> Result<Vec<(i64, DeliveryStatus)>> {
        let Some(conversation) = &self.conversation else {
            return Ok(Vec::new());
        };
        let visible =
            |one: &delivery::Delivery| self.is_whole() || one.identifier == self.identifier;
        Ok(delivery::of_conversation(tx, conversation.id)?
            .into_iter()
            .filter(|one| one.seq > after && visible(one))
            .map(|one| (one.seq, one.status))
            .collect())
    }

    /// True when the visitor may see `entry`, in whatever conversation it is.
    ///
    /// # Errors
    /// When the database fails.
    pub fn may_see(&self, tx: &mut Tx<'_>, visitor: &Visitor, entry: &Entry) -> Result<bool> {
        if !entry.public {
            return Ok(false);
        }
        if let Some(line) = entry.interaction
            && conversation::interaction_by_id(tx, line)?.identifier == self.identifier
        {
            return Ok(true);
        }
        let whose = conversation::get(tx, entry.conversation)?.customer;
        Ok(self.is_whole() && whose == visitor.customer)
    }

    /// The visitor has seen what is on their line up to `seq`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read_up_to(&self, tx: &mut Tx<'_>, setup: &Setup, seq: i64) -> Result<()> {
        let (Some(line), Some(conversation)) = (&self.line, &self.conversation) else {
            return Ok(());
        };
        let seq = seq.min(conversation.last_seq);
        if conversation::mark_read(tx, line.id, seq)? {
            delivery::note_read(tx, setup, line.id, seq)?;
            tx.hint(Hint::Changed {
                conversation: conversation.id,
            });
        }
        Ok(())
    }

    fn sent_ids(&self, tx: &mut Tx<'_>, after: i64, limit: usize) -> Result<BTreeMap<i64, String>> {
        let Some(line) = &self.line else {
            return Ok(BTreeMap::new());
        };
        let prefix = format!("{}:", self.identifier);
        let rows = tx.all(
            &queries::SENT_IDS,
            params![line.conversation, after, line.endpoint, limit],
            |row| Ok((row.get::<i64>("seq")?, row.get::<String>("provider_id")?)),
        )?;
        Ok(rows
            .into_iter()
            .filter_map(|(seq, id)| Some((seq, id.strip_prefix(&prefix)?.to_owned())))
            .collect())
    }
}

/// What a message asks for.
pub fn prompt_of(entry: &Entry) -> Option<Prompt> {
    let prompt = entry.body.get("prompt")?;
    Prompt::deserialize(prompt).ok()
}

/// How far back uploads are counted, in milliseconds.
const QUOTA_MS: i64 = 24 * 3_600_000;
/// The most files a visitor may upload in that time.
const QUOTA_FILES: i64 = 100;
/// The most bytes a visitor may upload in that time.
const QUOTA_BYTES: i64 = 200 * 1024 * 1024;

/// Whether the visitor may upload one more file now.
///
/// # Errors
/// [`Error::TooMany`] when they have uploaded their share of the day.
pub fn check_quota(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<()> {
    let uploader = format!("identifier:{}", visitor.identifier);
    let since = setup.clock.now() - QUOTA_MS;
    let (files, bytes) = tx.one(&queries::UPLOADED, params![uploader, since], |row| {
        Ok((row.get::<i64>("files")?, row.get::<i64>("bytes")?))
    })?;
    match files < QUOTA_FILES && bytes < QUOTA_BYTES {
        true => Ok(()),
        false => Err(Error::TooMany {
            retry_after_ms: QUOTA_MS / 24,
        }),
    }
}
