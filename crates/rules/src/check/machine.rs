//! What rules meet on this machine: its architectures and its files.

use raudit_tables::arch;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// The architectures whose programs run here: its own, and that of 32-bit programs.
pub(super) fn arches() -> Vec<u32> {
    [Some(arch::native()), arch::compat(arch::native())].into_iter().flatten().collect()
}

/// What is not there of a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Absence {
    /// Nothing has this name, but its directory exists.
    Name,
    /// This directory on the way does not exist, or is no directory.
    Directory(PathBuf),
    /// Nothing can have this name.
    TooLong,
}

/// What is not there of a path; `None` if all is, or if that may not be seen.
pub(super) fn absence(path: &[u8]) -> Option<Absence> {
    let path = Path::new(OsStr::from_bytes(path));
    if std::fs::metadata(path).is_err_and(|error| error.kind() == ErrorKind::InvalidFilename) {
        return Some(Absence::TooLong);
    }
    let gone = |path: &Path| {
        let error = std::fs::metadata(path).err()?;
        matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory).then_some(())
    };
    gone(path)?;
    let parent = path.parent()?;
    if gone(parent).is_none() {
        return Some(if parent.is_dir() { Absence::Name } else { Absence::Directory(parent.into()) });
    }
    let missing = parent.ancestors().take_while(|above| gone(above).is_some()).last()?;
    Some(Absence::Directory(missing.into()))
}

/// What a path leads to: the real path of as much of it as exists, followed by the rest. `None` if that may not be seen.
pub(super) fn real(path: &[u8]) -> Option<PathBuf> {
    let path = Path::new(OsStr::from_bytes(path));
    for known in path.ancestors() {
        match std::fs::canonicalize(known) {
            Ok(real) => return path.strip_prefix(known).ok().map(|rest| real.join(rest)),
            // A link that leads nowhere yet may lead anywhere.
            Err(error) if error.kind() == ErrorKind::NotFound && !known.is_symlink() => {}
            Err(_) => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(path: &Path) -> &[u8] {
        path.as_os_str().as_bytes()
    }

    #[test]
    fn says_what_is_not_there() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("file"), "").unwrap();
        let look = |name: &str| absence(bytes(&dir.path().join(name)));
        assert_eq!(look("file"), None);
        assert_eq!(look("other"), Some(Absence::Name));
        assert_eq!(look(&"x".repeat(256)), Some(Absence::TooLong));
        assert_eq!(look("a/b/c"), Some(Absence::Directory(dir.path().join("a"))));
        assert_eq!(look("file/x"), Some(Absence::Directory(dir.path().join("file"))));
    }

    #[test]
    fn follows_links_as_far_as_they_lead() {
        let dir = tempfile::tempdir().unwrap();
        let top = dir.path().canonicalize().unwrap();
        std::fs::create_dir(top.join("to")).unwrap();
        std::os::unix::fs::symlink("to", top.join("from")).unwrap();
        std::os::unix::fs::symlink("nowhere", top.join("lost")).unwrap();
        assert_eq!(real(bytes(&top.join("from/new"))), Some(top.join("to/new")));
        assert_eq!(real(bytes(&top.join("lost/x"))), None);
    }
}
