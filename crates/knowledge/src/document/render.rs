//! Markdown as HTML that is safe on our own pages.

use super::{events, level};
use ammonia::{Builder, UrlRelative};
use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Tags whose content is dropped with them: it is not text for a reader.
pub(super) const WITHOUT_CONTENT: [&str; 22] = [
    "script",
    "style",
    "title",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "noembed",
    "noframes",
    "noscript",
    "template",
    "svg",
    "math",
    "xmp",
    "plaintext",
    "textarea",
    "select",
    "audio",
    "video",
    "canvas",
];

/// What may stand on a page.
const TAGS: [&str; 34] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "strong",
    "summary",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .add_tags(TAGS)
        .add_tags(["span", "sub", "sup", "ul"])
        .clean_content_tags(HashSet::from(WITHOUT_CONTENT))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("ol", ["start"])
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("a", "href") => link(value),
            _ => Some(Cow::Borrowed(value)),
        });
    for heading in ["h2", "h3", "h4", "h5", "h6"] {
        cleaner.add_tag_attributes(heading, ["id"]);
    }
    cleaner
});

/// `body` as HTML. Headings begin at `h2`, for the page's own is the title, and carry their anchors as ids.
pub fn html(body: &str) -> String {
    let events = events(body);
    let top = events.iter().filter_map(heading_level).min().unwrap_or(2);
    let lift = 2_i64 - i64::try_from(top).unwrap_or(2);
    let shown = events
        .into_iter()
        .filter(|event| !is_image(event))
        .map(|event| lifted(event, lift));
    let mut html = String::with_capacity(body.len() * 2);
    pulldown_cmark::html::push_html(&mut html, shown);
    // Tables scroll inside their own frame on narrow screens; the frame is ours, so it is put on afterwards.
    CLEANER
        .clean(&html)
        .to_string()
        .replace("<table>", "<div class=\"wide\" tabindex=\"0\"><table>")
        .replace("</table>", "</table></div>")
}

fn heading_level(event: &Event<'_>) -> Option<usize> {
    match event {
        Event::Start(Tag::Heading { level: found, .. }) => Some(level(*found)),
        _ => None,
    }
}

/// Images are not shown, only what is said in their place: one from elsewhere would tell who reads what.
fn is_image(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image)
    )
}

fn lifted(event: Event<'_>, lift: i64) -> Event<'_> {
    match event {
        Event::Start(Tag::Heading { level, id, .. }) => Event::Start(Tag::Heading {
            level: moved(level, lift),
            id,
            classes: Vec::new(),
            attrs: Vec::new(),
        }),
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(moved(level, lift))),
        event => event,
    }
}

fn moved(from: HeadingLevel, lift: i64) -> HeadingLevel {
    let to = i64::try_from(level(from)).unwrap_or(2) + lift;
    match to {
        ..=2 => HeadingLevel::H2,
        3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        5 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

/// Where a link may lead: to other sites, to a mailbox or phone, within the page, or to another article, which a
/// folder of files names by its file, `returns.md`.
fn link(address: &str) -> Option<Cow<'_, str>> {
    if address.starts_with('#') || address.starts_with("/help/") && !address.contains("..") {
        return Some(Cow::Borrowed(address));
    }
    let has_scheme = ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| {
            address
                .get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        });
    if has_scheme {
        return Some(Cow::Borrowed(address));
    }
    let (file, anchor) = match address.split_once('#') {
        Some((file, anchor)) => (file, Some(anchor)),
        None => (address, None),
    };
    let name = file
        .strip_prefix("./")
        .unwrap_or(file)
        .strip_suffix(".md")?;
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    match anchor {
        None if plain(name) => Some(Cow::Owned(format!("/help/{name}"))),
        Some(anchor) if plain(name) && plain(anchor) => {
            Some(Cow::Owned(format!("/help/{name}#{anchor}")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_start_below_the_title_and_carry_anchors() {
        assert_eq!(
            html("# Über uns\n\n## Wo?\n\n## Wo?\n"),
            "<h2 id=\"uber-uns\">Über uns</h2>\n<h3 id=\"wo\">Wo?</h3>\n<h3 id=\"wo-2\">Wo?</h3>\n"
        );
    }

    #[test]
    fn links_between_files_become_links_between_pages() {
        let links = html(
            "[a](returns.md) [b](./x.md#how-long) [c](../../etc/passwd) [d](/api/v1/members) [e](https://e.example)",
        );
        assert!(links.contains("href=\"/help/returns\""), "{links}");
        assert!(links.contains("href=\"/help/x#how-long\""), "{links}");
        assert!(links.contains("href=\"https://e.example\""), "{links}");
        assert_eq!(links.matches("href").count(), 3, "{links}");
    }

    #[test]
    fn nothing_hostile_comes_through() {
        let hostile = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "![x](https://tracker.example/pixel.gif)",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>)",
            "[x](//evil.example)",
            "<a href='&#106;avascript:alert(1)'>x</a>",
            "<div style='position:fixed' onclick=x class=wide id=y>z</div>",
            "<form action=/api><input name=x><button>b</button></form>",
            "<iframe src=//evil.example></iframe><meta http-equiv=refresh content=0>",
            "<svg><script>alert(1)</script></svg><math><mtext><style><img src=x onerror=alert(1)>",
            "<base href=//evil.example><link rel=stylesheet href=//evil.example>",
            "# x {onclick=alert(1) #q .c}",
            "```\n</code></pre><script>alert(1)</script>\n```",
            "| a |\n| - |\n| <script>x</script><img src=x onerror=y> |",
        ];
        for text in hostile {
            let html = html(text).to_lowercase();
            for bad in [
                "<script",
                "<img",
                "<iframe",
                "<svg",
                "<form",
                "<input",
                "<style",
                "<meta",
                "<base",
                "<link",
                "<button",
                " onclick",
                " onerror",
                " style=",
                "href=\"javascript",
                "href=\"data",
                "href=\"//",
            ] {
                // What is shown as text is escaped.
                assert!(
                    !html.contains(bad)
                        || html.contains(&bad.replace('<', "&lt;")) && bad.starts_with('<'),
                    "{text}: {html}"
                );
            }
        }
    }
}
