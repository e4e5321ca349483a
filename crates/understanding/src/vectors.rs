//! Vectors that were computed before, so that a start does not compute them anew.

use crate::embedder::ModelError;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// How a stored file begins; the number is the layout's.
const HEAD: &[u8] = b"throughline vectors 1\n";

/// Something that turns text into a vector of its meaning: [`crate::Embedder`].
pub trait SentenceModel: Send + Sync {
    /// Its name; vectors under different names must not be compared.
    fn name(&self) -> &str;

    /// The vector of `text`, at length one, the same on every call.
    ///
    /// # Errors
    /// When the model fails.
    fn vector(&self, text: &str) -> Result<Vec<f32>, ModelError>;
}

/// The vectors of texts, by one model. May be written to a file and read back; losing it costs time, nothing else.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vectors {
    model: String,
    /// By the digest of the text.
    known: BTreeMap<[u8; 32], Vec<f32>>,
}

impl Vectors {
    /// The vector of `text`: computed when it is not known yet. Vectors of another model are forgotten.
    ///
    /// # Errors
    /// When the model fails.
    pub fn of(&mut self, text: &str, model: &dyn SentenceModel) -> Result<&[f32], ModelError> {
        if self.model != model.name() {
            self.model = model.name().to_owned();
            self.known.clear();
        }
        let vector = match self.known.entry(Sha256::digest(text.as_bytes()).into()) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(room) => room.insert(model.vector(text)?),
        };
        Ok(vector)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// As it is stored: a line that names the layout, a line that names the model, the number of values in a vector
    /// (four bytes), then for each text its digest and its values (four bytes each). Little end first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = self.known.values().next().map_or(0, Vec::len);
        let mut bytes = HEAD.to_vec();
        bytes.extend(self.model.bytes().chain([b'\n']));
        bytes.extend((length as u32).to_le_bytes());
        for (digest, vector) in &self.known {
            bytes.extend(digest);
            bytes.extend(vector.iter().flat_map(|value| value.to_le_bytes()));
        }
        bytes
    }

    /// Reads what [`Vectors::to_bytes`] wrote. None for anything else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(HEAD)?;
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let (model, rest) = rest.split_at_checked(end)?;
        let (length, rest) = rest.get(1..)?.split_first_chunk::<4>()?;
        let record = 4_usize.checked_mul(u32::from_le_bytes(*length) as usize)? + 32;
        if rest.len() % record != 0 {
            return None;
        }
        let known = rest.chunks_exact(record).map(|record| {
            let (digest, values) = record.split_first_chunk::<32>()?;
            let (values, _) = values.as_chunks::<4>();
            let vector: Vec<f32> = values
                .iter()
                .map(|value| f32::from_le_bytes(*value))
                .collect();
            vector
                .iter()
                .all(|value| value.is_finite())
                .then_some((*digest, vector))
        });
        Some(Self {
            model: String::from_utf8(model.to_vec()).ok()?,
            known: known.collect::<Option<_>>()?,
        })
    }
}
