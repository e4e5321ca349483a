//! What the sender of a mail wrote in this message, and nothing else.
//!
//! A mail body carries the sender's words together with quoted history,
//! "On … wrote:" lines, forwarded headers, signatures, "Sent from my …" lines,
//! list footers and disclaimers. [`from_plain`] and [`from_html`] keep the words
//! and drop the rest, line by line: no line is ever rewritten or invented.
//!
//! The walk, one module per step:
//!
//! 1. `dom`: HTML becomes lines; quotes and signatures that the mail client
//!    marked up are remembered with each line.
//! 2. `history`: lines that repeat earlier messages are labelled, by quote
//!    marks (`>`), `attribution` lines, `header_block`s and `separator`s.
//! 3. `signature`: the end of each remaining stretch loses its signature
//!    (`closing`, `contact`), device tagline (`device`) and `notice`s.
//! 4. The remaining lines are joined ([`ReplyText::text`]).
//!
//! The rules prefer keeping a line to losing one: a customer's sentence that
//! disappears costs more than a name that stays. The texts they are measured
//! against are in `tests/fixtures/reply_text`.

mod attribution;
mod closing;
mod contact;
mod device;
mod dom;
mod header_block;
mod history;
mod line;
mod notice;
mod separator;
mod signature;
mod words;

use line::{Line, Mark, Part};

/// Passes after which a text that still changes is returned as it came.
///
/// One pass settles ordinary mail. Only a message built to peel off layer by
/// layer needs more, and keeping all of it is the safe answer then.
const MAX_PASSES: usize = 8;

/// The sender's own words and what stood around them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyText {
    /// The sender's own lines: no white space at line ends, no blank lines
    /// around the text. Empty when the whole message repeats earlier ones.
    pub text: String,
    /// Whether any line with text was left out.
    pub stripped: bool,
    /// Whether earlier messages were among the lines left out.
    pub quoted: bool,
    /// The signature left out, without device taglines and legal notices: it may
    /// name the sender's company or telephone number.
    pub signature: Option<String>,
}

/// Keeps what the sender wrote of a `text/plain` body.
///
/// Never fails and takes time linear in the length of `body`. Applying it to
/// its own result changes nothing.
#[must_use]
pub fn from_plain(body: &str) -> ReplyText {
    settle(
        body.lines()
            .map(|text| Line::new(text, Mark::Plain))
            .collect(),
    )
}

/// Keeps what the sender wrote of a `text/html` body, as plain text.
///
/// Quotes and signatures are found by the markup mail clients are known to
/// write, then by the rules of [`from_plain`]. Links keep their text only.
#[must_use]
pub fn from_html(html: &str) -> ReplyText {
    let rendered = dom::render(html);
    settle(
        rendered
            .iter()
            .map(|(text, mark)| Line::new(text, *mark))
            .collect(),
    )
}

/// Labels and drops lines until nothing more is dropped.
fn settle(lines: Vec<Line<'_>>) -> ReplyText {
    let all = join(&lines);
    let mut signatures = Vec::new();
    let mut quoted = false;
    let mut rest = lines;
    for _ in 0..MAX_PASSES {
        let parts = label(&rest);
        quoted |= parts.contains(&Part::Quote);
        let signature = join(&select(&rest, &parts, Part::Signature));
        if !signature.is_empty() {
            signatures.push(signature);
        }
        let kept = select(&rest, &parts, Part::Own);
        if kept.len() == rest.len() {
            signatures.reverse();
            let text = join(&rest);
            return ReplyText {
                stripped: text != all,
                text,
                quoted,
                signature: (!signatures.is_empty()).then(|| signatures.join("\n\n")),
            };
        }
        rest = kept;
    }
    ReplyText {
        text: all,
        ..ReplyText::default()
    }
}

/// One label per line.
fn label(lines: &[Line<'_>]) -> Vec<Part> {
    let fenced = line::fenced(lines);
    let mut parts = history::label(lines, &fenced);
    signature::label(lines, &fenced, &mut parts);
    keep_something(lines, &mut parts);
    parts
}

/// A message that is nothing but a signature is shown with it: better a bare
/// name than nothing. Repeated history alone stays hidden.
fn keep_something(lines: &[Line<'_>], parts: &mut [Part]) {
    let has = |parts: &[Part], part| {
        lines
            .iter()
            .zip(parts)
            .any(|(line, &p)| p == part && !line.is_blank())
    };
    if has(parts, Part::Own) {
        return;
    }
    let restored = if has(parts, Part::Signature) {
        Part::Signature
    } else if has(parts, Part::Quote) {
        return;
    } else {
        Part::Notice
    };
    for part in parts.iter_mut().filter(|part| **part == restored) {
        *part = Part::Own;
    }
}

/// The lines with the label `wanted`, without blank lines around them; where
/// others stood in between, at most one blank line.
fn select<'a>(lines: &[Line<'a>], parts: &[Part], wanted: Part) -> Vec<Line<'a>> {
    let mut kept: Vec<Line<'a>> = Vec::new();
    let mut blanks = 0_usize;
    let mut gap = false;
    for (line, part) in lines.iter().zip(parts) {
        if *part != wanted {
            gap = true;
        } else if line.is_blank() {
            blanks += 1;
        } else {
            if !kept.is_empty() {
                let blanks = if gap { blanks.min(1) } else { blanks };
                kept.extend(std::iter::repeat_n(Line::new("", Mark::Plain), blanks));
            }
            kept.push(Line::new(line.text, Mark::Plain));
            blanks = 0;
            gap = false;
        }
    }
    if let Some(first) = kept.first_mut() {
        first.text = first.text.trim_start();
    }
    kept
}

fn join(lines: &[Line<'_>]) -> String {
    let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
    texts.join("\n").trim().to_owned()
}
