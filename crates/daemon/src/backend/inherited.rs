//! What an earlier rauditd has left pinned: found at start, read while its successor makes itself ready, and ended when that captures.

use super::bpf::Past;
use crate::say;
use crate::source::bpf::Source;
use crate::work::Outbox;
use raudit_bpf::judged::Generations;
use raudit_bpf::kernel::orphan::{Orphan, Refused};
use raudit_bpf::pins::{Home, PinError, Room};
use raudit_config::{Backend as Choice, RauditdConf};
use raudit_rules::RuleSet;
use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

/// How long calls that began under the hooks of an earlier rauditd are waited for. One that sleeps longer is not recorded.
const LINGER: Duration = Duration::from_secs(30);
/// The same when its rules are others: those that are gone are to record no more.
const MOMENT: Duration = Duration::from_millis(200);
/// How many of them wait for such calls at once. More come of a rauditd that dies again and again, and each costs every system call.
const LINGERING: usize = 3;
/// How often the end of hooks on their way out is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// What was found at start.
#[derive(Debug, Default)]
pub struct Found {
    pub(super) home: Option<Arc<Home>>,
    pub(super) orphans: Vec<Orphan>,
    pub(super) generations: Generations,
    /// The rules of the last rauditd that captured.
    pub(super) rules: Option<RuleSet>,
    /// Hooks that are of no use.
    useless: Vec<(Arc<Room>, Refused)>,
}

impl Found {
    /// Whether there is, or was, something that only BPF can deal with.
    pub fn needs_bpf(&self) -> bool {
        self.home.is_some()
    }

    /// It is not looked for.
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Takes possession of what is pinned. Before the log is opened: what a rauditd that was killed did not write to the end is taken
    /// back from it, and will be written anew.
    pub fn look(conf: &RauditdConf, log: Option<&Path>) -> Result<Self, String> {
        if conf.backend == Choice::Netlink && !conf.pin_dir.exists() {
            return Ok(Self::default());
        }
        let home = match Home::open(&conf.pin_dir) {
            Ok(home) => Arc::new(home),
            Err(e @ PinError::InUse(_)) => return Err(e.to_string()),
            Err(e) => {
                if conf.backend != Choice::Netlink {
                    say::warning(format!("BPF captures only while rauditd runs: {e}"));
                }
                return Ok(Self::default());
            }
        };
        let mut found = Self { home: Some(Arc::clone(&home)), ..Self::default() };
        for room in home.rooms() {
            match Orphan::open(Arc::clone(&room), &found.generations) {
                Ok(orphan) => {
                    take_back(&orphan, log);
                    found.rules = Some(orphan.rules().clone());
                    found.orphans.push(orphan);
                }
                Err(why) => {
                    found.rules = Orphan::rules_in(&room).or(found.rules);
                    found.useless.push((room, why));
                }
            }
        }
        Ok(found)
    }

    /// Removes hooks that nobody can read, and says so.
    pub(super) fn clear_useless(&mut self) {
        for (room, why) in self.useless.drain(..) {
            let removed = room.clear();
            let dir = room.dir().display();
            match (removed, why) {
                (Err(e), why) => say::error(format!("{dir}: {why}; it cannot be removed: {e}")),
                (Ok(()), Refused::Incomplete) => say::notice(format!("removed {dir}: {}", Refused::Incomplete)),
                (Ok(()), why) => say::error(format!("removed {dir}, with any events in it: {why}")),
            }
        }
    }
}

fn take_back(orphan: &Orphan, log: Option<&Path>) {
    let (Some(unfinished), Some(log)) = (orphan.unfinished(), log) else { return };
    if let Err(e) = unfinished.take_back(log) {
        say::warning(format!("{}: some events of an earlier rauditd may be recorded twice: {e}", log.display()));
    }
}

/// The hooks of an earlier rauditd, being read.
#[derive(Debug)]
struct Inherited {
    orphan: Orphan,
    source: Source,
    /// What the earlier rauditd had delivered.
    before: u64,
    /// When they end: set once a successor captures.
    until: Option<Instant>,
}

impl Inherited {
    fn counts(&self) -> Past {
        let counted = self.orphan.counters().unwrap_or_default();
        let delivered = self.before + self.source.delivered();
        Past { matched: counted.matched, delivered, lost: counted.lost }
    }

    /// Detaches them and reads their ring to the end.
    fn end(mut self) -> Past {
        if let Err(e) = self.orphan.detach() {
            say::error(format!("hooks of an earlier rauditd stay: {e}"));
        }
        let counted = self.orphan.counters().unwrap_or_default();
        let delivered = self.before + self.source.stop().events;
        let lost = counted.lost.sum();
        if counted.submitted != delivered {
            say::error(format!(
                "BPF: under an earlier rauditd {} events were submitted, but {delivered} delivered",
                counted.submitted
            ));
        }
        if lost > 0 {
            say::warning(format!(
                "BPF: under an earlier rauditd {} events matched, {delivered} delivered, {lost} lost",
                counted.matched
            ));
        }
        Past { matched: counted.matched, delivered, lost: counted.lost }
    }
}

/// Hooks on their way out.
#[derive(Debug)]
struct Ending {
    thread: JoinHandle<Past>,
    /// As it was when that began.
    counts: Past,
}

/// All that was inherited.
#[derive(Debug, Default)]
pub struct Inheritance {
    read: Vec<Inherited>,
    ending: Vec<Ending>,
    /// Of those that have ended.
    past: Past,
}

impl Inheritance {
    /// Begins to read what was found.
    pub(super) fn take(&mut self, orphans: Vec<Orphan>, generations: &Generations, all_arguments: bool, out: &Outbox) {
        for mut orphan in orphans {
            orphan.exempt(std::process::id());
            let (waiting, before) = (orphan.waiting(), orphan.delivered());
            let lost = orphan.counters().unwrap_or_default().lost.sum();
            let source = orphan.ring().map_err(|e| e.to_string()).and_then(|ring| {
                Source::start(ring, None, generations.clone(), all_arguments, out.clone()).map_err(|e| e.to_string())
            });
            match source {
                Ok(source) => {
                    say::notice(format!(
                        "found the hooks of an earlier rauditd ({} tier): {waiting} events waited, {lost} lost",
                        orphan.tier()
                    ));
                    // closed by one that was killed while it lingered
                    let until = orphan.closed_for().map(|since| Instant::now() + LINGER.saturating_sub(since));
                    self.read.push(Inherited { orphan, source, before, until });
                }
                Err(e) => say::error(format!("the hooks of an earlier rauditd are left as they are: {e}")),
            }
        }
        self.bound();
    }

    /// The oldest end at once where too many linger.
    fn bound(&mut self) {
        let closed = self.read.iter_mut().rev().filter_map(|one| one.until.as_mut());
        closed.skip(LINGERING).for_each(|until| *until = Instant::now());
    }

    /// The tier of what captures while the successor does not yet.
    pub(super) fn tier(&self) -> Option<&str> {
        self.read.iter().rev().find(|one| one.until.is_none()).map(|one| one.orphan.tier())
    }

    /// What to do at the moment when the successor captures by these rules. Only stores: there is no gap, and hardly an overlap.
    pub(super) fn close(&mut self, rules: &RuleSet) {
        for one in &mut self.read {
            one.orphan.close();
            let now = Instant::now();
            let left = if one.orphan.rules().is_same(rules) { LINGER } else { MOMENT };
            one.until = Some(one.until.map_or(now + left, |until| until.min(now + left)));
        }
        self.bound();
    }

    /// When [`tick`](Self::tick) has something to do.
    pub(super) fn due(&self) -> Option<Instant> {
        let ending = (!self.ending.is_empty()).then(|| Instant::now() + LOOK);
        self.read.iter().filter_map(|one| one.until).chain(ending).min()
    }

    /// Ends what is due, aside: to detach hooks takes seconds.
    pub(super) fn tick(&mut self) {
        let now = Instant::now();
        for one in self.read.extract_if(.., |one| one.until.is_some_and(|until| until <= now)) {
            let counts = one.counts();
            match Builder::new().name("bpf-inherited".into()).spawn(move || one.end()) {
                Ok(thread) => self.ending.push(Ending { thread, counts }),
                Err(e) => say::error(format!("no thread to end the hooks of an earlier rauditd: {e}")),
            }
        }
        let ended: Vec<_> = self.ending.extract_if(.., |one| one.thread.is_finished()).collect();
        for one in ended {
            self.past = self.past.and(one.thread.join().unwrap_or(one.counts));
        }
    }

    /// Ends all, and waits for it.
    pub(super) fn end(&mut self) {
        for one in self.read.drain(..) {
            self.past = self.past.and(one.end());
        }
        for one in self.ending.drain(..) {
            self.past = self.past.and(one.thread.join().unwrap_or(one.counts));
        }
    }

    /// Leaves all to a successor.
    pub(super) fn leave(&mut self) {
        for one in self.read.drain(..) {
            one.source.leave();
        }
        self.end();
    }

    /// What was counted under earlier rauditds, by hooks that were found.
    pub(super) fn counts(&self) -> Past {
        let living = self.read.iter().map(Inherited::counts).chain(self.ending.iter().map(|one| one.counts));
        living.fold(self.past, Past::and)
    }

    /// For people.
    pub(super) fn line(&self) -> Option<String> {
        let counts = self.counts();
        let hooks = self.read.len() + self.ending.len();
        (hooks > 0 || counts.matched > 0).then(|| {
            format!(
                "bpf_inherited hooks={hooks} matched={} delivered={} lost={}",
                counts.matched,
                counts.delivered,
                counts.lost.sum()
            )
        })
    }
}
