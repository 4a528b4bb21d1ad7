//! The lines of a rules file (`-R`, audit.rules(7)): each is a command line.
//!
//! Words are separated by spaces, nothing else: no tabs, no quotes. `\ ` is a space and `\\` a backslash within a word. A
//! line whose first word starts with `#` is a comment; a `#` further on is not special.

use crate::rules_dir::MAX_FILE;
use raudit_tables::errno::reason;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Longest line, newline not counted.
pub const MAX_LINE: usize = 6143;

/// Why a rules file cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum FileError {
    #[error("audit rules file {} doesn't exist", .0.display())]
    Missing(PathBuf),
    #[error("Error opening {} ({})", .path.display(), reason(.error))]
    Open { path: PathBuf, error: io::Error },
    #[error("Error - {} is not a regular file", .0.display())]
    NotRegular(PathBuf),
    #[error("Error - {} is world writable", .0.display())]
    WorldWritable(PathBuf),
    #[error("Error reading line {} of {} ({})", .line, .path.display(), reason(.error))]
    Read { path: PathBuf, line: usize, error: io::Error },
    #[error("{} is larger than {} MiB", .0.display(), MAX_FILE >> 20)]
    TooLarge(PathBuf),
    #[error("Line {} of {} is longer than {} bytes", .line, .path.display(), MAX_LINE)]
    TooLong { path: PathBuf, line: usize },
    #[error("Line {} of {} has a NUL byte: this is no text file", .line, .path.display())]
    Nul { path: PathBuf, line: usize },
}

/// A line that says something.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// Its words.
    pub words: Vec<Vec<u8>>,
}

/// A rules file being read. Iterating gives its lines, without empty ones and comments.
#[derive(Debug)]
pub struct RulesFile {
    path: PathBuf,
    reader: BufReader<File>,
    number: usize,
}

impl RulesFile {
    /// Opens a file that is regular and that not everyone can write.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => FileError::Missing(path.into()),
            _ => FileError::Open { path: path.into(), error },
        };
        // Asked before opening, too: opening a FIFO would wait for a writer.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Err(FileError::NotRegular(path.into()));
        }
        let file = File::open(path).map_err(failed)?;
        let found = file.metadata().map_err(failed)?;
        if !found.is_file() {
            return Err(FileError::NotRegular(path.into()));
        }
        if found.permissions().mode() & 0o002 != 0 {
            return Err(FileError::WorldWritable(path.into()));
        }
        Ok(Self { path: path.into(), reader: BufReader::new(file), number: 0 })
    }

    /// All that is left, as it is.
    pub fn content(self) -> Result<Vec<u8>, FileError> {
        let mut content = Vec::new();
        let read = self.reader.take(MAX_FILE + 1).read_to_end(&mut content);
        match read {
            Err(error) => Err(FileError::Read { path: self.path, line: 1, error }),
            Ok(length) if length as u64 > MAX_FILE => Err(FileError::TooLarge(self.path)),
            Ok(_) => Ok(content),
        }
    }

    /// The next line of any kind, without its newline; `None` at the end.
    fn read_line(&mut self) -> Result<Option<Vec<u8>>, FileError> {
        self.number += 1;
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(MAX_LINE as u64 + 1);
        let read = limited.read_until(b'\n', &mut line);
        let read = read.map_err(|error| FileError::Read { path: self.path.clone(), line: self.number, error })?;
        if read == 0 {
            return Ok(None);
        }
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > MAX_LINE {
            return Err(FileError::TooLong { path: self.path.clone(), line: self.number });
        }
        // auditctl would take the line to end there.
        if line.contains(&0) {
            return Err(FileError::Nul { path: self.path.clone(), line: self.number });
        }
        Ok(Some(line))
    }
}

impl Iterator for RulesFile {
    type Item = Result<Line, FileError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.read_line() {
                Err(error) => return Some(Err(error)),
                Ok(None) => return None,
                Ok(Some(line)) => {
                    let words = words(&line);
                    if words.first().is_some_and(|first| !first.starts_with(b"#")) {
                        return Some(Ok(Line { number: self.number, words }));
                    }
                }
            }
        }
    }
}

/// A word and where it stands in its line.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Word {
    /// The word as it is meant, without the backslashes that escape.
    pub bytes: Vec<u8>,
    /// Offset of its first byte in the line.
    pub start: usize,
    /// Indexes of the bytes a backslash in the line escapes.
    escaped: Vec<usize>,
}

impl Word {
    /// The bytes of the line that say these bytes of the word.
    pub fn in_line(&self, bytes: Range<usize>) -> Range<usize> {
        let offset = |at: usize| self.start + at + self.escaped.partition_point(|&escaped| escaped < at);
        offset(bytes.start)..offset(bytes.end)
    }
}

/// Splits a line into words.
pub fn words(line: &[u8]) -> Vec<Vec<u8>> {
    placed_words(line).into_iter().map(|word| word.bytes).collect()
}

/// Splits a line into words that know where they stand.
pub fn placed_words(line: &[u8]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Option<Word> = None;
    let mut bytes = line.iter().copied().enumerate().peekable();
    while let Some((start, byte)) = bytes.next() {
        if byte == b' ' {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_with(|| Word { start, ..Word::default() });
        let special = |&(_, next): &(usize, u8)| byte == b'\\' && (next == b' ' || next == b'\\');
        let escaped = bytes.next_if(special).map(|(_, next)| next);
        if escaped.is_some() {
            word.escaped.push(word.bytes.len());
        }
        word.bytes.push(escaped.unwrap_or(byte));
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn split(line: &str) -> Vec<String> {
        words(line.as_bytes()).into_iter().map(|word| String::from_utf8(word).unwrap()).collect()
    }

    #[test]
    fn only_spaces_separate() {
        assert_eq!(split("  -w  /etc/a\\ b -k k "), ["-w", "/etc/a b", "-k", "k"]);
        assert_eq!(split("-k a\\\\b c\\d \\"), ["-k", "a\\b", "c\\d", "\\"]);
        assert_eq!(split("-a\talways 'x y'"), ["-a\talways", "'x", "y'"]);
        assert!(split("   ").is_empty());
    }

    #[test]
    fn words_know_where_they_stand() {
        let line = br"  -w /a\ b\\c/d -k";
        let words = placed_words(line);
        let shown = |word: usize, bytes| String::from_utf8(line[words[word].in_line(bytes)].to_vec()).unwrap();
        assert_eq!(words[1].bytes, br"/a b\c/d");
        assert_eq!(shown(1, 0..words[1].bytes.len()), r"/a\ b\\c/d");
        assert_eq!([shown(0, 0..2), shown(2, 1..2)], ["-w", "k"]);
        assert_eq!([shown(1, 2..3), shown(1, 3..4), shown(1, 4..5)], [r"\ ", "b", r"\\"]);
    }

    fn file(content: &[u8]) -> (PathBuf, tempfile::TempDir) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rules");
        File::create(&path).unwrap().write_all(content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        (path, dir)
    }

    #[test]
    fn comments_and_empty_lines_count_but_are_not_seen() {
        let (path, _dir) = file(b"# first\n\n   \n-D\n  # x\n-b 8192");
        let lines: Vec<_> = RulesFile::open(&path).unwrap().map(Result::unwrap).collect();
        let numbers: Vec<_> = lines.iter().map(|line| (line.number, line.words.len())).collect();
        assert_eq!(numbers, [(4, 1), (6, 2)]);
    }

    #[test]
    fn a_line_too_long_is_an_error_not_two_lines() {
        let mut content = vec![b'x'; MAX_LINE];
        content.push(b'\n');
        let (path, _dir) = file(&content);
        assert!(RulesFile::open(&path).unwrap().next().unwrap().is_ok());
        content.insert(0, b'x');
        let (path, _dir) = file(&content);
        assert!(matches!(RulesFile::open(&path).unwrap().next(), Some(Err(FileError::TooLong { line: 1, .. }))));
    }

    #[test]
    fn a_nul_byte_does_not_end_a_line() {
        let (path, _dir) = file(b"-D\n-w /etc\0/passwd\n");
        let error = RulesFile::open(&path).unwrap().nth(1).unwrap().unwrap_err();
        assert!(matches!(error, FileError::Nul { line: 2, .. }), "{error}");
    }

    #[test]
    fn refuses_what_is_no_file_or_open_to_all() {
        let (path, dir) = file(b"-D\n");
        assert!(matches!(RulesFile::open(dir.path()), Err(FileError::NotRegular(_))));
        assert!(matches!(RulesFile::open(&dir.path().join("none")), Err(FileError::Missing(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o642)).unwrap();
        let error = RulesFile::open(&path).unwrap_err();
        assert!(error.to_string().ends_with("is world writable"), "{error}");
        let unreadable = RulesFile::open(Path::new("/proc/self/mem")).unwrap().next().unwrap().unwrap_err();
        assert_eq!(unreadable.to_string(), "Error reading line 1 of /proc/self/mem (Input/output error)");
    }
}
