//! SELinux's labels. Events carry numbers (SIDs); their text is found in the kernel's policy when a number is met for the first
//! time, and remembered until the policy changes.

pub mod context;
pub mod layout;
pub mod memory;
pub mod policy;
pub mod rule;

use crate::offer::kernel_symbols;
use crate::skel::selinux_places as at;
use layout::Layout;
use libbpf_rs::btf::Btf;
use memory::{Kernel, Memory};
use policy::{Addresses, Walker};
use std::collections::HashMap;
use std::fmt;

/// Labels that are remembered; when there are more (containers have categories of their own), all are looked up again.
const CACHE_MAX: usize = 16384;

/// What the BPF programs must know to read SIDs and labels: values by their offset in `struct selinux_places` (bpf/label.h).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Places(pub Vec<(usize, u64)>);

impl Places {
    /// Those that this kernel would have with SELinux, at addresses where nothing lies.
    #[cfg(test)]
    pub fn made_up() -> Option<Self> {
        let layout = Layout::of(&Btf::from_vmlinux().ok()?).ok()?;
        Self::of(&layout, 8, 0, 0).ok()
    }

    /// From the layout; and where the policy's address lies, and the module's part of a credential and of an inode.
    fn of(layout: &Layout, policy: u64, cred: u64, inode: u64) -> Result<Self, String> {
        let fan_out = layout.inner.count.checked_ilog2().ok_or("SELinux's table of SIDs has nodes without entries")?;
        Ok(Self(vec![
            (at::POLICY, policy),
            (at::SEQUENCE, layout.policy_sequence.at),
            (at::SIDTAB, layout.policy_sidtab.at),
            (at::CRED_SID, cred + layout.cred_sid.at),
            (at::INODE_SID, inode + layout.inode_sid.at),
            (at::COUNT, layout.sidtab_count.at),
            (at::ROOTS, layout.sidtab_roots.at),
            (at::INITIAL, layout.sidtab_initial.at),
            (at::INITIAL_SIZE, layout.sidtab_initial.size),
            (at::INITIAL_COUNT, layout.sidtab_initial.count.into()),
            (at::INITIAL_SET, layout.initial_set.at),
            (at::INITIAL_ENTRY, layout.initial_entry.at),
            (at::LEAF_COUNT, layout.leaf.count.into()),
            (at::ENTRY_SIZE, layout.entry_size),
            (at::FAN_OUT, fan_out.into()),
            (at::USER, layout.entry_user.at),
            (at::ROLE, layout.entry_role.at),
            (at::KIND, layout.entry_type.at),
            (at::LEN, layout.entry_len.at),
            (at::LEVEL, layout.entry_level.at),
            (at::LEVEL_SIZE, layout.entry_level.size),
            (at::SENSITIVITY, layout.level_sensitivity.at),
            (at::CATEGORIES, layout.level_categories.at),
            (at::NODE_NEXT, layout.node_next.at),
            (at::NODE_BITS, layout.node_bits.at),
            (at::NODE_WORDS, layout.node_bits.count.into()),
            (at::NODE_START, layout.node_start.at),
            (at::JUDGED, 1),
        ]))
    }
}

/// The kernel's labels, where they can be read.
pub struct Selinux {
    /// For the BPF programs.
    pub places: Places,
    walker: Walker<Kernel>,
}

impl fmt::Debug for Selinux {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Selinux").field("places", &self.places).finish_non_exhaustive()
    }
}

impl Selinux {
    /// Finds everything in a kernel where SELinux is active, or says what is missing.
    pub fn open() -> Result<Self, String> {
        let btf = Btf::from_vmlinux().map_err(|e| format!("no kernel BTF: {e:#}"))?;
        let layout = Layout::of(&btf)?;
        let [state, blobs, initial_names] =
            kernel_symbols(["selinux_state", "selinux_blob_sizes", "initial_sid_to_string"]);
        if state == 0 || blobs == 0 {
            return Err("/proc/kallsyms does not tell where selinux_state is (kernel.kptr_restrict?)".into());
        }
        let mut memory = Kernel::open().map_err(|e| format!("kernel memory cannot be read: {e:#}"))?;
        let mut size = |place: layout::Place| {
            memory.word(blobs + place.at).map(u64::from).ok_or("selinux_blob_sizes cannot be read")
        };
        let (cred, inode) = (size(layout.blob_cred)?, size(layout.blob_inode)?);
        let places = Places::of(&layout, state + layout.state_policy.at, cred, inode)?;
        let walker = Walker::new(memory, layout, Addresses { state, initial_names });
        Ok(Self { places, walker })
    }
}

impl Selinux {
    /// The numbers of names in the policy in use, and its sequence number; `None` before a policy is loaded.
    pub fn numbers(&mut self, names: &policy::Names) -> Option<(policy::Numbers, u32)> {
        self.walker.numbers(names)
    }
}

/// How often policies and booleans were loaded, as `/sys/fs/selinux/status` counts (`struct selinux_kernel_status`): another number
/// than before means another policy.
pub fn policy_loads() -> Option<u32> {
    let status = std::fs::read("/sys/fs/selinux/status").ok()?;
    status.get(12..)?.first_chunk().map(|b| u32::from_ne_bytes(*b))
}

/// Labels by SID, as the consumer of events needs them: opened when the first is asked for.
#[derive(Debug, Default)]
pub struct Labels {
    /// `None` before the first.
    kernel: Option<Result<Selinux, String>>,
    /// The policy that the texts are of.
    sequence: u32,
    texts: HashMap<u32, Vec<u8>>,
}

impl Labels {
    /// Appends the label of a SID, which an event had when the policy had this sequence number; false if it is not known.
    pub fn push(&mut self, sid: u32, sequence: u32, out: &mut Vec<u8>) -> bool {
        if sequence != self.sequence || self.texts.len() >= CACHE_MAX {
            self.texts.clear();
            self.sequence = sequence;
        }
        if let Some(known) = self.texts.get(&sid) {
            out.extend_from_slice(known);
            return true;
        }
        let kernel = self.kernel.get_or_insert_with(Selinux::open).as_mut();
        let Some((text, found_in)) = kernel.ok().and_then(|kernel| kernel.walker.label(sid)) else { return false };
        out.extend_from_slice(&text);
        // of a policy that has come since: the next event brings its number
        if found_in == sequence {
            self.texts.insert(sid, text);
        }
        true
    }
}
