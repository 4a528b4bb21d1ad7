//! Counts the events of rules, and those of none.

use super::explain::{Answer, Explainer, Why};
use super::facts::Facts;
use super::few::{Few, Seen};
use super::rules::Rules;
use crate::event::Event;
use crate::items::Wanted;
use crate::report::choose::first_type;
use raudit_record::Kind;
use raudit_rules::List;
use raudit_tables::arch;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What has to be read of an event: as for the report of keys, so that both leave out the same events.
pub(crate) const WANTED: Wanted = Wanted::PID.and(Wanted::SUCCESS).and(Wanted::EXE).and(Wanted::KEYS).and(Wanted::AUID);

/// The longest part of a text of the log that is kept.
const MAX_TEXT: usize = 4096;

/// What was counted of a rule.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Fired {
    /// The events that are counted as its own.
    pub(super) seen: Seen,
    /// How many of these may be another rule's.
    pub(super) unsure: u64,
    /// How many that are counted elsewhere may be its own.
    pub(super) elsewhere: u64,
}

impl Fired {
    /// At least and at most so many.
    pub(super) fn range(&self) -> (u64, u64) {
        (self.seen.count - self.unsure, self.seen.count + self.elsewhere)
    }
}

/// What events that no rule explains have in common.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub(super) struct Unexplained {
    /// Why there is no rule.
    pub(super) why: Why,
    /// The key; empty for none.
    pub(super) key: Box<[u8]>,
    /// Unless no rule has the key: the architecture and the call (an io_uring operation has architecture 0), and the program's file.
    pub(super) call: Option<(u32, u32)>,
    /// See `call`.
    pub(super) exe: Option<Box<[u8]>>,
}

impl Unexplained {
    fn of(why: Why, facts: &Facts<'_>) -> Self {
        let kept = |text: &[u8]| Box::from(text.get(..MAX_TEXT).unwrap_or(text));
        let key = facts.key.as_deref().map(kept).unwrap_or_default();
        if why == Why::UnknownKey {
            return Self { why, key, call: None, exe: None };
        }
        let call = facts.has_call().then_some((facts.numbers.arch, facts.numbers.syscall));
        Self { why, key, call, exe: facts.exe.as_deref().map(kept) }
    }
}

/// The counts. Those of parts of a log make those of the whole, however it was divided.
#[derive(Debug)]
pub(crate) struct Coverage {
    /// The rules.
    pub(super) rules: Arc<Rules>,
    /// Of each rule.
    pub(super) fired: Vec<Fired>,
    /// The architectures of the calls.
    pub(super) arches: BTreeSet<u32>,
    /// How many events there were.
    pub(super) events: u64,
    /// Those that are of a rule.
    pub(super) explained: u64,
    /// How many of these may be of another, or of none.
    pub(super) unsure: u64,
    /// Those that must be of a rule, but are of none.
    pub(super) unexplained: Few<Unexplained>,
    /// Those that are recorded without a rule, by type.
    pub(super) others: Few<u32>,
    explainer: Explainer,
    maybe: Vec<usize>,
}

impl Coverage {
    /// Nothing counted yet.
    pub(crate) fn new(rules: Arc<Rules>) -> Self {
        Self {
            fired: vec![Fired::default(); rules.entries.len()],
            rules,
            arches: BTreeSet::new(),
            events: 0,
            explained: 0,
            unsure: 0,
            unexplained: Few::default(),
            others: Few::default(),
            explainer: Explainer::default(),
            maybe: Vec::new(),
        }
    }

    /// Counts an event.
    pub(crate) fn add(&mut self, event: &Event) {
        self.events += 1;
        let cause = event.records().find(|record| causes(record.kind)).map(|record| record.kind.0);
        let (mut rules, mut unsure, mut unexplained) = (0, 0, None);
        for record in event.records() {
            let Some(facts) = self.facts(event, &record) else { continue };
            if facts.list == List::Exit && arch::name(facts.numbers.arch).is_some() {
                self.arches.insert(facts.numbers.arch);
            }
            self.maybe.clear();
            match self.explainer.rule_of(&self.rules, &facts, cause.is_some(), &mut self.maybe) {
                Answer::Rule { at, is_sure } => {
                    rules += 1;
                    unsure += u64::from(!is_sure);
                    if let Some(fired) = self.fired.get_mut(at) {
                        fired.seen.add(event.id);
                        fired.unsure += u64::from(!is_sure);
                    }
                }
                Answer::OtherCause => {}
                Answer::NoRule(why) if unexplained.is_none() => unexplained = Some(Unexplained::of(why, &facts)),
                Answer::NoRule(_) => {}
            }
            for &at in &self.maybe {
                self.fired.get_mut(at).into_iter().for_each(|fired| fired.elsewhere += 1);
            }
        }
        match unexplained {
            _ if rules > 0 => {
                self.explained += 1;
                self.unsure += u64::from(unsure == rules);
            }
            Some(value) => self.unexplained.add(value, event.id),
            None => self.others.add(cause.unwrap_or_else(|| first_type(event)), event.id),
        }
    }

    /// How many values it holds beside the counts of rules.
    pub(crate) fn size(&self) -> usize {
        self.unexplained.len() + self.others.len()
    }

    /// What was counted, which begins anew.
    pub(crate) fn take(&mut self) -> Self {
        let empty = Self::new(Arc::clone(&self.rules));
        std::mem::replace(self, empty)
    }

    fn facts<'e>(&self, event: &'e Event, record: &crate::event::Record<'e>) -> Option<Facts<'e>> {
        let is_call = matches!(record.kind, Kind::SYSCALL | Kind::URINGOP);
        let is_asked = is_call || !self.rules.index.messages().is_empty();
        is_asked.then(|| Facts::of(event, record)).flatten()
    }

    /// Adds what was counted of another part of the log, by the same rules.
    pub(crate) fn merge(&mut self, other: Self) {
        for (fired, others) in self.fired.iter_mut().zip(other.fired) {
            fired.seen.merge(&others.seen);
            fired.unsure += others.unsure;
            fired.elsewhere += others.elsewhere;
        }
        self.arches.extend(other.arches);
        self.events += other.events;
        self.explained += other.explained;
        self.unsure += other.unsure;
        self.unexplained.merge(other.unexplained);
        self.others.merge(other.others);
    }
}

/// Whether a record of this type has its event recorded, and is not one of those that only tell more of a call: PATH, IPC,
/// SOCKETCALL, SOCKADDR, CWD, EXECVE, IPC_SET_PERM, MQ_*, FD_PAIR, OBJ_PID, EOE, BPRM_FCAPS, CAPSET, MMAP, PROCTITLE, KERN_MODULE,
/// TIME_*, OPENAT2, MAC_*_CONTEXTS and, of AVC, AVC_PATH.
fn causes(kind: Kind) -> bool {
    let is_call = matches!(kind, Kind::SYSCALL | Kind::URINGOP);
    let tells_more = matches!(
        kind.0,
        1302..=1304 | 1306 | 1307 | 1309 | 1311..=1315 | 1317 | 1318 | 1320..=1323 | 1327 | 1330 | 1332 | 1333 | 1337 | 1402 | 1420 | 1421
    );
    !is_call && !tells_more
}
