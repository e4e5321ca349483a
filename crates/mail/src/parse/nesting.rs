//! Limits on MIME nesting, applied before the parser sees the bytes.
//!
//! The MIME parser opens attached mails level by level and gives every level back by recursion, and
//! it searches the rest of the mail for the boundary of every multipart. A mail made of nothing but
//! nested parts would cost a stack overflow or minutes. So attached mails are kept whole, as files,
//! and multiparts beyond a sane number are kept as they are: in a copy, one letter of their
//! Content-Type is changed so that the parser sees something it does not know.

use std::borrow::Cow;

/// Real mail has fewer multiparts than this.
const MULTIPARTS: usize = 100;

/// Subtypes that make the parser open an attached mail.
const ATTACHED_MAIL: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];

/// `raw` with attached mails and excess multiparts made opaque. Same length, same offsets.
pub(super) fn tame(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut copy: Option<Vec<u8>> = None;
    let mut multiparts = 0;
    let mut offset = 0;
    let mut in_content_type = false;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let continued = in_content_type
            && line
                .first()
                .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        in_content_type = continued || starts_content_type(line);
        if in_content_type {
            for position in dangers(line, &mut multiparts) {
                let bytes = copy.get_or_insert_with(|| raw.to_vec());
                if let Some(byte) = bytes.get_mut(offset + position) {
                    *byte = b'_';
                }
            }
        }
        offset += line.len();
    }
    copy.map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// The media type a file had before [`tame`].
pub(super) fn original_media_type(media_type: &str) -> String {
    media_type
        .replace("/_fc822", "/rfc822")
        .replace("/_lobal", "/global")
}

/// True for the subtype of an attached mail that [`tame`] made opaque.
pub(super) fn is_tamed(subtype: Option<&str>) -> bool {
    matches!(subtype, Some("_fc822" | "_lobal"))
}

/// The parser ignores blanks inside header names, so they are ignored here too.
fn starts_content_type(line: &[u8]) -> bool {
    let mut rest = line.iter().filter(|byte| !byte.is_ascii_whitespace());
    b"content-type:".iter().all(|wanted| {
        rest.next()
            .is_some_and(|byte| byte.eq_ignore_ascii_case(wanted))
    })
}

/// Positions in `line` of the letters to change.
fn dangers(line: &[u8], multiparts: &mut usize) -> Vec<usize> {
    let mut positions = Vec::new();
    for word in ATTACHED_MAIL {
        positions.extend(find_all(line, word));
    }
    for position in find_all(line, b"multipart") {
        *multiparts += 1;
        if *multiparts > MULTIPARTS {
            positions.push(position);
        }
    }
    positions
}

fn find_all<'a>(line: &'a [u8], word: &'a [u8]) -> impl Iterator<Item = usize> + 'a {
    line.windows(word.len())
        .enumerate()
        .filter(|(_, window)| window.eq_ignore_ascii_case(word))
        .map(|(position, _)| position)
}
