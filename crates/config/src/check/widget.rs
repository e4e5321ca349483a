//! What is checked of how a chat looks and behaves.

use crate::look::Look;
use crate::problem::Problem;
use crate::sections::{Asked, WIDGET_LANGUAGES, Webchat, Widget, WidgetTexts};
use std::collections::BTreeSet;
use url::Url;

/// The longest text a visitor reads at once, and the longest label, in characters.
const MOST_CHARACTERS: usize = 500;
const LABEL_CHARACTERS: usize = 200;
/// The longest address of a picture, in bytes.
const LOGO_BYTES: usize = 2_000;
/// The most fields to fill in.
const MOST_FIELDS: usize = 20;
/// The most lines of hours, and the most closed days.
const MOST_LINES: usize = 100;
/// A day: nobody stays on a page for longer.
const MOST_SECONDS: u64 = 86_400;

/// A look that was read from elsewhere than the file.
pub(crate) fn check_look(look: &Look, found: &mut Vec<Problem>) {
    let mut notes = Notes { under: "", found };
    check_words(&look.title, look.greeting.as_deref(), &mut notes);
    check_widget(&look.widget, &mut notes);
}

/// The look of a chat in the file.
pub(super) fn check_webchat_look(chat: &Webchat, path: &str, found: &mut Vec<Problem>) {
    let (own, widget) = (format!("{path}."), format!("{path}.widget."));
    let mut notes = Notes { under: &own, found };
    check_words(&chat.title, chat.greeting.as_deref(), &mut notes);
    notes.under = &widget;
    check_widget(&chat.widget, &mut notes);
}

/// Where problems are noted: each under the place that is looked at.
struct Notes<'n> {
    /// Stands before every key.
    under: &'n str,
    found: &'n mut Vec<Problem>,
}

impl Notes<'_> {
    fn error(&mut self, key: &str, what: impl Into<String>, remedy: &str) {
        let path = format!("{}{key}", self.under);
        self.found.push(Problem::error(path, what, remedy));
    }

    /// A text of several lines, if there is one.
    fn text(&mut self, key: &str, text: Option<&str>) {
        self.shown(key, text, MOST_CHARACTERS, |c| c == '\n');
    }

    /// One line that has to say something.
    fn line(&mut self, key: &str, text: Option<&str>, most: usize) {
        if text.is_some_and(|text| text.trim().is_empty()) {
            self.error(key, "it says nothing", "write something, or leave it out");
        }
        self.shown(key, text, most, |_| false);
    }

    fn shown(&mut self, key: &str, text: Option<&str>, most: usize, fits: fn(char) -> bool) {
        let Some(text) = text else { return };
        let count = text.chars().count();
        if count > most {
            let remedy = format!("write at most {most}");
            self.error(key, format!("it has {count} characters"), &remedy);
        }
        if text.chars().any(|c| c.is_control() && !fits(c)) {
            self.error(
                key,
                "it has characters that cannot be shown",
                "take them out",
            );
        }
    }

    fn at_most(&mut self, key: &str, count: usize, most: usize) {
        if count > most {
            let remedy = format!("write at most {most}");
            self.error(key, format!("there are {count}"), &remedy);
        }
    }
}

fn check_words(title: &str, greeting: Option<&str>, notes: &mut Notes<'_>) {
    notes.line("title", Some(title), MOST_CHARACTERS);
    notes.text("greeting", greeting);
}

fn check_widget(widget: &Widget, notes: &mut Notes<'_>) {
    if !is_color(&widget.color) {
        let what = format!("'{}' is not a colour", widget.color);
        notes.error("color", what, "write it like \"#1f5fbf\"");
    }
    if let Some(logo) = &widget.logo {
        check_logo(logo, notes);
    }
    check_language("language", &widget.language, notes);
    check_texts(&widget.texts, notes);
    notes.text("invitation", widget.invitation.as_deref());
    if widget.invite_after_seconds > MOST_SECONDS {
        let what = format!("nobody waits for {} seconds", widget.invite_after_seconds);
        notes.error("invite_after_seconds", what, "write at most 86400, a day");
    }
    check_asked(&widget.ask, notes);
    notes.at_most("hours", widget.hours.len(), MOST_LINES);
    notes.at_most("closed", widget.closed.len(), MOST_LINES);
    if let Err((key, what)) = widget.calendar() {
        notes.error(
            &key,
            what,
            "write hours like \"mon-fri 09:00-17:30\", days like \"2026-12-25\", zones like \"Europe/Madrid\"",
        );
    }
    let is_country =
        |text: &String| text.len() == 2 && text.chars().all(|letter| letter.is_ascii_uppercase());
    if let Some(wrong) = widget
        .callback_countries
        .iter()
        .find(|text| !is_country(text))
    {
        let what = format!("'{wrong}' is no country in two capital letters");
        notes.error("callback_countries", what, "write it like \"DE\"");
    }
    if let Some(number) = &widget.phone
        && !super::endpoints::is_e164(number)
    {
        let what = format!("'{number}' is not a phone number in international form");
        notes.error("phone", what, "write it like \"+493012345678\"");
    }
}

/// The logo's origin stands in the policy of the chat's page, where `;` and `,` would begin something else.
fn check_logo(logo: &Url, notes: &mut Notes<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    let is_plain = logo.host_str().is_some_and(|host| host.chars().all(plain));
    if !matches!(logo.scheme(), "http" | "https") || !is_plain {
        let what = "the logo has to be fetched by browsers";
        notes.error("logo", what, "write an https address");
    }
    if logo.as_str().len() > LOGO_BYTES {
        notes.error(
            "logo",
            "the address is too long",
            "write at most 2000 bytes",
        );
    }
}

fn check_language(key: &str, language: &str, notes: &mut Notes<'_>) {
    if !WIDGET_LANGUAGES.contains(&language) {
        let what = format!("the widget does not speak '{language}'");
        notes.error(key, what, "use \"en\", \"de\", \"es\" or \"ar\"");
    }
}

fn check_texts(texts: &[WidgetTexts], notes: &mut Notes<'_>) {
    let mut languages = BTreeSet::new();
    for (index, one) in texts.iter().enumerate() {
        let at = |key: &str| format!("texts[{index}].{key}");
        check_language(&at("language"), &one.language, notes);
        if !languages.insert(&one.language) {
            let what = format!("there are two texts in '{}'", one.language);
            notes.error(&at("language"), what, "write them once");
        }
        notes.line(&at("title"), one.title.as_deref(), MOST_CHARACTERS);
        notes.text(&at("greeting"), one.greeting.as_deref());
        notes.text(&at("invitation"), one.invitation.as_deref());
    }
}

fn check_asked(ask: &[Asked], notes: &mut Notes<'_>) {
    notes.at_most("ask", ask.len(), MOST_FIELDS);
    let mut names = BTreeSet::new();
    for Asked { name, label, .. } in ask {
        // As the reader names elements of a list.
        let at = |key: &str| format!("ask[{name}].{key}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let what = format!("'{name}' cannot be asked for");
            let remedy = "use 1 to 64 small letters, digits and underscores";
            notes.error(&at("name"), what, remedy);
        }
        if !names.insert(name) {
            let what = format!("'{name}' is asked for twice");
            notes.error(&at("name"), what, "ask once");
        }
        if label.is_none() && !matches!(name.as_str(), "name" | "email") {
            let what = format!("nobody would know what '{name}' is");
            notes.error(&at("label"), what, "write its label");
        }
        notes.line(&at("label"), label.as_deref(), LABEL_CHARACTERS);
    }
}

/// `#` and six hexadecimal digits.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
