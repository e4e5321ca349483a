//! Invites: links by which a member sets a password, once.

use crate::access::{Member, audit, fresh_secret, member, session};
use crate::error::{Error, Result};
use crate::key::fingerprint;
use crate::queries::access as queries;
use serde::Deserialize;
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::Role;
use throughline_model::id::MemberId;
use throughline_storage::{Tx, params};

/// How long an invite can be used, in milliseconds.
pub const LASTS_MS: Millis = 3 * 86_400_000;

/// Stands for the address of the first administrator until they give theirs: no address is spelt like this.
const FIRST: &str = "(first administrator)";

/// An invite as it is handed out, once.
#[derive(Clone)]
pub struct NewInvite {
    /// The secret for the link.
    pub secret: String,
    /// Until when it can be used, in milliseconds since 1970.
    pub expires_at: Millis,
}

/// Somebody uses an invite.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Acceptance {
    /// The secret from the link.
    pub token: String,
    /// The password to log in with: at least 12 characters.
    pub password: String,
    /// The address to log in with; only the very first administrator gives it here.
    #[serde(default)]
    pub email: Option<String>,
    /// The name customers see; by default the one the inviting administrator gave.
    #[serde(default)]
    pub name: Option<String>,
}

/// Makes an invite for a member; earlier ones stop working.
///
/// # Errors
/// [`Error::NotFound`] when there is no such member, [`Error::Conflict`] when they are kept out.
pub fn create(tx: &mut Tx<'_>, clock: &Clock, id: MemberId, actor: &str) -> Result<NewInvite> {
    let member = member::get(tx, id)?;
    if !member.enabled {
        return Err(Error::Conflict(
            "this member is disabled; enable them before inviting them".to_owned(),
        ));
    }
    let invite = NewInvite {
        secret: fresh_secret()?,
        expires_at: clock.now() + LASTS_MS,
    };
    tx.execute(&queries::DROP_INVITES_OF, params![id])?;
    tx.execute(
        &queries::INSERT_INVITE,
        params![fingerprint(&invite.secret), id, invite.expires_at],
    )?;
    audit::record(
        tx,
        clock,
        actor,
        "invite.create",
        &id.to_string(),
        &json!({}),
    )?;
    Ok(invite)
}

/// The password is set, sessions end, the invite is spent.
pub(super) fn accept(
    tx: &mut Tx<'_>,
    clock: &Clock,
    acceptance: &Acceptance,
    password_hash: &str,
) -> Result<Member> {
    let unknown = || Error::NotFound {
        what: "invite",
        id: "like this; it may have been used or have expired: ask for another".to_owned(),
    };
    let values = params![fingerprint(&acceptance.token), clock.now()];
    let id: MemberId = tx
        .optional(&queries::USE_INVITE, values, |row| row.get("member_id"))?
        .ok_or_else(unknown)?;
    let member = member::get(tx, id)?;
    if !member.enabled {
        return Err(unknown());
    }
    let email = match (member.email == FIRST, &acceptance.email) {
        (true, Some(email)) => member::address(email)?,
        (true, None) => {
            return Err(Error::invalid("email", "give the address to log in with"));
        }
        (false, Some(email)) if member::address(email)? != member.email => {
            return Err(Error::invalid(
                "email",
                "this invite is for another address; leave the address out",
            ));
        }
        (false, _) => member.email,
    };
    let taken: Option<MemberId> =
        tx.optional(&queries::MEMBER_BY_EMAIL, params![&email], |row| {
            row.get("id")
        })?;
    if taken.is_some_and(|other| other != id) {
        return Err(Error::Conflict(format!(
            "there is a member with the address {email} already"
        )));
    }
    let name = match &acceptance.name {
        Some(name) => member::person_name(name)?,
        None => member.name,
    };
    tx.execute(
        &queries::ACCEPT_INVITE,
        params![id, &email, name, password_hash],
    )?;
    session::end_all(tx, id)?;
    let actor = format!("member:{id}");
    audit::record(
        tx,
        clock,
        &actor,
        "invite.accept",
        &id.to_string(),
        &json!({}),
    )?;
    member::get(tx, id)
}

/// While nobody can log in, an invite for the first administrator; none as soon as somebody has set a password.
/// Each call makes the invite of the one before useless.
///
/// # Errors
/// When the database fails.
pub fn bootstrap(tx: &mut Tx<'_>, clock: &Clock) -> Result<Option<NewInvite>> {
    let with_password: i64 = tx.one(&queries::COUNT_WITH_PASSWORD, params![], |row| {
        row.get("count")
    })?;
    if with_password > 0 {
        return Ok(None);
    }
    let id = MemberId(clock.new_id());
    let values = params![id, FIRST, "Administrator", Role::Admin, clock.now()];
    tx.execute(&queries::INSERT_MEMBER, values)?;
    let id = tx.one(&queries::MEMBER_BY_EMAIL, params![FIRST], |row| {
        row.get("id")
    })?;
    create(tx, clock, id, "system").map(Some)
}
