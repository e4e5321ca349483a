//! What a file is, by its content, and how it may be shown.

use crate::error::{Error, Result};
use bytes::Bytes;
use image::{ImageFormat, ImageReader, Limits};
use std::io::Cursor;

/// The largest picture that is decoded, in pixels along one side.
const SIDE_LIMIT: u32 = 12_000;
/// The most memory decoding a picture may take, in bytes.
const DECODE_LIMIT: u64 = 256 * 1024 * 1024;

/// How a browser would treat a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaKind {
    /// A picture that was decoded and written anew.
    Picture,
    /// Sound or moving pictures.
    Playable,
    /// A PDF document.
    Pdf,
    /// Plain text without markup a browser would follow.
    Text,
    /// Anything else, and all that a browser could run.
    Other,
}

/// What the content says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sniffed {
    /// The media type to hand out.
    pub media_type: String,
    /// How it may be treated.
    pub kind: MediaKind,
}

/// True for what may be shown in the page; everything else is handed out as a download.
pub fn may_show_inline(media_type: &str) -> bool {
    matches!(
        media_type,
        "image/png" | "image/jpeg" | "image/gif" | "image/webp"
    ) || media_type.starts_with("audio/")
        || media_type.starts_with("video/")
}

/// Looks at the content alone: neither name nor claim of the sender counts.
pub fn sniff(body: &[u8]) -> Sniffed {
    let other = || Sniffed {
        media_type: "application/octet-stream".to_owned(),
        kind: MediaKind::Other,
    };
    if let Some(found) = infer::get(body) {
        let media_type = found.mime_type();
        let kind = match media_type {
            "image/png" | "image/jpeg" | "image/gif" | "image/webp" => MediaKind::Picture,
            "application/pdf" => MediaKind::Pdf,
            _ if media_type.starts_with("audio/") || media_type.starts_with("video/") => {
                MediaKind::Playable
            }
            // HTML, XML and scripts could run in a browser: their type is not handed out.
            _ if media_type.starts_with("text/") || media_type.contains("xml") => return other(),
            _ => MediaKind::Other,
        };
        return Sniffed {
            media_type: media_type.to_owned(),
            kind,
        };
    }
    let start = String::from_utf8_lossy(&body[..body.len().min(4096)]).to_lowercase();
    let markup = [
        "<html",
        "<svg",
        "<script",
        "<!doctype",
        "<?xml",
        "<body",
        "<iframe",
    ]
    .iter()
    .any(|tag| start.contains(tag));
    match std::str::from_utf8(body) {
        Ok(text) if !markup && !text.contains('\0') => Sniffed {
            media_type: "text/plain".to_owned(),
            kind: MediaKind::Text,
        },
        _ => other(),
    }
}

/// [`made_safe`], away from the threads that serve.
pub(super) async fn safe(body: Bytes) -> Result<(Sniffed, Bytes)> {
    tokio::task::spawn_blocking(move || made_safe(body))
        .await
        .map_err(|error| Error::Conflict(format!("the file could not be read: {error}")))
}

/// The file as it may be kept: a picture is decoded and written anew, so that nothing hides in it; one that
/// cannot be decoded is kept as plain bytes.
fn made_safe(body: Bytes) -> (Sniffed, Bytes) {
    let sniffed = sniff(&body);
    // Animations would lose their movement; GIF is kept as it is and still handed out as an image only.
    if sniffed.kind != MediaKind::Picture || sniffed.media_type == "image/gif" {
        return (sniffed, body);
    }
    match rewritten(&body) {
        Some((media_type, body)) => (
            Sniffed {
                media_type: media_type.to_owned(),
                kind: MediaKind::Picture,
            },
            body,
        ),
        None => (
            Sniffed {
                media_type: "application/octet-stream".to_owned(),
                kind: MediaKind::Other,
            },
            body,
        ),
    }
}

fn rewritten(body: &Bytes) -> Option<(&'static str, Bytes)> {
    let mut reader = ImageReader::new(Cursor::new(body))
        .with_guessed_format()
        .ok()?;
    let format = reader.format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(SIDE_LIMIT);
    limits.max_image_height = Some(SIDE_LIMIT);
    limits.max_alloc = Some(DECODE_LIMIT);
    reader.limits(limits);
    let picture = reader.decode().ok()?;
    let (format, media_type) = match format {
        ImageFormat::Jpeg => (ImageFormat::Jpeg, "image/jpeg"),
        _ => (ImageFormat::Png, "image/png"),
    };
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, format).ok()?;
    Some((media_type, out.into_inner().into()))
}

/// A name that is safe to show and to save under: no folders, no control or invisible characters, no direction
/// marks that hide an ending, at most 120 characters.
pub fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}')
    };
    let clean: String = last
        .chars()
        .filter(|c| !invisible(*c))
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    let clean = clean.trim().trim_matches('.').trim();
    match clean.is_empty() {
        true => "file".to_owned(),
        false if clean.chars().count() > 120 => shortened(clean),
        false => clean.to_owned(),
    }
}

/// Keeps the ending, which says what to open it with.
fn shortened(name: &str) -> String {
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending)
        .filter(|ending| ending.len() <= 10);
    let start: String = name.chars().take(100).collect();
    ending.map_or(start.clone(), |ending| format!("{start}.{ending}"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_page_dressed_as_a_picture_is_neither_shown_nor_named_as_one() {
        for body in [
            &b"<svg onload=alert(1)>"[..],
            b"<html><script>",
            b"  <?xml version='1.0'?><svg/>",
            b"\xef\xbb\xbf<!DOCTYPE html>",
        ] {
            let sniffed = sniff(body);
            assert_eq!(
                sniffed.media_type,
                "application/octet-stream",
                "{}",
                String::from_utf8_lossy(body)
            );
            assert!(!may_show_inline(&sniffed.media_type));
        }
    }

    #[test]
    fn a_picture_loses_everything_that_is_not_a_picture() {
        let mut png = Cursor::new(Vec::new());
        image::DynamicImage::new_rgb8(2, 2)
            .write_to(&mut png, ImageFormat::Png)
            .unwrap();
        let mut body = png.into_inner();
        body.extend_from_slice(b"<script>alert(1)</script>");
        let (sniffed, safe) = made_safe(body.into());
        assert_eq!(sniffed.media_type, "image/png");
        assert!(!safe.windows(8).any(|window| window == b"<script>"));
    }

    #[test]
    fn names_hide_nothing() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\temp\\photo.jpg"), "photo.jpg");
        assert_eq!(clean_name("invoice\u{202e}fdp.exe"), "invoicefdp.exe");
        assert_eq!(clean_name("a\u{200b}b\r\n.txt"), "ab.txt");
        assert_eq!(clean_name(" .. "), "file");
        assert!(clean_name(&"x".repeat(500)).len() <= 120);
    }
}
