//! Which files make up a log, oldest first, and finding them again while they are being rotated.

use crate::archives::{Listing, list};
use crate::origin::Origin;
use crate::unpack::Input;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often it is tried to open a file that is being moved.
const TRIES: usize = 8;
/// Between two listings.
const MOMENT: Duration = Duration::from_millis(1);
/// How long a rotation may take that has moved one file and not the next: it may have lost the processor in between. A single number that is
/// missing for longer is no rotation's.
const GAP: Duration = Duration::from_millis(100);
/// How long a listing is repeated because rotations run meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// One file of a log, remembered by device and inode: a rotation renames it, and [`LogFile::open`] still finds it. Numbers of inodes are used
/// again, soon where archives are compressed; so size and time have to fit as well.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LogFile {
    /// Its name when it was listed.
    pub path: PathBuf,
    /// The device it is on (`st_dev`).
    pub dev: u64,
    /// Its inode number.
    pub inode: u64,
    /// Its length in bytes when it was listed; of a compressed one, compressed.
    pub size: u64,
    /// When it was written to last: seconds, and nanoseconds of the next.
    pub modified: (i64, i64),
    /// Whether it is compressed.
    pub compressed: bool,
    /// The log's own name, without a number.
    log: PathBuf,
}

impl LogFile {
    /// Opens it for reading, under whatever number it has by now, and even if it was compressed meanwhile.
    ///
    /// # Errors
    /// What `open` gives; `NotFound` when a rotation has removed the file meanwhile.
    pub fn open(&self) -> io::Result<Input<File>> {
        if self.path != self.log
            && let Ok(file) = File::open(&self.path)
            && self.is(&file.metadata()?)
        {
            return self.input(file);
        }
        for _ in 0..TRIES {
            // The oldest: what has got the number of its inode since is younger.
            let Some(found) = files(&self.log)?.into_iter().find(|found| self.became(found)) else {
                // gone, or moved between the listing and the look at what it was made of
                std::thread::sleep(MOMENT);
                continue;
            };
            match File::open(&found.path) {
                Ok(file) if found.is(&file.metadata()?) => return found.input(file),
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                // It has moved again.
                _ => {}
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "removed by a rotation meanwhile"))
    }

    /// Whether this is the file with that device and inode number, or the archive that was made of it: for what remembers a place in a
    /// log by them.
    pub fn was(&self, dev: u64, inode: u64) -> bool {
        (self.dev, self.inode) == (dev, inode)
            || self.origin().is_some_and(|origin| (origin.dev, origin.inode) == (dev, inode))
    }

    /// Whether `found` is this file as it is now: moved, or compressed.
    fn became(&self, found: &Self) -> bool {
        let same = (found.dev, found.inode) == (self.dev, self.inode) && self.fits(found.size, found.modified);
        let made_of = |origin: Origin| {
            (origin.dev, origin.inode) == (self.dev, self.inode) && self.fits(origin.size, origin.modified)
        };
        same || found.origin().is_some_and(made_of)
    }

    /// Archives do not change any more, the log itself grows.
    fn fits(&self, size: u64, modified: (i64, i64)) -> bool {
        match self.path == self.log {
            true => size >= self.size && modified >= self.modified,
            false => (size, modified) == (self.size, self.modified),
        }
    }

    fn origin(&self) -> Option<Origin> {
        if self.compressed { Origin::read(&self.path).ok().flatten() } else { None }
    }

    fn is(&self, meta: &fs::Metadata) -> bool {
        let modified = (meta.mtime(), meta.mtime_nsec());
        (meta.dev(), meta.ino()) == (self.dev, self.inode) && self.fits(meta.size(), modified)
    }

    fn input(&self, file: File) -> io::Result<Input<File>> {
        if self.compressed { Input::packed(file) } else { Ok(Input::Plain(file)) }
    }
}

/// The files of a log that exist, oldest first: `audit.log.N` down to `audit.log.1`, then `audit.log`.
///
/// Numbers count up from 1 without a gap, as auditd and ausearch take them; an archive may be compressed. The listing is of one moment: it is
/// repeated when a rotation ran meanwhile.
///
/// # Errors
/// `NotFound` if there is neither a log nor an archive; otherwise what `stat` gives (no right to look, for example).
pub fn files(log: &Path) -> io::Result<Vec<LogFile>> {
    let start = Instant::now();
    let (mut found, _) = scan(log)?;
    loop {
        let (again, gap) = scan(log)?;
        let same = same_files(&found, &again);
        found = again;
        let waited = start.elapsed();
        if (same && (!gap || waited > GAP)) || waited > PATIENCE {
            break;
        }
        std::thread::sleep(MOMENT);
    }
    if found.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, "no such log"));
    }
    Ok(found)
}

fn same_files(one: &[LogFile], other: &[LogFile]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a.dev, a.inode) == (b.dev, b.inode))
}

/// One pass over the names; and whether one seems to be missing.
fn scan(log: &Path) -> io::Result<(Vec<LogFile>, bool)> {
    let file = |path: PathBuf, compressed, meta: &fs::Metadata| {
        let (dev, inode, size, modified) = (meta.dev(), meta.ino(), meta.size(), (meta.mtime(), meta.mtime_nsec()));
        LogFile { path, dev, inode, size, modified, compressed, log: log.to_owned() }
    };
    // Newest first: what a rotation moves meanwhile is then seen twice, and the listing repeated.
    let live = match fs::metadata(log) {
        Ok(meta) => Some(file(log.to_owned(), false, &meta)),
        // The log itself may be missing for a moment, between two steps of a rotation.
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(e),
    };
    let Listing { archives, gap, .. } = list(log, |path| fs::metadata(path))?;
    let oldest_first = archives.into_iter().rev().map(|a| file(a.path, a.compressed, &a.meta));
    Ok((oldest_first.chain(live).collect(), gap))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archives::{compressed, numbered};
    use crate::compress::{self, Job};
    use std::io::Read;

    fn content(file: &LogFile) -> String {
        let mut text = String::new();
        file.open().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn oldest_first_and_only_contiguous_numbers() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        assert_eq!(files(&log).unwrap_err().kind(), io::ErrorKind::NotFound);
        for name in ["audit.log", "audit.log.1", "audit.log.2", "audit.log.10", "audit.log.4", "audit.log.1.gz"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        let names: Vec<String> = files(&log).unwrap().iter().map(content).collect();
        assert_eq!(names, ["audit.log.2", "audit.log.1", "audit.log"]);
        fs::remove_file(&log).unwrap();
        assert_eq!(files(&log).unwrap().len(), 2);
    }

    #[test]
    fn a_file_is_found_again_after_a_rotation() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        fs::write(&log, "new").unwrap();
        fs::write(numbered(&log, 1), "old").unwrap();
        let listed = files(&log).unwrap();
        fs::rename(numbered(&log, 1), numbered(&log, 2)).unwrap();
        fs::rename(&log, numbered(&log, 1)).unwrap();
        fs::write(&log, "newest").unwrap();
        assert_eq!(listed.iter().map(content).collect::<Vec<_>>(), ["old", "new"]);
        fs::remove_file(numbered(&log, 2)).unwrap();
        assert_eq!(listed[0].open().unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_found_again_after_it_was_compressed() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        fs::write(&log, "new").unwrap();
        fs::write(numbered(&log, 1), "old").unwrap();
        let listed = files(&log).unwrap();
        let archive = compress::open(&listed[0].path).unwrap();
        let to = compressed(&log, 1);
        compress::compress(&Job { archive, to, group: 0, floor: 0, cancel: Default::default() }).unwrap();
        assert_eq!(files(&log).unwrap(), listed, "as long as both are there it is the original that counts");
        fs::rename(compressed(&log, 1), compressed(&log, 2)).unwrap();
        fs::remove_file(numbered(&log, 1)).unwrap();
        fs::rename(&log, numbered(&log, 1)).unwrap();
        assert_eq!(listed.iter().map(content).collect::<Vec<_>>(), ["old", "new"]);
        let now = files(&log).unwrap();
        assert_eq!(now.iter().map(content).collect::<Vec<_>>(), ["old", "new"]);
        assert!(
            now[0].compressed
                && now[0].was(listed[0].dev, listed[0].inode)
                && !now[1].was(listed[0].dev, listed[0].inode)
        );
    }
}
