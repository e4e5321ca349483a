//! The key an installation makes for itself.
#![expect(clippy::unwrap_used, reason = "a failed file is a failed test")]

use std::path::PathBuf;
use throughline_config::open_or_create_secret_key;

fn directory(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _: std::io::Result<()> = std::fs::remove_dir_all(&path);
    path
}

#[test]
fn the_first_start_makes_a_key_and_every_later_start_keeps_it() {
    let file = directory("first-start").join("data/secret.key");
    let first = open_or_create_secret_key(&file, &[7; 32]).unwrap();
    assert_eq!(first.expose(), "07".repeat(32));
    let later = open_or_create_secret_key(&file, &[8; 32]).unwrap();
    assert_eq!(later.expose(), first.expose());
    let left: Vec<_> = std::fs::read_dir(file.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no draft is left behind");
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_key() {
    use std::os::unix::fs::PermissionsExt;
    let file = directory("owner-only").join("secret.key");
    open_or_create_secret_key(&file, &[7; 32]).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn an_emptied_key_file_is_not_silently_replaced() {
    let file = directory("emptied").join("secret.key");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "").unwrap();
    let error = open_or_create_secret_key(&file, &[7; 32]).unwrap_err();
    assert!(error.to_string().contains("is empty"));
}
