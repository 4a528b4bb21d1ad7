//! Appending to the log.

use crate::age::Age;
use crate::create::{self, is_torn};
use crate::cut::cut;
use crate::flush::Flusher;
use crate::notice::Notice;
use crate::order::Order;
use crate::rotate::{Keep, remove_excess};
use crate::space::{Free, Threshold};
use crate::upkeep::Upkeep;
use crate::{archives, directory};
use raudit_config::{Action, AuditdConf};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const MIB: u64 = 1 << 20;

/// Why there is no log to write to.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A directory on the way to the log is not safe.
    #[error("{}: {}, which is not safe for a log", .0.display(), .1)]
    Directory(PathBuf, String),
    /// The log could not be opened.
    #[error("cannot open log {}: {}", .0.display(), .1)]
    Open(PathBuf, io::Error),
    /// The thread that flushes could not be started.
    #[error("cannot start the thread that flushes the log: {0}")]
    Thread(io::Error),
}

/// Why records are not on disk.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// Writing is suspended by an action of auditd.conf until [`Writer::resume`].
    #[error("logging is suspended")]
    Suspended,
    /// The system said no.
    #[error("{0}")]
    Failed(io::Error),
}

/// The end of a batch is not on disk. No part of its first record is there either, unless the file cannot be cut
/// (`chattr +a`, or somebody else writes to it too): then the torn line is ended by a newline before the next record.
#[derive(Debug, thiserror::Error)]
#[error("{records} records not written to disk: {why}")]
pub struct NotWritten {
    /// How many records (lines).
    pub records: usize,
    /// How many bytes: they are the last so many of the batch.
    pub bytes: usize,
    /// Why.
    pub why: Why,
}

/// What rauditd reports about its log.
#[derive(Clone, Debug)]
pub struct State {
    /// Whether `write_logs` is set.
    pub writes_logs: bool,
    /// The size of the log, in bytes; while it is suspended, of what it was.
    pub size: u64,
    /// `max_log_file`, in bytes; 0 means never.
    pub full_at: u64,
    /// Files there were when the log was last rotated; 0 if it was not, or had no archives.
    pub known_files: usize,
    /// Space on the log's file system.
    pub free: Option<Free>,
    /// `space_left` and `admin_space_left`, in bytes.
    pub thresholds: Option<[u64; 2]>,
    /// Whether writing is suspended.
    pub suspended: bool,
    /// Whether `space_left_action` was taken.
    pub low_space_acted: bool,
    /// Whether `admin_space_left_action` was taken.
    pub admin_space_acted: bool,
    /// Whether the disk was full when it was looked at last.
    pub disk_full: bool,
    /// Whether writing has failed otherwise since the last resume.
    pub disk_error: bool,
    /// Records written to disk.
    pub written: u64,
    /// Records that should have been written to disk and were not.
    pub not_written: u64,
}

/// Where in the log a batch is about to be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// The file's device.
    pub device: u64,
    /// Its inode.
    pub inode: u64,
    /// Its size.
    pub offset: u64,
    /// Bytes to come.
    pub len: u64,
}

/// The log being written.
#[derive(Debug)]
pub(crate) struct Open {
    /// Shared with the thread that flushes.
    pub file: Arc<File>,
    /// Its device and inode.
    pub id: (u64, u64),
    /// Its size in bytes, as far as we wrote it.
    pub size: u64,
    /// Its last line has no newline.
    pub torn: bool,
    /// At which size `max_log_file_action` comes.
    pub full_at: u64,
    /// It has been rotated already, but no new log could be opened: that is tried again with every batch.
    pub is_archive: bool,
}

/// What is behind the writer.
#[derive(Debug)]
pub(crate) enum Sink {
    /// `write_logs = no`.
    Off,
    /// The log.
    Open(Open),
    /// The log could not be opened; tried again with every batch.
    Broken,
    /// An action of auditd.conf, until [`Writer::resume`].
    Suspended,
}

/// Writes the log, rotates it, and takes the actions of auditd.conf.
#[derive(Debug)]
pub struct Writer {
    pub(crate) conf: AuditdConf,
    pub(crate) sink: Sink,
    pub(crate) flusher: Flusher,
    pub(crate) low_space: Threshold,
    pub(crate) admin_space: Threshold,
    pub(crate) disk_full_acted: bool,
    pub(crate) disk_errors: u32,
    pub(crate) known_files: usize,
    /// The size of the log when it was closed.
    pub(crate) size_before: u64,
    pub(crate) notices: Vec<Notice>,
    pub(crate) orders: Vec<Order>,
    pub(crate) upkeep: Upkeep,
    written: u64,
    not_written: u64,
}

impl Writer {
    /// Opens the log as auditd does at start: checks its directory, corrects modes, removes archives beyond `num_logs`,
    /// and rotates a log that is full already. Compressing that was cut short is put in order before.
    ///
    /// # Errors
    /// There can be no log; the daemon exits.
    pub fn open(conf: &AuditdConf) -> Result<Self, LogError> {
        let (low_space, admin_space) = Threshold::both(conf);
        let mut writer = Self {
            conf: conf.clone(),
            sink: Sink::Off,
            flusher: Flusher::new(conf.flush, conf.freq as usize).map_err(LogError::Thread)?,
            low_space,
            admin_space,
            disk_full_acted: false,
            disk_errors: 0,
            known_files: 0,
            size_before: 0,
            notices: Vec::new(),
            orders: Vec::new(),
            upkeep: Upkeep::default(),
            written: 0,
            not_written: 0,
        };
        writer.begin(true)?;
        Ok(writer)
    }

    /// Removes archives beyond `num_logs`, as auditd does: at start, and when what is set about space has changed.
    fn remove_excess(&mut self) {
        let keep = self.conf.num_logs as usize;
        if self.conf.max_log_file_action == Action::Rotate && Keep::Files(keep).rotates() {
            remove_excess(&self.conf.log_file, keep, &mut self.notices);
        }
    }

    /// Opens the log, if there is to be one, after a look at its directory and archives.
    fn begin(&mut self, at_start: bool) -> Result<(), LogError> {
        self.stop_packing();
        if !self.conf.write_logs {
            self.sink = Sink::Off;
            return Ok(());
        }
        let log = self.conf.log_file.clone();
        let dir = log.parent().unwrap_or(Path::new("/"));
        directory::check(dir, &mut self.notices).map_err(|(path, what)| LogError::Directory(path, what))?;
        directory::open_to_group(dir, self.conf.log_group, &mut self.notices);
        archives::repair(&log, &mut self.notices);
        if at_start {
            self.remove_excess();
        }
        for n in (1..).take_while(|n| archives::exists(&log, *n)) {
            for archive in archives::names(&log, n).iter().filter(|path| path.symlink_metadata().is_ok()) {
                create::repair_archive(archive, self.conf.log_group, &mut self.notices);
            }
        }
        self.reopen().map_err(|error| LogError::Open(log, error))?;
        self.upkeep.rotated();
        self.check_size();
        self.check_space();
        Ok(())
    }

    /// Opens the log and makes it the sink.
    pub(crate) fn reopen(&mut self) -> io::Result<()> {
        self.sink = Sink::Broken;
        let file = create::open(&self.conf.log_file, self.conf.log_group, self.conf.flush)?;
        let meta = file.metadata()?;
        let (size, id) = (meta.len(), (meta.dev(), meta.ino()));
        let torn = is_torn(&file, size)?;
        self.upkeep.age = Age::opened(size == 0);
        let full_at = self.full_at();
        self.sink = Sink::Open(Open { file: Arc::new(file), id, size, torn, full_at, is_archive: false });
        Ok(())
    }

    /// `max_log_file` in bytes.
    pub(crate) fn full_at(&self) -> u64 {
        match u64::from(self.conf.max_log_file) * MIB {
            0 => u64::MAX,
            limit => limit,
        }
    }

    /// Appends `batch`, which is `records` whole lines with their newlines.
    ///
    /// Checks after the write whether the log is full and space is left, and takes the actions configured. A log that gets
    /// full in the middle of a batch is rotated there, between two events.
    ///
    /// # Errors
    /// Which part of the batch is not on disk. There is no torn line then: what was written of a line that did not fit is
    /// taken back. With `write_logs = no` nothing is meant for the disk, and nothing fails.
    pub fn write(&mut self, batch: &[u8], records: usize) -> Result<(), NotWritten> {
        self.leave_archive();
        let mut rest = batch;
        let (mut retried, mut anew) = (false, false);
        while !rest.is_empty() {
            if matches!(self.sink, Sink::Broken)
                && let Err(error) = self.reopen()
            {
                self.failed(&error);
                return Err(self.give_up(rest, Why::Failed(error)));
            }
            let Sink::Open(open) = &mut self.sink else { break };
            let room = if open.size < open.full_at { open.full_at - open.size } else { u64::MAX };
            let (head, tail) = rest.split_at_checked(cut(rest, room)).unwrap_or((rest, &[]));
            match open.append(head, &mut self.notices, &self.conf.log_file) {
                Ok(()) => {
                    if !open.is_as_left(&mut self.notices, &self.conf.log_file) && !std::mem::replace(&mut anew, true) {
                        // what went into a file that nobody can open any more is written again
                        self.sink = Sink::Broken;
                        continue;
                    }
                    let lines = if head.len() == batch.len() { records } else { count_lines(head) };
                    rest = tail;
                    self.wrote(lines);
                }
                Err((whole, error)) => {
                    self.written += count_lines(rest.get(..whole).unwrap_or_default()) as u64;
                    rest = rest.get(whole..).unwrap_or_default();
                    if !self.failed(&error) || std::mem::replace(&mut retried, true) {
                        return Err(self.give_up(rest, Why::Failed(error)));
                    }
                }
            }
        }
        match self.sink {
            Sink::Suspended if !rest.is_empty() => Err(self.give_up(rest, Why::Suspended)),
            _ => Ok(()),
        }
    }

    /// Opens the log that could not be opened when it was rotated, if it can be now.
    fn leave_archive(&mut self) {
        if matches!(&self.sink, Sink::Open(open) if open.is_archive) {
            let archive = std::mem::replace(&mut self.sink, Sink::Broken);
            if self.reopen().is_err() {
                self.sink = archive;
            }
        }
    }

    /// Where a batch of this length would be written now, should the log neither be rotated in its middle nor be opened anew.
    pub fn next_place(&self, len: usize) -> Option<Place> {
        let Sink::Open(Open { id: (device, inode), size, .. }) = self.sink else { return None };
        Some(Place { device, inode, offset: size, len: len as u64 })
    }

    fn give_up(&mut self, rest: &[u8], why: Why) -> NotWritten {
        let records = count_lines(rest);
        self.not_written += records as u64;
        NotWritten { records, bytes: rest.len(), why }
    }

    /// What follows a successful write.
    fn wrote(&mut self, records: usize) {
        self.written += records as u64;
        let Sink::Open(open) = &self.sink else { return };
        if let Err(error) = self.flusher.wrote(&open.file, records) {
            self.failed(&error);
        }
        self.check_size();
        self.check_space();
    }

    /// What the administrator should know, since the last call.
    pub fn notices(&mut self) -> std::vec::Drain<'_, Notice> {
        self.notices.drain(..)
    }

    /// What is to be done outside of the log, since the last call.
    pub fn orders(&mut self) -> std::vec::Drain<'_, Order> {
        self.orders.drain(..)
    }

    /// Whether space has got so low that `space_left_action` was taken.
    pub fn is_low(&self) -> bool {
        self.low_space.has_acted()
    }

    /// How the log is.
    pub fn state(&self) -> State {
        let open = if let Sink::Open(open) = &self.sink { Some(open) } else { None };
        let free = open.and_then(|open| Free::of(&open.file).ok());
        State {
            writes_logs: self.conf.write_logs,
            size: open.map_or(self.size_before, |open| open.size),
            full_at: u64::from(self.conf.max_log_file) * MIB,
            known_files: self.known_files,
            free,
            thresholds: free.map(|free| [self.low_space.bytes(&free), self.admin_space.bytes(&free)]),
            suspended: matches!(self.sink, Sink::Suspended),
            low_space_acted: self.low_space.has_acted(),
            admin_space_acted: self.admin_space.has_acted(),
            disk_full: self.disk_full_acted,
            disk_error: self.disk_errors > 0,
            written: self.written,
            not_written: self.not_written,
        }
    }

    /// Takes new settings, as at a reload: reopens the log if it is another, or opened otherwise; warnings about space
    /// are armed again if they are others. Writing goes on after a suspension if what is about the log itself has changed.
    ///
    /// # Errors
    /// The log could not be opened under its new settings; it is tried again with the next batch.
    pub fn reconfigure(&mut self, conf: &AuditdConf) -> Result<(), LogError> {
        let old = std::mem::replace(&mut self.conf, conf.clone());
        self.disk_errors = 0;
        if (old.flush, old.freq) != (conf.flush, conf.freq) {
            self.flusher = Flusher::new(conf.flush, conf.freq as usize).map_err(LogError::Thread)?;
        }
        let space = |conf: &AuditdConf| {
            let actions = (conf.space_left_action.clone(), conf.admin_space_left_action.clone());
            (conf.space_left, conf.admin_space_left, actions, conf.disk_full_action.clone(), conf.log_file.clone())
        };
        if space(&old) != space(conf) {
            (self.low_space, self.admin_space) = Threshold::both(conf);
            self.disk_full_acted = false;
            self.remove_excess();
        }
        let opened = |conf: &AuditdConf| (conf.write_logs, conf.log_group, conf.flush, conf.log_file.clone());
        let limit = |conf: &AuditdConf| (conf.max_log_file, conf.max_log_file_action.clone());
        let ends_suspension = matches!(self.sink, Sink::Suspended) && limit(&old) != limit(conf);
        if opened(&old) != opened(conf) || ends_suspension {
            return self.begin(false);
        }
        let full_at = self.full_at();
        if let Sink::Open(open) = &mut self.sink {
            open.full_at = full_at;
        }
        self.check_size();
        self.check_space();
        Ok(())
    }
}

impl Open {
    /// Whether the log still has a name. Takes note of what somebody else has done to it since we wrote last.
    fn is_as_left(&mut self, notices: &mut Vec<Notice>, log: &Path) -> bool {
        let Ok(meta) = self.file.metadata() else { return true };
        if meta.nlink() == 0 {
            notices.push(Notice::Deleted(log.to_owned()));
            return false;
        }
        if meta.len() < self.size {
            notices.push(Notice::Truncated(log.to_owned()));
        }
        self.size = meta.len();
        true
    }

    /// Appends lines.
    ///
    /// On failure gives the length of the whole lines that were written; what was written of the next is taken back, or,
    /// where that is not possible, ended by a newline with the next write.
    fn append(&mut self, lines: &[u8], notices: &mut Vec<Notice>, log: &Path) -> Result<(), (usize, io::Error)> {
        if self.torn {
            write_all(&self.file, b"\n").map_err(|(_, error)| (0, error))?;
            self.size += 1;
            self.torn = false;
            notices.push(Notice::TornLine(log.to_owned()));
        }
        let Err((done, error)) = write_all(&self.file, lines) else {
            self.size += lines.len() as u64;
            self.torn = !lines.ends_with(b"\n");
            return Ok(());
        };
        let part = lines.get(..done).unwrap_or_default();
        let whole = memchr::memrchr(b'\n', part).map_or(0, |at| at + 1);
        let end = self.size + done as u64;
        self.size += whole as u64;
        // Should somebody else have appended meanwhile, nothing of theirs is cut off.
        let ours = whole < done && self.file.metadata().is_ok_and(|meta| meta.len() == end);
        if whole < done && !(ours && self.file.set_len(self.size).is_ok()) {
            self.torn = true;
            self.size = end;
        }
        Err((whole, error))
    }
}

/// Like `Write::write_all`, but says how far it came.
fn write_all(mut file: &File, bytes: &[u8]) -> Result<(), (usize, io::Error)> {
    let mut done = 0;
    while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
        match file.write(rest) {
            Ok(0) => return Err((done, io::ErrorKind::WriteZero.into())),
            Ok(n) => done += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err((done, error)),
        }
    }
    Ok(())
}

fn count_lines(lines: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', lines).count() + usize::from(!lines.is_empty() && !lines.ends_with(b"\n"))
}

#[cfg(test)]
pub(crate) mod tests;
