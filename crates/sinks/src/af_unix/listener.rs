//! The socket that readers connect to.

use nix::errno::Errno;
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, connect, listen, socket};
use nix::sys::stat::{Mode, fchmod};
use raudit_dispatch::say;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long another process that listens at the same path is waited for: the one before, which is about to end.
const IN_USE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(20);

/// A listening socket, removed from its directory when dropped.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
    /// Device and inode: what another process puts in its place is not ours to remove.
    identity: Option<(u64, u64)>,
}

impl Listener {
    /// Makes the socket, with these permissions from its first moment. One that nobody listens at is replaced.
    ///
    /// # Errors
    /// A sentence: what is at `path` is no socket or is in use, or what `bind` gives.
    pub fn bind(path: &Path, mode: u32) -> Result<Self, String> {
        let shown = path.display();
        clear(path).map_err(|why| format!("cannot make socket {shown}: {why}"))?;
        let socket = listen_at(path, mode).map_err(|error| format!("cannot make socket {shown}: {error}"))?;
        Ok(Self { socket, path: path.into(), identity: identity(path) })
    }

    /// The next reader that has connected, if there is one.
    ///
    /// # Errors
    /// What `accept` gives.
    pub fn accept(&self) -> io::Result<Option<UnixStream>> {
        match self.socket.accept() {
            Ok((reader, _)) => reader.set_nonblocking(true).map(|()| Some(reader)),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => Ok(None),
                _ => Err(error),
            },
        }
    }

    /// Readable when a reader has connected.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if self.identity.is_none() || identity(&self.path) != self.identity {
            return;
        }
        if let Err(error) = fs::remove_file(&self.path) {
            say::warning(format!("cannot remove socket {}: {error}", self.path.display()));
        }
    }
}

fn listen_at(path: &Path, mode: u32) -> io::Result<UnixListener> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let made = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    // The name gets the socket's own mode less the umask (unix_bind_bsd in net/unix/af_unix.c), so it is never open to more than it
    // should be; what the umask took is given back before anybody can connect.
    fchmod(&made, Mode::from_bits_truncate(mode))?;
    bind(made.as_raw_fd(), &UnixAddr::new(path)?)?;
    let open = fs::set_permissions(path, fs::Permissions::from_mode(mode));
    open.and_then(|()| Ok(listen(&made, Backlog::MAXALLOWABLE)?)).inspect_err(|_| drop(fs::remove_file(path)))?;
    Ok(made.into())
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    fs::symlink_metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

/// Removes a socket that was left behind.
fn clear(path: &Path) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.to_string()),
            Ok(meta) if !meta.file_type().is_socket() => {
                return Err("there is a file that is no socket; it is left as it is".into());
            }
            Ok(_) => {}
        }
        match knock(path) {
            Err(Errno::ECONNREFUSED) => return fs::remove_file(path).map_err(|error| error.to_string()),
            Err(Errno::ENOENT) => {}
            Ok(()) | Err(Errno::EAGAIN) if begun.elapsed() < IN_USE => std::thread::sleep(STEP),
            Ok(()) | Err(Errno::EAGAIN) => return Err("another process listens there".into()),
            Err(errno) => return Err(format!("there is a socket that cannot be asked who listens: {errno}")),
        }
    }
}

/// Whether somebody listens, without waiting for him to accept.
fn knock(path: &Path) -> Result<(), Errno> {
    let flags = SockFlag::SOCK_CLOEXEC | SockFlag::SOCK_NONBLOCK;
    let caller = socket(AddressFamily::Unix, SockType::Stream, flags, None)?;
    connect(caller.as_raw_fd(), &UnixAddr::new(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_there_while_it_is_needed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        for mode in [0o640, 0o600, 0o777, 0o666] {
            let listener = Listener::bind(&path, mode).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode);
            assert!(listener.accept().unwrap().is_none());
            let _reader = UnixStream::connect(&path).unwrap();
            assert!(listener.accept().unwrap().is_some());
            drop(listener);
            assert!(!path.exists());
        }
    }

    #[test]
    fn only_what_is_left_behind_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        let listener = Listener::bind(&path, 0o640).unwrap();
        let error = Listener::bind(&path, 0o640).unwrap_err();
        assert!(error.ends_with("another process listens there"), "{error}");
        // Another took the name: it stays.
        fs::remove_file(&path).unwrap();
        fs::write(&path, "mine").unwrap();
        drop(listener);
        let error = Listener::bind(&path, 0o640).unwrap_err();
        assert!(error.contains("no socket"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/nowhere", &path).unwrap();
        assert!(Listener::bind(&path, 0o640).unwrap_err().contains("no socket"));
        let long = dir.path().join("x".repeat(150));
        assert!(Listener::bind(&long, 0o640).unwrap_err().starts_with("cannot make socket"));
    }

    #[test]
    fn one_that_is_about_to_end_is_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let before = Listener::bind(&path, 0o640).unwrap();
        let ends = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            drop(before);
        });
        let now = Listener::bind(&path, 0o640);
        ends.join().unwrap();
        assert!(now.is_ok() && path.exists(), "{now:?}");
    }
}
