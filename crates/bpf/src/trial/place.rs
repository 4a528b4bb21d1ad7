//! Where the trial takes place: a directory of its own, and in it, for its thread alone, a file system of its own.

use super::steps::{self, Arg, Inode, Step};
use super::{MARK, raw};
use crate::classify::ARCHES;
use crate::wire::item;
use raudit_tables::syscall;
use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Room for what calls return: a struct stat, a struct statfs.
const ROOM: usize = 512;

/// The files that a step's items are to be of.
pub(super) type Files = Vec<Option<Seen>>;

/// What `lstat` says of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    pub inode: u64,
    pub mode: u32,
}

/// The directory; it goes with this value.
pub(super) struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // empty where a file system lay over it
        drop(fs::remove_dir_all(&self.0));
    }
}

impl Place {
    /// Makes a directory that nobody else has: below /run, else where temporary files go.
    pub(super) fn new() -> Result<Self, String> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("rauditd-trial.{}.{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut last = String::new();
        for parent in [Path::new("/run"), &std::env::temp_dir()] {
            let path = parent.join(&name);
            match fs::create_dir(&path).and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o755))) {
                Ok(()) => return Ok(Self(path)),
                Err(e) => last = format!("cannot make {}: {e}", path.display()),
            }
        }
        Err(last)
    }

    /// Goes there and makes the steps; to be called in a thread of its own, which is of no other use afterwards. Gives the thread,
    /// and for each item of each step the file it is to be of.
    pub(super) fn visit(&self, steps: &[Step]) -> Result<(u32, Vec<Files>), String> {
        let name = CString::new(self.0.as_os_str().as_bytes()).map_err(|e| e.to_string())?;
        raw::separate().map_err(|e| format!("no mount namespace of its own: {e}"))?;
        raw::cover(&name).map_err(|e| format!("no file system of its own on {}: {e}", self.0.display()))?;
        // the working directory is this thread's since it has a namespace of its own
        std::env::set_current_dir(&self.0).map_err(|e| format!("cannot enter {}: {e}", self.0.display()))?;
        furnish().map_err(|e| format!("cannot prepare {}: {e}", self.0.display()))?;
        let file = File::open("file").map_err(|e| format!("cannot open the trial's file: {e}"))?;
        let directory = File::open("dir").map_err(|e| format!("cannot open the trial's directory: {e}"))?;
        let mut seen = Vec::with_capacity(steps.len());
        for (at, step) in steps.iter().enumerate() {
            let socket = UnixDatagram::unbound().map_err(|e| format!("cannot make a socket: {e}"))?;
            let fds = [file.as_raw_fd(), directory.as_raw_fd(), socket.as_raw_fd()];
            seen.push(make(step, at, fds)?);
        }
        Ok((raw::thread(), seen))
    }
}

fn furnish() -> std::io::Result<()> {
    for (path, what) in steps::PLACE {
        match (path.strip_suffix('/'), what.strip_prefix("-> ")) {
            (Some(directory), _) => fs::create_dir(directory)?,
            (None, Some(to)) => symlink(to, path)?,
            (None, None) => {
                let mode = if steps::SECRET.contains(path) { 0o600 } else { 0o644 };
                drop(OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?);
            }
        }
    }
    Ok(())
}

/// Makes one step, between two looks at the files its items are of.
fn make(step: &Step, at: usize, [file, directory, socket]: [i32; 3]) -> Result<Files, String> {
    let number = syscall::table(ARCHES[0]).and_then(|t| t.number(step.call)).ok_or("no such system call")?;
    let mut room = [0u8; ROOM];
    let zeros = [0u8; ROOM];
    let mut texts = Vec::new();
    let mut values = [0usize; 6];
    for (value, arg) in values.iter_mut().zip(&step.args) {
        *value = match *arg {
            Arg::Is(number) => number,
            Arg::Name(name) => keep(&mut texts, name.as_bytes()),
            Arg::Address(path) => {
                keep(&mut texts, &[&(libc::AF_UNIX as u16).to_ne_bytes(), path.as_bytes(), &[0]].concat())
            }
            Arg::Fd("dir") => directory as usize,
            Arg::Fd(_) => file as usize,
            Arg::Socket => socket as usize,
            Arg::Room => room.as_mut_ptr() as usize,
            Arg::Zeros => zeros.as_ptr() as usize,
        };
    }
    values[5] = MARK as usize + at;
    let before = look(step);
    if step.nobody {
        raw::call_as_nobody(number.into(), values)
    } else {
        raw::call(number.into(), values)
    };
    let after = look(step);
    let made = step.items.iter().map(|i| i.kind == item::CREATE);
    Ok(before
        .into_iter()
        .zip(after)
        .zip(made)
        .map(|((before, after), made)| if made { after } else { before })
        .collect())
}

/// Keeps bytes and a NUL where they are, and says where.
fn keep(texts: &mut Vec<Box<[u8]>>, bytes: &[u8]) -> usize {
    let text: Box<[u8]> = bytes.iter().copied().chain([0]).collect();
    let at = text.as_ptr() as usize;
    texts.push(text);
    at
}

fn look(step: &Step) -> Files {
    let of = |path: &str| fs::symlink_metadata(path).ok().map(|m| Seen { inode: m.ino(), mode: m.mode() });
    step.items.iter().map(|i| if let Inode::Of(path) = i.inode { of(path) } else { None }).collect()
}
