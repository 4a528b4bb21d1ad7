//! How the collector gives up its privileges, for good.
#![allow(unsafe_code, reason = "prctl and close_range; each is argued below")]

use crate::link::CONNECTIONS_MAX;
use caps::CapSet;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
use std::io;

/// nobody and nogroup.
const NOBODY: u32 = 65534;

/// Signals that end the daemon or are meant for it. The collector's life is the link's.
const IGNORED: [Signal; 8] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTERM,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGPIPE,
    Signal::SIGTSTP,
];

/// What a new collector does first: no descriptors but standard ones and room for all connections, no signals, no core, as good a victim as anybody else when
/// memory is short.
pub fn begin() -> io::Result<()> {
    // SAFETY: nothing of this process is open yet but what it was given: standard input, output and error, which stay. A kernel
    // before 5.9 refuses; everything of rauditd's is closed on exec anyway.
    let _ = unsafe { libc::syscall(libc::SYS_close_range, 3, libc::c_uint::MAX, 0) };
    for number in IGNORED {
        // SAFETY: to ignore a signal runs no code.
        unsafe { signal(number, SigHandler::SigIgn) }?;
    }
    prctl::set_dumpable(false)?;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    // what is not a connection is few; with less of them, others wait
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(hard.min(CONNECTIONS_MAX as u64 + 128)), hard)?;
    // refused in some containers, and then nothing changes
    drop(std::fs::write("/proc/self/oom_score_adj", "0"));
    std::env::set_current_dir("/")
}

/// Becomes nobody, without a capability and without a way to get one back.
///
/// # Errors
/// What could not be given up. Where the system lets nobody change user ids (a container of one user), they stay, and the
/// capabilities go all the same: that is `Ok(false)`.
pub fn drop_all() -> io::Result<bool> {
    prctl::set_no_new_privs()?;
    drop_bounding_set()?;
    let (uid, gid) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    let is_nobody =
        setgroups(&[gid]).and_then(|()| setresgid(gid, gid, gid)).and_then(|()| setresuid(uid, uid, uid)).is_ok();
    drop_capabilities()?;
    // opens no file to write, starts no process, leaves no core
    for resource in [Resource::RLIMIT_FSIZE, Resource::RLIMIT_NPROC, Resource::RLIMIT_CORE] {
        setrlimit(resource, 0, 0)?;
    }
    // both are undone by a change of ids, and so they come last
    prctl::set_dumpable(false)?;
    prctl::set_pdeathsig(Signal::SIGKILL)?;
    Ok(is_nobody)
}

/// Also of capabilities that are newer than we, which a list would miss.
fn drop_bounding_set() -> io::Result<()> {
    for capability in 0.. {
        // SAFETY: takes and returns plain integers.
        if unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability as libc::c_ulong, 0, 0, 0) } == 0 {
            continue;
        }
        let error = io::Error::last_os_error();
        return match error.raw_os_error() {
            // behind the last capability of this kernel; or never had the right to
            Some(libc::EINVAL) if capability > 0 => Ok(()),
            Some(libc::EPERM) => Ok(()),
            _ => Err(error),
        };
    }
    Ok(())
}

fn drop_capabilities() -> io::Result<()> {
    // a kernel before 4.3 has no ambient set to clear
    drop(caps::clear(None, CapSet::Ambient));
    for set in [CapSet::Effective, CapSet::Permitted, CapSet::Inheritable] {
        caps::clear(None, set).map_err(|e| io::Error::other(e.to_string()))?;
    }
    Ok(())
}
