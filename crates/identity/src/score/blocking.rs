//! Keys under which two records of one person are likely to meet.

use super::attributes::{Field, PersonAttributes};

/// The keys to store for a person. Two people are worth scoring when they share at least one; each
/// key survives errors in all the details it does not contain.
pub fn blocking_keys(person: &PersonAttributes) -> Vec<String> {
    use Field::*;
    let names = [GivenName, Surname].map(|field| person.get(field).map(|name| head(name, 4)));
    let mut keys = Vec::new();
    let mut add = |tag: &str, parts: &[Option<&str>]| {
        if let Some(parts) = parts.iter().copied().collect::<Option<Vec<_>>>() {
            keys.push(format!("{tag}:{}", parts.join("|")));
        }
    };
    add("born", &[person.get(DateOfBirth)]);
    add("phone", &[person.get(Phone)]);
    add("email", &[person.get(Email)]);
    // Names in the order of the alphabet, so that exchanged ones still meet.
    if let [Some(given), Some(surname)] = names {
        add(
            "names",
            &[Some(given.min(surname)), Some(given.max(surname))],
        );
    }
    for name in names.into_iter().flatten() {
        add("name+postcode", &[Some(name), person.get(Postcode)]);
        add("name+number", &[Some(name), person.get(StreetNumber)]);
        add(
            "name+suburb",
            &[Some(name), person.get(Suburb).map(|suburb| head(suburb, 4))],
        );
    }
    for line in [Address1, Address2] {
        add(
            "address+postcode",
            &[
                person.get(line).map(|line| head(line, 5)),
                person.get(Postcode),
            ],
        );
        add(
            "address+number",
            &[
                person.get(line).map(|line| head(line, 5)),
                person.get(StreetNumber),
            ],
        );
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// The first `length` characters, or all of a shorter text.
fn head(text: &str, length: usize) -> &str {
    text.char_indices()
        .nth(length)
        .map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_with_exchanged_names_or_a_wrong_birthday_still_meet() {
        let ana = PersonAttributes::new()
            .with(Field::GivenName, "Ana")
            .with(Field::Surname, "Silva")
            .with(Field::DateOfBirth, "19900401");
        let swapped = PersonAttributes::new()
            .with(Field::GivenName, "Silva")
            .with(Field::Surname, "Ana")
            .with(Field::DateOfBirth, "19900402");
        let keys = blocking_keys(&ana);
        assert_eq!(keys, ["born:19900401", "names:ana|silv"]);
        assert!(blocking_keys(&swapped).iter().any(|key| keys.contains(key)));
        assert!(blocking_keys(&PersonAttributes::new()).is_empty());
    }
}
