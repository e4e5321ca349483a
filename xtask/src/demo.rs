//! `cargo xtask run`: the demo shop, built from this checkout.

use crate::command::{Outcome, run as run_command};
use crate::node;
use crate::weights;
use crate::workspace::{cargo, root};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;

const SHOP: &str = "THROUGHLINE_DEMO_SHOP";
const DATA_DIR: &str = "THROUGHLINE__STORAGE__DATA_DIR";

/// Builds the web front end and the binary, and becomes `throughline demo`.
///
/// The demo's data is in `.throughline/`; it is made on the first run and kept by later ones. Any
/// setting of the environment goes through to it.
///
/// # Errors
/// When something does not build.
pub fn run(arguments: &[String]) -> Outcome {
    let arguments = match arguments.split_first() {
        Some((dashes, rest)) if dashes == "--" => rest,
        _ => arguments,
    };
    node::build_web()?;
    run_command(cargo().args([
        "build",
        "--package",
        "throughline",
        "--package",
        "throughline-shop",
    ]))?;
    let data_dir =
        std::env::var_os(DATA_DIR).map_or_else(|| root().join(".throughline"), PathBuf::from);
    weights::place(&data_dir)?;
    let mut demo = cargo();
    demo.args(["run", "--quiet", "--package", "throughline", "--", "demo"])
        .args(arguments);
    for (variable, folder) in [(DATA_DIR, ".throughline"), (SHOP, "demo/shop")] {
        if std::env::var_os(variable).is_none() {
            demo.env(variable, root().join(folder));
        }
    }
    // Returns only when it could not start.
    Err(format!("the demo cannot be started: {}", demo.exec()))
}
