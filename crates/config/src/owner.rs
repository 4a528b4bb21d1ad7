//! Whose files the daemon obeys: root's, and nobody else's.

use crate::ConfigError;
use nix::fcntl::OFlag;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

/// A configuration file larger than this is a mistake.
const LARGEST: u64 = 1 << 20;

/// Whether a configuration file may be a symbolic link (auditd's `-l`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Links {
    /// It must not be, unless the administrator says so (`-l`).
    Refuse,
    /// It must not be.
    Never,
    /// It may be.
    Follow,
}

/// Bits of a mode that must not be set.
pub(crate) const WORLD_WRITABLE: u32 = 0o002;
/// Bits of a mode that must not be set where a group may not write either.
pub(crate) const OTHERS_WRITABLE: u32 = 0o022;

/// The content of a configuration file of root's, or `None` if there is no such file.
///
/// It must be a regular file, owned by uid 0, without any of the mode bits `forbidden`. Opening never blocks, whatever
/// lies at `path`.
pub(crate) fn read(path: &Path, links: Links, forbidden: u32) -> Result<Option<Vec<u8>>, ConfigError> {
    let fail = |what: String| ConfigError::new(path, 0, what);
    let mut file = match open(path, links) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) if e.raw_os_error() == Some(nix::libc::ELOOP) && links == Links::Refuse => {
            return Err(fail("is a symbolic link (-l allows it)".into()));
        }
        Err(e) if e.raw_os_error() == Some(nix::libc::ELOOP) && links == Links::Never => {
            return Err(fail("is a symbolic link".into()));
        }
        Err(e) => return Err(fail(format!("cannot open: {e}"))),
    };
    let meta = file.metadata().map_err(|e| fail(format!("cannot stat: {e}")))?;
    roots_regular(&meta, forbidden).map_err(|what| fail(what.into()))?;
    let mut text = Vec::new();
    file.by_ref().take(LARGEST + 1).read_to_end(&mut text).map_err(|e| fail(format!("cannot read: {e}")))?;
    if text.len() as u64 > LARGEST {
        return Err(fail(format!("is larger than {LARGEST} bytes")));
    }
    Ok(Some(text))
}

/// The content of a key file: root's, regular, no link, and readable by nobody else (0400), as auditd wants `tls_psk_file`.
///
/// # Errors
/// It is not, or cannot be read.
pub fn read_key(path: &Path) -> Result<Vec<u8>, ConfigError> {
    read_present(path, !0o400 & 0o7777)
}

/// The content of a list that root obeys: root's, regular, no link, and not writable by anybody else.
///
/// # Errors
/// It is not, or cannot be read.
pub fn read_list(path: &Path) -> Result<Vec<u8>, ConfigError> {
    read_present(path, OTHERS_WRITABLE)
}

fn read_present(path: &Path, forbidden: u32) -> Result<Vec<u8>, ConfigError> {
    read(path, Links::Never, forbidden)?.ok_or_else(|| ConfigError::new(path, 0, "does not exist"))
}

fn open(path: &Path, links: Links) -> io::Result<File> {
    let nofollow = if links == Links::Follow { OFlag::empty() } else { OFlag::O_NOFOLLOW };
    OpenOptions::new().read(true).custom_flags((nofollow | OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits()).open(path)
}

/// Whether this is a regular file of root's without the mode bits `forbidden`.
pub(crate) fn roots_regular(meta: &Metadata, forbidden: u32) -> Result<(), &'static str> {
    if meta.uid() != 0 {
        return Err("is not owned by root");
    }
    if !meta.is_file() {
        return Err("is not a regular file");
    }
    match meta.mode() & forbidden {
        0 => Ok(()),
        bits if bits & WORLD_WRITABLE != 0 => Err("is world writable"),
        bits if bits & OTHERS_WRITABLE != 0 => Err("is group writable"),
        _ => Err("should have mode 0400: is the key known to others?"),
    }
}

/// Whether root may run `path` as a helper: absolute, regular, root's, and its mode one of 0750, 0755, 0555, 0550.
pub(crate) fn helper(path: &Path) -> Result<(), String> {
    let shown = path.display();
    if !path.is_absolute() {
        return Err(format!("absolute path needed for \"{shown}\""));
    }
    let meta = fs::symlink_metadata(path).map_err(|e| format!("cannot stat {shown}: {e}"))?;
    roots_regular(&meta, 0).map_err(|what| format!("{shown} {what}"))?;
    match meta.mode() & 0o7777 {
        0o750 | 0o755 | 0o555 | 0o550 => Ok(()),
        mode => Err(format!("{shown} has mode {mode:04o}, it should be 0750, 0755, 0555 or 0550")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::is_root;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn only_roots_regular_files_are_obeyed() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("auditd.conf");
        let refused = |links| read(&path, links, WORLD_WRITABLE).unwrap_err().what;
        assert_eq!(read(&path, Links::Refuse, WORLD_WRITABLE), Ok(None));
        fs::write(&path, "freq = 3\n").unwrap();
        assert_eq!(read(&path, Links::Refuse, WORLD_WRITABLE), Ok(Some(b"freq = 3\n".to_vec())));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        assert_eq!(refused(Links::Refuse), "is world writable");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
        assert!(read(&path, Links::Refuse, WORLD_WRITABLE).is_ok());
        assert_eq!(read(&path, Links::Refuse, OTHERS_WRITABLE).unwrap_err().what, "is group writable");
        std::os::unix::fs::chown(&path, Some(1), None).unwrap();
        assert_eq!(refused(Links::Refuse), "is not owned by root");
        fs::remove_file(&path).unwrap();
        symlink("/etc/hostname", &path).unwrap();
        assert_eq!(refused(Links::Refuse), "is a symbolic link (-l allows it)");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(refused(Links::Follow), "is not a regular file");
        fs::remove_dir(&path).unwrap();
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRUSR).unwrap();
        assert_eq!(refused(Links::Follow), "is not a regular file");
        assert_eq!(read(Path::new("/dev/zero"), Links::Follow, 0).unwrap_err().what, "is not a regular file");
    }

    #[test]
    fn a_huge_file_is_refused() {
        if !is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("auditd.conf");
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert_eq!(read(&path, Links::Refuse, 0).unwrap_err().what, "is larger than 1048576 bytes");
    }
}
