//! A queue of events that is bounded by the memory it takes, not by their number.

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, unbounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// A record as it came: a whole frame, shared by the queues.
pub type Event = Arc<[u8]>;

/// What an event counts for in a queue, in bytes: itself, and what memory and queue need to hold it.
pub fn cost(event: &Event) -> usize {
    event.len() + 64
}

/// A queue with room for events of this [`cost`] altogether.
pub fn queue(room: usize) -> (Inlet, Outlet) {
    let (sender, receiver) = unbounded();
    let shared = Arc::<Shared>::default();
    (Inlet { sender, shared: Arc::clone(&shared), room }, Outlet { receiver, shared })
}

/// What both ends know.
#[derive(Debug, Default)]
struct Shared {
    /// What the queue holds, by [`cost`].
    bytes: AtomicUsize,
    /// How many events were ever taken out.
    taken: AtomicU64,
}

/// Where events are put in.
#[derive(Debug)]
pub struct Inlet {
    sender: Sender<Event>,
    shared: Arc<Shared>,
    room: usize,
}

/// Where they are taken out.
#[derive(Debug)]
pub struct Outlet {
    receiver: Receiver<Event>,
    shared: Arc<Shared>,
}

impl Inlet {
    /// Whether it fits.
    pub fn has_room(&self, event: &Event) -> bool {
        self.has_bytes(cost(event))
    }

    /// Whether so many bytes fit.
    pub fn has_bytes(&self, bytes: usize) -> bool {
        self.shared.bytes.load(Ordering::Relaxed) + bytes <= self.room
    }

    /// Puts an event in, whether it fits or not.
    ///
    /// # Errors
    /// Nobody takes events out any more: this one.
    pub fn push(&self, event: Event) -> Result<(), Event> {
        self.shared.bytes.fetch_add(cost(&event), Ordering::Relaxed);
        self.sender.send(event).map_err(|refused| {
            self.shared.bytes.fetch_sub(cost(&refused.0), Ordering::Relaxed);
            refused.0
        })
    }

    /// How many events were ever taken out.
    pub fn taken(&self) -> u64 {
        self.shared.taken.load(Ordering::Relaxed)
    }

    /// How many events are in it.
    pub fn len(&self) -> usize {
        self.sender.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sender.is_empty()
    }
}

impl Outlet {
    /// The next event, waited for.
    ///
    /// # Errors
    /// None came in time, or none will come any more.
    pub fn next(&self, time: Duration) -> Result<Event, RecvTimeoutError> {
        self.receiver.recv_timeout(time).inspect(|event| self.took(event))
    }

    /// The next event, if there is one.
    pub fn try_next(&self) -> Option<Event> {
        self.receiver.try_recv().ok().inspect(|event| self.took(event))
    }

    /// What it holds, by [`cost`].
    pub fn bytes(&self) -> usize {
        self.shared.bytes.load(Ordering::Relaxed)
    }

    fn took(&self, event: &Event) {
        self.shared.taken.fetch_add(1, Ordering::Relaxed);
        self.shared.bytes.fetch_sub(cost(event), Ordering::Relaxed);
    }
}
