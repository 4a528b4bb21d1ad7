//! Where files are looked for, and bounded reading of them.

use nix::fcntl::OFlag;
use raudit_tables::errno::reason;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// What could be looked at; else why not, in a few words.
pub type Seen<T> = Result<T, String>;

/// Directories are listed up to so many names: more than processes there are on a machine, and far more than archives
/// or files of rules.
const MOST_NAMES: usize = 100_000;

/// The directory that stands for `/`: it is `/` but in tests.
#[derive(Clone, Debug)]
pub struct Root(PathBuf);

impl Root {
    /// This machine's.
    pub fn real() -> Self {
        Self("/".into())
    }

    /// Another directory.
    pub fn at(dir: &Path) -> Self {
        Self(dir.into())
    }

    /// Where an absolute path is below it.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        let path = path.as_ref();
        self.0.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// An open regular file, or `None` if there is no such file. Opening never waits, whatever lies there.
    pub fn open(&self, path: impl AsRef<Path>) -> Seen<Option<File>> {
        let opened = OpenOptions::new().read(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(self.path(path));
        let Some(file) = present(opened)? else { return Ok(None) };
        match file.metadata() {
            Ok(meta) if meta.is_file() => Ok(Some(file)),
            Ok(_) => Err("not a regular file".into()),
            Err(error) => Err(reason(&error)),
        }
    }

    /// The first `most` bytes of a file, or `None` if there is no such file.
    pub fn read(&self, path: impl AsRef<Path>, most: u64) -> Seen<Option<Vec<u8>>> {
        let Some(file) = self.open(path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
        Ok(Some(bytes))
    }

    /// The first line of a small file, such as those of /proc and /sys; what is not UTF-8 in it is replaced.
    pub fn line(&self, path: impl AsRef<Path>) -> Seen<Option<String>> {
        let bytes = self.read(path, 4096)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).lines().next().unwrap_or_default().trim().to_owned()))
    }

    /// What `stat` says, links followed; `None` if there is nothing.
    pub fn meta(&self, path: impl AsRef<Path>) -> Seen<Option<Metadata>> {
        present(std::fs::metadata(self.path(path)))
    }

    /// The names in a directory, sorted; `None` if there is no such directory.
    pub fn names(&self, path: impl AsRef<Path>) -> Seen<Option<Vec<Vec<u8>>>> {
        let Some(entries) = present(std::fs::read_dir(self.path(path)))? else { return Ok(None) };
        let name = |entry: io::Result<std::fs::DirEntry>| entry.map(|entry| entry.file_name().into_vec());
        let names: io::Result<Vec<Vec<u8>>> = entries.take(MOST_NAMES).map(name).collect();
        let mut names = names.map_err(|error| reason(&error))?;
        names.sort();
        Ok(Some(names))
    }
}

fn present<T>(result: io::Result<T>) -> Seen<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(reason(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_no_more_than_asked_and_never_waits() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::at(dir.path());
        assert_eq!(root.read("/x", 10), Ok(None));
        File::create(dir.path().join("x")).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(root.read("/x", 10), Ok(Some(vec![0; 10])));
        assert_eq!(root.line("/x").unwrap().unwrap().len(), 4096);
        nix::unistd::mkfifo(&dir.path().join("fifo"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert_eq!(root.read("/fifo", 10), Err("not a regular file".into()));
        assert_eq!(root.names("/").unwrap().unwrap(), [b"fifo".to_vec(), b"x".to_vec()]);
        assert_eq!(root.names("/x/y"), Ok(None));
    }
}
