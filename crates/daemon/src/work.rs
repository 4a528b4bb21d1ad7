//! What crosses the channel to the writer, and the empty batches that come back.

use crate::reload::Loaded;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use raudit_log::Why;
use raudit_record::Records;
use std::time::Instant;

/// Batches that may wait for the writer. A source that finds it full waits: the kernel's backlog or the ring then fills.
const WAITING: usize = 16;

/// One piece of work for the writer.
#[derive(Debug)]
pub enum Work {
    /// Records to write and to dispatch.
    Records(Records),
    /// Records of events of BPF's, and what is signed when they are dealt with.
    #[cfg(feature = "bpf")]
    Captured(Records, raudit_bpf::ring::Receipt),
    /// Lines of other machines.
    Remote(Lines),
    /// Rotate the log now.
    Rotate,
    /// Go on writing to disk after an action suspended it, and feeding plugins.
    Resume,
    /// Go on writing to disk: who had the log has finished.
    ResumeLog,
    /// Take new settings.
    Reconfigure(Box<Loaded>),
    /// Write the state report.
    Report,
    /// Nothing: it is time for what the writer does by the clock.
    Tick,
}

/// Whole lines, to be written as they are.
#[derive(Debug)]
pub struct Lines {
    /// The lines, each with its newline.
    pub text: Vec<u8>,
    /// How many.
    pub count: usize,
    /// Where to say what became of them; it has room.
    pub answer: Sender<Outcome>,
}

/// What became of lines.
#[derive(Debug)]
pub struct Outcome {
    /// So many, the first ones, are on disk, or need not be.
    pub on_disk: usize,
    /// Space gets low.
    pub is_low: bool,
    /// Why the others are not there.
    pub why: Option<Why>,
}

/// The end of those who have work for the writer.
#[derive(Clone, Debug)]
pub struct Outbox {
    work: Sender<Work>,
    spare: Receiver<Records>,
}

/// The writer's end.
#[derive(Debug)]
pub struct Inbox {
    work: Receiver<Work>,
    spare: Sender<Records>,
}

/// A channel to the writer.
pub fn channel() -> (Outbox, Inbox) {
    let (to_writer, work) = bounded(WAITING);
    let (back, spare) = bounded(WAITING);
    (Outbox { work: to_writer, spare }, Inbox { work, spare: back })
}

impl Outbox {
    /// Hands over, and waits while the writer is far behind; false when there is none any more.
    pub fn send(&self, work: Work) -> bool {
        self.work.send(work).is_ok()
    }

    /// Hands over unless that means to wait; whether it was taken.
    pub fn try_send(&self, work: Work) -> bool {
        self.work.try_send(work).is_ok()
    }

    /// The same for records, unless there are none. `records` is empty afterwards, with memory that the writer no longer needs.
    pub fn send_records(&self, records: &mut Records) -> bool {
        if records.is_empty() {
            return true;
        }
        let next = self.spare.try_recv().unwrap_or_default();
        self.send(Work::Records(std::mem::replace(records, next)))
    }

    /// Records of events of BPF's, even if there are none: the receipts of a ring are signed in their order.
    #[cfg(feature = "bpf")]
    pub fn send_captured(&self, records: &mut Records, receipt: Option<raudit_bpf::ring::Receipt>) -> bool {
        let Some(receipt) = receipt else { return self.send_records(records) };
        let next = self.spare.try_recv().unwrap_or_default();
        self.send(Work::Captured(std::mem::replace(records, next), receipt))
    }
}

impl Inbox {
    /// The next work; `None` when nobody is left to send any.
    pub fn next(&self) -> Option<Work> {
        self.work.recv().ok()
    }

    /// The next work; [`Work::Tick`] when none has come by then.
    pub fn next_until(&self, due: Option<Instant>) -> Option<Work> {
        let Some(due) = due else { return self.next() };
        match self.work.recv_deadline(due) {
            Err(RecvTimeoutError::Timeout) => Some(Work::Tick),
            work => work.ok(),
        }
    }

    /// Gives back what records were in, to be filled again.
    pub fn give_back(&self, mut records: Records) {
        records.clear();
        // where there is enough to spare it is freed
        drop(self.spare.try_send(records));
    }
}
