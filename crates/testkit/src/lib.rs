//! What tests need: a database per test on both engines, a shop with a clock that stands still.
//!
//! A failing set-up panics with what to do about it: tests are run by `cargo xtask test`, which starts
//! PostgreSQL and installs the counterparts.

mod agent;
mod database;
mod desk;
mod shop;

pub use agent::{agent, agent_with, at_work, brain, demo_business};
pub use database::{DatabasePlace, TestDatabase, on_both_engines, postgres_url};
pub use shop::Shop;
