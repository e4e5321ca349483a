//! One open folder: what is new in it, fetched in order.

use super::connection::{ImapSession, log_in, within};
use super::{FetchedMail, ImapCursor, ImapError, ImapMailbox, MailboxSink, Polled, SkippedMail};
use crate::email::Refusal;
use async_imap::types::Fetch;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt};
use std::time::Duration;

/// Servers may close a connection that idles for half an hour (RFC 2177).
const LONGEST_IDLE: Duration = Duration::from_secs(25 * 60);

/// An open folder.
pub(super) struct Mailbox<'a> {
    config: &'a ImapMailbox,
    session: ImapSession,
    uid_validity: u32,
    can_idle: bool,
}

impl<'a> Mailbox<'a> {
    pub(super) async fn open(config: &'a ImapMailbox) -> Result<Self, ImapError> {
        let mut session = log_in(config).await?;
        let can_idle = within(config.timeout, session.capabilities())
            .await?
            .has_str("IDLE");
        let selected = within(config.timeout, async {
            session
                .select(&config.folder)
                .await
                .map_err(|error| ImapError::Folder(error.to_string()))
        })
        .await?;
        let uid_validity = selected.uid_validity.ok_or_else(|| {
            ImapError::Folder("the server gives its mails no lasting numbers (UIDVALIDITY)".into())
        })?;
        Ok(Self {
            config,
            session,
            uid_validity,
            can_idle,
        })
    }

    pub(super) async fn close(mut self) {
        let _ = within(Duration::from_secs(5), self.session.logout()).await;
    }

    /// Hands everything new to `sink`.
    pub(super) async fn drain(
        &mut self,
        cursor: Option<ImapCursor>,
        sink: &dyn MailboxSink,
    ) -> Result<Polled, ImapError> {
        let mut cursor = cursor;
        self.drain_into(&mut cursor, sink).await
    }

    /// The same, with `cursor` moved on after every mail, so that it is right even when the
    /// connection breaks.
    pub(super) async fn drain_into(
        &mut self,
        cursor: &mut Option<ImapCursor>,
        sink: &dyn MailboxSink,
    ) -> Result<Polled, ImapError> {
        let mut polled = Polled::default();
        for uid in self.new_uids(*cursor).await? {
            let behind = ImapCursor {
                uid_validity: self.uid_validity,
                last_uid: uid,
            };
            match self.hand_over(uid, behind, sink).await? {
                Handed::Accepted => polled.accepted += 1,
                Handed::Skipped => polled.skipped += 1,
                Handed::Gone => {}
                Handed::PutOff => {
                    polled.put_off = true;
                    break;
                }
            }
            *cursor = Some(behind);
        }
        polled.cursor = *cursor;
        Ok(polled)
    }

    async fn new_uids(&mut self, cursor: Option<ImapCursor>) -> Result<Vec<u32>, ImapError> {
        let known = cursor.filter(|cursor| cursor.uid_validity == self.uid_validity);
        if let (Some(old), None) = (cursor, known) {
            tracing::warn!(
                host = self.config.host,
                user = self.config.user,
                was = old.uid_validity,
                is = self.uid_validity,
                "the mail server has renumbered the mailbox; unread mail is fetched"
            );
        }
        let query = match known {
            Some(cursor) => format!("UID {}:*", cursor.last_uid.saturating_add(1)),
            None => "UNSEEN".to_owned(),
        };
        let found = within(self.config.timeout, self.session.uid_search(query)).await?;
        // `n:*` always includes the newest mail, even one before n.
        let last = known.map_or(0, |cursor| cursor.last_uid);
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| *uid > last).collect();
        uids.sort_unstable();
        Ok(uids)
    }

    async fn hand_over(
        &mut self,
        uid: u32,
        behind: ImapCursor,
        sink: &dyn MailboxSink,
    ) -> Result<Handed, ImapError> {
        let Some(size) = self
            .fetch(uid, "(UID RFC822.SIZE)")
            .await?
            .and_then(|answer| answer.size)
        else {
            return Ok(Handed::Gone);
        };
        let limit = self.config.max_message_bytes;
        if size > limit {
            let reason = format!(
                "it has {size} bytes, at most {limit} are fetched; read it in the mailbox itself"
            );
            return Ok(self.skip(size, reason, behind, sink).await);
        }
        let answer = self.fetch(uid, "(UID BODY.PEEK[])").await?;
        let Some(raw) = answer.as_ref().and_then(|answer| answer.body()) else {
            return Ok(Handed::Gone);
        };
        match sink
            .accept(FetchedMail {
                raw: Bytes::copy_from_slice(raw),
                cursor: behind,
            })
            .await
        {
            Ok(()) => {
                self.mark_read(uid).await?;
                Ok(Handed::Accepted)
            }
            Err(Refusal::Permanent(reason)) => Ok(self.skip(size, reason, behind, sink).await),
            Err(Refusal::Temporary(reason)) => {
                tracing::warn!(
                    host = self.config.host,
                    user = self.config.user,
                    uid,
                    reason,
                    "a mail is put off"
                );
                Ok(Handed::PutOff)
            }
        }
    }

    async fn skip(
        &self,
        bytes: u32,
        reason: String,
        cursor: ImapCursor,
        sink: &dyn MailboxSink,
    ) -> Handed {
        let uid = cursor.last_uid;
        tracing::warn!(
            host = self.config.host,
            user = self.config.user,
            uid,
            bytes,
            reason,
            "a mail is skipped"
        );
        sink.skipped(SkippedMail {
            bytes,
            reason,
            cursor,
        })
        .await;
        Handed::Skipped
    }

    /// The answer about mail `uid`; none when it has been deleted meanwhile.
    async fn fetch(&mut self, uid: u32, items: &str) -> Result<Option<Fetch>, ImapError> {
        within(self.config.timeout, async {
            let answers = self.session.uid_fetch(uid.to_string(), items).await?;
            // Servers may mix in news about other mails.
            let answers: Vec<Fetch> = answers.try_collect().await?;
            Ok::<_, ImapError>(answers.into_iter().find(|answer| answer.uid == Some(uid)))
        })
        .await
    }

    async fn mark_read(&mut self, uid: u32) -> Result<(), ImapError> {
        within(self.config.timeout, async {
            let answers = self
                .session
                .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)")
                .await?;
            answers
                .map(|answer| answer.map(drop))
                .try_collect::<Vec<()>>()
                .await?;
            Ok::<_, ImapError>(())
        })
        .await
    }

    /// Waits until the server reports something, or until it is time to look again.
    pub(super) async fn wait_for_news(mut self) -> Result<Self, ImapError> {
        if !self.can_idle {
            tokio::time::sleep(self.config.poll_interval).await;
            within(self.config.timeout, self.session.noop()).await?;
            return Ok(self);
        }
        let mut idle = self.session.idle();
        within(self.config.timeout, idle.init()).await?;
        let longest = self.config.poll_interval.min(LONGEST_IDLE);
        {
            let (news, _interrupt) = idle.wait_with_timeout(longest);
            news.await?;
        }
        self.session = within(self.config.timeout, idle.done()).await?;
        Ok(self)
    }
}

/// What became of one mail.
enum Handed {
    Accepted,
    Skipped,
    Gone,
    PutOff,
}
