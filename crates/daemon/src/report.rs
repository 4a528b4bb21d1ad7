//! The state report: what `auditctl --signal state` asks for, line for line as auditd writes it.

use crate::process;
use chrono::Local;
use nix::fcntl::OFlag;
use raudit_dispatch::memory::Memory;
use raudit_dispatch::status::Status;
use raudit_log::State;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, fchown};
use std::path::Path;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;

/// What is reported.
#[derive(Debug)]
pub struct Report<'a> {
    /// Of the log; `None` with `-f`, where there is none.
    pub log: Option<&'a State>,
    /// Of the plugins.
    pub plugins: &'a Status,
    /// Whether other machines' events are listened for.
    pub listens: bool,
    /// What was allocated when it was last reported.
    pub memory_before: Memory,
    /// What is allocated now.
    pub memory: Memory,
}

impl Report<'_> {
    /// The lines.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.push(&mut text).unwrap_or_default();
        text
    }

    fn push(&self, out: &mut String) -> std::fmt::Result {
        writeln!(out, "audit version = {}", env!("CARGO_PKG_VERSION"))?;
        // strftime's %x %X of the C locale, which auditd has
        writeln!(out, "current time = {}", Local::now().format("%m/%d/%y %H:%M:%S"))?;
        writeln!(out, "process priority = {}", process::nice())?;
        match self.log {
            Some(log) if log.writes_logs => push_log(out, log)?,
            _ => writeln!(out, "writing to logs = no")?,
        }
        let plugins = self.plugins;
        writeln!(out, "Number of active plugins = {}", plugins.active)?;
        writeln!(out, "current plugin queue depth = {}", plugins.depth)?;
        writeln!(out, "max plugin queue depth used = {}", plugins.deepest)?;
        writeln!(out, "plugin queue size = {}", plugins.size)?;
        writeln!(out, "plugin queue overflow detected = {}", yes_no(plugins.overflowed))?;
        writeln!(out, "plugin queueing suspended = {}", yes_no(plugins.suspended))?;
        writeln!(out, "listening for network connections = {}", yes_no(self.listens))?;
        self.memory.push(&self.memory_before, out)
    }

    /// Writes the file anew: mode 0640, of the log's group; never through a link.
    ///
    /// # Errors
    /// What opening, `fchown` or writing give.
    pub fn write(&self, path: &Path, group: u32) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o640)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(path)?;
        fchown(&file, Some(0), Some(group))?;
        file.write_all(self.text().as_bytes())
    }
}

fn push_log(out: &mut String, log: &State) -> std::fmt::Result {
    writeln!(out, "writing to logs = yes")?;
    writeln!(out, "current log size = {} KiB", log.size / KIB)?;
    writeln!(out, "max log size = {} KiB", log.full_at / KIB)?;
    writeln!(out, "logs detected last rotate/shift = {}", log.known_files)?;
    writeln!(out, "space left on partition = {}", yes_no(!log.disk_full))?;
    if let (Some(free), Some([low, admin])) = (&log.free, log.thresholds) {
        writeln!(out, "Logging partition free space = {} MiB", free.available / MIB)?;
        writeln!(out, "space_left setting = {} MiB", low / MIB)?;
        writeln!(out, "admin_space_left setting = {} MiB", admin / MIB)?;
    }
    writeln!(out, "logging suspended = {}", yes_no(log.suspended))?;
    writeln!(out, "file system space action performed = {}", yes_no(log.low_space_acted))?;
    writeln!(out, "admin space action performed = {}", yes_no(log.admin_space_acted))?;
    writeln!(out, "disk error detected = {}", yes_no(log.disk_error))
}

fn yes_no(it: bool) -> &'static str {
    if it { "yes" } else { "no" }
}
