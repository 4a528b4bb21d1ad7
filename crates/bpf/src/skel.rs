//! The compiled BPF objects, and the proof that both sides agree on what crosses between them.
#![allow(unsafe_code, missing_docs, reason = "the generated types; nothing here calls them")]

use std::mem::{offset_of, size_of};

/// The shipped object, as clang made it.
pub static AUDIT_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/audit.bpf.o"));

/// The same for kernels before 5.17 (bpf/compat.h).
pub static OLD_AUDIT_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/audit_old.bpf.o"));

/// Reads kernel memory, for SELinux's labels.
pub static MEMORY_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/memory.bpf.o"));

/// Test-only programs for BPF_PROG_RUN.
#[cfg(test)]
pub static CHECK_OBJECT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/check.bpf.o"));

mod generated {
    #![allow(warnings, clippy::all, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/audit.skel.rs"));
}
use generated::types;

mod generated_old {
    #![allow(warnings, clippy::all, reason = "generated")]
    include!(concat!(env!("OUT_DIR"), "/audit_old.skel.rs"));
}

/// One set of offsets serves both objects.
const _: () = {
    use generated_old::types as old;
    assert!(APPARMOR == offset_of!(old::rodata, apparmor_blob_sizes));
    assert!(APPARMOR_MODES == offset_of!(old::rodata, apparmor_modes));
    assert!(SELINUX == offset_of!(old::rodata, selinux));
    assert!(EXE_EVENTS == offset_of!(old::rodata, exe_events));
    assert!(COPIES == offset_of!(old::rodata, copies));
    assert!(TRACEPOINT_COPIES == offset_of!(old::rodata, tracepoint_copies));
    assert!(THREAD_SIZE == offset_of!(old::rodata, thread_size));
    assert!(ENTRY_ARGUMENT == offset_of!(old::rodata, entry_argument));
    assert!(OPENED_ARGUMENT == offset_of!(old::rodata, opened_argument));
    assert!(NOTES_CWD_OF_FILES == offset_of!(old::rodata, notes_cwd_of_files));
    assert!(HANDLE_ARGUMENT == offset_of!(old::rodata, handle_argument));
    assert!(MKDIR_RETURNS_ENTRY == offset_of!(old::rodata, mkdir_returns_entry));
    assert!(POLICY_LEN == size_of::<old::policy>());
    assert!(HITS_LEN == size_of::<old::hits>());
    assert!(LOSSES_LEN == size_of::<old::losses>());
};

/// Bytes of `struct event`, `struct section`, `struct item`, `struct argv_chunk`, `struct counters`, `struct policy`, `struct hits`,
/// `struct losses`.
pub const EVENT_LEN: usize = 312;
pub const SECTION_LEN: usize = 8;
pub const ITEM_LEN: usize = 56;
pub const CHUNK_LEN: usize = 24;
pub const COUNTERS_LEN: usize = 64;
/// Bytes of `struct target`, and of `struct target_chunk` before its targets.
pub const TARGET_LEN: usize = 256;
pub const TARGETS_LEN: usize = 24;
pub const POLICY_LEN: usize = size_of::<types::policy>();
pub const HITS_LEN: usize = size_of::<types::hits>();
pub const LOSSES_LEN: usize = size_of::<types::losses>();

/// Where `apparmor_blob_sizes` lies in the object's read-only data.
pub const APPARMOR: usize = offset_of!(types::rodata, apparmor_blob_sizes);

/// Where `apparmor_modes` does.
pub const APPARMOR_MODES: usize = offset_of!(types::rodata, apparmor_modes);

/// Where `selinux` lies there.
pub const SELINUX: usize = offset_of!(types::rodata, selinux);

/// Offsets in `struct selinux_places`, from the object's own types.
pub mod selinux_places {
    use super::{offset_of, types};
    pub const POLICY: usize = offset_of!(types::selinux_places, policy);
    pub const SEQUENCE: usize = offset_of!(types::selinux_places, sequence);
    pub const SIDTAB: usize = offset_of!(types::selinux_places, sidtab);
    pub const CRED_SID: usize = offset_of!(types::selinux_places, cred_sid);
    pub const INODE_SID: usize = offset_of!(types::selinux_places, inode_sid);
    pub const COUNT: usize = offset_of!(types::selinux_places, count);
    pub const ROOTS: usize = offset_of!(types::selinux_places, roots);
    pub const INITIAL: usize = offset_of!(types::selinux_places, initial);
    pub const INITIAL_SIZE: usize = offset_of!(types::selinux_places, initial_size);
    pub const INITIAL_COUNT: usize = offset_of!(types::selinux_places, initial_count);
    pub const INITIAL_SET: usize = offset_of!(types::selinux_places, initial_set);
    pub const INITIAL_ENTRY: usize = offset_of!(types::selinux_places, initial_entry);
    pub const LEAF_COUNT: usize = offset_of!(types::selinux_places, leaf_count);
    pub const ENTRY_SIZE: usize = offset_of!(types::selinux_places, entry_size);
    pub const FAN_OUT: usize = offset_of!(types::selinux_places, fan_out);
    pub const USER: usize = offset_of!(types::selinux_places, user);
    pub const ROLE: usize = offset_of!(types::selinux_places, role);
    pub const KIND: usize = offset_of!(types::selinux_places, kind);
    pub const LEN: usize = offset_of!(types::selinux_places, len);
    pub const LEVEL: usize = offset_of!(types::selinux_places, level);
    pub const LEVEL_SIZE: usize = offset_of!(types::selinux_places, level_size);
    pub const SENSITIVITY: usize = offset_of!(types::selinux_places, sensitivity);
    pub const CATEGORIES: usize = offset_of!(types::selinux_places, categories);
    pub const NODE_NEXT: usize = offset_of!(types::selinux_places, node_next);
    pub const NODE_BITS: usize = offset_of!(types::selinux_places, node_bits);
    pub const NODE_WORDS: usize = offset_of!(types::selinux_places, node_words);
    pub const NODE_START: usize = offset_of!(types::selinux_places, node_start);
    pub const JUDGED: usize = offset_of!(types::selinux_places, judged);
}

/// Where the other constants lie there.
pub const TRAILING_SLASHES: usize = offset_of!(types::rodata, trailing_slashes);
pub const INODE_HASH: usize = offset_of!(types::rodata, audit_inode_hash);
pub const FILTER_LIST: usize = offset_of!(types::rodata, audit_filter_list);
pub const TREE_OPS: usize = offset_of!(types::rodata, audit_tree_ops);
pub const EXE_EVENTS: usize = offset_of!(types::rodata, exe_events);
pub const COPIES: usize = offset_of!(types::rodata, copies);
pub const TRACEPOINT_COPIES: usize = offset_of!(types::rodata, tracepoint_copies);
pub const THREAD_SIZE: usize = offset_of!(types::rodata, thread_size);

/// Where `timekeeper` and `failed_loads` lie there.
pub const TIMEKEEPER: usize = offset_of!(types::rodata, timekeeper);
pub const FAILED_LOADS: usize = offset_of!(types::rodata, failed_loads);
/// What differs from kernel to kernel, there as well.
pub const NOTES_EVERY_PARENT: usize = offset_of!(types::rodata, notes_every_parent);
pub const NOTES_CWD_OF_FILES: usize = offset_of!(types::rodata, notes_cwd_of_files);
pub const NOTES_REFUSED: usize = offset_of!(types::rodata, notes_refused);
pub const NAMES_DELAYED: usize = offset_of!(types::rodata, names_delayed);
pub const NAMES_IN_ORDER: usize = offset_of!(types::rodata, names_in_order);
pub const WALK_RCU: usize = offset_of!(types::rodata, walk_rcu);
pub const WALK_PARENT: usize = offset_of!(types::rodata, walk_parent);
pub const ENTRY_ARGUMENT: usize = offset_of!(types::rodata, entry_argument);
pub const VICTIM_ARGUMENT: usize = offset_of!(types::rodata, victim_argument);
pub const OPENED_ARGUMENT: usize = offset_of!(types::rodata, opened_argument);
pub const HANDLE_ARGUMENT: usize = offset_of!(types::rodata, handle_argument);
pub const MKDIR_RETURNS_ENTRY: usize = offset_of!(types::rodata, mkdir_returns_entry);

/// Offsets in `struct policy`, from the object's own types.
pub mod policy {
    use super::{offset_of, types};
    pub const EXEMPT: usize = offset_of!(types::policy, exempt);
    pub const CLOSING: usize = offset_of!(types::policy, closing);
    pub const ALWAYS: usize = offset_of!(types::policy, always);
    pub const CRITICAL: usize = offset_of!(types::policy, critical);
    pub const OTHERS: usize = offset_of!(types::policy, others);
    pub const ITEM_FIELDS: usize = offset_of!(types::policy, item_fields);
    pub const WITHOUT: usize = offset_of!(types::policy, without);
    pub const LABELS: usize = offset_of!(types::policy, labels);
    pub const LABEL: usize = offset_of!(types::policy, label);
    pub const LEVEL: usize = offset_of!(types::policy, level);
    pub const FILESYSTEMS: usize = offset_of!(types::policy, filesystems);
    pub const FS: usize = offset_of!(types::policy, fs);
    pub const ITEM: usize = offset_of!(types::policy, item);
    pub const PLACE: usize = offset_of!(types::policy, place);
    pub const FIELD: usize = offset_of!(types::policy, field);
    pub const TEST: usize = offset_of!(types::policy, test);
    pub const OPERATION_WANT: usize = offset_of!(types::policy, operation_want);
    pub const SYSCALL: usize = offset_of!(types::policy, syscall);
    pub const OPERATION: usize = offset_of!(types::policy, operation);
    pub const AUDITED: usize = offset_of!(types::policy, audited);
    pub const WANTS: usize = offset_of!(types::policy, wants);
    pub const BOUND: usize = offset_of!(types::policy, bound);
    pub const ROW: usize = offset_of!(types::policy, row);
    pub const CELL: usize = offset_of!(types::policy, cell);
}

/// `wire` reads these at fixed offsets: a change of bpf/event.h that moves one does not compile.
const _: () = {
    assert!(size_of::<types::event>() == EVENT_LEN);
    assert!(offset_of!(types::event, flags) == 6);
    assert!(offset_of!(types::event, token) == 8);
    assert!(offset_of!(types::event, time) == 16);
    assert!(offset_of!(types::event, ret) == 24);
    assert!(offset_of!(types::event, args) == 32);
    assert!(offset_of!(types::event, arch) == 80);
    assert!(offset_of!(types::event, nr) == 84);
    assert!(offset_of!(types::event, rule) == 88);
    assert!(offset_of!(types::event, generation) == 92);
    assert!(offset_of!(types::event, argv_len) == 96);
    assert!(offset_of!(types::event, cpu) == 100);
    assert!(offset_of!(types::event, facts) == 104);
    assert!(offset_of!(types::event, comm) == 232);
    assert!(offset_of!(types::event, tty) == 248);
    assert!(size_of::<types::section>() == SECTION_LEN);
    assert!(size_of::<types::item>() == ITEM_LEN);
    assert!(offset_of!(types::item, ctime_nsec) == 16);
    assert!(offset_of!(types::item, dev) == 20);
    assert!(offset_of!(types::item, rdev) == 36);
    assert!(offset_of!(types::item, kind) == 40);
    assert!(offset_of!(types::item, name_at) == 44);
    assert!(offset_of!(types::item, sid) == 52);
    assert!(size_of::<types::exec_caps>() == 72 + ITEM_LEN);
    assert!(offset_of!(types::exec_caps, uid_before) == 64);
    assert!(offset_of!(types::exec_caps, exe) == 72);
    assert!(size_of::<types::argv_chunk>() == CHUNK_LEN);
    assert!(offset_of!(types::argv_chunk, offset) == 16);
    assert!(size_of::<types::special>() == 184);
    assert!(offset_of!(types::special, value) == 8);
    assert!(offset_of!(types::special, text) == 120);
    assert!(size_of::<types::target>() == TARGET_LEN);
    assert!(offset_of!(types::target, comm) == 20);
    assert!(offset_of!(types::target, label) == 36);
    assert!(offset_of!(types::target_chunk, token) == 8);
    assert!(offset_of!(types::target_chunk, count) == 16);
    assert!(offset_of!(types::target_chunk, target) == TARGETS_LEN);
    assert!(size_of::<types::counters>() == COUNTERS_LEN);
    assert!(offset_of!(types::counters, lost) == 16);
};

/// The value of an enumerator in the object's BTF: constants on the Rust side are tested against it.
#[cfg(test)]
pub fn enum_value(of: &str, name: &str) -> Option<u32> {
    use libbpf_rs::btf::types::Enum;
    use std::io::Write;
    let mut file = tempfile::NamedTempFile::new().ok()?;
    file.write_all(AUDIT_OBJECT).ok()?;
    let btf = libbpf_rs::btf::Btf::from_path(file.path()).ok()?;
    let found = btf.type_by_name::<Enum<'_>>(of)?;
    found.iter().find(|m| m.name.is_some_and(|n| n == name)).map(|m| m.value as u32)
}
