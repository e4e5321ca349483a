//! Limits on MIME nesting, applied before the parser sees the bytes.
//!
//! The MIME parser opens attached mails level by level and gives every level back by recursion, it
//! searches the rest of the mail for the boundary of every multipart, and it searches all parameters
//! of a header for every piece of a split one. A mail made of nothing but those would cost a stack
//! overflow or many minutes. So attached mails are kept whole, as files, and multiparts and split
//! parameters beyond a sane number are kept as they are: in a copy, one letter is changed so that the
//! parser sees something it does not know.

use std::borrow::Cow;

/// Real mail has fewer multiparts than this.
const MULTIPARTS: usize = 100;

/// Real mail has fewer split or encoded parameters (RFC 2231) than this.
const STARS: usize = 2_000;

/// Subtypes that make the parser open an attached mail.
const ATTACHED_MAIL: [&[u8]; 3] = [b"rfc822", b"global", b"digest"];

/// `raw` with attached mails and excess multiparts made opaque. Same length, same offsets.
pub(super) fn tame(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut copy: Option<Vec<u8>> = None;
    let mut seen = Seen::default();
    let mut offset = 0;
    let mut in_header = false;
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let continued = in_header
            && line
                .first()
                .is_some_and(|byte| matches!(byte, b' ' | b'\t'));
        in_header = continued || starts_mime_header(line);
        if in_header {
            for position in dangers(line, &mut seen) {
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

/// What was seen of a mail so far.
#[derive(Default)]
struct Seen {
    multiparts: usize,
    stars: usize,
}

/// True for the first line of a Content-Type or Content-Disposition. The parser ignores blanks inside
/// header names, so they are ignored here too.
fn starts_mime_header(line: &[u8]) -> bool {
    let names: [&[u8]; 2] = [b"content-type:", b"content-disposition:"];
    names.iter().any(|name| {
        let mut letters = line.iter().filter(|byte| !byte.is_ascii_whitespace());
        name.iter().all(|wanted| {
            letters
                .next()
                .is_some_and(|byte| byte.eq_ignore_ascii_case(wanted))
        })
    })
}

/// Positions in `line` of the letters to change.
fn dangers(line: &[u8], seen: &mut Seen) -> Vec<usize> {
    let mut positions = Vec::new();
    for word in ATTACHED_MAIL {
        positions.extend(find_all(line, word));
    }
    for position in find_all(line, b"multipart") {
        seen.multiparts += 1;
        if seen.multiparts > MULTIPARTS {
            positions.push(position);
        }
    }
    for position in find_all(line, b"*") {
        seen.stars += 1;
        if seen.stars > STARS {
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
