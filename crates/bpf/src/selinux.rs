//! SELinux's labels. Events carry numbers (SIDs); their text is found in the kernel's policy when a number is met for the first
//! time, and remembered until the policy changes.

pub mod context;
pub mod layout;
pub mod memory;
pub mod policy;

use crate::offer::kernel_symbols;
use layout::Layout;
use libbpf_rs::btf::Btf;
use memory::{Kernel, Memory};
use policy::{Addresses, Walker};
use std::collections::HashMap;
use std::fmt;

/// Labels that are remembered; when there are more (containers have categories of their own), all are looked up again.
const CACHE_MAX: usize = 16384;

/// What the BPF programs must know to read SIDs (bpf/label.h).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Places {
    /// Address of `selinux_state.policy`.
    pub policy: u64,
    /// Offset of the policy's sequence number in it.
    pub sequence: u64,
    /// Offset of a task's SID behind `cred->security`.
    pub cred_sid: u64,
    /// Offset of a file's SID behind `inode->i_security`.
    pub inode_sid: u64,
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
        let places = Places {
            policy: state + layout.state_policy.at,
            sequence: layout.policy_sequence.at,
            cred_sid: size(layout.blob_cred)? + layout.cred_sid.at,
            inode_sid: size(layout.blob_inode)? + layout.inode_sid.at,
        };
        let walker = Walker::new(memory, layout, Addresses { state, initial_names });
        Ok(Self { places, walker })
    }
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
    /// The label of a SID, which an event had when the policy had this sequence number.
    pub fn text(&mut self, sid: u32, sequence: u32) -> Option<Vec<u8>> {
        if sequence != self.sequence || self.texts.len() >= CACHE_MAX {
            self.texts.clear();
            self.sequence = sequence;
        }
        if let Some(known) = self.texts.get(&sid) {
            return Some(known.clone());
        }
        let kernel = self.kernel.get_or_insert_with(Selinux::open).as_mut().ok()?;
        let (text, found_in) = kernel.walker.label(sid)?;
        // of a policy that has come since: the next event brings its number
        if found_in == sequence {
            self.texts.insert(sid, text.clone());
        }
        Some(text)
    }
}
