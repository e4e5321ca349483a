//! `doctor`: looks at everything an installation needs and says what to do about what is wrong.

use crate::installation::{open_database, open_files};
use std::net::ToSocketAddrs as _;
use std::time::Duration;
use throughline_config::{Config, Severity};
use tokio::net::TcpStream;

/// Prints one line per finding; fails when one of them is an error.
pub async fn examine(config: &Config) -> Result<(), String> {
    let mut report = Report::default();
    for problem in throughline_config::problems(config) {
        report.add(
            problem.severity == Severity::Error,
            "configuration",
            &problem.to_string(),
        );
    }
    database(config, &mut report).await;
    files(config, &mut report).await;
    mail_servers(config, &mut report).await;
    listener(config, &mut report).await;
    crate::say(&report.text);
    match report.errors {
        0 => Ok(()),
        count => Err(format!("{count} things need attention")),
    }
}

#[derive(Default)]
struct Report {
    text: String,
    errors: usize,
}

impl Report {
    fn good(&mut self, what: &str, detail: &str) {
        self.text.push_str(&format!("ok       {what}: {detail}\n"));
    }

    fn add(&mut self, is_error: bool, what: &str, detail: &str) {
        self.errors += usize::from(is_error);
        let word = if is_error { "error  " } else { "warning" };
        self.text.push_str(&format!("{word}  {what}: {detail}\n"));
    }
}

async fn database(config: &Config, report: &mut Report) {
    let pending = match open_database(config) {
        Ok(db) => db
            .pending_migrations()
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error),
    };
    match pending {
        Ok(pending) if pending.is_empty() => report.good("database", "reachable and up to date"),
        Ok(pending) => report.add(
            false,
            "database",
            &format!(
                "{} migrations wait; `throughline migrate` or `serve` applies them",
                pending.len()
            ),
        ),
        Err(error) => report.add(true, "database", &error),
    }
}

async fn files(config: &Config, report: &mut Report) {
    use object_store::ObjectStoreExt as _;
    let probe = object_store::path::Path::from("doctor");
    let outcome = match open_files(config) {
        Ok(store) => match store.put(&probe, "probe".into()).await {
            Ok(_) => store
                .delete(&probe)
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(()) => report.good("files", "can be written"),
        Err(error) => report.add(true, "files", &format!("{error}; check [files]")),
    }
}

async fn mail_servers(config: &Config, report: &mut Report) {
    for endpoint in &config.endpoints {
        let Some(email) = &endpoint.email else {
            continue;
        };
        match config.smtp_for(email) {
            Some(smtp) => {
                let port = smtp.url.port().unwrap_or(if smtp.url.scheme() == "smtps" {
                    465
                } else {
                    587
                });
                reach(
                    report,
                    &endpoint.name,
                    "smtp",
                    smtp.url.host_str().unwrap_or_default(),
                    port,
                )
                .await;
            }
            None => report.add(
                false,
                &endpoint.name,
                "no SMTP server is configured; answers by mail will wait",
            ),
        }
        if let Some(imap) = &email.imap {
            reach(report, &endpoint.name, "imap", &imap.host, imap.port).await;
        }
    }
}

async fn reach(report: &mut Report, endpoint: &str, protocol: &str, host: &str, port: u16) {
    let name = format!("{endpoint} {protocol} {host}:{port}");
    let connecting = tokio::time::timeout(Duration::from_secs(5), TcpStream::connect((host, port)));
    match connecting.await {
        Ok(Ok(_)) => report.good(&name, "answers"),
        Ok(Err(error)) => report.add(
            true,
            &name,
            &format!("{error}; check host, port and firewall"),
        ),
        Err(_) => report.add(
            true,
            &name,
            "no answer within 5 s; check host, port and firewall",
        ),
    }
}

async fn listener(config: &Config, report: &mut Report) {
    let bind = config.server.bind;
    let free = bind.to_socket_addrs().is_ok() && tokio::net::TcpListener::bind(bind).await.is_ok();
    match free {
        true => report.good("listener", &format!("{bind} is free")),
        false => report.add(
            false,
            "listener",
            &format!("{bind} is taken: by a running Throughline, or by something else"),
        ),
    }
}
