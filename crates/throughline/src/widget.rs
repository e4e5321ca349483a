//! `widget`: the tag that puts a chat on a page.

use std::fmt::Write as _;
use throughline_config::Config;
use throughline_http::widget::tag;
use throughline_model::channel::Channel;

/// Prints the tag of the chat called `endpoint`, and what the page has to allow.
pub fn print(config: &Config, endpoint: &str) -> Result<(), String> {
    let chats = || {
        config
            .endpoints
            .iter()
            .filter(|one| one.channel == Channel::Webchat)
    };
    let chat = chats().find(|one| one.name == endpoint).ok_or_else(|| {
        let names: Vec<&str> = chats().map(|one| one.name.as_str()).collect();
        format!(
            "there is no chat '{endpoint}'; configured: {}",
            names.join(", ")
        )
    })?;
    let tag = tag(config, chat)
        .ok_or("the widget is not built into this program; build it with cargo xtask run")?;
    let mut text = format!("{}\n\nContent-Security-Policy: {}\n", tag.html, tag.policy);
    match tag.allowed_origins.as_slice() {
        [] => text.push_str("\nNo page may show it yet: set allowed_origins of the endpoint.\n"),
        origins => {
            let _ = writeln!(text, "\nOn pages of {}", origins.join(", "));
        }
    }
    crate::say(&text);
    Ok(())
}
