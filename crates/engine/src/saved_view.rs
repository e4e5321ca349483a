//! Saved views: filters of the inbox with a name, a member's own or everybody's.

use crate::access::{Permission, Principal};
use crate::conversation::{InboxOrder, checked_tag};
use crate::error::{Error, Result};
use crate::name;
use crate::queries::saved_view as queries;
use serde::{Deserialize, Serialize};
use serde_json::json;
use throughline_model::channel::Channel;
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::{CaseStatus, Priority};
use throughline_model::id::{MemberId, SavedViewId};
use throughline_model::words;
use throughline_storage::{Row, Tx, params};

/// The longest name, in characters.
const NAME_LIMIT: usize = 60;
/// The longest search, in characters.
const SEARCH_LIMIT: usize = 200;
/// The most views that are a member's own, and that are everybody's.
const COUNT_LIMIT: i64 = 100;

words! {
    /// Whose conversations a view shows.
    ViewOwner {
        /// Everybody's.
        Anyone = "anyone",
        /// Those of whoever looks at it.
        Me = "me",
        /// Those the AI agent has.
        Agent = "agent",
        /// Those nobody looks after, nor the AI agent.
        Nobody = "nobody",
        /// Those of the member named.
        Member = "member",
    }
}

/// What a view shows. What is left out is not filtered by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewFilter {
    /// Only cases that stand at one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<CaseStatus>,
    /// Whose; anyone's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<ViewOwner>,
    /// The member, for the owner `member`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<MemberId>,
    /// Only those with contact on this channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Only those of one of these priorities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub priority: Vec<Priority>,
    /// Only those with this tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Part of the subject, of a field or fact, or of the customer's name or address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<String>,
    /// What comes first; the latest change when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<InboxOrder>,
}

/// A filter of the inbox with a name.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct SavedView {
    /// Its id.
    pub id: SavedViewId,
    /// What it is called.
    pub name: String,
    /// True when it is everybody's.
    pub shared: bool,
    /// What it shows.
    pub filter: ViewFilter,
    /// When it was last changed, in milliseconds since 1970.
    pub updated_at: Millis,
    #[serde(skip)]
    member: Option<MemberId>,
}

/// A view to be saved, or what it is to become.
#[derive(Clone, Debug, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSavedView {
    /// What it is called: 1 to 60 characters.
    pub name: String,
    /// True for everybody, which needs the permission `oversee`.
    #[serde(default)]
    pub shared: bool,
    /// What it shows.
    pub filter: ViewFilter,
}

/// A member's own views and everybody's, by name.
///
/// # Errors
/// When the database fails.
pub fn list(tx: &mut Tx<'_>, member: MemberId) -> Result<Vec<SavedView>> {
    Ok(tx.all(&queries::LIST, params![member], read)?)
}

/// Saves a view.
///
/// # Errors
/// [`Error::Invalid`], or [`Error::Forbidden`] for one for everybody by somebody who may not.
pub fn create(
    tx: &mut Tx<'_>,
    clock: &Clock,
    by: &Principal,
    new: &NewSavedView,
) -> Result<SavedView> {
    let (name, filter) = checked(new)?;
    let member = by.keeper(new.shared, "views")?;
    let count: i64 = tx.one(&queries::COUNT, params![new.shared, member], |row| {
        row.get("count")
    })?;
    if count >= COUNT_LIMIT {
        return Err(Error::Conflict(format!(
            "there are {COUNT_LIMIT} views already; delete one first"
        )));
    }
    let id = SavedViewId(clock.new_id());
    let values = params![id, member, name, json!(filter), clock.now()];
    tx.execute(&queries::INSERT, values)?;
    get(tx, id)
}

/// Makes a view what `new` says.
///
/// # Errors
/// As [`create`]; [`Error::NotFound`] when there is none, or it is another member's own.
pub fn replace(
    tx: &mut Tx<'_>,
    clock: &Clock,
    by: &Principal,
    id: SavedViewId,
    new: &NewSavedView,
) -> Result<SavedView> {
    let (name, filter) = checked(new)?;
    check_hand(tx, by, id)?;
    let member = by.keeper(new.shared, "views")?;
    let values = params![id, member, name, json!(filter), clock.now()];
    tx.execute(&queries::SET, values)?;
    get(tx, id)
}

/// Deletes a view.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is another member's own; [`Error::Forbidden`] for everybody's by
/// somebody who may not.
pub fn delete(tx: &mut Tx<'_>, by: &Principal, id: SavedViewId) -> Result<()> {
    check_hand(tx, by, id)?;
    tx.execute(&queries::DELETE, params![id])?;
    Ok(())
}

fn get(tx: &mut Tx<'_>, id: SavedViewId) -> Result<SavedView> {
    tx.optional(&queries::BY_ID, params![id], read)?
        .ok_or_else(|| Error::not_found("view", id))
}

fn check_hand(tx: &mut Tx<'_>, by: &Principal, id: SavedViewId) -> Result<()> {
    match get(tx, id)?.member {
        None => by.require(Permission::Oversee),
        member if member == by.member() => Ok(()),
        Some(_) => Err(Error::not_found("view", id)),
    }
}

fn checked(new: &NewSavedView) -> Result<(String, ViewFilter)> {
    let name = name::checked(&new.name, NAME_LIMIT)?;
    let mut filter = new.filter.clone();
    if (filter.owner == Some(ViewOwner::Member)) != filter.member.is_some() {
        let rule = "name the member when the owner is 'member', and only then";
        return Err(Error::invalid("filter.member", rule));
    }
    filter.tag = filter.tag.as_deref().map(checked_tag).transpose()?;
    if filter
        .search
        .as_ref()
        .is_some_and(|text| text.chars().count() > SEARCH_LIMIT)
    {
        let allowed = format!("use at most {SEARCH_LIMIT} characters");
        return Err(Error::invalid("filter.search", allowed));
    }
    Ok((name, filter))
}

fn read(row: &Row<'_>) -> throughline_storage::Result<SavedView> {
    let member: Option<MemberId> = row.get("member_id")?;
    Ok(SavedView {
        id: row.get("id")?,
        name: row.get("name")?,
        shared: member.is_none(),
        filter: row.json("filter")?,
        updated_at: row.get("updated_at")?,
        member,
    })
}
