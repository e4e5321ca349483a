//! `throughline-shop`: the demo shop's own service as a program.

use clap::Parser;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use throughline_shop::{Options, Shop, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// The demo shop's own service: orders, returns and labels.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    /// Where it listens.
    #[arg(
        long,
        env = "THROUGHLINE_SHOP_LISTEN",
        default_value = "127.0.0.1:8092"
    )]
    listen: SocketAddr,
    /// The file with the key callers show; made with a random key when it is missing.
    #[arg(long, env = "THROUGHLINE_SHOP_KEY_FILE")]
    key_file: PathBuf,
    /// Keeps the shop's books here; without it they are forgotten at the end.
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where customers reach it: links to labels begin with it. Where it listens, when left out.
    #[arg(long)]
    public_base: Option<String>,
    /// Lets holders of the key make it misbehave by `PUT /drill`.
    #[arg(long)]
    drills: bool,
    /// Ends when standard input does, so that it never outlives whoever started it.
    #[arg(long)]
    end_with_stdin: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            complain(&problem);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let key = key(&arguments.key_file)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
        format!(
            "the shop needs {}, but {error}; choose another by --listen",
            arguments.listen
        )
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let base = arguments
        .public_base
        .unwrap_or_else(|| format!("http://{address}"));
    let shop = Shop::open(Options {
        key,
        public_base: base.trim_end_matches('/').to_owned(),
        file: arguments.data,
        drills: arguments.drills,
    })?;
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let with_stdin = arguments.end_with_stdin;
    complain(&format!(
        "The shop's own service listens on http://{address} (operations: /openapi.json, key: {})",
        arguments.key_file.display()
    ));
    serve(listener, shop, async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
            () = end_of_stdin(), if with_stdin => {}
        }
    })
    .await
}

/// Waits on a thread of its own, which does not hold up the end of the program.
async fn end_of_stdin() {
    let (ended, end) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let _: std::io::Result<u64> = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        drop(ended);
    });
    // Dropped is what it is waited for.
    let _: Result<(), _> = end.await;
}

/// The key in `file`.
fn key(file: &Path) -> Result<String, String> {
    let named = |error: &dyn std::fmt::Display| format!("the key file {}: {error}", file.display());
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let fresh = hex::encode(rand::random::<[u8; 32]>());
            let mut options = OpenOptions::new();
            let made = options.write(true).create_new(true).mode(0o600).open(file);
            made.and_then(|mut made| writeln!(made, "{fresh}"))
                .map_err(|error| named(&error))?;
            fresh
        }
        Err(error) => return Err(named(&error)),
    };
    match text.trim() {
        key if key.len() >= 16 => Ok(key.to_owned()),
        _ => Err(named(&"write a key of at least 16 characters into it")),
    }
}

/// To whoever started it; standard output stays free.
fn complain(text: &str) {
    let _: std::io::Result<()> = writeln!(std::io::stderr(), "{text}");
}
