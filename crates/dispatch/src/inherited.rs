//! What a program gets from the one that starts it: ignored signals, open descriptors. Those raudispd was started with its plugins
//! must not get; what auditd gives its plugins they get.
#![allow(
    unsafe_code,
    reason = "signal(2), also between fork and exec, fcntl(2) on a descriptor known by its number, and an ioctl have no safe wrapper"
)]

use nix::sys::signal::SigSet;
use std::fs;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Gives every signal its default action and unblocks it. auditd ignores all signals while it starts, and an ignored
/// signal stays ignored in the programs it runs.
///
/// SIGPIPE stays ignored here, because a plugin's death shows as `EPIPE`.
///
/// # Errors
/// What `sigprocmask` gives.
pub fn reset_signals() -> io::Result<()> {
    for number in (1..=libc::SIGRTMAX()).filter(|number| *number != libc::SIGPIPE) {
        // SAFETY: the default action runs no code of ours, and no handler has been installed yet that it could replace.
        // For signals whose action cannot be changed (SIGKILL, SIGSTOP, the C library's own) it gives an error.
        unsafe { libc::signal(number, libc::SIG_DFL) };
    }
    SigSet::all().thread_unblock()?;
    Ok(())
}

/// What a plugin of auditd's finds at its default action. All other signals it finds ignored, SIGPIPE among them, and plugins count on
/// that: a reader that leaves must not end them.
const DEFAULT: [libc::c_int; 8] = [
    libc::SIGHUP,
    libc::SIGUSR1,
    libc::SIGUSR2,
    libc::SIGTERM,
    libc::SIGCHLD,
    libc::SIGCONT,
    libc::SIGKILL,
    libc::SIGSTOP,
];

/// Has a program started with the signals ignored that auditd's plugins find ignored (`main` in src/auditd.c).
pub fn ignore_signals(command: &mut Command) {
    let last = libc::SIGRTMAX();
    let ignore = move || {
        for number in (1..=last).filter(|number| !DEFAULT.contains(number)) {
            // SAFETY: signal(2) is safe to call between fork and exec, and ignoring runs no code of ours.
            unsafe { libc::signal(number, libc::SIG_IGN) };
        }
        Ok(())
    };
    // SAFETY: between fork and exec the closure only calls signal(2): it takes no lock and no memory.
    unsafe { command.pre_exec(ignore) };
}

/// Marks every descriptor from 3 on as not to be passed to children.
///
/// # Errors
/// /proc/self/fd cannot be read.
pub fn keep_descriptors() -> io::Result<()> {
    for entry in fs::read_dir("/proc/self/fd")? {
        let Some(fd) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        if fd > 2 {
            // SAFETY: fcntl with F_SETFD touches no memory; a descriptor closed meanwhile (the one of this listing)
            // gives EBADF.
            unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
        }
    }
    Ok(())
}

nix::ioctl_read_bad!(
    /// How much of what was written to a socket its other end has not read (unix(7), SIOCOUTQ).
    outq,
    libc::TIOCOUTQ,
    libc::c_int
);

/// Whether the other end of a unix socket has read all that was written to it.
pub fn is_read(socket: std::os::fd::BorrowedFd<'_>) -> bool {
    use std::os::fd::AsRawFd;
    let mut unread = 0;
    // SAFETY: the descriptor is borrowed for the call, and the kernel writes one int to where we point.
    match unsafe { outq(socket.as_raw_fd(), &raw mut unread) } {
        Ok(_) => unread == 0,
        // Not known: nothing to wait for.
        Err(_) => true,
    }
}
