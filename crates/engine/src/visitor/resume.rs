//! A conversation goes on in another browser, by a link.

use super::{Arrived, Visitor, arrive, assurance_here, find, token_of};
use crate::Setup;
use crate::conversation::{self, Author, Conversation, NewEntry};
use crate::error::{Error, Result};
use crate::identity::{self, Evidence, code};
use crate::queries::visitor as queries;
use serde_json::json;
use throughline_identity::AssertionKind;
use throughline_model::assurance::Assurance;
use throughline_model::channel::Channel;
use throughline_model::clock::Millis;
use throughline_model::conversation::EntryKind;
use throughline_model::id::{ConversationId, EndpointId, IdentifierId};
use throughline_storage::{Tx, params};

/// How long a link made by a member works, in milliseconds.
pub const LINK_MS: i64 = 15 * 60_000;

/// How the maker of a link is written down who is the visitor themselves.
const OWN: &str = "identifier:";

/// A link that carries a conversation, once.
#[derive(Clone, Debug)]
pub struct ResumeLink {
    /// The token in it.
    pub token: String,
    /// Until when it works, in milliseconds since 1970.
    pub expires_at: Millis,
}

/// A conversation that goes on.
#[derive(Clone, Debug)]
pub struct Resumed {
    /// Who opened the link, with the token of their browser.
    pub arrived: Arrived,
    /// The conversation, when it could be carried over.
    pub conversation: Option<ConversationId>,
}

/// What a link stands for, once it is spent.
struct Carried {
    conversation: ConversationId,
    /// Whose person the one who opens it is.
    person: IdentifierId,
    assurance: Assurance,
    method: &'static str,
    /// True when the visitor made the link for another browser of theirs.
    own: bool,
}

/// Makes a link for whoever is behind the customer's latest line of a conversation. Its bearer is taken for that
/// same person, and proven as well as they are now.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Conflict`] when the customer has no line in the conversation.
pub fn make_link(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    created_by: &str,
) -> Result<ResumeLink> {
    let owner = conversation::get(tx, conversation)?.customer;
    let mut person = None;
    for line in conversation::interactions(tx, conversation)? {
        if line.last_at > 0 && identity::customer_of(tx, line.identifier)? == owner {
            person = Some(line.identifier);
            break;
        }
    }
    let person = person.ok_or_else(|| {
        Error::Conflict(
            "nobody is in contact in this conversation, so there is nothing to carry on".to_owned(),
        )
    })?;
    let assurance = identity::assurance(tx, &setup.clock, person)?;
    link(tx, setup, conversation, person, assurance, created_by)
}

/// Makes a link with which the visitor goes on in another browser of theirs: there they are the same visitor, who sees
/// and has proven what they have here.
///
/// # Errors
/// [`Error::Conflict`] when they have not written yet.
pub fn make_own_link(tx: &mut Tx<'_>, setup: &Setup, visitor: &Visitor) -> Result<ResumeLink> {
    let line = conversation::last_interaction(tx, visitor.identifier, visitor.endpoint)?
        .ok_or_else(|| {
            Error::Conflict("write a message first; then it can go on elsewhere".to_owned())
        })?;
    let assurance = assurance_here(tx, setup, visitor)?;
    let created_by = format!("{OWN}{}", visitor.identifier);
    let person = visitor.identifier;
    link(tx, setup, line.conversation, person, assurance, &created_by)
}

fn link(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    person: IdentifierId,
    assurance: Assurance,
    created_by: &str,
) -> Result<ResumeLink> {
    let (id, now) = (setup.clock.new_id(), setup.clock.now());
    let expires_at = now + LINK_MS;
    let values = params![
        id,
        conversation,
        person,
        assurance,
        created_by,
        now,
        expires_at
    ];
    tx.execute(&queries::INSERT_RESUME_LINK, values)?;
    Ok(ResumeLink {
        token: setup.keys.seal("resume-link", &[id]),
        expires_at,
    })
}

/// Somebody opened a link and confirmed it: they are a new visitor, of the customer it was made for. None when
/// the link is not ours, was used, or has expired. `chat_of` names the chat of a brand, for conversations that
/// were in none yet.
///
/// # Errors
/// [`Error::Conflict`] when the brand has no chat.
pub fn resume(
    tx: &mut Tx<'_>,
    setup: &Setup,
    token: &str,
    chat_of: impl Fn(&str) -> Option<EndpointId>,
) -> Result<Option<Resumed>> {
    let Some(carried) = spend(tx, setup, token)? else {
        return Ok(None);
    };
    let conversation = conversation::get(tx, carried.conversation)?;
    let chat = chat_in(tx, &conversation)?
        .or_else(|| chat_of(&conversation.brand))
        .ok_or_else(|| {
            Error::Conflict(format!("the brand '{}' has no chat", conversation.brand))
        })?;
    if carried.own {
        return go_on(tx, setup, &conversation, carried.person);
    }
    let mut arrived = arrive(tx, setup, chat, None)?;
    let visitor = arrived.visitor.identifier;
    let same = Evidence::seen(
        AssertionKind::Verified,
        visitor,
        carried.person,
        Assurance::PROVEN,
        carried.method,
    );
    identity::assert(tx, setup, same)?;
    if carried.assurance > Assurance::NONE {
        let until = setup.clock.now() + code::PROOF_MS;
        let (assurance, method) = (carried.assurance, carried.method);
        identity::prove(tx, setup, visitor, carried.person, assurance, method, until)?;
    }
    arrived.visitor.customer = identity::customer_of(tx, visitor)?;
    // Who is who may have changed by all this, and a guard may have objected.
    let owner = conversation::get(tx, conversation.id)?.customer;
    let theirs = owner == arrived.visitor.customer;
    if theirs {
        enter(tx, setup, conversation.id, chat, visitor)?;
    }
    Ok(Some(Resumed {
        arrived,
        conversation: theirs.then_some(conversation.id),
    }))
}

/// The same visitor in one more browser, unless they have left meanwhile.
fn go_on(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: &Conversation,
    visitor: IdentifierId,
) -> Result<Option<Resumed>> {
    let lines = conversation::interactions(tx, conversation.id)?;
    let Some(line) = lines.into_iter().find(|line| line.identifier == visitor) else {
        return Ok(None);
    };
    let Some((_, visitor)) = find(tx, visitor, line.endpoint)? else {
        return Ok(None);
    };
    enter(
        tx,
        setup,
        conversation.id,
        line.endpoint,
        visitor.identifier,
    )?;
    let token = token_of(setup, &visitor);
    Ok(Some(Resumed {
        arrived: Arrived { visitor, token },
        conversation: Some(conversation.id),
    }))
}

/// Either kind of link: from a message that asked whether to go on, or made by a member.
fn spend(tx: &mut Tx<'_>, setup: &Setup, token: &str) -> Result<Option<Carried>> {
    if let Some([id]) = setup.keys.open::<1>("resume-link", token) {
        let values = params![id, setup.clock.now()];
        return Ok(tx.optional(&queries::USE_RESUME_LINK, values, |row| {
            Ok(Carried {
                conversation: row.get("conversation_id")?,
                person: row.get("identifier_id")?,
                assurance: row.get("assurance")?,
                method: "resume_link",
                own: row.get::<String>("created_by")?.starts_with(OWN),
            })
        })?);
    }
    let redeemed = code::redeem_link(tx, setup, token)?;
    Ok(redeemed.and_then(|redeemed| {
        Some(Carried {
            conversation: redeemed.conversation?,
            person: redeemed.target,
            assurance: Assurance::PROVEN,
            method: "otp",
            own: false,
        })
    }))
}

fn chat_in(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<EndpointId>> {
    let lines = conversation::interactions(tx, conversation.id)?;
    let chat = lines
        .into_iter()
        .find(|line| line.channel == Channel::Webchat);
    Ok(chat.map(|line| line.endpoint))
}

fn enter(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    chat: EndpointId,
    visitor: IdentifierId,
) -> Result<()> {
    conversation::lock(tx, conversation)?;
    let channel = Channel::Webchat;
    let line = conversation::interaction(tx, setup, conversation, chat, channel, visitor)?;
    let mut entry = NewEntry::internal(
        conversation,
        setup.clock.now(),
        EntryKind::Identity,
        Author::system(),
        "The customer goes on in the chat, by a link".to_owned(),
        json!({ "resumed": true }),
    );
    entry.interaction = Some(line);
    conversation::append(tx, setup, &entry)?;
    Ok(())
}
