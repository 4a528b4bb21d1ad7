//! Whether the log's directory is safe: nobody but root may put another file in the log's place.

use crate::Notice;
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

const GROUP_WRITABLE: u32 = 0o020;
const WORLD_WRITABLE: u32 = 0o002;
const STICKY: u32 = 0o1000;

/// Checks every directory from the root to `dir`.
///
/// Each must be root's own and no symbolic link, and others must not be able to rename what is in it. A directory above
/// the log's own that a group may write to is only reported: Ubuntu's /var/log is `root:syslog` 0775. One that all may
/// write to but where only owners may rename (/tmp) is fine above the log's own.
///
/// # Errors
/// The directory that is not safe, and why.
pub fn check(dir: &Path, notices: &mut Vec<Notice>) -> Result<(), (PathBuf, String)> {
    let mut parents: Vec<&Path> = dir.ancestors().filter(|path| !path.as_os_str().is_empty()).collect();
    parents.reverse();
    for path in parents {
        let fail = |what: String| (path.to_owned(), what);
        let meta = fs::symlink_metadata(path).map_err(|e| fail(format!("cannot stat: {e}")))?;
        let loose = check_one(&meta, path == dir).map_err(|what| fail(what.to_owned()))?;
        if loose {
            notices.push(Notice::LooseDirectory(path.to_owned(), meta.mode() & 0o7777));
        }
    }
    Ok(())
}

/// Whether it is worth a remark, or an error if it is not safe.
fn check_one(meta: &Metadata, own: bool) -> Result<bool, &'static str> {
    let mode = meta.mode();
    if meta.is_symlink() {
        return Err("is a symbolic link");
    }
    if !meta.is_dir() {
        return Err("is not a directory");
    }
    if meta.uid() != 0 {
        return Err("is not owned by root");
    }
    if mode & WORLD_WRITABLE != 0 && (own || mode & STICKY == 0) {
        return Err("is writable by all");
    }
    if mode & GROUP_WRITABLE != 0 && own {
        return Err("is writable by its group");
    }
    Ok(mode & GROUP_WRITABLE != 0 && mode & STICKY == 0)
}

/// Lets the log's group enter the log's own directory, if it is another than root's.
pub fn open_to_group(dir: &Path, group: u32, notices: &mut Vec<Notice>) {
    if group == 0 {
        return;
    }
    let result = fs::metadata(dir).and_then(|meta| {
        if meta.gid() != group {
            std::os::unix::fs::chown(dir, None, Some(group))?;
        }
        if meta.mode() & 0o7777 == 0o700 { fs::set_permissions(dir, fs::Permissions::from_mode(0o750)) } else { Ok(()) }
    });
    if let Err(error) = result {
        notices.push(Notice::Failed("give to log_group", dir.to_owned(), error));
    }
}
