//! `cargo xtask screens`: the pictures in `docs/screens`, taken anew.

use crate::command::Outcome;
use crate::visit::Visit;
use crate::workspace::root;

/// Visits a demo shop in a browser, light and dark.
///
/// # Errors
/// When something does not build, the demo does not start, or a page is not what it should be.
pub fn run() -> Outcome {
    let pictures = root().join("docs/screens");
    let visit = Visit {
        script: "screens.mjs",
        release: false,
        pictures: Some(&pictures),
        arguments: &[],
    };
    visit.make()
}
