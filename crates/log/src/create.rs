//! Opening the log, and the modes of its files.

use crate::Notice;
use nix::fcntl::OFlag;
use raudit_config::Flush;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::Path;

/// The mode of the log being written: readable to its group if that is not root's.
pub fn live_mode(group: u32) -> u32 {
    if group == 0 { 0o600 } else { 0o640 }
}

/// The mode of an archive: nobody writes to it any more.
pub fn archive_mode(group: u32) -> u32 {
    if group == 0 { 0o400 } else { 0o440 }
}

/// Opens the log for appending, creating it if need be, never through a symbolic link. Corrects mode and group.
///
/// It is opened for reading too, so that a torn last line can be found.
///
/// # Errors
/// What `open`, `chmod` or `chown` give; `InvalidInput` for what is no regular file.
pub fn open(path: &Path, group: u32, flush: Flush) -> io::Result<File> {
    let sync = match flush {
        Flush::Data => OFlag::O_DSYNC,
        Flush::Sync => OFlag::O_SYNC,
        Flush::None | Flush::Incremental | Flush::IncrementalAsync => OFlag::empty(),
    };
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(live_mode(group))
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | sync).bits())
        .open(path)?;
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    if meta.gid() != group {
        fchown(&file, None, Some(group))?;
    }
    if meta.mode() & 0o7777 != live_mode(group) {
        file.set_permissions(Permissions::from_mode(live_mode(group)))?;
    }
    Ok(file)
}

/// Whether the file's last line has no newline.
///
/// # Errors
/// What `pread` gives.
pub fn is_torn(file: &File, size: u64) -> io::Result<bool> {
    let mut last = [b'\n'];
    match size.checked_sub(1) {
        Some(at) => file.read_exact_at(&mut last, at).map(|()| last != *b"\n"),
        None => Ok(false),
    }
}

/// Gives an archive its mode and group.
pub fn repair_archive(path: &Path, group: u32, notices: &mut Vec<Notice>) {
    let result = fs::symlink_metadata(path).and_then(|meta| {
        if !meta.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        if meta.gid() != group {
            std::os::unix::fs::lchown(path, None, Some(group))?;
        }
        if meta.mode() & 0o7777 == archive_mode(group) {
            return Ok(());
        }
        fs::set_permissions(path, Permissions::from_mode(archive_mode(group)))
    });
    if let Err(error) = result {
        notices.push(Notice::Failed("correct the mode of", path.to_owned(), error));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::fcntl::{FcntlArg, fcntl};

    #[test]
    fn data_and_sync_are_properties_of_the_open_file() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, because the log is root's");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        for (flush, expected) in [
            (Flush::None, OFlag::empty()),
            (Flush::Incremental, OFlag::empty()),
            (Flush::IncrementalAsync, OFlag::empty()),
            (Flush::Data, OFlag::O_DSYNC),
            (Flush::Sync, OFlag::O_SYNC),
        ] {
            let file = open(&dir.path().join("audit.log"), 0, flush).unwrap();
            let flags = OFlag::from_bits_truncate(fcntl(&file, FcntlArg::F_GETFL).unwrap());
            assert_eq!(flags & OFlag::O_SYNC, expected, "{flush:?}");
            assert!(flags.contains(OFlag::O_APPEND));
        }
    }
}
