//! The help pages as HTML. Everything that is not markup of ours is escaped, or comes out of
//! [`throughline_knowledge::document`], which lets nothing through that runs, loads or covers.

use crate::html::escaped;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use throughline_engine::knowledge::{
    Advice, Found, FoundPassage, PublishedArticle, PublishedTitle,
};
use throughline_model::clock::Millis;
use time::OffsetDateTime;
use time::macros::format_description;

/// Our own style, a form to our own search, and nothing else.
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// What articles without a tag stand under.
const OTHER: &str = "More";
/// The longest beginning of a passage among results, in characters.
const EXCERPT: usize = 280;

/// A page on its way out.
pub(super) struct Page {
    title: String,
    question: String,
    first: bool,
    main: String,
}

impl Page {
    /// There is no such article, or not for everybody: a reader cannot tell these apart.
    pub fn missing() -> Self {
        Self {
            title: "There is no such page".to_owned(),
            question: String::new(),
            first: false,
            main: "<h1>There is no such page</h1>\n<p>It may have been withdrawn or have another address now. Search for it, or look through <a href=\"/help\">all topics</a>.</p>".to_owned(),
        }
    }

    /// The whole document, with the headers that keep it harmless.
    pub fn answer(self, status: StatusCode) -> Response {
        let back = match self.first {
            true => "<p class=\"name\">Help centre</p>",
            false => "<p class=\"name\"><a href=\"/help\">Help centre</a></p>",
        };
        let document = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<link rel=\"icon\" href=\"data:,\">\n<link rel=\"stylesheet\" \
             href=\"/help/style.css\">\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n\
             <header>\n{back}\n<search>\n<form action=\"/help/search\">\n<label class=\"hidden\" for=\"q\">Your \
             question</label>\n<input id=\"q\" name=\"q\" type=\"search\" value=\"{question}\" maxlength=\"300\" \
             placeholder=\"Ask in your own words\" autocomplete=\"off\">\n<button>Search</button>\n</form>\n</search>\n\
             </header>\n<main id=\"main\">\n{main}\n</main>\n</body>\n</html>\n",
            title = escaped(&self.title),
            question = escaped(&self.question),
            main = self.main,
        );
        let careful = [
            (header::CONTENT_SECURITY_POLICY, POLICY),
            (header::CACHE_CONTROL, "no-cache"),
            (header::VARY, "accept-language"),
            (header::REFERRER_POLICY, "no-referrer"),
        ];
        (status, careful, Html(document)).into_response()
    }
}

/// Every article, below what it is about.
pub(super) fn contents(titles: &[PublishedTitle]) -> Page {
    let mut main = String::from("<h1>How can we help?</h1>\n");
    if titles.is_empty() {
        main.push_str("<p>Nothing is published yet.</p>\n");
    }
    let mut topics: BTreeMap<(bool, String), Vec<&PublishedTitle>> = BTreeMap::new();
    for one in titles {
        // An article stands once, below its first tag.
        let topic = one
            .tags
            .first()
            .map_or_else(|| OTHER.to_owned(), |tag| heading(tag));
        topics.entry((topic == OTHER, topic)).or_default().push(one);
    }
    main.push_str("<div class=\"topics\">\n");
    for ((_, topic), articles) in topics {
        let _ = write!(main, "<section>\n<h2>{}</h2>\n<ul>\n", escaped(&topic));
        for one in articles {
            let _ = writeln!(
                main,
                "<li{}><a href=\"{}\">{}</a></li>",
                language(&one.locale),
                address(&one.slug, &one.locale, ""),
                escaped(&one.title)
            );
        }
        main.push_str("</ul>\n</section>\n");
    }
    main.push_str("</div>");
    Page {
        title: "Help centre".to_owned(),
        question: String::new(),
        first: true,
        main,
    }
}

/// One article; `html` is its text, already safe.
pub(super) fn article(article: &PublishedArticle, html: &str) -> Page {
    let title = escaped(&article.title);
    let updated = article
        .published_at
        .and_then(date)
        .map_or_else(String::new, |date| {
            format!("\n<footer>Updated <time datetime=\"{date}\">{date}</time></footer>")
        });
    let language = language(&article.locale);
    Page {
        title: format!("{} \u{2013} Help centre", article.title),
        question: String::new(),
        first: false,
        main: format!("<article{language}>\n<h1>{title}</h1>\n{html}</article>{updated}"),
    }
}

/// What was found for a question: each article once, in the language that fits best, with its best passage.
pub(super) fn results(question: &str, found: &Found) -> Page {
    let mut shown: Vec<&FoundPassage> = Vec::new();
    for passage in &found.passages {
        if shown.iter().all(|one| one.slug != passage.slug) {
            shown.push(passage);
        }
    }
    let mut main = format!(
        "<h1>Results for \u{201c}{}\u{201d}</h1>\n",
        escaped(question)
    );
    if shown.is_empty() {
        main.push_str("<p>Nothing was found. Try other words, or look through <a href=\"/help\">all topics</a>.</p>");
    } else if found.advice == Advice::HandOff {
        main.push_str("<p class=\"notice\">Nothing fits well. These come closest:</p>\n");
    }
    main.push_str("<ol class=\"results\">\n");
    for one in shown {
        let below = match one.heading == one.title {
            true => String::new(),
            false => format!("<p class=\"below\">{}</p>\n", escaped(&one.heading)),
        };
        let _ = write!(
            main,
            "<li{}>\n<h2><a href=\"{}\">{}</a></h2>\n{below}<p>{}</p>\n</li>\n",
            language(&one.locale),
            address(&one.slug, &one.locale, &one.anchor),
            escaped(&one.title),
            escaped(&excerpt(&one.text, EXCERPT)),
        );
    }
    main.push_str("</ol>");
    Page {
        title: format!("{question} \u{2013} Help centre"),
        question: question.to_owned(),
        first: false,
        main,
    }
}

/// Where an article is. A slug, a locale and an anchor hold letters, digits and hyphens only.
fn address(slug: &str, locale: &str, anchor: &str) -> String {
    let anchor = if anchor.is_empty() {
        String::new()
    } else {
        format!("#{anchor}")
    };
    escaped(&format!("/help/{slug}?lang={locale}{anchor}"))
}

/// Says which language an element is in, where it is not the page's.
fn language(locale: &str) -> String {
    match locale {
        "en" => String::new(),
        locale => format!(" lang=\"{}\"", escaped(locale)),
    }
}

/// A tag as a heading.
fn heading(tag: &str) -> String {
    let mut characters = tag.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => OTHER.to_owned(),
    }
}

/// The beginning of a passage, cut between words.
pub(crate) fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => {
            let cut = text[..end].rfind(' ').unwrap_or(end);
            format!("{}\u{2026}", &text[..cut])
        }
    }
}

fn date(at: Millis) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp(at / 1000).ok()?;
    at.format(format_description!("[year]-[month]-[day]")).ok()
}
