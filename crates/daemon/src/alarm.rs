//! What other threads tell control: a queue, and a descriptor that wakes its poll.

use crossbeam_channel::{Receiver, Sender, unbounded};
use nix::sys::eventfd::{EfdFlags, EventFd};
use raudit_config::Action;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;

use crate::reload::Loaded;

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
#[derive(Clone, Debug)]
pub struct Alarm {
    events: Sender<Event>,
    wake: Arc<EventFd>,
}

/// Control's end.
#[derive(Debug)]
pub struct Alarms {
    events: Receiver<Event>,
    wake: Arc<EventFd>,
}

/// Both ends.
pub fn channel() -> io::Result<(Alarm, Alarms)> {
    let wake = Arc::new(EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?);
    let (send, events) = unbounded();
    Ok((Alarm { events: send, wake: Arc::clone(&wake) }, Alarms { events, wake }))
}

impl Alarm {
    /// Tells control, without waiting.
    pub fn tell(&self, event: Event) {
        // where control has ended there is nothing to do any more; the descriptor is full only when it has rung 2^64 times
        if self.events.send(event).is_ok() {
            let _ = self.wake.write(1);
        }
    }
}

impl Alarms {
    /// The next event, if there is one.
    pub fn next(&self) -> Option<Event> {
        let _ = self.wake.read();
        self.events.try_recv().ok()
    }
}

impl AsFd for Alarms {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}
