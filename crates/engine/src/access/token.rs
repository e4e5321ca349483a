//! API tokens: what programs hold.

use crate::access::principal::{Principal, Scope};
use crate::access::{audit, fresh_secret};
use crate::error::{Error, Result};
use crate::key::fingerprint;
use crate::queries::access as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::clock::{Clock, Millis};
use throughline_model::id::TokenId;
use throughline_storage::{Hint, Row, Tx, params};

/// What every token starts with, so that leaked ones can be searched for.
pub const PREFIX: &str = "tl_";

/// A token, without its secret.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ApiToken {
    /// Its id.
    pub id: TokenId,
    /// What it is called.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// Who made it: `member:…` or `token:…`.
    pub created_by: String,
    /// When it was made, in milliseconds since 1970.
    pub created_at: Millis,
    /// When it stops working, in milliseconds since 1970; null for never.
    pub expires_at: Option<Millis>,
    /// When it was revoked, in milliseconds since 1970.
    pub revoked_at: Option<Millis>,
}

/// A token to be made.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is called: 1 to 120 characters.
    pub name: String,
    /// What it may be used for; at least one.
    pub scopes: Vec<Scope>,
    /// When it stops working, in milliseconds since 1970; leave out for never.
    #[serde(default)]
    pub expires_at: Option<Millis>,
}

/// Makes a token and returns its secret, which is stored nowhere.
///
/// # Errors
/// [`Error::Invalid`] for a name, scopes or expiry that make no sense.
pub fn create(
    tx: &mut Tx<'_>,
    clock: &Clock,
    new: &NewToken,
    actor: &str,
) -> Result<(ApiToken, String)> {
    let name = super::member::person_name(&new.name)?;
    if new.scopes.is_empty() {
        return Err(Error::invalid("scopes", "name at least one scope"));
    }
    if new.expires_at.is_some_and(|at| at <= clock.now()) {
        return Err(Error::invalid("expires_at", "give a time in the future"));
    }
    let mut scopes = new.scopes.clone();
    scopes.sort_unstable();
    scopes.dedup();
    let secret = format!("{PREFIX}{}", fresh_secret()?);
    let id = TokenId(clock.new_id());
    tx.execute(
        &queries::INSERT_TOKEN,
        params![
            id,
            name,
            fingerprint(&secret),
            json!(scopes),
            actor,
            clock.now(),
            new.expires_at
        ],
    )?;
    let details = json!({ "name": new.name, "scopes": scopes, "expires_at": new.expires_at });
    audit::record(tx, clock, actor, "token.create", &id.to_string(), &details)?;
    Ok((get(tx, id)?, secret))
}

/// One token.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, id: TokenId) -> Result<ApiToken> {
    tx.optional(&queries::TOKEN_BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("token", id))
}

/// Tokens, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, before: Option<TokenId>, limit: usize) -> Result<Vec<ApiToken>> {
    let before = before.unwrap_or(TokenId(uuid::Uuid::max()));
    Ok(tx.all(&queries::TOKENS, params![before, limit], read)?)
}

/// Makes a token useless at once. Revoking it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn revoke(tx: &mut Tx<'_>, clock: &Clock, id: TokenId, actor: &str) -> Result<ApiToken> {
    if tx.execute(&queries::REVOKE_TOKEN, params![id, clock.now()])? > 0 {
        tx.hint(Hint::Access);
        audit::record(
            tx,
            clock,
            actor,
            "token.revoke",
            &id.to_string(),
            &json!({}),
        )?;
    }
    get(tx, id)
}

/// Who asks by this token; none when it is unknown, revoked or expired.
///
/// # Errors
/// When the database fails.
pub fn find(tx: &mut Tx<'_>, clock: &Clock, secret: &str) -> Result<Option<Principal>> {
    let values = params![fingerprint(secret), clock.now()];
    let found = tx.optional(&queries::LIVE_TOKEN, values, read)?;
    Ok(found.map(|token| Principal::Token {
        id: token.id,
        name: token.name,
        scopes: token.scopes,
    }))
}

fn read(row: &Row<'_>) -> throughline_storage::Result<ApiToken> {
    Ok(ApiToken {
        id: row.get("id")?,
        name: row.get("name")?,
        scopes: row.json("scopes")?,
        created_by: row.get("created_by")?,
        created_at: row.get("created_at")?,
        expires_at: row.get("expires_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}
