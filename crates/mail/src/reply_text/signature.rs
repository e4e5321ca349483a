//! Which of the sender's lines are signature, tagline or notice.
//!
//! Each stretch of own lines between quotes is looked at from its end, since
//! signatures stand at the end of a message and above the history below it.

use super::closing::{self, Closing};
use super::contact::is_contact;
use super::device::{self, Tagline};
use super::line::{Line, Part};
use super::notice;
use super::separator::is_rule;
use super::words::{folded, is_name, is_prose};

/// Lines from the end of a stretch in which signatures are looked for.
const TAIL_LINES: usize = 80;

/// Lines with text a signature below a delimiter has, at most.
const MAX_DELIMITED_LINES: usize = 20;

/// Lines with text a signature below a closing, a dash or nothing has, at most.
const MAX_SIGNATURE_LINES: usize = 12;

/// Letters of formulas that may be an answer too ("LG", "Best"): they need a name below them.
const MAX_SHORT_FORMULA: usize = 4;

/// Signatures above one another that one pass takes off.
const MAX_LAYERS: usize = 6;

/// Relabels the lines of every stretch of own lines that are not words of the sender's.
pub(super) fn label(lines: &[Line<'_>], fenced: &[bool], parts: &mut [Part]) {
    let mut own_above = false;
    let mut start = 0;
    while start < parts.len() {
        let len = parts[start..]
            .iter()
            .take_while(|&&part| part == Part::Own)
            .count();
        if len == 0 {
            start += 1;
            continue;
        }
        let end = start + len;
        let above_history = parts.get(end).is_some();
        // Code stands above any signature: what is looked at begins below it.
        let below_code = (start..end)
            .rev()
            .find(|&i| fenced[i])
            .map_or(start, |last| last + 1);
        own_above |= below_code > start;
        label_stretch(
            &lines[below_code..end],
            &mut parts[below_code..end],
            own_above,
            above_history,
        );
        own_above |= (start..end).any(|i| parts[i] == Part::Own && !lines[i].is_blank());
        start = end;
    }
}

fn label_stretch(lines: &[Line<'_>], parts: &mut [Part], own_above: bool, above_history: bool) {
    let mut end = label_taglines(lines, parts, own_above);
    let mut removed = above_history || end < lines.len();
    for _ in 0..MAX_LAYERS {
        end = without_blank_end(lines, end);
        let Some((cut, part)) = layer(&lines[..end], removed) else {
            break;
        };
        parts[cut..end].fill(part);
        let below = postscript(&lines[cut..end]).map_or(end, |at| cut + at);
        parts[below..end].fill(Part::Own);
        end = cut;
        removed = true;
    }
}

/// Finds the lowest layer that is not the sender's words: where it starts and what it is.
fn layer(lines: &[Line<'_>], removed_below: bool) -> Option<(usize, Part)> {
    if let Some(cut) = notice::closing_notices(lines) {
        return Some((cut, Part::Notice));
    }
    let cut = delimited(lines)
        .or_else(|| closed(lines))
        .or_else(|| dashed_name(lines))
        .or_else(|| contact_block(lines))
        .or_else(|| dangling_rule(lines, removed_below))?;
    Some((cut, Part::Signature))
}

/// Labels device taglines. Under own words a tagline ends the message, and what
/// follows is history without marks; with none above, only the line goes.
/// Returns the end of what remains to be looked at.
fn label_taglines(lines: &[Line<'_>], parts: &mut [Part], own_above: bool) -> usize {
    let mut own_above = own_above;
    for (i, line) in lines.iter().enumerate() {
        if line.is_blank() {
            continue;
        }
        let last = || lines[i + 1..].iter().all(Line::is_blank);
        let ends_paragraph = lines.get(i + 1).is_none_or(|next| {
            next.is_blank() || is_rule(next.trimmed()) || device::tagline(next.trimmed()).is_some()
        });
        if !ends_paragraph {
            own_above = true;
            continue;
        }
        match device::tagline(line.trimmed()) {
            Some(Tagline::Known) if own_above => {
                parts[i..].fill(Part::Notice);
                return label_name_above(lines, parts, i);
            }
            Some(Tagline::Likely) if own_above && last() && (i == 0 || lines[i - 1].is_blank()) => {
                parts[i..].fill(Part::Notice);
                return i;
            }
            Some(Tagline::Known) => parts[i] = Part::Notice,
            _ => own_above = true,
        }
    }
    lines.len()
}

/// A name on the line above a tagline, below other words, belongs to it.
fn label_name_above(lines: &[Line<'_>], parts: &mut [Part], tagline: usize) -> usize {
    let named =
        tagline >= 2 && lines[tagline - 2].is_blank() && is_name(lines[tagline - 1].trimmed());
    let worded = lines[..tagline.saturating_sub(1)]
        .iter()
        .any(|line| !line.is_blank());
    if named && worded && lines[tagline - 1].trimmed().split_whitespace().count() <= 3 {
        parts[tagline - 1] = Part::Signature;
        return tagline - 1;
    }
    tagline
}

/// A signature below `--`, an em dash, or a rule.
fn delimited(lines: &[Line<'_>]) -> Option<usize> {
    let from = lines.len().saturating_sub(TAIL_LINES);
    (from..lines.len()).find(|&i| {
        let text = lines[i].trimmed();
        let below = texts(&lines[i + 1..]);
        if matches!(text, "--" | "—" | "–" | "- -" | "―") {
            is_below_dashes(&below)
        } else {
            is_rule(text) && !is_table(lines, i) && is_below_rule(&below)
        }
    })
}

/// Below two dashes almost anything is a signature, unless sentences say otherwise.
fn is_below_dashes(below: &[&str]) -> bool {
    let sentences = below.iter().filter(|text| is_prose(text)).count();
    let told = below.iter().any(|text| is_contact(text))
        || below.first().is_some_and(|first| is_name(first));
    !below.is_empty() && below.len() <= MAX_DELIMITED_LINES && (sentences <= 1 || told)
}

/// Rules stand in tables and between paragraphs too: below them a signature
/// has no sentences, and names someone or says how to reach them.
fn is_below_rule(below: &[&str]) -> bool {
    let reachable = below.iter().any(|text| is_contact(text));
    let named = below.len() >= 2 && below.first().is_some_and(|first| is_name(first));
    below.len() <= MAX_SIGNATURE_LINES
        && (reachable || named)
        && !below.iter().any(|text| is_prose(text))
}

/// Whether the rule is part of a table: columns stand above or below it.
fn is_table(lines: &[Line<'_>], rule: usize) -> bool {
    let has_columns =
        |line: &Line<'_>| line.trimmed().contains("  ") || line.trimmed().contains(['\t', '|']);
    rule > 0 && has_columns(&lines[rule - 1])
}

/// A signature that opens with a closing.
fn closed(lines: &[Line<'_>]) -> Option<usize> {
    let from = lines.len().saturating_sub(TAIL_LINES);
    (from..lines.len()).rev().find(|&i| {
        let text = lines[i].trimmed();
        let below = texts(&lines[i + 1..]);
        let signed = is_signed(&below);
        match closing::closing(text) {
            Some(Closing::Formula) => {
                signed || (below.is_empty() && text.chars().count() > MAX_SHORT_FORMULA)
            }
            Some(Closing::Thanks) => signed,
            None => {
                closing::is_closing_with_name(text)
                    && (below.is_empty() || is_signature_rest(&below))
            }
        }
    })
}

/// Whether the lines below a closing are a name and what goes with it.
fn is_signed(below: &[&str]) -> bool {
    let Some((first, rest)) = below.split_first() else {
        return false;
    };
    let handle = first.split_whitespace().count() == 1
        && first.chars().count() <= 15
        && first.chars().all(char::is_alphabetic);
    (is_name(first) || handle || is_contact(first)) && is_signature_rest(rest)
}

fn is_signature_rest(below: &[&str]) -> bool {
    let below = below
        .split(|text| is_postscript(text))
        .next()
        .unwrap_or(below);
    let sentences = below.iter().filter(|text| is_prose(text)).count();
    below.len() <= MAX_SIGNATURE_LINES
        && (sentences == 0 || (sentences <= 2 && below.iter().any(|text| is_contact(text))))
}

/// A name after a dash ("-Ann Lee"), which may be followed by an address.
fn dashed_name(lines: &[Line<'_>]) -> Option<usize> {
    let from = lines.len().saturating_sub(MAX_SIGNATURE_LINES);
    (from..lines.len()).rev().find(|&i| {
        let text = lines[i].trimmed();
        let name = text.trim_start_matches(['-', '–', '—', '~', '―']);
        let nick = text.strip_prefix('-') == Some(name)
            && (3..=15).contains(&name.len())
            && name.chars().all(char::is_alphabetic);
        let dashed = name.len() < text.len()
            && (nick || is_name(name.trim()))
            && name.split_whitespace().count() <= 4;
        let plain = !text.ends_with([',', '.', '!', '?']);
        dashed
            && plain
            && !is_listed(lines, i)
            && texts(&lines[i + 1..])
                .iter()
                .all(|text| is_contact(text) || is_name(text))
    })
}

/// Whether line `i` is an item of a list: the line before it opens with a dash
/// too, or announces the list.
fn is_listed(lines: &[Line<'_>], i: usize) -> bool {
    let before = lines[..i]
        .iter()
        .rev()
        .find(|line| !line.is_blank())
        .map(Line::trimmed);
    before
        .is_some_and(|text| text.starts_with(['-', '–', '—', '*', '•', '~']) || text.ends_with(':'))
}

/// A last paragraph that opens with a name and says how to reach it, below
/// other words that do not announce it.
fn contact_block(lines: &[Line<'_>]) -> Option<usize> {
    let start = lines.iter().rposition(Line::is_blank)? + 1;
    let block: Vec<&str> = texts(&lines[start..]);
    let (first, rest) = block.split_first()?;
    let before = lines[..start].iter().rev().find(|line| !line.is_blank())?;
    let contacts = rest.iter().filter(|text| is_contact(text)).count();
    let found = is_name(first)
        && contacts >= 1
        && block.len() <= MAX_SIGNATURE_LINES
        && !rest.iter().any(|text| is_prose(text) && !is_contact(text))
        && !before.trimmed().ends_with([':', '：']);
    found.then_some(start)
}

/// A rule at the end whose other side is gone.
fn dangling_rule(lines: &[Line<'_>], removed_below: bool) -> Option<usize> {
    if !removed_below {
        return None;
    }
    let is_dangling =
        |line: &Line<'_>| is_rule(line.trimmed()) || matches!(line.trimmed(), "—" | "–");
    let rules = lines
        .iter()
        .rev()
        .take_while(|line| line.is_blank() || is_dangling(line))
        .count();
    (rules > 0).then_some(lines.len() - rules)
}

/// The first line of a postscript: words of the sender's below the signature.
fn postscript(lines: &[Line<'_>]) -> Option<usize> {
    lines.iter().position(|line| is_postscript(line.trimmed()))
}

fn is_postscript(text: &str) -> bool {
    let opening: String = folded(text).chars().take(6).collect();
    ["ps:", "p.s", "ps ", "p.p.s", "pps", "p s ", "nb:", "n.b."]
        .iter()
        .any(|mark| opening.starts_with(mark))
}

fn texts<'a>(lines: &[Line<'a>]) -> Vec<&'a str> {
    lines
        .iter()
        .filter(|line| !line.is_blank())
        .map(Line::trimmed)
        .collect()
}

fn without_blank_end(lines: &[Line<'_>], end: usize) -> usize {
    lines[..end]
        .iter()
        .rposition(|line| !line.is_blank())
        .map_or(0, |last| last + 1)
}
