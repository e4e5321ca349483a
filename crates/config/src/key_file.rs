//! The key that an installation makes for itself when its operator gives none.

use crate::secret::Secret;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

/// Reads the key in `path`, or writes `fresh` there (readable by its owner only) and returns that.
///
/// Two processes starting at once agree on one key: the file is created whole under another name and
/// then linked into place, which fails for the second one.
///
/// # Errors
/// When the file can neither be read nor written.
pub fn open_or_create_secret_key(path: &Path, fresh: &[u8; 32]) -> io::Result<Secret> {
    match read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path, fresh),
        other => other,
    }
}

fn read(path: &Path) -> io::Result<Secret> {
    let text = std::fs::read_to_string(path)?;
    let key = text.trim();
    if key.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!(
                "{} is empty; restore it, or delete it to have a new key made (which ends all sessions and links)",
                path.display()
            ),
        ));
    }
    Ok(Secret::from_value(key))
}

fn create(path: &Path, fresh: &[u8; 32]) -> io::Result<Secret> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let hex: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    writeln!(file, "{hex}")?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => read(path),
    }
}
