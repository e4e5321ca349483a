//! Markdown files.

use super::{Imported, Usual, draft};
use crate::article::{Flaw, one_line};
use crate::front_matter;

/// A Markdown file with its front matter. A `# heading` on the first line is the title.
pub(super) fn article(name: &str, text: &str, usual: &Usual) -> Result<Imported, Flaw> {
    let front = front_matter::split(text)?;
    let (title, body) = titled(front.body);
    draft(name, &front, title, body.to_owned(), usual)
}

/// Takes a title on the first line off a body.
pub(super) fn titled(body: &str) -> (Option<String>, &str) {
    let body = body.trim_start();
    let (first, rest) = body.split_once('\n').unwrap_or((body, ""));
    match first.strip_prefix("# ") {
        Some(title) => (Some(one_line(title.trim_end_matches('#'))), rest),
        None => (None, body),
    }
}
