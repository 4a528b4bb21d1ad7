//! A file replaced whole or not at all: the new one is complete on the disk before it takes the old one's place.

use nix::errno::Errno;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use xattr::FileExt;

/// What a copy keeps of the file it replaces, beside its owner: who else may read it, and its security label.
const KEPT: [&str; 3] = ["system.posix_acl_access", "security.selinux", "security.SMACK64"];

/// A file that waits beside the one it will replace. Dropped, it is removed.
#[derive(Debug)]
pub(super) struct Pending {
    waits: PathBuf,
    place: PathBuf,
}

impl Pending {
    /// Writes what is to become `place`, with these permissions, and the owner and label of `like`. Two at once on the same
    /// place are the caller's to prevent.
    pub(super) fn write(place: &Path, mut content: impl Read, mode: u32, like: Option<&File>) -> io::Result<Self> {
        let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut waiting = std::ffi::OsString::from(".");
        waiting.push(name);
        waiting.push(".new");
        let pending = Self { waits: place.with_file_name(waiting), place: place.into() };
        pending.remove()?;
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&pending.waits)?;
        io::copy(&mut content, &mut file)?;
        if let Some(like) = like {
            keep(&file, like)?;
        }
        file.set_permissions(Permissions::from_mode(mode))?;
        file.sync_all()?;
        Ok(pending)
    }

    /// Takes the place of the old file. A crash of the machine may undo that until [`sync_parent`] returned.
    pub(super) fn put(self) -> io::Result<()> {
        fs::rename(&self.waits, &self.place)
    }

    /// Also what one that was killed left behind.
    fn remove(&self) -> io::Result<()> {
        match fs::remove_file(&self.waits) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        // What remains is harmless, and the next one removes it.
        drop(self.remove());
    }
}

/// Brings the names in the directory of an absolute path to the disk.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(path))?.sync_all()
}

/// Gives a file the owner and the attributes of another.
fn keep(file: &File, like: &File) -> io::Result<()> {
    let (new, old) = (file.metadata()?, like.metadata()?);
    if (new.uid(), new.gid()) != (old.uid(), old.gid()) {
        std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()))?;
    }
    for name in KEPT {
        let unsupported = |error: &io::Error| error.raw_os_error() == Some(Errno::EOPNOTSUPP as i32);
        let value = match like.get_xattr(name) {
            Err(error) if unsupported(&error) => None,
            other => other?,
        };
        if let Some(value) = value {
            file.set_xattr(name, &value)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_or_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("file");
        let names = || fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
        fs::write(dir.path().join(".file.new"), "of one that was killed").unwrap();
        let pending = Pending::write(&place, &b"new"[..], 0o640, None).unwrap();
        assert!(!place.exists());
        pending.put().unwrap();
        sync_parent(&place).unwrap();
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(fs::metadata(&place).unwrap().permissions().mode() & 0o7777, 0o640);
        drop(Pending::write(&place, &b"newer"[..], 0o640, None).unwrap());
        assert_eq!(fs::read(&place).unwrap(), b"new");
        assert_eq!(names(), ["file"]);
    }

    #[test]
    fn keeps_owner_and_access_list() {
        let dir = tempfile::tempdir().unwrap();
        let old = File::create(dir.path().join("old")).unwrap();
        // Version 2: owner rw-, user 4242 r--, group r--, mask r--, others ---.
        let entries =
            [(1u16, 6u16, u32::MAX), (2, 4, 4242), (4, 4, u32::MAX), (0x10, 4, u32::MAX), (0x20, 0, u32::MAX)];
        let mut list = 2u32.to_le_bytes().to_vec();
        for (tag, access, id) in entries {
            list.extend([&tag.to_le_bytes()[..], &access.to_le_bytes(), &id.to_le_bytes()].concat());
        }
        let listed = old.set_xattr(KEPT[0], &list);
        let owned = std::os::unix::fs::fchown(&old, Some(4242), Some(4243));
        if listed.is_err() || owned.is_err() {
            println!("SKIPPED: not root, or no access lists here: {listed:?} {owned:?}");
            return;
        }
        let place = dir.path().join("file");
        Pending::write(&place, &b"x"[..], 0o640, Some(&old)).unwrap().put().unwrap();
        let file = File::open(&place).unwrap();
        let found = file.metadata().unwrap();
        assert_eq!((found.uid(), found.gid(), found.mode() & 0o7777), (4242, 4243, 0o640));
        assert_eq!(file.get_xattr(KEPT[0]).unwrap().unwrap(), list);
    }
}
