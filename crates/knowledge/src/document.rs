//! A body in Markdown: as HTML for the help pages, and as sections of plain text for search.
//!
//! Both walk the same events, so the anchors of a citation are those of the page. Raw HTML in a body is never trusted:
//! what goes out is an allow-list applied to a parsed tree, without styles, scripts, forms, frames and images.

mod inline;
mod render;
mod section;

pub use render::html;
pub use section::{Section, sections};

use crate::article::slug_of;
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::collections::HashMap;

/// Quotes and lists deeper than this are read as they stand at this depth: nobody writes them, and walking them
/// must not cost more the deeper they are.
const NESTING_LIMIT: usize = 24;

/// The events of a body, with every heading's anchor as its id.
fn events(body: &str) -> Vec<Event<'_>> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut events: Vec<Event<'_>> = bounded(Parser::new_ext(body, options));
    let mut taken = HashMap::new();
    for at in 0..events.len() {
        if !matches!(events[at], Event::Start(Tag::Heading { .. })) {
            continue;
        }
        let text = inline::text(&events[at + 1..], |event| {
            matches!(event, Event::End(TagEnd::Heading(_)))
        });
        if let Event::Start(Tag::Heading { id, .. }) = &mut events[at] {
            *id = Some(anchor(&text, &mut taken).into());
        }
    }
    events
}

/// The events without the containers that stand deeper than [`NESTING_LIMIT`].
fn bounded<'a>(parser: impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut depth = 0;
    parser
        .filter(|event| match event {
            Event::Start(tag) => {
                depth += 1;
                depth <= NESTING_LIMIT || !is_container(&tag.to_end())
            }
            Event::End(tag) => {
                depth -= 1;
                depth < NESTING_LIMIT || !is_container(tag)
            }
            _ => true,
        })
        .collect()
}

fn is_container(tag: &TagEnd) -> bool {
    matches!(tag, TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item)
}

/// An anchor that no other heading of the text has.
fn anchor(heading: &str, taken: &mut HashMap<String, usize>) -> String {
    let mut base = slug_of(heading);
    if base.is_empty() {
        base.push_str("section");
    }
    loop {
        let count = taken.entry(base.clone()).or_insert(0);
        *count += 1;
        let anchor = match *count {
            1 => return base,
            count => format!("{base}-{count}"),
        };
        if !taken.contains_key(&anchor) {
            taken.insert(anchor.clone(), 1);
            return anchor;
        }
    }
}

fn level(level: HeadingLevel) -> usize {
    level as usize
}
