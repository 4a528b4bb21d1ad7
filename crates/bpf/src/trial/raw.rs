//! The trial's system calls, made as a program without regard for manners would.
#![allow(unsafe_code, reason = "system calls with arguments that no safe interface would pass")]

use nix::errno::Errno;
use std::ffi::{CStr, CString};

/// Who is nobody: the kernel's overflow id.
const NOBODY: libc::c_long = 65534;

/// A system call with six arguments, whatever they are; its result does not matter.
pub(super) fn call(number: i64, arguments: [usize; 6]) {
    let [a, b, c, d, e, f] = arguments;
    // SAFETY: pointers among the arguments are of buffers the caller keeps, or meant to be wrong; the kernel checks them.
    unsafe { libc::syscall(number, a, b, c, d, e, f) };
}

/// The same as nobody, as far as files are concerned: this thread alone.
pub(super) fn call_as_nobody(number: i64, arguments: [usize; 6]) {
    // SAFETY: plain integers.
    unsafe { libc::syscall(libc::SYS_setfsuid, NOBODY) };
    call(number, arguments);
    // SAFETY: plain integers.
    unsafe { libc::syscall(libc::SYS_setfsuid, 0) };
}

/// A working directory, a root and mounts of this thread's own.
pub(super) fn separate() -> Result<(), Errno> {
    // SAFETY: plain integers.
    Errno::result(unsafe { libc::unshare(libc::CLONE_NEWNS) }).map(drop)
}

fn mount(kind: &CStr, on: &CStr, flags: libc::c_ulong, options: Option<&CStr>) -> Result<(), Errno> {
    let options = options.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: NUL-terminated strings that live during the call.
    Errno::result(unsafe { libc::mount(kind.as_ptr(), on.as_ptr(), kind.as_ptr(), flags, options.cast()) }).map(drop)
}

/// Lays a small file system of this thread's own over a directory. It goes with the thread.
pub(super) fn cover(directory: &CString) -> Result<(), Errno> {
    mount(c"none", c"/", libc::MS_REC | libc::MS_PRIVATE, None)?;
    mount(c"tmpfs", directory, libc::MS_NODEV | libc::MS_NOSUID, Some(c"mode=755,size=1m"))
}

/// This thread's number, as in the programs' events.
pub(super) fn thread() -> u32 {
    nix::unistd::gettid().as_raw().unsigned_abs()
}
