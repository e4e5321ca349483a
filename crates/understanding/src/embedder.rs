//! Sentences to vectors of their meaning: MiniLM, eight-bit, in this process.
//!
//! The model is all-MiniLM-L6-v2 (Reimers & Gurevych 2019, "Sentence-BERT"; Apache-2.0) as an ONNX file with int8
//! weights, run by rten. A vector is the mean over the tokens' last hidden states, at length one, as its authors use it.
//! Where the processor can, products are in eight bits too (`embedder/eight_bit.rs`): twice as fast, for vectors that differ little.

mod eight_bit;

use crate::vectors::SentenceModel;
use crate::wordpiece::WordPiece;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, Tensor};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The length of a vector.
pub const DIMENSIONS: usize = 384;

/// Tokens that are read; a token is a word or a part of one. The model was trained on texts up to this length. The
/// rest of a longer text does not count.
pub const TOKEN_LIMIT: usize = 256;

/// Tokens of a question or a message that are read, about seventy words, for somebody waits for the answer. Of a longer
/// one its beginning and its end count: what it is about, and what is wanted.
pub const QUESTION_LIMIT: usize = 96;

/// The network's file in the model's directory.
pub const MODEL_FILE: &str = "model.onnx";

/// The vocabulary's file in the model's directory.
pub const VOCABULARY_FILE: &str = "vocab.txt";

/// Why there is no embedder, or no vector.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A file cannot be read.
    #[error("{path}: {source}. `cargo xtask weights` fetches it")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The vocabulary lacks a token that every BERT vocabulary has.
    #[error("the vocabulary has no {0}: it is not MiniLM's")]
    Vocabulary(&'static str),
    /// The file is no model, or one with other inputs and outputs.
    #[error("the model cannot be used: {0}")]
    Model(String),
}

/// Turns text into vectors. May be shared by any number of threads.
pub struct Embedder {
    model: Model,
    name: String,
    inputs: Vec<(NodeId, Input)>,
    output: NodeId,
    words: WordPiece,
    /// One thread of its own for [`Embedder::embed_batch`].
    background: Arc<ThreadPool>,
    foreground: Option<Arc<ThreadPool>>,
}

/// What one of the model's inputs is fed with.
#[derive(Clone, Copy, Debug)]
enum Input {
    Tokens,
    /// 1 for each token that is there: all of them, as nothing is padded.
    Mask,
    /// 0: all tokens belong to the first text of a pair.
    Segment,
}

impl Embedder {
    /// Reads [`MODEL_FILE`] and [`VOCABULARY_FILE`] from `directory`. Takes about half a second.
    ///
    /// # Errors
    /// When a file is missing, or is not MiniLM: a text is embedded to find out.
    pub fn load(directory: &Path) -> Result<Self, ModelError> {
        let mut bytes = read(&directory.join(MODEL_FILE))?;
        let vocabulary = read(&directory.join(VOCABULARY_FILE))?;
        let words = WordPiece::from_vocabulary(&String::from_utf8_lossy(&vocabulary))?;
        if eight_bit::is_exact_here()
            && let Some(faster) = eight_bit::in_eight_bits(&bytes)
        {
            bytes = faster;
        }
        let digest = hex::encode(Sha256::digest(&bytes));
        // Weights in the layout that products want, once and not on every run.
        let model = ModelOptions::with_all_ops()
            .prepack_weights(true)
            .load(bytes)
            .map_err(|error| ModelError::Model(error.to_string()))?;
        let embedder = Self {
            name: format!("minilm-{}", digest.get(..12).unwrap_or(&digest)),
            inputs: inputs(&model)?,
            output: *model
                .output_ids()
                .first()
                .ok_or_else(|| ModelError::Model("it has no output".to_owned()))?,
            model,
            words,
            background: Arc::new(ThreadPool::with_num_threads(1)),
            foreground: None,
        };
        embedder.embed("where is my order?")?;
        Ok(embedder)
    }

    /// Uses `threads` threads for [`Embedder::embed`] instead of one for each core.
    #[must_use]
    pub fn with_threads(self, threads: usize) -> Self {
        let pool = ThreadPool::with_num_threads(threads.max(1));
        Self {
            foreground: Some(Arc::new(pool)),
            ..self
        }
    }

    /// The model's name, from its content as it runs here: vectors under different names must not be compared.
    pub fn model(&self) -> &str {
        &self.name
    }

    /// The vector of `text`: [`DIMENSIONS`] numbers, at length one, the same for the same text on every call. Only
    /// [`QUESTION_LIMIT`] tokens count. A text without any word has a vector too, of no particular meaning.
    ///
    /// # Errors
    /// When the model fails; one that was loaded has worked before.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, ModelError> {
        let tokens = self.words.encode_ends(text, QUESTION_LIMIT);
        self.run(&tokens, self.foreground.clone())
    }

    /// The vectors of many passages, the first [`TOKEN_LIMIT`] tokens of each, in their order, on one thread of its own: an
    /// import that runs for minutes leaves the other cores to customers who wait.
    ///
    /// Texts are read one by one: in a common run the shorter ones would be filled up to the longest, which costs time
    /// and changes a vector's last digits with its neighbours.
    ///
    /// # Errors
    /// As [`Embedder::embed`], for the first text that fails.
    pub fn embed_batch(&self, texts: &[impl AsRef<str>]) -> Result<Vec<Vec<f32>>, ModelError> {
        texts
            .iter()
            .map(|text| {
                let tokens = self.words.encode(text.as_ref(), TOKEN_LIMIT);
                self.run(&tokens, Some(self.background.clone()))
            })
            .collect()
    }

    fn run(&self, tokens: &[i32], pool: Option<Arc<ThreadPool>>) -> Result<Vec<f32>, ModelError> {
        let inputs = self
            .inputs
            .iter()
            .map(|(node, input)| (*node, input.tensor(tokens)))
            .collect();
        let options = RunOptions::default().with_thread_pool(pool);
        let outputs = self
            .model
            .run(inputs, &[self.output], Some(options))
            .map_err(|error| ModelError::Model(error.to_string()))?;
        pooled(outputs, tokens.len())
            .ok_or_else(|| ModelError::Model("its output is not one of sentences".to_owned()))
    }
}

impl SentenceModel for Embedder {
    fn name(&self) -> &str {
        self.model()
    }

    fn vector(&self, text: &str) -> Result<Vec<f32>, ModelError> {
        self.embed(text)
    }
}

impl std::fmt::Debug for Embedder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Embedder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Input {
    fn tensor(self, tokens: &[i32]) -> ValueOrView<'static> {
        let values = match self {
            Self::Tokens => tokens.to_vec(),
            Self::Mask => vec![1; tokens.len()],
            Self::Segment => vec![0; tokens.len()],
        };
        NdTensor::from_data([1, tokens.len()], values).into()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|source| ModelError::File {
        path: path.to_owned(),
        source,
    })
}

/// The model's inputs by the names that exports of BERT give them.
fn inputs(model: &Model) -> Result<Vec<(NodeId, Input)>, ModelError> {
    let kind = |id: &NodeId| {
        let name = model.node_info(*id).and_then(|node| node.name());
        match name {
            Some("input_ids") => Ok((*id, Input::Tokens)),
            Some("attention_mask") => Ok((*id, Input::Mask)),
            Some("token_type_ids") => Ok((*id, Input::Segment)),
            other => Err(ModelError::Model(format!("unknown input {other:?}"))),
        }
    };
    model.input_ids().iter().map(kind).collect()
}

/// The mean of the tokens' vectors at length one. None when the shape is not (1, tokens, 384).
fn pooled(outputs: Vec<Value>, tokens: usize) -> Option<Vec<f32>> {
    let states: Tensor<f32> = outputs.into_iter().next()?.try_into().ok()?;
    if states.shape() != [1, tokens, DIMENSIONS] {
        return None;
    }
    let states = states.to_vec();
    let mut sum = vec![0.0_f32; DIMENSIONS];
    for state in states.chunks_exact(DIMENSIONS) {
        for (sum, value) in sum.iter_mut().zip(state) {
            *sum += value;
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    length.is_normal().then(|| {
        sum.iter_mut().for_each(|value| *value /= length);
        sum
    })
}
