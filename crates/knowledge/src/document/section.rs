//! A body as sections of plain text, each below its heading.

use super::{events, inline, level};
use crate::article::one_line;
use pulldown_cmark::{Event, Tag, TagEnd};

/// What begins a comment in which an author lists other ways to ask for a section:
/// `<!-- also asked: Can I send it back? | How do I return something? -->`.
const ALSO_ASKED: &str = "also asked:";

/// What stands below one heading, up to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The heading's anchor; none above the first heading.
    pub anchor: Option<String>,
    /// The headings above, outermost first, the section's own last.
    pub headings: Vec<String>,
    /// Other ways to ask for it.
    pub questions: Vec<String>,
    /// Its paragraphs, list items and table rows, as plain text.
    pub paragraphs: Vec<String>,
}

/// The sections of `body`, in order.
pub fn sections(body: &str) -> Vec<Section> {
    let mut reader = Reader::default();
    for event in events(body) {
        reader.read(event);
    }
    reader.end_paragraph();
    reader.end_section();
    reader.done
}

#[derive(Default)]
struct Reader {
    done: Vec<Section>,
    section: Section,
    /// The headings above the present place, with their levels.
    path: Vec<(usize, String)>,
    heading: Option<(usize, String)>,
    text: String,
    /// Numbers of the lists around; none for bullets.
    lists: Vec<Option<u64>>,
    /// What stands before the next paragraph: the bullet or number of its item.
    mark: String,
    comment: String,
}

impl Reader {
    fn read(&mut self, event: Event<'_>) {
        match event {
            Event::Start(Tag::Heading {
                level: depth, id, ..
            }) => {
                self.end_paragraph();
                self.end_section();
                self.heading = Some((
                    level(depth),
                    id.map(|id| id.to_string()).unwrap_or_default(),
                ));
            }
            Event::End(TagEnd::Heading(_)) => self.end_heading(),
            Event::Start(Tag::List(first)) => {
                self.end_paragraph();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                self.end_paragraph();
                self.lists.pop();
            }
            Event::Start(Tag::Item) => {
                self.end_paragraph();
                self.begin_item();
            }
            Event::End(TagEnd::TableCell) => self.text.push_str(" | "),
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => self.end_row(),
            Event::End(
                TagEnd::Paragraph | TagEnd::Item | TagEnd::CodeBlock | TagEnd::BlockQuote(_),
            ) => self.end_paragraph(),
            Event::End(TagEnd::HtmlBlock) => self.end_html(),
            Event::Html(html) => self.comment.push_str(&html),
            Event::InlineHtml(html) if html.trim_start().starts_with("<!--") => self.note(&html),
            event => inline::push(&mut self.text, &event),
        }
    }

    fn begin_item(&mut self) {
        self.mark = match self.lists.last_mut() {
            Some(Some(number)) => {
                let mark = format!("{number}. ");
                *number += 1;
                mark
            }
            _ => "- ".to_owned(),
        };
    }

    fn end_paragraph(&mut self) {
        let text = one_line(&std::mem::take(&mut self.text));
        if !text.is_empty() {
            let mark = std::mem::take(&mut self.mark);
            self.section.paragraphs.push(format!("{mark}{text}"));
        }
    }

    fn end_row(&mut self) {
        let kept = self.text.trim_end_matches(" | ").len();
        self.text.truncate(kept);
        self.end_paragraph();
    }

    fn end_heading(&mut self) {
        let text = one_line(&std::mem::take(&mut self.text));
        let Some((depth, anchor)) = self.heading.take() else {
            return;
        };
        self.path.retain(|(above, _)| *above < depth);
        self.path.push((depth, text));
        self.section = Section {
            anchor: Some(anchor),
            headings: self.path.iter().map(|(_, text)| text.clone()).collect(),
            ..Section::default()
        };
    }

    fn end_section(&mut self) {
        let section = std::mem::take(&mut self.section);
        if !section.paragraphs.is_empty() {
            self.done.push(section);
        }
    }

    /// A block of raw HTML: a note of the author, or text.
    fn end_html(&mut self) {
        let html = std::mem::take(&mut self.comment);
        if html.trim_start().starts_with("<!--") {
            self.note(&html);
        }
        self.text.push_str(&inline::of_html(&html));
        self.end_paragraph();
    }

    fn note(&mut self, comment: &str) {
        let inside = comment.trim().trim_start_matches("<!--");
        let inside = inside.split("-->").next().unwrap_or_default().trim();
        let Some(start) = inside.get(..ALSO_ASKED.len()) else {
            return;
        };
        if start.eq_ignore_ascii_case(ALSO_ASKED) {
            let questions = inside[ALSO_ASKED.len()..].split(['|', '\n']).map(one_line);
            self.section
                .questions
                .extend(questions.filter(|question| !question.is_empty()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_block_is_text_below_its_headings() {
        let body = "Intro *with* [a link](x.md).\n\n# A\n\n<!-- also asked: Why a? | Which a? -->\n\n1. one\n2. two `code`\n   - deep\n\n## B & C\n\n| h | i |\n| - | - |\n| 1 | 2 |\n\n> said\n\n<div>raw <b>html</b><script>x()</script></div>\n\n# D\n\n![a map](map.png) line<br>broken\n";
        let sections = sections(body);
        let short: Vec<_> = sections
            .iter()
            .map(|section| (section.headings.join(" > "), section.paragraphs.join(" / ")))
            .collect();
        let expected = [
            ("", "Intro with a link."),
            ("A", "1. one / 2. two code / - deep"),
            ("A > B & C", "h | i / 1 | 2 / said / raw html"),
            ("D", "a map linebroken"),
        ];
        assert_eq!(
            short,
            expected.map(|(path, text)| (path.to_owned(), text.to_owned()))
        );
        assert_eq!(sections[1].questions, ["Why a?", "Which a?"]);
        assert_eq!(sections[2].anchor.as_deref(), Some("b-c"));
    }

    #[test]
    fn a_heading_without_text_is_no_section() {
        assert!(sections("# A\n\n## B\n").is_empty());
        assert!(sections("").is_empty());
    }

    #[test]
    fn ten_thousand_nested_quotes_are_read_like_any_text() {
        let deep = format!("{} end", "> ".repeat(10_000));
        assert_eq!(sections(&deep).len(), 1);
        let _ = super::super::html(&deep);
    }
}
