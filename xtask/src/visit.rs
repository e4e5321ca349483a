//! A demo shop of its own, visited by a browser: for pictures, and to see how fast it is.

use crate::command::{Outcome, run as run_command};
use crate::node;
use crate::weights;
use crate::workspace::{cargo, executable, root, target_dir, working_dir};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Who visits.
pub struct Visit<'a> {
    /// The script in `tests/journeys/browser`.
    pub script: &'a str,
    /// Whether the server is built for speed.
    pub release: bool,
    /// Where pictures go, if any are taken.
    pub pictures: Option<&'a Path>,
    /// What else the script is told.
    pub arguments: &'a [String],
}

impl Visit<'_> {
    /// Builds everything, starts the shop, lets the script visit it, and ends it.
    ///
    /// # Errors
    /// When something does not build, the demo does not start, or the visit goes otherwise than it should.
    pub fn make(&self) -> Outcome {
        node::install("tests/counterparts")?;
        node::build_web()?;
        let mut build = cargo();
        build.arg("build");
        match self.release {
            true => build.args(["--release", "-p", "throughline", "-p", "throughline-shop"]),
            // With everything, as the tests build it: dependencies are then built once for both.
            false => build.args(["--workspace", "--all-targets"]),
        };
        run_command(&mut build)?;
        let data = working_dir("visit")?;
        // Each time the same shop, and nothing of the last time.
        std::fs::remove_dir_all(&data).map_err(|error| format!("{}: {error}", data.display()))?;
        weights::place(&data)?;
        let [server, outside, mail] = [free_port()?, free_port()?, free_port()?];
        let _demo = Demo(self.start(&data, server, outside, mail)?);
        let mut visit = Command::new("node");
        visit
            .arg(root().join("tests/journeys/browser").join(self.script))
            .args(self.arguments)
            .env(
                "STORY_MODULES",
                root().join("tests/counterparts/package.json"),
            )
            .env("STORY_URL", format!("http://127.0.0.1:{server}"))
            .env("STORY_OUTSIDE", format!("http://127.0.0.1:{outside}"))
            .env("STORY_PASSWORD_FILE", data.join("demo/password"));
        if let Some(pictures) = self.pictures {
            visit.env("STORY_PICTURES", pictures);
        }
        if let Some(chromium) = executable("chromium") {
            visit.env("THROUGHLINE_CHROMIUM", chromium);
        }
        run_command(&mut visit)
    }

    fn start(&self, data: &Path, server: u16, outside: u16, mail: u16) -> Outcome<Child> {
        let profile = if self.release { "release" } else { "debug" };
        Command::new(target_dir()?.join(profile).join("throughline"))
            .arg("demo")
            .env("THROUGHLINE__STORAGE__DATA_DIR", data)
            .env("THROUGHLINE_DEMO_SHOP", root().join("demo/shop"))
            .env("THROUGHLINE__SERVER__BIND", format!("127.0.0.1:{server}"))
            .env(
                "THROUGHLINE__EMAIL__LISTENER__BIND",
                format!("127.0.0.1:{mail}"),
            )
            .env("THROUGHLINE_DEMO_OUTSIDE", format!("127.0.0.1:{outside}"))
            // A visit writes faster than anybody types; what is measured is the way, not the limit.
            .env("THROUGHLINE__LIMITS__CHAT_MESSAGES_PER_MINUTE", "6000")
            .env("THROUGHLINE__LIMITS__API_REQUESTS_PER_MINUTE", "1000000")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("the demo cannot be started: {error}"))
    }
}

/// The demo, ended when it is not needed any more.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .map_err(|error| format!("there is no free port: {error}"))
}
