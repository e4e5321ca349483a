//! Secrets the demo makes for itself: each in a file that only its owner can read, so that a later start finds them
//! again.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// The folder they are kept in.
#[derive(Clone, Debug)]
pub struct Keepsakes(PathBuf);

impl Keepsakes {
    /// Keeps them in `folder`, which is made when it is missing.
    pub fn open(folder: PathBuf) -> Result<Self, String> {
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("the folder {} cannot be made: {error}", folder.display()))?;
        Ok(Self(folder))
    }

    /// Where the one called `name` is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The one called `name`, if there is one.
    pub fn find(&self, name: &str) -> Result<Option<String>, String> {
        let path = self.path(name);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("{} cannot be read: {error}", path.display())),
        }
    }

    /// The one called `name`; `fresh` from now on when there is none.
    pub fn keep(&self, name: &str, fresh: impl FnOnce() -> String) -> Result<String, String> {
        match self.find(name)? {
            Some(known) => Ok(known),
            None => {
                let fresh = fresh();
                self.put(name, &fresh)?;
                Ok(fresh)
            }
        }
    }

    /// Keeps `value` as the one called `name`, in place of what was there.
    pub fn put(&self, name: &str, value: &str) -> Result<(), String> {
        let path = self.path(name);
        write(&path, value)
            .map_err(|error| format!("{} cannot be written: {error}", path.display()))
    }
}

fn write(path: &Path, value: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{value}")
}

/// 32 random bytes in hexadecimal.
pub fn random_key() -> String {
    hex_of(rand::random::<[u8; 32]>().as_slice())
}

/// A password that can be copied by hand: `lumen-3f9a-01c7-88de-b240`.
pub fn random_password() -> String {
    let parts: Vec<String> = (0..4).map(|_| hex_of(&rand::random::<[u8; 2]>())).collect();
    format!("lumen-{}", parts.join("-"))
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
