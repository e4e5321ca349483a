//! Identifiers: what ties an interaction to a customer.

use crate::words;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

words! {
    /// The kind of an identifier.
    IdentifierKind {
        /// A telephone number in E.164 form, such as `+4915112345678`.
        Phone = "phone",
        /// An email address; domain in ASCII lower case, local part lower case.
        Email = "email",
        /// The business's own id of a customer account. Exclusive: two accounts never link by rule.
        Account = "account",
        /// A browser or handset. Context only: it never links two people.
        Device = "device",
        /// One web-chat visitor (a browser's token between log-in and log-out).
        Visitor = "visitor",
        /// A platform's scoped id, written `platform:id`, such as `whatsapp:4915112345678`.
        Social = "social",
    }
}

/// A normalised identifier. Two spellings of the same thing are equal.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
pub struct Identifier {
    /// What kind of thing the value is.
    pub kind: IdentifierKind,
    /// The value in normal form.
    pub value: String,
}

/// Why a text is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadIdentifier {
    /// Not a telephone number that can exist.
    #[error(
        "'{0}' is not a valid phone number; write it with country code, for example +4915112345678"
    )]
    Phone(String),
    /// Not an email address.
    #[error("'{0}' is not a valid email address; write it like name@example.com")]
    Email(String),
    /// Empty, too long or with characters no identifier has.
    #[error(
        "'{0}' is not a valid {1}; use 1 to 255 printable characters without spaces at the ends"
    )]
    Opaque(String, IdentifierKind),
    /// A value that stands for nobody: anonymous, null, zeros.
    #[error("'{0}' is a placeholder, not somebody's {1}")]
    Blocked(String, IdentifierKind),
}

impl Identifier {
    /// Normalises `text` as an identifier of `kind`. `region` is the ISO country assumed for phone
    /// numbers written without a country code.
    ///
    /// # Errors
    /// [`BadIdentifier`] when the text cannot be one, or is a known placeholder.
    pub fn parse(
        kind: IdentifierKind,
        text: &str,
        region: Option<&str>,
    ) -> Result<Self, BadIdentifier> {
        let value = match kind {
            IdentifierKind::Phone => normalise_phone(text, region)?,
            IdentifierKind::Email => normalise_email(text)?,
            _ => normalise_opaque(kind, text)?,
        };
        Ok(Self { kind, value })
    }

    /// A phone number in international form.
    ///
    /// # Errors
    /// [`BadIdentifier::Phone`] when it is not one.
    pub fn phone(text: &str) -> Result<Self, BadIdentifier> {
        Self::parse(IdentifierKind::Phone, text, None)
    }

    /// An email address.
    ///
    /// # Errors
    /// [`BadIdentifier::Email`] when it is not one.
    pub fn email(text: &str) -> Result<Self, BadIdentifier> {
        Self::parse(IdentifierKind::Email, text, None)
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl FromStr for Identifier {
    type Err = String;

    /// Reads `kind:value`, normalising the value.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, value) = text
            .split_once(':')
            .ok_or_else(|| format!("'{text}' has no kind; write it like email:name@example.com"))?;
        let kind = kind
            .parse()
            .map_err(|error: crate::words::UnknownWord| error.to_string())?;
        Self::parse(kind, value, None).map_err(|error| error.to_string())
    }
}

fn normalise_phone(text: &str, region: Option<&str>) -> Result<String, BadIdentifier> {
    let bad = || BadIdentifier::Phone(shown(text));
    let trimmed = text.trim().trim_start_matches("tel:");
    if trimmed.len() > 40
        || trimmed
            .chars()
            .any(|c| !(c.is_ascii_digit() || " +-().\u{a0}/".contains(c)))
    {
        return Err(bad());
    }
    let international = match trimmed.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => trimmed.to_owned(),
    };
    let country = region.and_then(|region| region.parse().ok());
    let first = e164(country, &international).ok_or_else(bad)?;
    // "+49 (0)151 …" still has its trunk zero after one reading and loses it in the second. What is
    // stored must read as itself, or one person would become two.
    let value = e164(None, &first).ok_or_else(bad)?;
    if e164(None, &value).as_ref() != Some(&value) {
        return Err(bad());
    }
    let digits = &value[1..];
    if digits.chars().all(|digit| digit == '0') || digits.len() < 7 || digits.len() > 15 {
        return Err(BadIdentifier::Blocked(shown(text), IdentifierKind::Phone));
    }
    // Length and prefix must be possible; whether the number is assigned only the network knows.
    if digits
        .as_bytes()
        .windows(7)
        .any(|run| run.iter().all(|digit| *digit == run[0]))
    {
        return Err(BadIdentifier::Blocked(shown(text), IdentifierKind::Phone));
    }
    Ok(value)
}

fn e164(country: Option<phonenumber::country::Id>, text: &str) -> Option<String> {
    let number = phonenumber::parse(country, text).ok()?;
    Some(number.format().mode(phonenumber::Mode::E164).to_string())
}

fn normalise_email(text: &str) -> Result<String, BadIdentifier> {
    let bad = || BadIdentifier::Email(shown(text));
    let trimmed = text.trim();
    if trimmed.len() > 254
        || trimmed
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "<>()[]\\,;:\"".contains(c))
    {
        return Err(bad());
    }
    let (local, domain) = trimmed.rsplit_once('@').ok_or_else(bad)?;
    if local.is_empty()
        || local.len() > 64
        || local.contains('@')
        || local.starts_with('.')
        || local.ends_with('.')
    {
        return Err(bad());
    }
    let domain = url::Host::parse(domain.trim_end_matches('.')).map_err(|_| bad())?;
    let url::Host::Domain(domain) = domain else {
        return Err(bad());
    };
    if domain.is_empty() || domain.len() > 253 {
        return Err(bad());
    }
    let value = format!("{}@{domain}", local.to_lowercase());
    const PLACEHOLDERS: &[&str] = &["null", "none", "anonymous", "test", "noemail", "unknown"];
    if PLACEHOLDERS.contains(&local.to_lowercase().as_str())
        && matches!(domain.as_str(), "test.com" | "none.com" | "localhost")
    {
        return Err(BadIdentifier::Blocked(shown(text), IdentifierKind::Email));
    }
    Ok(value)
}

fn normalise_opaque(kind: IdentifierKind, text: &str) -> Result<String, BadIdentifier> {
    let value = text.trim();
    if value.is_empty() || value.len() > 255 || value.chars().any(char::is_control) {
        return Err(BadIdentifier::Opaque(shown(text), kind));
    }
    let lower = value.to_lowercase();
    let placeholder = matches!(
        lower.as_str(),
        "null" | "none" | "undefined" | "anonymous" | "unknown" | "n/a" | "nil"
    ) || value.chars().all(|c| c == '0' || c == '-');
    if placeholder {
        return Err(BadIdentifier::Blocked(shown(text), kind));
    }
    Ok(value.to_owned())
}

/// What was typed, short enough and clean enough to be shown back.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn spellings_of_one_number_are_one_identifier() {
        for text in [
            "+49 151 12345678",
            "0049 151 12345678",
            "tel:+4915112345678",
            "+49 (0)151 12345678",
            " +49(151)1234-5678 ",
        ] {
            assert_eq!(
                Identifier::phone(text).unwrap().value,
                "+4915112345678",
                "{text}"
            );
        }
        let national =
            Identifier::parse(IdentifierKind::Phone, "0151 12345678", Some("DE")).unwrap();
        assert_eq!(national.value, "+4915112345678");
    }

    #[test]
    fn addresses_lose_case_and_keep_their_meaning() {
        assert_eq!(
            Identifier::email(" Ana.Silva@Example.COM ").unwrap().value,
            "ana.silva@example.com"
        );
        assert_eq!(
            Identifier::email("ana@bücher.example").unwrap().value,
            "ana@xn--bcher-kva.example"
        );
        assert_eq!(
            Identifier::email("ana+shop@example.com").unwrap().value,
            "ana+shop@example.com"
        );
    }

    #[test]
    fn what_is_no_identifier_is_refused_with_a_hint() {
        for text in [
            "",
            "hello",
            "+",
            "123",
            "+0000000000",
            "ana@",
            "+1 555 call now",
        ] {
            assert!(Identifier::phone(text).is_err(), "{text}");
        }
        for text in [
            "",
            "ana",
            "@example.com",
            "a b@example.com",
            "a@b@c.com",
            "ana@example.com\r\nBcc: x@y.z",
            "a@127.0.0.1",
        ] {
            assert!(Identifier::email(text).is_err(), "{text}");
        }
        assert!(Identifier::parse(IdentifierKind::Account, "null", None).is_err());
        assert!(Identifier::parse(IdentifierKind::Account, "0000", None).is_err());
    }
}
