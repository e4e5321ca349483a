//! Hostile HTML to HTML that is safe to show inside the desk.
//!
//! An allow-list, applied to a parsed tree and written anew, so that what a browser reads is what was
//! checked. No styles, scripts, forms, frames or drawings; nothing is loaded from elsewhere, because
//! a remote image tells its sender when and where it was read. Images inside the mail keep their
//! `cid:` address for whoever serves attachments to rewrite.

use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Tags whose content is dropped with them: it is not text for a reader.
const WITHOUT_CONTENT: &[&str] = &[
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

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner
        .rm_tags(["area", "map"])
        .clean_content_tags(WITHOUT_CONTENT.iter().copied().collect::<HashSet<_>>())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel", "cid"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer nofollow"))
        .set_tag_attribute_value("a", "target", "_blank")
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("img", "src") => inside_the_mail(value),
            // Nothing but an image of the mail itself is addressed by cid.
            (_, "href") if inside_the_mail(value).is_some() => None,
            // Addresses nobody follows, whose schemes are not checked.
            (_, "cite" | "longdesc") => None,
            _ => Some(Cow::Borrowed(value)),
        });
    cleaner
});

/// `html` without anything that runs, loads, submits or covers.
pub fn sanitise(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Plain text as HTML: everything escaped, lines kept.
pub fn from_text(text: &str) -> String {
    let escaped = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    format!(
        "<div>{}</div>",
        escaped.replace("\r\n", "\n").replace('\n', "<br>\n")
    )
}

fn inside_the_mail(address: &str) -> Option<Cow<'_, str>> {
    let scheme = address.get(..4)?;
    scheme
        .eq_ignore_ascii_case("cid:")
        .then_some(Cow::Borrowed(address))
}
