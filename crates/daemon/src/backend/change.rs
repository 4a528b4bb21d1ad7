//! Changes of the rules. While BPF captures, any number of them is one: all are made or none.

use super::bpf::watches;
use super::{Backend, Choice, Mode, Outlook, ago, is_own, stays_in_kernel};
use crate::event::Author;
use crate::markers::Fate;
use crate::say;
use crate::work::Work;
use nix::errno::Errno;
use raudit_netlink::{Error, Peer, Reply};
use raudit_rules::{Change, FieldId, List, Rule, RuleSet, SetError, Value};
use std::collections::HashSet;
use std::time::Instant;

/// Why no change was made.
struct Refusal {
    /// The change at fault.
    at: usize,
    errno: Errno,
    /// In words, where the number says too little.
    text: Option<String>,
}

impl Refusal {
    fn new(at: usize, errno: Errno) -> Self {
        Self { at, errno, text: None }
    }

    fn of_kernel(at: usize, error: &Error) -> Self {
        Self { at, errno: error.errno().unwrap_or(Errno::EIO), text: error.text().map(str::to_owned) }
    }
}

impl Backend {
    /// Makes one change, wherever rules are kept now.
    pub(super) fn change_rule(&mut self, change: Change, peer: Peer) -> Result<Reply, Error> {
        if self.mode == Mode::Bpf {
            return Ok(match self.change_in_bpf(&[change], peer) {
                Ok(()) => Reply::Ack,
                Err(refusal) => Reply::Error(refusal.errno, refusal.text),
            });
        }
        self.change_in_kernel(&change)?;
        // the kernel's word counts: somebody else may have changed its list behind our back
        let _ = self.rules.apply(&change);
        self.side.forget(std::slice::from_ref(&change));
        self.changed = Some(Instant::now());
        Ok(Reply::Ack)
    }

    /// Whether changes can be made all or none: the kernel makes one after the other.
    pub(super) fn offer_batch(&self) -> Reply {
        match self.mode {
            Mode::Bpf => Reply::Ack,
            Mode::Kernel => Reply::Error(Errno::EOPNOTSUPP, Some("kernel audit holds the rules".into())),
        }
    }

    /// Makes all changes or none.
    pub(super) fn change_rules(&mut self, changes: &[Change], peer: Peer) -> Reply {
        if self.mode == Mode::Kernel {
            return self.offer_batch();
        }
        match self.change_in_bpf(changes, peer) {
            Ok(()) => Reply::Ack,
            Err(refusal) => Reply::BatchError(refusal.at, refusal.errno, refusal.text),
        }
    }

    fn change_in_kernel(&mut self, change: &Change) -> Result<(), Error> {
        match change {
            Change::Add(rule, prepend) => self.kernel.add_rule(rule, *prepend),
            Change::Delete(rule) => self.kernel.delete_rule(rule),
        }
    }

    fn change_in_bpf(&mut self, changes: &[Change], peer: Peer) -> Result<(), Refusal> {
        if self.enabled == 2 {
            return Err(Refusal::new(0, Errno::EPERM));
        }
        let mut rules = self.rules.clone();
        // what the kernel's own list has to follow: its lists, and rules of others that are deleted
        let mut kernels = Vec::new();
        let copies = self.copies_in_kernel(changes);
        for (at, change) in changes.iter().enumerate() {
            let ours = apply(&mut rules, change).map_err(|errno| Refusal::new(at, errno))?;
            let copy = || matches!(change, Change::Delete(rule) if copies.contains(&rule.normalised()));
            if !ours || stays_in_kernel(change.rule().list) || copy() {
                kernels.push((at, change, ours));
            }
        }
        let mut made = Vec::new();
        let outcome = self.mirror(&kernels, &mut made).and_then(|()| self.follow(&rules, changes));
        if let Err(refusal) = outcome {
            for change in made.iter().rev() {
                if let Err(e) = self.change_in_kernel(change) {
                    say::error(format!("cannot take back a change of the kernel's rules: {e}"));
                }
            }
            return Err(refusal);
        }
        self.rules = rules;
        self.side.forget(changes);
        // when the changes brought the kernel back, it has recorded them
        if self.mode == Mode::Bpf {
            self.record(changes, peer);
        }
        Ok(())
    }

    /// Rules to delete that the kernel has as well, because others added them there: listed once, they are deleted at once.
    fn copies_in_kernel(&mut self, changes: &[Change]) -> HashSet<Rule> {
        if !changes.iter().any(|change| matches!(change, Change::Delete(_))) {
            return HashSet::new();
        }
        // should the kernel not tell, only what is ours is deleted
        let held = self.kernel.rules().unwrap_or_default();
        held.into_iter().filter(|rule| !stays_in_kernel(rule.list)).collect()
    }

    /// Makes changes of the kernel's list, of rules that are ours or not; what undoes them is in `undo`, also when one fails.
    fn mirror(&mut self, changes: &[(usize, &Change, bool)], undo: &mut Vec<Change>) -> Result<(), Refusal> {
        for &(at, change, ours) in changes {
            if let Err(e) = self.change_in_kernel(change) {
                // somebody was faster: a rule of ours that we could not delete would be listed for ever
                if ours && matches!(change, Change::Delete(_)) && e.errno() == Some(Errno::ENOENT) {
                    continue;
                }
                return Err(Refusal::of_kernel(at, &e));
            }
            undo.push(match change {
                Change::Add(rule, _) => Change::Delete(rule.clone()),
                Change::Delete(rule) => Change::Add(rule.clone(), false),
            });
        }
        Ok(())
    }

    /// Makes BPF follow a new rule set; where it cannot, the kernel takes over, or the changes are refused.
    fn follow(&mut self, rules: &RuleSet, changes: &[Change]) -> Result<(), Refusal> {
        let outlook = self.side.outlook(rules);
        let forced = self.choice == Choice::Bpf;
        let tried = outlook.exact || (forced && outlook.usable);
        if tried && self.enabled != 0 {
            self.mark(&outlook, changes)?;
        }
        let why = if tried {
            let Err(why) = self.install(&outlook, rules) else { return Ok(()) };
            why
        } else {
            outlook.why_not()
        };
        let refused = if forced {
            Err(not_served(&outlook, rules, changes, why))
        } else {
            self.return_to_kernel(rules, changes, &why)
        };
        if tried && refused.is_err() {
            self.install_again(forced);
        }
        refused
    }

    /// Has the kernel follow the names that are watched. What it refuses is the fault of the change that names it.
    fn mark(&mut self, outlook: &Outlook, changes: &[Change]) -> Result<(), Refusal> {
        let Err(refused) = self.side.mark(outlook, &mut self.kernel) else { return Ok(()) };
        let (marker, e) = *refused;
        self.side.unmark(&self.rules, &mut self.kernel);
        let name = marker.fields.first();
        let at = changes
            .iter()
            .rposition(|c| matches!(c, Change::Add(rule, _) if rule.fields.iter().any(|f| Some(f) == name)));
        Err(Refusal::of_kernel(at.unwrap_or(0), &e))
    }

    /// Markers that the kernel no longer lists: those that somebody deleted are added again; where the kernel has ended one because a
    /// directory is gone, it would have ended the rules themselves, and so do we.
    pub(super) fn markers_gone(&mut self, listed: &[Rule], fate: Fate) {
        let gone = self.side.gone(listed);
        if gone.is_empty() {
            return;
        }
        if !fate.ended {
            say::warning("somebody deleted rules by which the kernel follows names for BPF; they are added again");
            // what cannot be added again has ended
            let outlook = self.side.outlook(&self.rules);
            while let Err(refused) = self.side.mark(&outlook, &mut self.kernel) {
                let (marker, e) = *refused;
                say::error(format!("the kernel does not follow {} any more: {e}", watched(&marker)));
                self.side.forsake(&marker);
            }
            return;
        }
        let ended: Vec<Rule> =
            self.rules.iter().filter(|rule| gone.iter().any(|key| watches(rule, key))).cloned().collect();
        let nobody = Author::of(std::process::id().cast_signed());
        let mut records = Vec::new();
        for rule in ended {
            say::notice(format!("the kernel has ended a rule, because the directory of {} is gone", watched(&rule)));
            records.push(self.stamps.rule_change("remove_rule", &rule, &nobody));
            let _ = self.rules.apply(&Change::Delete(rule));
        }
        self.work.send(Work::Records(records.into_iter().collect()));
        self.follow_enabled();
    }

    /// What may have been half done is done anew for the rules as they were.
    fn install_again(&mut self, forced: bool) {
        let before = std::mem::take(&mut self.rules);
        let outlook = self.side.outlook(&before);
        if let Err(e) = self.install(&outlook, &before) {
            say::error(format!("BPF cannot go back to the rules it had: {e}"));
            if !forced {
                // without changes there is none to refuse
                drop(self.return_to_kernel(&before, &[], &e));
            }
        }
        self.rules = before;
    }

    /// Makes BPF follow the `enabled` flag.
    pub(super) fn follow_enabled(&mut self) {
        let rules = self.rules.clone();
        if let Err(refusal) = self.follow(&rules, &[]) {
            say::error(refusal.text.unwrap_or_else(|| refusal.errno.to_string()));
        }
    }

    /// Gives the kernel a new rule set, and then detaches BPF. A new rule that the kernel refuses leaves everything as it was.
    fn return_to_kernel(&mut self, rules: &RuleSet, changes: &[Change], why: &str) -> Result<(), Refusal> {
        let since = self.bpf_since.map(ago).unwrap_or_default();
        self.hand_over(rules, changes)?;
        say::warning(format!(
            "capturing with kernel audit: {why}; tasks started since BPF took over{since} have no audit context, and \
             kernel rules do not see them until they are started anew"
        ));
        Ok(())
    }

    /// The kernel takes the rules of an earlier rauditd, whose hooks end: BPF does not serve them any more.
    pub(super) fn give_back_because(&mut self, why: &str) {
        let rules = self.rules.clone();
        // without changes there is none to refuse
        drop(self.return_to_kernel(&rules, &[], why));
    }

    /// Ends capture by BPF: the kernel has the rules again, as after auditd, and nothing of ours.
    pub(super) fn give_back(&mut self) {
        let rules = self.rules.clone();
        // without changes there is none to refuse
        drop(self.hand_over(&rules, &[]));
    }

    /// The kernel takes the rules, and BPF ends. Of what it refuses, a rule of `changes` ends it, others are told.
    fn hand_over(&mut self, rules: &RuleSet, changes: &[Change]) -> Result<(), Refusal> {
        let mut added = Vec::new();
        for rule in rules.iter().filter(|rule| !stays_in_kernel(rule.list)) {
            let Err(e) = self.kernel.add_rule(rule, false) else {
                added.push(rule);
                continue;
            };
            match added_by(changes, rule) {
                _ if e.errno() == Some(Errno::EEXIST) => {}
                None => refused_by_kernel(rule, &e),
                Some(at) => {
                    added.iter().rev().for_each(|rule| drop(self.kernel.delete_rule(rule)));
                    return Err(Refusal::of_kernel(at, &e));
                }
            }
        }
        self.detach();
        Ok(())
    }

    fn detach(&mut self) {
        if let Err(e) = self.kernel.delete_rule(&super::task_never())
            && e.errno() != Some(Errno::ENOENT)
        {
            say::error(format!("cannot remove the task,never rule, so kernel audit sees no new task: {e}"));
        }
        self.mode = Mode::Kernel;
        self.inherited = None;
        self.bpf_since = None;
        self.side.remove(&mut self.kernel);
    }

    /// The CONFIG_CHANGE records of changes in which the kernel has no part.
    fn record(&mut self, changes: &[Change], peer: Peer) {
        let author = Author::of(peer.pid);
        let stamps = &mut self.stamps;
        let records = changes.iter().filter(|change| !stays_in_kernel(change.rule().list)).map(|change| match change {
            Change::Add(rule, _) => stamps.rule_change("add_rule", rule, &author),
            Change::Delete(rule) => stamps.rule_change("remove_rule", rule, &author),
        });
        // the writer outlives the backend
        self.work.send(Work::Records(records.collect()));
    }

    /// All rules, those of the exit and io_uring lists with what was counted of them.
    pub(super) fn list_hits(&mut self) -> Result<Reply, Error> {
        let rules = self.list()?;
        let counted = self.mode == Mode::Bpf;
        let hits = self.side.hits();
        let count = |rule: &Rule| {
            let judged = matches!(rule.list, List::Exit | List::IoUring);
            let here = counted && judged && self.rules.list(rule.list).contains(rule);
            here.then(|| hits.get(rule).cloned().unwrap_or_default())
        };
        let hits = rules.iter().map(|rule| (rule.clone(), count(rule))).collect();
        Ok(Reply::Hits(hits))
    }
}

/// Makes a change that is valid; false when the rule to delete is none of ours.
fn apply(rules: &mut RuleSet, change: &Change) -> Result<bool, Errno> {
    if matches!(change, Change::Add(rule, _) if rule.validate().is_err()) {
        return Err(Errno::EINVAL);
    }
    match rules.apply(change) {
        Ok(()) => Ok(true),
        Err(SetError::Exists) => Err(Errno::EEXIST),
        // what others added to the kernel can be deleted through us as well
        Err(SetError::NotFound) if !is_own(change.rule()) => Ok(false),
        Err(SetError::NotFound) => Err(Errno::ENOENT),
    }
}

/// The last change that adds this rule.
fn added_by(changes: &[Change], rule: &Rule) -> Option<usize> {
    changes.iter().rposition(|change| matches!(change, Change::Add(new, _) if new.normalised() == *rule))
}

/// The refusal of `backend = bpf`: of the change that added the rule in the way, or of the last rule where no single one is.
fn not_served(outlook: &Outlook, rules: &RuleSet, changes: &[Change], why: String) -> Refusal {
    let last = || changes.iter().rposition(|change| matches!(change, Change::Add(..)));
    let found = outlook.unserved().and_then(|(at, why)| {
        let rule = rules.iter().nth(at)?;
        Some((added_by(changes, rule)?, why))
    });
    let (at, why) = found.unwrap_or_else(|| (last().unwrap_or(0), why));
    Refusal { at, errno: Errno::EOPNOTSUPP, text: Some(format!("not served by backend = bpf: {why}")) }
}

/// The name that a rule watches, for people.
pub(super) fn watched(rule: &Rule) -> String {
    let text = |f: &raudit_rules::Field| match &f.value {
        Value::Text(path) if f.id != FieldId::FILTERKEY => Some(String::from_utf8_lossy(path).into_owned()),
        _ => None,
    };
    rule.fields.iter().find_map(text).unwrap_or_default()
}

fn refused_by_kernel(rule: &Rule, error: &Error) {
    let text = raudit_rules::print::rule(rule);
    say::error(format!("the kernel refuses \"{}\": {error}", String::from_utf8_lossy(&text)));
}
