//! Folders of files that are published together, as operators keep them.

use std::io::Error;
use std::path::Path;

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 512 * 1024;

/// The files of a folder with one of these endings, each with its text, by name; those whose name begins with a dot are
/// left aside.
///
/// # Errors
/// The file that cannot be read, or is too large.
pub fn read(folder: &Path, endings: &[&str]) -> Result<Vec<(String, String)>, String> {
    let failed = |path: &Path, error: Error| format!("{} cannot be read: {error}", path.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let wanted = ending.is_some_and(|ending| endings.contains(&ending));
        if !path.is_file() || !wanted || name.starts_with('.') {
            continue;
        }
        let size = std::fs::metadata(&path).map_err(|error| failed(&path, error))?;
        if size.len() > FILE_LIMIT {
            return Err(format!(
                "{} is larger than {FILE_LIMIT} bytes",
                path.display()
            ));
        }
        let text = std::fs::read_to_string(&path).map_err(|error| failed(&path, error))?;
        files.push((name.into_owned(), text));
    }
    files.sort();
    Ok(files)
}

/// Makes a folder of these files, to be edited there, and says where each stands.
///
/// # Errors
/// When the folder exists already, or something cannot be written.
pub fn write(
    folder: &Path,
    files: impl IntoIterator<Item = (String, String)>,
) -> Result<(), String> {
    let failed =
        |path: &Path, error: Error| format!("{} cannot be written: {error}", path.display());
    std::fs::create_dir(folder).map_err(|error| failed(folder, error))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
        crate::say(&format!("{}\n", path.display()));
    }
    Ok(())
}
