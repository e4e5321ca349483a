//! Work in progress.
pub mod calendar;
pub mod skill;
