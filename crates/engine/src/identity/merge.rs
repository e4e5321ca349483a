//! What members decide about who is who. Nothing is rewritten: a merge is one more assertion, and undoing it
//! withdraws that assertion.

use crate::Setup;
use crate::conversation;
use crate::error::{Error, Result};
use crate::identity::assert::{Evidence, Moved, assert, evidence_of, read_evidence, without};
use crate::identity::customer::{Customer, IdentifierRecord, customer, identifiers};
use crate::queries::identity as queries;
use serde::Serialize;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::id::{AssertionId, ConversationId, CustomerId, IdentifierId};
use throughline_storage::{Tx, params};

/// The most conversations a preview names.
const PREVIEW_LIMIT: usize = 1000;

/// What a merge would do.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MergePreview {
    /// The customer both will be.
    pub kept: Customer,
    /// The customer whose id will lead to the kept one.
    pub redirected: Customer,
    /// Identifiers that come along.
    pub identifiers: Vec<IdentifierRecord>,
    /// Conversations that come along.
    pub conversations: Vec<MovedConversation>,
    /// What a person should know before: two accounts, a member's earlier 'not the same'.
    pub warnings: Vec<String>,
}

/// A conversation that would change its customer.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MovedConversation {
    /// Its id.
    pub id: ConversationId,
    /// Its subject.
    pub subject: Option<String>,
}

impl From<conversation::Conversation> for MovedConversation {
    fn from(one: conversation::Conversation) -> Self {
        Self {
            id: one.id,
            subject: one.subject,
        }
    }
}

/// What undoing the last merge of a customer would do.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct UnmergePreview {
    /// The customer as they are now.
    pub customer: Customer,
    /// The merge that would be withdrawn: who decided it, when and why.
    pub merge: Evidence,
    /// Identifiers that stay with this customer.
    pub staying: Vec<IdentifierRecord>,
    /// Identifiers that would be another customer's again.
    pub leaving: Vec<IdentifierRecord>,
    /// Conversations that would go with them. Single lines of others go, too.
    pub conversations: Vec<MovedConversation>,
}

/// What merging `a` and `b` would do; nothing is changed.
///
/// # Errors
/// [`Error::NotFound`] for an unknown customer, [`Error::Conflict`] when the two are one already.
pub fn preview(tx: &mut Tx<'_>, a: CustomerId, b: CustomerId) -> Result<MergePreview> {
    let (a, b) = (customer(tx, a)?, customer(tx, b)?);
    if a.id == b.id {
        return Err(Error::Conflict(
            "these two are one customer already".to_owned(),
        ));
    }
    let (kept, redirected) = if (a.created_at, a.id) <= (b.created_at, b.id) {
        (a, b)
    } else {
        (b, a)
    };
    let moving = identifiers(tx, redirected.id)?;
    let staying = identifiers(tx, kept.id)?;
    let conversations = conversation::of_customer(tx, redirected.id, None, PREVIEW_LIMIT)?
        .into_iter()
        .map(MovedConversation::from)
        .collect();
    let mut warnings = Vec::new();
    let accounts = |all: &[IdentifierRecord]| {
        all.iter()
            .filter(|one| one.kind.as_str() == "account")
            .map(|one| one.value.clone())
            .collect::<Vec<_>>()
    };
    let (left, right) = (accounts(&staying), accounts(&moving));
    if !left.is_empty() && !right.is_empty() {
        warnings.push(format!(
            "both have accounts of their own: {} and {}",
            left.join(", "),
            right.join(", ")
        ));
    }
    let all: Vec<IdentifierId> = staying.iter().map(|one| one.id).collect();
    let others: Vec<IdentifierId> = moving.iter().map(|one| one.id).collect();
    if evidence_of(tx, &all)?.iter().any(|one| {
        one.kind == AssertionKind::NotSame
            && one
                .b
                .is_some_and(|b| others.contains(&b) || others.contains(&one.a))
    }) {
        warnings.push("a member has said before that these are different people".to_owned());
    }
    Ok(MergePreview {
        kept,
        redirected,
        identifiers: moving,
        conversations,
        warnings,
    })
}

/// A member says that `a` and `b` are one person. Merging a customer with itself changes nothing.
///
/// # Errors
/// [`Error::NotFound`] for an unknown customer.
pub fn merge(
    tx: &mut Tx<'_>,
    setup: &Setup,
    a: CustomerId,
    b: CustomerId,
    author: &str,
    reason: &str,
) -> Result<Moved> {
    decide(tx, setup, AssertionKind::Merged, a, b, author, reason)
}

/// A member says that `a` and `b` are different people.
///
/// # Errors
/// [`Error::NotFound`] for an unknown customer, [`Error::Conflict`] when the two are one now.
pub fn not_same(
    tx: &mut Tx<'_>,
    setup: &Setup,
    a: CustomerId,
    b: CustomerId,
    author: &str,
    reason: &str,
) -> Result<Moved> {
    if customer(tx, a)?.id == customer(tx, b)?.id {
        return Err(Error::Conflict(
            "these two are one customer now; undo the merge or withdraw what links them first"
                .to_owned(),
        ));
    }
    decide(tx, setup, AssertionKind::NotSame, a, b, author, reason)
}

fn decide(
    tx: &mut Tx<'_>,
    setup: &Setup,
    kind: AssertionKind,
    a: CustomerId,
    b: CustomerId,
    author: &str,
    reason: &str,
) -> Result<Moved> {
    let (a, b) = (customer(tx, a)?.id, customer(tx, b)?.id);
    if a == b {
        return Ok(Moved::new());
    }
    let (first, second) = (IdentifierId(a.uuid()), IdentifierId(b.uuid()));
    let evidence = Evidence {
        by_human: true,
        author: author.to_owned(),
        reason: reason.to_owned(),
        ..Evidence::seen(kind, first, second, Assurance::NONE, "member")
    };
    assert(tx, setup, evidence)
}

/// Undoes the newest standing merge by a member between the identifiers of this customer.
///
/// # Errors
/// [`Error::Conflict`] when no member merged anything here.
pub fn unmerge(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: CustomerId,
    author: &str,
    reason: &str,
) -> Result<Moved> {
    let merge = last_merge(tx, id)?;
    retract(tx, setup, merge.id, author, reason)
}

/// What undoing the newest standing merge of this customer would do; nothing is changed.
///
/// # Errors
/// [`Error::Conflict`] when no member merged anything here.
pub fn unmerge_preview(tx: &mut Tx<'_>, setup: &Setup, id: CustomerId) -> Result<UnmergePreview> {
    let here = customer(tx, id)?;
    let merge = last_merge(tx, here.id)?;
    let moved = without(tx, setup, &merge)?;
    let (leaving, staying): (Vec<_>, Vec<_>) = identifiers(tx, here.id)?
        .into_iter()
        .partition(|one| moved.contains_key(&one.id));
    let gone: Vec<IdentifierId> = leaving.iter().map(|one| one.id).collect();
    let conversations = conversation::of_customer(tx, here.id, None, PREVIEW_LIMIT)?
        .into_iter()
        .filter(|one| gone.contains(&one.identifier))
        .map(MovedConversation::from)
        .collect();
    Ok(UnmergePreview {
        customer: here,
        merge,
        staying,
        leaving,
        conversations,
    })
}

/// The newest merge by a member between the identifiers of this customer that stands.
fn last_merge(tx: &mut Tx<'_>, id: CustomerId) -> Result<Evidence> {
    let id = customer(tx, id)?.id;
    let all: Vec<IdentifierId> = identifiers(tx, id)?.into_iter().map(|one| one.id).collect();
    let evidence = evidence_of(tx, &all)?;
    let withdrawn = |id: AssertionId| evidence.iter().any(|one| one.retracts == Some(id));
    evidence
        .iter()
        .rfind(|one| one.kind == AssertionKind::Merged && !withdrawn(one.id))
        .cloned()
        .ok_or_else(|| {
            Error::Conflict(
                "no member has merged this customer; there is nothing to undo".to_owned(),
            )
        })
}

/// Withdraws one assertion; everything is as if it had never been made.
///
/// # Errors
/// [`Error::NotFound`] for an unknown assertion, [`Error::Conflict`] when it is withdrawn already.
pub fn retract(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: AssertionId,
    author: &str,
    reason: &str,
) -> Result<Moved> {
    let target = tx
        .optional(&queries::ASSERTION_BY_ID, params![id], read_evidence)?
        .ok_or_else(|| Error::not_found("assertion", id))?;
    if !tx
        .all(&queries::RETRACTIONS_OF, params![id], read_evidence)?
        .is_empty()
    {
        return Err(Error::Conflict(
            "this assertion is withdrawn already".to_owned(),
        ));
    }
    let evidence = Evidence {
        kind: AssertionKind::Retracted,
        retracts: Some(id),
        by_human: true,
        source: "member".to_owned(),
        author: author.to_owned(),
        reason: reason.to_owned(),
        ..target
    };
    assert(tx, setup, evidence)
}
