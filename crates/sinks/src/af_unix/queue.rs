//! Records that wait for a reader, as the bytes it gets.

use raudit_dispatch::frame::{HEADER, MAX_PAYLOAD};
use std::collections::VecDeque;

/// The most bytes a queue of any depth holds.
const MOST_BYTES: usize = 64 << 20;
/// What an empty queue keeps of its memory; and how much of what was read is kept in front of the rest.
const SPARE: usize = 256 << 10;

/// A queue bounded in records and in bytes.
#[derive(Debug)]
pub struct Queue {
    /// `start` bytes that are done with, and then all records one after the other.
    bytes: Vec<u8>,
    start: usize,
    /// The length of each record.
    lengths: VecDeque<usize>,
    /// How much of the first record its reader has got.
    sent: usize,
    depth: usize,
    most_bytes: usize,
}

impl Queue {
    /// Room for `depth` records, of whatever size up to 64 MiB of them.
    pub fn new(depth: usize) -> Self {
        let most_bytes = depth.saturating_mul(HEADER + MAX_PAYLOAD).min(MOST_BYTES);
        Self { bytes: Vec::new(), start: 0, lengths: VecDeque::new(), sent: 0, depth, most_bytes }
    }

    /// How many records wait; one that was sent in part counts.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Adds a record. False if there is no room.
    pub fn push(&mut self, record: &[u8]) -> bool {
        let held = self.bytes.len() - self.start;
        if self.lengths.len() >= self.depth || held + record.len() > self.most_bytes {
            return false;
        }
        self.bytes.extend_from_slice(record);
        self.lengths.push_back(record.len());
        true
    }

    /// Adds a record, at the cost of the oldest ones if need be. Says how many these were.
    pub fn push_newest(&mut self, record: &[u8]) -> u64 {
        let mut dropped = 0;
        while !self.push(record) {
            let Some(oldest) = self.lengths.pop_front() else { break };
            self.forget(oldest);
            dropped += 1;
        }
        dropped
    }

    /// What the reader has not got yet.
    pub fn unsent(&self) -> &[u8] {
        self.bytes.get(self.start + self.sent..).unwrap_or_default()
    }

    /// The reader has got the next `bytes`. Says how many records that completes.
    pub fn sent(&mut self, bytes: usize) -> u64 {
        let mut whole = 0;
        self.sent += bytes;
        while let Some(&first) = self.lengths.front()
            && first <= self.sent
        {
            self.lengths.pop_front();
            self.sent -= first;
            self.forget(first);
            whole += 1;
        }
        whole
    }

    /// The reader has left: another gets the first record from its beginning.
    pub fn begin_again(&mut self) {
        self.sent = 0;
    }

    /// Takes bytes off the front.
    fn forget(&mut self, bytes: usize) {
        self.start += bytes;
        if self.lengths.is_empty() {
            self.bytes.clear();
            self.bytes.shrink_to(SPARE);
            self.start = 0;
        } else if self.start > SPARE && self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_leave_whole_however_they_are_sent() {
        let mut queue = Queue::new(3);
        assert!(queue.push(b"one\n") && queue.push(b"two\n") && queue.push(b"three\n"));
        assert!(!queue.push(b"four\n"), "its depth is three");
        assert_eq!((queue.unsent(), queue.len()), (&b"one\ntwo\nthree\n"[..], 3));
        assert_eq!((queue.sent(3), queue.unsent(), queue.len()), (0, &b"\ntwo\nthree\n"[..], 3));
        assert_eq!((queue.sent(4), queue.unsent(), queue.len()), (1, &b"\nthree\n"[..], 2));
        queue.begin_again();
        assert_eq!(queue.unsent(), b"two\nthree\n");
        assert!(queue.push(b"four\n"));
        assert_eq!((queue.sent(15), queue.is_empty()), (3, true));
        assert_eq!(queue.unsent(), b"");
    }

    #[test]
    fn the_newest_stay() {
        let mut queue = Queue::new(2);
        let dropped: Vec<u64> = [b"1", b"2", b"3", b"4"].iter().map(|record| queue.push_newest(*record)).collect();
        assert_eq!((dropped, queue.unsent()), (vec![0, 0, 1, 1], &b"34"[..]));
    }

    #[test]
    fn memory_is_bounded_at_any_depth_and_given_back() {
        let mut queue = Queue::new(usize::MAX);
        let record = [b'x'; 16 << 10];
        let held = (0..10_000).take_while(|_| queue.push(&record)).count();
        assert_eq!(held, MOST_BYTES / record.len());
        assert_eq!(queue.push_newest(&record), 1);
        while !queue.is_empty() {
            queue.sent(100_000.min(queue.unsent().len()));
            assert!(queue.bytes.len() <= MOST_BYTES + record.len());
        }
        assert!(queue.bytes.capacity() <= SPARE);
        // One that never runs empty keeps what it needs only.
        let mut queue = Queue::new(4);
        for _ in 0..10_000 {
            queue.push_newest(&record);
        }
        assert!(queue.bytes.capacity() < 2 << 20, "{}", queue.bytes.capacity());
    }
}
