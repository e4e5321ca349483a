//! A bound on how deep elements may nest.
//!
//! HTML parsers look through all open elements at every tag, so a mail of
//! nothing but opening tags would take quadratic time.

/// Open elements allowed. Chains of a hundred replies stay below.
const MAX_DEPTH: usize = 1_000;

/// Elements without content, or closed by the next of their kind.
const UNCOUNTED: &[&str] = &[
    "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
    "option", "p", "param", "source", "td", "th", "tr", "track", "wbr",
];

/// The part of `html` before elements nest deeper than any mail's do.
pub(super) fn bounded(html: &str) -> &str {
    let mut depth = 0_usize;
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at + 1..];
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end..]);
            continue;
        }
        if let Some(closing) = tag.strip_prefix('/') {
            depth = depth.saturating_sub(usize::from(counts(closing)));
        } else if tag.starts_with(|c: char| c.is_ascii_alphabetic()) && counts(tag) {
            depth += 1;
            if depth > MAX_DEPTH {
                return &html[..html.len() - tag.len() - 1];
            }
        }
        rest = tag;
    }
    html
}

fn counts(tag: &str) -> bool {
    let end = tag
        .find(|c: char| !c.is_ascii_alphanumeric() && c != ':')
        .unwrap_or(tag.len());
    !UNCOUNTED
        .iter()
        .any(|name| name.eq_ignore_ascii_case(&tag[..end]))
}
