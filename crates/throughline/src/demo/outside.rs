//! The world outside the demo shop: the phones and mailboxes of all its customers, on one page.
//!
//! It is a counterpart, no part of the product, and knows the product only as anybody outside does: as a phone
//! company it takes and sends text messages by Twilio's contract ([`phone_company`]), as everybody's mail server it
//! speaks SMTP ([`mail_server`]). The shop's own pages with the chat on them are here too ([`shop`]), for their address is
//! another than the product's. [`World`] remembers; [`page`] shows it to whoever plays a customer. It listens on
//! this machine only.

pub mod letter;
mod mail_server;
mod page;
mod phone_company;
mod shop;
mod view;
mod world;

pub use mail_server::received;
pub use world::{Mail, Text, World};

use super::config::{self, CHAT, MAIL_ADDRESS, SMS, SMS_ACCOUNT, SMS_NUMBER};
use super::seed::Person;
use super::taken;
use crate::installation::Installation;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use throughline_channels::email::smtp_listener::{self, SmtpListenerConfig};
use throughline_channels::sms::Secret;
use throughline_http::widget::{WidgetTag, tag};
use throughline_model::clock::Clock;

/// The ports of the world outside, taken.
pub struct Listeners {
    page: TcpListener,
    mail: TcpListener,
}

impl Listeners {
    /// Takes `page`, and any free port for mail.
    pub fn bind(page: SocketAddr) -> Result<Self, String> {
        if !page.ip().is_loopback() {
            return Err(format!(
                "the pretend phone and mailbox let anybody be anybody, so they stay on this machine: choose a port of 127.0.0.1 instead of {page}"
            ));
        }
        let what = "the pretend phone and mailbox";
        let page = TcpListener::bind(page)
            .map_err(|error| taken(page, what, "THROUGHLINE_DEMO_OUTSIDE", &error))?;
        let mail = TcpListener::bind("127.0.0.1:0")
            .map_err(|error| format!("there is no free port for the pretend mailbox: {error}"))?;
        Ok(Self { page, mail })
    }

    /// Where they are.
    pub fn places(&self) -> Result<config::Outside, String> {
        let address =
            |listener: &TcpListener| listener.local_addr().map_err(|error| error.to_string());
        Ok(config::Outside {
            page: address(&self.page)?,
            mail: address(&self.mail)?,
        })
    }
}

/// What the world knows of the shop.
pub struct Shop {
    /// Where its server is reached, with a slash at the end.
    base: String,
    /// Where its mail server is reached.
    mail_server: SocketAddr,
    /// Its mailbox.
    mail_address: String,
    /// Its number for text messages.
    number: String,
    /// Its account with the phone company.
    account: String,
    /// The token of that account.
    token: Secret,
    /// What puts its chat on a page; none when that is not built in.
    tag: Option<WidgetTag>,
}

impl Shop {
    fn of(installation: &Installation) -> Result<Self, String> {
        let config = &installation.config;
        let sms = config
            .endpoints
            .iter()
            .find(|one| one.name == SMS)
            .and_then(|one| one.sms.as_ref());
        let token = sms.and_then(|sms| sms.auth_tokens.first());
        let token = token.ok_or("the demo's endpoint for text messages has no token")?;
        let chat = config.endpoints.iter().find(|one| one.name == CHAT);
        Ok(Self {
            base: config.server.public_base(),
            mail_server: config.email.listener.bind,
            mail_address: MAIL_ADDRESS.to_owned(),
            number: SMS_NUMBER.to_owned(),
            account: SMS_ACCOUNT.to_owned(),
            token: Secret::new(token.expose()),
            tag: chat.and_then(|chat| tag(config, chat)),
        })
    }

    fn chat_url(&self) -> String {
        format!("{}chat/{CHAT}", self.base)
    }

    /// Where the phone company brings text messages to.
    fn sms_hook(&self) -> String {
        format!("{}hooks/sms/{SMS}", self.base)
    }
}

/// Everything the parts of the world share.
#[derive(Clone)]
pub struct Outside {
    world: Arc<World>,
    shop: Arc<Shop>,
    http: reqwest::Client,
    clock: Clock,
    /// The people of the shop's past, for whoever plays one of them.
    people: Arc<Vec<Person>>,
    /// The page's own address, as browsers write it.
    page: SocketAddr,
}

/// Starts the world; it ends with the process.
pub fn start(
    listeners: Listeners,
    world: Arc<World>,
    installation: &Installation,
) -> Result<(), String> {
    let outside = Outside {
        world,
        shop: Arc::new(Shop::of(installation)?),
        http: installation.http.clone(),
        clock: installation.setup.clock.clone(),
        people: Arc::new(Person::all()?),
        page: listeners.places()?.page,
    };
    let failed = |error: std::io::Error| format!("the world outside does not start: {error}");
    let listen = |listener: TcpListener| {
        listener.set_nonblocking(true)?;
        tokio::net::TcpListener::from_std(listener)
    };
    let mail = listen(listeners.mail).map_err(failed)?;
    let page = listen(listeners.page).map_err(failed)?;
    let settings = SmtpListenerConfig::new(config::OUTSIDE_MAIL_SERVER);
    let sink = Arc::new(mail_server::Sink(outside.clone()));
    tokio::spawn(smtp_listener::serve(
        mail,
        settings,
        sink,
        std::future::pending(),
    ));
    tokio::spawn(async move {
        let router = page::router(outside.clone())
            .merge(shop::router(outside.clone()))
            .merge(phone_company::router(outside.clone()));
        let router = router.layer(axum::middleware::from_fn_with_state(
            outside,
            page::only_here,
        ));
        if let Err(error) = axum::serve(page, router).await {
            tracing::error!(%error, "the pretend phone and mailbox ended");
        }
    });
    Ok(())
}
