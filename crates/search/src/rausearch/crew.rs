//! The answer by several threads, in the order of the log.
//!
//! One thread reads, groups and writes; what is in between, judging events and showing them, is done by workers, a batch of events at a time. A limited
//! number of batches is under way, and they are used again, so memory is bounded.

use super::answer::{Answer, Tally};
use super::request::Request;
use crate::event::Event;
use crate::print::Printer;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem;
use std::thread::{Scope, available_parallelism};

/// A batch is given to a worker when it has so many bytes of text,
const TEXT: usize = 256 << 10;
/// or so many events.
const EVENTS: usize = 256;
/// Memory of an event that is kept for another one.
const KEPT: usize = 8 << 10;
/// More workers than this wait for the one that reads.
const MOST: usize = 8;

/// Events, and in the end what is to be written of them.
#[derive(Debug, Default)]
struct Batch {
    number: u64,
    /// The first `filled` are in use.
    events: Vec<Event>,
    filled: usize,
    text: usize,
    out: Vec<u8>,
    notes: Vec<u8>,
    tally: Tally,
}

impl Batch {
    /// Judges and shows its events. Writing to memory does not fail.
    fn work(&mut self, answer: &mut Answer<'_>) -> io::Result<()> {
        for event in self.events.iter().take(self.filled) {
            if answer.is_asked_for(event, &mut self.tally, &mut self.notes)? {
                answer.show(event, &mut self.tally, &mut self.out)?;
            }
        }
        Ok(())
    }

    fn clear(&mut self) {
        self.out.clear();
        self.out.shrink_to(4 * TEXT);
        self.notes.clear();
        self.notes.shrink_to(TEXT);
        self.events
            .iter_mut()
            .take(self.filled)
            .filter(|event| event.memory() > KEPT)
            .for_each(|event| drop(mem::take(event)));
        (self.filled, self.text, self.tally) = (0, 0, Tally::default());
    }
}

/// Workers, and the batches under way.
#[derive(Debug)]
pub(super) struct Crew {
    work: Sender<Batch>,
    done: Receiver<Batch>,
    /// How many batches are under way at most.
    most: u64,
    batch: Batch,
    spare: Vec<Batch>,
    /// Batches that are done before an earlier one is.
    early: BTreeMap<u64, Batch>,
    /// The next batch to be written.
    next: u64,
    /// What is to be written before the first of the answer.
    header: Vec<u8>,
    pub(super) tally: Tally,
}

impl Crew {
    /// Puts workers to work, or none where one thread is as good.
    pub(super) fn of<'scope, 'env: 'scope>(scope: &'scope Scope<'scope, 'env>, request: &'env Request) -> Option<Self> {
        let workers = available_parallelism().map_or(1, usize::from).min(MOST);
        if workers < 2 {
            return None;
        }
        let most = 2 * workers;
        let ((work, to_do), (finished, done)) = (bounded::<Batch>(most), bounded(most));
        for _ in 0..workers {
            let (to_do, finished) = (to_do.clone(), finished.clone());
            scope.spawn(move || {
                let mut answer = Answer::of_a_crew(request);
                for mut batch in to_do {
                    let worked = batch.work(&mut answer);
                    if worked.is_err() || finished.send(batch).is_err() {
                        return;
                    }
                }
            });
        }
        let (spare, early, header) = (Vec::new(), BTreeMap::new(), Printer::header(request.format));
        Some(Self {
            work,
            done,
            most: most as u64,
            batch: Batch::default(),
            spare,
            early,
            next: 0,
            header,
            tally: Tally::default(),
        })
    }

    /// Takes an event, and leaves memory for another one.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn take(&mut self, event: &mut Event, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        let batch = &mut self.batch;
        batch.text += event.len();
        match batch.events.get_mut(batch.filled) {
            Some(place) => mem::swap(place, event),
            None => batch.events.push(mem::take(event)),
        }
        batch.filled += 1;
        if batch.filled == EVENTS || batch.text >= TEXT {
            self.hand_over(out, notes)?;
        }
        Ok(())
    }

    /// Gives the batch to a worker. Waits while as many as may be are under way.
    fn hand_over(&mut self, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        let number = self.batch.number;
        while number - self.next >= self.most {
            self.collect(out, notes)?;
        }
        let next = Batch { number: number + 1, ..self.spare.pop().unwrap_or_default() };
        let full = mem::replace(&mut self.batch, next);
        self.work.send(full).map_err(|_| gone())
    }

    /// Waits for a batch, and writes what may be written.
    fn collect(&mut self, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        let batch = self.done.recv().map_err(|_| gone())?;
        self.early.insert(batch.number, batch);
        while let Some(mut batch) = self.early.remove(&self.next) {
            if !batch.out.is_empty() {
                out.write_all(&mem::take(&mut self.header))?;
                out.write_all(&batch.out)?;
            }
            notes.write_all(&batch.notes)?;
            self.tally.add(batch.tally);
            self.next += 1;
            batch.clear();
            self.spare.push(batch);
        }
        Ok(())
    }

    /// The last event was taken: writes what is left.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn finish(&mut self, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        self.hand_over(out, notes)?;
        while self.next < self.batch.number {
            self.collect(out, notes)?;
        }
        Ok(())
    }
}

/// A worker ends before the others only by a fault of this program.
fn gone() -> io::Error {
    io::Error::other("a thread of the search has ended")
}
