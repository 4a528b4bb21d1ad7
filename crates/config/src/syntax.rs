//! The syntax of all our configuration files: auditd's.
//!
//! A line is `key = value` and perhaps more words, split on spaces only: the `=` stands alone, a tab is part of a word. A
//! line whose first word starts with `#` is a comment. Lines of more than [`LONGEST`] bytes are skipped with a warning.

use crate::{ConfigError, Warning};
use std::path::Path;

/// The longest line taken, in bytes without its newline.
pub const LONGEST: usize = 511;

/// A setting as it was written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Given<'a> {
    /// The line it is on, from 1.
    pub line: usize,
    /// The key; its case does not matter.
    pub key: &'a str,
    /// The word after `=`.
    pub value: &'a str,
    /// The words after that.
    pub options: Vec<&'a str>,
}

/// Splits a file's text into settings.
///
/// # Errors
/// A line that is not `key = value`, or not text.
pub fn parse<'a>(path: &Path, text: &'a [u8], warnings: &mut Vec<Warning>) -> Result<Vec<Given<'a>>, ConfigError> {
    let mut found = Vec::new();
    for (line, bytes) in (1..).zip(text.split(|b| *b == b'\n')) {
        if bytes.len() > LONGEST {
            let what = format!("line skipped: it has {} bytes, {LONGEST} are allowed", bytes.len());
            warnings.push(Warning::new(path, line, what));
            continue;
        }
        if let Some(given) = parse_line(line, bytes).map_err(|what| ConfigError::new(path, line, what))? {
            found.push(given);
        }
    }
    Ok(found)
}

fn parse_line(line: usize, bytes: &[u8]) -> Result<Option<Given<'_>>, String> {
    let first = bytes.iter().find(|b| **b != b' ');
    if matches!(first, None | Some(b'#')) {
        return Ok(None);
    }
    let text = str::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())?;
    let mut words = text.split(' ').filter(|word| !word.is_empty());
    let Some(key) = words.next() else { return Ok(None) };
    match words.next() {
        Some("=") => {}
        Some(word) => return Err(format!("missing equal sign: \"{key}\" is followed by \"{word}\"")),
        None if key.contains('=') => {
            return Err(format!("wrong number of arguments: \"{key}\" needs spaces around the equal sign"));
        }
        None => return Err(format!("wrong number of arguments: \"{key}\" stands alone")),
    }
    let Some(value) = words.next() else {
        return Err(format!("wrong number of arguments: \"{key}\" has no value"));
    };
    Ok(Some(Given { line, key, value, options: words.collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    type Split<'a> = (&'a str, &'a str, Vec<&'a str>);

    fn one(text: &str) -> Result<Option<Split<'_>>, String> {
        parse_line(1, text.as_bytes()).map(|g| g.map(|g| (g.key, g.value, g.options)))
    }

    #[test]
    fn words_are_split_on_spaces_only() {
        assert_eq!(one("  freq   =  50  "), Ok(Some(("freq", "50", vec![]))));
        assert_eq!(one("args = a  b c"), Ok(Some(("args", "a", vec!["b", "c"]))));
        assert_eq!(one("\tfreq = 50"), Ok(Some(("\tfreq", "50", vec![]))));
        for empty in ["", "   ", "# x", "  ##name = mydomain", "#"] {
            assert_eq!(one(empty), Ok(None));
        }
        for (bad, what) in [
            ("freq=50", "needs spaces"),
            ("freq", "stands alone"),
            ("freq =", "has no value"),
            ("freq 50", "missing equal sign"),
            ("freq =50", "missing equal sign"),
        ] {
            assert!(one(bad).unwrap_err().contains(what), "{bad}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_may_stand_in_comments_only() {
        assert_eq!(parse_line(1, b"# \xff\xfe"), Ok(None));
        assert!(parse_line(1, b"name = \xff").is_err());
    }

    #[test]
    fn long_lines_are_skipped_with_a_warning_and_line_numbers_go_on() {
        let text = format!("a = 1\n{} = 2\nb = 3", "x".repeat(LONGEST));
        let mut warnings = Vec::new();
        let found = parse(Path::new("f"), text.as_bytes(), &mut warnings).unwrap();
        assert_eq!(found.iter().map(|g| (g.line, g.key)).collect::<Vec<_>>(), [(1, "a"), (3, "b")]);
        assert_eq!(warnings[0].to_string(), "f:2: line skipped: it has 515 bytes, 511 are allowed");
    }
}
