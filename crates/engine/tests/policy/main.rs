//! Rules that change while the shop is open, people in charge who agree to exact actions, and the same answer on every
//! channel.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod approvals;
mod channels;
mod published;
mod shop;
