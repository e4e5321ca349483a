//! `application/x-www-form-urlencoded`, read strictly: the very pairs the signature covers are the
//! ones the message is read from.

use super::error::WebhookError;

/// The largest body that is read, in bytes. A message of 1600 characters needs under 20 kB even when
/// every byte is escaped; ten media links and the address fields are far below the rest.
pub const MAX_BODY_BYTES: usize = 128 * 1024;

/// The most parameters that are read.
pub const MAX_PARAMETERS: usize = 512;

/// The parameters of a form, in the order they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

impl Form {
    /// Reads a form.
    ///
    /// # Errors
    /// [`WebhookError`] when it is too large, has a broken escape or is not UTF-8.
    pub fn parse(body: &[u8]) -> Result<Self, WebhookError> {
        if body.len() > MAX_BODY_BYTES {
            return Err(WebhookError::TooLarge {
                actual: body.len(),
                limit: MAX_BODY_BYTES,
            });
        }
        let mut pairs = Vec::new();
        let mut at = 0;
        for piece in body.split(|byte| *byte == b'&') {
            if !piece.is_empty() {
                if pairs.len() == MAX_PARAMETERS {
                    return Err(WebhookError::TooManyParameters {
                        limit: MAX_PARAMETERS,
                    });
                }
                pairs.push(pair(piece, at)?);
            }
            at += piece.len() + 1;
        }
        Ok(Self { pairs })
    }

    /// Every parameter, in the order they came.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The value of a parameter that comes at most once. The same value twice counts as once: the
    /// signature makes no difference between the two either.
    ///
    /// # Errors
    /// [`WebhookError::Repeated`] when it comes with different values.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, WebhookError> {
        let mut values = self
            .pairs
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str());
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(WebhookError::Repeated(name));
        }
        Ok(first)
    }

    /// The value of a parameter that must be there and not be empty.
    ///
    /// # Errors
    /// [`WebhookError::Missing`] and [`WebhookError::Repeated`].
    pub fn required(&self, name: &'static str) -> Result<&str, WebhookError> {
        self.one(name)?
            .filter(|value| !value.is_empty())
            .ok_or(WebhookError::Missing(name))
    }
}

fn pair(piece: &[u8], at: usize) -> Result<(String, String), WebhookError> {
    let split = piece.iter().position(|byte| *byte == b'=');
    let (name, value) = match split {
        Some(split) => (&piece[..split], &piece[split + 1..]),
        None => (piece, &piece[piece.len()..]),
    };
    let value_at = at + split.map_or(piece.len(), |split| split + 1);
    let name = decode(name, at)?;
    let shown = || {
        String::from_utf8_lossy(&name)
            .chars()
            .filter(|c| !c.is_control())
            .take(60)
            .collect()
    };
    let value =
        String::from_utf8(decode(value, value_at)?).map_err(|_| WebhookError::NotUtf8(shown()))?;
    let name = String::from_utf8(name).map_err(|error| {
        WebhookError::NotUtf8(
            String::from_utf8_lossy(error.as_bytes())
                .chars()
                .take(60)
                .collect(),
        )
    })?;
    Ok((name, value))
}

fn decode(text: &[u8], at: usize) -> Result<Vec<u8>, WebhookError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'+', _) => {
                bytes.push(b' ');
                tail
            }
            (b'%', [high, low, tail @ ..])
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                bytes.push(nibble(*high) << 4 | nibble(*low));
                tail
            }
            (b'%', _) => {
                return Err(WebhookError::BadEscape {
                    at: at + text.len() - rest.len(),
                });
            }
            (byte, _) => {
                bytes.push(*byte);
                tail
            }
        };
    }
    Ok(bytes)
}

/// The value of a hexadecimal digit.
fn nibble(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail")]
    use super::*;

    #[test]
    fn a_form_keeps_order_repetition_and_empty_values() {
        let form = Form::parse(b"b=1+2&a=%C3%A4&&b=&c").unwrap();
        let pairs: Vec<_> = form
            .pairs()
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        assert_eq!(pairs, [("b", "1 2"), ("a", "ä"), ("b", ""), ("c", "")]);
        assert_eq!(form.one("b"), Err(WebhookError::Repeated("b")));
        assert_eq!(form.one("missing"), Ok(None));
        assert_eq!(form.required("c"), Err(WebhookError::Missing("c")));
    }

    #[test]
    fn what_is_no_form_is_refused_and_told_where() {
        assert_eq!(
            Form::parse(b"a=1&b=x%4"),
            Err(WebhookError::BadEscape { at: 7 })
        );
        assert_eq!(
            Form::parse(b"a%zz=1"),
            Err(WebhookError::BadEscape { at: 1 })
        );
        assert_eq!(
            Form::parse(b"Body=%FF"),
            Err(WebhookError::NotUtf8("Body".to_owned()))
        );
        let huge = vec![b'a'; MAX_BODY_BYTES + 1];
        assert_eq!(Form::parse(&huge).unwrap_err().http_status(), 413);
        let many = b"a=1&".repeat(MAX_PARAMETERS + 1);
        assert_eq!(Form::parse(&many).unwrap_err().http_status(), 400);
    }
}
