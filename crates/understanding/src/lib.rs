//! Understanding without a key: what a customer wants, found by small models in this process.
//!
//! * [`Embedder`]: sentences as vectors of their meaning, by MiniLM. Its weights may be missing; everything else works
//!   without them, on words alone.

pub mod embedder;
mod wordpiece;

pub use embedder::{DIMENSIONS, Embedder, ModelError};
