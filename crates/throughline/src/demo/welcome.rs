//! What the demo says when it is ready.

use super::config::{CHAT, MAIL_ADDRESS, SMS_NUMBER};
use super::desk;
use crate::installation::Installation;
use std::net::SocketAddr;
use throughline_config::Database;
use throughline_engine::Error;
use throughline_engine::conversation::{self, Filter};
use throughline_model::conversation::CaseStatus;

/// Where to click, call and write.
pub async fn text(
    installation: &Installation,
    outside: SocketAddr,
    password: Option<&str>,
    token: &str,
) -> Result<String, String> {
    let config = &installation.config;
    let base = config.server.public_base();
    let password = password.unwrap_or("(the one shown at the first start)");
    let who: Vec<&str> = desk::PEOPLE.iter().map(|(_, email, _, _)| *email).collect();
    let who = who.join(", ");
    let mail = config.email.listener.bind;
    let data = config.storage.data_dir.display();
    let database = match config.database() {
        Database::Sqlite(path) => format!("SQLite, {}", path.display()),
        Database::Postgres(_) => "PostgreSQL".to_owned(),
    };
    let (conversation, customer) = example(installation).await?;
    Ok(format!(
        r#"
Lumen Home is open. ({database})

  Be a customer
    the shop, with a chat        http://{outside}/shop
    chat page                    {base}chat/{CHAT}
    pretend phone and mailbox    http://{outside}/
    They are the same person to the shop once the chat goes on by mail or text: write in the chat,
    choose to continue elsewhere, and answer the message that arrives at the pretend mailbox or phone.
    Mail goes to {MAIL_ADDRESS}, texts go to {SMS_NUMBER}.

  Be the shop
    API, to read and try         {base}api/docs
    log in as                    {who}
    password                     {password}
    token                        {token}

  Copy and run
    TOKEN={token}
    # the latest conversations
    curl -s -H "Authorization: Bearer $TOKEN" '{base}api/v1/conversations?limit=5'
    # everything that was ever said with one customer, on every channel
    curl -s -H "Authorization: Bearer $TOKEN" '{base}api/v1/customers/{customer}/timeline'
    # answer: it leaves by the channel the customer wrote on last
    curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
      -d '{{"text": "Hello from the desk!", "client_message_id": "'$(date +%s%N)'"}}' \
      '{base}api/v1/conversations/{conversation}/messages'
    # a mail from anywhere
    swaks --server {mail} --from you@example.com --to {MAIL_ADDRESS} \
      --header 'Subject: My order' --body 'Where is it?'

  On PostgreSQL   THROUGHLINE__STORAGE__URL=postgres://user:password@localhost/throughline cargo xtask run
  More to read    THROUGHLINE__LOG__FILTER=info
  Stop            Ctrl-C; everything is kept
  Start anew      rm -r {data}   (and empty the database, on PostgreSQL)

"#
    ))
}

/// The conversation that changed last, and its customer, so that the commands work as they stand.
async fn example(installation: &Installation) -> Result<(String, String), String> {
    let filter = Filter {
        status: Some(CaseStatus::Open),
        ..Filter::default()
    };
    let found = installation
        .db
        .read(move |tx| conversation::list(tx, &filter, None, 1))
        .await;
    let found = found
        .map_err(|error: Error| error.to_string())?
        .into_iter()
        .next();
    Ok(found.map_or_else(
        || ("CONVERSATION".to_owned(), "CUSTOMER".to_owned()),
        |one| (one.id.to_string(), one.customer.to_string()),
    ))
}
