//! Lists of pages to read.

use crate::article::Flaw;
use url::Url;

/// The most pages of one list.
const MOST: usize = 500;

/// The addresses of a `.urls` file: one per line, `#` begins a remark.
///
/// # Errors
/// A [`Flaw`] that names the first line that is no address.
pub fn urls(text: &str) -> Result<Vec<String>, Flaw> {
    let mut urls = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let url = Url::parse(line)
            .ok()
            .filter(|url| matches!(url.scheme(), "https" | "http"));
        let url = url
            .ok_or_else(|| Flaw::new("body", format!("line {} is no https:// address", at + 1)))?;
        urls.push(url.to_string());
    }
    match urls.len() > MOST {
        true => Err(Flaw::new(
            "body",
            format!("name at most {MOST} addresses in one file"),
        )),
        false => Ok(urls),
    }
}
