//! What a thread that polls is told by others: a queue, and a descriptor that wakes the poll. Control has one, for [`Event`]s.

use crate::reload::Loaded;
use crossbeam_channel::{Receiver, Sender, unbounded};
use nix::sys::eventfd::{EfdFlags, EventFd};
use raudit_config::Action;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

/// Something for control to do.
#[derive(Debug)]
pub enum Event {
    /// The settings have been read again, or cannot be used.
    Settings(Result<Box<Loaded>, String>),
    /// The program of `max_log_file_action = exec` has ended: the log may be written again.
    HelperEnded,
    /// An action of auditd.conf takes the machine down: stop.
    Stop,
    /// A queue to plugins overflowed, with this action.
    Overflow(Action),
}

/// The end of those who tell.
#[derive(Debug)]
pub struct Alarm<T = Event> {
    events: Sender<T>,
    wake: Arc<EventFd>,
}

/// The end of the thread that polls.
#[derive(Debug)]
pub struct Alarms<T = Event> {
    events: Receiver<T>,
    wake: Arc<EventFd>,
}

/// Both ends.
pub fn channel<T>() -> io::Result<(Alarm<T>, Alarms<T>)> {
    let wake = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
    let (send, events) = unbounded();
    Ok((Alarm { events: send, wake: Arc::clone(&wake) }, Alarms { events, wake }))
}

impl<T> Clone for Alarm<T> {
    fn clone(&self) -> Self {
        Self { events: self.events.clone(), wake: Arc::clone(&self.wake) }
    }
}

impl<T> Alarm<T> {
    /// Tells it, without waiting.
    pub fn tell(&self, event: T) {
        // where the other end is gone there is nothing to do any more; the descriptor is full only when it has rung 2^64 times
        if self.events.send(event).is_ok() {
            let _ = self.wake.write(1);
        }
    }
}

impl<T> Alarms<T> {
    /// The next event, if there is one.
    pub fn next(&self) -> Option<T> {
        let _ = self.wake.read();
        self.events.try_recv().ok()
    }
}

impl<T> AsFd for Alarms<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
