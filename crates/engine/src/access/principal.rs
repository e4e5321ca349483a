//! Who asks, and the one place that decides what they may.

use crate::conversation::Author;
use crate::error::{Error, Result};
use serde::{Deserialize, Serialize};
use throughline_model::conversation::{AuthorKind, Role};
use throughline_model::id::{MemberId, TokenId};
use throughline_model::words;

words! {
    /// What a route asks of its caller.
    Permission {
        /// To be a logged-in member, acting on their own session.
        OwnSession = "session",
        /// Reading customers, conversations, deliveries and files.
        Read = "read",
        /// Answering, noting, changing the state and facts of conversations, sending deliveries again.
        WriteConversations = "write:conversations",
        /// Deciding who is who, and what is known about a customer.
        WriteIdentity = "write:identity",
        /// Writing, importing and publishing knowledge.
        WriteKnowledge = "write:knowledge",
        /// Proving, publishing and rolling back policies.
        WritePolicy = "write:policy",
        /// Looking after the work of others: dead letters, the audit trail, withdrawing evidence.
        Oversee = "oversee",
        /// Members, tokens, webhooks.
        Admin = "admin",
    }
}

words! {
    /// What an API token may be used for.
    Scope {
        /// Reading customers, conversations, deliveries and files.
        Read = "read",
        /// Answering, noting, changing the state and facts of conversations, sending deliveries again.
        WriteConversations = "write:conversations",
        /// Deciding who is who, and what is known about a customer.
        WriteIdentity = "write:identity",
        /// Writing, importing and publishing knowledge.
        WriteKnowledge = "write:knowledge",
        /// Proving, publishing and rolling back policies.
        WritePolicy = "write:policy",
        /// Dead letters, the audit trail, withdrawing evidence.
        Oversee = "oversee",
        /// Everything, members, tokens and webhooks included.
        Admin = "admin",
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A person at the desk.
    Member {
        /// Their id.
        id: MemberId,
        /// Their name.
        name: String,
        /// What they may do.
        role: Role,
    },
    /// A program.
    Token {
        /// The token's id.
        id: TokenId,
        /// What an administrator called it.
        name: String,
        /// What it may be used for.
        scopes: Vec<Scope>,
    },
}

impl Principal {
    /// Whether this principal may. Nothing else in the product decides that.
    ///
    /// | permission | agent | supervisor | admin | token with scope |
    /// | --- | --- | --- | --- | --- |
    /// | `session` | yes | yes | yes | never |
    /// | `read` | yes | yes | yes | `read` |
    /// | `write:conversations` | yes | yes | yes | `write:conversations` |
    /// | `write:identity` | yes | yes | yes | `write:identity` |
    /// | `write:knowledge` | | yes | yes | `write:knowledge` |
    /// | `write:policy` | | yes | yes | `write:policy` |
    /// | `oversee` | | yes | yes | `oversee` |
    /// | `admin` | | | yes | `admin` |
    ///
    /// The scope `admin` includes the others.
    pub fn permits(&self, permission: Permission) -> bool {
        match self {
            Self::Member { role, .. } => role_permits(*role, permission),
            Self::Token { scopes, .. } => scopes.iter().any(|one| scope_permits(*one, permission)),
        }
    }

    /// Fails unless [`Principal::permits`].
    ///
    /// # Errors
    /// [`Error::Forbidden`] that says what is missing.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.permits(permission) {
            return Ok(());
        }
        Err(Error::Forbidden(match self {
            Self::Member { role, .. } => {
                format!("a member with the role '{role}' may not do this; it needs '{permission}'")
            }
            Self::Token { .. } if permission == Permission::OwnSession => {
                "only a logged-in member has a session; a token needs none".to_owned()
            }
            Self::Token { .. } => {
                format!("this token may not do this; make one with the scope '{permission}'")
            }
        }))
    }

    /// The member, if it is one.
    pub fn member(&self) -> Option<MemberId> {
        match self {
            Self::Member { id, .. } => Some(*id),
            Self::Token { .. } => None,
        }
    }

    /// Whose something is that is kept under a name: nobody's when it is `shared`. `things` names many of it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] for what is everybody's by somebody who may not; [`Error::Invalid`] for a program's own.
    pub(crate) fn keeper(&self, shared: bool, things: &str) -> Result<Option<MemberId>> {
        if shared {
            self.require(Permission::Oversee)?;
            return Ok(None);
        }
        let own = self.member().map(Some);
        own.ok_or_else(|| {
            let rule = format!("a program has no {things} of its own; share it");
            Error::invalid("shared", rule)
        })
    }

    /// How assertions, audit rows and stored answers name them: `member:…`, `token:…`.
    pub fn actor(&self) -> String {
        match self {
            Self::Member { id, .. } => format!("member:{id}"),
            Self::Token { id, .. } => format!("token:{id}"),
        }
    }

    /// How the timeline names them.
    pub fn author(&self) -> Author {
        let (kind, id, name) = match self {
            Self::Member { id, name, .. } => (AuthorKind::Member, id.uuid(), name),
            Self::Token { id, name, .. } => (AuthorKind::Api, id.uuid(), name),
        };
        Author {
            kind,
            id: Some(id),
            name: Some(name.clone()),
        }
    }
}

fn role_permits(role: Role, permission: Permission) -> bool {
    match permission {
        Permission::OwnSession
        | Permission::Read
        | Permission::WriteConversations
        | Permission::WriteIdentity => true,
        Permission::WriteKnowledge | Permission::WritePolicy | Permission::Oversee => {
            matches!(role, Role::Admin | Role::Supervisor)
        }
        Permission::Admin => role == Role::Admin,
    }
}

fn scope_permits(scope: Scope, permission: Permission) -> bool {
    match permission {
        Permission::OwnSession => false,
        Permission::Read => matches!(scope, Scope::Read | Scope::Admin),
        Permission::WriteConversations => {
            matches!(scope, Scope::WriteConversations | Scope::Admin)
        }
        Permission::WriteIdentity => matches!(scope, Scope::WriteIdentity | Scope::Admin),
        Permission::WriteKnowledge => matches!(scope, Scope::WriteKnowledge | Scope::Admin),
        Permission::WritePolicy => matches!(scope, Scope::WritePolicy | Scope::Admin),
        Permission::Oversee => matches!(scope, Scope::Oversee | Scope::Admin),
        Permission::Admin => scope == Scope::Admin,
    }
}
