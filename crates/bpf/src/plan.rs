//! A rule set, and what to attach for it: data, printable, made without touching the kernel.

use crate::calls::{Call, notes_late, want};
use crate::classify::condition::{self, Condition, needs_items};
use crate::classify::operations::enters;
use crate::classify::{ARCHES, ClassifyError, FS_MAX, Policy};
use crate::hooks::{Need, reads_attributes_late};
use crate::known;
use crate::offer::{Offer, Tier};
use crate::operations::Operations;
use crate::place::{Key, Kind, Places, of_rule};
use labels::Labels;
use raudit_rules::{Action, Field, FieldId, List, Rule, RuleSet};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What BPF can do for a rule set on this kernel.
#[derive(Debug)]
pub struct Plan {
    /// The best tier that serves every rule exactly; `None` if there is none.
    pub exact: Option<Tier>,
    /// The best tier that serves every rule at all.
    pub usable: Option<Tier>,
    /// Each rule, in listing order, with what stands against each tier.
    pub rules: Vec<Judgement>,
    /// What is attached, when a tier is usable.
    pub attach: Attach,
    /// The compiled rules.
    pub policy: Option<Policy>,
    /// The names that rules watch, with the numbers that the policy has for them.
    pub places: Vec<(Key, u16)>,
    /// Keys of the rules of the exit and io_uring lists, by their bit.
    pub keys: Vec<Option<Vec<u8>>>,
    /// When rules ask about SELinux's labels: what `selinux::policy_loads` said. Another number, and the plan is to be made anew.
    pub label_loads: Option<u32>,
    /// Why no tier is usable, for a reason that is no single rule's.
    pub refusal: Option<String>,
}

/// A rule and its obstacles.
#[derive(Clone, Debug, Default)]
pub struct Judgement {
    /// Why the fentry tier does not serve it exactly.
    pub fentry: Option<Obstacle>,
    /// Why the tracepoint tier does not.
    pub tracepoint: Option<Obstacle>,
}

/// Why a tier does not serve a rule exactly.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Obstacle {
    /// It cannot serve it.
    Refused(String),
    /// It can, but something of the record may differ from the kernel's.
    Inexact(String),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(why) => f.write_str(why),
            Self::Inexact(why) => write!(f, "not exact: {why}"),
        }
    }
}

/// Which hooks are needed.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attach {
    /// Kernel functions of the system calls named (fentry tier).
    pub syscalls: BTreeSet<String>,
    /// What to collect, by architecture index and number (`enum want`).
    pub wants: [BTreeMap<u32, u32>; 2],
    /// What the calls do that hooks must see.
    pub needs: BTreeSet<Need>,
    /// Operations of io_uring: their functions, when a rule is about them.
    pub operations: Operations,
}

/// System calls with programs of their own, at most; more are seen where all pass.
const ENTRIES_MAX: usize = 250;

impl Plan {
    /// Plans for a rule set on a kernel that offers this. Names that rules watch get places, if they have none yet.
    pub fn new(rules: &RuleSet, offer: &Offer, places: &mut Places) -> Self {
        let of_calls = || rules.list(List::Exit).iter().chain(rules.list(List::IoUring));
        let mut calls = Calls { offer, attach: Attach::default(), known: BTreeMap::new() };
        let mut labels = Labels::new(rules, offer);
        let mut judged = |rule| labels.resolve(rule).map_or_else(both, |rule| judge(&rule, rules, &mut calls));
        let judged: Vec<Judgement> = rules.iter().map(&mut judged).collect();
        let task = rules.list(List::Task);
        let mut plan = Self {
            exact: None,
            usable: None,
            rules: judged,
            attach: calls.attach,
            policy: None,
            places: Vec::new(),
            keys: of_calls().map(|r| r.key().map(<[u8]>::to_vec)).collect(),
            label_loads: labels.loads(),
            refusal: offer.unusable.clone(),
        };
        if !task.is_empty() {
            plan.attach.needs.insert(Need::Task);
        }
        if !signals::are_noted(rules) {
            plan.attach.needs.remove(&Need::Signal);
        }
        if plan.attach.syscalls.len() > ENTRIES_MAX {
            plan.attach.needs.insert(Need::Every);
        }
        if plan.attach.needs.contains(&Need::Every) {
            plan.attach.syscalls.clear();
        }
        plan.choose(rules, offer, places, labels);
        plan
    }

    fn choose(&mut self, rules: &RuleSet, offer: &Offer, places: &mut Places, mut labels: Labels) {
        if self.refusal.is_some() {
            return;
        }
        let fentry = offer.no_fentry.is_none();
        let none = |pick: fn(&Judgement) -> &Option<Obstacle>| self.rules.iter().all(|r| pick(r).is_none());
        let served = |pick: fn(&Judgement) -> &Option<Obstacle>| {
            self.rules.iter().all(|r| !matches!(pick(r), Some(Obstacle::Refused(_))))
        };
        let exact = [(Tier::Fentry, fentry && none(|r| &r.fentry)), (Tier::Tracepoint, none(|r| &r.tracepoint))];
        let usable = [(Tier::Fentry, fentry && served(|r| &r.fentry)), (Tier::Tracepoint, served(|r| &r.tracepoint))];
        let first = |of: [(Tier, bool); 2]| of.into_iter().find(|t| t.1).map(|t| t.0);
        (self.exact, self.usable) = (first(exact), first(usable));
        if self.usable.is_none() {
            return;
        }
        let of_calls = rules.list(List::Exit).iter().chain(rules.list(List::IoUring));
        let exit: Vec<Rule> = of_calls.filter_map(|rule| labels.resolve(rule).ok()).collect();
        if !places.assign(exit.iter()) {
            return self.refuse(&ClassifyError::TooManyPlaces);
        }
        match Policy::compile(&exit, rules.list(List::Task), rules.list(List::Filesystem), places) {
            Ok(policy) => self.policy = Some(Policy { labels: labels.questions(), ..policy }),
            Err(e) => return self.refuse(&e),
        }
        let mut watched: Vec<Key> = exit.iter().flat_map(of_rule).collect();
        watched.sort();
        watched.dedup();
        self.places = watched.into_iter().filter_map(|key| places.get(&key).map(|number| (key, number))).collect();
    }

    fn refuse(&mut self, error: &ClassifyError) {
        self.refusal = Some(error.to_string());
        (self.exact, self.usable) = (None, None);
    }
}

/// The system calls looked at so far, and what they need.
struct Calls<'a> {
    offer: &'a Offer,
    attach: Attach,
    known: BTreeMap<(usize, u32), Result<PerTier, Obstacle>>,
}

impl Calls<'_> {
    /// What stands against a call; each is looked at once, whatever the number of rules that name it.
    fn judge(&mut self, at: usize, nr: u32) -> Result<PerTier, Obstacle> {
        if let Some(known) = self.known.get(&(at, nr)) {
            return known.clone();
        }
        let judged = call(at, nr, self.offer, &mut self.attach);
        self.known.insert((at, nr), judged.clone());
        judged
    }
}

fn judge(rule: &Rule, rules: &RuleSet, calls: &mut Calls<'_>) -> Judgement {
    match rule.list {
        // left to the kernel, which filters what user space sends; and applied to our own records
        List::User => Judgement::default(),
        List::Exclude => exclude(rule),
        List::Exit => exit(rule, calls),
        List::Task => task(rule),
        List::Filesystem => filesystem(rule),
        List::IoUring => uring::judge(rule, rules, calls),
    }
}

fn both(obstacle: Obstacle) -> Judgement {
    Judgement { fentry: Some(obstacle.clone()), tracepoint: Some(obstacle) }
}

fn exclude(rule: &Rule) -> Judgement {
    let known = [FieldId::MSGTYPE, FieldId::PID, FieldId::UID, FieldId::GID, FieldId::LOGINUID, FieldId::FILTERKEY];
    match rule.fields.iter().find(|f| !known.contains(&f.id)) {
        Some(field) => both(Obstacle::Refused(format!("field {} in the exclude list", field_name(field.id)))),
        None => Judgement::default(),
    }
}

fn field_name(id: FieldId) -> &'static str {
    match id {
        FieldId::FIELD_COMPARE => "-C",
        id => id.name().unwrap_or("of an unknown kind"),
    }
}

/// A rule of the task list: asked while a task is made, of the task alone.
fn task(rule: &Rule) -> Judgement {
    if rule.action == Action::Always {
        return both(Obstacle::Refused("it asks for every call of the tasks to come".into()));
    }
    let served = |field: &&Field| field.id != FieldId::EXE && condition::of(field).is_none_or(|c| c.is_ok());
    match rule.fields.iter().find(|field| !served(field)) {
        Some(field) => both(Obstacle::Refused(format!("field {} in the task list", field_name(field.id)))),
        None => Judgement::default(),
    }
}

/// A rule of the filesystem list: the programs know a few.
fn filesystem(rule: &Rule) -> Judgement {
    if rule.fields.len() > FS_MAX {
        return both(Obstacle::Refused("more file systems than there is room for".into()));
    }
    Judgement::default()
}

/// What stands against the fields of a rule, whatever calls it names.
fn fields(rule: &Rule, offer: &Offer) -> Judgement {
    let served = |field: &&Field| condition::of(field).is_none_or(|c| c.is_ok());
    if let Some(field) = rule.fields.iter().find(|field| !served(field)) {
        return both(Obstacle::Refused(format!("field {} is not served by BPF yet", field_name(field.id))));
    }
    let labels = || offer.labels.clone().map(Obstacle::Inexact);
    let fentry = of_rule(rule).find_map(|key| unseen(key.kind, offer));
    let fentry = fentry.or_else(|| by_last_call(rule, offer)).or_else(labels);
    let items = rule.fields.iter().find(|f| needs_items(f) || f.id == FieldId::FILETYPE);
    let tracepoint = items.map(|f| Obstacle::Refused(format!("field {}: files are not seen", field_name(f.id))));
    Judgement { tracepoint: tracepoint.or_else(|| fentry.clone()), fentry }
}

/// Why a rule is judged by what the task's last call left, if this kernel is so old that it takes that for the present one's.
pub fn by_last_call(rule: &Rule, offer: &Offer) -> Option<Obstacle> {
    if !offer.judges_by_last_call {
        return None;
    }
    let has = |ids: &[FieldId]| rule.fields.iter().map(|f| f.id).find(|id| ids.contains(id));
    if has(&[FieldId::SADDR_FAM]).is_some() {
        let why = "for a call without an address this kernel takes that of the task's call before";
        return Some(Obstacle::Inexact(format!("field saddr_fam: {why}")));
    }
    let result =
        has(&[FieldId::SUCCESS, FieldId::EXIT]).filter(|_| of_rule(rule).any(|key| key.kind == Kind::Watch))?;
    let why = "when the name is deleted this kernel takes the result of the task's call before";
    Some(Obstacle::Inexact(format!("field {} with path=: {why}", field_name(result))))
}

/// Why the kernel's knowledge of a watched name is not to be had.
fn unseen(kind: Kind, offer: &Offer) -> Option<Obstacle> {
    let hidden = |symbol| format!("/proc/kallsyms does not show {symbol} (kernel.kptr_restrict = 2?)");
    let gone = |function| format!("no function {function} in the kernel's BTF");
    let why = match kind {
        Kind::Watch if offer.watches.inode_hash == 0 => hidden("audit_inode_hash"),
        Kind::Watch if offer.function("audit_watch_handle_event").is_none() => gone("audit_watch_handle_event"),
        Kind::Tree if offer.watches.tree_ops == 0 => hidden("audit_tree_ops"),
        Kind::Exe if offer.watches.filter_list == 0 => hidden("audit_filter_list"),
        _ => return None,
    };
    Some(Obstacle::Refused(why))
}

fn exit(rule: &Rule, calls: &mut Calls<'_>) -> Judgement {
    let mut judgement = fields(rule, calls.offer);
    let impossible = |f: &Field| matches!(condition::of(f), Some(Ok(Condition::Never)));
    // what is never recorded needs no hooks, nor does a rule that nothing satisfies
    if rule.action == Action::Never || rule.fields.iter().any(impossible) {
        return judgement;
    }
    for key in of_rule(rule) {
        calls.attach.needs.insert(match key.kind {
            Kind::Watch => Need::Watch,
            Kind::Tree => continue,
            Kind::Exe => Need::Program,
        });
    }
    for at in 0..ARCHES.len() {
        for nr in known::calls_of(rule, at) {
            match calls.judge(at, nr) {
                Err(obstacle) => return both(obstacle),
                Ok((fentry, tracepoint)) => {
                    judgement.fentry = worse(judgement.fentry, fentry);
                    judgement.tracepoint = worse(judgement.tracepoint, tracepoint);
                }
            }
        }
    }
    if enters(rule) {
        judgement.fentry = worse(judgement.fentry, uring::judge_call(calls));
    }
    judgement
}

fn worse(one: Option<Obstacle>, other: Option<Obstacle>) -> Option<Obstacle> {
    match (&one, &other) {
        (Some(Obstacle::Refused(_)), _) | (_, None) => one,
        (_, Some(Obstacle::Refused(_))) | (None, _) => other,
        _ => one,
    }
}

type PerTier = (Option<Obstacle>, Option<Obstacle>);

/// One system call of a rule: what stands against it, and what it needs.
fn call(at: usize, nr: u32, offer: &Offer, attach: &mut Attach) -> Result<PerTier, Obstacle> {
    let Some(call) = known::call(at, nr) else {
        // the kernel has no such call either: nothing can match
        return Ok((None, None));
    };
    let (names, name) = (&call.names, call.names.first().copied().unwrap_or_default());
    let (kind, wants) =
        call.kind.ok_or_else(|| Obstacle::Refused(format!("{name}: its records are not served by BPF yet")))?;
    let attributes = reads_attributes_late(offer);
    let late = wants & u32::from(want::FD) != 0 && names.iter().any(|n| notes_late(n, attributes));
    let wants = if late { wants & !u32::from(want::FD) | u32::from(want::FD_LATE) } else { wants };
    let split = offer.splits_addresses && kind.needs().contains(&Need::Address);
    let here = [(late, Need::Late), (late && attributes, Need::LateAttribute), (split, Need::SplitAddress)];
    let needs = kind.needs().iter().copied();
    let needs: Vec<Need> = needs.chain(here.into_iter().filter(|h| h.0).map(|h| h.1)).collect();
    match entry::function(at, names, |f| offer.function(f).is_some()) {
        Some(symbol) => drop(attach.syscalls.insert(symbol)),
        // some calls have no function that a program can be attached to
        None => drop(attach.needs.insert(Need::Every)),
    }
    let sees = needs.iter().any(|need| *need != Need::Call) || kind == Call::Descriptor;
    let inexact = || offer.trial.obstacle(name, kind).filter(|_| sees).map(Obstacle::Inexact);
    let fentry = missing(&needs, offer).or_else(inexact);
    if let Some(calls) = attach.wants.get_mut(at) {
        calls.insert(nr, wants);
    }
    attach.needs.extend(needs);
    let refused = kind.refused_by_tracepoint().map(|why| Obstacle::Refused(format!("{name}: {why}")));
    let inexact = || kind.inexact_by_tracepoint().map(|why| Obstacle::Inexact(format!("{name}: {why}")));
    let tracepoint = refused.or_else(inexact);
    Ok((fentry, tracepoint))
}

/// What keeps a call from being served, or from being served exactly: a function that this kernel does not let us trace, or has with
/// another prototype.
fn missing(needs: &[Need], offer: &Offer) -> Option<Obstacle> {
    if offer.timekeeper == 0 && needs.contains(&Need::Clock) {
        return Some(Obstacle::Refused("the kernel's clock is not found in /proc/kallsyms".into()));
    }
    // one of several names is enough
    let gone = |functions: &&str| {
        let mut found = functions.split('|').map(|f| offer.target(f));
        let first = found.next()?.err()?;
        found.all(|f| f.is_err()).then_some(first)
    };
    if let Some(gone) = needs.iter().flat_map(|need| need.functions()).find_map(gone) {
        return Some(Obstacle::Refused(gone));
    }
    let labels = offer.selinux.is_some() && needs.contains(&Need::Ipc);
    labels.then(|| Obstacle::Inexact("the labels of System V objects (obj=) are not shown".into()))
}

pub(crate) mod ended;
pub(crate) mod entry;
mod labels;
mod signals;
#[cfg(test)]
mod tests;
mod uring;
