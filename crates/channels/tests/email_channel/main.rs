//! Email against real counterparts: sockets, swaks, Dovecot, aiosmtpd.
#![expect(clippy::unwrap_used, reason = "tests")]

mod certificate;
mod dialogue;
mod dovecot;
mod imap_poll;
mod smtp_listener;
mod smtp_out;

use std::path::PathBuf;

/// Where the program `name` is. System programs are often outside the path of ordinary users.
fn tool(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from));
    folders
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!("{name} is not installed; `cargo xtask test` installs it and runs this test")
        })
}
