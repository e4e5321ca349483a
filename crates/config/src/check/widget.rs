//! What is checked of a chat's widget.

use crate::problem::Problem;
use crate::sections::{WIDGET_LANGUAGES, Widget};
use std::collections::BTreeSet;

pub(super) fn check_widget(widget: &Widget, path: &str, found: &mut Vec<Problem>) {
    let mut error = |key: &str, what: String, remedy: &str| {
        found.push(Problem::error(format!("{path}.{key}"), what, remedy));
    };
    if !is_color(&widget.color) {
        let what = format!("'{}' is not a colour", widget.color);
        error("color", what, "write it like \"#1f5fbf\"");
    }
    let known = |language: &str| WIDGET_LANGUAGES.contains(&language);
    let languages = widget.texts.iter().map(|one| one.language.as_str());
    for language in languages.chain([widget.language.as_str()]) {
        if !known(language) {
            let what = format!("the widget does not speak '{language}'");
            error("language", what, "use \"en\", \"de\", \"es\" or \"ar\"");
        }
    }
    let logo = widget.logo.as_ref().map(url::Url::scheme);
    if logo.is_some_and(|scheme| !matches!(scheme, "http" | "https")) {
        let what = "the logo has to be fetched by browsers".to_owned();
        error("logo", what, "write an https address");
    }
    let mut names = BTreeSet::new();
    for asked in &widget.ask {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let name = &asked.name;
        if name.is_empty() || name.len() > 64 || !name.chars().all(plain) {
            let what = format!("'{name}' cannot be asked for");
            error(
                "ask",
                what,
                "use 1 to 64 small letters, digits and underscores",
            );
        }
        if !names.insert(name) {
            error("ask", format!("'{name}' is asked for twice"), "ask once");
        }
        if asked.label.is_none() && !matches!(name.as_str(), "name" | "email") {
            let what = format!("nobody would know what '{name}' is");
            error("ask", what, "write its label");
        }
    }
    if let Err((key, what)) = widget.calendar() {
        error(
            key,
            what,
            "write hours like \"mon-fri 09:00-17:30\", days like \"2026-12-25\", zones like \"Europe/Madrid\"",
        );
    }
    if let Some(number) = &widget.phone
        && !super::endpoints::is_e164(number)
    {
        let what = format!("'{number}' is not a phone number in international form");
        error("phone", what, "write it like \"+493012345678\"");
    }
}

/// `#` and six hexadecimal digits.
fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| {
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
