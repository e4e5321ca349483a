//! Headers of an earlier message repeated as text ("From: … Sent: … To: …").

mod labels;

use super::line::Line;
use labels::{Header, LABELS};

/// Lines of one header that mail clients break it into, at most.
const MAX_CONTINUATION_LINES: usize = 3;

/// Lines of one block, at most: long lists of recipients, but never a whole mail.
const MAX_BLOCK_LINES: usize = 80;

/// What was found at a line.
pub(super) struct HeaderBlock {
    /// The index after the block's last line.
    pub end: usize,
    /// Whether the block is a single "From" line.
    pub lone_from: bool,
}

/// The header block that starts at line `at`. `announced` tells that a
/// separator stands above it, so that less of it will do.
pub(super) fn at(lines: &[Line<'_>], at: usize, announced: bool) -> Option<HeaderBlock> {
    let (first, _) = parse(lines[at].trimmed())?;
    if first == Header::Other {
        return None;
    }
    let block = read(lines, at);
    let has = |header: Header| block.seen & header.bit() != 0;
    let count = block.seen.count_ones();
    let dated = has(Header::Sent) || has(Header::Date);
    let told = block.has_address || has(Header::Subject) || has(Header::Sent);
    // A sender and a subject alone may be what a customer tells about a mail.
    let full = told
        && if has(Header::From) {
            (count >= 3 && (dated || has(Header::Subject))) || (count == 2 && dated)
        } else {
            dated && has(Header::To) && has(Header::Subject)
        };
    let accepted = full || (announced && (has(Header::From) || count >= 2));
    if accepted {
        return Some(HeaderBlock {
            end: block.end,
            lone_from: false,
        });
    }
    let alone = count == 1
        && first == Header::From
        && block.has_bracketed_address
        && (at == 0 || lines[at - 1].is_blank())
        && lines.get(block.end).is_none_or(Line::is_blank);
    alone.then_some(HeaderBlock {
        end: block.end,
        lone_from: true,
    })
}

/// Whether the line is a header of any kind.
pub(super) fn is_header(line: &Line<'_>) -> bool {
    parse(line.trimmed()).is_some()
}

struct Block {
    end: usize,
    seen: u8,
    has_address: bool,
    has_bracketed_address: bool,
}

/// Reads headers, their continuation lines, and single blank lines between them.
fn read(lines: &[Line<'_>], at: usize) -> Block {
    let mut block = Block {
        end: at,
        seen: 0,
        has_address: false,
        has_bracketed_address: false,
    };
    let mut i = at;
    while let Some(line) = lines.get(i).filter(|_| i < at + MAX_BLOCK_LINES) {
        if let Some((header, _)) = parse(line.trimmed()) {
            // A mail has one of each; a second one belongs to something else.
            if header != Header::Other && block.seen & header.bit() != 0 {
                break;
            }
            block.seen |= header.bit();
        } else if line.is_blank() {
            if lines.get(i + 1).is_some_and(|next| is_header(next)) {
                i += 1;
                continue;
            }
            break;
        } else if !continues(lines, i, block.end) {
            break;
        }
        let text = line.trimmed();
        block.has_address |= text.contains('@');
        block.has_bracketed_address |= text.contains('@') && text.contains(['<', '[']);
        i += 1;
        block.end = i;
    }
    block
}

/// Whether line `i` carries on the header before it: it opens with an address,
/// follows a comma, or other headers follow closely.
fn continues(lines: &[Line<'_>], i: usize, header_end: usize) -> bool {
    if i != header_end || lines[i].is_quoted() {
        return false;
    }
    let before = lines[i - 1].trimmed();
    lines[i].trimmed().starts_with(['<', '['])
        || before.ends_with([',', ';', '<'])
        || before.ends_with([':', '：'])
        || lines[i..]
            .iter()
            .take(MAX_CONTINUATION_LINES + 1)
            .take_while(|l| !l.is_blank())
            .any(is_header)
}

/// Reads "label: value", with the label in the table, bold marks allowed.
fn parse(text: &str) -> Option<(Header, &str)> {
    let bare = text.trim_start_matches(['*', '_', '|', ' ', '\t']);
    let colon = bare
        .char_indices()
        .take(30)
        .find(|(_, c)| matches!(c, ':' | '：'));
    let (at, mark) = colon?;
    let label = bare[..at]
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '*' | '_'))
        .to_lowercase();
    let value = bare[at + mark.len_utf8()..].trim_start_matches(['*', '_', ' ']);
    let (header, _) = LABELS
        .iter()
        .find(|(_, labels)| labels.contains(&label.as_str()))?;
    Some((*header, value))
}
