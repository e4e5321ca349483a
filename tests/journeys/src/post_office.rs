//! The other end of mail: a real SMTP server that takes what the shop sends.

use base64::Engine as _;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A real SMTP server; it ends when this is dropped.
pub struct PostOffice {
    /// Where it listens on this machine.
    pub port: u16,
    mails: BufReader<ChildStdout>,
    process: Child,
}

impl PostOffice {
    /// Opens it on a port of its own.
    pub fn open() -> Self {
        let mut process = Command::new(interpreter())
            .arg(counterpart("email/smtp_sink.py"))
            .stdout(Stdio::piped())
            .spawn()
            .expect("Python starts: run the tests with `cargo xtask test`, which installs what it needs");
        let mut mails = BufReader::new(process.stdout.take().unwrap());
        let mut port = String::new();
        mails.read_line(&mut port).unwrap();
        let port = port
            .trim()
            .parse()
            .expect("aiosmtpd starts: run the tests with `cargo xtask test`, which installs it");
        Self {
            port,
            mails,
            process,
        }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// The next mail as it came. Waits for it.
    pub fn next_mail(&mut self) -> String {
        self.next_delivery().1
    }

    /// Whom the next mail is for by its envelope, and the mail. Waits for it.
    pub fn next_delivery(&mut self) -> (Vec<String>, String) {
        let mut line = String::new();
        self.mails.read_line(&mut line).unwrap();
        let mail: Value = serde_json::from_str(&line).expect("a mail came");
        let content = base64::engine::general_purpose::STANDARD
            .decode(mail["content"].as_str().unwrap())
            .unwrap();
        let recipients = mail["rcpt_to"].as_array().unwrap().iter();
        (
            recipients
                .map(|one| one.as_str().unwrap().to_owned())
                .collect(),
            String::from_utf8(content).unwrap(),
        )
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The Python that has the counterparts' packages.
pub fn interpreter() -> String {
    std::env::var("THROUGHLINE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// The path of a counterpart's script.
pub fn counterpart(path: &str) -> String {
    format!("{}/../counterparts/{path}", env!("CARGO_MANIFEST_DIR"))
}
