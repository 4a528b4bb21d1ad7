//! What can be wrong with a configuration file.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a configuration file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// Its line, from 1; 0 means the file as a whole.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}", self.path.display()),
            line => write!(f, "{}:{line}", self.path.display()),
        }
    }
}

/// A file that cannot be used. Prints as one line, `FILE:LINE: what is wrong`; a daemon exits with 6.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct ConfigError {
    /// Where.
    pub place: Place,
    /// What, quoting the input.
    pub what: String,
}

impl ConfigError {
    pub(crate) fn new(path: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { place: Place { path: path.to_owned(), line }, what: what.into() }
    }
}

/// Something odd that does not keep a file from being used. Prints as one line, `FILE:LINE: what is odd`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What.
    pub what: String,
}

impl Warning {
    pub(crate) fn new(path: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { place: Place { path: path.to_owned(), line }, what: what.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}
