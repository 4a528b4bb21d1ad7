//! One plugin's queue, and the thread that empties it into the plugin.

use crate::frame::parse;
use crate::process::{Process, Stopped};
use crate::queue::Outlet;
use crate::say;
use crossbeam_channel::RecvTimeoutError;
use raudit_config::PluginFormat;
use raudit_config::plugin_conf::Plugin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

pub use crate::queue::Event;

/// How much is written to a plugin at once.
const BATCH: usize = 64 << 10;
/// How often an idle plugin is looked at.
const IDLE: Duration = Duration::from_secs(1);
/// While stopping: how long a plugin has altogether to read what is queued.
const DRAIN: Duration = Duration::from_secs(5);
/// While stopping: how long a plugin may read nothing.
const STALL: Duration = Duration::from_secs(1);

/// What a feed and the host tell each other.
#[derive(Debug, Default)]
pub struct Counts {
    /// Events the plugin's input has taken.
    pub delivered: AtomicU64,
    /// Events that came and were not delivered.
    pub lost: AtomicU64,
    /// How often the plugin was started again.
    pub restarts: AtomicU64,
    /// Whether the plugin's process runs.
    pub runs: AtomicBool,
    /// Bytes of events that wait on disk.
    pub spilled: AtomicU64,
    /// The plugin is to be stopped: what is queued is still delivered if it reads.
    pub stopping: AtomicBool,
}

impl Counts {
    /// Counts events that will not be delivered.
    pub fn lose(&self, events: usize) {
        self.lost.fetch_add(events as u64, Ordering::Relaxed);
    }

    /// Lost and delivered.
    pub fn both(&self) -> (u64, u64) {
        (self.lost.load(Ordering::Relaxed), self.delivered.load(Ordering::Relaxed))
    }
}

/// One plugin's side of the work; runs in a thread of its own.
#[derive(Debug)]
pub struct Feed {
    pub(crate) plugin: Plugin,
    pub(crate) name: String,
    pub(crate) queue: Outlet,
    pub(crate) counts: Arc<Counts>,
    pub(crate) max_restarts: u32,
    /// The thread that ran the plugin before a reload: two of the same would be in each other's way.
    pub(crate) before: Option<JoinHandle<()>>,
    /// What is not delivered is not lost but given back.
    pub(crate) keeps: bool,
}

/// What a plugin was not given.
#[derive(Debug)]
pub struct Left {
    /// What was on its way.
    pub events: Vec<Event>,
    /// What is still in the queue comes after that.
    pub queue: Outlet,
}

/// The plugin as the thread sees it.
#[derive(Debug)]
enum Running {
    Yes(Process),
    /// To be started with the next event.
    Not,
    /// It ended more often than allowed.
    Never,
}

/// Events rendered for the plugin.
#[derive(Debug, Default)]
struct Batch {
    events: Vec<Event>,
    bytes: Vec<u8>,
    /// Where in `bytes` each event ends.
    ends: Vec<usize>,
}

impl Batch {
    fn add(&mut self, event: Event, format: PluginFormat) {
        match (format, parse(&event)) {
            (PluginFormat::String, Ok(Some((frame, _)))) => frame.push_line(&mut self.bytes),
            _ => self.bytes.extend_from_slice(&event),
        }
        self.events.push(event);
        self.ends.push(self.bytes.len());
    }

    /// Takes off the events that lie wholly within the first `bytes`. Says how many.
    fn delivered(&mut self, bytes: usize) -> usize {
        let whole = self.ends.partition_point(|end| *end <= bytes);
        let cut = whole.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        self.bytes.drain(..cut);
        self.ends.drain(..whole);
        self.events.drain(..whole);
        self.ends.iter_mut().for_each(|end| *end -= cut);
        whole
    }

    /// Empties it; gives the events that were not taken.
    fn clear(&mut self) -> Vec<Event> {
        self.bytes.clear();
        self.ends.clear();
        std::mem::take(&mut self.events)
    }
}

impl Feed {
    /// Waits for the thread that ran the plugin before.
    pub(crate) fn wait_for_the_one_before(&mut self) {
        if let Some(before) = self.before.take() {
            // Its panic has been printed; the plugin is gone either way.
            drop(before.join());
        }
    }

    /// Runs the plugin until the queue's other end is dropped, stops it, and says what it has lost. Gives back what was not delivered,
    /// if it is to be kept; then it also ends when the plugin takes nothing any more.
    pub fn run(mut self) -> Left {
        self.wait_for_the_one_before();
        let mut starts = 0;
        let mut running = Running::Not;
        self.start(&mut running, &mut starts);
        let mut batch = Batch::default();
        let counts = Arc::clone(&self.counts);
        let mut drain = Drain::new(&counts);
        let mut left = Vec::new();
        while left.is_empty() {
            match self.queue.next(IDLE) {
                Ok(event) => batch.add(event, self.plugin.conf.format),
                Err(RecvTimeoutError::Timeout) => {
                    self.look_after(&mut running);
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
            while batch.bytes.len() < BATCH
                && let Some(event) = self.queue.try_next()
            {
                batch.add(event, self.plugin.conf.format);
            }
            left = self.deliver(&mut batch, &mut running, &mut starts, &mut drain);
        }
        self.finish(running, &mut drain);
        counts.runs.store(false, Ordering::Relaxed);
        let (lost, delivered) = counts.both();
        if lost > 0 && !self.keeps {
            say::warning(format!("plugin {}: {lost} events lost, {delivered} delivered", self.name));
        }
        Left { events: left, queue: self.queue }
    }

    /// Writes a batch, starting the plugin again if it ended. The event it failed at is sent again. Gives what is to be kept of it.
    fn deliver(&self, batch: &mut Batch, running: &mut Running, starts: &mut u32, drain: &mut Drain<'_>) -> Vec<Event> {
        while !batch.ends.is_empty() {
            let Running::Yes(process) = running else {
                if !self.start(running, starts) {
                    break;
                }
                continue;
            };
            let (done, stopped) = match process.write(&batch.bytes, |moved| drain.goes_on(moved)) {
                Ok(()) => (batch.bytes.len(), None),
                Err((done, stopped)) => (done, Some(stopped)),
            };
            let events = batch.delivered(done);
            drain.moved |= events > 0;
            self.counts.delivered.fetch_add(events as u64, Ordering::Relaxed);
            match stopped {
                None => {}
                Some(Stopped::GaveUp) => break,
                Some(Stopped::Gone) => self.bury(running),
            }
        }
        let left = batch.clear();
        if self.keeps {
            return left;
        }
        self.counts.lose(left.len());
        Vec::new()
    }

    /// Starts the plugin, unless it has been started too often. Says whether it is to be tried again or runs.
    fn start(&self, running: &mut Running, starts: &mut u32) -> bool {
        if matches!(running, Running::Never) {
            return false;
        }
        if *starts > self.max_restarts {
            say::error(format!("plugin {} has exceeded max_restarts, it gets no more events", self.name));
            *running = Running::Never;
            return false;
        }
        let again = *starts > 0;
        *starts += 1;
        let program = self.plugin.conf.path.as_deref().unwrap_or(std::path::Path::new(""));
        match Process::start(program, &self.plugin.conf) {
            Ok(process) => {
                self.counts.runs.store(true, Ordering::Relaxed);
                if again {
                    self.counts.restarts.fetch_add(1, Ordering::Relaxed);
                    say::notice(format!("plugin {} was restarted", self.name));
                }
                *running = Running::Yes(process);
            }
            Err(error) => say::error(format!("cannot run plugin {} ({}): {error}", self.name, program.display())),
        }
        true
    }

    /// Notices the end of a plugin that has nothing to do.
    fn look_after(&self, running: &mut Running) {
        if let Running::Yes(process) = running
            && process.ended().is_some()
        {
            self.bury(running);
        }
    }

    fn bury(&self, running: &mut Running) {
        if let Running::Yes(process) = std::mem::replace(running, Running::Not) {
            self.counts.runs.store(false, Ordering::Relaxed);
            let end = process.stop().map_or_else(|error| error.to_string(), |status| status.to_string());
            say::warning(format!("plugin {} terminated unexpectedly ({end})", self.name));
        }
    }

    /// Lets the plugin read what it was given, and stops it.
    fn finish(&self, running: Running, drain: &mut Drain<'_>) {
        let Running::Yes(mut process) = running else { return };
        while !process.has_read_all() && process.ended().is_none() && drain.goes_on(false) {
            std::thread::sleep(Duration::from_millis(2));
        }
        if !process.has_read_all() && process.ended().is_none() {
            say::warning(format!("plugin {} did not read what it was sent last", self.name));
        }
        if let Err(error) = process.stop() {
            say::error(format!("cannot stop plugin {}: {error}", self.name));
        }
    }
}

/// How long to wait for a plugin: as long as it likes while running, and within bounds while stopping.
#[derive(Debug)]
struct Drain<'a> {
    counts: &'a Counts,
    /// When stopping began, and when the plugin read something last.
    since: Option<(Instant, Instant)>,
    /// The plugin has read something that `since` does not know yet.
    moved: bool,
}

impl<'a> Drain<'a> {
    fn new(counts: &'a Counts) -> Self {
        Self { counts, since: None, moved: false }
    }

    /// Whether to wait further; `moved` says whether the plugin has read something since the last time.
    fn goes_on(&mut self, moved: bool) -> bool {
        if !self.counts.stopping.load(Ordering::Relaxed) {
            return true;
        }
        let now = Instant::now();
        let (begun, last) = self.since.get_or_insert((now, now));
        if std::mem::take(&mut self.moved) || moved {
            *last = now;
        }
        now.duration_since(*begun) < DRAIN && now.duration_since(*last) < STALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::{Version, push};
    use raudit_record::Kind;

    fn event(text: &str) -> Event {
        let mut frame = Vec::new();
        push(&mut frame, Version::Line, Kind::PATH, text.as_bytes()).unwrap();
        frame.into()
    }

    #[test]
    fn what_a_plugin_took_is_cut_off_in_whole_events() {
        for (taken, whole, left) in
            [(0, 0, "a\nbb\nccc\n"), (1, 0, "a\nbb\nccc\n"), (2, 1, "bb\nccc\n"), (6, 2, "ccc\n"), (9, 3, "")]
        {
            let mut batch = Batch::default();
            ["a", "bb", "ccc"].iter().for_each(|text| batch.add(event(text), PluginFormat::String));
            assert_eq!(batch.delivered(taken), whole);
            assert_eq!(batch.bytes, left.as_bytes());
            assert_eq!(batch.ends.last().copied().unwrap_or(0), left.len());
            assert_eq!(batch.delivered(left.len()), 3 - whole);
        }
    }

    #[test]
    fn waiting_has_no_end_while_running_and_one_while_stopping() {
        let counts = Counts::default();
        let mut drain = Drain::new(&counts);
        assert!((0..1000).all(|_| drain.goes_on(false)));
        counts.stopping.store(true, Ordering::Relaxed);
        assert!(drain.goes_on(false));
        let long_ago = Instant::now() - STALL;
        drain.since = Some((long_ago, long_ago));
        assert!(drain.goes_on(true), "it has just read something");
        drain.since = Some((long_ago, long_ago));
        assert!(!drain.goes_on(false), "it reads nothing");
        drain.since = Some((Instant::now() - DRAIN, Instant::now()));
        assert!(!drain.goes_on(true), "it has had its time");
    }
}
