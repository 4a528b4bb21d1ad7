//! What the standard library has no safe call for: forking, and the scheduling priority.
#![allow(unsafe_code, reason = "fork and setpriority; each is argued below")]

use nix::unistd::{ForkResult, fork};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

/// The child's way to tell the waiting parent how the start went.
#[derive(Debug)]
pub struct Parent {
    pipe: Option<File>,
}

impl Parent {
    /// Nobody waits: not forked.
    pub fn none() -> Self {
        Self { pipe: None }
    }

    /// Lets the parent exit with this code. Without it the parent exits with 1 when the child ends.
    pub fn release(&mut self, code: u8) {
        if let Some(mut pipe) = self.pipe.take() {
            // a parent that was killed needs no answer
            drop(pipe.write_all(&[code]));
        }
    }
}

/// Forks: the child goes on, the parent waits for [`Parent::release`] and exits with its code.
pub fn daemonise() -> io::Result<Parent> {
    let (read, write): (OwnedFd, OwnedFd) = nix::unistd::pipe()?;
    // SAFETY: no thread has been started yet, so the child may do whatever a process may.
    match unsafe { fork()? } {
        ForkResult::Parent { .. } => {
            drop(write);
            let mut code = [1];
            // when the child dies without a word, 1 stays
            drop(File::from(read).read(&mut code));
            std::process::exit(i32::from(code.first().copied().unwrap_or(1)));
        }
        ForkResult::Child => {
            drop(read);
            nix::unistd::setsid()?;
            std::env::set_current_dir("/")?;
            Ok(Parent { pipe: Some(File::from(write)) })
        }
    }
}

/// Points standard input, output and error at /dev/null.
pub fn close_standard_files() -> io::Result<()> {
    let null = File::options().read(true).write(true).open("/dev/null")?;
    nix::unistd::dup2_stdin(&null)?;
    nix::unistd::dup2_stdout(&null)?;
    nix::unistd::dup2_stderr(&null)?;
    Ok(())
}

/// The nice value for a `priority_boost`.
pub fn niceness(boost: u32) -> i32 {
    -i32::try_from(boost).unwrap_or(20).min(20)
}

/// Sets the nice value of every thread of this process: on Linux it is a thread's own.
pub fn set_nice(nice: i32) -> io::Result<()> {
    for entry in std::fs::read_dir("/proc/self/task")? {
        let Some(thread) = entry?.file_name().to_str().and_then(|name| name.parse::<libc::id_t>().ok()) else {
            continue;
        };
        // SAFETY: takes and returns plain integers.
        if unsafe { libc::setpriority(libc::PRIO_PROCESS, thread, nice) } != 0 {
            let error = io::Error::last_os_error();
            // a thread that has just ended has none
            if error.raw_os_error() != Some(libc::ESRCH) {
                return Err(error);
            }
        }
    }
    Ok(())
}

/// The nice value of this thread.
pub fn nice() -> i32 {
    // SAFETY: takes and returns plain integers. -1 is a value as well as an error, which there is none of for oneself.
    unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) }
}

/// Gives back to the kernel what the C library holds free, for whichever thread.
#[cfg(feature = "bpf")]
pub fn give_back_memory() {
    // SAFETY: it takes the allocator's locks and touches only what is free.
    unsafe { libc::malloc_trim(0) };
}

/// The name this program was started under, `rauditd` or `auditd`: what /proc/PID/comm says, also of one that has been upgraded, and
/// what the system log says of us.
pub fn take_name() -> String {
    let name = std::env::args_os().next().unwrap_or_default();
    let name = std::path::Path::new(&name).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.filter(|name| name == "auditd").unwrap_or_else(|| "rauditd".into());
    if let Ok(text) = std::ffi::CString::new(name.as_str()) {
        // it cannot fail for a string
        let _ = nix::sys::prctl::set_name(&text);
    }
    name
}

/// One heap, and memory in small pages. A thread that has made BPF programs ready leaves a heap of its own full of holes, 5 MB; and in
/// huge pages a heap and stacks of some megabytes would take twice that. What is executed from here inherits the latter; raudispd
/// undoes it for plugins. Before the first thread.
pub fn save_memory() {
    // SAFETY: it sets a number that the allocator reads when a thread first allocates; there is no other thread yet.
    unsafe { libc::mallopt(libc::M_ARENA_MAX, 1) };
    // a kernel without huge pages saves it as well
    let _ = nix::sys::prctl::set_thp_disable(true);
}
