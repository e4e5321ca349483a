//! Lists the files of the built front end, so that the binary has them in itself. Without a build the list is
//! empty, and the pages say so.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The front ends, by the constant that lists their files and their folder in `web/dist`.
const FRONT_ENDS: &[(&str, &str)] = &[("CHAT", "chat"), ("DESK", "desk")];

fn main() {
    let manifest = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let dist = Path::new(&manifest).join("../../web/dist");
    let mut code = String::new();
    for (constant, folder) in FRONT_ENDS {
        let _ = writeln!(
            code,
            "/// The files of web/dist/{folder}.\npub const {constant}: &[Asset] = &["
        );
        list(&dist.join(folder), &mut code);
        code.push_str("];\n");
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("assets.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}

fn list(folder: &Path, code: &mut String) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && !is_hidden(path))
        .collect();
    files.sort();
    for path in files {
        let path = path.canonicalize().expect("a listed file is there");
        let name = path.file_name().expect("a file has a name");
        let _ = writeln!(
            code,
            "    Asset {{ name: {:?}, body: include_bytes!({:?}) }},",
            name.to_string_lossy(),
            path.to_string_lossy()
        );
    }
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
