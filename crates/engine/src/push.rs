//! Web push: a visitor who has closed the chat is told by their browser that there is an answer.
//!
//! * [`subscribe`] and [`unsubscribe`]: a browser wants to be told, or no longer,
//! * [`Push`]: tells it, through the push service of its maker (RFC 8030),
//! * [`SenderKey`]: the key by which push services know this installation (RFC 8292).
//!
//! The push service learns that there is something for a browser, and when. What it is only the browser can read
//! (RFC 8291). Its address is as good as a password for reaching somebody, so it is in no log.

mod seal;
mod send;
mod sender_key;
mod subscription;

pub use send::{Chat, Chats, Push};
pub use sender_key::SenderKey;
pub use subscription::{BrowserKeys, Place, subscribe, unsubscribe};

pub(crate) use send::tell_later;
pub(crate) use subscription::forget;

/// The job kind that tells one browser of one answer.
pub const PUSH: &str = "push";
