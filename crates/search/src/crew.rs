//! Work on events by several threads, its results in the order of the log.
//!
//! One thread reads, groups and writes; what is in between, judging events and showing them, is done by workers, a batch of events at a time. A limited
//! number of batches is under way, and they are used again; each has room for so much text, and for so much of the answer. What does not fit in is done
//! by the thread that writes. So memory is bounded.

use crate::event::Event;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::mem;
use std::thread::{Scope, available_parallelism};

/// A batch is given to a worker when it has so many bytes of text, or fewer where there are many workers,
const TEXT: usize = 256 << 10;
const TEXT_OF_ALL: usize = 1 << 20;
/// or so many events.
const EVENTS: usize = 256;
/// An event that takes more memory is no worker's: it is shown in its turn, straight to where the answer goes.
const LARGE: usize = 64 << 10;
/// Memory of an event that is kept for another one.
const KEPT: usize = 8 << 10;
/// What the batches under way may have for their part of the answer. A worker that has no more room leaves the rest of its batch: some values become
/// many times as long when they are interpreted.
const ANSWERS: usize = 16 << 20;
/// More workers than this wait for the one that reads.
const MOST: usize = 8;

/// What is done with events. There is one for each thread.
pub(crate) trait Hand {
    /// What is known of some events beside what is to be written of them.
    type Sum: Copy + Default + Send;

    /// Takes the event with that number: the first one has 0. What is known of it is added to `sum`.
    ///
    /// # Errors
    /// There is no room in `out`: then it is as if nothing had been taken, but for what was written and added to `sum`, which the crew takes back.
    fn take(
        &mut self,
        event: &Event,
        number: u64,
        sum: &mut Self::Sum,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()>;

    /// The same for an event all before which are written: straight to where the answer goes.
    ///
    /// # Errors
    /// What writing gives.
    fn take_now(
        &mut self,
        event: &Event,
        number: u64,
        sum: &mut Self::Sum,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()>;

    /// Writes what this and other hands have made of events, in their order.
    ///
    /// # Errors
    /// What writing gives.
    fn write(&mut self, made: &[u8], out: &mut impl Write) -> io::Result<()>;

    /// Adds what is known of further events.
    fn add(sum: &mut Self::Sum, further: Self::Sum);

    /// There are no more events for it.
    fn end(&mut self) {}
}

/// Events, and in the end what is to be written of them.
#[derive(Debug, Default)]
struct Batch<S> {
    number: u64,
    /// The number of its first event.
    first: u64,
    /// The first `filled` are in use,
    events: Vec<Event>,
    filled: usize,
    /// and of those the first `answered` are done with.
    answered: usize,
    text: usize,
    out: Vec<u8>,
    notes: Vec<u8>,
    sum: S,
}

impl<S: Copy + Default> Batch<S> {
    /// Takes its events, as many as there is room for.
    fn work(&mut self, hand: &mut impl Hand<Sum = S>, room: usize) {
        for (number, event) in (self.first..).zip(self.events.iter().take(self.filled)) {
            let before = (self.out.len(), self.notes.len(), self.sum);
            let out = &mut Room { out: &mut self.out, most: room };
            if hand.take(event, number, &mut self.sum, out, &mut self.notes).is_err() {
                self.out.truncate(before.0);
                self.notes.truncate(before.1);
                self.sum = before.2;
                return;
            }
            self.answered += 1;
        }
    }

    /// Empties it; some memory stays.
    fn clear(&mut self, text: usize) {
        self.out.clear();
        self.out.shrink_to(4 * text);
        self.notes.clear();
        self.notes.shrink_to(text);
        let mut kept = 0;
        for event in self.events.iter_mut().take(self.filled) {
            let memory = event.memory();
            if memory > KEPT || kept + memory > 2 * text {
                drop(mem::take(event));
            } else {
                kept += memory;
            }
        }
        (self.filled, self.answered, self.text, self.sum) = (0, 0, 0, S::default());
    }
}

/// Takes so many bytes at most. Writing to memory does not fail for another reason.
struct Room<'a> {
    out: &'a mut Vec<u8>,
    most: usize,
}

impl Write for Room<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.len() > self.most.saturating_sub(self.out.len()) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Workers, and the batches under way.
#[derive(Debug)]
pub(crate) struct Crew<H: Hand> {
    work: Sender<Batch<H::Sum>>,
    done: Receiver<Batch<H::Sum>>,
    /// How many batches are under way at most.
    most: u64,
    /// How much text a batch has.
    text: usize,
    batch: Batch<H::Sum>,
    spare: Vec<Batch<H::Sum>>,
    /// Batches that are done before an earlier one is.
    early: BTreeMap<u64, Batch<H::Sum>>,
    /// The next batch to be written.
    next: u64,
    /// Takes what the workers do not, and writes.
    hand: H,
    sum: H::Sum,
    /// How many events were taken.
    taken: u64,
}

impl<H: Hand> Crew<H> {
    /// Puts workers to work, or none where one thread is as good. Each thread has a hand that `make` makes.
    pub(crate) fn of<'scope>(
        scope: &'scope Scope<'scope, '_>,
        make: impl Fn() -> H + Copy + Send + 'scope,
    ) -> Option<Self>
    where
        H::Sum: 'scope,
    {
        let workers = available_parallelism().map_or(1, usize::from).min(MOST);
        (workers > 1).then(|| Self::with(workers, scope, make))
    }

    fn with<'scope>(
        workers: usize,
        scope: &'scope Scope<'scope, '_>,
        make: impl Fn() -> H + Copy + Send + 'scope,
    ) -> Self
    where
        H::Sum: 'scope,
    {
        let most = 2 * workers;
        let (text, room) = (TEXT.min(TEXT_OF_ALL / workers), ANSWERS / most);
        let ((work, to_do), (finished, done)) = (bounded::<Batch<H::Sum>>(most), bounded(most));
        for _ in 0..workers {
            let (to_do, finished) = (to_do.clone(), finished.clone());
            scope.spawn(move || {
                let mut hand = make();
                for mut batch in to_do {
                    batch.work(&mut hand, room);
                    if finished.send(batch).is_err() {
                        return;
                    }
                }
                hand.end();
            });
        }
        Self {
            work,
            done,
            most: most as u64,
            text,
            batch: Batch::default(),
            spare: Vec::new(),
            early: BTreeMap::new(),
            next: 0,
            hand: make(),
            sum: H::Sum::default(),
            taken: 0,
        }
    }

    /// Takes an event, and leaves memory for another one.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn take(&mut self, event: &mut Event, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        let number = self.taken;
        self.taken += 1;
        if event.memory() > LARGE {
            self.catch_up(out, notes)?;
            return self.hand.take_now(event, number, &mut self.sum, out, notes);
        }
        let batch = &mut self.batch;
        if batch.filled == 0 {
            batch.first = number;
        }
        batch.text += event.len();
        match batch.events.get_mut(batch.filled) {
            Some(place) => mem::swap(place, event),
            None => batch.events.push(mem::take(event)),
        }
        batch.filled += 1;
        if batch.filled == EVENTS || batch.text >= self.text {
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
                self.hand.write(&batch.out, out)?;
            }
            notes.write_all(&batch.notes)?;
            H::add(&mut self.sum, batch.sum);
            for (number, event) in (batch.first..).zip(batch.events.iter().take(batch.filled)).skip(batch.answered) {
                self.hand.take_now(event, number, &mut self.sum, out, notes)?;
            }
            self.next += 1;
            batch.clear(self.text);
            self.spare.push(batch);
        }
        Ok(())
    }

    /// Writes all that was taken, and tells what is known of it. What hands have kept is told when they end: with the scope.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn finish(mut self, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<H::Sum> {
        self.catch_up(out, notes)?;
        self.hand.end();
        Ok(self.sum)
    }

    fn catch_up(&mut self, out: &mut impl Write, notes: &mut dyn Write) -> io::Result<()> {
        if self.batch.filled > 0 {
            self.hand_over(out, notes)?;
        }
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
