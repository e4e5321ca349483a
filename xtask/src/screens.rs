//! `cargo xtask screens`: the pictures in `docs/screens`, taken anew.

use crate::command::{Outcome, run as run_command};
use crate::node;
use crate::workspace::{cargo, executable, root, target_dir, working_dir};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Builds everything, starts a demo shop of its own, visits it in a browser, light and dark, and ends it.
///
/// # Errors
/// When something does not build, the demo does not start, or a page is not what it should be.
pub fn run() -> Outcome {
    node::install("tests/counterparts")?;
    node::build_web()?;
    run_command(cargo().args(["build", "--package", "throughline"]))?;
    let data = working_dir("screens")?;
    // Each time the same shop, and nothing of the last time.
    std::fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
    let [server, outside, mail] = [free_port()?, free_port()?, free_port()?];
    let _demo = Demo(start(&data, server, outside, mail)?);
    let mut visit = Command::new("node");
    visit
        .arg(root().join("tests/journeys/browser/screens.mjs"))
        .env(
            "STORY_MODULES",
            root().join("tests/counterparts/package.json"),
        )
        .env("STORY_URL", format!("http://127.0.0.1:{server}"))
        .env("STORY_OUTSIDE", format!("http://127.0.0.1:{outside}"))
        .env("STORY_PASSWORD_FILE", data.join("demo/password"))
        .env("STORY_TOKEN_FILE", data.join("demo/api-token"))
        .env("STORY_PICTURES", root().join("docs/screens"));
    if let Some(chromium) = executable("chromium") {
        visit.env("THROUGHLINE_CHROMIUM", chromium);
    }
    run_command(&mut visit)
}

/// The demo, ended when it is not needed any more.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(data: &Path, server: u16, outside: u16, mail: u16) -> Outcome<Child> {
    Command::new(target_dir()?.join("debug/throughline"))
        .arg("demo")
        .env("THROUGHLINE__STORAGE__DATA_DIR", data)
        .env("THROUGHLINE__SERVER__BIND", format!("127.0.0.1:{server}"))
        .env(
            "THROUGHLINE__EMAIL__LISTENER__BIND",
            format!("127.0.0.1:{mail}"),
        )
        .env("THROUGHLINE_DEMO_OUTSIDE", format!("127.0.0.1:{outside}"))
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("the demo cannot be started: {error}"))
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .map_err(|error| format!("there is no free port: {error}"))
}
