//! A customer who is to be called back: what is known of it stands with the conversation, so that people see it and the
//! router finds it again ([`crate::routing`] says whose turn it is).

use crate::conversation::append::{Author, NewEntry, append};
use crate::conversation::join::lock;
use crate::conversation::read::{Conversation, get};
use crate::conversation::state::{Change, change};
use crate::error::{Error, Result};
use crate::queries::conversation as queries;
use crate::{Setup, identity, routing, webhook};
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::Millis;
use throughline_model::conversation::{AuthorKind, CaseStatus, EntryKind};
use throughline_model::id::{ConversationId, CustomerId, IdentifierId};
use throughline_model::identifier::{Identifier, IdentifierKind};
use throughline_model::words;
use throughline_storage::{Hint, Row, Tx, params};

/// How far ahead a call can be agreed, in milliseconds: 90 days.
const AHEAD_MS: Millis = 90 * 24 * 3_600_000;
/// The longest note to whoever calls, in characters.
const NOTE_CHARACTERS: usize = 500;

words! {
    /// Where a call back stands.
    CallbackState {
        /// Somebody has to call.
        Wanted = "wanted",
        /// The customer was reached.
        Done = "done",
        /// It is not wanted any more.
        Cancelled = "cancelled",
        /// Nobody answered, as often as the queue lets it be tried.
        Unreachable = "unreachable",
    }
}

/// A call back that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Callback {
    /// Where it stands.
    pub state: CallbackState,
    /// The number to call, in international form. Whoever asked says so; it proves nothing.
    pub phone: String,
    /// When, in milliseconds since 1970; none for when it is the customer's turn.
    pub at: Option<Millis>,
    /// How often nobody answered.
    pub attempts: u32,
    /// Who asked for it.
    pub asked_by: AuthorKind,
    /// The address they wrote from, when it was a customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_from: Option<IdentifierId>,
    /// When they did, in milliseconds since 1970.
    pub asked_at: Millis,
    /// What whoever calls should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A wish to be called back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CallbackWish)]
pub struct NewCallback {
    /// The number, with its country code. Without it, the only one that is known of the customer, or the only one of
    /// theirs that is proven.
    #[serde(default)]
    pub phone: Option<String>,
    /// When, in milliseconds since 1970, within 90 days; left out, when it is the customer's turn.
    #[serde(default)]
    pub at: Option<Millis>,
    /// What whoever calls should know; at most 500 characters.
    #[serde(default)]
    pub note: Option<String>,
}

impl Conversation {
    /// Whether its customer waits for a call back.
    pub fn wants_callback(&self) -> bool {
        self.wanted_callback().is_some()
    }

    /// The call back its customer waits for.
    pub fn wanted_callback(&self) -> Option<&Callback> {
        let wanted = |one: &&Callback| one.state == CallbackState::Wanted;
        self.callback.as_ref().filter(wanted)
    }
}

/// The customer is to be called back. Asked for again, it is as it was asked for last. A case that was put aside or
/// resolved is open again.
///
/// # Errors
/// [`Error::Invalid`] for a number or a time that cannot be, [`Error::Conflict`] for a case that is closed for good.
pub fn ask_callback(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    new: &NewCallback,
    author: Author,
) -> Result<Callback> {
    lock(tx, id)?;
    let case = get(tx, id)?;
    let now = setup.clock.now();
    if case.status == CaseStatus::Closed {
        let why = "this conversation is closed for good; call back in a new one";
        return Err(Error::Conflict(why.to_owned()));
    }
    let from_customer = author.id.filter(|_| author.kind == AuthorKind::Customer);
    let before = case.wanted_callback();
    let callback = Callback {
        state: CallbackState::Wanted,
        phone: match &new.phone {
            Some(phone) => phone_of(phone)?,
            None => known_phone(tx, setup, case.customer)?,
        },
        at: checked_time(new.at, now)?,
        attempts: before.map_or(0, |one| one.attempts),
        asked_by: author.kind,
        asked_from: from_customer.map(IdentifierId),
        asked_at: now,
        note: checked_note(new.note.as_deref())?,
    };
    let wish = |one: &Callback| (one.phone.clone(), one.at, one.note.clone());
    if let Some(before) = before.filter(|before| wish(before) == wish(&callback)) {
        return Ok(before.clone());
    }
    if case.status != CaseStatus::Open {
        let open = Change {
            status: Some(CaseStatus::Open),
            ..Change::default()
        };
        change(tx, setup, id, &open, author.clone())?;
    }
    let when = match callback.at {
        Some(at) => format!(" at {}", routing::time_of(at)),
        None => " when it is their turn".to_owned(),
    };
    let note = callback.note.as_ref().map(|note| format!(": {note}"));
    let text = format!(
        "To be called back on {}{when}{}",
        callback.phone,
        note.unwrap_or_default()
    );
    tell(tx, setup, id, &callback, author, text)?;
    if let Some(at) = callback.at {
        routing::calls(tx, setup, id, at)?;
    }
    Ok(callback)
}

/// The customer was reached, or is not to be called any more.
///
/// # Errors
/// [`Error::Conflict`] when nobody is to be called.
pub fn end_callback(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    state: CallbackState,
    author: Author,
) -> Result<()> {
    lock(tx, id)?;
    let Some(wanted) = get(tx, id)?.wanted_callback().cloned() else {
        return Err(no_callback());
    };
    let callback = Callback { state, ..wanted };
    let text = match state {
        CallbackState::Done => {
            // Whoever was spoken to has been served.
            tx.execute(&queries::ANSWERED, params![id])?;
            format!("Reached on {}", callback.phone)
        }
        _ => format!("Not to be called back on {} any more", callback.phone),
    };
    tell(tx, setup, id, &callback, author, text)
}

/// Whether a call to this number is wanted in another conversation.
///
/// # Errors
/// When the database fails.
pub fn is_called_elsewhere(tx: &mut Tx<'_>, id: ConversationId, phone: &str) -> Result<bool> {
    let (number, wanted) = (format!("%\"phone\":\"{phone}\"%"), "%\"state\":\"wanted\"%");
    let values = params![id, number, wanted];
    let found = tx.optional(&queries::CALLED_ELSEWHERE, values, |row| {
        row.get::<ConversationId>("id")
    })?;
    Ok(found.is_some())
}

/// Nobody is to be called back here.
pub(crate) fn no_callback() -> Error {
    Error::Conflict("nobody is to be called back here; ask for it first".to_owned())
}

/// Changes the call back that is wanted, when one is, without an entry of its own.
pub(crate) fn amend_callback(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    amend: impl FnOnce(&mut Callback),
) -> Result<()> {
    let Some(before) = get(tx, id)?.wanted_callback().cloned() else {
        return Ok(());
    };
    let mut callback = before.clone();
    amend(&mut callback);
    match callback == before {
        true => Ok(()),
        false => store(tx, setup, id, &callback),
    }
}

fn tell(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ConversationId,
    callback: &Callback,
    author: Author,
    text: String,
) -> Result<()> {
    let (now, body) = (setup.clock.now(), json!({ "callback": callback }));
    let entry = NewEntry::internal(id, now, EntryKind::Routing, author, text, body);
    append(tx, setup, &entry)?;
    store(tx, setup, id, callback)?;
    routing::wake(tx, &setup.clock, id, None)
}

fn store(tx: &mut Tx<'_>, setup: &Setup, id: ConversationId, callback: &Callback) -> Result<()> {
    tx.execute(&queries::SET_CALLBACK, params![id, json!(callback)])?;
    tx.hint(Hint::Changed { conversation: id });
    let after = get(tx, id)?;
    webhook::conversation_changed(tx, setup, &after)
}

pub(super) fn read_callback(row: &Row<'_>) -> throughline_storage::Result<Option<Callback>> {
    match row.get::<Option<String>>("callback")? {
        Some(_) => row.json("callback").map(Some),
        None => Ok(None),
    }
}

fn phone_of(text: &str) -> Result<String> {
    let phone = Identifier::phone(text).map_err(|error| Error::invalid("phone", error))?;
    Ok(phone.value)
}

/// The customer's only number, or the only one that is proven to be theirs.
fn known_phone(tx: &mut Tx<'_>, setup: &Setup, customer: CustomerId) -> Result<String> {
    let mut phones = identity::identifiers(tx, customer)?;
    phones.retain(|one| one.kind == IdentifierKind::Phone);
    if phones.len() > 1 {
        let standings = identity::standings(tx, &setup.clock, customer)?;
        let verified = |id: IdentifierId| {
            let mut all = standings.iter();
            all.any(|one| one.identifier == id && one.verified.is_some())
        };
        let (proven, others): (Vec<_>, Vec<_>) =
            phones.into_iter().partition(|one| verified(one.id));
        phones = match proven.is_empty() {
            true => others,
            false => proven,
        };
    }
    let mut values: Vec<String> = phones.into_iter().map(|one| one.value).collect();
    values.sort_unstable();
    values.dedup();
    match (values.pop(), values.is_empty()) {
        (None, _) => Err(Error::invalid(
            "phone",
            "no number of this customer is known; say which to call",
        )),
        (Some(phone), true) => Ok(phone),
        (Some(_), false) => Err(Error::invalid(
            "phone",
            "several numbers of this customer are known; say which to call",
        )),
    }
}

fn checked_time(at: Option<Millis>, now: Millis) -> Result<Option<Millis>> {
    match at {
        Some(at) if at <= now => Err(Error::invalid(
            "at",
            "this time is past; give one to come, or none to call when it is their turn",
        )),
        Some(at) if at > now + AHEAD_MS => Err(Error::invalid(
            "at",
            "a call can be agreed for the next 90 days; give an earlier time",
        )),
        at => Ok(at),
    }
}

fn checked_note(note: Option<&str>) -> Result<Option<String>> {
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    match note {
        Some(note) if note.chars().count() > NOTE_CHARACTERS => {
            let most = format!("write at most {NOTE_CHARACTERS} characters");
            Err(Error::invalid("note", most))
        }
        note => Ok(note.map(str::to_owned)),
    }
}
