//! The reading end of the ring.

use crate::decoder::Decoder;
use crate::judged::Generations;
use crate::kernel::CaptureError;
use crate::ring::{End, Receipt, Ring};
use raudit_record::Records;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::Duration;

pub use crate::decoder::Consumed;

/// Ring records taken per call, so that a batch stays of a size the writer likes: as a rule 1 KB each.
const BATCH: usize = 128;
/// How often to look while what was taken is being dealt with: the ring is never empty then, and wakes nobody up.
const LOOK: Duration = Duration::from_millis(1);
/// After so many looks the rest of an event is no longer waited for.
const LOOKS: u32 = 1000;

/// Reads the ring.
#[derive(Debug)]
pub struct Consumer {
    end: Arc<End>,
    /// Rings when a critical event is there, and where it is read next.
    bell: Option<(Arc<End>, u64)>,
    decoder: Decoder,
    /// Events that others delivered from this ring.
    before: u64,
    /// What is read next.
    position: u64,
    /// Where what was read last begins.
    last: u64,
    /// Up to where a receipt was made out.
    receipted: u64,
    /// From where the decoder has records that belong to an event yet to come.
    waiting_from: Option<u64>,
    /// How often nothing new was there.
    looks: u32,
    /// Whether room in the ring is given back by receipts.
    holds: bool,
}

impl Consumer {
    /// A consumer of this ring. It gives back what it has taken, unless it is told to [`hold`](Self::hold) it.
    pub fn new(ring: Ring, generations: Generations) -> Result<Self, CaptureError> {
        let end = End::of(ring)?;
        generations.go_on_after(end.serial());
        let (position, before) = (end.dealt(), end.delivered());
        let decoder = Decoder::new(generations);
        Ok(Self {
            end,
            decoder,
            before,
            position,
            last: position,
            receipted: position,
            waiting_from: None,
            looks: 0,
            holds: false,
            bell: None,
        })
    }

    /// From now on what was taken stays in the ring until its [`receipt`](Self::receipt) is signed.
    pub fn hold(&mut self) {
        self.holds = true;
    }

    /// Hears of critical events by this.
    pub fn listen(&mut self, bell: Ring) -> Result<(), CaptureError> {
        let end = End::of(bell)?;
        let position = end.dealt();
        self.bell = Some((end, position));
        Ok(())
    }

    /// Lets events gather so long, unless there is a critical one. Others wake nobody up until the ring is waited for with
    /// [`poll`](Self::poll).
    pub fn gather(&self, limit: Duration) {
        match &self.bell {
            Some((bell, _)) => wait(bell.as_fd(), limit),
            None => std::thread::sleep(limit),
        }
    }

    /// See [`Decoder::show_all_arguments`].
    pub fn show_all_arguments(&mut self, show: bool) {
        self.decoder.show_all_arguments(show);
    }

    /// Waits until there is something, or the time is over; then appends the records of up to a batch of events.
    /// A full ring sends no wake-up: look whether or not one came.
    pub fn poll(&mut self, timeout: Duration, out: &mut Records) -> usize {
        let taken = self.drain(out);
        if taken > 0 {
            return taken;
        }
        if self.end.dealt() < self.position {
            self.looks += 1;
            if self.looks > LOOKS {
                self.waiting_from = None;
            }
            std::thread::sleep(LOOK.min(timeout));
            return self.drain(out);
        }
        self.end.give_back();
        // (at once where something has come meanwhile)
        wait(self.end.as_fd(), timeout);
        self.drain(out)
    }

    /// Before the ring is read: what rings from now on is heard, though it may be in this batch already.
    fn silence_bell(&mut self) {
        if let Some((bell, position)) = &mut self.bell {
            while bell.next(position, |_| ()) {}
            bell.commit(*position);
        }
    }

    /// Takes what is there, up to a batch of events, without waiting.
    pub fn drain(&mut self, out: &mut Records) -> usize {
        let before = self.seen().events;
        self.silence_bell();
        self.decoder.look_at_clock();
        for _ in 0..BATCH {
            let from = self.position;
            if !self.end.next(&mut self.position, |bytes| self.decoder.take(bytes, out)) {
                break;
            }
            (self.last, self.looks) = (from, 0);
            let waits = self.decoder.waits_for_more();
            self.waiting_from = waits.then(|| self.waiting_from.unwrap_or(from));
        }
        if !self.holds {
            self.end.commit(self.position);
        }
        (self.seen().events - before) as usize
    }

    /// For what was taken since the last one, when there is any. Parts of an event whose rest is yet to come stay in the ring as well,
    /// though not for long: the rest may be lost.
    pub fn receipt(&mut self) -> Option<Receipt> {
        if self.position - self.waiting_from.unwrap_or(self.position) > self.end.size() / 8 {
            self.waiting_from = None;
        }
        let upto = self.waiting_from.unwrap_or(self.position).max(self.receipted);
        let new = upto > self.receipted;
        self.receipted = upto;
        new.then(|| {
            Receipt::new(
                Arc::clone(&self.end),
                upto,
                self.last.min(upto),
                self.decoder.serial(),
                self.before + self.seen().events,
            )
        })
    }

    /// What was seen so far.
    pub fn seen(&self) -> Consumed {
        self.decoder.seen()
    }
}

/// Waits until something is in a ring buffer, or the time is over.
fn wait(map: BorrowedFd<'_>, limit: Duration) {
    let mut fds = [nix::poll::PollFd::new(map, nix::poll::PollFlags::POLLIN)];
    let limit = nix::poll::PollTimeout::try_from(limit).unwrap_or(nix::poll::PollTimeout::MAX);
    // a signal is as good a reason to look as data
    let _ = nix::poll::poll(&mut fds, limit);
}

impl AsFd for Consumer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.end.as_fd()
    }
}
