//! Finds the end of a mail in what follows DATA, and takes the doubled dots out.
//!
//! The end is CR LF `.` CR LF and nothing else. Servers that also accept a bare LF or CR around the
//! dot can be made to see two mails where the sender's server sent one, the second one with an
//! envelope of the attacker's choice ("SMTP smuggling"). A mail that has such a sequence is read to
//! its true end and marked.

/// Where in a line the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// Behind CR LF, or at the very start.
    LineStart,
    /// Behind a dot at the start of a line.
    Dot,
    /// Behind that dot and a CR.
    DotCr,
    /// Behind a CR.
    Cr,
    /// Behind a CR or LF that stands alone.
    BareBreak,
    /// Behind a dot behind one of those.
    BareDot,
    /// Anywhere else.
    Text,
}

/// Reads one mail.
pub(super) struct ContentReader {
    at: At,
    ambiguous: bool,
}

impl ContentReader {
    pub(super) fn new() -> Self {
        Self {
            at: At::LineStart,
            ambiguous: false,
        }
    }

    /// True when another server might see the mail end elsewhere.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    /// Reads `bytes`, puts what belongs to the mail into `mail`, and returns how many bytes were used
    /// when the mail has ended.
    pub(super) fn read(&mut self, bytes: &[u8], mail: &mut Vec<u8>) -> Option<usize> {
        let mut position = 0;
        while let Some(rest) = bytes.get(position..).filter(|rest| !rest.is_empty()) {
            if self.at == At::Text {
                let plain = rest
                    .iter()
                    .position(|byte| matches!(byte, b'\r' | b'\n'))
                    .unwrap_or(rest.len());
                mail.extend_from_slice(rest.get(..plain).unwrap_or_default());
                position += plain;
            }
            let Some(byte) = bytes.get(position) else {
                break;
            };
            position += 1;
            if self.step(*byte, mail) {
                return Some(position);
            }
        }
        None
    }

    /// Reads one byte; true when the mail has ended with it.
    fn step(&mut self, byte: u8, mail: &mut Vec<u8>) -> bool {
        self.at = match (self.at, byte) {
            (At::LineStart, b'.') => {
                self.at = At::Dot;
                return false;
            }
            (At::Dot, b'\r') => {
                self.at = At::DotCr;
                return false;
            }
            (At::DotCr, b'\n') => return true,
            (At::DotCr, _) => {
                self.ambiguous = true;
                mail.push(b'\r');
                if byte == b'\r' { At::Cr } else { At::Text }
            }
            (At::Dot, b'\n') => {
                self.ambiguous = true;
                At::BareBreak
            }
            (At::BareDot, b'\r' | b'\n') => {
                self.ambiguous = true;
                if byte == b'\r' { At::Cr } else { At::BareBreak }
            }
            (At::Cr, b'\n') => At::LineStart,
            (_, b'\r') => At::Cr,
            (_, b'\n') => At::BareBreak,
            (At::BareBreak | At::Cr, b'.') => At::BareDot,
            _ => At::Text,
        };
        mail.push(byte);
        false
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> (Option<usize>, Vec<u8>, bool) {
        let mut reader = ContentReader::new();
        let mut mail = Vec::new();
        let used = reader.read(bytes, &mut mail);
        (used, mail, reader.is_ambiguous())
    }

    #[test]
    fn a_mail_ends_at_a_lone_dot_and_loses_doubled_ones() {
        let (used, mail, ambiguous) = read(b"a\r\n..b\r\n.\r\nQUIT\r\n");
        assert_eq!(
            (used, mail.as_slice(), ambiguous),
            (Some(11), b"a\r\n.b\r\n".as_slice(), false)
        );
        assert_eq!(read(b".\r\n"), (Some(3), vec![], false));
        assert_eq!(read(b"a.\r\n.\r\n").1, b"a.\r\n");
        assert_eq!(
            read(b"a\nb\rc\r\n.\r\n"),
            (Some(10), b"a\nb\rc\r\n".to_vec(), false)
        );
    }

    #[test]
    fn smuggled_ends_are_part_of_the_mail_and_noticed() {
        for smuggled in [
            "a\n.\nMAIL",
            "a\n.\r\nMAIL",
            "a\r\n.\nMAIL",
            "a\r.\rMAIL",
            "a\r.\r\nMAIL",
            "a\r\n.\rMAIL",
            "a\n.\rMAIL",
        ] {
            let mut bytes = smuggled.as_bytes().to_vec();
            bytes.extend_from_slice(b" FROM:<x>\r\n.\r\n");
            let (used, mail, ambiguous) = read(&bytes);
            assert_eq!(used, Some(bytes.len()), "{smuggled:?}");
            assert!(
                String::from_utf8(mail).unwrap().contains("MAIL FROM"),
                "{smuggled:?}"
            );
            assert!(ambiguous, "{smuggled:?}");
        }
    }

    proptest! {
        #[test]
        fn what_a_client_stuffs_is_what_we_read(lines in prop::collection::vec("[.a\r\n]{0,5}", 0..20), cut in 1usize..7) {
            let lines: Vec<String> = lines.iter().map(|line| line.replace(['\r', '\n'], "")).collect();
            let meant: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
            let mut sent: Vec<u8> = lines
                .iter()
                .flat_map(|line| format!("{}{line}\r\n", if line.starts_with('.') { "." } else { "" }).into_bytes())
                .collect();
            sent.extend_from_slice(b".\r\n");
            let mut reader = ContentReader::new();
            let mut mail = Vec::new();
            let mut ended = false;
            for piece in sent.chunks(cut) {
                prop_assert!(!ended);
                ended = reader.read(piece, &mut mail) == Some(piece.len());
            }
            prop_assert!(ended);
            prop_assert_eq!(String::from_utf8(mail).unwrap(), meant);
            prop_assert!(!reader.is_ambiguous());
        }
    }
}
