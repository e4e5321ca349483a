//! HTML mail as lines, each with what its markup says about it.

mod element;
mod nesting;

use ego_tree::iter::Edge;
use scraper::node::Element;
use scraper::{ElementRef, Html, Node};

use super::line::Mark;
use element::Role;

/// What a horizontal rule becomes.
const RULE: &str = "________";

/// The visible lines of an HTML mail with their marks.
pub(super) fn render(html: &str) -> Vec<(String, Mark)> {
    let document = Html::parse_document(nesting::bounded(html));
    let mut renderer = Renderer::default();
    for edge in document.tree.root().traverse() {
        match edge {
            Edge::Open(node) => match node.value() {
                Node::Element(_) => ElementRef::wrap(node)
                    .into_iter()
                    .for_each(|e| renderer.open(e)),
                Node::Text(text) => renderer.text(text),
                _ => {}
            },
            Edge::Close(node) => {
                if let Some(element) = ElementRef::wrap(node) {
                    renderer.close(element.value());
                }
            }
        }
    }
    renderer.break_line();
    renderer.lines
}

/// Collects lines while the document is walked.
#[derive(Default)]
struct Renderer {
    lines: Vec<(String, Mark)>,
    current: String,
    /// What opening an element changed, to be undone when it closes.
    open: Vec<Role>,
    hidden: usize,
    quoted: usize,
    signature: usize,
    preformatted: usize,
    /// Next number of each open list; `None` for lists without numbers.
    lists: Vec<Option<u32>>,
    item: Option<String>,
    blank_wanted: bool,
    history_starts: bool,
}

impl Renderer {
    fn open(&mut self, element: ElementRef<'_>) {
        let role = element::role(element);
        self.open.push(role);
        match role {
            Role::Hidden => self.hidden += 1,
            Role::Quote => {
                self.break_line();
                self.quoted += 1;
            }
            Role::Signature => {
                self.break_line();
                self.signature += 1;
            }
            Role::HistoryStarts => {
                self.break_line();
                self.history_starts = true;
            }
            Role::None => {}
        }
        if self.hidden == 0 {
            self.layout_open(element.value());
        }
    }

    fn layout_open(&mut self, element: &Element) {
        match element.name() {
            "br" => self.push_line(),
            "hr" => {
                self.break_line();
                self.current.push_str(RULE);
                self.push_line();
            }
            "li" => {
                self.break_line();
                self.item = Some(self.item_mark());
            }
            "ul" => self.lists.push(None),
            "ol" => self.lists.push(Some(1)),
            "pre" => self.preformatted += 1,
            _ => {}
        }
        self.margin(element);
    }

    fn close(&mut self, element: &Element) {
        if self.hidden == 0 {
            self.layout_close(element);
        }
        match self.open.pop() {
            Some(Role::Hidden) => self.hidden -= 1,
            Some(Role::Quote) => {
                self.break_line();
                self.quoted -= 1;
            }
            Some(Role::Signature) => {
                self.break_line();
                self.signature -= 1;
            }
            Some(Role::HistoryStarts | Role::None) | None => {}
        }
    }

    fn layout_close(&mut self, element: &Element) {
        self.margin(element);
        match element.name() {
            "td" | "th" => self.push_space(),
            "ul" | "ol" => {
                self.lists.pop();
            }
            "pre" => self.preformatted = self.preformatted.saturating_sub(1),
            _ => {}
        }
    }

    /// Ends the line at a block's edge, with a blank line if the block has margins.
    fn margin(&mut self, element: &Element) {
        if element::is_block(element.name()) {
            self.break_line();
            self.blank_wanted |= element::has_margin(element);
        }
    }

    fn item_mark(&mut self) -> String {
        match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number = number.saturating_add(1);
                mark
            }
            _ => "- ".to_owned(),
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden > 0 {
            return;
        }
        for c in text.chars() {
            match c {
                '\n' if self.preformatted > 0 => self.push_line(),
                c if c.is_ascii_whitespace() && self.preformatted == 0 => self.push_space(),
                c => self.current.push(c),
            }
        }
    }

    fn push_space(&mut self) {
        if !self.current.is_empty() && !self.current.ends_with(' ') {
            self.current.push(' ');
        }
    }

    /// Ends the line if there is anything on it; a no-break space counts.
    fn break_line(&mut self) {
        if self
            .current
            .trim_matches(|c: char| c.is_ascii_whitespace())
            .is_empty()
        {
            self.current.clear();
        } else {
            self.push_line();
        }
    }

    fn push_line(&mut self) {
        let line = std::mem::take(&mut self.current).replace('\u{a0}', " ");
        let line = if self.preformatted > 0 {
            line.trim_end()
        } else {
            line.trim()
        };
        let last_blank = self.lines.last().is_none_or(|(text, _)| text.is_empty());
        if line.is_empty() {
            if !last_blank {
                self.lines.push((String::new(), Mark::Plain));
            }
            return;
        }
        if std::mem::take(&mut self.blank_wanted) && !last_blank {
            self.lines.push((String::new(), Mark::Plain));
        }
        let item = self.item.take().unwrap_or_default();
        let mark = self.mark();
        self.lines.push((format!("{item}{line}"), mark));
    }

    fn mark(&mut self) -> Mark {
        if std::mem::take(&mut self.history_starts) {
            Mark::HistoryStarts
        } else if self.quoted > 0 {
            Mark::Quoted
        } else if self.signature > 0 {
            Mark::Signature
        } else {
            Mark::Plain
        }
    }
}
