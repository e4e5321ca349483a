//! What may be depended on: licences, banned packages, and a stated reason for each choice.

use crate::command::{Outcome, output_of};
use crate::spdx::permits;
use crate::workspace::{cargo, root};
use serde_json::Value;
use std::collections::BTreeSet;

/// Licences that ask no more of the product than notices. MPL-2.0 binds changes to the files under
/// it; packages are used unchanged. CDLA-Permissive-2.0 and Unicode-3.0 cover data.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Packages that would bring a second TLS library or a C toolchain's worth of build with them.
const BANNED: &[(&str, &str)] = &[
    ("aws-lc-rs", "TLS is rustls with ring"),
    ("aws-lc-sys", "TLS is rustls with ring"),
    ("native-tls", "TLS is rustls with ring"),
    ("openssl", "TLS is rustls with ring"),
    ("openssl-sys", "TLS is rustls with ring"),
];

const REASONS: &str = "docs/dependencies.md";

/// Checks every package the workspace may be built with, on any platform.
///
/// # Errors
/// Every objection, one a line.
pub fn check() -> Outcome {
    let text = output_of(cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value =
        serde_json::from_str(&text).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"]
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut objections: Vec<String> = packages.iter().flat_map(objections_to).collect();
    let reasons = std::fs::read_to_string(root().join(REASONS)).unwrap_or_default();
    objections.extend(unexplained(
        &direct_dependencies(packages),
        &explained(&reasons),
    ));
    println!("{} packages looked at", packages.len());
    if objections.is_empty() {
        return Ok(());
    }
    Err(objections.join("\n"))
}

fn objections_to(package: &Value) -> Vec<String> {
    let name = package["name"].as_str().unwrap_or_default();
    let version = package["version"].as_str().unwrap_or_default();
    let mut found = Vec::new();
    // Our own packages have no source.
    let Some(source) = package["source"].as_str() else {
        return found;
    };
    if !source.starts_with("registry+") && !source.starts_with("sparse+") {
        found.push(format!(
            "{name} {version} comes from {source}, not from a registry"
        ));
    }
    if let Some((_, reason)) = BANNED.iter().find(|(banned, _)| *banned == name) {
        found.push(format!(
            "{name} {version} is banned: {reason}; see `cargo tree -i {name}`"
        ));
    }
    match package["license"].as_str() {
        None => found.push(format!("{name} {version} names no licence")),
        Some(licence) => match permits(licence, &|one| ALLOWED.contains(&one)) {
            Ok(true) => {}
            Ok(false) => found.push(format!("{name} {version} is under {licence}")),
            Err(problem) => found.push(format!("{name} {version}: {problem}")),
        },
    }
    found
}

/// The names that our own manifests depend on, without our own packages.
fn direct_dependencies(packages: &[Value]) -> BTreeSet<&str> {
    packages
        .iter()
        .filter(|package| package["source"].is_null())
        .flat_map(|package| package["dependencies"].as_array().into_iter().flatten())
        .filter(|dependency| dependency["path"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
        .collect()
}

/// The names in the first column of the tables of `text`: "| `name` | …".
fn explained(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect()
}

fn unexplained(used: &BTreeSet<&str>, explained: &BTreeSet<&str>) -> Vec<String> {
    let missing = used
        .difference(explained)
        .map(|name| format!("{REASONS} does not say why `{name}` is used"));
    let stale = explained
        .difference(used)
        .map(|name| format!("{REASONS} explains `{name}`, which nothing uses"));
    missing.chain(stale).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(name: &str, licence: Option<&str>) -> Value {
        json!({
            "name": name, "version": "1.0.0", "license": licence,
            "source": "registry+https://registry.example/index",
        })
    }

    #[test]
    fn a_package_under_an_allowed_licence_passes() {
        assert!(objections_to(&package("tidy", Some("GPL-3.0-only OR MIT"))).is_empty());
    }

    #[test]
    fn a_package_under_another_licence_or_none_is_named() {
        let copyleft = objections_to(&package("sticky", Some("AGPL-3.0-only")));
        assert_eq!(copyleft, ["sticky 1.0.0 is under AGPL-3.0-only"]);
        let silent = objections_to(&package("silent", None));
        assert_eq!(silent, ["silent 1.0.0 names no licence"]);
    }

    #[test]
    fn a_banned_package_is_named_whatever_its_licence() {
        let found = objections_to(&package("openssl-sys", Some("MIT")));
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("is banned"));
    }

    #[test]
    fn a_package_from_outside_a_registry_is_named() {
        let mut package = package("fork", Some("MIT"));
        package["source"] = json!("git+https://git.example/fork");
        assert_eq!(objections_to(&package).len(), 1);
    }

    #[test]
    fn every_choice_is_explained_and_nothing_else() {
        let text = "| name | why |\n| --- | --- |\n| `serde` | reads |\n| `gone` | was used |\n";
        let used = BTreeSet::from(["serde", "tokio"]);
        assert_eq!(
            unexplained(&used, &explained(text)),
            [
                "docs/dependencies.md does not say why `tokio` is used",
                "docs/dependencies.md explains `gone`, which nothing uses",
            ]
        );
    }
}
