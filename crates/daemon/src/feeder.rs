//! Records on their way to raudispd: a queue that never holds up the writer, and the child that reads it, started again when it ends.

mod child;
mod thread;

use crate::alarm::Alarm;
use crate::privilege::Root;
use crate::say;
use child::Starter;
use crossbeam_channel::{Sender, bounded, unbounded};
use raudit_config::plugin_conf;
use raudit_config::{Action, AuditdConf, RauditdConf};
use raudit_dispatch::status::{OfPlugin, Status};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Batches of frames that may wait for raudispd, which has queues of its own for each plugin.
const WAITING: usize = 64;

/// Frames, how many records they are.
type Batch = (Vec<u8>, u64);

/// What raudispd is to do besides reading.
#[derive(Clone, Copy, Debug)]
enum Command {
    /// Read its settings again.
    Reload,
    /// Queue events again for plugins that were suspended.
    Resume,
}

/// What is known of the plugins, shared with those who ask.
#[derive(Clone, Debug, Default)]
pub struct Known(Arc<Mutex<Status>>);

impl Known {
    /// Each of them, as JSON objects.
    pub fn objects(&self) -> Vec<String> {
        let object = |plugin: &OfPlugin| {
            let OfPlugin { name, runs, suspended, depth, deepest, delivered, dropped, restarts, spilled } = plugin;
            json!({
                "name": name,
                "runs": runs,
                "suspended": suspended,
                "depth": depth,
                "deepest": deepest,
                "delivered": delivered,
                "dropped": dropped,
                "restarts": restarts,
                "spilled": spilled,
            })
        };
        self.get().plugins.iter().map(|plugin| object(plugin).to_string()).collect()
    }

    fn set(&self, status: Status) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    fn get(&self) -> Status {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What runs while there are plugins.
#[derive(Debug)]
struct Line {
    queue: Sender<Batch>,
    commands: Sender<Command>,
    thread: JoinHandle<()>,
}

/// The writer's side: hands batches over without waiting.
#[derive(Debug)]
pub struct Feeder {
    starter: Starter,
    line: Option<Line>,
    /// The thread before, which may still wait for plugins that were taken out of the configuration.
    leaving: Option<JoinHandle<()>>,
    known: Known,
    lost: Arc<AtomicU64>,
    told: u64,
    overflow: Action,
    suspended: bool,
}

impl Feeder {
    /// Starts raudispd if auditd.conf has plugins: as with auditd, no plugins, no queue. Without raudispd the log is still written: a
    /// message, not an error. For a `daemon` raudispd and its plugins have no standard output, and their complaints become ours.
    pub fn start(
        conf: &AuditdConf,
        own: &RauditdConf,
        config_dir: &Path,
        daemon: bool,
        root: Root,
        alarm: Alarm,
    ) -> Self {
        let known = Known::default();
        let config_dir: PathBuf = config_dir.to_owned();
        let starter = Starter { program: own.dispatcher_path(), config_dir, daemon, root, alarm, known: known.clone() };
        let overflow = conf.overflow_action.clone();
        let mut feeder = Self {
            starter,
            line: None,
            leaving: None,
            known,
            lost: Arc::default(),
            told: 0,
            overflow,
            suspended: false,
        };
        feeder.set_up(conf);
        feeder
    }

    fn set_up(&mut self, conf: &AuditdConf) {
        if !has_plugins(conf) {
            return;
        }
        let (queue, batches) = bounded(WAITING);
        let (commands, todo) = unbounded();
        let (starter, lost) = (self.starter.clone(), Arc::clone(&self.lost));
        let (before, size) = (self.leaving.take(), conf.q_depth.into());
        let started = std::thread::Builder::new().name("feeder".into()).spawn(move || {
            before.map(JoinHandle::join);
            starter.known.set(Status { size, ..Status::default() });
            thread::run(&batches, &todo, &starter, &lost);
            starter.known.set(Status::default());
        });
        match started {
            Ok(thread) => self.line = Some(Line { queue, commands, thread }),
            Err(e) => say::error(format!("cannot start a thread for plugins: {e}; they get no events")),
        }
    }

    /// Whether frames are wanted at all.
    pub fn is_wanted(&self) -> bool {
        self.line.is_some()
    }

    /// Hands over frames; when raudispd is behind they are dropped and counted. Gives `overflow_action` if it is due and stops the machine.
    pub fn send(&mut self, frames: Vec<u8>, records: u64) -> Option<Action> {
        let line = self.line.as_ref()?;
        let full = self.suspended || line.queue.try_send((frames, records)).is_err();
        if !full {
            return None;
        }
        let lost = self.lost.fetch_add(records, Ordering::Relaxed) + records;
        if lost >= self.told.max(1) * 2 && self.overflow != Action::Ignore {
            self.told = lost;
            say::warning(format!(
                "queue to plugins is full: {lost} records were not dispatched so far (they are in the log)"
            ));
        }
        let stops = matches!(self.overflow, Action::Suspend | Action::Single | Action::Halt);
        if !stops || std::mem::replace(&mut self.suspended, true) {
            return None;
        }
        say::error("plugins get no more events until resumed (rauditctl --signal resume): overflow_action");
        (self.overflow != Action::Suspend).then(|| self.overflow.clone())
    }

    /// Takes new settings: of plugins as of queues.
    pub fn reconfigure(&mut self, conf: &AuditdConf) {
        self.overflow = conf.overflow_action.clone();
        self.suspended = false;
        match &self.line {
            Some(line) if has_plugins(conf) => self.tell(line, Command::Reload),
            // the writer, which calls this, waits for no plugin
            Some(_) => self.leaving = self.end_line(),
            None => self.set_up(conf),
        }
    }

    /// Goes on after `overflow_action = suspend`.
    pub fn resume(&mut self) {
        self.suspended = false;
        if let Some(line) = &self.line {
            self.tell(line, Command::Resume);
        }
    }

    fn tell(&self, line: &Line, command: Command) {
        // the thread lives as long as its queue
        let _ = line.commands.send(command);
    }

    /// What is known of the plugins, for others.
    pub fn known(&self) -> Known {
        self.known.clone()
    }

    /// How the plugins are, as far as raudispd has said.
    pub fn status(&self) -> Status {
        let status = self.known.get();
        let overflowed = status.overflowed || self.lost.load(Ordering::Relaxed) > 0;
        Status { overflowed, suspended: status.suspended || self.suspended, ..status }
    }

    /// Ends the stream; what it brought is still delivered by the thread.
    fn end_line(&mut self) -> Option<JoinHandle<()>> {
        let Line { queue, commands, thread } = self.line.take()?;
        drop((queue, commands));
        Some(thread)
    }

    /// Ends the stream and waits for raudispd, a bounded time. Returns how many records were not dispatched.
    pub fn stop(mut self) -> u64 {
        for thread in [self.end_line(), self.leaving.take()].into_iter().flatten() {
            drop(thread.join());
        }
        self.lost.load(Ordering::Relaxed)
    }
}

/// Whether there is something for raudispd to run. What is wrong with the directory it says itself.
fn has_plugins(conf: &AuditdConf) -> bool {
    plugin_conf::scan(&conf.plugin_dir).map_or(true, |found| !found.active.is_empty())
}
