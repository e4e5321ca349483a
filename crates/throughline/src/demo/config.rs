//! The demo's configuration: the text of a configuration file, read like any other, with the environment over it.

use super::keepsake::{Keepsakes, random_key};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use throughline_config::Config;

/// The chat's endpoint.
pub const CHAT: &str = "shop-chat";
/// The mailbox's endpoint.
pub const MAIL: &str = "shop-mail";
/// The endpoint of the number for text messages.
pub const SMS: &str = "shop-sms";
/// The shop's mailbox.
pub const MAIL_ADDRESS: &str = "help@lumen-home.example";
/// The shop's number; in a range kept for fiction.
pub const SMS_NUMBER: &str = "+18005550199";
/// The shop's account with the pretend phone company.
pub const SMS_ACCOUNT: &str = "AC0000000000000000000000000000d0e0";
/// The name under which the pretend mail server writes what it found out about senders.
pub const OUTSIDE_MAIL_SERVER: &str = "mx.outside.example";
/// Where the shop's token with the pretend phone company is kept.
pub const SMS_TOKEN: &str = "sms-token";
/// Where the key is kept with which the shop vouches for customers in the chat.
const CHAT_KEY: &str = "chat-key";

/// Where the world outside is reached.
#[derive(Clone, Copy, Debug)]
pub struct Outside {
    /// The page, which is the phone company's API as well.
    pub page: SocketAddr,
    /// The mail server of all customers.
    pub mail: SocketAddr,
}

/// Reads the demo's configuration, with the environment over it.
pub fn read(
    data_dir: &str,
    keepsakes: &Keepsakes,
    outside: Outside,
    shop: Option<&Path>,
    environment: BTreeMap<String, String>,
) -> Result<Config, String> {
    keepsakes.keep(SMS_TOKEN, random_key)?;
    keepsakes.keep(CHAT_KEY, random_key)?;
    let mut text = text(data_dir, keepsakes, outside);
    if let Some(shop) = shop {
        let folder = toml::Value::from(shop.to_string_lossy().as_ref());
        text.push_str(&format!("\n[agent]\nenabled = true\nfolder = {folder}\n"));
    }
    throughline_config::parse(&text, environment.into_iter()).map_err(|error| error.to_string())
}

fn text(data_dir: &str, keepsakes: &Keepsakes, outside: Outside) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let file = |name: &str| quoted(&keepsakes.path(name).to_string_lossy());
    let (page, mail, port) = (outside.page, outside.mail, outside.page.port());
    let (data_dir, sms_token, chat_key) = (quoted(data_dir), file(SMS_TOKEN), file(CHAT_KEY));
    format!(
        r##"
[storage]
data_dir = {data_dir}

[log]
filter = "warn"

[email]
message_id_domain = "lumen-home.example"

[email.listener]
enabled = true
hostname = "lumen-home.example"

[email.smtp]
url = "smtp://{mail}"
security = "none"

[[endpoint]]
name = "{CHAT}"
channel = "webchat"
address = "www.lumen-home.example"
brand = "Lumen Home"
[endpoint.webchat]
allowed_origins = ["http://{page}", "http://localhost:{port}"]
title = "Lumen Home"
greeting = "Hello! Ask us anything about your order."
jwt_keys = [{{ file = {chat_key} }}]
offline_email_endpoint = "{MAIL}"
[endpoint.webchat.widget]
color = "#8a4b14"
invitation = "Not sure which lamp fits? Ask us."
phone = "{SMS_NUMBER}"
callback = true
texts = [
    {{ language = "de", greeting = "Hallo! Fragen Sie uns alles zu Ihrer Bestellung.", invitation = "Welche Lampe passt? Fragen Sie uns." }},
    {{ language = "es", greeting = "¡Hola! Pregúntenos lo que quiera sobre su pedido.", invitation = "¿No sabe qué lámpara elegir? Pregúntenos." }},
    {{ language = "ar", greeting = "مرحبًا! اسألنا عن طلبك.", invitation = "أي مصباح يناسبك؟ اسألنا." }},
]

[[endpoint]]
name = "{MAIL}"
channel = "email"
address = "{MAIL_ADDRESS}"
brand = "Lumen Home"
[endpoint.email]
from_name = "Lumen Home"
trusted_authserv_id = "{OUTSIDE_MAIL_SERVER}"

[[endpoint]]
name = "{SMS}"
channel = "sms"
address = "{SMS_NUMBER}"
brand = "Lumen Home"
[endpoint.sms]
account_sid = "{SMS_ACCOUNT}"
auth_tokens = [{{ file = {sms_token} }}]
api_base = "http://{page}/"
rate_per_second = 20
"##
    )
}
