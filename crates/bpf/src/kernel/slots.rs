//! The policy in use and the one before it, in memory shared with the programs (`policies`, `hits`, `losses` in bpf/maps.h).
//!
//! A new policy is written where the programs do not look, then they are told to look there: no grace period, so that a change
//! of a rule takes microseconds. A reader that is still at the old one is left alone until the change after next; then it
//! notices by the sequence number, which is odd while we write, and looks again.

use super::CaptureError;
use super::named::{Calls, Named};
use super::shared::{Shared, handle};
use crate::classify::{NR_MAX, Policy, RULES_MAX};
use crate::loss::{Loss, Reserve};
use crate::plan::Attach;
use crate::skel::{HITS_LEN, LOSSES_LEN, POLICY_LEN, policy as at};
use libbpf_rs::{MapHandle, Object};
use std::collections::BTreeMap;

/// Policies there is room for (`SLOTS`).
pub(crate) const SLOTS: usize = 2;
/// Counters for each rule (`HIT_SHARDS`).
const HIT_SHARDS: usize = 8;
/// `WANT_CRITICAL`.
const WANT_CRITICAL: u32 = 1 << 24;

/// How often each rule of a generation decided, in the exit list's order.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hits {
    /// Of the rules.
    pub generation: u32,
    /// By rule.
    pub rules: Vec<u64>,
    /// The rules whose events were lost then: which, why, how many.
    pub lost: Vec<(usize, Loss, u64)>,
}

/// Generation and number of rules of the policy in a slot.
type Occupant = (u32, usize);

#[derive(Debug)]
pub(super) struct Slots {
    /// Megabytes, so mapped only while they are written.
    policies: MapHandle,
    hits: Shared,
    losses: Shared,
    active: Shared,
    named: Named,
    occupants: [Option<Occupant>; SLOTS],
}

impl Slots {
    /// Those of a loaded object.
    pub(super) fn of(object: &Object) -> Result<Self, CaptureError> {
        let map = |name: &str| Shared::named(object, name);
        let (hits, losses, active) = (map("hits")?, map("losses")?, map("policy_active")?);
        let policies = handle(object, "policies")?;
        let named = Named::of(map("named")?);
        let fit = hits.len() == SLOTS * HIT_SHARDS * HITS_LEN && losses.len() == SLOTS * LOSSES_LEN;
        if Shared::len_of(&policies) != SLOTS * POLICY_LEN || !fit {
            return Err(CaptureError::Plan("the BPF object's policies are of another size".into()));
        }
        Ok(Self { policies, hits, losses, active, named, occupants: [None; SLOTS] })
    }

    /// Makes a policy the one in use. Gives the hits of the policy whose place it takes.
    pub(super) fn install(
        &mut self,
        policy: &Policy,
        rules: usize,
        attach: &Attach,
        reserve: &Reserve,
        marks: [u32; 2],
    ) -> Result<Option<Hits>, CaptureError> {
        let unmapped = |e| CaptureError::Plan(format!("cannot map policies: {e}"));
        let mut policies = Shared::of(&self.policies).map_err(unmapped)?;
        let slot = (self.active.load32(0) as usize + 1) % SLOTS;
        let evicted = self.take(slot);
        let start = slot * POLICY_LEN;
        let sequence = policies.load32(start) | 1;
        policies.store32(start, sequence);
        write(|at, bytes| policies.write(start + at, bytes), policy, attach, reserve, marks);
        policies.store32(start, sequence.wrapping_add(1));
        // now, since what follows the change of policy is to follow at once
        drop(policies);
        if let Some(occupant) = self.occupants.get_mut(slot) {
            *occupant = Some((marks[0], rules));
        }
        let named = Calls::of(policy, attach);
        self.named.add(&named);
        self.active.store32(0, slot as u32);
        self.named.set(named);
        Ok(evicted)
    }

    /// What was counted since it was last taken.
    pub(super) fn take_hits(&mut self) -> Vec<Hits> {
        (0..SLOTS).filter_map(|slot| self.take(slot)).collect()
    }

    fn take(&self, slot: usize) -> Option<Hits> {
        let (generation, rules) = self.occupants.get(slot).copied().flatten()?;
        let shard = |n: usize| (slot * HIT_SHARDS + n) * HITS_LEN;
        let of = |rule: usize| (0..HIT_SHARDS).map(|n| self.hits.take64(shard(n) + rule * 8)).sum();
        let rules = rules.min(RULES_MAX);
        let reasons = || Loss::ALL.into_iter().take(Loss::RULED);
        let mut lost = Vec::new();
        for (rule, reason) in (0..rules).flat_map(|rule| reasons().map(move |reason| (rule, reason))) {
            let at = slot * LOSSES_LEN + (rule * Loss::RULED + reason as usize) * 8;
            match self.losses.take64(at) {
                0 => {}
                count => lost.push((rule, reason, count)),
            }
        }
        Some(Hits { generation, rules: (0..rules).map(of).collect(), lost })
    }
}

/// All of `struct policy` but its sequence number; of the tables, what is in use.
fn write(
    mut put: impl FnMut(usize, &[u8]),
    policy: &Policy,
    attach: &Attach,
    reserve: &Reserve,
    [generation, exempt]: [u32; 2],
) {
    let (fields, tests) = (policy.fields.len() as u32, policy.tests.len() as u32);
    put(4, &words(&[generation, policy.words as u32, fields, tests, exempt, policy.facts()]));
    let items = policy.items.len() as u32;
    put(
        at::ITEM_FIELDS,
        &words(&[
            items,
            policy.listed.into(),
            policy.hashed.into(),
            policy.timeless.into(),
            policy.kinds,
            policy.tasks.into(),
        ]),
    );
    let (labels, levels) = policy.labels.encode();
    put(at::LABELS, &words(&[policy.labels.predicates.len() as u32, policy.labels.sequence]));
    put(at::LABEL, &words(&labels));
    put(at::LEVEL, &longs(&levels));
    put(at::WITHOUT, &words(&policy.without.map(u32::from)));
    let filesystems = policy.filesystems.iter().flat_map(|&(magic, differs)| [magic, differs.into()]);
    put(at::FILESYSTEMS, &words(&[policy.filesystems.len() as u32]));
    put(at::FS, &words(&filesystems.collect::<Vec<_>>()));
    let items = policy.items.iter().flat_map(|t| [t.fact as u32, t.first, t.count, t.none.into(), t.every.into()]);
    put(at::ITEM, &words(&items.collect::<Vec<_>>()));
    for (&place, rows) in &policy.places {
        put(at::PLACE + usize::from(place) * 4, &shorts([rows.row, rows.except].into_iter()));
    }
    put(at::ALWAYS, &longs(&policy.always));
    put(at::CRITICAL, &longs(&reserve.rules));
    put(at::OTHERS, &reserve.others.to_ne_bytes());
    put(at::FIELD, &words(&policy.fields.iter().flat_map(|f| [f.fact, f.first, f.count]).collect::<Vec<_>>()));
    let tests = policy.tests.iter().flat_map(|t| [t.kind as u32, t.fact, t.value, t.row.into()]);
    put(at::TEST, &words(&tests.collect::<Vec<_>>()));
    for (arch, ((calls, wants), more)) in policy.syscalls.iter().zip(&attach.wants).zip(&policy.wants).enumerate() {
        let row = |nr: usize| calls.get(&(nr as u32)).copied().unwrap_or(0);
        put(at::SYSCALL + arch * NR_MAX * 2, &shorts((0..NR_MAX).map(row)));
        let of = |wants: &BTreeMap<u32, u32>, nr: usize| wants.get(&(nr as u32)).copied().unwrap_or(0);
        let critical = |nr: usize| if reserve.names(policy, row(nr)) { WANT_CRITICAL } else { 0 };
        let want = |nr: usize| of(wants, nr) | of(more, nr) | critical(nr);
        put(at::WANTS + arch * NR_MAX * 4, &words(&(0..NR_MAX).map(want).collect::<Vec<_>>()));
    }
    put(at::OPERATION_WANT, &policy.operation_want.to_ne_bytes());
    let row = |operation: u8| policy.operations.get(&operation).copied().unwrap_or(0);
    put(at::OPERATION, &shorts((0..=u8::MAX).map(row)));
    put(at::AUDITED, &(0..=u8::MAX).map(|operation| attach.operations.audited(operation)).collect::<Vec<_>>());
    put(at::BOUND, &words(&policy.intervals.iter().map(|i| i.low).collect::<Vec<_>>()));
    put(at::ROW, &shorts(policy.intervals.iter().map(|i| i.row)));
    for (n, row) in policy.rows.iter().enumerate() {
        put(at::CELL + n * policy.words * 8, &longs(row));
    }
}

fn shorts(shorts: impl Iterator<Item = u16>) -> Vec<u8> {
    shorts.flat_map(u16::to_ne_bytes).collect()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|w| w.to_ne_bytes()).collect()
}

fn longs(longs: &[u64]) -> Vec<u8> {
    longs.iter().flat_map(|w| w.to_ne_bytes()).collect()
}
