//! The reading end of the ring.

use crate::decoder::Decoder;
use crate::judged::Generations;
use crate::kernel::CaptureError;
use libbpf_rs::{MapHandle, RingBuffer, RingBufferBuilder};
use raudit_record::Records;
use std::cell::RefCell;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::time::Duration;

pub use crate::decoder::Consumed;

/// Ring records taken per call, so that a batch stays of a size the writer likes: as a rule 1 KB each.
const BATCH: usize = 128;

/// Reads the ring; made and used in one thread.
pub struct Consumer {
    ring: RingBuffer<'static>,
    map: MapHandle,
    bell: Option<(RingBuffer<'static>, MapHandle)>,
    state: Rc<RefCell<State>>,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("seen", &self.seen()).finish_non_exhaustive()
    }
}

/// What libbpf's callback works on.
struct State {
    decoder: Decoder,
    out: Records,
}

impl Consumer {
    /// A consumer of this ring.
    pub fn new(map: MapHandle, generations: Generations) -> Result<Self, CaptureError> {
        let state = Rc::new(RefCell::new(State { decoder: Decoder::new(generations), out: Records::default() }));
        let sink = Rc::clone(&state);
        let ring = mapped(&map, move |bytes| {
            let State { decoder, out } = &mut *sink.borrow_mut();
            decoder.take(bytes, out);
            0
        })?;
        Ok(Self { ring, map, bell: None, state })
    }

    /// Hears of critical events by this.
    pub fn listen(&mut self, bell: MapHandle) -> Result<(), CaptureError> {
        self.bell = Some((mapped(&bell, |_| 0)?, bell));
        Ok(())
    }

    /// Lets events gather so long, unless there is a critical one.
    pub fn gather(&self, limit: Duration) {
        match &self.bell {
            Some((_, bell)) => wait(bell.as_fd(), limit),
            None => std::thread::sleep(limit),
        }
    }

    /// See [`Decoder::show_all_arguments`].
    pub fn show_all_arguments(&mut self, show: bool) {
        self.state.borrow_mut().decoder.show_all_arguments(show);
    }

    /// Waits until there is something, or the time is over; then appends the records of up to a batch of events.
    /// A full ring sends no wake-up: look whether or not one came.
    pub fn poll(&mut self, timeout: Duration, out: &mut Records) -> usize {
        let taken = self.drain(out);
        if taken > 0 {
            return taken;
        }
        wait(self.map.as_fd(), timeout);
        self.drain(out)
    }

    /// Takes what is there, up to a batch of events, without waiting.
    pub fn drain(&mut self, out: &mut Records) -> usize {
        let before = self.seen().events;
        {
            let mut state = self.state.borrow_mut();
            state.decoder.look_at_clock();
            std::mem::swap(&mut state.out, out);
        }
        if let Some((bell, _)) = &self.bell {
            // before the ring: what rings from now on is heard, though it may be in this batch already
            let _ = bell.consume_raw();
        }
        let _ = self.ring.consume_raw_n(BATCH);
        std::mem::swap(&mut self.state.borrow_mut().out, out);
        (self.seen().events - before) as usize
    }

    /// What was seen so far.
    pub fn seen(&self) -> Consumed {
        self.state.borrow().decoder.seen()
    }
}

/// A ring buffer, to be read by this.
fn mapped(map: &MapHandle, take: impl FnMut(&[u8]) -> i32 + 'static) -> Result<RingBuffer<'static>, CaptureError> {
    let failed = |e| CaptureError::Bpf("map the ring buffer".into(), e);
    let mut builder = RingBufferBuilder::new();
    builder.add(map, take).map_err(failed)?;
    builder.build().map_err(failed)
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
        self.map.as_fd()
    }
}
