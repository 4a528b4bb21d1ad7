//! The state report (SIGUSR1).

use chrono::{DateTime, Local};
use std::fs::{OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

/// How things are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct State {
    /// Nothing is sent until told to resume.
    pub suspended: bool,
    /// The collector has ended the connection, or there has been none.
    pub ended: bool,
    /// There is a connection.
    pub connected: bool,
    /// Records in the queue.
    pub queued: usize,
    /// The most there were.
    pub most_queued: usize,
    /// How many there may be.
    pub depth: u32,
    /// Records that were dropped.
    pub lost: u64,
}

impl State {
    /// As auditd's program writes it, and one line more.
    pub fn text(&self, now: DateTime<Local>) -> String {
        let yes = |yes| if yes { "yes" } else { "no" };
        format!(
            "current_time = {}\nsuspend = {}\nremote_ended = {}\ntransport_ok = {}\nqueue_length = {}\n\
             max_queued_length = {}\nqueue_depth = {}\nrecords_lost = {}\n",
            now.format("%m/%d/%y %H:%M:%S"),
            yes(self.suspended),
            yes(self.ended),
            yes(self.connected),
            self.queued,
            self.most_queued,
            self.depth,
            self.lost
        )
    }

    /// Writes it to a file that root and its group may read.
    ///
    /// # Errors
    /// What opening and writing give.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o640).open(path)?;
        file.set_permissions(Permissions::from_mode(0o640))?;
        file.write_all(self.text(Local::now()).as_bytes())
    }
}
