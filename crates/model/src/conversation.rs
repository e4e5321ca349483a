//! The conversation's own words: case state, entries, facts.

use crate::words;
use serde::{Deserialize, Serialize};

words! {
    /// Where a case stands.
    CaseStatus {
        /// Someone has to act.
        Open = "open",
        /// The business waits for the customer.
        Pending = "pending",
        /// Put aside until a time.
        Snoozed = "snoozed",
        /// Done; a message within the reopen window opens it again.
        Resolved = "resolved",
        /// Done for good; a new message starts a new conversation.
        Closed = "closed",
    }
}

words! {
    /// What a line of the timeline is.
    EntryKind {
        /// Something said by or to the customer.
        Message = "message",
        /// A call rang, was answered, ended.
        Call = "call",
        /// A piece of what was said in a call.
        Transcript = "transcript",
        /// A note for colleagues; the customer never sees it.
        Note = "note",
        /// A policy decision with its reasons.
        Decision = "decision",
        /// A business action and its result.
        ToolCall = "tool_call",
        /// Queueing, offers, assignments.
        Routing = "routing",
        /// The case changed: status, subject, fields, owner.
        State = "state",
        /// Something became known about who this is.
        Identity = "identity",
        /// Something the customer has told or proven.
        Fact = "fact",
        /// How the customer says they were served.
        Rating = "rating",
    }
}

words! {
    /// Which way an entry goes.
    Direction {
        /// From the customer.
        In = "in",
        /// To the customer.
        Out = "out",
        /// Inside the business.
        Internal = "internal",
    }
}

words! {
    /// What kind of author an entry has.
    AuthorKind {
        /// The customer.
        Customer = "customer",
        /// A human agent or supervisor.
        Member = "member",
        /// The AI agent.
        Ai = "ai",
        /// The platform itself.
        System = "system",
        /// A program with an API token.
        Api = "api",
    }
}

words! {
    /// How urgent a case is.
    Priority {
        /// Can wait.
        Low = "low",
        /// The usual.
        Normal = "normal",
        /// Before the usual.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

words! {
    /// What a human user of the desk may do.
    Role {
        /// Everything, members and settings included.
        Admin = "admin",
        /// Everything about customers, conversations and the team's work.
        Supervisor = "supervisor",
        /// Customers and conversations.
        Agent = "agent",
    }
}

/// The most a message's text may hold, in characters.
pub const MESSAGE_TEXT_LIMIT: usize = 20_000;

/// A fact as the outside sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FactValue {
    /// What it is about, such as `order_number`.
    pub name: String,
    /// What the customer said, as JSON.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}
