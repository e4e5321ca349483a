//! Plain text out of inline events.

use pulldown_cmark::Event;
use std::collections::HashSet;
use std::sync::LazyLock;

/// The text of the events up to the one that `ends` it.
pub(super) fn text(events: &[Event<'_>], ends: impl Fn(&Event<'_>) -> bool) -> String {
    let mut text = String::new();
    for event in events.iter().take_while(|event| !ends(event)) {
        push(&mut text, event);
    }
    crate::article::one_line(&text)
}

/// Adds what an event says, if it says anything.
pub(super) fn push(out: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(text) | Event::Code(text) => out.push_str(text),
        Event::SoftBreak | Event::HardBreak => out.push(' '),
        Event::Html(html) | Event::InlineHtml(html) => out.push_str(&of_html(html)),
        _ => {}
    }
}

/// The text of a piece of raw HTML, without what is not meant for readers.
pub(super) fn of_html(html: &str) -> String {
    static NO_TAGS: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
        let mut builder = ammonia::Builder::empty();
        builder.clean_content_tags(HashSet::from(super::render::WITHOUT_CONTENT));
        builder
    });
    let escaped = NO_TAGS.clean(html).to_string();
    unescaped(&escaped)
}

/// Undoes the five escapes that a sanitiser writes.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}
