//! Amounts of money: whole cents inside, dollars with two decimals on the wire, as the data has them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Neg, Sub};

/// US dollars, counted in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money(i64);

impl Money {
    /// So many cents.
    pub const fn cents(cents: i64) -> Self {
        Self(cents)
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// The amount without its sign.
    pub fn size(self) -> Self {
        Self(self.0.abs())
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Money {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Money {
    type Output = Self;

    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self(0), Add::add)
    }
}

/// `$12.34`
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}${}.{:02}", cents / 100, cents % 100)
    }
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let dollars = f64::deserialize(deserializer)?;
        Ok(Self((dollars * 100.0).round() as i64))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_cent_is_lost_on_the_wire(cents in -100_000_000_i64..100_000_000) {
            let text = serde_json::to_string(&Money::cents(cents)).unwrap();
            let read: Money = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read, Money::cents(cents));
        }
    }

    #[test]
    fn money_is_written_as_people_write_it() {
        assert_eq!(Money::cents(123_405).to_string(), "$1234.05");
        assert_eq!(Money::cents(-7).to_string(), "-$0.07");
        assert_eq!(
            serde_json::to_string(&Money::cents(28_966)).unwrap(),
            "289.66"
        );
    }
}
