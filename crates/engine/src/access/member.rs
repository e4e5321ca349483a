//! The people at the desk.

use crate::access::{audit, session};
use crate::error::{Error, Result};
use crate::name;
use crate::queries::access as queries;
use crate::routing;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::Role;
use throughline_model::id::MemberId;
use throughline_model::identifier::Identifier;
use throughline_storage::{Row, Tx, params};

/// The longest name, in characters.
const NAME_LIMIT: usize = 120;

/// A person at the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// The address they log in with.
    pub email: String,
    /// Their name, which customers see.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// False when they may not log in any more.
    pub enabled: bool,
    /// True when they have set a password.
    pub has_password: bool,
    /// When they were added, in milliseconds since 1970.
    pub created_at: Millis,
}

/// A member to be added.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMember {
    /// The address they log in with.
    pub email: String,
    /// Their name, which customers see.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// What to change about a member; what is left out stays.
#[derive(Clone, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = MemberChange)]
pub struct Change {
    /// Their name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What they may do. Ends their sessions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// False ends their sessions and keeps them out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

/// Adds a member, who gets in by an invite.
///
/// # Errors
/// [`Error::Invalid`] for a name or address that is none, [`Error::Conflict`] when the address is taken.
pub fn add(tx: &mut Tx<'_>, clock: &Clock, new: &NewMember, actor: &str) -> Result<Member> {
    let email = address(&new.email)?;
    let name = person_name(&new.name)?;
    let id = MemberId(clock.new_id());
    let values = params![id, &email, &name, new.role, clock.now()];
    if tx.execute(&queries::INSERT_MEMBER, values)? == 0 {
        return Err(Error::Conflict(format!(
            "there is a member with the address {email} already"
        )));
    }
    let details = json!({ "email": email, "role": new.role });
    audit::record(tx, clock, actor, "member.add", &id.to_string(), &details)?;
    routing::wake_worker(tx, clock, id)?;
    get(tx, id)
}

/// One member.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: MemberId) -> Result<Member> {
    tx.optional(&queries::MEMBER_BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("member", id))
}

/// Members, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, before: Option<MemberId>, limit: usize) -> Result<Vec<Member>> {
    let before = before.unwrap_or(MemberId(uuid::Uuid::max()));
    Ok(tx.all(&queries::MEMBERS, params![before, limit], read)?)
}

/// Those who watch over the work of others.
///
/// # Errors
/// When the database fails.
pub fn overseers(tx: &mut Tx<'_>) -> Result<Vec<MemberId>> {
    Ok(tx.all(&queries::OVERSEERS, params![], |row| row.get("id"))?)
}

/// Changes a member. The last administrator who can log in stays one.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], or [`Error::Conflict`] when nobody would be left to administer.
pub fn change(
    tx: &mut Tx<'_>,
    clock: &Clock,
    id: MemberId,
    change: &Change,
    actor: &str,
) -> Result<Member> {
    // Two administrators who disable each other at the same time must not both succeed.
    tx.all(&queries::LOCK_ADMINS, params![], |row| {
        row.get::<MemberId>("id")
    })?;
    let before = get(tx, id)?;
    let name = match &change.name {
        Some(name) => person_name(name)?,
        None => before.name.clone(),
    };
    let role = change.role.unwrap_or(before.role);
    let enabled = change.enabled.unwrap_or(before.enabled);
    tx.execute(&queries::SET_MEMBER, params![id, name, role, enabled])?;
    let left: i64 = tx.one(&queries::COUNT_ADMINS, params![], |row| row.get("count"))?;
    let was_admin = before.role == Role::Admin && before.enabled && before.has_password;
    if was_admin && left == 0 {
        return Err(Error::Conflict(
            "this is the last administrator; give somebody else the role first".to_owned(),
        ));
    }
    if role != before.role || !enabled {
        session::end_all(tx, id)?;
    }
    if enabled != before.enabled {
        routing::wake_worker(tx, clock, id)?;
    }
    audit::record(
        tx,
        clock,
        actor,
        "member.change",
        &id.to_string(),
        &json!(change),
    )?;
    get(tx, id)
}

/// The address to log in with, in its one spelling.
pub(super) fn address(text: &str) -> Result<String> {
    Identifier::email(text)
        .map(|email| email.value)
        .map_err(|error| Error::invalid("email", error))
}

/// A name fit to be shown to customers and put into mail headers.
pub(super) fn person_name(text: &str) -> Result<String> {
    name::checked(text, NAME_LIMIT)
}

pub(super) fn read(row: &Row<'_>) -> throughline_storage::Result<Member> {
    Ok(Member {
        id: row.get("id")?,
        email: row.get("email")?,
        name: row.get("name")?,
        role: row.word("role")?,
        enabled: row.get("enabled")?,
        has_password: row.get("has_password")?,
        created_at: row.get("created_at")?,
    })
}
