//! Who captures, the kernel's audit or BPF; and when that changes.
//!
//! The rules are kept here and mirrored to whoever captures. With `backend = auto` rules go to the kernel first; when none
//! has changed for a while and BPF serves every one exactly, BPF takes over: its programs are attached, then the kernel's
//! copies are deleted and `task,never` is added, so that new tasks pay nothing for kernel audit. A rule that BPF does not
//! serve brings the kernel back, in the opposite order. Around a change an event may be recorded twice, never not at all.

#[cfg(feature = "bpf")]
mod bpf;
#[cfg(feature = "bpf")]
pub(crate) use bpf::ready;
#[cfg(not(feature = "bpf"))]
#[path = "backend/no_bpf.rs"]
mod bpf;
mod change;
mod describe;
#[cfg(feature = "bpf")]
mod inherited;
#[cfg(not(feature = "bpf"))]
use bpf as inherited;
mod takeover;

use crate::event::Stamps;
use crate::markers::{Fate, Markers};
use crate::privilege::Root;
use crate::say;
use crate::work::Outbox;
use crate::writer::Written;
use bpf::{Outlook, Side, is_marker};
pub use inherited::Found;
use nix::errno::Errno;
use raudit_config::{Backend as Choice, RauditdConf};
use raudit_netlink::{Client, Error, Peer, Reply, Request, SignalInfo, StatusChange};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use takeover::{Outcome, Takeover};

/// Marks the rule that keeps kernel audit out of new tasks as ours, so that it is recognised after a crash.
const MARK: &[u8] = b"rauditd";

/// How often SELinux's policy is looked at, while rules ask about its labels. Until then they match whatever the label.
const POLICY_LOOK: Duration = Duration::from_secs(1);

/// Who captures now.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Mode {
    Kernel,
    Bpf,
}

/// The backend and its rules.
#[derive(Debug)]
pub struct Backend {
    choice: Choice,
    /// Local events are not wanted.
    is_idle: bool,
    kernel: Client,
    side: Side,
    work: Outbox,
    /// What the writer has done, for the status.
    written: Arc<Written>,
    /// For the records of rule changes.
    stamps: Stamps,
    /// What has become of the rules by which the kernel follows names.
    markers: Markers,
    rules: RuleSet,
    mode: Mode,
    /// It is the hooks of an earlier rauditd that capture, until ours are ready: of which tier.
    inherited: Option<String>,
    /// While the kernel captures, or hooks that were inherited: BPF is being made ready to follow it.
    takeover: Option<Takeover>,
    settle: Duration,
    /// When a rule last changed and no decision has been made since.
    changed: Option<Instant>,
    /// Kernel audit's `enabled`; BPF follows it.
    enabled: u32,
    /// Since when new tasks have no audit context of the kernel's.
    bpf_since: Option<SystemTime>,
}

impl Backend {
    /// Takes over the rules the kernel has. A forced BPF backend starts at once, or fails.
    pub fn start(
        conf: &RauditdConf,
        mut kernel: Client,
        work: Outbox,
        written: Arc<Written>,
        markers: Markers,
        found: Found,
        root: &Root,
    ) -> Result<Self, String> {
        let enabled = kernel.status().map_err(|e| e.to_string())?.enabled;
        let (mut backend, rules) = Self::new(conf, kernel, work, written, markers, found, root);
        backend.enabled = enabled;
        match rules {
            Some(rules) => backend.inherit(rules)?,
            None => backend.adopt()?,
        }
        backend.side.clear_useless();
        match backend.choice {
            Choice::Bpf => backend.force_bpf()?,
            Choice::Auto => backend.changed = Some(Instant::now()),
            Choice::Netlink if backend.inherited.is_some() => {
                backend.give_back();
                say::notice("capturing with kernel audit: backend = netlink; it has the rules of the earlier rauditd");
            }
            Choice::Netlink => {}
        }
        Ok(backend)
    }

    /// Nobody captures (`local_events = no`), and the kernel's audit is left alone; whoever asks is told what it says.
    pub fn idle(
        conf: &RauditdConf,
        kernel: Client,
        work: Outbox,
        written: Arc<Written>,
        markers: Markers,
        root: &Root,
    ) -> Self {
        let (backend, _) = Self::new(conf, kernel, work, written, markers, Found::nothing(), root);
        Self { choice: Choice::Netlink, is_idle: true, ..backend }
    }

    fn new(
        conf: &RauditdConf,
        kernel: Client,
        work: Outbox,
        written: Arc<Written>,
        markers: Markers,
        found: Found,
        root: &Root,
    ) -> (Self, Option<RuleSet>) {
        let (side, rules) = Side::new(conf, work.clone(), found, root);
        let backend = Self {
            choice: conf.backend,
            is_idle: false,
            kernel,
            side,
            work,
            written,
            stamps: Stamps::new(),
            markers,
            rules: RuleSet::new(),
            mode: Mode::Kernel,
            inherited: None,
            takeover: None,
            settle: Duration::from_millis(conf.settle_time.into()),
            changed: None,
            enabled: 0,
            bpf_since: None,
        };
        (backend, rules)
    }

    /// The rules are those of an earlier rauditd, whose hooks go on; the kernel goes on following names for them.
    fn inherit(&mut self, rules: RuleSet) -> Result<(), String> {
        let found = self.kernel.rules().map_err(|e| e.to_string())?;
        let markers = found.into_iter().filter(is_marker).collect();
        for useless in self.side.adopt_markers(markers) {
            self.kernel.delete_rule(&useless).map_err(|e| e.to_string())?;
        }
        self.rules = rules;
        self.mode = Mode::Bpf;
        self.inherited = self.side.inherited_tier().map(str::to_owned);
        self.bpf_since = Some(SystemTime::now());
        if self.inherited.is_none() {
            // none of the hooks can be used: until ours are ready the kernel captures
            self.give_back();
        }
        Ok(())
    }

    /// Waits until it is our own hooks that capture, or the kernel: for what is to be done by whoever does.
    fn end_inheriting(&mut self) {
        if self.inherited.is_some()
            && let Some(takeover) = self.takeover.take()
        {
            self.end_takeover(takeover);
        }
    }

    /// The kernel's rules become ours; one that a crashed rauditd left is removed.
    fn adopt(&mut self) -> Result<(), String> {
        let mut found = self.kernel.rules().map_err(|e| e.to_string())?;
        let own = task_never();
        for rule in found.extract_if(.., |rule| is_own(rule)) {
            self.kernel.delete_rule(&rule).map_err(|e| e.to_string())?;
            if rule == own {
                say::warning("removed the task,never rule of an earlier rauditd that did not stop in order");
            }
        }
        self.rules = RuleSet::listed(found);
        Ok(())
    }

    /// While the kernel captures, its list is the truth: others may have changed it behind our back.
    fn resync(&mut self) -> Result<(), Error> {
        if self.mode == Mode::Kernel {
            self.rules = RuleSet::listed(self.kernel.rules()?.into_iter().filter(|r| !is_own(r)));
        }
        Ok(())
    }

    fn force_bpf(&mut self) -> Result<(), String> {
        let outlook = self.side.outlook(&self.rules);
        if !outlook.usable {
            return Err(format!("backend = bpf: {}", outlook.why_not()));
        }
        let rules = std::mem::take(&mut self.rules);
        let installed = self.install(&outlook, &rules);
        self.rules = rules;
        installed?;
        self.bpf_captures(&outlook);
        Ok(())
    }

    /// Answers a request of the control socket.
    pub fn answer(&mut self, request: Request, peer: Peer) -> Reply {
        if matches!(
            request,
            Request::ChangeRule(_)
                | Request::BeginBatch
                | Request::ChangeRules(_)
                | Request::SetStatus(_)
                | Request::ListHits
        ) {
            self.end_inheriting();
        }
        let answered = match request {
            Request::ChangeRule(change) => self.change_rule(change, peer),
            Request::BeginBatch => Ok(self.offer_batch()),
            Request::ChangeRules(changes) => Ok(self.change_rules(&changes, peer)),
            Request::ListHits => self.list_hits(),
            Request::ListRules => self.list().map(Reply::Rules),
            Request::GetStatus => self.status(),
            Request::SetStatus(change) => self.set_status(&change),
            Request::GetFeatures => self.kernel.features().map(Reply::Features),
            Request::SignalInfo => self.kernel.signal_info().map(Reply::SignalInfo),
            Request::UserMessage(kind, text) => self.kernel.user_message(kind, &text).map(|()| Reply::Ack),
            Request::Describe => self.resync().map(|()| Reply::Text(self.describe())),
            // the kernel's own affairs, also while BPF captures: login uids, and trees, whose rules stay with it
            Request::SetFeatures(features) => self.kernel.set_features(&features).map(|()| Reply::Ack),
            Request::Trim => self.kernel.trim().map(|()| Reply::Ack),
            Request::MakeEquivalent(trees) => self.kernel.make_equivalent(&trees).map(|()| Reply::Ack),
            // plugins are not ours: control answers that
            Request::ListPlugins | Request::Other(_) => {
                Ok(Reply::Error(Errno::EOPNOTSUPP, Some("rauditd does not support this request".into())))
            }
        };
        answered.unwrap_or_else(|e| Reply::Error(e.errno().unwrap_or(Errno::EIO), e.text().map(str::to_owned)))
    }

    fn list(&mut self) -> Result<Vec<Rule>, Error> {
        let mut kernel = self.kernel.rules()?;
        if self.mode == Mode::Kernel {
            return Ok(kernel);
        }
        let fate = self.markers.take();
        self.markers_gone(&kernel, fate);
        kernel.retain(|r| !is_own(r) && !self.rules.list(r.list).contains(r));
        let mut all: Vec<Rule> = self.rules.iter().cloned().chain(kernel).collect();
        all.sort_by_key(|r| r.list);
        Ok(all)
    }

    fn status(&mut self) -> Result<Reply, Error> {
        let mut status = self.kernel.status()?;
        let lost = u32::try_from(self.side.counters().lost).unwrap_or(u32::MAX);
        status.lost = status.lost.saturating_add(lost);
        Ok(Reply::Status(status))
    }

    fn set_status(&mut self, change: &StatusChange) -> Result<Reply, Error> {
        if change.pid.is_some() {
            return Ok(Reply::Error(Errno::EPERM, Some("rauditd is the audit daemon".into())));
        }
        let value = self.kernel.set_status(change)?;
        if let Some(enabled) = change.enabled {
            self.enabled = enabled;
            match self.mode {
                Mode::Bpf => self.follow_enabled(),
                // rules that waited for auditing to be switched on are decided about now
                Mode::Kernel => self.changed = Some(Instant::now()),
            }
        }
        let resets = change.reset_lost || change.reset_backlog_wait_time_actual;
        Ok(if resets { Reply::Value(value) } else { Reply::Ack })
    }

    /// When [`tick`](Self::tick) has something to decide.
    pub fn due(&self) -> Option<Instant> {
        let policy = self.side.asks_about_labels().then(|| Instant::now() + POLICY_LOOK);
        let side = self.side.due().into_iter().chain(self.side.losses_due());
        self.settled().into_iter().chain(policy).chain(side).min()
    }

    fn settled(&self) -> Option<Instant> {
        self.changed.map(|at| at + self.settle)
    }

    /// Takes what of rauditd.conf may change while it runs: which rules are critical.
    pub fn reconfigure(&mut self, conf: &RauditdConf) {
        self.side.prioritise(conf);
    }

    /// The names in rules about labels have other numbers in another policy of SELinux; or other rules are critical.
    fn install_anew(&mut self) {
        let rules = std::mem::take(&mut self.rules);
        let outlook = self.side.outlook(&rules);
        if let Err(e) = self.install(&outlook, &rules) {
            say::error(format!(
                "the rules cannot follow SELinux's policy or rauditd.conf, they stay as they were: {e}"
            ));
        }
        self.rules = rules;
    }

    /// Says that [`tick`](Self::tick) has something to do.
    pub fn wakes(&self) -> impl Iterator<Item = BorrowedFd<'_>> {
        [self.markers.as_fd()].into_iter().chain(self.takeover.iter().map(AsFd::as_fd))
    }

    /// Decides when the rules have settled, and follows what the kernel has ended.
    pub fn tick(&mut self) {
        self.side.tick();
        let fate = self.markers.take();
        if fate != Fate::default() && self.mode == Mode::Bpf {
            match self.kernel.rules() {
                Ok(listed) => self.markers_gone(&listed, fate),
                Err(e) => say::error(format!("cannot read the kernel's rules: {e}")),
            }
        }
        if self.mode == Mode::Bpf && (self.side.labels_changed() || self.side.priorities_changed()) {
            self.install_anew();
        }
        self.side.tell_losses();
        if let Some(takeover) = self.takeover.take_if(|takeover| takeover.is_over()) {
            self.end_takeover(takeover);
        }
        if self.takeover.is_some() || self.settled().is_none_or(|due| Instant::now() < due) {
            return;
        }
        self.changed = None;
        if self.wants_bpf() {
            let in_force = if self.enabled == 0 { RuleSet::new() } else { self.rules.clone() };
            match Takeover::begin(&mut self.side, self.rules.clone(), in_force) {
                Ok(takeover) => self.takeover = Some(takeover),
                Err(e) => say::error(format!("who captures goes on: no thread to make BPF ready: {e}")),
            }
        }
    }

    /// Whether there is something that BPF might take over from the kernel.
    fn wants_bpf(&mut self) -> bool {
        if self.inherited.is_some() {
            return true;
        }
        if self.choice != Choice::Auto || self.mode == Mode::Bpf || self.enabled != 1 {
            return false;
        }
        if let Err(e) = self.resync() {
            say::error(format!("cannot read the kernel's rules: {e}"));
            return false;
        }
        // without a rule there is nothing to gain, and tasks born meanwhile would be invisible to kernel rules to come
        [List::Exit, List::IoUring].iter().any(|&list| !self.rules.list(list).is_empty())
    }

    /// BPF is ready, or will not be. Until this moment the kernel had the rules, and they may have changed.
    fn end_takeover(&mut self, takeover: Takeover) {
        let Some((side, outcome, rules)) = takeover.end() else {
            const WHY: &str = "the thread that made BPF ready has died";
            if self.inherited.is_some() {
                self.give_back_because(WHY);
            } else {
                say::error(format!("capturing with kernel audit: {WHY}"));
            }
            return;
        };
        self.side.restore(side);
        if self.inherited.is_some() {
            return match outcome {
                Outcome::Captures(outlook) => self.bpf_captures(&outlook),
                Outcome::Inexact(why) | Outcome::Failed(why) => self.give_back_because(&why),
            };
        }
        let (wanted, same) = (self.wants_bpf(), self.rules.is_same(&rules));
        match outcome {
            Outcome::Captures(outlook) if wanted && same => return self.bpf_captures(&outlook),
            _ if wanted && !same => {
                // programs are kept: the next time is soon over
                self.changed = self.changed.or_else(|| Some(Instant::now()));
                return;
            }
            Outcome::Captures(_) => {}
            Outcome::Inexact(why) => say::notice(format!("capturing with kernel audit: {why}")),
            Outcome::Failed(why) => say::error(format!("capturing with kernel audit: {why}")),
        }
        // programs may be left of a time before, when the rules had changed meanwhile
        self.side.remove(&mut self.kernel);
    }

    fn install(&mut self, outlook: &Outlook, rules: &RuleSet) -> Result<(), String> {
        if self.enabled == 0 {
            let nothing = RuleSet::new();
            let outlook = self.side.outlook(&nothing);
            self.side.install(&outlook, &nothing, rules)?;
            self.side.unmark(&nothing, &mut self.kernel);
            return Ok(());
        }
        install(&mut self.side, &mut self.kernel, outlook, rules, rules)
    }

    /// From now on: programs are attached, and the kernel's copies of the rules go.
    fn bpf_captures(&mut self, outlook: &Outlook) {
        self.mode = Mode::Bpf;
        self.inherited = None;
        self.bpf_since.get_or_insert_with(SystemTime::now);
        // the kernel takes a rule for the front of a list as often as it is told, and an earlier rauditd's may be there
        let is_there = self.kernel.rules().is_ok_and(|listed| listed.contains(&task_never()));
        if !is_there
            && let Err(e) = self.kernel.add_rule(&task_never(), true)
            && e.errno() != Some(Errno::EEXIST)
        {
            say::warning(format!("cannot keep kernel audit out of new tasks: {e}; they pay for it"));
        }
        for rule in self.rules.iter().filter(|r| !stays_in_kernel(r.list)) {
            if let Err(e) = self.kernel.delete_rule(rule)
                && e.errno() != Some(Errno::ENOENT)
            {
                say::warning(format!("a rule stays in the kernel and its events are recorded twice: {e}"));
            }
        }
        say::notice(format!("capturing with BPF, {} tier", outlook.tier()));
    }

    /// Ends: the kernel has the rules again, as after auditd, and nothing of ours.
    pub fn stop(&mut self) {
        let was_taking_over = self.break_off();
        match self.mode {
            Mode::Kernel if was_taking_over => self.side.remove(&mut self.kernel),
            Mode::Kernel => {}
            Mode::Bpf => self.give_back(),
        }
    }

    /// Breaks off a takeover; false when there was none.
    fn break_off(&mut self) -> bool {
        let Some(takeover) = self.takeover.take() else { return false };
        takeover.cancel();
        if let Some((side, ..)) = takeover.end() {
            self.side.restore(side);
        }
        true
    }

    /// Ends, and leaves everything as it is to a successor that comes at once.
    pub fn leave(&mut self) {
        self.break_off();
        if self.mode == Mode::Kernel {
            self.side.remove(&mut self.kernel);
        } else if !self.side.leave() {
            say::warning("nothing is pinned: the kernel has the rules until the next rauditd captures");
            self.give_back();
        }
    }

    /// Who sent us the last signal. The kernel tells the one it knows as the audit daemon.
    pub fn signal_info(&mut self) -> Option<SignalInfo> {
        if self.is_idle { None } else { self.kernel.signal_info().ok() }
    }
}

/// Has BPF follow the rules, and the kernel the names that they watch.
fn install(
    side: &mut Side,
    kernel: &mut Client,
    outlook: &Outlook,
    rules: &RuleSet,
    kept: &RuleSet,
) -> Result<(), String> {
    let refused = |refused: Box<(Rule, Error)>| {
        format!("the kernel does not follow {}: {}", change::watched(&refused.0), refused.1)
    };
    side.mark(outlook, kernel).map_err(refused)?;
    side.install(outlook, rules, kept)?;
    side.unmark(rules, kernel);
    Ok(())
}

/// Lists that only the kernel can evaluate for its own records; BPF records are filtered by us as well.
fn stays_in_kernel(list: List) -> bool {
    matches!(list, List::User | List::Exclude)
}

/// Whether a rule of the kernel's list is of our making.
fn is_own(rule: &Rule) -> bool {
    *rule == task_never() || is_marker(rule)
}

/// `-a never,task -k rauditd`.
fn task_never() -> Rule {
    let key = Field { id: FieldId::FILTERKEY, op: Op::Eq, value: Value::Text(MARK.to_vec()) };
    Rule { list: List::Task, action: Action::Never, syscalls: SyscallMask::EMPTY, fields: vec![key] }
}

/// How long ago, in words.
fn ago(since: SystemTime) -> String {
    since.elapsed().map(|d| format!(" {} s ago", d.as_secs())).unwrap_or_default()
}

#[cfg(test)]
mod tests;
