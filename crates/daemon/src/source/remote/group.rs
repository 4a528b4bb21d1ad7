//! Batches of several senders that are written as one: with `flush = data` or `sync` a write takes its time.

use crate::work::{Lines, Outbox, Outcome, Work};
use crossbeam_channel::bounded;
use nix::errno::Errno;
use raudit_log::Why;
use raudit_remote::Verdict;
use raudit_remote::protocol::kind;

/// Bytes that are enough for one write.
const ENOUGH: usize = 256 << 10;

/// Batches that wait to be written.
#[derive(Debug, Default)]
pub struct Group {
    text: Vec<u8>,
    /// Whose records, and how many; in the order of the lines.
    parts: Vec<(u64, u32)>,
}

impl Group {
    /// Adds a batch; false if that connection has one here already.
    pub fn push(&mut self, connection: u64, records: u32, lines: &[u8]) -> bool {
        if self.parts.iter().any(|(other, _)| *other == connection) {
            return false;
        }
        self.text.extend_from_slice(lines);
        self.parts.push((connection, records));
        true
    }

    /// Whether it should be written before more is read.
    pub fn is_full(&self) -> bool {
        self.text.len() >= ENOUGH
    }

    /// Has it written, and waits. What became of each batch; `None` when there is no writer any more.
    pub fn write(&mut self, work: &Outbox) -> Option<Vec<Verdict>> {
        let parts = std::mem::take(&mut self.parts);
        if parts.is_empty() {
            return Some(Vec::new());
        }
        let (answer, outcome) = bounded(1);
        let count = parts.iter().map(|(_, records)| *records as usize).sum();
        let lines = Lines { text: std::mem::take(&mut self.text), count, answer };
        if !work.send(Work::Remote(lines)) {
            return None;
        }
        Some(verdicts(&parts, &outcome.recv().ok()?))
    }
}

/// What auditd answers in each case (`write_to_log`, `handle_event` of auditd-event.c).
fn verdicts(parts: &[(u64, u32)], outcome: &Outcome) -> Vec<Verdict> {
    let good = if outcome.is_low { kind::DISK_LOW } else { kind::ACK };
    let (bad, why) = match &outcome.why {
        Some(Why::Failed(e)) if e.raw_os_error() == Some(Errno::ENOSPC as i32) => (kind::DISK_FULL, "disk full"),
        Some(Why::Failed(_)) => (kind::DISK_ERROR, "disk write error"),
        Some(Why::Suspended) | None => (kind::DISK_ERROR, "remote logging suspended"),
    };
    let mut left = outcome.on_disk;
    let verdict = |&(connection, records): &(u64, u32)| {
        let written = left.min(records as usize);
        left -= written;
        Verdict { connection, written: written as u32, good, bad, why: why.to_owned() }
    };
    parts.iter().map(verdict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn written(on_disk: usize, is_low: bool, why: Option<Why>) -> Vec<(u32, u32, u32, String)> {
        let verdicts = verdicts(&[(7, 2), (8, 1), (9, 3)], &Outcome { on_disk, is_low, why });
        assert_eq!(verdicts.iter().map(|v| v.connection).collect::<Vec<_>>(), [7, 8, 9]);
        verdicts.into_iter().map(|v| (v.written, v.good, v.bad, v.why)).collect()
    }

    #[test]
    fn what_is_on_disk_are_the_first_lines() {
        let counts = |on_disk| written(on_disk, false, None).iter().map(|v| v.0).collect::<Vec<_>>();
        assert_eq!(counts(0), [0, 0, 0]);
        assert_eq!(counts(1), [1, 0, 0]);
        assert_eq!(counts(4), [2, 1, 1]);
        assert_eq!(counts(6), [2, 1, 3]);
    }

    #[test]
    fn each_reason_has_its_answer() {
        let full = || Some(Why::Failed(io::Error::from_raw_os_error(Errno::ENOSPC as i32)));
        let broken = || Some(Why::Failed(io::Error::from_raw_os_error(Errno::EIO as i32)));
        let first = |is_low, why| written(0, is_low, why).remove(0);
        assert_eq!(first(false, full()), (0, kind::ACK, kind::DISK_FULL, "disk full".into()));
        assert_eq!(first(true, broken()), (0, kind::DISK_LOW, kind::DISK_ERROR, "disk write error".into()));
        let suspended = first(false, Some(Why::Suspended));
        assert_eq!(suspended, (0, kind::ACK, kind::DISK_ERROR, "remote logging suspended".into()));
    }

    #[test]
    fn one_batch_of_a_connection_at_a_time() {
        let mut group = Group::default();
        assert!(group.push(1, 1, b"type=A\n") && group.push(2, 1, b"type=B\n") && !group.push(1, 1, b"type=C\n"));
        let (work, inbox) = crate::work::channel();
        let writer = std::thread::spawn(move || {
            let Some(Work::Remote(lines)) = inbox.next() else { panic!("no lines") };
            let outcome = Outcome { on_disk: lines.count, is_low: false, why: None };
            lines.answer.send(outcome).unwrap();
            lines.text
        });
        assert_eq!(group.write(&work).unwrap().len(), 2);
        assert_eq!(writer.join().unwrap(), b"type=A\ntype=B\n");
        assert_eq!(group.write(&work).map(|v| v.len()), Some(0), "nothing waits");
        assert!(group.push(1, 1, b"type=A\n") && group.write(&work).is_none(), "the writer is gone");
    }
}
