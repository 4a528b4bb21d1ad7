//! `--signal`: a signal for the audit daemon, whose process id the status says.

use super::{Failure, failed};
use crate::Client;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::os::fd::AsFd;

/// Exit code when there is no daemon.
const NOT_RUNNING: u8 = 2;

/// The signals a daemon understands, by their names and by what they make it do.
const SIGNALS: [(&str, &str, Signal); 6] = [
    ("TERM", "stop", Signal::TERM),
    ("HUP", "reload", Signal::HUP),
    ("USR1", "rotate", Signal::USR1),
    ("USR2", "resume", Signal::USR2),
    ("CONT", "state", Signal::CONT),
    // rauditd's own; auditd ignores it
    ("URG", "upgrade", Signal::URG),
];

/// The words that `--signal` takes.
pub fn names() -> impl Iterator<Item = &'static str> {
    SIGNALS.iter().flat_map(|&(signal, word, _)| [word, signal])
}

/// The signal with this name, in upper or lower case.
fn named(name: &[u8]) -> Option<Signal> {
    let is = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
    SIGNALS.iter().find(|(signal, word, _)| is(signal) || is(word)).map(|(_, _, signal)| *signal)
}

/// Sends the daemon a signal. After TERM, waits until the daemon is gone, however long it takes.
pub(super) fn send(client: &mut Client, name: &[u8]) -> Result<(), Failure> {
    let Some(signal) = named(name) else {
        return Err(Failure::Coded(1, format!("{} is an unsupported signal", String::from_utf8_lossy(name))));
    };
    let not_running = || Failure::Coded(NOT_RUNNING, "Auditd is not running".into());
    // Without a status there is nobody to signal: a failure, also where audit is off and a plain request would be none.
    let status = client.status().map_err(|e| match failed("status", &e) {
        Failure::Disabled => Failure::Coded(1, super::DISABLED.into()),
        Failure::Line(line) | Failure::Coded(_, line) => Failure::Coded(1, line),
    })?;
    let pid = i32::try_from(status.pid).ok().and_then(Pid::from_raw).ok_or_else(not_running)?;
    // A descriptor, so that the signal can go to no other process once the daemon is gone. The kernel remembers the id of a
    // daemon that was killed.
    let unsent = |errno: rustix::io::Errno| match errno {
        rustix::io::Errno::SRCH => not_running(),
        other => {
            let reason = raudit_tables::errno::text(other.raw_os_error());
            Failure::Coded(1, format!("Failed sending signal to auditd ({reason})"))
        }
    };
    let process = pidfd_open(pid, PidfdFlags::empty()).map_err(unsent)?;
    pidfd_send_signal(&process, signal).map_err(unsent)?;
    if signal == Signal::TERM {
        let mut ended = [PollFd::new(process.as_fd(), PollFlags::POLLIN)];
        // A signal to ourselves that is not our end only interrupts the wait.
        while poll(&mut ended, PollTimeout::NONE) == Err(Errno::EINTR) {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_two_names_each() {
        assert_eq!((named(b"TERM"), named(b"Stop")), (Some(Signal::TERM), Some(Signal::TERM)));
        assert_eq!((named(b"hup"), named(b"RELOAD")), (Some(Signal::HUP), Some(Signal::HUP)));
        assert_eq!((named(b"Usr1"), named(b"resume")), (Some(Signal::USR1), Some(Signal::USR2)));
        assert_eq!((named(b"URG"), named(b"upgrade")), (Some(Signal::URG), Some(Signal::URG)));
        for unknown in ["", "15", "SIGTERM", "KILL", "TERMx"] {
            assert_eq!(named(unknown.as_bytes()), None, "{unknown}");
        }
    }
}
