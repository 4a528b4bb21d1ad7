//! The state report (SIGUSR1): auditd's lines, and how many readers there are and what they lost.

use crate::af_unix::readers::State;
use chrono::Local;
use nix::fcntl::OFlag;
use raudit_dispatch::memory::Memory;
use std::fmt::{self, Write as _};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Where it is written.
pub const FILE: &str = "/run/audit/af_unix.state";

/// Writes the file anew: mode 0640; never through a link.
///
/// # Errors
/// What opening or writing give.
pub fn write(path: &Path, state: &State, memory: &Memory, before: &Memory) -> io::Result<()> {
    let mut text = String::new();
    push(&mut text, state, memory, before).map_err(io::Error::other)?;
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o640).custom_flags(OFlag::O_NOFOLLOW.bits());
    options.open(path)?.write_all(text.as_bytes())
}

fn push(out: &mut String, state: &State, memory: &Memory, before: &Memory) -> fmt::Result {
    // strftime's %x %X of the C locale, which auditd's program has.
    writeln!(out, "current time = {}", Local::now().format("%m/%d/%y %H:%M:%S"))?;
    writeln!(out, "client_connected = {}", if state.readers > 0 { "yes" } else { "no" })?;
    writeln!(out, "queue_length = {}", state.queued)?;
    writeln!(out, "max_queue_length = {}", state.deepest)?;
    writeln!(out, "queue_size = {}", state.depth)?;
    memory.push(before, out)?;
    writeln!(out, "readers = {}", state.readers)?;
    writeln!(out, "records_lost = {}", state.lost)?;
    writeln!(out, "records_dropped_without_reader = {}", state.unwanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_report_has_auditds_lines_first() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state");
        let state = State { readers: 2, queued: 3, deepest: 40, depth: 512, lost: 5, unwanted: 6 };
        let before = Memory { arena: 2048, in_use: 1024, free: 1024 };
        write(&file, &State::default(), &before, &before).unwrap();
        write(&file, &state, &Memory { arena: 4096, ..before }, &before).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("current time = ") && lines[0].len() == "current time = 11/23/26 23:59:59".len());
        assert_eq!(
            lines[1..],
            [
                "client_connected = yes",
                "queue_length = 3",
                "max_queue_length = 40",
                "queue_size = 512",
                "glibc arena (total memory) is: 4 KiB, was: 2 KiB",
                "glibc uordblks (in use memory) is: 1 KiB, was: 1 KiB",
                "glibc fordblks (total free space) is: 1 KiB, was: 1 KiB",
                "readers = 2",
                "records_lost = 5",
                "records_dropped_without_reader = 6",
            ]
        );
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(write(&link, &state, &before, &before).is_err());
    }
}
