//! Which lines repeat earlier messages.

use super::line::{Line, Mark, Part, next_text};
use super::{attribution, header_block, notice, separator};

/// A quoted line this long was probably wrapped by a mail server.
const WRAPPED_COLUMNS: usize = 60;

/// Labels every line as the sender's or as history; also gateway banners above
/// the text and signatures known by markup.
pub(super) fn label(lines: &[Line<'_>], fenced: &[bool]) -> Vec<Part> {
    let mut parts = vec![Part::Own; lines.len()];
    let mut own_above = false;
    let mut i = 0;
    while i < lines.len() {
        let line = &lines[i];
        if line.is_blank() || fenced[i] {
            own_above |= fenced[i];
            i += 1;
        } else if line.mark == Mark::Signature {
            parts[i] = Part::Signature;
            i += 1;
        } else if line.mark == Mark::HistoryStarts {
            parts[i..].fill(Part::Quote);
            break;
        } else if line.is_quoted() {
            i = label_quoted(lines, &mut parts, i);
        } else if let Some(end) = banner(lines, i, own_above) {
            parts[i..end].fill(Part::Notice);
            i = end;
        } else if let Some(end) = history_at(lines, i) {
            parts[i..end].fill(Part::Quote);
            i = end;
            if runs_to_end(lines, end) {
                parts[end..].fill(Part::Quote);
                break;
            }
        } else {
            own_above = true;
            i += 1;
        }
    }
    parts
}

/// Labels the quoted line `i` and, when a mail server broke it, the rest of it
/// that lost its quote mark. Returns the next line to look at.
fn label_quoted(lines: &[Line<'_>], parts: &mut [Part], i: usize) -> usize {
    parts[i] = Part::Quote;
    let broken = lines
        .get(i + 1)
        .is_some_and(|rest| is_broken_off(lines[i].text, rest))
        && lines.get(i + 2).is_some_and(Line::is_quoted);
    if broken {
        parts[i + 1] = Part::Quote;
        return i + 2;
    }
    i + 1
}

fn is_broken_off(quoted: &str, rest: &Line<'_>) -> bool {
    if rest.is_blank()
        || rest.is_quoted()
        || quoted.chars().take(WRAPPED_COLUMNS).count() < WRAPPED_COLUMNS
    {
        return false;
    }
    let ended = quoted.ends_with(['.', '!', ':', ')', '"', '”']);
    let asked = quoted.ends_with('?');
    let lower = rest.trimmed().starts_with(char::is_lowercase);
    !asked && (lower || !ended)
}

/// Text around the message itself: a mail gateway's warning, or one header
/// line left over from the message's own header.
fn banner(lines: &[Line<'_>], i: usize, own_above: bool) -> Option<usize> {
    if own_above {
        return None;
    }
    if let Some(block) = header_block::at(lines, i, false).filter(|block| block.lone_from) {
        return Some(block.end);
    }
    notice::banner_at(lines, i)
}

/// The index after the lines that introduce an earlier message at line `i`.
fn history_at(lines: &[Line<'_>], i: usize) -> Option<usize> {
    let text = lines[i].trimmed();
    if separator::announces_history(text) {
        return Some(i + 1);
    }
    let is_divider =
        separator::is_rule(text) || (text.len() < 100 && separator::between_rules(text).is_some());
    let announced = next_text(lines, i + 1)
        .filter(|_| is_divider)
        .and_then(|next| header_block::at(lines, next, true));
    if let Some(block) = announced {
        return Some(block.end);
    }
    attribution::at(lines, i).or_else(|| header_block::at(lines, i, false).map(|block| block.end))
}

/// Whether history introduced above `end` runs to the end of the mail: its
/// lines carry no quote marks. With quote marks, answers may stand in between.
fn runs_to_end(lines: &[Line<'_>], end: usize) -> bool {
    next_text(lines, end)
        .is_some_and(|next| !lines[next].is_quoted() && history_at(lines, next).is_none())
}
