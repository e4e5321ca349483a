//! Hints: "conversation C now has entry N". The log is the truth; a hint only says when to look.
//!
//! A hint that is lost costs a delay, never a message: listeners read the log after every hint, after
//! every gap, and now and then without one.

use throughline_model::id::{ConversationId, MemberId};
use tokio::sync::broadcast;
use uuid::Uuid;

/// Something to look at, published after the commit that made it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The conversation has entries up to `seq`.
    Entry {
        /// Where.
        conversation: ConversationId,
        /// The newest sequence number.
        seq: i64,
    },
    /// Something fleeting happened in a conversation (typing, a read receipt): not stored.
    Fleeting {
        /// Where.
        conversation: ConversationId,
        /// What, as the realtime interface sends it.
        event: String,
    },
    /// A conversation's state other than its entries changed (delivery status, owner, moved).
    Changed {
        /// Where.
        conversation: ConversationId,
    },
    /// Jobs of this kind may be due.
    Jobs {
        /// The job's kind.
        kind: &'static str,
    },
    /// A person's identity changed: whoever reads that customer should read again.
    Identity {
        /// The customer.
        customer: Uuid,
    },
    /// Something concerns one member: there is news for them.
    Member {
        /// Who.
        member: MemberId,
    },
    /// Somebody may do less than before, or has left: whoever streams something asks again whether they may.
    Access,
}

/// The hints of this process.
#[derive(Clone)]
pub struct Hints(broadcast::Sender<Hint>);

impl Default for Hints {
    fn default() -> Self {
        Self(broadcast::channel(4096).0)
    }
}

impl Hints {
    /// Tells everyone who listens.
    pub fn publish(&self, hint: Hint) {
        // No listener is no failure.
        let _ = self.0.send(hint);
    }

    /// Listens from now on. A slow listener gets `Lagged` and must read the log again.
    pub fn listen(&self) -> broadcast::Receiver<Hint> {
        self.0.subscribe()
    }
}
