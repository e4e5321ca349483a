//! Turns every `queries.sql` beside a domain into constants: `queries::conversation::APPEND`.
//!
//! A section starts with `-- name: append`, or `-- name: append @postgres` where one engine needs a text
//! of its own. SQLite gets `?1` for `$1`, so that parameters go by number on both engines. What several queries share
//! stands once, in a section `-- name: wanted @part`; `{wanted}` in a query is where it belongs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::{env, fs, path::Path};

#[derive(Default)]
struct Texts {
    shared: Option<String>,
    sqlite: Option<String>,
    postgres: Option<String>,
    part: Option<String>,
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    let mut code = String::new();
    let mut all = Vec::new();
    let mut domains: Vec<_> = fs::read_dir("src")
        .expect("src is a folder")
        .map(|entry| entry.expect("src can be listed").path())
        .filter(|path| path.join("queries.sql").exists())
        .collect();
    domains.sort();
    for path in domains {
        write_domain(&path, &mut code, &mut all);
    }
    let _ = writeln!(
        code,
        "/// Every query of this crate.\npub const ALL: &[&Query] = &[{}];",
        all.join(", ")
    );
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("queries.rs");
    fs::write(out, code).expect("OUT_DIR can be written");
}

fn write_domain(path: &Path, code: &mut String, all: &mut Vec<String>) {
    let domain = path
        .file_name()
        .and_then(|name| name.to_str())
        .expect("folder names are UTF-8");
    let file = path.join("queries.sql");
    let text = fs::read_to_string(&file).expect("queries.sql is UTF-8");
    let _ = writeln!(
        code,
        "/// Queries of `{domain}`.\npub mod {domain} {{\nuse super::Query;"
    );
    let all_sections = sections(&text, &file);
    let whole = |text: &String| {
        let parts = all_sections.iter();
        let parts = parts.filter_map(|(name, texts)| Some((name, texts.part.as_ref()?)));
        parts.fold(text.clone(), |text, (name, part)| {
            text.replace(&format!("{{{name}}}"), part)
        })
    };
    for (name, texts) in all_sections
        .iter()
        .filter(|(_, texts)| texts.part.is_none())
    {
        let constant = name.to_uppercase();
        let pick = |own: &Option<String>| own.as_ref().or(texts.shared.as_ref()).map(whole);
        let (Some(sqlite), Some(postgres)) = (pick(&texts.sqlite), pick(&texts.postgres)) else {
            panic!(
                "{}: query {name} has a text for one engine only",
                file.display()
            );
        };
        let _ = writeln!(
            code,
            "/// `{name}`\npub const {constant}: Query = Query {{ name: {:?}, sqlite: {:?}, postgres: {:?} }};",
            format!("{domain}.{name}"),
            numbered(&sqlite),
            postgres,
        );
        all.push(format!("&{domain}::{constant}"));
    }
    code.push_str("}\n");
}

fn sections(text: &str, file: &Path) -> BTreeMap<String, Texts> {
    let mut found: BTreeMap<String, Texts> = BTreeMap::new();
    for section in text.split("-- name: ").skip(1) {
        let (head, body) = section.split_once('\n').expect("a section has a body");
        let body: String = body
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect::<Vec<_>>()
            .join("\n");
        let (name, engine) = match head.split_once('@') {
            Some((name, engine)) => (name.trim(), engine.trim()),
            None => (head.trim(), ""),
        };
        let texts = found.entry(name.to_owned()).or_default();
        let slot = match engine {
            "" => &mut texts.shared,
            "sqlite" => &mut texts.sqlite,
            "postgres" => &mut texts.postgres,
            "part" => &mut texts.part,
            other => panic!("{}: {name} names an unknown engine {other}", file.display()),
        };
        assert!(
            slot.replace(body.trim().to_owned()).is_none(),
            "{}: {name} stands twice",
            file.display()
        );
    }
    found
}

/// `$1` becomes `?1`.
fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        out.push(
            if c == '$' && rest.peek().is_some_and(char::is_ascii_digit) {
                '?'
            } else {
                c
            },
        );
    }
    out
}
