//! The details of a person that are compared.

use serde::{Deserialize, Serialize};
use throughline_model::words;

words! {
    /// One detail of a person.
    Field {
        /// First name.
        GivenName = "given_name",
        /// Family name.
        Surname = "surname",
        /// House number.
        StreetNumber = "street_number",
        /// Street.
        Address1 = "address_1",
        /// What else the address has: building, flat, estate.
        Address2 = "address_2",
        /// Town or suburb.
        Suburb = "suburb",
        /// Postal code.
        Postcode = "postcode",
        /// State or province.
        State = "state",
        /// Date of birth as `YYYYMMDD`.
        DateOfBirth = "date_of_birth",
        /// Phone number in E.164 form.
        Phone = "phone",
        /// Email address.
        Email = "email",
    }
}

/// How many fields there are.
pub(crate) const FIELD_COUNT: usize = Field::ALL.len();

/// What is known of a person, tidied for comparison: lower case, single spaces, nothing empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonAttributes {
    values: [Option<String>; FIELD_COUNT],
}

impl PersonAttributes {
    /// Nothing known.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a detail; an empty text takes it away. Of dates and phone numbers only the digits
    /// count, of postal codes only letters and digits.
    #[must_use]
    pub fn with(mut self, field: Field, text: &str) -> Self {
        let tidied = tidy(field, text);
        self.values[field as usize] = (!tidied.is_empty()).then_some(tidied);
        self
    }

    /// A detail in its tidy form.
    pub fn get(&self, field: Field) -> Option<&str> {
        self.values[field as usize].as_deref()
    }
}

fn tidy(field: Field, text: &str) -> String {
    let lower = text.to_lowercase();
    match field {
        Field::DateOfBirth | Field::Phone => lower.chars().filter(char::is_ascii_digit).collect(),
        Field::Postcode => lower.chars().filter(|c| c.is_alphanumeric()).collect(),
        _ => lower.split_whitespace().collect::<Vec<_>>().join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_are_tidied_and_empty_ones_are_unknown() {
        let ana = PersonAttributes::new()
            .with(Field::GivenName, "  Ana  MARIA ")
            .with(Field::DateOfBirth, "1990-04-01")
            .with(Field::Postcode, "SW1A 1AA")
            .with(Field::Surname, "  ");
        assert_eq!(ana.get(Field::GivenName), Some("ana maria"));
        assert_eq!(ana.get(Field::DateOfBirth), Some("19900401"));
        assert_eq!(ana.get(Field::Postcode), Some("sw1a1aa"));
        assert_eq!(ana.get(Field::Surname), None);
        assert_eq!(ana.with(Field::GivenName, "").get(Field::GivenName), None);
    }
}
