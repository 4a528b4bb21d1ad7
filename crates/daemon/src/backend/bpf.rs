//! The BPF side of the backend: probed once, loaded when rules call for it.

use super::inherited::{Found, Inheritance};
use crate::privilege::Root;
use crate::process;
use crate::say;
use crate::source::bpf::Source;
use crate::work::Outbox;
use nix::errno::Errno;
use raudit_bpf::judged::{Generations, Judged};
use raudit_bpf::kernel::orphan::Orphan;
use raudit_bpf::kernel::{Capture, CaptureError, Counters, Hits, Settings};
use raudit_bpf::loss::{Critical, Loss, Lost};
use raudit_bpf::offer::{Offer, Tier};
use raudit_bpf::pins::Home;
use raudit_bpf::place::{self, Key, Places};
use raudit_bpf::plan::{Judgement, Obstacle, Plan};
use raudit_bpf::selinux;
use raudit_bpf::trial::{self, Trial};
use raudit_config::{Backend as Choice, RauditdConf};
use raudit_netlink::{Client, Error, RuleCounts};
use raudit_rules::{Change, List, Rule, RuleSet};
use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

mod losses;
use losses::Losses;

/// The key of the kernel's rules that follow names for us.
const MARK: &[u8] = super::MARK;

/// Whether the kernel's rule is one that follows a name for us.
pub fn is_marker(rule: &Rule) -> bool {
    place::is_marker(rule) && rule.key() == Some(MARK)
}

/// Whether a rule watches this name.
pub fn watches(rule: &Rule, key: &Key) -> bool {
    place::of_rule(rule).any(|own| own == *key)
}

/// What BPF can do for a rule set.
#[derive(Debug)]
pub struct Outlook {
    plan: Plan,
    forced: bool,
    no_fentry: Option<String>,
    /// Every rule is served exactly.
    pub exact: bool,
    /// Every rule is served somehow.
    pub usable: bool,
}

impl Outlook {
    fn chosen(&self) -> Option<Tier> {
        self.plan.exact.or(self.plan.usable.filter(|_| self.forced))
    }

    /// The tier that would run.
    pub fn tier(&self) -> String {
        self.chosen().map_or_else(|| "no".into(), |tier| tier.to_string())
    }

    /// Why not every rule is served exactly: of the first rule that is not.
    pub fn why_not(&self) -> String {
        if let Some(why) = &self.plan.refusal {
            return why.clone();
        }
        let first = (0..self.plan.rules.len()).map(|at| (at, self.obstacles(at))).find(|(_, o)| !o.is_empty());
        first.map_or_else(|| "no tier is to be had".into(), |(at, o)| format!("rule {}: {}", at + 1, o.join("; ")))
    }

    /// The first rule that no tier serves at all (its place in listing order), and why.
    pub fn unserved(&self) -> Option<(usize, String)> {
        let refused = |obstacle: &Option<Obstacle>| matches!(obstacle, Some(Obstacle::Refused(_)));
        let is_unserved =
            |rule: &Judgement| refused(&rule.tracepoint) && (self.no_fentry.is_some() || refused(&rule.fentry));
        let at = self.plan.rules.iter().position(is_unserved)?;
        Some((at, format!("rule {}: {}", at + 1, self.obstacles(at).join("; "))))
    }

    /// What stands against rule `at` (in listing order), a line a tier; empty when a tier serves it exactly.
    pub fn obstacles(&self, at: usize) -> Vec<String> {
        let Some(rule) = self.plan.rules.get(at) else { return Vec::new() };
        let fentry = match (&self.no_fentry, &rule.fentry) {
            (_, Some(obstacle)) => Some(format!("fentry: {obstacle}")),
            (Some(why), None) => Some(why.clone()),
            (None, None) => return Vec::new(),
        };
        match &rule.tracepoint {
            None => Vec::new(),
            Some(obstacle) => fentry.into_iter().chain([format!("tracepoint: {obstacle}")]).collect(),
        }
    }
}

/// Probes what the kernel offers, and has the hooks tried out; with the programs, if they are of use.
pub(crate) fn ready(settings: Settings) -> (Offer, Option<Capture>) {
    let mut offer = Offer::probe();
    if offer.unusable.is_some() || offer.no_fentry.is_some() {
        return (offer, None);
    }
    match Capture::load(Tier::Fentry, &offer, settings) {
        Ok(mut capture) => {
            offer.trial = trial::run(&mut capture, &offer).trial;
            (offer, Some(capture))
        }
        Err(e) => {
            offer.trial = Trial::Failed(e.to_string());
            (offer, None)
        }
    }
}

/// What was counted since the daemon started.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Calls for which a rule said always.
    pub matched: u64,
    /// Of them, delivered to the writer.
    pub delivered: u64,
    /// Of them, and of those that were never judged, not.
    pub lost: u64,
}

/// The same by reason.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    pub matched: u64,
    pub delivered: u64,
    pub lost: Lost,
}

impl Past {
    /// Both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            matched: self.matched + other.matched,
            delivered: self.delivered + other.delivered,
            lost: self.lost.plus(other.lost),
        }
    }
}

#[derive(Debug)]
struct Active {
    capture: Capture,
    source: Source,
}

/// Exit lists remembered: those the programs may still count for, and one that failed.
const LISTS_KEPT: usize = 4;

/// How long the kernel's types stay in memory after rules have changed: changes come in numbers.
const TYPES_KEPT: Duration = Duration::from_secs(2);

/// Programs, ring and consumer.
#[derive(Debug)]
pub struct Side {
    /// Probed when first asked for: with `backend = netlink` never, so that no BPF program is tried then.
    offer: OnceCell<Offer>,
    /// When the kernel's types may be forgotten.
    types_until: Option<Instant>,
    settings: Settings,
    forced: bool,
    /// Whether SYSCALL shows all six arguments.
    all_arguments: bool,
    generations: Generations,
    generation: u32,
    /// The numbers of watched names.
    places: Places,
    /// Names that the kernel follows for us, with the number its marker has.
    marked: HashMap<Key, u16>,
    active: Option<Active>,
    /// What the installed plan knows of SELinux's policy, when its rules ask about labels.
    label_loads: Option<u32>,
    /// Programs that were loaded to be tried out, for the first rules that they serve.
    spare: Option<Capture>,
    /// Of programs that are gone.
    past: Past,
    /// The exit lists of the last generations.
    lists: VecDeque<(u32, Vec<Rule>)>,
    /// What was counted of each rule, as far as the programs' counters have been read.
    tally: HashMap<Rule, RuleCounts>,
    /// What the log is to say of it.
    losses: Losses,
    /// Whose events are lost last; and what the programs know of that.
    critical: Critical,
    installed_critical: Critical,
    work: Outbox,
    /// For the trial.
    root: Root,
    /// Where what outlives us is pinned, if anywhere.
    home: Option<Arc<Home>>,
    inheritance: Inheritance,
    useless: Found,
}

impl Side {
    /// Nothing is probed or loaded yet. What an earlier rauditd left is read from now on; its rules, when there are any.
    pub fn new(conf: &RauditdConf, work: Outbox, mut found: Found, root: &Root) -> (Self, Option<RuleSet>) {
        let ring_size = u32::try_from(conf.ring_size).unwrap_or(1 << 31);
        let settings = Settings { ring_size, exempt: std::process::id() };
        let mut side = Self::idle(settings, conf.backend == Choice::Bpf, conf.all_arguments, work, root.clone());
        side.prioritise(conf);
        side.generations = found.generations.clone();
        side.generation = found.orphans.iter().map(Orphan::latest).max().unwrap_or_default();
        side.home = found.home.take();
        let orphans = std::mem::take(&mut found.orphans);
        side.inheritance.take(orphans, &side.generations, conf.all_arguments, &side.work);
        let rules = found.rules.take();
        side.useless = found;
        (side, rules)
    }

    /// The tier of an earlier rauditd's programs, when they capture.
    pub fn inherited_tier(&self) -> Option<&str> {
        self.inheritance.tier()
    }

    /// Removes what an earlier rauditd left and nobody can use: when its rules are in force again.
    pub fn clear_useless(&mut self) {
        self.useless.clear_useless();
    }

    /// The kernel's rules by which it follows names for an earlier rauditd's programs are ours now, with their numbers. Those that are
    /// of no use to us are given back.
    pub fn adopt_markers(&mut self, markers: Vec<Rule>) -> Vec<Rule> {
        let mut adopt = |marker: &Rule| self.places.adopt(marker).map(|(key, place)| self.marked.insert(key, place));
        markers.into_iter().filter(|marker| adopt(marker).is_none()).collect()
    }

    /// When [`tick`](Self::tick) has something to do.
    pub fn due(&self) -> Option<Instant> {
        self.inheritance.due().into_iter().chain(self.types_until).min()
    }

    /// Ends what was inherited, and forgets what is not needed any more, when it is time.
    pub fn tick(&mut self) {
        self.inheritance.tick();
        if self.types_until.take_if(|until| *until <= Instant::now()).is_some()
            && let Some(offer) = self.offer.get_mut()
        {
            offer.forget_types();
            // they were read by a thread that has ended: what it had allocated would stay ours
            process::give_back_memory();
        }
    }

    /// Leaves all to a successor, attached; false when that cannot be, because nothing is pinned.
    pub fn leave(&mut self) -> bool {
        if self.active.as_ref().is_some_and(|active| !active.capture.is_pinned()) {
            return false;
        }
        if let Some(Active { capture, source }) = self.active.take() {
            source.leave();
            capture.leave();
        }
        self.inheritance.leave();
        true
    }

    fn idle(settings: Settings, forced: bool, all_arguments: bool, work: Outbox, root: Root) -> Self {
        Self {
            offer: OnceCell::new(),
            types_until: None,
            settings,
            forced,
            all_arguments,
            generations: Generations::default(),
            generation: 0,
            places: Places::default(),
            marked: HashMap::new(),
            active: None,
            label_loads: None,
            spare: None,
            past: Past::default(),
            lists: VecDeque::new(),
            tally: HashMap::new(),
            losses: Losses::new(),
            critical: Critical::default(),
            installed_critical: Critical::default(),
            work,
            root,
            home: None,
            inheritance: Inheritance::default(),
            useless: Found::default(),
        }
    }

    /// Goes to another thread. What stays, idle, answers for what was counted.
    pub fn lend(&mut self) -> Self {
        self.hits();
        let (work, root) = (self.work.clone(), self.root.clone());
        let mut stays = Self::idle(self.settings, self.forced, self.all_arguments, work, root);
        stays.past = self.counted();
        stays.critical = self.critical.clone();
        stays.tally = std::mem::take(&mut self.tally);
        std::mem::replace(self, stays)
    }

    /// Comes back from there.
    pub fn restore(&mut self, lent: Self) {
        let stayed = std::mem::replace(self, lent);
        self.critical = stayed.critical;
        for (rule, counts) in stayed.tally {
            let sum = self.tally.entry(rule).or_default();
            sum.decided += counts.decided;
            counts.lost.iter().for_each(|(reason, count)| sum.add_lost(reason, *count));
        }
    }

    /// Takes from rauditd.conf which rules are critical. The programs follow with the next installation.
    pub fn prioritise(&mut self, conf: &RauditdConf) {
        self.critical = Critical { keys: conf.critical_keys.clone(), share: conf.critical_share };
    }

    /// Whether the programs follow another rauditd.conf.
    pub fn priorities_changed(&self) -> bool {
        self.active.is_some() && self.installed_critical != self.critical
    }

    fn offer(&self) -> &Offer {
        self.offer.get_or_init(Offer::probe)
    }

    /// Probes what the kernel offers, once, and has the hooks tried out. The programs are kept for the rules.
    fn get_ready(&mut self) {
        if self.offer.get().is_some() {
            return;
        }
        let settings = self.settings;
        // the calls of the trial want all rights
        let (offer, spare) = self.root.run(move || ready(settings)).unwrap_or_else(|e| {
            let mut offer = Offer::probe();
            offer.trial = Trial::Failed(e.to_string());
            (offer, None)
        });
        self.spare = spare;
        drop(self.offer.set(offer));
    }

    /// What can be done for these rules.
    pub fn outlook(&mut self, rules: &RuleSet) -> Outlook {
        self.get_ready();
        self.types_until = Some(Instant::now() + TYPES_KEPT);
        let offer = self.offer.get_or_init(Offer::probe);
        let plan = Plan::new(rules, offer, &mut self.places);
        let (exact, usable) = (plan.exact.is_some(), plan.usable.is_some());
        if !(exact || self.forced && usable) {
            self.spare = None;
        }
        Outlook { plan, forced: self.forced, no_fentry: offer.no_fentry.clone(), exact, usable }
    }

    /// Has the kernel follow the names that a plan's rules watch, before the plan is installed. The kernel refuses a name whose
    /// directory does not exist, as it refuses a rule with that name: that name and why.
    pub fn mark(&mut self, outlook: &Outlook, kernel: &mut Client) -> Result<(), Box<(Rule, Error)>> {
        for (key, place) in &outlook.plan.places {
            if self.marked.get(key) == Some(place) {
                continue;
            }
            let marker = key.marker(*place, MARK);
            match kernel.add_rule(&marker, false) {
                Ok(()) => {}
                Err(e) if e.errno() == Some(Errno::EEXIST) => {}
                Err(e) => return Err(Box::new((marker, e))),
            }
            self.marked.insert(key.clone(), *place);
        }
        Ok(())
    }

    /// Ends what the kernel follows for none of these rules. One that it has ended by itself, because the name's directory is gone, is
    /// gone already.
    pub fn unmark(&mut self, rules: &RuleSet, kernel: &mut Client) {
        self.places.retain(rules.iter());
        let places = &self.places;
        for (key, place) in self.marked.extract_if(|key, place| places.get(key) != Some(*place)) {
            if let Err(e) = kernel.delete_rule(&key.marker(place, MARK))
                && e.errno() != Some(Errno::ENOENT)
            {
                say::error(format!("a rule that follows a name for BPF stays in the kernel's list: {e}"));
            }
        }
    }

    /// A name that the kernel cannot follow is not asked for again until its rules change.
    pub fn forsake(&mut self, marker: &Rule) {
        let places = self.places.iter().map(|(key, place)| (key.clone(), place));
        let found = places.into_iter().find(|(key, place)| key.marker(*place, MARK) == *marker);
        self.marked.extend(found);
    }

    /// Names that the kernel follows no longer: by what it lists.
    pub fn gone(&mut self, listed: &[Rule]) -> Vec<Key> {
        let marked = &mut self.marked;
        let gone = marked.extract_if(|key, place| !listed.contains(&key.marker(*place, MARK)));
        gone.map(|(key, _)| key).collect()
    }

    /// Makes the programs follow the rules; loads them first where they are not, or of another tier.
    /// A successor begins with the rules `kept`, which are others only while auditing is switched off.
    pub fn install(&mut self, outlook: &Outlook, rules: &RuleSet, kept: &RuleSet) -> Result<(), String> {
        let tier = outlook.chosen().ok_or_else(|| outlook.why_not())?;
        self.label_loads = outlook.plan.label_loads;
        self.installed_critical = self.critical.clone();
        self.generation += 1;
        let judged = Judged::new(&outlook.plan, rules);
        self.lists.push_back((self.generation, [rules.list(List::Exit), rules.list(List::IoUring)].concat()));
        while self.lists.len() > LISTS_KEPT {
            self.lists.pop_front();
        }
        if let Some(active) = self.active.as_mut().filter(|a| a.capture.tier() == tier) {
            let offer = self.offer.get_or_init(Offer::probe);
            let capture = &mut active.capture;
            capture.prioritise(self.critical.clone());
            keep(capture, &self.generations, (self.generation, judged), kept).map_err(|e| e.to_string())?;
            let close = || self.inheritance.close(rules);
            let evicted =
                capture.install_and(&outlook.plan, offer, self.generation, close).map_err(|e| e.to_string())?;
            evicted.into_iter().for_each(|hits| self.count(hits));
            return Ok(());
        }
        let spare = self.spare.take().filter(|capture| capture.tier() == tier);
        let loaded = spare.map_or_else(|| Capture::load(tier, self.offer(), self.settings), Ok);
        let mut capture = loaded.map_err(|e| e.to_string())?;
        self.pin(&mut capture);
        keep(&mut capture, &self.generations, (self.generation, judged), kept).map_err(|e| e.to_string())?;
        capture.prioritise(self.critical.clone());
        let (ring, bell) = (capture.ring().map_err(|e| e.to_string())?, capture.bell().map_err(|e| e.to_string())?);
        let source = Source::start(ring, Some(bell), self.generations.clone(), self.all_arguments, self.work.clone())
            .map_err(|e| e.to_string())?;
        let offer = self.offer.get_or_init(Offer::probe);
        let close = || self.inheritance.close(rules);
        if let Err(e) = capture.install_and(&outlook.plan, offer, self.generation, close) {
            drop(capture);
            source.stop();
            return Err(e.to_string());
        }
        // the old tier goes when the new one runs: rather an event twice than not at all
        let old = self.active.replace(Active { capture, source });
        self.retire(old);
        Ok(())
    }

    /// Has a capture outlive us, where that can be had.
    fn pin(&self, capture: &mut Capture) {
        let Some(home) = &self.home else { return };
        let pinned = home.make_room().map_err(CaptureError::from).and_then(|room| capture.pin(room, self.settings));
        if let Err(e) = pinned {
            say::warning(format!("BPF captures only while rauditd runs: {e}"));
        }
    }

    /// Whether the rules in use ask about SELinux's labels.
    pub fn asks_about_labels(&self) -> bool {
        self.active.is_some() && self.label_loads.is_some()
    }

    /// Whether SELinux has another policy than the one that rules about labels were compiled for.
    pub fn labels_changed(&self) -> bool {
        self.asks_about_labels() && selinux::policy_loads() != self.label_loads
    }

    /// Detaches everything and delivers what is still in the ring.
    pub fn remove(&mut self, kernel: &mut Client) {
        let old = self.active.take();
        self.retire(old);
        self.inheritance.end();
        self.unmark(&RuleSet::new(), kernel);
    }

    fn retire(&mut self, active: Option<Active>) {
        let Some(Active { mut capture, source }) = active else { return };
        let missed = capture.detach();
        capture.take_hits().into_iter().for_each(|hits| self.count(hits));
        let mut counters = capture.counters().unwrap_or_default();
        counters.lost.add(Loss::Missed, missed);
        let consumed = source.stop();
        self.losses.add_rest(&counters.lost, true);
        self.losses.tell(&self.work, true);
        self.past.matched += counters.matched;
        self.past.delivered += consumed.events;
        self.past.lost = self.past.lost.plus(counters.lost);
        let lost = counters.lost.sum();
        if lost > 0 {
            say::warning(format!(
                "BPF: {} events matched, {} delivered, {lost} lost ({})",
                counters.matched,
                consumed.events,
                reasons(&counters.lost)
            ));
        }
        if counters.submitted != consumed.events {
            say::error(format!("BPF: {} events were submitted, but {} delivered", counters.submitted, consumed.events));
        }
    }

    fn count(&mut self, hits: Hits) {
        let rules = self.lists.iter().find(|(generation, _)| *generation == hits.generation).map(|(_, rules)| rules);
        for (rule, count) in rules.into_iter().flatten().zip(hits.rules).filter(|(_, count)| *count > 0) {
            self.tally.entry(rule.clone()).or_default().decided += count;
        }
        for (at, reason, count) in hits.lost {
            let rule = rules.and_then(|rules| rules.get(at));
            if let Some(rule) = rule {
                self.tally.entry(rule.clone()).or_default().add_lost(reason.name(), count);
            }
            self.losses.add(reason, rule.and_then(Rule::key), count);
        }
    }

    /// What was counted of rules since they were loaded; rules that never decided may be missing.
    pub fn hits(&mut self) -> &HashMap<Rule, RuleCounts> {
        let fresh = self.active.as_mut().map(|active| active.capture.take_hits()).unwrap_or_default();
        fresh.into_iter().for_each(|hits| self.count(hits));
        &self.tally
    }

    /// When [`tell_losses`](Self::tell_losses) has something to look at.
    pub fn losses_due(&self) -> Option<Instant> {
        self.active.as_ref().map(|_| self.losses.due())
    }

    /// Has the log say what was lost, once a second.
    pub fn tell_losses(&mut self) {
        let Some(active) = &self.active else { return };
        let Some(full) = self.losses.begin_look() else { return };
        let capture = &active.capture;
        let Ok(now) = (if full { capture.counters() } else { capture.own_counters() }) else { return };
        if self.losses.is_behind(&now.lost) {
            self.hits();
        }
        self.losses.add_rest(&now.lost, false);
        self.losses.tell(&self.work, false);
    }

    /// Rules that were deleted begin anew should they come back.
    pub fn forget(&mut self, changes: &[Change]) {
        self.hits();
        for change in changes {
            if let Change::Delete(rule) = change {
                self.tally.remove(&rule.normalised());
            }
        }
    }

    fn current(&self) -> Option<(Counters, u64)> {
        let active = self.active.as_ref()?;
        Some((active.capture.counters().unwrap_or_default(), active.source.delivered()))
    }

    fn counted(&self) -> Past {
        let (now, delivered) = self.current().unwrap_or_default();
        let now = Past { matched: now.matched, delivered, lost: now.lost };
        self.past.and(now).and(self.inheritance.counts())
    }

    /// What was counted since the start.
    pub fn counters(&self) -> Counts {
        let Past { matched, delivered, lost } = self.counted();
        Counts { matched, delivered, lost: lost.sum() }
    }

    /// Details for people: what was lost why, since the start; for whom there is a share of the ring; and what is attached.
    pub fn lines(&self) -> Vec<String> {
        let inherited = self.inheritance.line();
        let Some(active) = &self.active else { return inherited.into_iter().collect() };
        let mut lines = vec![format!("bpf_lost {}", reasons(&self.counted().lost))];
        if !self.critical.keys.is_empty() {
            lines.push(format!("bpf_critical keys={} share={}%", self.critical.keys.join(","), self.critical.share));
        }
        let attached: Vec<&str> = active.capture.attached().collect();
        lines.push(format!("bpf_attached {}", attached.join(" ")));
        lines.extend(inherited);
        lines
    }
}

/// Makes known, to us and to a successor, what the events of a generation need.
fn keep(
    capture: &mut Capture,
    generations: &Generations,
    (generation, judged): (u32, Judged),
    rules: &RuleSet,
) -> Result<(), CaptureError> {
    capture.remember_generation(generation, &judged)?;
    generations.add(generation, judged);
    capture.remember(rules)
}

/// `ring=3 shed=0 ...`
fn reasons(lost: &Lost) -> String {
    lost.each().map(|(reason, count)| format!("{}={count}", reason.name())).collect::<Vec<_>>().join(" ")
}
