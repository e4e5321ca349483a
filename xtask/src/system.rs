//! Programs from the operating system that tests run as counterparts.

use crate::command::{Outcome, run, succeeds};
use crate::postgres::binaries;
use crate::workspace::executable;
use std::process::Command;

/// One Debian package and how to see that it is there.
struct Package {
    name: &'static str,
    present: fn() -> bool,
}

const PACKAGES: &[Package] = &[
    Package {
        name: "postgresql",
        present: || binaries().is_some(),
    },
    Package {
        name: "swaks",
        present: || executable("swaks").is_some(),
    },
    Package {
        // Without it swaks knows no TLS.
        name: "libnet-ssleay-perl",
        present: || succeeds(Command::new("perl").args(["-MNet::SSLeay", "-e", "1"])),
    },
    Package {
        name: "dovecot-imapd",
        present: || executable("dovecot").is_some(),
    },
    Package {
        name: "chromium",
        present: || executable("chromium").is_some(),
    },
    Package {
        name: "cvc5",
        present: || executable("cvc5").is_some(),
    },
    Package {
        name: "python3-venv",
        present: || succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"])),
    },
];

/// Installs what is missing, or says what to install.
///
/// # Errors
/// When something is missing and cannot be installed from here.
pub fn install() -> Outcome {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.join(" ");
    if !is_root() || executable("apt-get").is_none() {
        return Err(format!(
            "tests need {names}; on Debian: sudo apt-get install --no-install-recommends {names}"
        ));
    }
    println!("installing {names}");
    // The lists of a machine in use are usually good enough; a fresh one has none.
    if apt_get_install(&missing).is_err() {
        run(Command::new("apt-get").args(["update", "--quiet"]))?;
        apt_get_install(&missing)?;
    }
    match self::missing().as_slice() {
        [] => Ok(()),
        still => Err(format!(
            "{} is still missing after installing it",
            still.join(" ")
        )),
    }
}

fn missing() -> Vec<&'static str> {
    PACKAGES
        .iter()
        .filter(|package| !(package.present)())
        .map(|package| package.name)
        .collect()
}

fn apt_get_install(names: &[&str]) -> Outcome {
    run(Command::new("apt-get")
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(["install", "--yes", "--quiet", "--no-install-recommends"])
        .args(names))
}

/// Whether this process may do anything.
pub fn is_root() -> bool {
    crate::command::output_of(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
