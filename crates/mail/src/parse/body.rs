//! The text, the HTML and the files of a mail.

use super::{file_name, nesting};
use crate::cleaning::many_lines;
use crate::reply_text::{self, ReplyText};
use crate::sanitise;
use bytes::Bytes;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::html::html_to_text;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};
use throughline_model::inbound::File;

/// HTML beyond this many bytes is not rendered; its text is.
const HTML_BYTES: usize = 2 * 1024 * 1024;

/// HTML beyond this many tags is not rendered either: the cost of building the tree grows with the
/// square of its depth. Newsletters have a few thousand.
const HTML_TAGS: usize = 15_000;

/// Text beyond this many bytes is a log or a book: nobody looks for quotes in it.
const STRIPPABLE_BYTES: usize = 1024 * 1024;

/// Most files handed over. Nobody attaches more; the raw mail still has the rest.
const FILES: usize = 1_000;

/// What a mail says and carries.
pub(super) struct Bodies {
    pub text: String,
    pub reply: ReplyText,
    pub html: Option<String>,
    pub safe_html: Option<String>,
    pub files: Vec<File>,
    pub omitted_files: usize,
}

pub(super) fn read(raw: &[u8], message: &Message<'_>) -> Bodies {
    let html = html_of(message);
    let plain = plain_of(message);
    let bearable_html = html.as_deref().filter(|html| is_bearable(html));
    let only_html = bearable_html.filter(|_| plain.is_none());
    let text = plain.unwrap_or_else(|| html.as_deref().map(readable).unwrap_or_default());
    Bodies {
        reply: reply_of(&text, only_html),
        text,
        safe_html: bearable_html.map(sanitise::sanitise),
        html,
        files: message
            .attachments()
            .take(FILES)
            .map(|part| file(raw, part))
            .collect(),
        omitted_files: message.attachments.len().saturating_sub(FILES),
    }
}

/// Every readable text of the mail in its order; none when there is nothing but HTML, or the text is
/// blank beside the HTML.
fn plain_of(message: &Message<'_>) -> Option<String> {
    let texts: Vec<String> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(many_lines(text)),
            PartType::Html(html) => Some(readable(html)),
            _ => None,
        })
        .filter(|text| !text.trim().is_empty())
        .collect();
    let has_plain = message
        .text_bodies()
        .any(|part| matches!(&part.body, PartType::Text(text) if !text.trim().is_empty()));
    if has_plain {
        return Some(texts.join("\n\n"));
    }
    if message.html_bodies().next().is_some() {
        return None;
    }
    // What the parser could not place, such as a part that never ends, may still be what was written.
    message
        .parts
        .iter()
        .filter(|part| part.is_encoding_problem || message.parts.len() == 1)
        .filter_map(|part| part.text_contents())
        .map(many_lines)
        .find(|text| !text.trim().is_empty())
}

/// The HTML of the mail, plain parts between it included; none when there is no HTML.
fn html_of(message: &Message<'_>) -> Option<String> {
    let has_html = message
        .html_bodies()
        .any(|part| matches!(part.body, PartType::Html(_)));
    let pieces = message.html_bodies().filter_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        PartType::Text(text) => Some(sanitise::from_text(text)),
        _ => None,
    });
    has_html.then(|| pieces.collect::<Vec<_>>().join("\n"))
}

fn is_bearable(html: &str) -> bool {
    html.len() <= HTML_BYTES
        && html
            .bytes()
            .filter(|byte| *byte == b'<')
            .nth(HTML_TAGS)
            .is_none()
}

/// The text of HTML, as a person would read it.
fn readable(html: &str) -> String {
    many_lines(html_to_text(html).trim())
}

fn reply_of(text: &str, only_html: Option<&str>) -> ReplyText {
    if text.len() > STRIPPABLE_BYTES {
        let text = text.trim().to_owned();
        return ReplyText {
            text,
            ..ReplyText::default()
        };
    }
    only_html
        .map(reply_text::from_html)
        // HTML nested too deeply for its reader still has text.
        .filter(|reply| reply.stripped || !reply.text.is_empty())
        .unwrap_or_else(|| reply_text::from_plain(text))
}

fn file(raw: &[u8], part: &MessagePart<'_>) -> File {
    let media_type = media_type(part);
    File {
        name: file_name::clean(part.attachment_name(), &media_type),
        content_id: part.content_id().and_then(super::message_id),
        body: Bytes::from(content(raw, part)),
        media_type,
    }
}

fn media_type(part: &MessagePart<'_>) -> String {
    let claimed = part.content_type().map(|content_type| {
        format!(
            "{}/{}",
            content_type.ctype(),
            content_type.subtype().unwrap_or("octet-stream")
        )
        .to_ascii_lowercase()
    });
    let media_type = match (claimed, &part.body) {
        (Some(claimed), _) => nesting::original_media_type(&claimed),
        (None, PartType::Text(_)) => "text/plain".to_owned(),
        (None, _) => "application/octet-stream".to_owned(),
    };
    let sound = media_type.len() <= 100
        && media_type
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+/".contains(&byte));
    if sound {
        media_type
    } else {
        "application/octet-stream".to_owned()
    }
}

/// The bytes of a file as they were before transfer encoding. The parser hands out text only after
/// converting its charset, which a file must be spared.
fn content(raw: &[u8], part: &MessagePart<'_>) -> Vec<u8> {
    let slice = raw.get(part.raw_body_offset() as usize..part.raw_end_offset() as usize);
    let tamed = nesting::is_tamed(
        part.content_type()
            .and_then(|content_type| content_type.subtype()),
    );
    let exact = match (&part.body, part.encoding, slice) {
        (PartType::Binary(_) | PartType::InlineBinary(_), _, _) if !tamed => None,
        (_, Encoding::None, Some(slice)) => Some(slice.to_vec()),
        (_, Encoding::Base64, Some(slice)) => base64_decode(slice),
        (_, Encoding::QuotedPrintable, Some(slice)) => quoted_printable_decode(slice),
        _ => None,
    };
    exact.unwrap_or_else(|| part.contents().to_vec())
}
