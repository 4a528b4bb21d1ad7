//! A plugin's queue that goes on on disk: the thread between the host's queue and the plugin's feed.
//!
//! ```text
//!   host ─ inbox ─┬───────────────▶ queue ─ [feed] ─ plugin
//!                 └▶ file [spill] ─▶
//! ```
//!
//! Events go straight through while the plugin keeps up. When it does not, and the inbox is half full, they go to the file, and so do all
//! after them until the file has been read: their order stays. The host never waits for the disk: if that is slow, the inbox fills.

use crate::feed::{Counts, Feed, Left};
use crate::frame::MAX_PAYLOAD;
use crate::queue::{Event, Inlet, Outlet, queue};
use crate::say;
use crate::spill::{Spill, SpillError};
use crossbeam_channel::RecvTimeoutError;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long is waited for events when there is nothing else to do.
const IDLE: Duration = Duration::from_secs(1);
/// How often it is looked whether the plugin has taken something.
const STEP: Duration = Duration::from_millis(5);

/// What an event may take in a queue.
const LARGEST: usize = MAX_PAYLOAD + 128;

/// Where a plugin's events go on disk.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// How many bytes of events it may hold.
    pub limit: u64,
}

/// The thread.
#[derive(Debug)]
pub struct Spooler {
    name: String,
    counts: Arc<Counts>,
    inbox: Outlet,
    room: usize,
    spill: Spill,
    /// The queue to the feed; none when the plugin takes no more.
    queue: Option<Inlet>,
    feed: Option<JoinHandle<Left>>,
    /// How many events were put into the queue.
    pushed: u64,
    /// When so many events were delivered, the file is done up to there.
    marks: VecDeque<(u64, u64)>,
    failed: bool,
}

/// Runs a plugin whose queue goes on on disk until the inbox ends; `feed` is not running yet.
pub fn run(place: &Place, mut feed: Feed, room: usize) {
    feed.wait_for_the_one_before();
    // What the feed and its batch may hold when they stop goes into the gap.
    let gap = (room as u64).saturating_add(1 << 20);
    let path = place.path.display();
    let spill = match Spill::open(&place.path, place.limit, gap) {
        Ok((spill, torn)) => {
            if torn > 0 {
                say::warning(format!("{path}: {torn} bytes in it are no whole events, and are passed over"));
            }
            spill
        }
        Err(error) => {
            say::error(format!("plugin {}: cannot spill to {path}: {error}; it runs without", feed.name));
            feed.run();
            return;
        }
    };
    let (inlet, outlet) = queue(room);
    let (name, counts) = (feed.name.clone(), Arc::clone(&feed.counts));
    let inbox = std::mem::replace(&mut feed.queue, outlet);
    feed.keeps = true;
    let thread = match std::thread::Builder::new().name("feed".into()).spawn(move || feed.run()) {
        Ok(thread) => Some(thread),
        Err(error) => {
            say::error(format!("cannot start a thread for plugin {name}: {error}; its events wait in {path}"));
            None
        }
    };
    let queue = thread.is_some().then_some(inlet);
    let spooler = Spooler {
        name,
        counts,
        inbox,
        room,
        spill,
        queue,
        feed: thread,
        pushed: 0,
        marks: VecDeque::new(),
        failed: false,
    };
    spooler.work(place);
}

impl Spooler {
    fn work(mut self, place: &Place) {
        loop {
            self.confirm();
            self.unspill();
            self.counts.spilled.store(self.spill.bytes(), Ordering::Relaxed);
            let stopping = self.counts.stopping.load(Ordering::Relaxed);
            if !stopping && self.spill.is_empty() && self.is_crowded() && self.inbox.bytes() < self.room / 2 {
                std::thread::sleep(STEP);
                continue;
            }
            let busy = !self.marks.is_empty() || !self.spill.is_empty() || self.is_crowded();
            match self.inbox.next(if busy { STEP } else { IDLE }) {
                Ok(event) => self.pass(event),
                Err(RecvTimeoutError::Timeout) => self.settle(),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.end(place);
    }

    /// Whether the queue has no room for an event of the largest size.
    fn is_crowded(&self) -> bool {
        self.queue.as_ref().is_none_or(|queue| !queue.has_bytes(LARGEST))
    }

    /// An event of the host's: to the plugin if nothing older waits, else to the file. Then as many more as are there.
    fn pass(&mut self, first: Event) {
        let mut next = Some(first);
        while let Some(event) = next {
            if self.spill.is_empty() && !self.is_crowded() {
                self.push(event);
            } else {
                self.keep(&event);
            }
            if self.spill.is_empty() && self.is_crowded() {
                return;
            }
            next = self.inbox.try_next();
        }
    }

    fn push(&mut self, event: Event) {
        let Some(queue) = &self.queue else { return self.keep(&event) };
        match queue.push(event) {
            Ok(()) => self.pushed += 1,
            Err(event) => {
                self.take_back();
                self.keep(&event);
            }
        }
    }

    fn keep(&mut self, event: &Event) {
        match self.spill.append(event) {
            Ok(()) => self.failed = false,
            Err(error) => {
                self.counts.lose(1);
                self.complain(&error);
            }
        }
    }

    fn complain(&mut self, error: &SpillError) {
        if !std::mem::replace(&mut self.failed, true) {
            say::error(format!("plugin {}: cannot spill: {error}; its events are dropped", self.name));
        }
    }

    /// Nothing comes: what is in memory goes to the disk.
    fn settle(&mut self) {
        if let Err(error) = self.spill.flush() {
            self.complain(&error.into());
        }
    }

    /// Moves events from the file to the plugin's queue, as far as it has room.
    fn unspill(&mut self) {
        while !self.spill.is_empty() && !self.is_crowded() {
            match self.spill.read() {
                Ok(events) => events.into_iter().for_each(|event| self.push(event)),
                Err(error) => return self.discard(&error),
            }
            self.marks.push_back((self.pushed, self.spill.position()));
        }
    }

    fn discard(&mut self, error: &std::io::Error) {
        let (events, emptied) = self.spill.discard();
        say::error(format!("plugin {}: cannot read what was spilled: {error}; {events} events are lost", self.name));
        self.marks.clear();
        self.counts.lose(usize::try_from(events).unwrap_or(usize::MAX));
        if let Err(error) = emptied {
            self.complain(&error.into());
        }
    }

    /// Gives back what the plugin has taken.
    fn confirm(&mut self) {
        let delivered = self.counts.delivered.load(Ordering::Relaxed);
        let mut done = None;
        while self.marks.front().is_some_and(|(pushed, _)| *pushed <= delivered) {
            done = self.marks.pop_front().map(|(_, position)| position);
        }
        if let Some(Err(error)) = done.map(|position| self.spill.done(position)) {
            self.complain(&error.into());
        }
        if self.feed.as_ref().is_some_and(JoinHandle::is_finished) {
            self.take_back();
        }
    }

    /// The plugin takes no more: what was on its way goes back to the file.
    fn take_back(&mut self) {
        self.queue = None;
        let Some(feed) = self.feed.take() else { return };
        self.marks.clear();
        let Ok(Left { mut events, queue }) = feed.join() else {
            return say::error(format!("the thread of plugin {} failed, and what was in its queue is lost", self.name));
        };
        events.extend(std::iter::from_fn(|| queue.try_next()));
        // some of these may lie in the file, too, and come from there again: rather counted than not
        if let Err(error) = self.spill.put_back(&events) {
            self.counts.lose(events.len());
            self.complain(&error.into());
        }
    }

    fn end(mut self, place: &Place) {
        self.take_back();
        let (bytes, path) = (self.spill.bytes(), place.path.display());
        self.counts.spilled.store(bytes, Ordering::Relaxed);
        match self.spill.close() {
            Ok(()) if bytes > 0 => {
                say::notice(format!("plugin {}: {bytes} bytes of events wait in {path} for its next start", self.name));
            }
            Ok(()) => {}
            Err(error) => say::error(format!("plugin {}: cannot write {path}: {error}", self.name)),
        }
        let (lost, delivered) = self.counts.both();
        if lost > 0 {
            say::warning(format!("plugin {}: {lost} events lost, {delivered} delivered", self.name));
        }
    }
}
