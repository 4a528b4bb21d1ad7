//! A rule set, and what to attach for it: data, printable, made without touching the kernel.

use crate::calls::Call;
use crate::classify::{ARCHES, ClassifyError, NR_MAX, Policy};
use crate::fact;
use crate::hooks::Need;
use crate::offer::{Offer, Tier};
use raudit_rules::{Field, FieldId, List, Op, Rule, RuleSet, Value};
use raudit_tables::syscall;
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
    /// The compiled exit list.
    pub policy: Option<Policy>,
    /// Keys of the exit list's rules, by their bit.
    pub keys: Vec<Option<Vec<u8>>>,
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
    pub wants: [BTreeMap<u32, u16>; 2],
    /// What the calls do that hooks must see.
    pub needs: BTreeSet<Need>,
}

impl Plan {
    /// Plans for a rule set on a kernel that offers this.
    pub fn new(rules: &RuleSet, offer: &Offer) -> Self {
        let exit = rules.list(List::Exit);
        let mut calls = Calls { offer, attach: Attach::default(), known: BTreeMap::new() };
        let judged: Vec<Judgement> = rules.iter().map(|rule| judge(rule, &mut calls)).collect();
        let attach = calls.attach;
        let mut plan = Self {
            exact: None,
            usable: None,
            rules: judged,
            attach,
            policy: None,
            keys: exit.iter().map(|r| r.key().map(<[u8]>::to_vec)).collect(),
            refusal: offer.unusable.clone(),
        };
        plan.choose(exit, offer);
        plan
    }

    fn choose(&mut self, exit: &[Rule], offer: &Offer) {
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
        match Policy::compile(exit) {
            Ok(policy) => self.policy = Some(policy),
            Err(e) => self.refuse(&e),
        }
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
    fn judge(&mut self, at: usize, arch: u32, nr: u32) -> Result<PerTier, Obstacle> {
        if let Some(known) = self.known.get(&(at, nr)) {
            return known.clone();
        }
        let judged = call(at, arch, nr, self.offer, &mut self.attach);
        self.known.insert((at, nr), judged.clone());
        judged
    }
}

fn judge(rule: &Rule, calls: &mut Calls<'_>) -> Judgement {
    match rule.list {
        // left to the kernel, which filters what user space sends; and applied to our own records
        List::User => Judgement::default(),
        List::Exclude => exclude(rule),
        List::Exit => exit(rule, calls),
        List::Task | List::Filesystem | List::IoUring => {
            both(Obstacle::Refused(format!("the {} list is the kernel's only", rule.list.name())))
        }
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

fn exit(rule: &Rule, calls: &mut Calls<'_>) -> Judgement {
    let served = |field: &Field| match (field.id, &field.value) {
        (FieldId::ARCH | FieldId::FILTERKEY, _) => true,
        (FieldId::FIELD_COMPARE, Value::Number(pair)) => fact::of_comparison(*pair).is_some(),
        (id, _) => fact::of_field(id).is_some(),
    };
    if let Some(field) = rule.fields.iter().find(|field| !served(field)) {
        return both(Obstacle::Refused(format!("field {} is not served by BPF yet", field_name(field.id))));
    }
    if rule.syscalls.is_all() {
        return both(Obstacle::Refused("it names every system call".into()));
    }
    let mut judgement =
        Judgement { fentry: calls.offer.labels.as_ref().map(|why| Obstacle::Inexact(why.clone())), tracepoint: None };
    judgement.tracepoint.clone_from(&judgement.fentry);
    for (at, arch) in ARCHES.into_iter().enumerate() {
        let here = rule.fields.iter().filter(|f| f.id == FieldId::ARCH).all(|f| match f.value {
            Value::Number(value) => matches!(f.op, Op::Eq | Op::Ne) && f.op.holds(arch, value),
            Value::Text(_) => false,
        });
        for nr in rule.syscalls.iter().filter(|_| here) {
            match calls.judge(at, arch, nr) {
                Err(obstacle) => return both(obstacle),
                Ok((fentry, tracepoint)) => {
                    judgement.fentry = worse(judgement.fentry, fentry);
                    judgement.tracepoint = worse(judgement.tracepoint, tracepoint);
                }
            }
        }
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
fn call(at: usize, arch: u32, nr: u32, offer: &Offer, attach: &mut Attach) -> Result<PerTier, Obstacle> {
    let names: Vec<&str> =
        syscall::table(arch).map(|t| t.iter().filter(|e| e.0 == nr).map(|e| e.1).collect()).unwrap_or_default();
    let Some(&name) = names.first() else {
        // the kernel has no such call either: nothing can match
        return Ok((None, None));
    };
    let (kind, wants) = names
        .iter()
        .find_map(|n| Call::of(n))
        .filter(|_| nr < NR_MAX as u32)
        .ok_or_else(|| Obstacle::Refused(format!("{name}: its records are not served by BPF yet")))?;
    let fentry = match entry::function(at, &names, |f| offer.function(f).is_some()) {
        Some(symbol) => {
            attach.syscalls.insert(symbol);
            let inexact = || kind.inexact_by_fentry().map(|why| Obstacle::Inexact(format!("{name}: {why}")));
            missing(kind, offer).or_else(inexact)
        }
        None => Some(Obstacle::Refused(format!("{name}: no entry function in the kernel's BTF"))),
    };
    if let Some(calls) = attach.wants.get_mut(at) {
        calls.insert(nr, wants);
    }
    attach.needs.extend(kind.needs());
    let refused = kind.refused_by_tracepoint().map(|why| Obstacle::Refused(format!("{name}: {why}")));
    let inexact = || kind.inexact_by_tracepoint().map(|why| Obstacle::Inexact(format!("{name}: {why}")));
    let tracepoint = refused.or_else(inexact);
    Ok((fentry, tracepoint))
}

/// What keeps a kind of call from being served exactly: a function that this kernel does not let us trace, or one it has in
/// another form than those compared with kernel audit.
fn missing(kind: Call, offer: &Offer) -> Option<Obstacle> {
    let needed = kind.needs().iter().flat_map(|need| need.functions());
    let opens = kind.needs().contains(&Need::Open) || kind.needs().contains(&Need::Exec);
    let open = crate::kernel::open_function(offer);
    let missing = needed.copied().find(|f| offer.function(f).is_none());
    if let Some(gone) = missing.or((opens && open.is_none()).then_some("do_filp_open")) {
        return Some(Obstacle::Refused(format!("no function {gone} in the kernel's BTF")));
    }
    let other = open.filter(|&name| opens && name != "do_filp_open")?;
    Some(Obstacle::Inexact(format!("this kernel opens by {other}: names that it refuses early are recorded otherwise")))
}

mod entry;
#[cfg(test)]
mod tests;
