//! What people with bad intentions try against the real binary, and what they get.
//!
//! Each story is an attack of the list in docs/security.md. Attacks on one part alone are told beside that part;
//! here are those that need the whole server, or a fault between two parts.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
#![expect(
    dead_code,
    reason = "the stage and its browser serve attacks still to be told"
)]

mod browser;
mod disclosure;
mod identity;
mod post;
mod stage;
