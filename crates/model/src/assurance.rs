//! How well the person in this interaction is proven.

use serde::{Deserialize, Serialize};

/// Earned by evidence, expires, never given by a channel's name.
///
/// | level | earned by |
/// | --- | --- |
/// | 0 | something typed, a caller id, an SMS sender, mail without authentication |
/// | 1 | DMARC-aligned mail, SHAKEN attestation A, a platform's own handle |
/// | 2 | a fresh one-time code, a signed widget token |
/// | 3 | OAuth with a second factor, a document checked in store |
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(transparent)]
#[schema(value_type = u8, example = 2)]
pub struct Assurance(u8);

impl Assurance {
    /// Nothing is proven.
    pub const NONE: Self = Self(0);
    /// A third party vouches for the address, not for the person.
    pub const WEAK: Self = Self(1);
    /// The person has just shown control of the identifier.
    pub const PROVEN: Self = Self(2);
    /// The person has shown two independent things.
    pub const STRONG: Self = Self(3);

    /// The level as a number, 0 to 3.
    pub fn level(self) -> u8 {
        self.0
    }

    /// The level a number stands for; anything over 3 counts as 3.
    pub fn from_level(level: i64) -> Self {
        Self(level.clamp(0, 3) as u8)
    }
}
