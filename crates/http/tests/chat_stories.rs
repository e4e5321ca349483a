//! Stories of the chat, told over HTTP on both engines.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

#[path = "chat/callback.rs"]
mod callback;
#[path = "chat/codes.rs"]
mod codes;
#[path = "chat/customers.rs"]
mod customers;
#[path = "chat/files.rs"]
mod files;
#[path = "chat/handover.rs"]
mod handover;
#[path = "chat/look.rs"]
mod look;
#[path = "chat/messages.rs"]
mod messages;
#[path = "chat/offline.rs"]
mod offline;
#[path = "chat/push.rs"]
mod push;
#[path = "chat/shop.rs"]
mod shop;
#[path = "chat/streams.rs"]
mod streams;
#[path = "chat/waiting.rs"]
mod waiting;
#[path = "chat/widget.rs"]
mod widget;
