//! A PostgreSQL server of our own: Debian's binaries, a fresh directory, a free port.

use crate::command::{Outcome, output_of, run as run_command, succeeds};
use crate::system::is_root;
use crate::workspace::{executable, working_dir};
use std::io::Read;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The variable in which tests and benchmarks find the server.
pub const VARIABLE: &str = "THROUGHLINE_TEST_POSTGRES";

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// Keeps the server running for as long as its standard input stays open, so that the server ends
/// with us however we end: done, failed, interrupted or killed. $1 binaries, $2 directory, $3 port.
const KEEPER: &str = r#"
"$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1 -c max_connections=200 \
    -c fsync=on </dev/null >"$2/log" 2>&1 &
server=$!
read -r _
kill -INT "$server" 2>/dev/null
wait "$server"
rm -rf "$2/data"
"#;

/// A running server. It is stopped, and its directory removed, when this is dropped.
pub struct Postgres {
    keeper: Child,
    directory: PathBuf,
    url: String,
}

impl Postgres {
    /// Starts a server. `fsync` is on: what is measured and tested here is durability.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start; the end of its log is given.
    pub fn start() -> Outcome<Self> {
        let binaries = binaries()
            .ok_or("PostgreSQL is not installed; on Debian: apt-get install postgresql")?;
        let user = other_user()?;
        let directory = fresh_directory(user.as_deref())?;
        let password = random_word()?;
        initialise(&binaries, &directory, user.as_deref(), &password)?;
        let port = free_port()?;
        let mut keeper = as_user(user.as_deref(), "sh");
        keeper.args(["-c", KEEPER, "keeper"]);
        keeper.args([&binaries, &directory]).arg(port.to_string());
        let keeper = keeper
            .current_dir("/")
            .stdin(Stdio::piped())
            // In a process group of its own, so that ctrl-c does not end it before the tests.
            .process_group(0)
            .spawn()
            .map_err(|error| format!("the keeper of PostgreSQL cannot be started: {error}"))?;
        let url = format!("postgres://throughline:{password}@127.0.0.1:{port}/postgres");
        let mut server = Self {
            keeper,
            directory,
            url,
        };
        server.wait_until_ready(&binaries, port)?;
        Ok(server)
    }

    /// The address of the server, with its password.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self, binaries: &Path, port: u16) -> Outcome {
        let begun = Instant::now();
        let port = port.to_string();
        loop {
            let mut asks = Command::new(binaries.join("pg_isready"));
            if succeeds(asks.args(["-q", "-h", "127.0.0.1", "-p", &port])) {
                return Ok(());
            }
            if begun.elapsed() > START_TIMEOUT {
                let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                return Err(format!(
                    "PostgreSQL did not start: {}",
                    last_lines(&log, 10)
                ));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _: std::io::Result<_> = self.keeper.wait();
        let _: std::io::Result<()> = std::fs::remove_dir_all(&self.directory);
    }
}

/// The server that tests use: one that is already named in the environment, or a new one.
pub enum Server {
    /// Named by whoever called us, and not ours to stop.
    Given(String),
    /// Started by us.
    Own(Postgres),
}

impl Server {
    /// Finds or starts it.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn find_or_start() -> Outcome<Self> {
        match std::env::var(VARIABLE) {
            Ok(url) if !url.is_empty() => Ok(Self::Given(url)),
            _ => Postgres::start().map(Self::Own),
        }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        match self {
            Self::Given(url) => url,
            Self::Own(server) => server.url(),
        }
    }
}

/// `cargo xtask postgres [-- command]`
///
/// # Errors
/// When the server does not start, or the command fails.
pub fn run(arguments: &[String]) -> Outcome {
    let arguments = match arguments.split_first() {
        Some((dashes, rest)) if dashes == "--" => rest,
        _ => arguments,
    };
    let server = Server::find_or_start()?;
    println!("{VARIABLE}={}", server.url());
    let mut command = match arguments.split_first() {
        Some((program, rest)) => {
            let mut command = Command::new(program);
            command.args(rest);
            command
        }
        None => Command::new(std::env::var_os("SHELL").unwrap_or_else(|| "sh".into())),
    };
    run_command(command.env(VARIABLE, server.url()))
}

/// The directory of the newest PostgreSQL installed. Debian keeps servers off PATH.
pub fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let newest = versions
        .flatten()
        .filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, bin)| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .max()
        .map(|(_, bin)| bin);
    newest.or_else(|| {
        let bin = executable("initdb")?
            .canonicalize()
            .ok()?
            .parent()?
            .to_path_buf();
        bin.join("postgres").is_file().then_some(bin)
    })
}

/// Who the server runs as, where that cannot be us: PostgreSQL refuses to run as root.
fn other_user() -> Outcome<Option<String>> {
    if !is_root() {
        return Ok(None);
    }
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| succeeds(Command::new("id").arg(user)))
        .map(|user| Some(user.to_owned()))
        .ok_or_else(|| "PostgreSQL refuses to run as root, and there is no user 'postgres'".into())
}

fn as_user(user: Option<&str>, program: &str) -> Command {
    match user {
        None => Command::new(program),
        Some(user) => {
            let mut command = Command::new("runuser");
            command.args(["-u", user, "--", program]);
            command
        }
    }
}

/// A new directory, owned by the user of the server and reachable for it.
fn fresh_directory(user: Option<&str>) -> Outcome<PathBuf> {
    let ours = working_dir("postgres")?;
    let reachable = succeeds(as_user(user, "test").arg("-x").arg(&ours).current_dir("/"));
    // A target directory below root's home is closed to every other user.
    let parent = if reachable {
        ours
    } else {
        PathBuf::from("/var/tmp/throughline-postgres")
    };
    std::fs::create_dir_all(&parent).map_err(|error| format!("{}: {error}", parent.display()))?;
    remove_leftovers(&parent);
    let directory = parent.join(std::process::id().to_string());
    std::fs::create_dir(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    if let Some(user) = user {
        output_of(Command::new("chown").arg(user).arg(&directory))?;
    }
    Ok(directory)
}

/// Removes the directories of processes that no longer run.
fn remove_leftovers(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if !Path::new("/proc").join(entry.file_name()).exists() {
            let _: std::io::Result<()> = std::fs::remove_dir_all(entry.path());
        }
    }
}

fn initialise(binaries: &Path, directory: &Path, user: Option<&str>, password: &str) -> Outcome {
    // The password goes through a pipe: command lines are public.
    let script = r#"printf '%s\n' "$PASSWORD" | "$1/initdb" -D "$2/data" -U throughline \
        -A scram-sha-256 --pwfile=/dev/stdin -E UTF8 --locale=C.UTF-8 --no-sync"#;
    output_of(
        as_user(user, "sh")
            .args(["-c", script, "initialise"])
            .args([binaries, directory])
            .env("PASSWORD", password)
            .current_dir("/"),
    )
    .map(drop)
    .map_err(|problem| format!("a PostgreSQL directory cannot be made: {problem}"))
}

fn free_port() -> Outcome<u16> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port: {error}"))
}

fn random_word() -> Outcome<String> {
    let mut bytes = [0; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|error| format!("/dev/urandom: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}
