//! The page as HTML. Whatever a person wrote goes through [`escaped`].

use super::{Mail, Outside, Text};
use crate::demo::seed::Person;
use serde::Deserialize;
use throughline_http::html::escaped;
use throughline_model::clock::Millis;
use time::OffsetDateTime;
use time::macros::format_description;

/// Who somebody would like to be.
#[derive(Default, Deserialize)]
pub struct Wanted {
    /// The account of somebody from the shop's past.
    #[serde(default)]
    who: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    mailbox: String,
}

/// Who somebody is on this page.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Identity {
    /// The name in mail.
    pub name: String,
    /// The phone they hold.
    pub phone: String,
    /// The mailbox they read.
    pub mailbox: String,
}

impl Identity {
    /// As wanted; somebody the shop has never met where nothing is.
    pub fn of(wanted: &Wanted, people: &[Person]) -> Self {
        let known = people.iter().find(|person| person.account == wanted.who);
        let known = known.map(|person| (&*person.name, &*person.phone, &*person.email));
        let (name, phone, mailbox) =
            known.unwrap_or(("Robin Vale", "+12065550142", "robin.vale@example.com"));
        let or = |given: &str, else_: &str| match given.trim() {
            "" => else_.to_owned(),
            given => given.to_owned(),
        };
        Self {
            name: or(&wanted.name, name),
            phone: or(&wanted.phone, phone),
            mailbox: or(&wanted.mailbox, mailbox).to_lowercase(),
        }
    }

    /// The page for them.
    pub fn link(&self) -> String {
        let fields = [
            ("name", &self.name),
            ("phone", &self.phone),
            ("mailbox", &self.mailbox),
        ];
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        format!("/?{query}")
    }

    fn fields(&self) -> String {
        let fields = [
            ("name", &self.name),
            ("phone", &self.phone),
            ("mailbox", &self.mailbox),
        ];
        let field = |(name, value): (&str, &String)| {
            format!(
                "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
                escaped(value)
            )
        };
        fields.map(field).concat()
    }
}

/// The whole page.
pub fn page(outside: &Outside, who: &Identity) -> String {
    let (age, chat) = (
        *outside.world.age().borrow(),
        escaped(&outside.shop.chat_url()),
    );
    let (phone, mailbox) = (phone(outside, who), mailbox(outside, who));
    let chooser = chooser(outside, who);
    document(
        "Pretend phone and mailbox",
        &format!(
            r##"<header>
<h1>Pretend phone and mailbox</h1>
<p>This page is the world outside of the shop: here you are a customer. It is made for the demo and is no part of
the product. To chat, open the <a href="{chat}">shop's chat page</a>.</p>
{chooser}
</header>
<main data-age="{age}">
<p id="news" role="status"></p>
<div class="columns">
{phone}
{mailbox}
</div>
</main>"##
        ),
    )
}

/// The page when something did not work.
pub fn failure(who: &Identity, why: &str) -> String {
    let (why, back) = (escaped(why), escaped(&who.link()));
    document(
        "Not sent",
        &format!(
            "<main><h1>Not sent</h1><p role=\"alert\">{why}</p><p><a href=\"{back}\">Back</a></p></main>"
        ),
    )
}

fn document(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
{body}
</body>
</html>
"#
    )
}

fn chooser(outside: &Outside, who: &Identity) -> String {
    let option = |person: &Person| {
        let chosen = if person.email == who.mailbox {
            " selected"
        } else {
            ""
        };
        format!(
            "<option value=\"{}\"{chosen}>{}, {}</option>",
            escaped(&person.account),
            escaped(&person.name),
            escaped(&person.city)
        )
    };
    let people: String = outside.people.iter().map(option).collect();
    let (phones, mailboxes) = outside.world.everybody();
    let list = |id: &str, values: &[String]| {
        let options: String = values
            .iter()
            .map(|value| format!("<option value=\"{}\">", escaped(value)))
            .collect();
        format!("<datalist id=\"{id}\">{options}</datalist>")
    };
    let lists = list("phones", &phones) + &list("mailboxes", &mailboxes);
    let (name, phone, mailbox) = (
        escaped(&who.name),
        escaped(&who.phone),
        escaped(&who.mailbox),
    );
    format!(
        r#"<div class="chooser">
<form action="/" method="get">
<label for="who">You are</label>
<select id="who" name="who"><option value="">Robin Vale, new to the shop</option>{people}</select>
<button>Be this person</button>
</form>
<details><summary>Somebody else</summary>
<form action="/" method="get">
<label>Name <input name="name" value="{name}" autocomplete="off"></label>
<label>Phone <input name="phone" value="{phone}" list="phones" inputmode="tel" autocomplete="off"></label>
<label>Mail address <input name="mailbox" value="{mailbox}" list="mailboxes" inputmode="email" autocomplete="off"></label>
<button>Be this person</button>
{lists}
</form>
</details>
</div>"#
    )
}

fn phone(outside: &Outside, who: &Identity) -> String {
    let texts = outside.world.texts(&who.phone);
    let shown: String = texts.iter().map(text).collect();
    let empty = if texts.is_empty() {
        "<p class=\"empty\">No messages yet.</p>"
    } else {
        ""
    };
    let (number, shop) = (escaped(&who.phone), escaped(&outside.shop.number));
    let fields = who.fields();
    format!(
        r#"<section id="phone" aria-labelledby="phone-title">
<h2 id="phone-title">Phone <span>{number}</span></h2>
<div id="texts" class="texts" role="log" aria-label="Text messages" tabindex="0">{empty}<ol>{shown}</ol></div>
<form action="/texts" method="post">{fields}
<label for="text">Text to the shop, {shop}</label>
<textarea id="text" name="text" rows="2" maxlength="1600" required></textarea>
<button>Send text</button>
</form>
</section>"#
    )
}

fn text(text: &Text) -> String {
    let (class, who) = if text.from_shop {
        ("theirs", "Shop")
    } else {
        ("own", "You")
    };
    let (body, when) = (escaped(&text.body), when(text.at));
    let known = match text.from_shop && text.reported {
        true => ", the shop knows it arrived",
        false => "",
    };
    let file = |url: &String| format!(" <a href=\"{}\" rel=\"noreferrer\">file</a>", escaped(url));
    let web = text
        .media
        .iter()
        .filter(|url| url.starts_with("http://") || url.starts_with("https://"));
    let files: String = web.map(file).collect();
    format!(
        "<li class=\"{class}\"><p class=\"meta\">{who}, {when}{known}</p><p class=\"body\">{body}{files}</p></li>"
    )
}

fn mailbox(outside: &Outside, who: &Identity) -> String {
    let mails = outside.world.mails(&who.mailbox);
    let newest = mails.iter().position(|mail| mail.from_shop);
    let shown: String = mails
        .iter()
        .enumerate()
        .map(|(at, one)| mail(one, who, newest == Some(at)))
        .collect();
    let empty = if mails.is_empty() {
        "<p class=\"empty\">No mail yet.</p>"
    } else {
        ""
    };
    let (address, shop) = (escaped(&who.mailbox), escaped(&outside.shop.mail_address));
    let fields = who.fields();
    let open = if mails.is_empty() { " open" } else { "" };
    format!(
        r#"<section id="mailbox" aria-labelledby="mailbox-title">
<h2 id="mailbox-title">Mailbox <span>{address}</span></h2>
<details class="new"{open}><summary>Write a mail to {shop}</summary>
<form action="/mails" method="post">{fields}
<label for="subject">Subject</label>
<input id="subject" name="subject" maxlength="200" required autocomplete="off">
<label for="mail">Mail</label>
<textarea id="mail" name="text" rows="6" required></textarea>
<label class="check"><input type="checkbox" name="forged"> Forge it: somebody else writes this under your address
(it fails DMARC, and the shop must not believe it)</label>
<button>Send mail</button>
</form>
</details>
<div id="mails" class="mails">{empty}{shown}</div>
</section>"#
    )
}

fn mail(mail: &Mail, who: &Identity, open: bool) -> String {
    let (class, from) = if mail.from_shop {
        ("theirs", "Shop")
    } else {
        ("own", "You")
    };
    let (subject, body, when) = (escaped(&mail.subject), escaped(&mail.text), when(mail.at));
    let open = if open { " open" } else { "" };
    let answer = if mail.from_shop {
        answer(mail, who)
    } else {
        String::new()
    };
    format!(
        r#"<details class="{class}"{open}><summary><span class="meta">{from}, {when}</span> {subject}</summary>
<p class="body">{body}</p>
{answer}</details>"#
    )
}

fn answer(mail: &Mail, who: &Identity) -> String {
    let (fields, id) = (who.fields(), escaped(&mail.message_id));
    format!(
        r#"<form action="/mails" method="post">{fields}<input type="hidden" name="answers" value="{id}">
<label>Your answer <textarea name="text" rows="3" required></textarea></label>
<button>Reply</button>
</form>
"#
    )
}

fn when(at: Millis) -> String {
    let shape = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
    let date = OffsetDateTime::from_unix_timestamp(at / 1000).ok();
    date.and_then(|date| date.format(shape).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;
