//! What the listener says, with the codes of RFC 5321 and RFC 3463.

use crate::email::Refusal;
use smtp_proto::Error;

/// An answer: its code, its enhanced code and a sentence that says what to do.
pub(super) struct Reply(pub String);

impl Reply {
    pub(super) fn new(code: &str, text: &str) -> Self {
        Self(format!("{code} {}\r\n", one_line(text)))
    }

    /// A refusal by the sink.
    pub(super) fn refused(refusal: &Refusal, permanent: &str, temporary: &str) -> Self {
        match refusal {
            Refusal::Permanent(text) => Self::new(permanent, text),
            Refusal::Temporary(text) => Self::new(temporary, text),
        }
    }

    /// A command that cannot be read.
    pub(super) fn misunderstood(error: &Error) -> Self {
        match error {
            Error::UnknownCommand | Error::NeedsMoreData { .. } | Error::InvalidResponse { .. } => {
                Self::new("500 5.5.1", "There is no such command")
            }
            Error::InvalidSenderAddress => {
                Self::new("501 5.1.7", "The sender is not a valid address")
            }
            Error::InvalidRecipientAddress => {
                Self::new("501 5.1.3", "The recipient is not a valid address")
            }
            Error::SyntaxError { syntax } => {
                Self::new("501 5.5.2", &format!("Write it like this: {syntax}"))
            }
            Error::InvalidParameter { param } => Self::new(
                "501 5.5.4",
                &format!("The parameter {param} has a wrong value"),
            ),
            Error::UnsupportedParameter { param } => Self::new(
                "555 5.5.4",
                &format!("The parameter {param} is not supported"),
            ),
            Error::ResponseTooLong => Self::new("500 5.5.6", "The line is too long"),
        }
    }
}

/// Texts may quote what strangers sent: printable ASCII on one line, short enough for a reply line.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_ascii_graphic() || c == ' ' {
                c
            } else {
                '?'
            }
        })
        .take(400)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_one_line_whatever_it_quotes() {
        let refusal = Refusal::Permanent("no mailbox 'x\r\n250 fine' é".into());
        assert_eq!(
            Reply::refused(&refusal, "550 5.1.1", "450 4.2.1").0,
            "550 5.1.1 no mailbox 'x??250 fine' ?\r\n"
        );
    }
}
