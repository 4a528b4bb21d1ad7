//! The file of an index: where it is, whether it may be believed, reading it, and bringing it up to date.
//!
//! `DIR/.index/INODE-DEVICE.idx` beside the log, so that a rotation, which renames logs, keeps it. It has a header and then
//! [`Entry`] after entry, of blocks that follow one another from the log's beginning. Only whole blocks get in: the end of a growing log is not in it.

mod header;
mod place;

use crate::build::Builder;
use crate::entry::{ENTRY, Entry, LONGEST};
use crate::hash;
use header::{HEADER, Header};
use nix::fcntl::{Flock, FlockArg};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;

/// Bytes at the log's beginning, and at the end of what is indexed, by which it is known again.
const LOOK: u64 = 4096;
/// Bytes of the log read at once: no block has more.
const AT_ONE_GO: usize = LONGEST as usize;
/// Entries read at once.
const AT_ONCE: u64 = 64;

/// An index that may be believed.
#[derive(Debug)]
pub struct Index {
    file: File,
    entries: u64,
    covered: u64,
    /// Entries from `from` on, as they stand in the file.
    read: Vec<u8>,
    from: u64,
}

impl Index {
    /// The index of this log, which is open and in `dir`. Nothing if there is none, or if it is not of what the log holds now.
    pub fn of(log: &File, dir: &Path) -> Option<Self> {
        let meta = log.metadata().ok()?;
        let file = place::open(dir, &meta).ok()?;
        let header = Header::read(&file)?;
        header.is_of(log, &meta).then_some(())?;
        Some(Self { file, entries: header.entries, covered: header.covered, read: Vec::new(), from: 0 })
    }

    /// How many blocks it has.
    pub fn len(&self) -> u64 {
        self.entries
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// How many bytes of the log it covers.
    pub fn covered(&self) -> u64 {
        self.covered
    }

    /// What is known of a block, counted from 0; nothing behind the last one, and where the file is damaged.
    pub fn entry(&mut self, number: u64) -> Option<Entry> {
        if number >= self.entries {
            return None;
        }
        if number < self.from || number >= self.from + (self.read.len() / ENTRY) as u64 {
            self.read.resize((AT_ONCE.min(self.entries - number) as usize) * ENTRY, 0);
            self.from = number;
            let read = self.file.read_exact_at(&mut self.read, HEADER as u64 + number * ENTRY as u64);
            if read.is_err() {
                self.read.clear();
                return None;
            }
        }
        let at = (number - self.from) as usize * ENTRY;
        Entry::from_bytes(self.read.get(at..)?.first_chunk()?)
    }
}

/// Makes the index of a log, or brings it up to date. Gives how many bytes of the log were read for that.
///
/// One that somebody else is writing is left to them. What is compressed has no index.
///
/// # Errors
/// What reading the log or writing the index gives.
pub fn update(log: &Path) -> io::Result<u64> {
    let mut file = File::open(log)?;
    let meta = file.metadata()?;
    if !meta.is_file() || raudit_log::unpack::is_packed(&file)? {
        return Ok(0);
    }
    let dir = log.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let written = match Flock::lock(place::create(dir, &meta)?, FlockArg::LockExclusiveNonblock) {
        Ok(locked) => locked,
        Err(_) => return Ok(0),
    };
    let known = Header::read(&written).filter(|header| header.is_of(&file, &meta) && is_whole(&written, header));
    if known.is_none() {
        // who reads it meanwhile finds its end
        written.set_len(0)?;
    }
    let mut header = known.unwrap_or_else(|| Header::new(&meta));
    file.seek(SeekFrom::Start(header.covered))?;
    let before = header.covered;
    let mut index = &*written;
    index.seek(SeekFrom::Start(HEADER as u64 + header.entries * ENTRY as u64))?;
    let (mut builder, mut text, mut filled) = (Builder::default(), vec![0; AT_ONE_GO], 0);
    loop {
        let read = match text.get_mut(filled..) {
            // a line without an end is nothing that can be searched for: better no index than its memory
            None | Some([]) => break,
            Some(room) => file.read(room)?,
        };
        filled += read;
        let (mut from, mut entries) = (0, Vec::new());
        while let Some(rest) = text.get(from..filled)
            && let Some(block) = Builder::next(rest).and_then(|len| rest.get(..len))
        {
            entries.extend_from_slice(&builder.entry(block).to_bytes());
            from += block.len();
            header.entries += 1;
        }
        header.covered += from as u64;
        index.write_all(&entries)?;
        text.copy_within(from..filled, 0);
        filled -= from;
        if read == 0 {
            break;
        }
    }
    if header.covered > before || known_nothing(&written) {
        header.look_at(&file)?;
        header.write(&written)?;
        written.set_len(HEADER as u64 + header.entries * ENTRY as u64)?;
    }
    Ok(header.covered - before)
}

fn known_nothing(file: &File) -> bool {
    Header::read(file).is_none()
}

/// Whether all entries are there, undamaged, and cover what the header says.
fn is_whole(file: &File, header: &Header) -> bool {
    let Ok(file) = file.try_clone() else { return false };
    let mut index = Index { file, entries: header.entries, covered: header.covered, read: Vec::new(), from: 0 };
    let lens = (0..header.entries).map(|number| index.entry(number).map(|entry| u64::from(entry.len)));
    lens.sum::<Option<u64>>() == Some(header.covered)
}

/// A hash of a part of a log; nothing if that is not there.
fn hash_of(log: &File, from: u64, len: u64) -> Option<u64> {
    let mut text = vec![0; usize::try_from(len.min(LOOK)).ok()?];
    log.read_exact_at(&mut text, from).ok()?;
    Some(hash::of(&text))
}

/// Removes the indexes of logs that are not there any more.
///
/// # Errors
/// What listing the directories gives.
pub fn clean(dir: &Path) -> io::Result<()> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let meta = entry?.metadata();
        names.extend(meta.ok().filter(std::fs::Metadata::is_file).map(|meta| place::name(meta.dev(), meta.ino())));
    }
    place::retain(dir, &names)
}

#[cfg(test)]
mod tests;
