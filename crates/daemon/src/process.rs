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

/// Sets this process's nice value.
pub fn set_nice(nice: i32) -> io::Result<()> {
    // SAFETY: takes and returns plain integers.
    match unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Memory in small pages: in huge ones a heap and stacks of some megabytes would take twice that. What is executed from here inherits
/// it; raudispd undoes it for plugins.
pub fn save_memory() {
    // a kernel without huge pages saves it as well
    let _ = nix::sys::prctl::set_thp_disable(true);
}
