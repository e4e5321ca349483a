//! `section!` and `record!`: a struct, its documentation, its defaults and its reader in one place.
//!
//! Each field says what stands there when the operator writes nothing:
//!
//! * `= default(expression)`: that value,
//! * `= example(toml)`: nothing (`None` or an empty list); the example file shows `toml`,
//! * `= required(toml)`: a problem; the example file shows `toml`,
//! * `= table()`: a table of its own.
//!
//! A `section!` has no required key and so has a `Default`; a `record!` may have some.

use crate::reader::Reader;

/// One key of a table, as the example file and the unknown-key check need it.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) doc: &'static [&'static str],
    pub(crate) shown: Shown,
    pub(crate) shape: Shape,
}

/// How the example file shows a key.
pub(crate) enum Shown {
    /// By its default, as TOML.
    Default(String),
    /// By an example, as TOML.
    Example(&'static str),
    /// As a table of its own.
    Table,
}

/// What kind of TOML a setting is.
pub(crate) enum Shape {
    /// Anything written after `=`.
    Value,
    /// A table that is always there.
    Table(fn() -> Description),
    /// A table that may be left out.
    OptionalTable(fn() -> Description),
    /// `[[…]]`
    Tables(fn() -> Description),
}

/// A table's documentation and keys.
pub(crate) struct Description {
    pub(crate) doc: &'static [&'static str],
    pub(crate) keys: Vec<Key>,
}

/// Reports the keys of `table` that are not in `known`, each with its nearest known key.
pub(crate) fn report_unknown_keys(table: &toml::Table, known: &[&str], at: &mut Reader<'_>) {
    for key in table.keys().filter(|key| !known.contains(&key.as_str())) {
        at.within(key, |at| {
            at.reject::<()>("this key is not known", remedy_for(key, known))
        });
    }
}

fn remedy_for(key: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|name| (strsim::jaro_winkler(key, name), *name))
        .max_by(|left, right| left.0.total_cmp(&right.0));
    if let Some((likeness, name)) = nearest
        && likeness >= 0.8
    {
        return format!("did you mean '{name}'?");
    }
    match crate::example::tables_with_key(key).as_slice() {
        [] => format!("known here: {}", known.join(", ")),
        tables => format!("it belongs in {}", tables.join(" or ")),
    }
}

/// Reads the value of `key`, or what stands for it when it is absent.
pub(crate) fn read_key<T: crate::setting::Setting>(
    table: &toml::Table,
    key: &str,
    at: &mut Reader<'_>,
    absent: impl FnOnce(&mut Reader<'_>) -> Option<T>,
) -> Option<T> {
    at.within(key, |at| match table.get(key) {
        Some(value) => T::read(value, at),
        None => absent(at),
    })
}

/// Reports a value that is not a table.
pub(crate) fn as_table<'v>(value: &'v toml::Value, at: &mut Reader<'_>) -> Option<&'v toml::Table> {
    value.as_table().or_else(|| {
        at.reject(
            format!("expected a table, found {}", value.type_str()),
            "write the keys under a [header], or as { key = value }",
        )
    })
}

macro_rules! record {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                pub $field:ident $(as $key:literal)? : $ty:ty = $how:ident $args:tt,
            )*
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $doc])* pub $field: $ty,)*
        }

        impl $crate::setting::Setting for $name {
            fn read(value: &toml::Value, at: &mut $crate::reader::Reader<'_>) -> Option<Self> {
                let table = $crate::section::as_table(value, at)?;
                const KEYS: &[&str] = &[$($crate::section::key_name!($field $($key)?),)*];
                $crate::section::report_unknown_keys(table, KEYS, at);
                $(
                    let $field: Option<$ty> = $crate::section::read_key(
                        table,
                        $crate::section::key_name!($field $($key)?),
                        at,
                        $crate::section::when_absent!($how $args),
                    );
                )*
                Some(Self { $($field: $field?,)* })
            }

            fn shape() -> $crate::section::Shape {
                $crate::section::Shape::Table(|| $crate::section::Description {
                    doc: &[$($about,)*],
                    keys: vec![$($crate::section::Key {
                        name: $crate::section::key_name!($field $($key)?),
                        doc: &[$($doc,)*],
                        shown: $crate::section::shown!($ty, $how $args),
                        shape: <$ty as $crate::setting::Setting>::shape(),
                    },)*],
                })
            }
        }
    };
}

macro_rules! section {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                pub $field:ident $(as $key:literal)? : $ty:ty = $how:ident $args:tt,
            )*
        }
    ) => {
        $crate::section::record! {
            $(#[doc = $about])*
            pub struct $name {
                $($(#[doc = $doc])* pub $field $(as $key)? : $ty = $how $args,)*
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::section::default_value!($how $args),)* }
            }
        }
    };
}

macro_rules! key_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}

macro_rules! default_value {
    (default ($value:expr)) => {
        $value
    };
    (example $example:tt) => {
        Default::default()
    };
    (table ()) => {
        Default::default()
    };
}

macro_rules! when_absent {
    (required ($example:tt)) => {
        |at| {
            at.reject(
                "this key is required",
                concat!("set it, for example to ", stringify!($example)),
            )
        }
    };
    ($how:ident $args:tt) => {
        |_| Some($crate::section::default_value!($how $args))
    };
}

macro_rules! shown {
    ($ty:ty, default ($value:expr)) => {{
        let value: $ty = $value;
        $crate::section::Shown::Default($crate::setting::Setting::render(&value))
    }};
    ($ty:ty, example ($example:tt)) => {
        $crate::section::Shown::Example(stringify!($example))
    };
    ($ty:ty, required ($example:tt)) => {
        $crate::section::Shown::Example(stringify!($example))
    };
    ($ty:ty, table ()) => {
        $crate::section::Shown::Table
    };
}

pub(crate) use {default_value, key_name, record, section, shown, when_absent};
