//! Understanding without a key: what a customer wants, found by small models in this process.
//!
//! * [`Embedder`]: sentences as vectors of their meaning, by MiniLM. Its weights may be missing; everything else works
//!   without them, on words alone.
//! * [`Classifier`]: learns labels from [`Examples`], ranks them for a message and says whether it is about any of them.
//! * [`Vectors`]: what the embedder has computed for the examples, to be kept until the next start.

pub mod classifier;
pub mod embedder;
pub mod vectors;
mod wordpiece;

pub use classifier::examples::Examples;
pub use classifier::{Basis, Classifier, Intent, Ranking};
pub use embedder::{DIMENSIONS, Embedder, ModelError};
pub use vectors::{SentenceModel, Vectors};
