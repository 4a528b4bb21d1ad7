//! The head of an index: of which log it is, and how far it goes.

use super::{LOOK, hash_of};
use crate::hash;
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};

/// Bytes of the header. They begin with [`MAGIC`]; then ten numbers of 8 bytes, little endian, in the order of [`Header`]'s fields; then a hash of what is before.
pub(super) const HEADER: usize = 128;
/// Changes with the layout, and with what gets into the filters.
const MAGIC: [u8; 8] = *b"rauidx\x01\n";

/// The numbers of a header.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Header {
    dev: u64,
    inode: u64,
    /// Size and time of change of the log when it was indexed. An archive does not change any more.
    size: u64,
    modified: (u64, u64),
    /// Hashes of the log's beginning, and of the end of what is indexed.
    first: u64,
    last: u64,
    /// How many entries there are.
    pub(super) entries: u64,
    /// How many bytes they cover.
    pub(super) covered: u64,
}

impl Header {
    /// Of a log of which nothing is indexed.
    pub(super) fn new(meta: &Metadata) -> Self {
        Self { dev: meta.dev(), inode: meta.ino(), ..Self::default() }
    }

    /// Notes what the log looks like now.
    ///
    /// # Errors
    /// The log is shorter than what is indexed, or cannot be read.
    pub(super) fn look_at(&mut self, log: &File) -> io::Result<()> {
        let meta = log.metadata()?;
        let gone = || io::Error::other("the log was cut off meanwhile");
        (self.size, self.modified) = (meta.len(), modified(&meta));
        self.first = hash_of(log, 0, self.covered).ok_or_else(gone)?;
        self.last = hash_of(log, self.covered.saturating_sub(LOOK), self.covered).ok_or_else(gone)?;
        Ok(())
    }

    /// Whether this log still begins with what was indexed.
    pub(super) fn is_of(&self, log: &File, meta: &Metadata) -> bool {
        (self.dev, self.inode) == (meta.dev(), meta.ino())
            && meta.len() >= self.covered
            && (meta.len() > self.size || (meta.len() == self.size && modified(meta) == self.modified))
            && hash_of(log, 0, self.covered) == Some(self.first)
            && hash_of(log, self.covered.saturating_sub(LOOK), self.covered) == Some(self.last)
    }

    /// The header of an index; nothing if that is none, or not whole.
    pub(super) fn read(file: &File) -> Option<Self> {
        let mut bytes = [0; HEADER];
        file.read_exact_at(&mut bytes, 0).ok()?;
        let (head, sum) = bytes.split_last_chunk::<8>()?;
        let numbers = head.strip_prefix(&MAGIC).filter(|_| hash::of(head) == u64::from_le_bytes(*sum))?;
        let (numbers, _) = numbers.as_chunks::<8>();
        let mut numbers = numbers.iter().map(|bytes| u64::from_le_bytes(*bytes));
        let mut next = || numbers.next();
        Some(Self {
            dev: next()?,
            inode: next()?,
            size: next()?,
            modified: (next()?, next()?),
            first: next()?,
            last: next()?,
            entries: next()?,
            covered: next()?,
        })
    }

    /// Writes it.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn write(&self, file: &File) -> io::Result<()> {
        let Self { dev, inode, size, modified, first, last, entries, covered } = *self;
        let mut bytes = MAGIC.to_vec();
        for number in [dev, inode, size, modified.0, modified.1, first, last, entries, covered] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.resize(HEADER - 8, 0);
        let sum = hash::of(&bytes);
        bytes.extend_from_slice(&sum.to_le_bytes());
        file.write_all_at(&bytes, 0)
    }
}

fn modified(meta: &Metadata) -> (u64, u64) {
    (meta.mtime().cast_unsigned(), meta.mtime_nsec().cast_unsigned())
}
