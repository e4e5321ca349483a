//! The real binary as a child process.

use crate::carrier::{ACCOUNT, AUTH_TOKEN, NUMBER};
use crate::wire::Speaker;
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use throughline_storage::Engine;
use throughline_testkit::DatabasePlace;
use uuid::Uuid;

/// The name of the chat endpoint.
pub const CHAT: &str = "shop-chat";
/// The name of the endpoint for text messages.
pub const SMS: &str = "shop-sms";
/// The name of the mail endpoint.
pub const MAIL: &str = "shop-mail";
/// Its address.
pub const MAILBOX: &str = "help@shop.example";

/// How long a start may take before the test gives up.
const START_LIMIT: Duration = Duration::from_secs(60);
/// How often a starting server is asked whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(5);
/// Lines of the log shown when a story fails.
const LOG_LINES: usize = 80;

/// What can be chosen about a server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it stores on.
    pub engine: Engine,
    /// The API of its SMS provider.
    pub carrier: Option<String>,
    /// The server its mail leaves through, `smtp://127.0.0.1:…`.
    pub smtp_out: Option<String>,
    /// What it logs.
    pub log: String,
    /// More configuration, as TOML tables.
    pub more: String,
    /// What overrides all of that: `THROUGHLINE__SECTION__KEY` and its value.
    pub environment: Vec<(String, String)>,
}

impl Settings {
    /// A server on `engine` that sends nothing.
    pub fn on(engine: Engine) -> Self {
        Self {
            engine,
            carrier: None,
            smtp_out: None,
            log: "info".to_owned(),
            more: String::new(),
            environment: Vec::new(),
        }
    }
}

/// A server of one's own. It is killed, and everything it stored removed, when this is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it takes mail.
    pub smtp: SocketAddr,
    /// How long the last start took until it was ready.
    pub started_in: Duration,
    child: Option<Child>,
    folder: PathBuf,
    place: DatabasePlace,
    environment: Vec<(String, String)>,
}

impl Server {
    /// Starts a server and waits until it is ready.
    pub async fn start(settings: &Settings) -> Self {
        let mut server = Self::prepare(settings);
        server.launch();
        server.ready().await;
        server
    }

    /// A server that is configured and not started.
    pub fn prepare(settings: &Settings) -> Self {
        let folder = std::env::temp_dir().join(format!("throughline-{}", Uuid::new_v4().simple()));
        std::fs::create_dir_all(&folder).unwrap();
        let server = Self {
            address: free_address(),
            smtp: free_address(),
            started_in: Duration::ZERO,
            child: None,
            folder,
            place: DatabasePlace::new(settings.engine),
            environment: settings.environment.clone(),
        };
        std::fs::write(server.folder.join("auth-token"), AUTH_TOKEN).unwrap();
        std::fs::write(server.config_file(), server.config(settings)).unwrap();
        server
    }

    /// Starts the process without waiting for it.
    pub fn launch(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file())
            .unwrap();
        let child = self
            .command()
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.child = Some(child);
    }

    /// Waits until the server says that it can work.
    pub async fn ready(&mut self) {
        let begun = Instant::now();
        loop {
            let answer = Speaker::stranger(self.address).get("/readyz").await;
            if answer.is_ok_and(|answer| answer.is_good()) {
                self.started_in = begun.elapsed();
                return;
            }
            let ended = self
                .child
                .as_mut()
                .and_then(|child| child.try_wait().unwrap());
            assert!(
                ended.is_none(),
                "the server ended with {ended:?}\n{}",
                self.last_log()
            );
            assert!(
                begun.elapsed() < START_LIMIT,
                "the server is not ready\n{}",
                self.last_log()
            );
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    /// Ends the process as a loss of power would: at once, in the middle of whatever it does.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again on what it had stored, and waits until it is ready.
    pub async fn restart(&mut self) {
        self.launch();
        self.ready().await;
    }

    /// Asks the process to end and waits until it has.
    pub fn terminate(&mut self) -> ExitStatus {
        let mut child = self.child.take().unwrap();
        let asked = Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status();
        assert!(asked.unwrap().success());
        child.wait().unwrap()
    }

    /// An API token with these scopes, made by the binary itself.
    pub fn token(&self, scopes: &[&str]) -> String {
        let mut command = self.command();
        command.args(["token", "--name", "tests"]);
        for scope in scopes {
            command.args(["--scope", scope]);
        }
        let output = command.output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "no token was made: {errors}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// The tag that puts a chat on a page, and the policy such a page needs, as the binary prints them.
    pub fn widget(&self, endpoint: &str) -> (String, String) {
        let output = self.command().args(["widget", endpoint]).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "there is no tag: {errors}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let (tag, rest) = printed.split_once("\n\nContent-Security-Policy: ").unwrap();
        let policy = rest.lines().next().unwrap();
        (tag.to_owned(), policy.to_owned())
    }

    /// The URL of a path of this server.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        &self.place.url
    }

    /// The memory it holds, in bytes.
    pub fn memory(&self) -> u64 {
        let id = self.child.as_ref().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
        kib * 1024
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.as_ref().unwrap().id()
    }

    /// Everything it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn last_log(&self) -> String {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(binary());
        command
            .arg("--config")
            .arg(self.config_file())
            .envs(self.environment.iter().cloned())
            .current_dir(&self.folder);
        command
    }

    fn config_file(&self) -> PathBuf {
        self.folder.join("throughline.toml")
    }

    fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    fn config(&self, settings: &Settings) -> String {
        let Settings {
            carrier,
            smtp_out,
            log,
            more,
            ..
        } = settings;
        let carrier = carrier.as_deref().unwrap_or("http://127.0.0.1:9/");
        let smtp_out = smtp_out.as_ref().map_or_else(String::new, |url| {
            format!("[email.smtp]\nurl = \"{url}\"\nsecurity = \"none\"\n")
        });
        format!(
            r#"[server]
bind = "{address}"
[storage]
url = "{database}"
data_dir = "{folder}"
[log]
filter = "{log}"
[limits]
api_requests_per_minute = 10000000
chat_messages_per_minute = 10000000
[email.listener]
enabled = true
bind = "{smtp}"
{smtp_out}
[[endpoint]]
name = "{CHAT}"
channel = "webchat"
address = "shop.example"
brand = "shop"
[endpoint.webchat]
offline_email_endpoint = "{MAIL}"
[[endpoint]]
name = "{SMS}"
channel = "sms"
address = "{NUMBER}"
brand = "shop"
[endpoint.sms]
account_sid = "{ACCOUNT}"
auth_tokens = [{{ file = "{folder}/auth-token" }}]
api_base = "{carrier}"
rate_per_second = 100000
[[endpoint]]
name = "{MAIL}"
channel = "email"
address = "{MAILBOX}"
brand = "shop"
[endpoint.email]
from_name = "The Shop"
{more}
"#,
            address = self.address,
            database = self.place.url,
            folder = self.folder.display(),
            smtp = self.smtp,
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill9();
        if std::thread::panicking() {
            eprintln!("--- the end of the server's log\n{}\n---", self.last_log());
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The binary under test: named in THROUGHLINE_BIN, or the one built into the same directory as this test.
fn binary() -> PathBuf {
    let named =
        std::env::var_os("THROUGHLINE_BIN").or_else(|| std::env::var_os("THROUGHLINE_TEST_BINARY"));
    let binary = named.map_or_else(beside_this_program, PathBuf::from);
    assert!(
        binary.is_file(),
        "{} is not built: run the tests with `cargo xtask test`, or build it with `cargo build --package throughline`",
        binary.display()
    );
    binary
}

/// Tests and examples lie one directory below the binary.
fn beside_this_program() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let directory = program.parent().and_then(Path::parent).unwrap();
    directory.join("throughline")
}

/// An address nobody listens on. The ports lie below those that outgoing connections get, so that no connection of
/// a test takes the port of a server that is just being started again.
fn free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 10_000).unwrap();
    loop {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::SeqCst)) % 12_000;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
