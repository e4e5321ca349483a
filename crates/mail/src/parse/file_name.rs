//! Names of attached files, made safe for disks, links and people's eyes.

use crate::cleaning::is_invisible;

/// Longest name kept, in characters. The ending always stays.
const NAME_CHARS: usize = 120;

/// A file name without path, control, invisible or reserved characters, with at most one ending.
///
/// `invoice.pdf.exe` is shown as `invoice.pdf` by systems that hide endings; here it becomes
/// `invoice_pdf.exe`. A name with nothing left is called after its media type.
pub fn clean(name: Option<&str>, media_type: &str) -> String {
    let last = name
        .unwrap_or_default()
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or_default();
    let mut clean = String::with_capacity(last.len());
    for c in last.chars() {
        match c {
            c if c.is_control() || is_invisible(c) => {}
            '<' | '>' | ':' | '"' | '|' | '?' | '*' | '\u{2215}' | '\u{2044}' | '\u{29F8}'
            | '\u{FF0F}' | '\u{FF3C}' => {
                clean.push('_');
            }
            // Look-alikes of the dot.
            '\u{2024}' | '\u{FE52}' | '\u{FF0E}' | '\u{3002}' | '\u{FF61}' => clean.push('_'),
            c if c.is_whitespace() => {
                if !clean.ends_with(' ') {
                    clean.push(' ');
                }
            }
            c => clean.push(c),
        }
    }
    let clean = one_ending(clean.trim_matches([' ', '.']));
    if clean.is_empty() {
        fallback(media_type)
    } else {
        shortened(&clean)
    }
}

fn one_ending(name: &str) -> String {
    let Some((stem, ending)) = name.rsplit_once('.') else {
        return name.to_owned();
    };
    let mut pieces = stem.split('.');
    let mut safe = pieces.next().unwrap_or_default().trim().to_owned();
    for piece in pieces {
        let dot = if looks_like_ending(piece) { '_' } else { '.' };
        safe.push(dot);
        safe.push_str(piece.trim());
    }
    format!("{safe}.{}", ending.trim())
}

/// Two to five letters and digits with a letter among them. `tar` is the one ending that is
/// commonly followed by another.
fn looks_like_ending(piece: &str) -> bool {
    let piece = piece.trim();
    (2..=5).contains(&piece.len())
        && piece.chars().all(|c| c.is_ascii_alphanumeric())
        && piece.chars().any(|c| c.is_ascii_alphabetic())
        && !piece.eq_ignore_ascii_case("tar")
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS {
        return name.to_owned();
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let ending: String = ending.chars().take(20).collect();
    let room = NAME_CHARS.saturating_sub(ending.chars().count() + 1);
    let stem: String = name.chars().take(room).collect();
    if ending.is_empty() {
        stem
    } else {
        format!("{}.{ending}", stem.trim_end_matches(['.', ' ']))
    }
}

fn fallback(media_type: &str) -> String {
    let name = match media_type {
        "message/rfc822" | "message/global" => "mail.eml",
        "message/delivery-status" => "delivery-status.txt",
        "text/plain" => "text.txt",
        "text/html" => "page.html",
        "text/calendar" => "invitation.ics",
        "image/jpeg" => "image.jpg",
        "image/png" => "image.png",
        "image/gif" => "image.gif",
        "application/pdf" => "document.pdf",
        _ => "attachment",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_where_the_file_is_from_only_by_its_one_ending() {
        for (name, expected) in [
            ("invoice.pdf", "invoice.pdf"),
            ("invoice.pdf.exe", "invoice_pdf.exe"),
            ("invoice.pdf      .exe", "invoice_pdf.exe"),
            ("invoice\u{200B}.pdf\u{202E}.exe", "invoice_pdf.exe"),
            ("photo.jpg\u{FF0E}exe", "photo.jpg_exe"),
            ("backup.tar.gz", "backup.tar.gz"),
            ("Report 2024.05.01.pdf", "Report 2024.05.01.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\system32\\calc.exe", "calc.exe"),
            ("a\r\nSet-Cookie: x.txt", "aSet-Cookie_ x.txt"),
            ("ev\0il.txt", "evil.txt"),
            (".htaccess", "htaccess"),
            ("...", "attachment"),
            ("..", "attachment"),
            ("", "attachment"),
            ("\u{200B}", "attachment"),
            ("größe.txt", "größe.txt"),
            ("<script>.html", "_script_.html"),
        ] {
            assert_eq!(
                clean(Some(name), "application/octet-stream"),
                expected,
                "{name:?}"
            );
        }
        assert_eq!(clean(None, "message/rfc822"), "mail.eml");
    }

    #[test]
    fn a_long_name_keeps_its_ending() {
        let name = clean(
            Some(&format!("{}.pdf", "x".repeat(5_000))),
            "application/pdf",
        );
        assert_eq!(name.chars().count(), NAME_CHARS);
        assert!(name.ends_with(".pdf"));
    }
}
