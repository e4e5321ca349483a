//! Conversations are handed on: by whoever has them, or by a supervisor who decides.

use super::ai_agent::person;
use super::dispatcher::{Ask, Dispatcher, Transfer};
use super::{News, With, entries, follow, worker_of};
use crate::conversation::{self, Author};
use crate::error::{Error, Result};
use throughline_model::conversation::CaseStatus;
use throughline_model::id::{ConversationId, MemberId, WorkItemId};
use throughline_routing::{Event, Presence, Router};
use throughline_storage::Tx;

impl Dispatcher {
    /// Hands a conversation on. `by` is the member who does.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a queue there is not, [`Error::NotFound`] for the AI agent, who is given it by
    /// [`crate::agent::hand_back`], [`Error::Conflict`] when it cannot go there.
    pub async fn transfer(
        &self,
        conversation: ConversationId,
        by: Option<MemberId>,
        to: Transfer,
        note: String,
    ) -> Result<()> {
        if let Transfer::Member(member) = &to {
            person(*member)?;
        }
        let is_there = |router: &Router| match &to {
            Transfer::Queue(name) => follow::queue_called(router, name).is_some(),
            Transfer::Member(member) => router.worker(worker_of(*member)).is_some(),
        };
        let queue = match &to {
            Transfer::Queue(name) => Some(name.as_str()),
            Transfer::Member(_) => None,
        };
        self.take_up(conversation, by, queue, is_there).await?;
        let ask = Ask::Transfer {
            item: WorkItemId(conversation.uuid()),
            by: by.map(worker_of),
            to,
            note,
        };
        self.insist(&ask).await.map(drop)
    }

    /// A supervisor decides who has a conversation, whatever that member serves and has set, unless they are offline.
    /// Without room for it they get nothing else until there is.
    ///
    /// # Errors
    /// [`Error::Conflict`] when it cannot be theirs.
    pub async fn give(
        &self,
        conversation: ConversationId,
        by: MemberId,
        to: MemberId,
        reason: String,
    ) -> Result<()> {
        let worker = person(to)?;
        self.hear_of(to).await?;
        let is_there = |router: &Router| {
            let row = router.worker(worker);
            row.is_some_and(|row| row.presence != Presence::Offline)
        };
        self.take_up(conversation, Some(by), None, is_there).await?;
        let decision = Event::Overridden {
            item: WorkItemId(conversation.uuid()),
            worker,
            by,
            note: reason,
        };
        self.insist(&Ask::Tell(decision)).await.map(drop)
    }

    /// A conversation the router has nothing to do with yet, such as one whose owner was not at the desk when they got
    /// it, becomes work: nobody's, in `queue` if one is named. Nothing is taken from its owner for somebody who is not
    /// there; the router says what is wrong.
    async fn take_up(
        &self,
        conversation: ConversationId,
        by: Option<MemberId>,
        queue: Option<&str>,
        is_there: impl FnOnce(&Router) -> bool,
    ) -> Result<()> {
        let item = WorkItemId(conversation.uuid());
        if !self
            .look(|router| router.item(item).is_none() && is_there(router))
            .await?
        {
            return Ok(());
        }
        let mut change = conversation::Change {
            unassign: true,
            ..conversation::Change::default()
        };
        if let Some(queue) = queue {
            change.fields.insert("queue".to_owned(), queue.into());
        }
        let setup = self.setup().clone();
        let give_up = move |tx: &mut Tx<'_>| {
            let case = conversation::get(tx, conversation)?;
            if case.status != CaseStatus::Open {
                let why = "this conversation is not open; open it first".to_owned();
                return Err(Error::Conflict(why));
            }
            let author = match by {
                Some(by) => entries::member_author(tx, worker_of(by))?,
                None => Author::system(),
            };
            conversation::change(tx, &setup, conversation, &change, author).map(drop)
        };
        self.db().write(give_up).await?;
        let news = News::Conversation {
            id: conversation,
            with: Some(With::People),
        };
        self.decide(&Ask::News(news)).await.map(drop)
    }
}
