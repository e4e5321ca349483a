//! The commented example file, written from the sections.

use crate::section::{Description, Key, Shape, Shown};
use crate::sections::Config;
use crate::setting::Setting;

const PREAMBLE: &str = "\
# Throughline's configuration.
#
# This file is generated from the program's own settings and shows every key. Copy what you change
# into throughline.toml. A line that starts with '#' and a key shows the default, or an example for a
# key that has none.
#
# The environment overrides the file: THROUGHLINE__SERVER__BIND sets `bind` in [server], and
# THROUGHLINE__ENDPOINT__SHOP_CHAT__BRAND sets `brand` of the endpoint named 'shop-chat'.
#
# Secrets are given by where they are: { env = \"NAME\" } or { file = \"path\" }.
# `throughline doctor` checks the result.
";

/// The text of `throughline.example.toml`: every key with its documentation and default.
pub fn example_toml() -> String {
    let mut text = PREAMBLE.to_owned();
    if let Shape::Table(describe) = Config::shape() {
        write_tables(&describe().keys, "", false, &mut text);
    }
    text
}

fn write_tables(keys: &[Key], parent: &str, commented: bool, text: &mut String) {
    for key in keys.iter().filter(|key| matches!(key.shown, Shown::Table)) {
        let name = if parent.is_empty() {
            key.name.to_owned()
        } else {
            format!("{parent}.{}", key.name)
        };
        let (header, describe, commented) = match key.shape {
            Shape::Value => continue,
            Shape::Table(describe) => (format!("[{name}]"), describe, commented),
            Shape::OptionalTable(describe) => (format!("[{name}]"), describe, true),
            Shape::Tables(describe) => (format!("[[{name}]]"), describe, true),
        };
        let description = describe();
        text.push('\n');
        // An optional table says why one would write it; a list says what one block is.
        let doc = match key.shape {
            Shape::Tables(_) => description.doc,
            _ => key.doc,
        };
        write_doc(doc, text);
        if commented {
            text.push('#');
        }
        text.push_str(&header);
        text.push('\n');
        write_values(&description, text);
        write_tables(&description.keys, &name, commented, text);
    }
}

fn write_values(description: &Description, text: &mut String) {
    for key in &description.keys {
        let value = match &key.shown {
            Shown::Default(value) => value.as_str(),
            Shown::Example(value) => value,
            Shown::Table => continue,
        };
        text.push('\n');
        write_doc(key.doc, text);
        text.push_str(&format!("#{} = {value}\n", key.name));
    }
}

fn write_doc(doc: &[&str], text: &mut String) {
    for line in doc {
        text.push('#');
        text.push_str(line);
        text.push('\n');
    }
}

/// The headers of the tables that have a key named `key`, in the order of the file.
pub(crate) fn tables_with_key(key: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Shape::Table(describe) = Config::shape() {
        search(&describe().keys, "", key, &mut found);
    }
    found
}

fn search(keys: &[Key], parent: &str, wanted: &str, found: &mut Vec<String>) {
    for key in keys {
        let name = if parent.is_empty() {
            key.name.to_owned()
        } else {
            format!("{parent}.{}", key.name)
        };
        if let Shape::Table(describe) | Shape::OptionalTable(describe) | Shape::Tables(describe) =
            key.shape
        {
            search(&describe().keys, &name, wanted, found);
        }
        if key.name == wanted && !parent.is_empty() {
            found.push(format!("[{parent}]"));
        }
    }
}
