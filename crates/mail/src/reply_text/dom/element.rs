//! What an element means in mail, by the names mail clients give it.

use scraper::node::Element;
use scraper::{ElementRef, Node};

/// What an element says about the lines in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing.
    None,
    /// They are not shown.
    Hidden,
    /// They quote an earlier message.
    Quote,
    /// They are the sender's signature.
    Signature,
    /// They and all after them are an earlier message.
    HistoryStarts,
}

/// Classes around quotes and the lines that introduce them: Thunderbird, Yahoo,
/// Proton, Zoho, Tutanota, Android, Apple's and others' reply templates.
const QUOTE_CLASSES: &[&str] = &[
    "moz-cite-prefix",
    "moz-forward-container",
    "yahoo_quoted",
    "yahoo-quoted-begin",
    "protonmail_quote",
    "proton-quote",
    "zmail_extra",
    "zmail_extra_hr",
    "tutanota_quote",
    "mail_android_quote",
    "mailbird_quote",
    "freebirdquotecontainer",
    "airmail_ext_on",
    "front-blockquote",
    "gmail_quote_attribution",
    "wisestamp_quote",
    "quotedtext",
    "quoted-text",
    "history_container",
];

/// Identifiers around quotes: Outlook for Mac, Outlook for Android, Yahoo.
const QUOTE_IDS: &[&str] = &[
    "olk_src_body_section",
    "mail-editor-reference-message-container",
    "ms-outlook-mobile-reference-message",
    "oriMsgHtmlSeperator",
];

const SIGNATURE_CLASSES: &[&str] = &[
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "protonmail_signature_block",
    "protonmail_signature_block-user",
    "tutanota_signature",
    "zmail_signature",
    "mailspring-signature",
    "sparrow_signature",
];

const SIGNATURE_IDS: &[&str] = &[
    "signature",
    "applemailsignature",
    "ms-outlook-mobile-signature",
    "lineBreakAtBeginningOfSignature",
];

/// Identifiers where Outlook.com, Outlook and Zimbra start the earlier message.
const HISTORY_IDS: &[&str] = &["divrplyfwdmsg", "stopspelling", "zwchr", "replysplit"];

const HISTORY_CLASSES: &[&str] = &["outlookmessageheader"];

const HIDDEN_NAMES: &[&str] = &[
    "head", "style", "script", "title", "template", "svg", "math", "object", "iframe", "select",
    "audio", "video", "noframes",
];

/// Nodes of an element looked at for header labels.
const HEADER_NODES: usize = 60;

/// The role of an element, by its name, class, id and style.
pub(super) fn role(element: ElementRef<'_>) -> Role {
    let value = element.value();
    let style = style(value);
    if HIDDEN_NAMES.contains(&value.name()) || is_hidden(value, &style) {
        return Role::Hidden;
    }
    let id = value.id().unwrap_or_default().to_ascii_lowercase();
    let has_class = |classes: &[&str]| {
        value
            .classes()
            .any(|class| classes.contains(&class.to_ascii_lowercase().as_str()))
    };
    if HISTORY_IDS.contains(&id.as_str())
        || has_class(HISTORY_CLASSES)
        || is_ruled_header(element, &style)
    {
        return Role::HistoryStarts;
    }
    if has_class(&["gmail_attr"]) {
        return if opens_with_dash(element) {
            Role::HistoryStarts
        } else {
            Role::Quote
        };
    }
    let quoted = QUOTE_IDS
        .iter()
        .any(|quote| quote.eq_ignore_ascii_case(&id))
        || id.starts_with("yahoo_quoted")
        || has_class(QUOTE_CLASSES)
        || (value.name() == "blockquote" && !is_indentation(value, &style));
    if quoted {
        return Role::Quote;
    }
    let signed = SIGNATURE_IDS
        .iter()
        .any(|signature| signature.eq_ignore_ascii_case(&id))
        || has_class(SIGNATURE_CLASSES)
        || value.attr("data-smartmail") == Some("gmail_signature")
        || value.attr("data-signatureblock") == Some("true");
    if signed { Role::Signature } else { Role::None }
}

/// Whether the element starts and ends lines.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "center"
            | "dd"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "html"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "table"
            | "tbody"
            | "tr"
            | "ul"
    )
}

/// Whether blank space stands above and below the element. Outlook writes
/// lines as paragraphs without margins.
pub(super) fn has_margin(element: &Element) -> bool {
    let spaced = matches!(
        element.name(),
        "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "pre" | "dl"
    );
    let style = style(element);
    let outlook = element
        .classes()
        .any(|class| class.starts_with("Mso") || class.starts_with("x_Mso"));
    spaced && !outlook && !style.contains("margin:0") && !style.contains("margin-bottom:0")
}

/// The style attribute in lower case without spaces.
fn style(element: &Element) -> String {
    let style = element.attr("style").unwrap_or_default();
    style
        .chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

fn is_hidden(element: &Element, style: &str) -> bool {
    element.attr("hidden").is_some()
        || style.contains("display:none")
        || style.contains("mso-hide:all")
        || style.contains("visibility:hidden")
}

/// Editors indent the sender's own text with block quotes that have no border.
fn is_indentation(element: &Element, style: &str) -> bool {
    element.attr("type").is_none()
        && element.attr("cite").is_none()
        && style.contains("border:none")
}

/// A block with a rule above it and labels in bold in it is how Outlook and
/// Windows Mail write the header of the earlier message, in any language.
fn is_ruled_header(element: ElementRef<'_>, style: &str) -> bool {
    if element.value().name() != "div" || !style.contains("border-top") || !style.contains("solid")
    {
        return false;
    }
    let nodes = element.descendants().take(HEADER_NODES);
    let labels = nodes
        .filter_map(ElementRef::wrap)
        .filter(|e| matches!(e.value().name(), "b" | "strong"));
    let is_label = |e: ElementRef<'_>| {
        let texts: Vec<&str> = e.text().take(4).collect();
        texts.concat().trim_end().ends_with([':', '：'])
    };
    labels.filter(|&e| is_label(e)).count() >= 3
}

fn opens_with_dash(element: ElementRef<'_>) -> bool {
    let texts = element
        .descendants()
        .take(HEADER_NODES)
        .filter_map(|node| match node.value() {
            Node::Text(text) => Some(text.trim()),
            _ => None,
        });
    texts
        .into_iter()
        .find(|text| !text.is_empty())
        .is_some_and(|text| text.starts_with('-'))
}
