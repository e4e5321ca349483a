//! Macros: answers written once, with what is to be done to the case along with them. A macro that does nothing to the
//! case is a canned answer.
//!
//! Whoever inserts one fills in its variables: `{{customer.first_name | there}}` is the customer's first name, or
//! "there" where it is not known.

mod variable;

pub use variable::VARIABLES;

use crate::access::{Permission, Principal, audit};
use crate::conversation::checked_tag;
use crate::error::{Error, Result};
use crate::name;
use crate::queries::macros as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::{CaseStatus, MESSAGE_TEXT_LIMIT, Priority};
use throughline_model::id::{MacroId, MemberId};
use throughline_model::words;
use throughline_storage::{Row, Tx, params};

/// The longest name, in characters.
const NAME_LIMIT: usize = 80;

words! {
    /// Who looks after the case from then on.
    MacroOwner {
        /// Whoever uses the macro.
        Me = "me",
        /// Nobody.
        Nobody = "nobody",
    }
}

/// What a macro does to the case when the answer is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MacroActions {
    /// Where the case stands from then on: `open`, `pending`, `resolved` or `closed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<CaseStatus>,
    /// How urgent it is from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Who looks after it from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MacroOwner>,
    /// Tags it gets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add_tags: Vec<String>,
    /// Tags it loses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove_tags: Vec<String>,
}

/// An answer written once.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Macro {
    /// Its id.
    pub id: MacroId,
    /// What it is called.
    pub name: String,
    /// True when it is everybody's.
    pub shared: bool,
    /// The text, with variables.
    pub text: String,
    /// What it does to the case.
    pub actions: MacroActions,
    /// When it was last changed, in milliseconds since 1970.
    pub updated_at: Millis,
    #[serde(skip)]
    member: Option<MemberId>,
    #[serde(skip)]
    sort_name: String,
}

impl Macro {
    /// Where it stands in the list.
    pub fn place(&self) -> (String, MacroId) {
        (self.sort_name.clone(), self.id)
    }
}

/// A macro to be kept, or what it is to become.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMacro {
    /// What it is called: 1 to 80 characters.
    pub name: String,
    /// True for everybody, which needs the permission `oversee`.
    #[serde(default)]
    pub shared: bool,
    /// The text, with variables such as `{{customer.name}}`; may be empty when it does something.
    #[serde(default)]
    pub text: String,
    /// What it does to the case.
    #[serde(default)]
    pub actions: MacroActions,
}

/// The macros somebody may use, by name, from after `after` ([`Macro::place`] of the last one seen).
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    by: &Principal,
    after: Option<(String, MacroId)>,
    limit: usize,
) -> Result<Vec<Macro>> {
    let (name, id) = after.unwrap_or((String::new(), MacroId(uuid::Uuid::nil())));
    let values = params![by.member(), name, id, limit];
    Ok(tx.all(&queries::LIST, values, read)?)
}

/// One macro that somebody may use.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is another member's own.
pub fn get(tx: &mut Tx<'_>, by: &Principal, id: MacroId) -> Result<Macro> {
    let found = tx.optional(&queries::BY_ID, params![id], read)?;
    found
        .filter(|one| one.shared || one.member == by.member())
        .ok_or_else(|| Error::not_found("macro", id))
}

/// Keeps a macro.
///
/// # Errors
/// [`Error::Invalid`], or [`Error::Forbidden`] for one for everybody by somebody who may not.
pub fn create(tx: &mut Tx<'_>, clock: &Clock, by: &Principal, new: &NewMacro) -> Result<Macro> {
    let new = checked(new)?;
    let member = by.keeper(new.shared, "macros")?;
    let id = MacroId(clock.new_id());
    let values = params![
        id,
        member,
        &new.name,
        &new.text,
        json!(new.actions),
        clock.now()
    ];
    tx.execute(&queries::INSERT, values)?;
    write_down(tx, clock, by, "macro.create", id, &new)?;
    get(tx, by, id)
}

/// Makes a macro what `new` says.
///
/// # Errors
/// As [`create`] and [`get`].
pub fn replace(
    tx: &mut Tx<'_>,
    clock: &Clock,
    by: &Principal,
    id: MacroId,
    new: &NewMacro,
) -> Result<Macro> {
    let new = checked(new)?;
    if get(tx, by, id)?.shared {
        by.require(Permission::Oversee)?;
    }
    let member = by.keeper(new.shared, "macros")?;
    let values = params![
        id,
        member,
        &new.name,
        &new.text,
        json!(new.actions),
        clock.now()
    ];
    tx.execute(&queries::SET, values)?;
    write_down(tx, clock, by, "macro.change", id, &new)?;
    get(tx, by, id)
}

/// Deletes a macro.
///
/// # Errors
/// As [`get`]; [`Error::Forbidden`] for everybody's by somebody who may not.
pub fn delete(tx: &mut Tx<'_>, clock: &Clock, by: &Principal, id: MacroId) -> Result<()> {
    let before = get(tx, by, id)?;
    if before.shared {
        by.require(Permission::Oversee)?;
        let details = json!({ "name": before.name });
        audit::record(
            tx,
            clock,
            &by.actor(),
            "macro.delete",
            &id.to_string(),
            &details,
        )?;
    }
    tx.execute(&queries::DELETE, params![id])?;
    Ok(())
}

/// What concerns everybody is in the audit trail.
fn write_down(
    tx: &mut Tx<'_>,
    clock: &Clock,
    by: &Principal,
    action: &str,
    id: MacroId,
    new: &NewMacro,
) -> Result<()> {
    if !new.shared {
        return Ok(());
    }
    let details = json!({ "name": new.name, "actions": new.actions });
    audit::record(tx, clock, &by.actor(), action, &id.to_string(), &details)
}

fn checked(new: &NewMacro) -> Result<NewMacro> {
    let mut new = new.clone();
    new.name = name::checked(&new.name, NAME_LIMIT)?;
    if new.text.chars().count() > MESSAGE_TEXT_LIMIT {
        let allowed = format!("use at most {MESSAGE_TEXT_LIMIT} characters");
        return Err(Error::invalid("text", allowed));
    }
    if new.text.trim().is_empty() && new.actions == MacroActions::default() {
        return Err(Error::invalid(
            "text",
            "write a text, or choose what the macro does",
        ));
    }
    variable::check(&new.text)?;
    if new.actions.status == Some(CaseStatus::Snoozed) {
        let rule = "a macro does not know until when; use another status";
        return Err(Error::invalid("actions.status", rule));
    }
    for tags in [&mut new.actions.add_tags, &mut new.actions.remove_tags] {
        *tags = tags
            .iter()
            .map(|tag| checked_tag(tag))
            .collect::<Result<_>>()?;
    }
    Ok(new)
}

fn read(row: &Row<'_>) -> throughline_storage::Result<Macro> {
    let member: Option<MemberId> = row.get("member_id")?;
    Ok(Macro {
        id: row.get("id")?,
        name: row.get("name")?,
        shared: member.is_none(),
        text: row.get("text")?,
        actions: row.json("actions")?,
        updated_at: row.get("updated_at")?,
        member,
        sort_name: row.get("sort_name")?,
    })
}
