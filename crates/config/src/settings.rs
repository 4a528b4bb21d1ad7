//! A file's settings as a table: one row per key.
//!
//! `settings!` turns rows into the struct, its built-in values and its table of keys, so that a key is written
//! down in one place.

use crate::syntax::{self, Given};
use crate::{ConfigError, Warning};
use std::fmt;
use std::path::Path;

/// Who loads a file, and therefore which checks of the system are made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reader {
    /// The daemon: directories, helpers and groups must exist, now.
    Daemon,
    /// A program that only wants to know what is set.
    Tool,
}

/// What a parser may want to know and say besides its value.
#[derive(Debug)]
pub struct Scope<'a> {
    pub(crate) path: &'a Path,
    pub(crate) reader: Reader,
    pub(crate) warnings: &'a mut Vec<Warning>,
}

impl Scope<'_> {
    pub(crate) fn warn(&mut self, line: usize, what: impl Into<String>) {
        self.warnings.push(Warning::new(self.path, line, what));
    }
}

/// How a value is written in a file: what its parser would read back.
pub(crate) trait Value {
    fn show(&self) -> String;
}

/// One row of a table of settings.
#[derive(Debug)]
pub(crate) struct Key<S> {
    pub name: &'static str,
    pub set: fn(&mut S, &Given<'_>, &mut Scope<'_>) -> Result<(), String>,
    pub show: fn(&S) -> String,
    /// Whether what is set is acted on.
    pub acts: fn(&S) -> bool,
}

/// A struct made by `settings!`.
pub(crate) trait Settings: Default + 'static {
    const KEYS: &'static [Key<Self>];
}

/// Reads `text` into settings. Also returns the names of the keys that were written.
pub(crate) fn load<S: Settings>(text: &[u8], scope: &mut Scope<'_>) -> Result<(S, Vec<&'static str>), ConfigError> {
    let mut settings = S::default();
    let mut written = Vec::new();
    for given in syntax::parse(scope.path, text, scope.warnings)? {
        let fail = |what: String| ConfigError::new(scope.path, given.line, what);
        let Some(key) = S::KEYS.iter().find(|key| key.name.eq_ignore_ascii_case(given.key)) else {
            return Err(fail(format!("unknown keyword \"{}\"", given.key)));
        };
        let path = scope.path;
        (key.set)(&mut settings, &given, scope)
            .map_err(|what| ConfigError::new(path, given.line, format!("{}: {what}", key.name)))?;
        if !written.contains(&key.name) {
            written.push(key.name);
        }
    }
    Ok((settings, written))
}

/// Writes all keys with their present values, as a file that reads back the same.
pub(crate) fn show<S: Settings>(settings: &S, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for key in S::KEYS {
        let value = (key.show)(settings);
        if !value.is_empty() {
            writeln!(f, "{} = {value}", key.name)?;
        }
    }
    Ok(())
}

/// The keys whose values differ.
pub(crate) fn changed<S: Settings>(now: &S, before: &S) -> Vec<&'static str> {
    S::KEYS.iter().filter(|key| (key.show)(now) != (key.show)(before)).map(|key| key.name).collect()
}

/// Defines a settings struct by one row per key:
/// `field: Type = built-in value, parser, acts;` (`field as "key": ...` where the key is no Rust name), where `parser` is
/// `fn(&Given, &mut Scope) -> Result<Type, String>` and `acts` is `fn(&Self) -> bool`, false where a value is taken but
/// nothing acts on it yet.
macro_rules! settings {
    (
        $(#[$outer:meta])*
        pub struct $name:ident;
        $( $(#[$doc:meta])* $field:ident $(as $key:literal)?: $type:ty = $default:expr, $parse:expr, $acts:expr; )*
    ) => {
        $(#[$outer])*
        #[derive(Clone, Debug, Eq, PartialEq)]
        pub struct $name {
            $( $(#[$doc])* pub $field: $type, )*
            /// The keys that stood in the file, in its order.
            pub written: Vec<&'static str>,
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* written: Vec::new() }
            }
        }

        impl $crate::settings::Settings for $name {
            const KEYS: &'static [$crate::settings::Key<Self>] = &[ $(
                $crate::settings::Key {
                    name: $crate::settings::key_name!($field $($key)?),
                    set: |settings, given, scope| { settings.$field = $parse(given, scope)?; Ok(()) },
                    show: |settings| $crate::settings::Value::show(&settings.$field),
                    acts: $acts,
                },
            )* ];
        }
    };
}
pub(crate) use settings;

/// The name of a key: its field's, unless another is given.
macro_rules! key_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $key:literal) => {
        $key
    };
}
pub(crate) use key_name;

#[cfg(test)]
pub(crate) mod tests {
    /// Whether tests that need files of root's can run; says so if not.
    pub(crate) fn is_root() -> bool {
        let root = nix::unistd::geteuid().is_root();
        if !root {
            eprintln!("SKIPPED: needs root, because configuration files must be root's");
        }
        root
    }
}
