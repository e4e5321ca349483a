//! The demo shop's files fit together.
#![expect(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use throughline_brain::Business;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo/shop")
}

fn loaded() -> Business {
    let (business, problems) = Business::load(&demo()).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", told.join("\n"))
    });
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    business
}

#[test]
fn nothing_in_the_demo_is_wrong_or_doubtful() {
    assert!(loaded().library.procedures.len() >= 12);
}

#[test]
fn every_demo_procedure_can_be_learnt_and_is_tested_from_all_sides() {
    for procedure in loaded().library.procedures.values() {
        let name = &procedure.name;
        if procedure.identifies.is_none() {
            assert!(procedure.examples.len() >= 13, "{name} has few examples");
        }
        assert!(procedure.tests.len() >= 4, "{name} has few tests");
        assert!(
            procedure.tests.iter().any(|test| test.who == "anonymous"),
            "{name} is not tested with somebody unknown"
        );
        let channels = procedure.tests.iter().all(|test| test.on.is_empty());
        assert!(channels, "{name} has a test for some channels only");
    }
}

#[test]
fn every_rule_a_test_expects_is_a_rule_of_the_policy() {
    let business = loaded();
    let known: BTreeSet<String> = business
        .policy
        .rules()
        .iter()
        .map(|rule| rule.id.clone())
        .collect();
    for procedure in business.library.procedures.values() {
        for rule in procedure
            .tests
            .iter()
            .filter_map(|test| test.expect.deny.as_ref())
        {
            assert!(known.contains(rule), "{}: {rule}", procedure.file);
        }
    }
}

#[test]
fn a_misspelt_name_is_found_with_its_line() {
    let folder = std::env::temp_dir().join(format!("throughline-demo-{}", std::process::id()));
    copy(&demo(), &folder);
    let file = folder.join("procedures/invoice.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let line = 1 + text
        .lines()
        .position(|line| line.contains("@call send_invoice"))
        .unwrap();
    std::fs::write(
        &file,
        text.replace("@call send_invoice", "@call send_invoise"),
    )
    .unwrap();
    let problems = Business::load(&folder).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let expected = format!(
        "procedures/invoice.md:{line}: error: send_invoise is no tool; did you mean 'send_invoice'?"
    );
    assert!(told.contains(&expected), "{told:?}");
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        match path.is_dir() {
            true => copy(&path, &target),
            false => {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
}
