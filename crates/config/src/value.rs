//! Parsers of single values, shared by all files.

use crate::settings::{Scope, Value};
use crate::syntax::Given;
use std::ops::RangeInclusive;
use std::path::PathBuf;

/// The largest number auditd takes: `INT_MAX`.
pub(crate) const INT_MAX: u32 = i32::MAX as u32;

/// A closed set of words, the first being no more special than the others.
pub(crate) trait Words: Sized + Copy + PartialEq + 'static {
    const WORDS: &'static [(&'static str, Self)];
}

/// Defines an enumeration by its words, and how it is parsed and shown.
macro_rules! words {
    ($(#[$outer:meta])* pub enum $name:ident { $( $(#[$doc:meta])* $variant:ident = $word:literal, )* }) => {
        $(#[$outer])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub enum $name { $( $(#[$doc])* $variant, )* }

        impl $crate::value::Words for $name {
            const WORDS: &'static [(&'static str, Self)] = &[ $( ($word, Self::$variant), )* ];
        }

        impl $name {
            /// The word for it in a file, in lower case.
            pub fn word(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl $crate::settings::Value for $name {
            fn show(&self) -> String { self.word().to_owned() }
        }
    };
}
pub(crate) use words;

/// Refuses more than one word after `=`.
pub(crate) fn single<'a>(given: &Given<'a>) -> Result<&'a str, String> {
    match given.options.first() {
        None => Ok(given.value),
        Some(option) => Err(format!("invalid option \"{option}\" after \"{}\"", given.value)),
    }
}

/// One word of a closed set, in any case.
pub(crate) fn word<T: Words>(given: &Given<'_>, _: &mut Scope<'_>) -> Result<T, String> {
    let value = single(given)?;
    let found = T::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(value));
    found.map(|(_, it)| *it).ok_or_else(|| {
        let all: Vec<&str> = T::WORDS.iter().map(|(word, _)| *word).collect();
        format!("option \"{value}\" not found, it should be one of {}", all.join(", "))
    })
}

/// `yes` or `no`.
pub(crate) fn yes_no(given: &Given<'_>, _: &mut Scope<'_>) -> Result<bool, String> {
    match single(given)? {
        value if value.eq_ignore_ascii_case("yes") => Ok(true),
        value if value.eq_ignore_ascii_case("no") => Ok(false),
        value => Err(format!("option \"{value}\" not found, it should be yes or no")),
    }
}

/// Decimal digits, within a range.
pub(crate) fn digits(value: &str, range: RangeInclusive<u32>) -> Result<u32, String> {
    if value.is_empty() || !value.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("value \"{value}\" should only be numbers"));
    }
    match value.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        Ok(number) if number < *range.start() => {
            Err(format!("{value} is too small, it should be {} or more", range.start()))
        }
        _ => Err(format!("{value} is too large, it should be {} or less", range.end())),
    }
}

/// A parser of numbers from `LOW` to `HIGH`.
pub(crate) fn number<const LOW: u32, const HIGH: u32>(given: &Given<'_>, _: &mut Scope<'_>) -> Result<u32, String> {
    digits(single(given)?, LOW..=HIGH)
}

/// Seconds in an hour.
pub(crate) const HOUR: u32 = 3600;
/// Seconds in a day.
pub(crate) const DAY: u32 = 24 * HOUR;

/// Seconds, or a number with one of the units s, m(inutes), h, d, M(onths of 31 days).
///
/// # Errors
/// A sentence: it is no such number, or too large.
pub fn seconds(value: &str) -> Result<u32, String> {
    let units = [('s', 1), ('m', 60), ('h', HOUR), ('d', DAY), ('M', 31 * DAY)];
    let unit = units.iter().find_map(|(unit, seconds)| value.strip_suffix(*unit).map(|number| (number, *seconds)));
    let (number, unit) = unit.unwrap_or((value, 1));
    Ok(digits(number, 0..=INT_MAX)?.saturating_mul(unit))
}

/// Any word.
pub(crate) fn string(given: &Given<'_>, _: &mut Scope<'_>) -> Result<Option<String>, String> {
    single(given).map(|value| Some(value.to_owned()))
}

/// Any word, where there is always one.
pub(crate) fn text(given: &Given<'_>, _: &mut Scope<'_>) -> Result<String, String> {
    single(given).map(str::to_owned)
}

/// A path, not looked at.
pub(crate) fn path(given: &Given<'_>, _: &mut Scope<'_>) -> Result<PathBuf, String> {
    single(given).map(PathBuf::from)
}

/// A path that starts at the root, not looked at otherwise.
pub(crate) fn absolute(given: &Given<'_>, _: &mut Scope<'_>) -> Result<PathBuf, String> {
    let path = PathBuf::from(single(given)?);
    if path.is_absolute() { Ok(path) } else { Err(format!("absolute path needed for \"{}\"", path.display())) }
}

impl Value for bool {
    fn show(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl Value for u32 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for u64 {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Value for PathBuf {
    fn show(&self) -> String {
        self.display().to_string()
    }
}

impl Value for String {
    fn show(&self) -> String {
        self.clone()
    }
}

impl<T: Value> Value for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map(Value::show).unwrap_or_default()
    }
}
