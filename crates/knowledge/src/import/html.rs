//! Pages as articles: the text of the main part, as Markdown. Nothing else of a page is kept.

use super::{Usual, title_of};
use crate::article::{Draft, Flaw, one_line, slug_of};
use ego_tree::NodeRef;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

/// Where the text of a page stands, the best first.
const MAIN_PARTS: &[&str] = &["article", "main", "[role=main]", "body"];
/// What is no text of the article.
const LEFT_OUT: &[&str] = &[
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math",
    "canvas", "audio", "video", "form", "input", "textarea", "select", "button", "nav", "header",
    "footer", "aside", "head", "title", "dialog",
];
/// Elements nested deeper than this are not walked.
const DEPTH_LIMIT: usize = 200;

/// A page that was fetched from `url`, as an article. Its slug is made of the address.
///
/// # Errors
/// A [`Flaw`] when there is no text on it.
pub fn page(url: &str, text: &str, usual: &Usual) -> Result<Draft, Flaw> {
    let parsed = Url::parse(url).ok();
    let name = parsed.as_ref().and_then(|url| {
        let mut segments = url.path_segments()?.rev().filter(|part| !part.is_empty());
        segments
            .next()
            .map(str::to_owned)
            .or_else(|| url.host_str().map(str::to_owned))
    });
    let name = name.unwrap_or_else(|| "page".to_owned());
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, ending)| match ending {
            "html" | "htm" | "php" | "aspx" => stem,
            _ => &name,
        });
    article(stem, parsed.as_ref(), text, usual)
}

/// An HTML text as an article.
pub(super) fn article(
    stem: &str,
    base: Option<&Url>,
    text: &str,
    usual: &Usual,
) -> Result<Draft, Flaw> {
    let page = Html::parse_document(text);
    let heading = first(&page, "h1").map(|element| visible(&element));
    let title = heading
        .clone()
        .filter(|text| !text.is_empty())
        .or_else(|| first(&page, "title").map(|element| visible(&element)))
        .filter(|text| !text.is_empty())
        .unwrap_or_else(|| title_of(stem));
    let main = MAIN_PARTS
        .iter()
        .find_map(|part| first(&page, part))
        .unwrap_or_else(|| page.root_element());
    let mut writer = Writer {
        base,
        out: String::new(),
        lists: Vec::new(),
    };
    writer.children(*main, 0);
    let body = writer.finish();
    // The page's own heading is the title already.
    let body = match heading {
        Some(heading) if !heading.is_empty() => {
            body.replacen(&format!("# {}\n", escaped(&heading)), "", 1)
        }
        _ => body,
    };
    if body.trim().is_empty() {
        return Err(Flaw::new(
            "body",
            "there is no text in the main part of the page",
        ));
    }
    let language = first(&page, "html").and_then(|html| html.attr("lang").map(str::to_owned));
    let locale = language.filter(|tag| crate::article::checked_locale(tag).is_ok());
    let slug = slug_of(stem);
    Draft {
        slug: if slug.is_empty() {
            slug_of(&title)
        } else {
            slug
        },
        locale: locale.unwrap_or_else(|| usual.locale.clone()),
        title: title.chars().take(200).collect(),
        body: body.trim().to_owned(),
        audience: usual.audience,
        tags: Vec::new(),
        questions: Vec::new(),
    }
    .checked()
}

fn first<'a>(page: &'a Html, selector: &str) -> Option<ElementRef<'a>> {
    let selector = Selector::parse(selector).ok()?;
    page.select(&selector).next()
}

fn visible(element: &ElementRef<'_>) -> String {
    one_line(&element.text().collect::<String>())
}

/// Writes a tree as Markdown.
struct Writer<'a> {
    base: Option<&'a Url>,
    out: String,
    /// Numbers of the lists around; none for bullets.
    lists: Vec<Option<usize>>,
}

impl Writer<'_> {
    fn children(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        if depth < DEPTH_LIMIT {
            for child in node.children() {
                self.node(child, depth + 1);
            }
        }
    }

    fn node(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        match node.value() {
            Node::Text(text) => self.text(text),
            Node::Element(element) => self.element(node, element.name(), depth),
            _ => {}
        }
    }

    fn element(&mut self, node: NodeRef<'_, Node>, name: &str, depth: usize) {
        match name {
            name if LEFT_OUT.contains(&name) => {}
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, name),
            "ul" | "ol" => self.list(node, (name == "ol").then_some(1), depth),
            "li" => self.item(node, depth),
            "br" => self.out.push_str("  \n"),
            "hr" => self.block(),
            "b" | "strong" => self.around(node, "**", depth),
            "i" | "em" => self.around(node, "*", depth),
            "a" => self.link(node, depth),
            "pre" => self.code(node),
            "tr" => self.row(node),
            "p" | "div" | "section" | "article" | "main" | "blockquote" | "table" | "dl" | "dt"
            | "dd" | "figure" | "details" | "summary" | "figcaption" | "address" | "center" => {
                self.block();
                self.children(node, depth);
                self.block();
            }
            _ => self.children(node, depth),
        }
    }

    fn text(&mut self, text: &str) {
        let begins = text.starts_with(char::is_whitespace);
        let line = one_line(text);
        if begins || line.is_empty() {
            self.space();
        }
        if !line.is_empty() {
            self.out.push_str(&escaped(&line));
            if text.ends_with(char::is_whitespace) {
                self.space();
            }
        }
    }

    fn space(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with([' ', '\n']) {
            self.out.push(' ');
        }
    }

    /// What follows is a block of its own.
    fn block(&mut self) {
        let kept = self.out.trim_end_matches(' ').len();
        self.out.truncate(kept);
        if !self.lists.is_empty() {
            // Inside a list a paragraph is a line.
            self.space();
        } else if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push_str(if self.out.ends_with('\n') {
                "\n"
            } else {
                "\n\n"
            });
        }
    }

    fn heading(&mut self, node: NodeRef<'_, Node>, name: &str) {
        let Some(text) = ElementRef::wrap(node).map(|element| visible(&element)) else {
            return;
        };
        if text.is_empty() {
            return;
        }
        let outside = std::mem::take(&mut self.lists);
        self.block();
        let depth = name[1..].parse().unwrap_or(2);
        self.out
            .push_str(&format!("{} {}\n\n", "#".repeat(depth), escaped(&text)));
        self.lists = outside;
    }

    fn list(&mut self, node: NodeRef<'_, Node>, first: Option<usize>, depth: usize) {
        if self.lists.is_empty() {
            self.block();
        }
        self.lists.push(first);
        self.children(node, depth);
        self.lists.pop();
        if self.lists.is_empty() {
            self.block();
        }
    }

    fn item(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        if !self.out.ends_with('\n') && !self.out.is_empty() {
            self.out.push('\n');
        }
        let indent = "   ".repeat(self.lists.len().saturating_sub(1).min(8));
        let mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            _ => "- ".to_owned(),
        };
        self.out.push_str(&format!("{indent}{mark}"));
        self.children(node, depth);
        let kept = self.out.trim_end().len();
        self.out.truncate(kept);
        self.out.push('\n');
    }

    fn around(&mut self, node: NodeRef<'_, Node>, mark: &str, depth: usize) {
        let from = self.out.len();
        self.children(node, depth);
        let inside = self.out.split_off(from);
        let text = inside.trim();
        if text.is_empty() || text.contains('\n') {
            self.out.push_str(&inside);
            return;
        }
        let lead = &inside[..inside.len() - inside.trim_start().len()];
        let tail = &inside[inside.trim_end().len()..];
        self.out
            .push_str(&format!("{lead}{mark}{text}{mark}{tail}"));
    }

    fn link(&mut self, node: NodeRef<'_, Node>, depth: usize) {
        let from = self.out.len();
        self.children(node, depth);
        let text = self.out.split_off(from);
        let href = node
            .value()
            .as_element()
            .and_then(|element| element.attr("href"))
            .unwrap_or_default();
        match self.target(href) {
            Some(target) if !text.trim().is_empty() && !text.contains('\n') => {
                self.out.push_str(&format!("[{}](<{target}>)", text.trim()));
                if text.ends_with(' ') {
                    self.out.push(' ');
                }
            }
            _ => self.out.push_str(&text),
        }
    }

    /// Where a link leads, in full; none where a reader should not be led.
    fn target(&self, href: &str) -> Option<String> {
        let url = match self.base {
            Some(base) => base.join(href).ok()?,
            None => Url::parse(href).ok()?,
        };
        let known = matches!(url.scheme(), "https" | "http" | "mailto" | "tel");
        known.then(|| url.to_string().replace(['<', '>'], ""))
    }

    fn code(&mut self, node: NodeRef<'_, Node>) {
        let Some(element) = ElementRef::wrap(node) else {
            return;
        };
        self.block();
        for line in element.text().collect::<String>().lines() {
            self.out.push_str(&format!("    {line}\n"));
        }
        self.block();
    }

    /// A row as a line: what is a table on a page is often mere layout.
    fn row(&mut self, node: NodeRef<'_, Node>) {
        let cells = node
            .children()
            .filter_map(ElementRef::wrap)
            .map(|cell| visible(&cell));
        let cells: Vec<String> = cells
            .filter(|text| !text.is_empty())
            .map(|text| escaped(&text))
            .collect();
        if !cells.is_empty() {
            self.block();
            self.out.push_str(&cells.join(" \u{2013} "));
            self.block();
        }
    }

    fn finish(self) -> String {
        let lines = self.out.lines().map(|line| match line.ends_with("  ") {
            true => format!("{}  ", line.trim_end()),
            false => line.trim_end().to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }
}

/// Text that Markdown takes as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let begins = at == 0 && matches!(c, '#' | '>' | '+' | '-' | '=');
        if begins
            || matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '&' | '~'
            )
        {
            out.push('\\');
        }
        out.push(c);
    }
    // "1. " would begin a list.
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    if digits > 0 && out[digits..].starts_with(['.', ')']) {
        out.insert(digits, '\\');
    }
    out
}
