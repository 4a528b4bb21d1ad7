//! A walk through the loaded policy: from a SID to its label (security/selinux/ss/sidtab.c, services.c).
//!
//! The kernel may replace the policy meanwhile and free what is being read. So what was found counts only when the policy is
//! still the same afterwards; until then every number is taken for what it is, some number, and every walk ends.

use super::context::{Context, Kind, Level};
use super::layout::Layout;
use super::memory::Memory;
use std::collections::{BTreeSet, HashMap};

/// Names that rules use.
pub type Names = BTreeSet<(Kind, Vec<u8>)>;

/// The numbers that names have in a policy.
pub type Numbers = HashMap<(Kind, Vec<u8>), u32>;

/// `SECINITSID_UNLABELED`: what a SID without a valid label counts as.
const UNLABELED: u32 = 3;
/// Nodes of categories in a level: 384 bits each, so that no policy has more.
const NODES_MAX: usize = 512;
/// Names of one kind in a policy, at most.
const LINKS_MAX: u32 = 1 << 20;
/// How often a walk is begun anew when policies change meanwhile.
const TRIES: usize = 5;

/// Where things are in the running kernel.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// `selinux_state`.
    pub state: u64,
    /// `initial_sid_to_string`; 0 when the kernel does not tell.
    pub initial_names: u64,
}

/// A walker.
#[derive(Debug)]
pub struct Walker<M> {
    memory: M,
    layout: Layout,
    addresses: Addresses,
}

/// The policy in use, as it was found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Policy {
    at: u64,
    sequence: u32,
    sidtab: u64,
}

impl<M: Memory> Walker<M> {
    /// Makes one.
    pub fn new(memory: M, layout: Layout, addresses: Addresses) -> Self {
        Self { memory, layout, addresses }
    }

    /// The label of a SID as the kernel would write it now, and the sequence number of the policy it was found in; 0 before a
    /// policy is loaded.
    pub fn label(&mut self, sid: u32) -> Option<(Vec<u8>, u32)> {
        if !self.initialized()? {
            return Some((self.initial_name(sid)?, 0));
        }
        for _ in 0..TRIES {
            let policy = self.policy()?;
            let found = self.written(&policy, sid);
            if self.policy() == Some(policy) {
                return Some((found?, policy.sequence));
            }
        }
        None
    }

    fn initialized(&mut self) -> Option<bool> {
        let at = self.addresses.state + self.layout.state_initialized.at;
        Some(self.memory.bytes::<1>(at)? != [0])
    }

    /// What labels are called before there is a policy; the task of init is the kernel's still.
    fn initial_name(&mut self, sid: u32) -> Option<Vec<u8>> {
        const KERNEL: u32 = 1;
        const INIT: u32 = 7;
        let sid = if sid == INIT { KERNEL } else { sid };
        if sid == 0 || sid > self.layout.sidtab_initial.count {
            return None;
        }
        if self.addresses.initial_names == 0 {
            return (sid == KERNEL).then(|| b"kernel".to_vec());
        }
        let name = self.memory.pointer(self.addresses.initial_names + u64::from(sid) * 8)?;
        if name == 0 { None } else { self.memory.text(name) }
    }

    fn policy(&mut self) -> Option<Policy> {
        let at = self.memory.pointer(self.addresses.state + self.layout.state_policy.at)?;
        let sequence = self.memory.word(at + self.layout.policy_sequence.at)?;
        let sidtab = self.memory.pointer(at + self.layout.policy_sidtab.at)?;
        Some(Policy { at, sequence, sidtab })
    }

    fn written(&mut self, policy: &Policy, sid: u32) -> Option<Vec<u8>> {
        let entry = self.entry(policy, sid)?;
        if self.memory.word(entry + self.layout.entry_len.at)? != 0 {
            let text = self.memory.pointer(entry + self.layout.entry_text.at)?;
            return self.memory.text(text);
        }
        let context = self.context(policy, entry)?;
        context.text(|kind, value| self.name(policy, kind, value))
    }

    /// The entry of a SID, or that of unlabeled things when it has none or an invalid label (`sidtab_search_core`).
    fn entry(&mut self, policy: &Policy, sid: u32) -> Option<u64> {
        let initial = self.layout.sidtab_initial.count;
        let found = match sid {
            0 => None,
            sid if sid <= initial => self.initial_entry(policy, sid)?,
            sid => self.later_entry(policy, sid - initial - 1)?,
        };
        if let Some(entry) = found
            && self.memory.word(entry + self.layout.entry_len.at)? == 0
        {
            return Some(entry);
        }
        self.initial_entry(policy, UNLABELED)?
    }

    fn initial_entry(&mut self, policy: &Policy, sid: u32) -> Option<Option<u64>> {
        let at = policy.sidtab + self.layout.sidtab_initial.element(sid.checked_sub(1)?);
        let set = self.memory.word(at + self.layout.initial_set.at)? != 0;
        Some(set.then_some(at + self.layout.initial_entry.at))
    }

    /// Down the tree of the height that the table's number of entries asks for (`sidtab_do_lookup`).
    fn later_entry(&mut self, policy: &Policy, index: u32) -> Option<Option<u64>> {
        let Layout { sidtab_count, sidtab_roots, inner, leaf, .. } = self.layout;
        if index >= self.memory.word(policy.sidtab + sidtab_count.at)? {
            return Some(None);
        }
        let fan_out = inner.count.checked_ilog2()?;
        let mut rest = index.checked_div(leaf.count)?;
        let mut level = 0;
        while u64::from(index) >= u64::from(leaf.count) << (level * fan_out) {
            level += 1;
            if level >= sidtab_roots.count {
                return None;
            }
        }
        let mut node = self.memory.pointer(policy.sidtab + sidtab_roots.element(level))?;
        while level > 0 && node != 0 {
            level -= 1;
            let shift = level * fan_out;
            node = self.memory.pointer(node + inner.element(rest >> shift))?;
            rest &= (1 << shift) - 1;
        }
        Some((node != 0).then(|| node + leaf.element(index % leaf.count)))
    }

    fn context(&mut self, policy: &Policy, entry: u64) -> Option<Context> {
        let layout = self.layout;
        let levels = if self.memory.word(policy.at + layout.policy_mls.at)? == 0 {
            None
        } else {
            let low = self.level(entry + layout.entry_level.element(0))?;
            Some([low, self.level(entry + layout.entry_level.element(1))?])
        };
        Some(Context {
            user: self.memory.word(entry + layout.entry_user.at)?,
            role: self.memory.word(entry + layout.entry_role.at)?,
            kind: self.memory.word(entry + layout.entry_type.at)?,
            levels,
        })
    }

    fn level(&mut self, at: u64) -> Option<Level> {
        let layout = self.layout;
        let sensitivity = self.memory.word(at + layout.level_sensitivity.at)?;
        let mut categories = Vec::new();
        let mut node = self.memory.pointer(at + layout.level_categories.at)?;
        for _ in 0..NODES_MAX {
            if node == 0 {
                return Some(Level { sensitivity, categories });
            }
            let start = self.memory.word(node + layout.node_start.at)?;
            for map in 0..layout.node_bits.count {
                let bits = self.memory.pointer(node + layout.node_bits.element(map))?;
                let set = (0..64).filter(|bit| bits >> bit & 1 != 0);
                categories.extend(set.map(|bit| start.wrapping_add(map * 64 + bit)));
            }
            node = self.memory.pointer(node + layout.node_next.at)?;
        }
        None
    }

    /// The numbers of names in the policy in use, of those it knows, and its sequence number; `None` before a policy is loaded.
    pub fn numbers(&mut self, names: &Names) -> Option<(Numbers, u32)> {
        if !self.initialized()? {
            return None;
        }
        for _ in 0..TRIES {
            let policy = self.policy()?;
            let mut found = HashMap::new();
            let complete = names.iter().all(|(kind, name)| {
                let number = self.number(&policy, *kind, name);
                found.extend(number.flatten().map(|number| ((*kind, name.clone()), number)));
                number.is_some()
            });
            if self.policy() == Some(policy) {
                return complete.then_some((found, policy.sequence));
            }
        }
        None
    }

    /// Looks through all of a kind: rarely asked, and the hash function is another in each release.
    fn number(&mut self, policy: &Policy, kind: Kind, name: &[u8]) -> Option<Option<u32>> {
        let layout = self.layout;
        let table = policy.at + layout.policy_tables.element(kind as u32);
        let chains = self.memory.pointer(table + layout.table_chains.at)?;
        let size = self.memory.word(table + layout.table_size.at)?;
        let mut left = LINKS_MAX;
        for chain in 0..size.min(LINKS_MAX) {
            let mut link = self.memory.pointer(chains + u64::from(chain) * 8)?;
            while link != 0 {
                left = left.checked_sub(1)?;
                let key = self.memory.pointer(link + layout.link_key.at)?;
                if self.memory.text(key)? == name {
                    let datum = self.memory.pointer(link + layout.link_datum.at)?;
                    return self.value(kind, datum).map(Some);
                }
                link = self.memory.pointer(link + layout.link_next.at)?;
            }
        }
        Some(None)
    }

    /// The number of what a name stands for.
    fn value(&mut self, kind: Kind, datum: u64) -> Option<u32> {
        let layout = self.layout;
        let place = match kind {
            Kind::User => layout.user_value,
            Kind::Role => layout.role_value,
            Kind::Type => layout.type_value,
            Kind::Category => layout.category_value,
            Kind::Level => {
                let is_pointer = layout.level_value.size == 8;
                let level = datum + layout.level_value.at;
                let level = if is_pointer { self.memory.pointer(level)? } else { level };
                return self.memory.word(level + layout.level_sensitivity.at);
            }
        };
        self.memory.word(datum + place.at)
    }

    /// The name of a number.
    fn name(&mut self, policy: &Policy, kind: Kind, value: u32) -> Option<Vec<u8>> {
        let names = self.memory.pointer(policy.at + self.layout.policy_names.element(kind as u32))?;
        let name = self.memory.pointer(names + u64::from(value.checked_sub(1)?) * 8)?;
        if name == 0 { None } else { self.memory.text(name) }
    }
}

#[cfg(test)]
mod tests;
