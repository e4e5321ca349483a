//! The API as its callers see it, over the real router and a real database.

#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

mod bad_input;
mod callbacks;
mod conversations;
mod customers;
mod desk;
mod document;
mod endpoints;
mod files;
mod inbox;
mod invites;
mod knowledge;
mod live;
mod mcp;
mod once;
mod pages;
mod places;
mod policies;
mod procedures;
mod rights;
mod routing;
mod session;
mod team;
mod tokens;
mod webhooks;
