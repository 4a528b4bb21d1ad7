//! Patterns for names of files: as the shell has them, or regular expressions.

use globset::{GlobBuilder, GlobMatcher};
use regex::bytes::Regex;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What a name must fit.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// All of it: `*` and `?` are within a directory, `**` is any number of them, `[a-z]`, `{a,b}`.
    Glob(GlobMatcher),
    /// Some part of it, unless `^` and `$` are given.
    Regex(Regex),
}

impl Pattern {
    /// A pattern as of a shell.
    ///
    /// # Errors
    /// What is wrong with it, in a line.
    pub fn glob(text: &OsStr) -> Result<Self, String> {
        let wrong = |why: &dyn std::fmt::Display| format!("{} is no pattern of file names ({why})", text.display());
        let utf8 = text.to_str().ok_or_else(|| wrong(&"it is not UTF-8"))?;
        let glob = GlobBuilder::new(utf8).literal_separator(true).build().map_err(|e| wrong(e.kind()))?;
        Ok(Self::Glob(glob.compile_matcher()))
    }

    /// A regular expression.
    ///
    /// # Errors
    /// What is wrong with it, in a line.
    pub fn regex(text: &OsStr) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} is no regular expression ({why})", text.display());
        let utf8 = text.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
        // the last line of several says why
        let short =
            |e: regex::Error| wrong(e.to_string().lines().last().unwrap_or_default().trim_start_matches("error: "));
        Regex::new(utf8).map(Self::Regex).map_err(short)
    }

    /// Whether a name fits.
    pub fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Glob(glob) => glob.is_match(Path::new(OsStr::from_bytes(name))),
            Self::Regex(regex) => regex.is_match(name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_fit_all_of_a_name() {
        let fits = |glob: &str, name: &[u8]| Pattern::glob(OsStr::new(glob)).unwrap().matches(name);
        assert!(fits("/etc/*.conf", b"/etc/auditd.conf") && !fits("/etc/*.conf", b"/etc/audit/auditd.conf"));
        assert!(fits("/etc/**/*.conf", b"/etc/audit/auditd.conf") && !fits("etc", b"/etc/passwd"));
        assert!(fits("/home/{alice,bob}/.ssh/[ai]*", b"/home/bob/.ssh/id_rsa") && fits("/tmp/?", b"/tmp/x"));
        assert!(fits("/tmp/*", b"/tmp/\xff\xfe"));
        assert_eq!(
            Pattern::glob(OsStr::new("a[")).unwrap_err(),
            "a[ is no pattern of file names (unclosed character class; missing ']')"
        );
    }

    #[test]
    fn regular_expressions_fit_a_part() {
        let fits = |regex: &str, name: &[u8]| Pattern::regex(OsStr::new(regex)).unwrap().matches(name);
        assert!(fits("pass(wd|word)$", b"/etc/passwd") && !fits("^passwd", b"/etc/passwd"));
        assert!(fits(r"(?-u)\xff", b"/tmp/\xff"));
        assert_eq!(Pattern::regex(OsStr::new("(")).unwrap_err(), "( is no regular expression (unclosed group)");
    }
}
