//! Links and maps that outlive their rauditd: names in a file system for BPF (bpffs).
//!
//! The home of all is locked by the rauditd that lives. Each capture has a room of its own in it, so that a successor's stands beside
//! the one it follows. What is pinned goes with its [`Pin`]; a rauditd that was killed, or that executes its new self, leaves all.

use crate::clone;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use nix::mount::{MsFlags, mount};
use nix::sys::statfs::{FsType, statfs};
use std::fs::{self, File};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where distributions have the file system; it is mounted there when nobody has done so.
const MOUNT_POINT: &str = "/sys/fs/bpf";

/// `BPF_FS_MAGIC`.
const BPF_FS: FsType = FsType(0xcafe_4a11);

/// Why nothing can be pinned.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// Another rauditd lives there.
    #[error("{} belongs to another rauditd that runs: give this one a pin_dir of its own", .0.display())]
    InUse(PathBuf),
    /// It lies on another file system.
    #[error("{} is not on a BPF file system: mount one there (mount -t bpf bpf DIR), or choose a pin_dir below {MOUNT_POINT}", .0.display())]
    NotBpf(PathBuf),
    /// The system said no.
    #[error("cannot {what} {}: {error}", .path.display())]
    Failed {
        /// What was tried.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        #[source]
        error: io::Error,
    },
}

impl PinError {
    pub(crate) fn failed(what: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Failed { what, path: path.to_owned(), error }
    }
}

/// The directory of all that is pinned, locked.
#[derive(Debug)]
pub struct Home {
    dir: PathBuf,
    _lock: Flock<File>,
}

impl Home {
    /// Makes the directory where there is none, and takes possession of it.
    pub fn open(dir: &Path) -> Result<Self, PinError> {
        let failed = |what, e| PinError::failed(what, dir, e);
        let parent = dir.parent().unwrap_or(dir);
        let is_bpf = |dir: &Path| statfs(dir).is_ok_and(|s| s.filesystem_type() == BPF_FS);
        if parent == Path::new(MOUNT_POINT) && !is_bpf(parent) {
            let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
            mount(Some("bpf"), parent, Some("bpf"), flags, Some("mode=700"))
                .map_err(|e| PinError::failed("mount a BPF file system at", parent, e.into()))?;
        }
        match fs::DirBuilder::new().mode(0o700).create(dir) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return Err(failed("create", e)),
            _ => {}
        }
        if !is_bpf(dir) {
            // one that was just made is of no use to anybody
            drop(fs::remove_dir(dir));
            return Err(PinError::NotBpf(dir.to_owned()));
        }
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).map_err(|e| failed("restrict", e))?;
        let file = File::open(dir).map_err(|e| failed("open", e))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(lock) => Ok(Self { dir: dir.to_owned(), _lock: lock }),
            Err((_, Errno::EWOULDBLOCK)) => Err(PinError::InUse(dir.to_owned())),
            Err((_, e)) => Err(failed("lock", e.into())),
        }
    }

    /// What earlier rauditds have left here, the oldest first.
    pub fn rooms(&self) -> Vec<Arc<Room>> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut found: Vec<_> = entries.map(|entry| entry.path()).collect();
        found.sort_by_key(|path| (number(path), path.clone()));
        found.into_iter().map(|dir| Arc::new(Room { dir })).collect()
    }

    /// A new room.
    pub fn make_room(&self) -> Result<Arc<Room>, PinError> {
        let next = self.rooms().iter().filter_map(|room| number(&room.dir)).max().map_or(1, |n| n.saturating_add(1));
        let dir = self.dir.join(next.to_string());
        match fs::DirBuilder::new().mode(0o700).create(&dir) {
            Ok(()) => Ok(Arc::new(Room { dir })),
            Err(e) => Err(PinError::failed("create", &dir, e)),
        }
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // it stays as long as something is in it
        drop(fs::remove_dir(&self.dir));
    }
}

fn number(dir: &Path) -> Option<u64> {
    dir.file_name()?.to_str()?.parse().ok()
}

/// The directory of one capture.
#[derive(Debug)]
pub struct Room {
    dir: PathBuf,
}

impl Room {
    /// Its path.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Gives a map or link a name here. What had it before loses it, and at no moment nobody has it.
    pub(crate) fn pin(&self, name: &str, what: BorrowedFd<'_>) -> io::Result<Pin> {
        let path = self.dir.join(name);
        if path.exists() {
            let new = self.dir.join(format!("{name}+"));
            drop(fs::remove_file(&new));
            clone::pin(what, &new)?;
            fs::rename(&new, &path)?;
        } else {
            clone::pin(what, &path)?;
        }
        Ok(Pin { path })
    }

    /// The names here.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
    }

    /// Takes away every name, and the room. What is in use by nobody else ends.
    pub fn clear(&self) -> Result<(), PinError> {
        let failed = |path: &Path, e| PinError::failed("remove", path, e);
        if self.dir.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
            return fs::remove_file(&self.dir).map_err(|e| failed(&self.dir, e));
        }
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let gone = if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                Self { dir: path.clone() }.clear()
            } else {
                fs::remove_file(&path).map_err(|e| failed(&path, e))
            };
            gone?;
        }
        match fs::remove_dir(&self.dir) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(failed(&self.dir, e)),
            _ => Ok(()),
        }
    }
}

/// A name; dropping it takes the name away.
#[derive(Debug)]
pub struct Pin {
    path: PathBuf,
}

impl Drop for Pin {
    fn drop(&mut self) {
        // where the whole room was cleared it is gone
        drop(fs::remove_file(&self.path));
    }
}

/// The descriptor of what is pinned by a name.
pub(crate) fn open_link(room: &Room, name: &str) -> libbpf_rs::Result<libbpf_rs::Link> {
    libbpf_rs::Link::open(room.dir.join(name))
}

/// A map that is pinned by a name.
pub(crate) fn open_map(room: &Room, name: &str) -> libbpf_rs::Result<libbpf_rs::MapHandle> {
    libbpf_rs::MapHandle::from_pinned_path(room.dir.join(name))
}
