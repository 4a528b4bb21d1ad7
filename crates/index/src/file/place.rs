//! Where indexes are, and who may have written one that is believed.

use nix::fcntl::OFlag;
use nix::unistd::geteuid;
use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

const DIRECTORY: &str = ".index";

/// The name of the index of a log.
pub(super) fn name(dev: u64, inode: u64) -> String {
    format!("{inode:x}-{dev:x}.idx")
}

/// The directory, open: what is opened in it by the path given is in this one, whatever happens to its name.
fn directory(dir: &Path) -> io::Result<(File, PathBuf)> {
    let flags = (OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW).bits();
    let open = OpenOptions::new().read(true).custom_flags(flags).open(dir.join(DIRECTORY))?;
    own(&open.metadata()?)?;
    let path = PathBuf::from(format!("/proc/self/fd/{}", open.as_raw_fd()));
    Ok((open, path))
}

/// What others may write might hide events.
fn own(meta: &Metadata) -> io::Result<()> {
    let trusted = [0, geteuid().as_raw()].contains(&meta.uid()) && meta.mode() & 0o022 == 0;
    if trusted {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "an index that others may write is not used"))
    }
}

/// Opens the index of a log in this directory.
///
/// # Errors
/// What opening gives; it belongs to somebody else.
pub(super) fn open(dir: &Path, log: &Metadata) -> io::Result<File> {
    let (_directory, path) = directory(dir)?;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(OFlag::O_NOFOLLOW.bits())
        .open(path.join(name(log.dev(), log.ino())))?;
    own(&file.metadata()?)?;
    Ok(file)
}

/// Opens the index to write, makes one if there is none. Who may read the log may read it.
///
/// # Errors
/// What making and opening give; it belongs to somebody else.
pub(super) fn create(dir: &Path, log: &Metadata) -> io::Result<File> {
    match DirBuilder::new().mode(0o700).create(dir.join(DIRECTORY)) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(e),
        _ => {}
    }
    let (directory, path) = directory(dir)?;
    // without the right to give it to the group, only the owner reads it
    let shared = fchown(&directory, None, Some(log.gid())).is_ok();
    directory.set_permissions(Permissions::from_mode(if shared { 0o750 } else { 0o700 }))?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(OFlag::O_NOFOLLOW.bits());
    let file = options.open(path.join(name(log.dev(), log.ino())))?;
    own(&file.metadata()?)?;
    if shared && fchown(&file, None, Some(log.gid())).is_ok() {
        file.set_permissions(Permissions::from_mode(log.mode() & 0o640 | 0o600))?;
    }
    Ok(file)
}

/// Removes all indexes but those with these names.
///
/// # Errors
/// What listing gives.
pub(super) fn retain(dir: &Path, names: &[String]) -> io::Result<()> {
    let (_directory, path) = match directory(dir) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours = name.to_str().is_some_and(|name| name.ends_with(".idx"));
        if is_ours && !names.iter().any(|kept| name == kept.as_str()) {
            drop(fs::remove_file(entry.path()));
        }
    }
    Ok(())
}
