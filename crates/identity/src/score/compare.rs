//! To what degree each detail of two people agrees.

use super::attributes::{FIELD_COUNT, Field, PersonAttributes};
use strsim::{jaro_winkler, osa_distance};

/// How well one detail agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Not known of both: says nothing.
    Missing,
    /// The same.
    Exact,
    /// One slip of the finger apart.
    Close,
    /// Several slips apart, or one contains the other.
    Near,
    /// Found in the neighbouring detail: given name and surname, or the two address lines, exchanged.
    Swapped,
    /// Something else.
    Different,
}

/// How many levels there are.
pub(crate) const LEVELS: usize = 6;

/// The level of every field.
pub(crate) type Levels = [Level; FIELD_COUNT];

/// Compares every detail. Symmetric.
pub(crate) fn compare(a: &PersonAttributes, b: &PersonAttributes) -> Levels {
    let mut levels = [Level::Missing; FIELD_COUNT];
    for &field in Field::ALL {
        if let (Some(x), Some(y)) = (a.get(field), b.get(field)) {
            levels[field as usize] = level(field, x, y);
        }
    }
    find_swaps(a, b, &mut levels);
    levels
}

fn level(field: Field, a: &str, b: &str) -> Level {
    if a == b {
        return Level::Exact;
    }
    match field {
        Field::DateOfBirth => date_level(a, b),
        Field::Phone | Field::Postcode | Field::StreetNumber => digits_level(a, b),
        Field::State => Level::Different,
        _ => text_level(a, b),
    }
}

fn text_level(a: &str, b: &str) -> Level {
    let slips = osa_distance(a, b);
    let length = a.chars().count().min(b.chars().count());
    let alike = jaro_winkler(a, b);
    if slips == 1 || alike >= 0.94 {
        Level::Close
    } else if alike >= 0.84 || slips * 3 <= length || contains(a, b) {
        Level::Near
    } else {
        Level::Different
    }
}

/// True when the shorter text stands whole in the longer ("ann" in "ann marie", a street in a full
/// address line).
fn contains(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    short.len() >= 4 && long.contains(short)
}

fn digits_level(a: &str, b: &str) -> Level {
    match osa_distance(a, b) {
        1 => Level::Close,
        2 if a.len().min(b.len()) >= 4 => Level::Near,
        _ => Level::Different,
    }
}

/// Dates differ by a digit, by two neighbouring digits exchanged, or by day and month exchanged.
fn date_level(a: &str, b: &str) -> Level {
    let day_and_month = |date: &str| {
        Some(format!(
            "{}{}{}",
            date.get(..4)?,
            date.get(6..8)?,
            date.get(4..6)?
        ))
    };
    match osa_distance(a, b) {
        1 => Level::Close,
        _ if day_and_month(a).as_deref() == Some(b) => Level::Close,
        2 => Level::Near,
        _ => Level::Different,
    }
}

fn find_swaps(a: &PersonAttributes, b: &PersonAttributes, levels: &mut Levels) {
    for (one, other) in [
        (Field::GivenName, Field::Surname),
        (Field::Address1, Field::Address2),
    ] {
        let agrees = |field: Field| {
            matches!(
                levels[field as usize],
                Level::Exact | Level::Close | Level::Near
            )
        };
        if agrees(one) || agrees(other) {
            continue;
        }
        let crossed =
            [(a.get(one), b.get(other)), (a.get(other), b.get(one))].map(|pair| match pair {
                (Some(x), Some(y)) => Some(x == y || text_level(x, y) == Level::Close),
                _ => None,
            });
        // One crossing agrees and the other does not object.
        if crossed.contains(&Some(true)) && !crossed.contains(&Some(false)) {
            for field in [one, other] {
                if levels[field as usize] != Level::Missing {
                    levels[field as usize] = Level::Swapped;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_graded() {
        for (field, a, b, expected) in [
            (Field::GivenName, "michelle", "michelle", Level::Exact),
            (Field::GivenName, "michelle", "michele", Level::Close),
            (Field::GivenName, "mihcelle", "michelle", Level::Close),
            (Field::GivenName, "ann marie", "marie", Level::Near),
            (Field::GivenName, "ann", "bob", Level::Different),
            (Field::DateOfBirth, "19900401", "19900410", Level::Close),
            (Field::DateOfBirth, "19900412", "19901204", Level::Close),
            (Field::DateOfBirth, "19900412", "19910413", Level::Near),
            (Field::DateOfBirth, "19900412", "19750830", Level::Different),
            (Field::Postcode, "2119", "2191", Level::Close),
            (Field::State, "nsw", "nws", Level::Different),
        ] {
            assert_eq!(level(field, a, b), expected, "{field} {a} {b}");
            assert_eq!(level(field, b, a), expected, "{field} {b} {a}");
        }
    }

    #[test]
    fn exchanged_names_are_noticed() {
        let ana = PersonAttributes::new()
            .with(Field::GivenName, "ana")
            .with(Field::Surname, "silva");
        let swapped = PersonAttributes::new()
            .with(Field::GivenName, "silva")
            .with(Field::Surname, "ana");
        let other = PersonAttributes::new()
            .with(Field::GivenName, "silva")
            .with(Field::Surname, "jones");
        assert_eq!(
            compare(&ana, &swapped)[Field::Surname as usize],
            Level::Swapped
        );
        assert_eq!(
            compare(&ana, &other)[Field::Surname as usize],
            Level::Different
        );
        assert_eq!(compare(&ana, &ana)[Field::State as usize], Level::Missing);
    }
}
