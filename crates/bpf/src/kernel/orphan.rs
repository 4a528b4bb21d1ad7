//! The hooks of a rauditd that is gone: it was killed, or has executed its new self. They go on until their successor captures; what
//! they put into their ring is read meanwhile, with what they kept of their rules.

use super::leaving::{until_links_are_gone, until_names_are_gone};
use super::pinned::{FORMAT, LAYOUT, LINKS};
use super::shared::Shared;
use super::slots::SLOTS;
use super::{CaptureError, Counters, counted};
use crate::clone;
use crate::judged::{Generations, Judged};
use crate::kept;
use crate::loss::Loss;
use crate::pins::{PinError, Room, open_link, open_map};
use crate::ring::{End, Ring, Unfinished};
use crate::wire::Record;
use libbpf_rs::{Link, MapCore, MapHandle};
use nix::time::{ClockId, clock_gettime};
use raudit_rules::RuleSet;
use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

/// Why what was found is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Its rauditd was killed before it had begun, or these are no hooks.
    #[error("nothing of a rauditd that captured")]
    Incomplete,
    /// What crosses is laid out otherwise.
    #[error("of rauditd {0}, whose events this one cannot read")]
    Version(String),
    /// A part is missing or makes no sense.
    #[error("damaged: {0}")]
    Damaged(String),
}

/// What `about` says.
#[derive(Debug)]
struct About {
    tier: String,
    policy_len: usize,
    exempt_at: usize,
    closing_at: usize,
    before: Counters,
}

/// Hooks without a rauditd.
#[derive(Debug)]
pub struct Orphan {
    room: Arc<Room>,
    about: About,
    counters: MapHandle,
    policies: Shared,
    rules: RuleSet,
    latest: u32,
    /// Of links that are gone.
    missed: Option<u64>,
}

/// Of CLOCK_BOOTTIME, which also counts while the machine sleeps.
fn seconds_since_boot() -> u32 {
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(0, |now| u32::try_from(now.tv_sec()).unwrap_or(u32::MAX))
}

fn damaged(what: &str) -> impl Fn(libbpf_rs::Error) -> Refused {
    move |e| Refused::Damaged(format!("{what}: {e}"))
}

impl Orphan {
    /// What is in a room. Makes the generations known whose events may be in the ring.
    pub fn open(room: Arc<Room>, generations: &Generations) -> Result<Self, Refused> {
        let names = room.names();
        let kept = |name: &str| {
            let map = open_map(&room, name).map_err(damaged(name))?;
            kept::load(&map).ok_or_else(|| Refused::Damaged(format!("{name} is not what rauditd keeps")))
        };
        if !names.iter().any(|name| name == "about") {
            return Err(Refused::Incomplete);
        }
        let about = About::read(&String::from_utf8_lossy(&kept("about")?))?;
        let rules = match names.iter().any(|name| name == "rules") {
            true => kept::read_rules(&kept("rules")?).ok_or_else(|| Refused::Damaged("rules".into()))?,
            false => return Err(Refused::Incomplete),
        };
        let mut latest = 0;
        for (number, name) in
            names.iter().filter_map(|name| Some((name.strip_prefix("generation:")?.parse().ok()?, name)))
        {
            let judged: Judged = kept::read_judged(&kept(name)?).ok_or_else(|| Refused::Damaged(name.clone()))?;
            generations.add(number, judged);
            latest = latest.max(number);
        }
        let counters = open_map(&room, "counters").map_err(damaged("counters"))?;
        let map = open_map(&room, "policies").map_err(damaged("policies"))?;
        if (map.value_size() as usize, map.max_entries() as usize) != (about.policy_len, SLOTS) {
            return Err(Refused::Damaged("policies of another size".into()));
        }
        let policies = Shared::of(&map).map_err(|e| Refused::Damaged(format!("policies: {e}")))?;
        let orphan = Self { room, about, counters, policies, rules, latest, missed: None };
        // what could not be read later is better refused now
        End::of(orphan.ring()?).map_err(|e| Refused::Damaged(e.to_string()))?;
        orphan.counters().map_err(|e| Refused::Damaged(e.to_string()))?;
        Ok(orphan)
    }

    /// The rules in a room whose hooks may be of no use.
    pub fn rules_in(room: &Room) -> Option<RuleSet> {
        let kept = |name: &str| kept::load(&open_map(room, name).ok()?);
        let about = kept("about")?;
        let format = format!("format {FORMAT}\n");
        about.starts_with(format.as_bytes()).then(|| kept::read_rules(&kept("rules")?))?
    }

    /// Its ring, for a consumer.
    pub fn ring(&self) -> Result<Ring, Refused> {
        let open = |name: &str| open_map(&self.room, name).map_err(damaged(name));
        Ok(Ring { map: open("ring")?, journal: Some(open("journal")?) })
    }

    /// The rules that it was given last.
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// The tier of its programs.
    pub fn tier(&self) -> &str {
        &self.about.tier
    }

    /// The number of its latest generation.
    pub fn latest(&self) -> u32 {
        self.latest
    }

    /// What its rauditd was writing when it ended.
    pub fn unfinished(&self) -> Option<Unfinished> {
        End::of(self.ring().ok()?).ok()?.unfinished()
    }

    /// How many events its rauditd has delivered.
    pub fn delivered(&self) -> u64 {
        self.ring().ok().and_then(|ring| End::of(ring).ok()).map_or(0, |end| end.delivered())
    }

    /// How many events are in its ring.
    pub fn waiting(&self) -> u64 {
        let Some(end) = self.ring().ok().and_then(|ring| End::of(ring).ok()) else { return 0 };
        let (mut position, mut events) = (end.dealt(), 0);
        let is_event = |bytes: &[u8]| matches!(Record::decode(bytes), Ok(Record::Syscall(_) | Record::Operation(_)));
        while end.next(&mut position, |bytes| events += u64::from(is_event(bytes))) {}
        events
    }

    /// What its programs counted, all in all.
    pub fn counters(&self) -> Result<Counters, CaptureError> {
        let mut sum = counted(&self.counters)?;
        sum.lost.add(Loss::Missed, self.missed.unwrap_or_else(|| missed(&self.links())));
        Ok(sum.since(self.about.before))
    }

    /// From now on its programs leave out this thread group, in place of its rauditd's.
    pub fn exempt(&mut self, pid: u32) {
        self.set(self.about.exempt_at, pid);
    }

    /// No call begins under its rules any more; those that have begun are judged when they end. A successor that is killed has its own
    /// successor know since when.
    pub fn close(&mut self) {
        if self.closed_for().is_none() {
            self.set(self.about.closing_at, seconds_since_boot().max(1));
        }
    }

    /// How long ago it was closed, to a second; `None` while calls begin under it.
    pub fn closed_for(&self) -> Option<Duration> {
        let since = self.policies.load32(self.about.closing_at);
        (since != 0).then(|| Duration::from_secs(seconds_since_boot().saturating_sub(since).into()))
    }

    fn set(&mut self, at: usize, value: u32) {
        for slot in 0..SLOTS {
            self.policies.store32(slot * self.about.policy_len + at, value);
        }
    }

    fn links(&self) -> Vec<(String, Link)> {
        let names = self.room.names().into_iter().filter(|name| LINKS.iter().any(|start| name.starts_with(start)));
        names.filter_map(|name| open_link(&self.room, &name).ok().map(|link| (name, link))).collect()
    }

    /// Detaches it. Then nothing more comes into its ring.
    pub fn detach(&mut self) -> Result<(), PinError> {
        let links = self.links();
        self.missed = Some(missed(&links));
        let ids: Vec<u32> = links.iter().filter_map(|(_, link)| clone::ids(link.as_fd())).map(|(id, _)| id).collect();
        let cleared = self.room.clear();
        until_names_are_gone();
        drop(links);
        until_links_are_gone(&ids);
        cleared
    }
}

/// Runs that the kernel skipped. Of copies, which do the same, the one that was skipped least.
fn missed(links: &[(String, Link)]) -> u64 {
    let mut least: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, link) in links {
        let Some((_, program)) = clone::ids(link.as_fd()) else { continue };
        let of = name.rsplit_once(':').map_or(name.as_str(), |(of, _)| of);
        let missed = clone::missed_by_id(program);
        least.entry(of).and_modify(|least| *least = missed.min(*least)).or_insert(missed);
    }
    least.values().sum()
}

impl About {
    fn read(text: &str) -> Result<Self, Refused> {
        let word = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let version = || Refused::Version(word("version").unwrap_or("of unknown version").to_owned());
        if word("format") != Some(&FORMAT.to_string()) || word("layout") != Some(LAYOUT) {
            return Err(version());
        }
        let numbers = |key: &str| -> Vec<u64> {
            word(key).unwrap_or_default().split(' ').filter_map(|n| n.parse().ok()).collect()
        };
        let (policy, before) = (numbers("policy"), numbers("before"));
        let damaged = || Refused::Damaged("about says too little".into());
        let &[policy_len, exempt_at, closing_at] = policy.as_slice() else { return Err(damaged()) };
        let [matched, submitted, reasons @ ..] = before.as_slice() else { return Err(damaged()) };
        if reasons.len() != Loss::ALL.len() {
            return Err(damaged());
        }
        let mut before = Counters { matched: *matched, submitted: *submitted, ..Counters::default() };
        Loss::ALL.into_iter().zip(reasons).for_each(|(reason, count)| before.lost.add(reason, *count));
        if exempt_at >= policy_len || closing_at >= policy_len {
            return Err(damaged());
        }
        let tier = word("tier").ok_or_else(damaged)?.to_owned();
        Ok(Self {
            tier,
            policy_len: policy_len as usize,
            exempt_at: exempt_at as usize,
            closing_at: closing_at as usize,
            before,
        })
    }
}
