//! The plugins that run: giving them events, reloading them, stopping them.

use crate::feed::{Counts, Event, Feed};
use crate::patience::Patience;
use crate::queue::{Inlet, queue};
use crate::say;
use crate::spooler::{self, Place};
use crate::status::{OfPlugin, Status};
use raudit_config::plugin_conf::{Plugin, Plugins};
use raudit_config::{Action, AuditdConf, RauditdConf};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// The least time between two messages about events one plugin lost.
const BETWEEN_REPORTS: Duration = Duration::from_secs(10);

/// What `q_depth` is counted in. auditd reserves a record of the largest size for every event it can queue; in the same memory
/// a queue holds at least as many events here, and with records of usual size twenty times as many: a burst that a
/// plugin will read in a moment is no reason to lose events.
const LARGEST_EVENT: usize = 9216;

/// One plugin, as the host sees it.
#[derive(Debug)]
struct Seat {
    name: String,
    queue: Inlet,
    thread: JoinHandle<()>,
    counts: Arc<Counts>,
    patience: Patience,
    /// `overflow_action` said so: nothing is queued until resumed.
    suspended: bool,
    /// An event found no room, ever.
    overflowed: bool,
    /// The most events there were in the queue.
    deepest: u64,
    reported: u64,
    report_next: Instant,
}

/// All plugins that run.
#[derive(Debug)]
pub struct Host {
    seats: Vec<Seat>,
    /// Threads of plugins that were taken out of the configuration and may still be at work.
    leaving: Vec<(String, JoinHandle<()>)>,
    conf: AuditdConf,
    own: RauditdConf,
}

impl Host {
    /// Starts plugins.
    pub fn start(conf: AuditdConf, own: RauditdConf, plugins: Plugins) -> Self {
        let mut host = Self { seats: Vec::new(), leaving: Vec::new(), conf, own };
        host.seat(plugins, Vec::new());
        host
    }

    /// How many plugins there are.
    pub fn plugins(&self) -> usize {
        self.seats.len()
    }

    fn seat(&mut self, plugins: Plugins, mut before: Vec<(String, JoinHandle<()>)>) {
        for plugin in plugins.active {
            let name = name_of(&plugin);
            let handle = before.iter().position(|(old, _)| *old == name).map(|at| before.swap_remove(at).1);
            match Seat::new(plugin, name.clone(), &self.conf, self.own.spill_of(&name), handle) {
                Ok(seat) => self.seats.push(seat),
                Err(error) => say::error(format!("cannot start a thread for plugin {name}: {error}")),
            }
        }
        self.leaving.retain(|(_, thread)| !thread.is_finished());
        self.leaving.extend(before);
    }

    /// Queues an event for every plugin. Waits for none of them longer than [`Patience`] allows.
    pub fn deliver(&mut self, event: &Event, now: Instant) {
        for seat in &mut self.seats {
            if seat.suspended || !seat.offer(event) {
                seat.counts.lost.fetch_add(1, Ordering::Relaxed);
                seat.overflow(&self.conf.overflow_action, now);
            }
        }
    }

    /// Says which plugins lost events since the last time, each every so often at most. Gives the time until the next
    /// message is due, if one is.
    pub fn report(&mut self, now: Instant) -> Option<Duration> {
        let silent = self.conf.overflow_action == Action::Ignore;
        let due = self.seats.iter_mut().filter_map(|seat| seat.report(now, silent));
        due.min().map(|next| next.saturating_duration_since(now))
    }

    /// How the plugins are.
    pub fn status(&self) -> Status {
        let overflowed = self.seats.iter().any(|seat| seat.overflowed);
        let stops_machine = overflowed && matches!(self.conf.overflow_action, Action::Single | Action::Halt);
        Status {
            active: self.seats.len() as u64,
            depth: self.seats.iter().map(|seat| seat.queue.len() as u64).max().unwrap_or(0),
            deepest: self.seats.iter().map(|seat| seat.deepest).max().unwrap_or(0),
            size: self.conf.q_depth.into(),
            overflowed,
            suspended: self.seats.iter().any(|seat| seat.suspended),
            action: if stops_machine { self.conf.overflow_action.clone() } else { Action::Ignore },
            plugins: self.seats.iter().map(Seat::status).collect(),
        }
    }

    /// Queues events again for plugins whose queue overflowed (SIGUSR2).
    pub fn resume(&mut self) {
        for seat in self.seats.iter_mut().filter(|seat| seat.suspended) {
            seat.suspended = false;
            say::notice(format!("plugin {} gets events again", seat.name));
        }
    }

    /// Stops all plugins and starts those of the new settings (SIGHUP). Events that come meanwhile wait in the new queues.
    pub fn reload(&mut self, conf: AuditdConf, own: RauditdConf, plugins: Plugins) {
        let old: Vec<_> = self.seats.drain(..).map(Seat::leave).collect();
        (self.conf, self.own) = (conf, own);
        self.seat(plugins, old);
        say::notice(format!("configuration reloaded, {} active plugins", self.plugins()));
    }

    /// Stops all plugins, after they read what is queued, within a bounded time.
    pub fn stop(self) {
        let threads: Vec<_> = self.seats.into_iter().map(Seat::leave).collect();
        for (name, thread) in self.leaving.into_iter().chain(threads) {
            if thread.join().is_err() {
                say::error(format!("the thread of plugin {name} failed"));
            }
        }
    }
}

impl Seat {
    fn new(
        plugin: Plugin,
        name: String,
        conf: &AuditdConf,
        spill: Option<(PathBuf, u64)>,
        before: Option<JoinHandle<()>>,
    ) -> std::io::Result<Self> {
        let room = (conf.q_depth as usize).saturating_mul(LARGEST_EVENT);
        let (inlet, outlet) = queue(room);
        let counts = Arc::new(Counts::default());
        let feed = Feed {
            plugin,
            name: name.clone(),
            queue: outlet,
            counts: Arc::clone(&counts),
            max_restarts: conf.max_restarts,
            before,
            keeps: false,
        };
        let work = move || match spill {
            Some((path, limit)) => spooler::run(&Place { path, limit }, feed, room),
            None => drop(feed.run()),
        };
        let thread = Builder::new().name(name.chars().take(15).collect()).spawn(work)?;
        let now = Instant::now();
        let patience = Patience::new(now);
        let (suspended, overflowed, deepest) = (false, false, 0);
        let (reported, report_next) = (0, now);
        Ok(Self { name, queue: inlet, thread, counts, patience, suspended, overflowed, deepest, reported, report_next })
    }

    fn status(&self) -> OfPlugin {
        let (dropped, delivered) = self.counts.both();
        OfPlugin {
            name: self.name.clone(),
            runs: self.counts.runs.load(Ordering::Relaxed),
            suspended: self.suspended,
            depth: self.queue.len() as u64,
            deepest: self.deepest,
            delivered,
            dropped,
            restarts: self.counts.restarts.load(Ordering::Relaxed),
            spilled: self.counts.spilled.load(Ordering::Relaxed),
        }
    }

    /// Queues an event. False if there is no room and waiting is not worth it.
    fn offer(&mut self, event: &Event) -> bool {
        if !self.queue.has_room(event) && !self.wait_for_room(event) {
            return false;
        }
        let sent = self.queue.push(Arc::clone(event)).is_ok();
        self.deepest = self.deepest.max(self.queue.len() as u64);
        sent
    }

    fn wait_for_room(&mut self, event: &Event) -> bool {
        let progress = self.queue.taken();
        let start = Instant::now();
        let Some(time) = self.patience.wait(start, progress) else { return false };
        while !self.queue.has_room(event) && start.elapsed() < time {
            std::thread::sleep(Duration::from_micros(200));
        }
        let found = self.queue.has_room(event);
        self.patience.waited(start.elapsed(), progress, !found);
        found
    }

    /// An event did not fit. To stop the machine is rauditd's, which hears of it; no more events are queued meanwhile.
    fn overflow(&mut self, action: &Action, now: Instant) {
        self.overflowed = true;
        let stops = matches!(action, Action::Suspend | Action::Single | Action::Halt);
        if stops && !std::mem::replace(&mut self.suspended, true) {
            say::error(format!("plugin {}: its queue is full, it gets no more events until resumed", self.name));
        }
        self.report(now, *action == Action::Ignore);
    }

    /// Says how many events were lost, if any were since the last time and it is time. Gives when to ask again.
    fn report(&mut self, now: Instant, silent: bool) -> Option<Instant> {
        let lost = self.counts.lost.load(Ordering::Relaxed);
        if silent || lost == self.reported {
            return None;
        }
        if now < self.report_next {
            return Some(self.report_next);
        }
        self.reported = lost;
        self.report_next = now + BETWEEN_REPORTS;
        say::warning(format!(
            "plugin {}: {lost} events lost so far: it does not read them in time, or has ended",
            self.name
        ));
        None
    }

    /// Tells the thread to stop, and gives it back.
    fn leave(self) -> (String, JoinHandle<()>) {
        self.counts.stopping.store(true, Ordering::Relaxed);
        (self.name, self.thread)
    }
}

/// A plugin's name: its file's, without `.conf`.
fn name_of(plugin: &Plugin) -> String {
    plugin.file.file_stem().unwrap_or(plugin.file.as_os_str()).to_string_lossy().into_owned()
}
