//! Messages that wait to be sent, and the thread that sends them.
//!
//! A target that is slow or gone holds up this thread and nobody else: messages wait up to [`MOST`], and what comes
//! then is counted as lost and told. The way there is opened again, at growing intervals.

use super::target::{Connection, Target, Unsent};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, unbounded};
use raudit_dispatch::say;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many bytes may wait, with what each message costs beside its text.
const MOST: usize = 8 << 20;
const OVERHEAD: usize = 64;
/// Waits between attempts to connect.
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// The same trouble is told no more often than this.
const TELL: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
struct Counts {
    /// Bytes that wait.
    bytes: AtomicUsize,
    /// Messages that wait.
    messages: AtomicU64,
    /// Messages lost and not told of yet.
    lost: AtomicU64,
}

/// The queue's open end.
#[derive(Debug)]
pub(super) struct Queue {
    sender: Sender<Vec<u8>>,
    counts: Arc<Counts>,
    /// Closed with the queue's open end.
    open: Sender<()>,
    done: Receiver<()>,
    target: Target,
}

impl Queue {
    /// Starts the thread.
    ///
    /// # Errors
    /// It cannot be started.
    pub(super) fn start(target: Target) -> io::Result<Self> {
        let (sender, receiver) = unbounded();
        let (ended, done) = bounded(1);
        let (open, closed) = bounded(0);
        let counts = Arc::new(Counts::default());
        let worker = Worker {
            target: target.clone(),
            counts: Arc::clone(&counts),
            closed,
            connection: None,
            wait: FIRST_WAIT,
            told: None,
            told_lost: None,
        };
        thread::Builder::new().name("sender".to_owned()).spawn(move || {
            worker.run(&receiver);
            // Nobody may be waiting any longer.
            let _ = ended.send(());
        })?;
        Ok(Self { sender, counts, open, done, target })
    }

    /// Adds a message, or counts it as lost.
    pub(super) fn push(&self, message: Vec<u8>) {
        let cost = message.len() + OVERHEAD;
        if self.counts.bytes.load(Ordering::Relaxed) + cost > MOST {
            self.counts.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        self.counts.bytes.fetch_add(cost, Ordering::Relaxed);
        self.counts.messages.fetch_add(1, Ordering::Relaxed);
        // The thread ends with this end only.
        drop(self.sender.send(message));
    }

    /// Gives what waits as long as this to get sent, and tells what was not.
    pub(super) fn finish(self, time: Duration) {
        drop((self.sender, self.open));
        let in_time = self.done.recv_timeout(time) != Err(RecvTimeoutError::Timeout);
        let left = if in_time { 0 } else { self.counts.messages.load(Ordering::Relaxed) };
        let lost = self.counts.lost.swap(0, Ordering::Relaxed) + left;
        if lost == 0 {
            return;
        }
        // The system log may be what does not take anything: who tells it so is not waited for.
        let (told, teller) = bounded(1);
        let text = format!("{lost} records lost: {} did not take them in time", self.target);
        thread::spawn(move || {
            say::warning(text);
            let _ = told.send(());
        });
        let _ = teller.recv_timeout(Duration::from_millis(300));
    }
}

/// What the thread knows.
struct Worker {
    target: Target,
    counts: Arc<Counts>,
    /// Disconnected when nothing more comes.
    closed: Receiver<()>,
    connection: Option<Connection>,
    wait: Duration,
    /// When trouble was told last, and losses.
    told: Option<Instant>,
    told_lost: Option<Instant>,
}

impl Worker {
    fn run(mut self, queue: &Receiver<Vec<u8>>) {
        for message in queue {
            while !self.send(&message) {
                self.tell_lost();
            }
            self.counts.bytes.fetch_sub(message.len() + OVERHEAD, Ordering::Relaxed);
            self.counts.messages.fetch_sub(1, Ordering::Relaxed);
            self.tell_lost();
        }
        if let Some(connection) = self.connection {
            connection.close();
        }
    }

    /// Tries once. True: this message is done with.
    fn send(&mut self, message: &[u8]) -> bool {
        let connection = match self.connection.take() {
            Some(connection) => Ok(connection),
            None => self.target.connect(),
        };
        let result = connection.map_err(Unsent::Broken).and_then(|mut connection| {
            let result = connection.send(message);
            if !matches!(result, Err(Unsent::Broken(_))) {
                self.connection = Some(connection);
            }
            result
        });
        match result {
            Ok(()) => self.wait = FIRST_WAIT,
            Err(Unsent::TooLarge) => {
                self.counts.lost.fetch_add(1, Ordering::Relaxed);
            }
            Err(Unsent::Full) => {
                thread::sleep(Duration::from_millis(10));
                return false;
            }
            Err(Unsent::Broken(error)) => {
                if may_tell(&mut self.told) {
                    say::warning(format!("cannot send to {}: {error}; trying again", self.target));
                }
                self.pause();
                return false;
            }
        }
        true
    }

    /// Waits before the next attempt; not for long if this is the end.
    fn pause(&mut self) {
        if self.closed.recv_timeout(self.wait) == Err(RecvTimeoutError::Disconnected) {
            thread::sleep(FIRST_WAIT);
        }
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
    }

    fn tell_lost(&mut self) {
        if self.counts.lost.load(Ordering::Relaxed) > 0 && may_tell(&mut self.told_lost) {
            let lost = self.counts.lost.swap(0, Ordering::Relaxed);
            say::warning(format!("{lost} records lost: {} does not take them as fast as they come", self.target));
        }
    }
}

/// Whether it is time to tell something again.
fn may_tell(told: &mut Option<Instant>) -> bool {
    let now = Instant::now();
    let may = told.is_none_or(|told| now.duration_since(told) >= TELL);
    if may {
        *told = Some(now);
    }
    may
}
