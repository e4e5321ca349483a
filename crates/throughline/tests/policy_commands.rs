//! `throughline policy`, as an operator runs it on a fresh installation.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own, gone with this value.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        let name = format!("throughline-policy-{}", uuid::Uuid::now_v7());
        let place = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&place).unwrap();
        Self(place)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_throughline"))
            .args(["policy"])
            .args(arguments)
            .env("THROUGHLINE__STORAGE__DATA_DIR", self.0.join("data"))
            .env("THROUGHLINE__LOG__FILTER", "error")
            .output()
            .unwrap()
    }

    /// What a command that must succeed says.
    fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop/policy")
}

#[test]
fn rules_are_checked_published_edited_and_rolled_back() {
    let place = Place::new();
    let demo = demo();
    let demo = demo.to_str().unwrap();
    let document = place.says(&["check", demo, "--document"]);
    assert!(document.contains("business: ") && document.contains("delivery: "));
    assert!(
        document.contains("return.window (orders.cedar:"),
        "{document}"
    );

    let before = place.says(&["versions"]);
    assert!(before.contains("business: nothing was published"));
    let published = place.says(&["publish", demo, "--note", "the first one"]);
    assert!(
        published.contains("business: version 1 (") && published.contains("delivery: version 1 (")
    );

    let rules = place.0.join("rules");
    let folder = rules.to_str().unwrap();
    place.says(&["write", folder]);
    let orders = rules.join("orders.cedar");
    let text = std::fs::read_to_string(&orders).unwrap();
    std::fs::write(
        &orders,
        text.replace("duration(\"30d\")", "duration(\"14d\")"),
    )
    .unwrap();
    let impact = place.says(&["impact", folder]);
    assert!(
        impact.contains("business: of 0 recorded decisions"),
        "{impact}"
    );
    let proven = place.says(&["prove", folder]);
    assert!(
        proven.contains("tightened: returnItems") || proven.contains("proofs were skipped"),
        "{proven}"
    );
    place.says(&["publish", folder]);
    place.says(&["rollback", "1"]);
    let after = place.says(&["versions"]);
    let lines: Vec<&str> = after.lines().collect();
    assert!(lines[0].starts_with("* business    3 "), "{after}");
    assert!(lines[0].ends_with("back to version 1"), "{after}");
    assert_eq!(
        lines.len(),
        4,
        "the delivery rules were not published again: {after}"
    );

    std::fs::write(&orders, "forbid (").unwrap();
    let refused = place.run(&["publish", folder]);
    assert!(!refused.status.success());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("orders.cedar:1"), "{told}");
}
