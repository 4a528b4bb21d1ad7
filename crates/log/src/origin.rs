//! What a compressed archive was made of: a skippable frame at its end (RFC 8878, 3.1.2), which every decoder passes over.
//!
//! It is written last, so an archive that has it is complete.

use nix::fcntl::OFlag;
use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;

/// `0x184D2A5E`, one of the sixteen magic numbers of skippable frames, little endian.
const MAGIC: [u8; 4] = [0x5e, 0x2a, 0x4d, 0x18];
/// Tells our frames from those of others; the last byte is the version.
const TAG: [u8; 8] = *b"rauditd\x01";
/// Bytes after magic and length.
const CONTENT: usize = TAG.len() + 5 * 8;
/// The whole frame, in bytes.
pub const FRAME: usize = MAGIC.len() + 4 + CONTENT;

/// The file that a compressed archive was made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Origin {
    /// Its device (`st_dev`).
    pub dev: u64,
    /// Its inode number.
    pub inode: u64,
    /// Its length in bytes.
    pub size: u64,
    /// When it was written to last: seconds, and nanoseconds of the next.
    pub modified: (i64, i64),
}

impl Origin {
    /// The origin of what is made of this file.
    pub fn of(meta: &Metadata) -> Self {
        let modified = (meta.mtime(), meta.mtime_nsec());
        Self { dev: meta.dev(), inode: meta.ino(), size: meta.size(), modified }
    }

    /// Whether it is this file, or this file has what that one had: the same size, and written to last in the same nanosecond. The numbers
    /// do not count: the device's may be another after a boot, and the inode is another one when `unzstd` has unpacked the archive.
    pub fn is(&self, meta: &Metadata) -> bool {
        let file = Self::of(meta);
        (self.size, self.modified) == (file.size, file.modified)
    }

    /// The frame for the end of the archive: magic, length, tag, then five numbers of 64 bits, all little endian.
    pub fn frame(&self) -> Vec<u8> {
        let mut frame = [&MAGIC[..], &(CONTENT as u32).to_le_bytes(), &TAG].concat();
        for number in [self.dev, self.inode, self.size, self.modified.0 as u64, self.modified.1 as u64] {
            frame.extend_from_slice(&number.to_le_bytes());
        }
        frame
    }

    /// Reads it from the end of a regular file; `None` where it is not.
    ///
    /// # Errors
    /// What `open` and `pread` give; a symbolic link is never followed.
    pub fn read(path: &Path) -> io::Result<Option<Self>> {
        let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
        Self::read_from(&OpenOptions::new().read(true).custom_flags(flags).open(path)?)
    }

    fn read_from(file: &File) -> io::Result<Option<Self>> {
        let meta = file.metadata()?;
        let Some(at) = meta.size().checked_sub(FRAME as u64).filter(|_| meta.is_file()) else { return Ok(None) };
        let mut frame = [0; FRAME];
        file.read_exact_at(&mut frame, at)?;
        Ok(Self::parse(&frame))
    }

    fn parse(frame: &[u8]) -> Option<Self> {
        let rest = frame.strip_prefix(&MAGIC)?.strip_prefix(&(CONTENT as u32).to_le_bytes())?.strip_prefix(&TAG)?;
        let mut numbers = rest.chunks_exact(8).map(|bytes| bytes.try_into().map_or(0, u64::from_le_bytes));
        let (dev, inode, size) = (numbers.next()?, numbers.next()?, numbers.next()?);
        Some(Self { dev, inode, size, modified: (numbers.next()? as i64, numbers.next()? as i64) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn is_read_from_the_end_of_a_file_and_from_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        let (plain, archive) = (dir.path().join("plain"), dir.path().join("archive"));
        fs::write(&plain, "records").unwrap();
        let meta = fs::metadata(&plain).unwrap();
        let origin = Origin::of(&meta);
        fs::write(&archive, [&b"anything"[..], &origin.frame()].concat()).unwrap();
        assert_eq!(Origin::read(&archive).unwrap(), Some(origin));
        let other = Origin { modified: (0, 0), ..origin };
        assert!(origin.is(&meta) && !other.is(&meta));
        assert!(Origin { dev: 0, inode: 0, ..origin }.is(&meta) && !Origin { size: 6, ..origin }.is(&meta));
        for wrong in [&b""[..], b"records", &[0; FRAME], &[&origin.frame()[..], b"x"].concat()] {
            fs::write(&archive, wrong).unwrap();
            assert_eq!(Origin::read(&archive).unwrap(), None);
        }
        fs::remove_file(&archive).unwrap();
        std::os::unix::fs::symlink(&plain, &archive).unwrap();
        assert!(Origin::read(&archive).is_err());
        assert_eq!(Origin::read(dir.path()).unwrap(), None);
    }
}
