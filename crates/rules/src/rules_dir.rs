//! The directory rules.d: which of its files hold rules, in which order, and what is in them.

use crate::merge::{Merged, merge};
use crate::natural;
use raudit_tables::errno::reason;
use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The most that is read of a file. The rules of a machine are thousands of lines, not millions.
pub const MAX_FILE: u64 = 64 << 20;

/// Why a directory of rules cannot be read.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the texts say it")]
pub enum DirError {
    #[error("No rules directory - {}", .0.display())]
    Missing(PathBuf),
    #[error("cannot read {} ({})", .path.display(), reason(.error))]
    Read { path: PathBuf, error: io::Error },
    #[error("{} is not a regular file", .0.display())]
    NotRegular(PathBuf),
    #[error("{} is larger than {} MiB", .0.display(), MAX_FILE >> 20)]
    TooLarge(PathBuf),
}

/// A file of rules, read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Source {
    /// The directory's path and the name in it.
    pub path: PathBuf,
    /// All of it.
    pub content: Vec<u8>,
}

/// What a directory holds.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct RulesDir {
    /// The files, in the order in which they are merged.
    pub sources: Vec<Source>,
    /// Directories named like files of rules. They are left out.
    pub directories: Vec<PathBuf>,
}

impl RulesDir {
    /// Reads every file whose name ends in `.rules`, hidden ones excepted, in natural order. One that cannot be read is an
    /// error: what remained without it would be other rules than were meant.
    pub fn read(dir: &Path) -> Result<Self, DirError> {
        let mut found = Self::default();
        for name in names(dir)? {
            let path = dir.join(name);
            let failed = |error| DirError::Read { path: path.clone(), error };
            // Asked before opening: opening a FIFO would wait for a writer.
            let kind = std::fs::metadata(&path).map_err(failed)?;
            if kind.is_dir() {
                found.directories.push(path);
            } else if is_null_device(&kind) {
                // The usual way to mask a file of a package.
                found.sources.push(Source { path, content: Vec::new() });
            } else {
                let content = read_file(&path)?;
                found.sources.push(Source { path, content });
            }
        }
        Ok(found)
    }

    /// The files as one. Lines name their file by its place in `sources`.
    pub fn merged(&self) -> Merged<'_> {
        merge(self.sources.iter().map(|source| source.content.as_slice()))
    }
}

/// The names of the directory's files of rules, in natural order.
fn names(dir: &Path) -> Result<Vec<OsString>, DirError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => DirError::Missing(dir.into()),
        _ => DirError::Read { path: dir.into(), error },
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let bytes = name.as_bytes();
        if bytes.ends_with(b".rules") && !bytes.starts_with(b".") {
            names.push(name);
        }
    }
    names.sort_by(|a, b| natural::compare(a.as_bytes(), b.as_bytes()));
    Ok(names)
}

fn is_null_device(kind: &std::fs::Metadata) -> bool {
    kind.file_type().is_char_device() && kind.rdev() == nix::libc::makedev(1, 3)
}

fn read_file(path: &Path) -> Result<Vec<u8>, DirError> {
    let failed = |error| DirError::Read { path: path.into(), error };
    // It may have become something else since it was looked at.
    let file = OpenOptions::new().read(true).custom_flags(nix::libc::O_NONBLOCK).open(path).map_err(failed)?;
    if !file.metadata().map_err(failed)?.is_file() {
        return Err(DirError::NotRegular(path.into()));
    }
    read_limited(&file).map_err(failed)?.ok_or_else(|| DirError::TooLarge(path.into()))
}

/// Up to [`MAX_FILE`] bytes; `None` if there are more.
fn read_limited(file: &File) -> io::Result<Option<Vec<u8>>> {
    let mut content = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut content)?;
    Ok((content.len() as u64 <= MAX_FILE).then_some(content))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::stat::Mode;
    use std::os::unix::fs::symlink;

    #[test]
    fn only_rules_in_natural_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["10-b.rules", "9-a.rules", ".hidden.rules", "x.rules.bak", "rules", "with space\n.rules"] {
            std::fs::write(dir.path().join(name), name).unwrap();
        }
        std::fs::create_dir(dir.path().join("old.rules")).unwrap();
        symlink("/dev/null", dir.path().join("20-masked.rules")).unwrap();
        let found = RulesDir::read(dir.path()).unwrap();
        let names: Vec<_> = found.sources.iter().map(|source| source.path.file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["9-a.rules", "10-b.rules", "20-masked.rules", "with space\n.rules"]);
        assert_eq!(found.sources[2].content, b"");
        assert_eq!(found.directories, [dir.path().join("old.rules")]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("1.rules");
        let error = || RulesDir::read(dir.path()).unwrap_err().to_string();
        symlink("nowhere", &path).unwrap();
        assert_eq!(error(), format!("cannot read {} (No such file or directory)", path.display()));
        std::fs::remove_file(&path).unwrap();
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).unwrap();
        assert_eq!(error(), format!("{} is not a regular file", path.display()));
        std::fs::remove_file(&path).unwrap();
        File::create(&path).unwrap().set_len(MAX_FILE + 1).unwrap();
        assert_eq!(error(), format!("{} is larger than 64 MiB", path.display()));
        assert!(matches!(RulesDir::read(&path), Err(DirError::Missing(_))));
    }
}
