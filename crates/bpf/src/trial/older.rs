//! Calls without a descriptor of a directory, which younger machines do not have: by the calls that have one, whose path items are
//! the same.

use super::steps::Arg::{self, Is};
use super::steps::CWD;

/// The call and its arguments as this machine makes them; `None` for what it cannot do.
pub(super) fn instead(call: &str, args: &[Arg]) -> Option<(&'static str, Vec<Arg>)> {
    let nofollow = Is(libc::AT_SYMLINK_NOFOLLOW as usize);
    let by = |call, behind: &[Arg]| Some((call, [&[CWD], args, behind].concat()));
    match (call, args) {
        ("access", _) => by("faccessat", &[]),
        ("chmod", _) => by("fchmodat", &[]),
        ("chown", _) => by("fchownat", &[Is(0)]),
        ("lchown", _) => by("fchownat", &[nofollow]),
        ("lstat", _) => by("newfstatat", &[nofollow]),
        ("mkdir", _) => by("mkdirat", &[]),
        ("mknod", _) => by("mknodat", &[]),
        ("open", _) => by("openat", &[]),
        ("readlink", _) => by("readlinkat", &[]),
        ("rmdir", _) => by("unlinkat", &[Is(libc::AT_REMOVEDIR as usize)]),
        ("stat", _) => by("newfstatat", &[Is(0)]),
        ("unlink", _) => by("unlinkat", &[Is(0)]),
        ("utimes", _) => by("utimensat", &[Is(0)]),
        ("creat", &[name, mode]) => {
            let flags = libc::O_CREAT | libc::O_WRONLY | libc::O_TRUNC;
            Some(("openat", vec![CWD, name, Is(flags as usize), mode]))
        }
        ("link", &[from, to]) => Some(("linkat", vec![CWD, from, CWD, to, Is(0)])),
        ("rename", &[from, to]) => Some(("renameat", vec![CWD, from, CWD, to])),
        ("symlink", &[to, name]) => Some(("symlinkat", vec![to, CWD, name])),
        _ => None,
    }
}
