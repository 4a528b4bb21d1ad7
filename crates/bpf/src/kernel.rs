//! A plan in the kernel: programs loaded, policy installed, hooks attached. Dull on purpose; thinking is done in `plan`.

use crate::clone::{self, Clone as Attached, Target, Template};
use crate::hooks::{self, Hook, Need};
use crate::loss::{Critical, Loss, Lost, Reserve};
use crate::offer::{Offer, Tier};
use crate::pins::PinError;
use crate::place::Places;
use crate::plan::{Attach, Obstacle, Plan, entry};
use crate::ring::Ring;
use crate::skel::COUNTERS_LEN;
use libbpf_rs::{MapCore, MapFlags, Object};
use raudit_rules::RuleSet;
use shared::{handle, map};
use slots::Slots;
use std::collections::BTreeMap;
use thiserror::Error;

mod costs;
mod hooked;
mod leaving;
mod named;
mod object;
pub mod orphan;
mod pinned;
pub(crate) mod shared;
mod slots;
pub use costs::{Costs, Program};
use hooked::{Again, Hooked, function};
use leaving::Leaving;
use pinned::Pinned;
use shared::Shared;
pub use slots::Hits;

/// Buffers for events under construction, a CPU (`SCRATCH_PER_CPU`).
const SCRATCH_PER_CPU: u32 = 8;

/// Functions for the templates, which are loaded but never attached: the first that is there. With the prototype of system calls
/// they serve as bodies of clones.
const TEMPLATE_TARGETS: [&str; 2] = [entry::ANY, "security_path_mknod"];

/// The same for operations of io_uring: on kernels that audit them.
const OPERATION_TARGETS: [&str; 1] = ["io_openat2"];

/// How often a program is attached that may be preempted (bpf/hook.h). Where eight threads that never rest share two emulated
/// processors, two copies were now and then skipped at once, three were not.
const COPIES: u64 = 3;

fn template_target(name: &str, offer: &Offer) -> Option<(&'static str, Target)> {
    let targets = match name.strip_prefix("operation_") {
        Some(_) if offer.audits_operations() => &OPERATION_TARGETS[..],
        Some(_) => &[],
        None => &TEMPLATE_TARGETS,
    };
    targets.iter().find_map(|name| Some((*name, offer.traced(name)?)))
}

/// What failed between us and the kernel.
#[derive(Debug, Error)]
pub enum CaptureError {
    /// libbpf or the kernel refused a step.
    #[error("cannot {0}: {1:#}")]
    Bpf(String, #[source] libbpf_rs::Error),
    /// A clone could not be loaded or attached.
    #[error("cannot attach to {0}: {1}")]
    Clone(String, #[source] std::io::Error),
    /// Something could not be left to a successor.
    #[error("{0}")]
    Pin(#[from] PinError),
    /// The plan has nothing to install.
    #[error("{0}")]
    Plan(String),
}

/// Settings that are fixed once the programs are loaded.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Bytes of the ring buffer, a power of two.
    pub ring_size: u32,
    /// Thread group that is never audited: the daemon's.
    pub exempt: u32,
}

/// What the programs count. `matched` is the sum of `submitted` and of what was lost for reasons that [have a rule](Loss::has_rule);
/// what was lost for others was never judged.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// System calls for which a rule said always.
    pub matched: u64,
    /// Of them, put into the ring.
    pub submitted: u64,
    /// Not, and why.
    pub lost: Lost,
}

impl Counters {
    fn since(self, before: Self) -> Self {
        Self {
            matched: self.matched - before.matched,
            submitted: self.submitted - before.submitted,
            lost: self.lost.since(before.lost),
        }
    }
}

/// Programs attached, by the function.
type Clones = BTreeMap<String, Vec<Attached>>;

/// The programs of one tier, in the kernel. Dropping it detaches everything.
#[derive(Debug)]
pub struct Capture {
    tier: Tier,
    settings: Settings,
    critical: Critical,
    slots: Slots,
    epoch: Shared,
    object: Object,
    clones: Clones,
    /// For entry and exit; dropped after the clones.
    templates: Option<[Template; 2]>,
    hooks: BTreeMap<&'static str, Hooked>,
    leaving: Leaving<Hooked>,
    /// By which a hook is attached again.
    again: BTreeMap<&'static str, Again>,
    /// The same for operations of io_uring.
    operations: Clones,
    operation_templates: Option<[Template; 2]>,
    /// What was counted up to the trial's end.
    before: Counters,
    /// Of clones that are gone.
    missed: u64,
    /// The same of clones beside a hook's program, by hook.
    copies_missed: BTreeMap<&'static str, u64>,
    /// How often each program is attached: more than once where it may be preempted.
    copies: usize,
    /// When it outlives this process.
    pinned: Option<Pinned>,
    /// A program that is not attached, so that a trial fails.
    #[cfg(test)]
    pub(crate) without: Option<&'static str>,
}

fn bpf(what: impl Into<String>) -> impl FnOnce(libbpf_rs::Error) -> CaptureError {
    |e| CaptureError::Bpf(what.into(), e)
}

impl Capture {
    /// Loads a tier's programs; nothing is attached yet.
    pub fn load(tier: Tier, offer: &Offer, settings: Settings) -> Result<Self, CaptureError> {
        clone::allow_descriptors();
        let object = object::load(tier, offer, settings)?;
        let pair =
            |enter, exit| Ok::<_, CaptureError>([template(&object, enter, offer)?, template(&object, exit, offer)?]);
        let fentry = tier == Tier::Fentry;
        let templates = fentry.then(|| pair("syscall_enter", "syscall_exit")).transpose()?;
        let rings = fentry && template_target("operation_enter", offer).is_some();
        let operation_templates = rings.then(|| pair("operation_enter", "operation_exit")).transpose()?;
        Ok(Self {
            tier,
            settings,
            critical: Critical::default(),
            slots: Slots::of(&object)?,
            epoch: Shared::named(&object, "exe_epoch")?,
            object,
            templates,
            clones: Clones::new(),
            operations: Clones::new(),
            operation_templates,
            hooks: BTreeMap::new(),
            leaving: Leaving::new(),
            again: BTreeMap::new(),
            before: Counters::default(),
            missed: 0,
            copies_missed: BTreeMap::new(),
            copies: copies(offer),
            pinned: None,
            #[cfg(test)]
            without: None,
        })
    }

    /// Says which rules are critical, from the next installation on.
    pub fn prioritise(&mut self, critical: Critical) {
        self.critical = critical;
    }

    /// The tier whose programs these are.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Makes the kernel follow the plan: hooks first, so that no event lacks what one of them sees; then the policy; what is no
    /// longer needed is detached last. Gives the hits of an older generation, whose counters are used again.
    pub fn install(&mut self, plan: &Plan, offer: &Offer, generation: u32) -> Result<Option<Hits>, CaptureError> {
        self.install_and(plan, offer, generation, || ())
    }

    /// The same, with something to do at the moment when the policy is in use.
    pub fn install_and(
        &mut self,
        plan: &Plan,
        offer: &Offer,
        generation: u32,
        then: impl FnOnce(),
    ) -> Result<Option<Hits>, CaptureError> {
        let policy =
            plan.policy.as_ref().ok_or_else(|| CaptureError::Plan("the rules cannot be compiled for BPF".into()))?;
        let needed = self.attach_hooks(&plan.attach, offer)?;
        self.attach_clones(&plan.attach, offer)?;
        self.pin_attached()?;
        let reserve = self.critical.reserve(&plan.keys, self.settings.ring_size);
        let marks = [generation, self.settings.exempt];
        let evicted = self.slots.install(policy, plan.keys.len(), &plan.attach, &reserve, marks)?;
        then();
        self.forget_programs();
        self.detach_clones(&plan.attach);
        self.retain_hooks(&needed);
        Ok(evicted)
    }

    /// Attaches clones to system calls that have none.
    fn attach_clones(&mut self, attach: &Attach, offer: &Offer) -> Result<(), CaptureError> {
        if let Some(templates) = &mut self.templates {
            let symbols = attach.syscalls.iter().map(String::as_str);
            attach_clones(&mut self.clones, templates, symbols, offer)?;
        }
        let functions = attach.operations.functions();
        match &mut self.operation_templates {
            Some(templates) => attach_clones(&mut self.operations, templates, functions.into_iter(), offer),
            None if functions.is_empty() => Ok(()),
            None => Err(CaptureError::Plan("operations of io_uring cannot be seen".into())),
        }
    }

    /// Detaches those of system calls and operations that no rule names any more.
    fn detach_clones(&mut self, attach: &Attach) {
        let functions = attach.operations.functions();
        let calls = take_out(&mut self.clones, |symbol| !attach.syscalls.contains(symbol));
        let operations = take_out(&mut self.operations, |symbol| !functions.contains(symbol));
        let needless: Vec<_> = calls.into_values().chain(operations.into_values()).collect();
        self.missed += needless.iter().map(|clones| missed_of(clones, self.copies)).sum::<u64>();
        discard(needless.into_iter().flatten().collect());
    }

    /// Detaches hooks but these.
    fn retain_hooks(&mut self, needed: &[&str]) {
        let (kept, gone) = std::mem::take(&mut self.hooks).into_iter().partition(|(name, _)| needed.contains(name));
        self.hooks = kept;
        let gone: BTreeMap<_, Hooked> = gone;
        for (name, hooked) in gone {
            *self.copies_missed.entry(name).or_default() += hooked.copies_missed();
            self.leaving.add(name, hooked);
        }
    }

    /// How often the kernel skipped a hook's program, and the clones beside it, where there are.
    fn hook_missed(&self, program: &libbpf_rs::Program<'_>) -> u64 {
        let missed = clone::missed(program);
        let name = program.name().to_string_lossy();
        if self.copies == 1 || !self.again.contains_key(&*name) {
            return missed;
        }
        let gone = self.copies_missed.get(&*name).copied().unwrap_or_default();
        missed.min(gone + self.hooks.get(&*name).map_or(0, Hooked::copies_missed))
    }

    /// What was found of executables is void: the names that rules watch may be others now.
    fn forget_programs(&mut self) {
        let epoch = self.epoch.load32(0);
        self.epoch.store32(0, epoch.wrapping_add(1));
    }

    fn needs(&self, hook: &Hook, attach: &Attach, offer: &Offer) -> bool {
        #[cfg(test)]
        if self.without == Some(hook.program) {
            return false;
        }
        hook.tier == self.tier
            && hook.needs.iter().any(|n| attach.needs.contains(n))
            && (hook.when)(offer)
            && self.has_function(hook, offer)
    }

    /// Whether this kernel has the function of a hook. Where another one does instead, the plan knows; one without which a rule is
    /// not served is not missing here.
    fn has_function(&self, hook: &Hook, offer: &Offer) -> bool {
        let program = self.object.progs().find(|p| p.name() == hook.program);
        let section = program.map(|p| p.section().to_string_lossy().into_owned()).unwrap_or_default();
        function(&section).is_none_or(|name| offer.target(name).is_ok())
    }

    /// Attaches what is needed, and says what that is.
    fn attach_hooks(&mut self, attach: &Attach, offer: &Offer) -> Result<Vec<&'static str>, CaptureError> {
        let hooks = hooks::all();
        let needed: Vec<_> = hooks.iter().filter(|h| self.needs(h, attach, offer)).map(|h| h.program).collect();
        for &name in &needed {
            self.attach_hook(name, offer)?;
        }
        Ok(needed)
    }

    fn attach_hook(&mut self, name: &'static str, offer: &Offer) -> Result<(), CaptureError> {
        if self.hooks.contains_key(name) {
            return Ok(());
        }
        if let Some(hooked) = self.leaving.take_back(name) {
            if let Some(missed) = self.copies_missed.get_mut(name) {
                *missed = missed.saturating_sub(hooked.copies_missed());
            }
            self.hooks.insert(name, hooked);
            return Ok(());
        }
        let refused = |e| CaptureError::Clone(name.into(), e);
        let hooked = match self.again.get_mut(name) {
            Some(again) if offer.old => Hooked::Clone(again.attach(0).map_err(refused)?),
            _ => {
                let program = self.object.progs_mut().find(|p| p.name() == name);
                let program = program.ok_or_else(|| CaptureError::Plan(format!("no BPF program {name}")))?;
                let link = program.attach().map_err(bpf(format!("attach {name}")))?;
                if !self.again.contains_key(name)
                    && let Some(again) = Again::of(&program, offer).map_err(refused)?
                {
                    self.again.insert(name, again);
                }
                let mut more = Vec::new();
                if let Some(again) = self.again.get_mut(name) {
                    for copy in 1..self.copies {
                        more.push(again.attach(copy).map_err(refused)?);
                    }
                }
                Hooked::Link { pin: None, link, copies: more }
            }
        };
        self.hooks.insert(name, hooked);
        Ok(())
    }

    /// How often rules decided since this was last asked, for the generations still known to the programs.
    pub fn take_hits(&mut self) -> Vec<Hits> {
        self.slots.take_hits()
    }

    /// For a trial: follows these rules, as far as they can be served, for any system call and for this process too. Nothing is
    /// attached to system calls.
    pub(crate) fn rehearse(&mut self, rules: &RuleSet, offer: &Offer) -> Result<(), CaptureError> {
        let judged = Plan::new(rules, offer, &mut Places::default()).rules;
        let mut served = RuleSet::new();
        for (rule, _) in rules.iter().zip(judged).filter(|(_, j)| !matches!(j.fentry, Some(Obstacle::Refused(_)))) {
            served.add(rule.clone(), false).map_err(|e| CaptureError::Plan(e.to_string()))?;
        }
        let plan = Plan::new(&served, offer, &mut Places::default());
        let policy = plan.policy.as_ref().ok_or_else(|| CaptureError::Plan("no call can be served by BPF".into()))?;
        self.slots.install(policy, plan.keys.len(), &plan.attach, &Reserve::default(), [0, 0])?;
        let mut attach = plan.attach.clone();
        attach.needs.insert(Need::Every);
        let needed = self.attach_hooks(&attach, offer)?;
        self.retain_hooks(&needed);
        self.leaving.finish();
        Ok(())
    }

    /// Ends it: no rule is followed, and what was counted is forgotten.
    pub(crate) fn end_rehearsal(&mut self, offer: &Offer) -> Result<(), CaptureError> {
        for name in ["every_enter", "every_exit"] {
            self.hooks.remove(name);
        }
        let nothing = Plan::new(&RuleSet::new(), offer, &mut Places::default());
        if let Some(policy) = &nothing.policy {
            self.slots.install(policy, 0, &nothing.attach, &Reserve::default(), [0, self.settings.exempt])?;
        }
        self.slots.take_hits();
        self.before = Counters::default();
        self.before = self.counters().unwrap_or_default();
        Ok(())
    }

    /// What says that a critical event is in the ring, for [`Consumer::listen`](crate::consumer::Consumer::listen).
    pub fn bell(&self) -> Result<Ring, CaptureError> {
        let map = handle(&self.object, "bell")?;
        Ok(Ring { map, journal: None })
    }

    /// What was counted so far.
    pub fn counters(&self) -> Result<Counters, CaptureError> {
        let mut sum = counted(&map(&self.object, "counters")?)?;
        let clones = self.clones.values().chain(self.operations.values()).map(|clones| missed_of(clones, self.copies));
        let hooks = self.object.progs().filter(libbpf_rs::ProgramImpl::autoload).map(|p| self.hook_missed(&p));
        sum.lost.add(Loss::Missed, self.missed + clones.chain(hooks).sum::<u64>());
        Ok(sum.since(self.before))
    }

    /// What the programs counted themselves: all but what the kernel skipped, which takes a call for each program.
    pub fn own_counters(&self) -> Result<Counters, CaptureError> {
        Ok(counted(&map(&self.object, "counters")?)?.since(self.before))
    }

    /// Detaches everything; counters stay readable. Returns how often the clones that are gone were skipped.
    pub fn detach(&mut self) -> u64 {
        if self.pinned.is_none() {
            return self.let_go();
        }
        let ids = self.link_ids();
        self.unpin();
        leaving::until_names_are_gone();
        let missed = self.let_go();
        leaving::until_links_are_gone(&ids);
        missed
    }

    fn let_go(&mut self) -> u64 {
        self.retain_hooks(&[]);
        self.leaving.finish();
        let clones = self.clones.values().chain(self.operations.values());
        let missed = clones.map(|clones| missed_of(clones, self.copies)).sum();
        self.clones.clear();
        self.operations.clear();
        missed
    }

    /// What is attached, for people.
    pub fn attached(&self) -> impl Iterator<Item = &str> {
        self.clones.keys().chain(self.operations.keys()).map(String::as_str).chain(self.hooks.keys().copied())
    }
}

/// The counters of all processors.
fn counted(counters: &impl MapCore) -> Result<Counters, CaptureError> {
    let mut sum = Counters::default();
    let each = counters.lookup_percpu(&0u32.to_ne_bytes(), MapFlags::ANY).map_err(bpf("read the counters"))?;
    for cpu in each.unwrap_or_default() {
        let count = |at: usize| cpu.get(at * 8..).and_then(|b| b.first_chunk()).map_or(0, |b| u64::from_ne_bytes(*b));
        debug_assert!(cpu.len() >= COUNTERS_LEN);
        sum.matched += count(0);
        sum.submitted += count(1);
        for (at, reason) in Loss::ALL.into_iter().enumerate().take(Loss::COUNTED) {
            sum.lost.add(reason, count(2 + at));
        }
    }
    Ok(sum)
}

/// Takes out the clones of some functions.
fn take_out(clones: &mut Clones, which: impl Fn(&str) -> bool) -> Clones {
    let (out, rest) = std::mem::take(clones).into_iter().partition(|(symbol, _)| which(symbol));
    *clones = rest;
    out
}

/// How often each program is attached.
fn copies(offer: &Offer) -> usize {
    if offer.preemptible { COPIES as usize } else { 1 }
}

/// Attaches clones to the functions named that have none yet.
fn attach_clones<'a>(
    clones: &mut Clones,
    [enter, exit]: &mut [Template; 2],
    symbols: impl Iterator<Item = &'a str>,
    offer: &Offer,
) -> Result<(), CaptureError> {
    for symbol in symbols {
        if clones.contains_key(symbol) {
            continue;
        }
        let gone = || CaptureError::Plan(format!("no function {symbol} in the kernel's BTF"));
        let target = offer.traced(symbol).ok_or_else(gone)?;
        let attach =
            |t: &mut Template, copy| t.attach(target, copy).map_err(|e| CaptureError::Clone(symbol.to_owned(), e));
        // the exit first: an entry without an exit would be remembered and never judged
        let ends = !entry::never_returns(symbol);
        let mut attached = Vec::new();
        for template in [ends.then_some(&mut *exit), Some(&mut *enter)].into_iter().flatten() {
            for copy in 0..copies(offer) {
                attached.push(attach(template, copy)?);
            }
        }
        clones.insert(symbol.to_owned(), attached);
    }
    Ok(())
}

/// How often a call's clones were skipped, where as many as `copies`, one behind the other, do the same.
fn missed_of(clones: &[Attached], copies: usize) -> u64 {
    clones.chunks(copies).filter_map(|same| same.iter().map(Attached::missed).min()).sum()
}

/// Detaches clones in a thread: each takes the kernel grace periods of some 10 ms, and no rule names their calls any more.
fn discard(clones: Vec<Attached>) {
    if clones.is_empty() {
        return;
    }
    // where no thread is to be had they are dropped here
    drop(std::thread::Builder::new().name("bpf-detach".into()).spawn(move || drop(clones)));
}

fn template(object: &Object, name: &str, offer: &Offer) -> Result<Template, CaptureError> {
    let program = object.progs().find(|p| p.name() == name);
    let program = program.ok_or_else(|| CaptureError::Plan(format!("no BPF program {name}")))?;
    let prototype = template_target(name, offer).map_or(0, |(_, target)| target.prototype);
    Template::of(&program, prototype).map_err(|e| CaptureError::Clone(name.into(), e))
}

#[cfg(test)]
mod critical_tests;
#[cfg(test)]
mod many_calls_tests;
#[cfg(test)]
mod matcher_tests;
#[cfg(test)]
mod tests;
