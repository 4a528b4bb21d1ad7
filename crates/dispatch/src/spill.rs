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
//! After a crash up to a queue of events is delivered a second time, since the position is written behind the deliveries. What is no event
//! then, because the machine stopped between two writes, is passed over. The header is never given back to the file system: it
//! can be written when the disk is full.

use crate::frame::parse;
use crate::queue::Event;
use nix::fcntl::{FallocateFlags, Flock, FlockArg, OFlag, fallocate};
use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

mod scan;

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
    /// Up to where all was taken, as the file says.
    taken: u64,
    /// To be written at the end.
    pending: Vec<u8>,
    /// How many events all of it is.
    events: u64,
    /// Up to where the file was made a hole.
    hole: u64,
}

impl Spill {
    /// Opens a file, or makes it, with its directory. Only one process at a time may have it open.
    ///
    /// `limit`: how many bytes of events it may hold. `gap`: how many [`Spill::put_back`] may have to take.
    /// Also returns how many bytes of it were no events, because its writer was killed or the machine stopped: they are passed over.
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
        let start = HEADER + gap;
        let pending = Vec::new();
        let mut spill =
            Self { file, limit, gap, position: start, end: start, taken: start, pending, events: 0, hole: HEADER };
        let Some(position) = position(&spill.file, length)? else {
            spill.start_anew()?;
            return Ok((spill, 0));
        };
        let found = scan::all(&spill.file, position, length)?;
        if found.events == 0 {
            spill.start_anew()?;
            return Ok((spill, found.other));
        }
        (spill.position, spill.taken, spill.end, spill.events) = (found.start, found.start, found.end, found.events);
        spill.write_position(found.start)?;
        spill.file.set_len(found.end)?;
        Ok((spill, found.other))
    }

    /// How many bytes of events it holds.
    pub fn bytes(&self) -> u64 {
        self.end - self.position + self.pending.len() as u64
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.bytes() == 0
    }

    /// How many events it holds.
    pub fn events(&self) -> u64 {
        self.events
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
        self.events += 1;
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

    /// Takes some events from the front. What is still in memory need not go to the disk for that.
    ///
    /// # Errors
    /// What reading gives, or no event lies there: nothing more can be read then.
    pub fn read(&mut self) -> io::Result<Vec<Event>> {
        if self.position == self.end {
            let (events, _) = frames(&self.pending);
            self.pending.clear();
            self.events = 0;
            return Ok(events);
        }
        loop {
            let mut bytes = vec![0; CHUNK.min(usize::try_from(self.end - self.position).unwrap_or(CHUNK))];
            self.file.read_exact_at(&mut bytes, self.position)?;
            let (events, length) = frames(&bytes);
            if !events.is_empty() {
                self.position += length as u64;
                self.events = self.events.saturating_sub(events.len() as u64);
                return Ok(events);
            }
            let next = scan::next(&self.file, self.position + 1, self.end)?;
            self.position = next.ok_or_else(|| io::Error::other("it ends inside an event"))?;
        }
    }

    /// Forgets what cannot be read; gives how many events it was.
    ///
    /// # Errors
    /// What truncating gives; it holds nothing all the same.
    pub fn discard(&mut self) -> (u64, io::Result<()>) {
        let events = self.events;
        (events, self.start_anew())
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
        self.taken = position;
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
    /// What writing gives, or there is no room before the front. What was read and not [done](Self::done) will be read again then, and
    /// the rest is lost.
    pub fn put_back(&mut self, events: &[Event]) -> io::Result<()> {
        let bytes = events.concat();
        let start = self.position.checked_sub(bytes.len() as u64).filter(|start| *start >= HEADER);
        let written = match start {
            Some(start) => {
                self.file.write_all_at(&bytes, start).and_then(|()| self.write_position(start)).map(|()| start)
            }
            None => Err(io::Error::other("no room before the first event")),
        };
        let start = match written {
            Ok(start) => start,
            Err(error) => {
                self.position = self.taken;
                self.events =
                    scan::all(&self.file, self.position, self.end)?.events + frames(&self.pending).0.len() as u64;
                return Err(error);
            }
        };
        (self.position, self.taken) = (start, start);
        self.events += events.len() as u64;
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
        self.events = 0;
        (self.position, self.taken, self.end, self.hole) = (start, start, start, HEADER);
        // whatever of this is done when the machine stops: a header, and a file that holds nothing
        self.file.set_len(HEADER)?;
        let mut header = [0; HEADER as usize];
        let (magic, position) = header.split_at_mut(MAGIC.len());
        magic.copy_from_slice(MAGIC);
        position.copy_from_slice(&start.to_ne_bytes());
        self.file.write_all_at(&header, 0)?;
        self.file.set_len(start)
    }
}

/// Where a file says that its first event lies. `None`: it holds nothing, because it is new or was being made anew.
fn position(file: &File, length: u64) -> io::Result<Option<u64>> {
    let mut header = [0; HEADER as usize];
    let held = usize::try_from(length).map_or(header.len(), |length| length.min(header.len()));
    file.read_exact_at(header.get_mut(..held).unwrap_or_default(), 0)?;
    if header == [0; HEADER as usize] {
        return Ok(None);
    }
    let (magic, position) = header.split_at(MAGIC.len());
    let position = position.try_into().map_or(0, u64::from_ne_bytes);
    if magic != MAGIC || held < header.len() || position < HEADER {
        return Err(io::Error::other("it is no file of events"));
    }
    Ok((position < length).then_some(position))
}

/// The whole events that some bytes begin with, and how many bytes they are.
fn frames(bytes: &[u8]) -> (Vec<Event>, usize) {
    let (mut events, mut used) = (Vec::new(), 0);
    while let Ok(Some((frame, length))) = parse(bytes.get(used..).unwrap_or_default()) {
        events.push(Arc::from(frame.bytes));
        used += length;
    }
    (events, used)
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
        for foreign in [&b"root:x:0:0"[..], b"raudispl\0\0\0\0\0\0\0\0", b"raudisp", b"raudispl123"] {
            std::fs::write(&path, foreign).unwrap();
            assert!(Spill::open(&path, 1 << 20, 0).is_err());
            assert_eq!(std::fs::read(&path).unwrap(), foreign, "it is not ours to change");
        }
    }

    #[test]
    fn a_kill_after_events_were_put_back_loses_none_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let (mut spill, _) = Spill::open(&path, 1 << 20, 1 << 20).unwrap();
        (10..200).for_each(|number| spill.append(&event(number, 50)).unwrap());
        spill.flush().unwrap();
        let read = spill.read().unwrap();
        spill.done(spill.position()).unwrap();
        assert_eq!(read.len(), 190);
        (200..300).for_each(|number| spill.append(&event(number, 50)).unwrap());
        spill.flush().unwrap();
        // these were not in the file, and have other lengths
        spill.put_back(&(150..200).map(|number| event(number, 33)).collect::<Vec<_>>()).unwrap();
        // as kill -9: nothing more is written
        drop(spill);
        let (mut spill, torn) = Spill::open(&path, 1 << 20, 1 << 20).unwrap();
        assert_eq!(spill.events(), 150);
        assert_eq!((read_all(&mut spill), torn, spill.events()), ((150..300).collect(), 0, 0));
    }

    #[test]
    fn where_the_position_is_wrong_the_next_event_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let (mut spill, _) = Spill::open(&path, 1 << 20, 4096).unwrap();
        (0..1000).for_each(|number| spill.append(&event(number, 200)).unwrap());
        spill.close().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        let start = 16 + 4096;
        // into the middle of the third event, and a hole in the middle of all
        bytes[8..16].copy_from_slice(&(start as u64 + 500).to_ne_bytes());
        let middle = bytes.len() / 2;
        bytes[middle..middle + 1000].fill(0);
        std::fs::write(&path, &bytes).unwrap();
        let (mut spill, other) = Spill::open(&path, 1 << 20, 4096).unwrap();
        let held = spill.events();
        let found = read_all(&mut spill);
        assert_eq!((found.len() as u64, spill.events()), (held, 0));
        assert!(found[0] == 3 && found[found.len() - 1] == 999 && (990..997).contains(&found.len()), "{found:?}");
        assert!((1000..2500).contains(&other), "{other}");
    }

    #[test]
    fn a_file_that_was_being_made_anew_is_made_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x");
        let behind = [&MAGIC[..], &5000_u64.to_ne_bytes(), b"no events"].concat();
        for left in [&[0; 4096][..], &[0; 5], &behind, &behind[..16]] {
            std::fs::write(&path, left).unwrap();
            let (mut spill, other) = Spill::open(&path, 1 << 20, 4096).unwrap();
            assert!(spill.is_empty() && other == 0);
            spill.append(&event(1, 5)).unwrap();
            spill.close().unwrap();
            let (mut spill, _) = Spill::open(&path, 1 << 20, 4096).unwrap();
            assert_eq!(read_all(&mut spill), [1]);
        }
    }

    #[test]
    fn what_is_in_memory_needs_no_disk_and_what_cannot_be_put_back_is_read_again() {
        let dir = tempfile::tempdir().unwrap();
        let (mut spill, _) = Spill::open(&dir.path().join("x"), 1 << 20, 0).unwrap();
        (0..10).for_each(|number| spill.append(&event(number, 5)).unwrap());
        let length = spill.file.metadata().unwrap().len();
        assert_eq!(numbers(&spill.read().unwrap()), (0..10).collect::<Vec<_>>());
        assert_eq!((spill.file.metadata().unwrap().len(), spill.events()), (length, 0));
        (10..20).for_each(|number| spill.append(&event(number, 5)).unwrap());
        spill.flush().unwrap();
        let read = spill.read().unwrap();
        let more = [vec![event(9, 5)], read].concat();
        assert!(spill.put_back(&more).is_err(), "there is no room for one more");
        assert_eq!(spill.events(), 10);
        assert_eq!(read_all(&mut spill), (10..20).collect::<Vec<_>>());
    }
}
