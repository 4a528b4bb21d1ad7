//! Events on disk: what a plugin has not read in time and is not to lose.
//!
//! ```text
//!   0          8          16                      position          end
//!   | raudispl | position | (hole: was read)      | frames ...      |
//! ```
//!
//! `position` is a `u64` in the byte order of the machine: where the first event lies that no plugin has taken. What lies before it is given
//! back to the file system as a hole. A new file begins with a hole, too, as large as the memory queue may be: there goes
//! what was on its way to the plugin when it stopped, which is older than all that is in the file.
//!
//! After a crash up to a queue of events is delivered a second time, since the position is written behind the deliveries.

use crate::frame::{MAX_PAYLOAD, parse};
use crate::queue::Event;
use nix::fcntl::{FallocateFlags, Flock, FlockArg, OFlag, fallocate};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"raudispl";
/// The length of magic and position.
const HEADER: u64 = 16;
/// How much is read or written at once; more than a frame.
const CHUNK: usize = 64 << 10;
/// What was read is given back in pieces of this size.
const HOLE: u64 = 1 << 20;

/// Why an event was not kept.
#[derive(Debug, thiserror::Error)]
pub enum SpillError {
    /// The file is as large as it may be.
    #[error("the limit of {0} bytes is reached")]
    Full(u64),
    /// It cannot be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A file of events, in their order.
#[derive(Debug)]
pub struct Spill {
    file: Flock<File>,
    limit: u64,
    /// The hole a new file begins with.
    gap: u64,
    /// Where the next event to be read lies.
    position: u64,
    /// The end of what is written.
    end: u64,
    /// To be written at the end.
    pending: Vec<u8>,
    /// Up to where the file was made a hole.
    hole: u64,
}

impl Spill {
    /// Opens a file, or makes it, with its directory. Only one process at a time may have it open.
    ///
    /// `limit`: how many bytes of events it may hold. `gap`: how many [`Spill::put_back`] may have to take.
    /// Also returns how many bytes were no events (the end of a file whose writer was killed) and were cut off.
    ///
    /// # Errors
    /// What opening, locking or reading give; the file is none of these.
    pub fn open(path: &Path, limit: u64, gap: u64) -> io::Result<(Self, u64)> {
        if let Some(dir) = path.parent() {
            DirBuilder::new().recursive(true).mode(0o750).create(dir)?;
        }
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(OFlag::O_NOFOLLOW.bits())
            .open(path)?;
        let file = Flock::lock(file, FlockArg::LockExclusiveNonblock)
            .map_err(|(_, errno)| io::Error::other(format!("another process uses it ({errno})")))?;
        let length = file.metadata()?.len();
        let mut spill =
            Self { file, limit, gap, position: HEADER + gap, end: HEADER + gap, pending: Vec::new(), hole: HEADER };
        if length == 0 {
            spill.start_anew()?;
            return Ok((spill, 0));
        }
        let mut header = [0; HEADER as usize];
        let (magic, position) = match spill.file.read_exact_at(&mut header, 0) {
            Ok(()) => header.split_at(MAGIC.len()),
            Err(_) => (&header[..0], &header[..0]),
        };
        let position = position.try_into().map_or(0, u64::from_ne_bytes);
        if magic != MAGIC || !(HEADER..=length).contains(&position) {
            return Err(io::Error::other("it is no file of events"));
        }
        (spill.position, spill.end) = (position, position);
        spill.end = spill.find_end(length)?;
        let torn = length - spill.end;
        if torn > 0 {
            spill.file.set_len(spill.end)?;
        }
        Ok((spill, torn))
    }

    /// How many bytes of events it holds.
    pub fn bytes(&self) -> u64 {
        self.end - self.position + self.pending.len() as u64
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    /// Where the next event lies that [`Spill::read`] gives.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Adds an event at the end; it is on its way to the disk after [`Spill::flush`].
    ///
    /// # Errors
    /// The event is not kept.
    pub fn append(&mut self, event: &Event) -> Result<(), SpillError> {
        if self.bytes() + event.len() as u64 > self.limit {
            return Err(SpillError::Full(self.limit));
        }
        if self.pending.len() + event.len() > CHUNK {
            self.flush()?;
        }
        self.pending.extend_from_slice(event);
        Ok(())
    }

    /// Writes what is still in memory.
    ///
    /// # Errors
    /// What writing gives. It stays in memory, for the next time.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.pending, self.end)?;
        self.end += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    /// Takes some events from the front.
    ///
    /// # Errors
    /// What reading gives, or what lies there is no event: nothing more can be read then.
    pub fn read(&mut self) -> io::Result<Vec<Event>> {
        if self.position == self.end {
            self.flush()?;
        }
        let mut bytes = vec![0; CHUNK.min(usize::try_from(self.end - self.position).unwrap_or(CHUNK))];
        self.file.read_exact_at(&mut bytes, self.position)?;
        let (mut events, mut rest) = (Vec::new(), bytes.as_slice());
        while let Some((frame, length)) = parse(rest).map_err(io::Error::other)? {
            events.push(Arc::from(frame.bytes));
            self.position += length as u64;
            rest = rest.get(length..).unwrap_or_default();
        }
        if events.is_empty() && !bytes.is_empty() {
            return Err(io::Error::other("it ends inside an event"));
        }
        Ok(events)
    }

    /// Forgets what cannot be read; gives its size.
    ///
    /// # Errors
    /// What truncating gives.
    pub fn discard(&mut self) -> io::Result<u64> {
        let bytes = self.bytes();
        self.start_anew()?;
        Ok(bytes)
    }

    /// The plugin has taken all that lies before `position`: it is given back to the file system.
    ///
    /// # Errors
    /// What writing gives.
    pub fn done(&mut self, position: u64) -> io::Result<()> {
        if position == self.end && self.is_empty() {
            return self.start_anew();
        }
        self.write_position(position)?;
        let hole = position - position % HOLE;
        if hole > self.hole {
            let flags = FallocateFlags::FALLOC_FL_PUNCH_HOLE | FallocateFlags::FALLOC_FL_KEEP_SIZE;
            // Where there are no holes the file only keeps its size until it is empty.
            let from = self.hole.next_multiple_of(4096);
            let _ = fallocate(&*self.file, flags, signed(from), signed(hole.saturating_sub(from)));
            self.hole = hole;
        }
        Ok(())
    }

    /// Puts events back that were read but not taken, or that never were in the file: they go to the front, in their order.
    ///
    /// # Errors
    /// What writing gives, or there is no room before the front.
    pub fn put_back(&mut self, events: &[Event]) -> io::Result<()> {
        let bytes = events.concat();
        let start = self.position.checked_sub(bytes.len() as u64).filter(|start| *start >= HEADER);
        let start = start.ok_or_else(|| io::Error::other("no room before the first event"))?;
        self.file.write_all_at(&bytes, start)?;
        self.position = start;
        self.hole = self.hole.min(start - start % HOLE);
        Ok(())
    }

    /// Writes everything down for the next time.
    ///
    /// # Errors
    /// What writing gives.
    pub fn close(mut self) -> io::Result<()> {
        self.flush()?;
        if self.is_empty() {
            return self.start_anew();
        }
        self.write_position(self.position)?;
        self.file.sync_data()
    }

    fn write_position(&self, position: u64) -> io::Result<()> {
        self.file.write_all_at(&position.to_ne_bytes(), MAGIC.len() as u64)
    }

    fn start_anew(&mut self) -> io::Result<()> {
        let start = HEADER + self.gap;
        self.pending.clear();
        self.file.set_len(0)?;
        self.file.set_len(start)?;
        self.file.write_all_at(MAGIC, 0)?;
        self.write_position(start)?;
        (self.position, self.end, self.hole) = (start, start, HEADER);
        Ok(())
    }

    /// The end of the last whole event.
    fn find_end(&self, length: u64) -> io::Result<u64> {
        let mut end = self.position;
        let mut bytes = vec![0; CHUNK.max(2 * MAX_PAYLOAD)];
        while end < length {
            let size = usize::try_from(length - end).map_or(bytes.len(), |left| left.min(bytes.len()));
            let part = bytes.get_mut(..size).unwrap_or_default();
            self.file.read_exact_at(part, end)?;
            let mut used = 0;
            while let Ok(Some((_, length))) = parse(part.get(used..).unwrap_or_default()) {
                used += length;
            }
            if used == 0 {
                break;
            }
            end += used as u64;
        }
        Ok(end)
    }
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Version, push};
    use raudit_record::Kind;
    use std::os::unix::fs::MetadataExt;

    fn event(number: u64, length: usize) -> Event {
        let mut frame = Vec::new();
        push(&mut frame, Version::Line, Kind::PATH, format!("{number}:{}", "x".repeat(length)).as_bytes()).unwrap();
        frame.into()
    }

    fn numbers(events: &[Event]) -> Vec<u64> {
        let number = |event: &Event| {
            let text = String::from_utf8(event[16..].to_vec()).unwrap();
            text.split(':').next().unwrap().parse().unwrap()
        };
        events.iter().map(number).collect()
    }

    fn read_all(spill: &mut Spill) -> Vec<u64> {
        let mut found = Vec::new();
        while !spill.is_empty() {
            found.extend(numbers(&spill.read().unwrap()));
        }
        found
    }

    #[test]
    fn events_come_back_in_order_and_what_was_taken_is_given_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("made/x.spill");
        let (mut spill, _) = Spill::open(&path, 64 << 20, 1 << 20).unwrap();
        for number in 0..5000 {
            spill.append(&event(number, 2000)).unwrap();
        }
        let (mut found, mut largest) = (Vec::new(), 0);
        while found.len() < 4000 {
            found.extend(numbers(&spill.read().unwrap()));
            largest = largest.max(std::fs::metadata(&path).unwrap().blocks() * 512);
            spill.done(spill.position()).unwrap();
        }
        assert!(largest > 8 << 20);
        assert!(std::fs::metadata(&path).unwrap().blocks() * 512 < 4 << 20, "it keeps what was taken");
        spill.append(&event(5000, 1)).unwrap();
        found.extend(read_all(&mut spill));
        assert_eq!(found, (0..=5000).collect::<Vec<_>>());
        spill.done(spill.position()).unwrap();
        assert!(std::fs::metadata(&path).unwrap().blocks() * 512 < 64 << 10);
        assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    }

    #[test]
    fn what_was_on_its_way_goes_to_the_front_and_outlives_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.spill");
        let (mut spill, _) = Spill::open(&path, 1 << 20, 1 << 20).unwrap();
        (10..20).for_each(|number| spill.append(&event(number, 10)).unwrap());
        let read = spill.read().unwrap();
        assert_eq!(numbers(&read), (10..20).collect::<Vec<_>>());
        let older: Vec<_> = (0..10).map(|number| event(number, 100)).chain(read[3..].iter().cloned()).collect();
        spill.put_back(&older).unwrap();
        assert!(Spill::open(&path, 1 << 20, 0).is_err(), "it is in use");
        spill.close().unwrap();
        let (mut spill, torn) = Spill::open(&path, 1 << 20, 1 << 20).unwrap();
        assert_eq!((read_all(&mut spill), torn), ((0..10).chain(13..20).collect(), 0));
    }

    #[test]
    fn a_limit_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let (mut spill, _) = Spill::open(&dir.path().join("x"), 1000, 0).unwrap();
        let kept = (0..100).filter(|number| spill.append(&event(*number, 84)).is_ok()).count();
        assert_eq!(kept, 9);
        assert_eq!(read_all(&mut spill), (0..9).collect::<Vec<_>>());
        spill.done(spill.position()).unwrap();
        spill.append(&event(9, 1)).unwrap();
    }

    #[test]
    fn whatever_lies_there_nothing_whole_before_it_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let (mut spill, _) = Spill::open(&path, 1 << 20, 4096).unwrap();
        (0..50).for_each(|number| spill.append(&event(number, 50)).unwrap());
        spill.close().unwrap();
        let whole = std::fs::read(&path).unwrap();
        for cut in [1, 30, 68, 69] {
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            let (mut spill, torn) = Spill::open(&path, 1 << 20, 4096).unwrap();
            assert_eq!(read_all(&mut spill), (0..49).collect::<Vec<_>>());
            assert!(torn < 70);
        }
        std::fs::write(&path, [&whole[..], &[0xff; 100_000]].concat()).unwrap();
        let (mut spill, torn) = Spill::open(&path, 1 << 20, 4096).unwrap();
        assert_eq!((read_all(&mut spill).len(), torn), (50, 100_000));
        drop(spill);
        for foreign in [&b"root:x:0:0"[..], b"raudispl\0\0\0\0\0\0\0\0", b"raudispl\xff\xff\xff\xff\xff\xff\xff\x7f12"]
        {
            std::fs::write(&path, foreign).unwrap();
            assert!(Spill::open(&path, 1 << 20, 0).is_err());
            assert_eq!(std::fs::read(&path).unwrap(), foreign, "it is not ours to change");
        }
    }
}
