//! A queue in a file. What has been pushed outlives the process; after a crash of the machine it is as old as what the kernel had
//! written, as with auditd's program.

use super::Front;
use super::header::{ENTRY, HEADER, Header, STATE_AT};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl, posix_fallocate};
use raudit_remote::protocol::RECORD_MAX;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// A queue file, locked.
#[derive(Debug)]
pub struct FileQueue {
    file: File,
    header: Header,
}

impl FileQueue {
    /// Opens or makes a queue file with room for `depth` records. One that has another size is made anew with what is in it.
    ///
    /// # Errors
    /// A line: the file is somebody else's, in use, broken, or holds more than `depth` records. It stays as it is.
    pub fn open(path: &Path, depth: u32) -> Result<Self, String> {
        let fail = |what: String| format!("queue file {}: {what}", path.display());
        let file = options().create(true).open(path).map_err(|e| fail(format!("cannot open: {e}")))?;
        let queue = Self::take(file, depth).map_err(fail)?;
        if queue.header.entries == depth {
            return Ok(queue);
        }
        if queue.header.length > depth {
            let held = queue.header.length;
            return Err(fail(format!(
                "holds {held} records, and queue_depth is {depth}: raise it until they are sent"
            )));
        }
        queue.resized(path, depth).map_err(|e| fail(format!("cannot be resized: {e}")))
    }

    fn take(file: File, depth: u32) -> Result<Self, String> {
        lock(&file).map_err(|e| match e {
            Errno::EACCES | Errno::EAGAIN => "in use by another process".to_owned(),
            e => format!("cannot lock: {e}"),
        })?;
        let meta = file.metadata().map_err(|e| format!("cannot stat: {e}"))?;
        if !meta.is_file() {
            return Err("is not a regular file".into());
        }
        if meta.len() == 0 {
            return Self::make(file, depth);
        }
        let refused = |what: &str| format!("{what}; move it away to begin anew");
        let mut bytes = [0; HEADER];
        file.read_exact_at(&mut bytes, 0).map_err(|e| refused(&format!("cannot read its header: {e}")))?;
        let header = Header::decode(&bytes).map_err(refused)?;
        if header.file_size() != meta.len() {
            // it was being made: there is nothing in it yet
            if header.length == 0 && meta.len() < header.file_size() {
                return Self::make(file, depth);
            }
            let (is, should) = (meta.len(), header.file_size());
            return Err(refused(&format!("it is cut short or too long: {is} bytes, {should} by its header")));
        }
        Ok(Self { file, header })
    }

    /// The header first: a file that is cut short after it is known for one that was being made.
    fn make(file: File, depth: u32) -> Result<Self, String> {
        let header = Header { entries: depth, head: 0, length: 0 };
        let size = i64::try_from(header.file_size()).map_err(|e| e.to_string())?;
        let made = file.write_all_at(&header.encode(), 0).and_then(|()| Ok(posix_fallocate(&file, 0, size)?));
        made.map_err(|e| {
            // nothing of it may stay that looks like a queue
            drop(file.set_len(0));
            format!("no room for queue_depth = {depth}, {size} bytes: {e}")
        })?;
        Ok(Self { file, header })
    }

    /// Another file in the place of this, which has all that is in this.
    fn resized(mut self, path: &Path, depth: u32) -> io::Result<Self> {
        let name = path.file_name().unwrap_or_default();
        let mut made = tempfile::Builder::new();
        made.prefix(name).suffix("");
        let temporary = made.tempfile_in(path.parent().unwrap_or(Path::new("/")))?;
        // a descriptor closed later would give up the lock: this file is the only one
        let (file, place) = temporary.into_parts();
        lock(&file)?;
        let mut other = Self::make(file, depth).map_err(io::Error::other)?;
        while self.header.length > 0 {
            if let Front::Record(record) = self.front()? {
                other.push(&record)?;
            } else {
                raudit_dispatch::say::warning("a queue entry without end is left out: lost");
            }
            self.forget_front();
        }
        other.file.sync_all()?;
        place.persist(path).map_err(|e| e.error)?;
        Ok(other)
    }

    /// How many records are in it.
    pub fn len(&self) -> u32 {
        self.header.length
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.header.length == 0
    }

    /// Whether there is no room for another.
    pub fn is_full(&self) -> bool {
        self.header.length >= self.header.entries
    }

    /// Adds a record: first the entry, then the header that knows of it.
    ///
    /// # Errors
    /// What writing gives; the queue is as before.
    pub fn push(&mut self, record: &[u8]) -> io::Result<()> {
        if self.is_full() || record.len() as u64 >= ENTRY || record.contains(&0) {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut entry = record.to_vec();
        entry.push(0);
        self.file.write_all_at(&entry, self.header.offset(self.header.length))?;
        let longer = Header { length: self.header.length + 1, ..self.header };
        self.file.write_all_at(&longer.state(), STATE_AT)?;
        self.header = longer;
        Ok(())
    }

    /// What is at the front.
    ///
    /// # Errors
    /// What reading gives.
    pub fn front(&mut self) -> io::Result<Front> {
        if self.is_empty() {
            return Ok(Front::Empty);
        }
        let mut entry = vec![0; ENTRY as usize];
        self.file.read_exact_at(&mut entry, self.header.offset(0))?;
        // an entry could hold more than a record, and nobody would take it
        let text = entry.get(..=RECORD_MAX).unwrap_or(&entry);
        let Some(end) = text.iter().position(|byte| *byte == 0) else { return Ok(Front::Broken) };
        entry.truncate(end);
        Ok(Front::Record(entry))
    }

    /// Removes the one at the front.
    ///
    /// # Errors
    /// What writing gives. For this process the record is gone.
    pub fn pop(&mut self) -> io::Result<()> {
        self.forget_front();
        self.file.write_all_at(&self.header.state(), STATE_AT)
    }

    fn forget_front(&mut self) {
        let Header { entries, head, length } = self.header;
        if length > 0 {
            self.header = Header { entries, head: (head + 1) % entries.max(1), length: length - 1 };
        }
    }
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // a FIFO that somebody has put there is not waited for
    let flags = nix::fcntl::OFlag::O_NONBLOCK | nix::fcntl::OFlag::O_NOCTTY;
    options.read(true).write(true).mode(0o600).custom_flags(flags.bits());
    options
}

/// As lockf(3) does with the whole file: the lock is this process's, and ends when it closes the file.
fn lock(file: &File) -> Result<(), Errno> {
    let lock = nix::libc::flock {
        l_type: nix::libc::F_WRLCK as i16,
        l_whence: nix::libc::SEEK_SET as i16,
        l_start: 0,
        l_len: 0,
        l_pid: 0,
    };
    fcntl(file, FcntlArg::F_SETLK(&lock)).map(drop)
}

#[cfg(test)]
mod tests;
