//! Approvals: somebody with a say agrees to one exact action that a rule would forbid otherwise.
//!
//! A rule with the remedy `approval:<role>` stands aside once somebody in that role has agreed to exactly this action
//! with exactly these arguments, in this conversation, and not too long ago. [`granted`] is what goes into the next
//! decision; whatever differs by one character was not agreed to.

use crate::Setup;
use crate::access::{Permission, Principal, audit};
use crate::conversation::{self, Author, NewEntry};
use crate::error::{Error, Result};
use crate::queries::approval as queries;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use throughline_model::clock::{Clock, Millis};
use throughline_model::conversation::{AuthorKind, EntryKind, Role};
use throughline_model::id::{ApprovalId, ConversationId};
use throughline_model::words;
use throughline_policy::{Confirmation, Remedy};
use throughline_storage::{Hint, Row, Tx, params};

/// How long a request waits for an answer, and how long a yes counts, in milliseconds.
const LASTS_MS: Millis = 24 * 3_600_000;
/// The longest reason or note, in characters.
const TEXT_LIMIT: usize = 2000;
/// The largest arguments, in bytes of JSON.
const ARGUMENTS_LIMIT: usize = 16 * 1024;

words! {
    /// Where a request for approval stands.
    ApprovalState {
        /// Nobody has answered.
        Pending = "pending",
        /// Somebody agreed.
        Approved = "approved",
        /// Somebody said no.
        Declined = "declined",
        /// Nobody answered in time, or the yes counts no more.
        Expired = "expired",
    }
}

/// A request for approval.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Approval {
    /// Its id.
    pub id: ApprovalId,
    /// The conversation it is for; it counts nowhere else.
    pub conversation: ConversationId,
    /// The tool that would be called.
    pub tool: String,
    /// The action of the policy.
    pub action: String,
    /// The exact arguments.
    #[schema(value_type = Object)]
    pub arguments: Map<String, Value>,
    /// The hash of action and arguments, which a yes is bound to.
    pub hash: String,
    /// The role somebody needs to agree, such as `supervisor`.
    pub role: String,
    /// The rules that stand in the way.
    pub rules: Vec<Rule>,
    /// The hash of the policy they are from.
    pub policy: String,
    /// Why it is asked for.
    pub reason: Option<String>,
    /// Who asked: `ai`, `member:…`, `token:…`.
    pub asked_by: String,
    /// Their name.
    pub asked_by_name: Option<String>,
    /// When, in milliseconds since 1970.
    pub asked_at: Millis,
    /// Where it stands.
    pub state: ApprovalState,
    /// Until when it can be answered, or a yes counts, in milliseconds since 1970.
    pub expires_at: Millis,
    /// Who answered.
    pub decided_by: Option<String>,
    /// Their name.
    pub decided_by_name: Option<String>,
    /// When, in milliseconds since 1970.
    pub decided_at: Option<Millis>,
    /// What they said to it.
    pub note: Option<String>,
}

/// A rule that stands in the way, as it was worded when it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ApprovalRule)]
pub struct Rule {
    /// Its name.
    pub id: String,
    /// What the customer is told.
    pub say: String,
    /// What the agent should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The statement behind it.
    pub doc: String,
}

/// What is to be approved.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewApproval)]
pub struct Wish {
    /// The tool that would be called.
    pub tool: String,
    /// The action of the policy.
    pub action: String,
    /// The exact arguments.
    #[schema(value_type = Object)]
    pub arguments: Map<String, Value>,
    /// The rules in the way, as the decision named them: those of one role.
    pub rules: Vec<String>,
    /// Why it should be done all the same.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Which requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Only those that stand like this.
    pub state: Option<ApprovalState>,
    /// Only those of this conversation.
    pub conversation: Option<ConversationId>,
}

/// Asks for an approval. Asked again while nobody has answered, or while a yes counts, it is the same request.
///
/// # Errors
/// [`Error::Invalid`] when the policy in force has no such rule, or none that an approval helps with.
pub fn ask(
    tx: &mut Tx<'_>,
    setup: &Setup,
    conversation: ConversationId,
    wish: &Wish,
    author: Author,
) -> Result<Approval> {
    check(wish)?;
    let policy = setup.policy.business.get();
    if !policy.knows(&wish.action) {
        return Err(Error::invalid("action", "the policy has no such action"));
    }
    let (role, rules) = rules(&policy, &wish.rules)?;
    conversation::lock(tx, conversation)?;
    conversation::get(tx, conversation)?;
    let hash = Confirmation::of(&wish.action, &wish.arguments);
    let now = setup.clock.now();
    tx.execute(&queries::EXPIRE, params![conversation, now])?;
    let same = params![conversation, hash.as_str(), &role, now];
    if let Some(before) = tx.optional(&queries::SAME, same, |row| read(row, now))? {
        return Ok(before);
    }
    let id = ApprovalId(setup.clock.new_id());
    let version = policy.version();
    let values = params![
        id,
        conversation,
        &wish.tool,
        &wish.action,
        Value::Object(wish.arguments.clone()),
        hash.as_str(),
        &role,
        json!(rules),
        version.as_str(),
        wish.reason.clone(),
        actor(&author),
        author.name.clone(),
        now,
        now + LASTS_MS
    ];
    tx.execute(&queries::INSERT, values)?;
    let approval = get(tx, &setup.clock, id)?;
    let named: Vec<&str> = approval.rules.iter().map(|rule| rule.id.as_str()).collect();
    let text = format!(
        "{}: a {role} is asked to approve it despite {}",
        wish.tool,
        named.join(", ")
    );
    tell(tx, setup, "approval_asked", &approval, author, text)?;
    Ok(approval)
}

/// Somebody with a say agrees, or does not.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] when they do not hold the role or asked themselves, [`Error::Conflict`] when it was answered or
/// has expired.
pub fn decide(
    tx: &mut Tx<'_>,
    setup: &Setup,
    id: ApprovalId,
    agrees: bool,
    note: Option<&str>,
    by: &Principal,
) -> Result<Approval> {
    if note.is_some_and(|note| note.chars().count() > TEXT_LIMIT) {
        return Err(Error::invalid("note", too_long()));
    }
    let before = get(tx, &setup.clock, id)?;
    if !holds(by, &before.role) {
        return Err(Error::Forbidden(format!(
            "this needs the say of a {}",
            before.role
        )));
    }
    if agrees && before.asked_by == by.actor() {
        return Err(Error::Forbidden(
            "whoever asks does not also agree; somebody else has to".to_owned(),
        ));
    }
    conversation::lock(tx, before.conversation)?;
    let (state, word) = match agrees {
        true => (ApprovalState::Approved, "approved"),
        false => (ApprovalState::Declined, "declined"),
    };
    let now = setup.clock.now();
    let (actor, author) = (by.actor(), by.author());
    let values = params![
        id,
        state.as_str(),
        &actor,
        author.name.clone(),
        now,
        note.map(str::to_owned),
        now + LASTS_MS
    ];
    if tx.execute(&queries::DECIDE, values)? == 0 {
        let now_is = get(tx, &setup.clock, id)?.state;
        return Err(Error::Conflict(format!(
            "this request is {now_is}; it can be asked again"
        )));
    }
    let approval = get(tx, &setup.clock, id)?;
    let name = author.name.clone().unwrap_or_else(|| actor.clone());
    let said = note.map_or_else(String::new, |note| format!(": {note}"));
    let text = format!("{}: {word} by {name}{said}", approval.tool);
    let what = match agrees {
        true => "approval_given",
        false => "approval_declined",
    };
    tell(tx, setup, what, &approval, author, text)?;
    let details = json!({
        "conversation": approval.conversation, "tool": approval.tool, "hash": approval.hash,
        "rules": approval.rules.iter().map(|rule| &rule.id).collect::<Vec<_>>(),
    });
    let action = format!("approval.{word}");
    let object = id.to_string();
    audit::record(tx, &setup.clock, &actor, &action, &object, &details)?;
    Ok(approval)
}

/// What counts in a conversation now, for the next decision.
///
/// # Errors
/// When the database fails.
pub fn granted(
    tx: &mut Tx<'_>,
    clock: &Clock,
    conversation: ConversationId,
) -> Result<Vec<throughline_policy::Approval>> {
    let now = clock.now();
    let approved = tx.all(&queries::GRANTED, params![conversation, now], |row| {
        read(row, now)
    })?;
    Ok(approved
        .into_iter()
        .map(|one| throughline_policy::Approval {
            of: Confirmation::of(&one.action, &one.arguments),
            role: one.role,
            by: one.decided_by.unwrap_or_default(),
        })
        .collect())
}

/// One request.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub fn get(tx: &mut Tx<'_>, clock: &Clock, id: ApprovalId) -> Result<Approval> {
    let now = clock.now();
    tx.optional(&queries::BY_ID, params![id], |row| read(row, now))?
        .ok_or_else(|| Error::not_found("request for approval", id))
}

/// Requests, newest first, from before `before`.
///
/// # Errors
/// When the database fails.
pub fn list(
    tx: &mut Tx<'_>,
    clock: &Clock,
    filter: Filter,
    before: Option<ApprovalId>,
    limit: usize,
) -> Result<Vec<Approval>> {
    let now = clock.now();
    let before = before.unwrap_or(ApprovalId(uuid::Uuid::max()));
    let state = filter.state.map_or("", ApprovalState::as_str);
    let conversation = filter
        .conversation
        .unwrap_or(ConversationId(uuid::Uuid::nil()));
    let of_one = i64::from(filter.conversation.is_some());
    let values = params![before, conversation, state, now, limit, of_one];
    Ok(tx.all(&queries::LIST, values, |row| read(row, now))?)
}

fn check(wish: &Wish) -> Result<()> {
    let name = |text: &str| !text.is_empty() && text.len() <= 120;
    if !name(&wish.tool) {
        return Err(Error::invalid("tool", "use 1 to 120 bytes"));
    }
    let size = Value::Object(wish.arguments.clone()).to_string().len();
    if size > ARGUMENTS_LIMIT {
        let message = format!("use at most {ARGUMENTS_LIMIT} bytes of JSON");
        return Err(Error::invalid("arguments", message));
    }
    if wish
        .reason
        .as_ref()
        .is_some_and(|reason| reason.chars().count() > TEXT_LIMIT)
    {
        return Err(Error::invalid("reason", too_long()));
    }
    Ok(())
}

fn too_long() -> String {
    format!("use at most {TEXT_LIMIT} characters")
}

/// The role that helps with all of these rules, and what they say.
fn rules(policy: &throughline_policy::Policy, ids: &[String]) -> Result<(String, Vec<Rule>)> {
    let mut role: Option<&str> = None;
    let mut found = Vec::new();
    let known = policy.rules();
    for id in ids {
        let rule = known
            .iter()
            .find(|rule| rule.id == *id)
            .ok_or_else(|| Error::invalid("rules", format!("the policy has no rule '{id}'")))?;
        let Remedy::Approval(own) = &rule.remedy else {
            let message = format!("an approval does not help with '{id}': {}", rule.say);
            return Err(Error::invalid("rules", message));
        };
        if role.is_some_and(|role| role != own) {
            let message = "these rules need the say of different roles; ask for each by itself";
            return Err(Error::invalid("rules", message));
        }
        role = Some(own);
        found.push(Rule {
            id: rule.id.clone(),
            say: rule.say.clone(),
            agent: rule.agent.clone(),
            doc: rule.doc.clone(),
        });
    }
    let role =
        role.ok_or_else(|| Error::invalid("rules", "name the rules that stand in the way"))?;
    Ok((role.to_owned(), found))
}

/// Whether this principal may say yes in a role. Supervisors may for their agents, administrators for everybody; a role
/// of the operator's own that the desk does not know is an administrator's.
fn holds(by: &Principal, role: &str) -> bool {
    by.permits(match role.parse() {
        Ok(Role::Agent) => Permission::WriteConversations,
        Ok(Role::Supervisor) => Permission::Oversee,
        Ok(Role::Admin) | Err(_) => Permission::Admin,
    })
}

fn actor(author: &Author) -> String {
    match (author.kind, author.id) {
        (AuthorKind::Member, Some(id)) => format!("member:{id}"),
        (AuthorKind::Api, Some(id)) => format!("token:{id}"),
        (kind, _) => kind.as_str().to_owned(),
    }
}

fn tell(
    tx: &mut Tx<'_>,
    setup: &Setup,
    what: &str,
    approval: &Approval,
    author: Author,
    text: String,
) -> Result<()> {
    let (conversation, at) = (approval.conversation, setup.clock.now());
    let body = json!({ "what": what, "approval": approval });
    let entry = NewEntry::internal(conversation, at, EntryKind::Decision, author, text, body);
    conversation::append(tx, setup, &entry)?;
    tx.hint(Hint::Changed { conversation });
    Ok(())
}

fn read(row: &Row<'_>, now: Millis) -> throughline_storage::Result<Approval> {
    let (stored, expires_at): (ApprovalState, Millis) =
        (row.word("state")?, row.get("expires_at")?);
    let lasts = matches!(stored, ApprovalState::Pending | ApprovalState::Approved);
    let state = match lasts && expires_at <= now {
        true => ApprovalState::Expired,
        false => stored,
    };
    Ok(Approval {
        id: row.get("id")?,
        conversation: row.get("conversation_id")?,
        tool: row.get("tool")?,
        action: row.get("action")?,
        arguments: row.json("arguments")?,
        hash: row.get("hash")?,
        role: row.get("role")?,
        rules: row.json("rules")?,
        policy: row.get("policy")?,
        reason: row.get("reason")?,
        asked_by: row.get("asked_by")?,
        asked_by_name: row.get("asked_by_name")?,
        asked_at: row.get("asked_at")?,
        state,
        expires_at,
        decided_by: row.get("decided_by")?,
        decided_by_name: row.get("decided_by_name")?,
        decided_at: row.get("decided_at")?,
        note: row.get("note")?,
    })
}
