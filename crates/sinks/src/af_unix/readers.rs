//! All readers, and what waits while there is none.

use crate::af_unix::listener::Listener;
use crate::af_unix::queue::Queue;
use crate::af_unix::reader::Reader;
use nix::poll::PollFlags;
use raudit_dispatch::patience::Patience;
use raudit_dispatch::say;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

/// Readers at once. Each may hold a queue's memory.
const MOST: usize = 32;
/// How long nobody is accepted after the system refused to.
const REFUSED: Duration = Duration::from_secs(1);

/// How the readers are, for the state report.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct State {
    /// Readers connected.
    pub readers: usize,
    /// Records in the longest queue.
    pub queued: usize,
    /// The most there ever were.
    pub deepest: usize,
    /// Records that fit in a queue.
    pub depth: usize,
    /// Records that readers did not read in time, or left unread beside others.
    pub lost: u64,
    /// Records that were dropped for newer ones while nobody was connected.
    pub unwanted: u64,
}

/// Those who are connected.
#[derive(Debug)]
pub struct Readers {
    list: Vec<Reader>,
    /// While nobody is connected: the newest records, for the next who connects.
    waiting: Queue,
    /// How long full queues are waited for, all together.
    patience: Patience,
    depth: usize,
    deepest: usize,
    /// Of readers that have left.
    lost: u64,
    unwanted: u64,
    /// Nobody is accepted before.
    refused_until: Option<Instant>,
    /// When to say again that there are too many.
    complain_next: Instant,
}

impl Readers {
    /// Nobody yet. Each gets a queue of `depth` records.
    pub fn new(depth: usize, now: Instant) -> Self {
        Self {
            list: Vec::new(),
            waiting: Queue::new(depth),
            patience: Patience::new(now),
            depth,
            deepest: 0,
            lost: 0,
            unwanted: 0,
            refused_until: None,
            complain_next: now,
        }
    }

    /// How they are.
    pub fn state(&self) -> State {
        let longest = self.list.iter().map(|reader| reader.queue().len()).max();
        State {
            readers: self.list.len(),
            queued: longest.unwrap_or(self.waiting.len()),
            deepest: self.deepest,
            depth: self.depth,
            lost: self.lost + self.list.iter().map(Reader::lost).sum::<u64>(),
            unwanted: self.unwanted,
        }
    }

    /// Whether nothing waits for those who are connected.
    pub fn have_all(&self) -> bool {
        self.list.iter().all(|reader| reader.queue().is_empty())
    }

    /// Takes in all who have connected. The first gets what has waited.
    pub fn accept(&mut self, listener: &Listener, now: Instant) {
        // Whoever connects over and over again is not to keep the others waiting.
        for _ in 0..MOST {
            let socket = match listener.accept() {
                Ok(Some(socket)) => socket,
                Ok(None) => return,
                Err(error) => {
                    self.refused_until = Some(now + REFUSED);
                    return self.complain(now, &format!("cannot accept a reader, trying again: {error}"));
                }
            };
            if self.list.len() >= MOST {
                self.complain(now, &format!("{MOST} readers are connected, more are not accepted"));
                continue;
            }
            let empty = Queue::new(self.depth);
            let queue = if self.list.is_empty() { std::mem::replace(&mut self.waiting, empty) } else { empty };
            let reader = Reader::new(socket, queue, now);
            say::notice(format!("{} connected", reader.name()));
            self.list.push(reader);
        }
    }

    /// Says what is wrong, every now and then.
    fn complain(&mut self, now: Instant, text: &str) {
        if now >= self.complain_next {
            self.complain_next = now + Duration::from_secs(10);
            say::warning(text);
        }
    }

    /// Whether to listen for more; after a refusal, not at once again.
    pub fn accepts(&self, now: Instant) -> bool {
        self.refused_until.is_none_or(|until| now >= until)
    }

    /// The readers' descriptors, in an order that holds until the next call that changes who is there.
    pub fn polled(&self) -> impl Iterator<Item = (BorrowedFd<'_>, PollFlags)> {
        self.list.iter().map(Reader::polled)
    }

    /// What has happened at the descriptors, in their order.
    pub fn woken(&mut self, flags: &[PollFlags]) {
        self.list.iter_mut().zip(flags).for_each(|(reader, flags)| reader.woken(*flags));
    }

    /// Queues a record for everybody, or for the next who connects.
    pub fn offer(&mut self, record: &[u8]) {
        let all = &mut self.patience;
        let left = self.list.iter_mut().map(|reader| reader.offer(record, all)).filter(|has| !has).count();
        if left > 0 {
            self.let_go();
            self.lost += if self.list.is_empty() { 0 } else { left as u64 };
        }
        if self.list.is_empty() {
            self.unwanted += self.waiting.push_newest(record);
        }
        let depths = self.list.iter().map(|reader| reader.queue().len());
        self.deepest = depths.chain([self.waiting.len(), self.deepest]).max().unwrap_or(0);
    }

    /// Writes what the sockets take.
    pub fn flush(&mut self) {
        self.list.iter_mut().for_each(Reader::flush);
    }

    /// Lets go of those who have left. What the last one has not read waits for the next.
    pub fn let_go(&mut self) {
        while let Some(at) = self.list.iter().position(Reader::is_gone) {
            let reader = self.list.swap_remove(at);
            self.lost += reader.lost();
            let mut unread = reader.leave();
            if self.list.is_empty() {
                unread.begin_again();
                self.waiting = unread;
            } else {
                self.lost += unread.len() as u64;
            }
        }
    }

    /// Says who has lost records. Gives when to ask again, if that is needed.
    pub fn report(&mut self, now: Instant) -> Option<Duration> {
        let due = self.list.iter_mut().filter_map(|reader| reader.report(now));
        let due = due.chain(self.refused_until.filter(|until| now < *until));
        due.min().map(|next| next.saturating_duration_since(now))
    }

    /// Leaves all of them, and says what was not delivered.
    pub fn close(mut self) {
        for reader in std::mem::take(&mut self.list) {
            self.lost += reader.lost() + reader.leave().len() as u64;
        }
        if self.lost > 0 {
            say::warning(format!("{} records lost by readers that did not read them in time", self.lost));
        }
        if !self.waiting.is_empty() {
            let (waiting, unwanted) = (self.waiting.len(), self.unwanted);
            say::notice(format!(
                "{waiting} records waited for a reader, and none came; {unwanted} were dropped for newer ones"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use std::os::unix::net::UnixStream;

    #[test]
    fn no_record_goes_uncounted_when_readers_leave_in_a_burst() {
        let dir = tempfile::tempdir().unwrap();
        let (path, now) = (dir.path().join("s"), Instant::now());
        let listener = Listener::bind(&path, 0o600).unwrap();
        let mut readers = Readers::new(10, now);
        let first = UnixStream::connect(&path).unwrap();
        readers.accept(&listener, now);
        let mut second = UnixStream::connect(&path).unwrap();
        readers.accept(&listener, now);
        readers.offer(b"0\n");
        readers.flush();
        drop(first);
        // One has left and another has not.
        (1..=25).for_each(|n| readers.offer(format!("{n}\n").as_bytes()));
        readers.flush();
        readers.let_go();
        assert_eq!(readers.state().readers, 1);
        // Ten in its queue, and the one that showed that it had left.
        assert_eq!(readers.state().lost, 11);
        let expected: String = (0..=25).map(|n| format!("{n}\n")).collect();
        let mut bytes = vec![0; expected.len()];
        second.read_exact(&mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        // Nobody is left.
        drop(second);
        (100..125).for_each(|n| readers.offer(format!("{n}\n").as_bytes()));
        readers.flush();
        readers.let_go();
        let state = readers.state();
        assert_eq!((state.readers, state.queued, state.unwanted, state.lost), (0, 10, 15, 11));
        let mut third = UnixStream::connect(&path).unwrap();
        readers.accept(&listener, now);
        readers.flush();
        let mut bytes = [0; 40];
        third.read_exact(&mut bytes).unwrap();
        assert_eq!(bytes[..8], *b"115\n116\n");
        readers.close();
    }

    #[test]
    fn there_is_a_bound_to_how_many_can_be_connected() {
        let dir = tempfile::tempdir().unwrap();
        let (path, now) = (dir.path().join("s"), Instant::now());
        let listener = Listener::bind(&path, 0o600).unwrap();
        let mut readers = Readers::new(10, now);
        let mut connected: Vec<_> = (0..MOST + 1).map(|_| UnixStream::connect(&path).unwrap()).collect();
        readers.accept(&listener, now);
        readers.accept(&listener, now);
        assert_eq!(readers.state().readers, MOST);
        assert_eq!(connected[MOST].read(&mut [0]).unwrap(), 0, "it is turned away");
    }
}
