//! What is attached besides the system calls' own functions: which programs, and for what.

use crate::offer::{Offer, Tier};

mod records;

/// What a system call may do that hooks must see.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Need {
    /// It begins and ends: every call.
    Call,
    /// It opens files by name.
    Open,
    /// It executes programs.
    Exec,
    /// It has a socket address.
    Address,
    /// The same, where the compiler has split the function that copies it.
    SplitAddress,
    /// It looks names up without opening them.
    Lookup,
    /// It makes, moves or deletes entries of directories.
    Entry,
    /// Rules watch names of files.
    Watch,
    /// Rules watch names of programs.
    Program,
    /// The task list has rules.
    Task,
    /// All calls are named, so that they are seen where they all pass.
    Every,
    /// It makes an object that is no file as an entry of a directory.
    Object,
    /// It opens files by their handle.
    Handle,
    /// It opens by a `struct open_how`.
    How,
    /// It gives socket addresses to the task.
    Peer,
    /// It is one of the calls in socketcall.
    Socketcall,
    /// It reserves descriptors.
    Fds,
    /// It maps files, with arguments in memory.
    OldMmap,
    /// It sets capabilities.
    Capset,
    /// It loads and unloads modules.
    Module,
    /// It sets clocks.
    Clock,
    /// It sends signals.
    Signal,
    /// It traces tasks.
    Trace,
    /// It uses System V objects.
    Ipc,
    /// It uses message queues.
    Queue,
    /// It ends its task.
    Exit,
    /// It notes the file of a descriptor once something else was in order.
    Late,
    /// The same, on a kernel where calls about attributes do so.
    LateAttribute,
    /// It takes operations of io_uring in.
    Ring,
}

/// A program and what it is for.
#[derive(Debug)]
pub struct Hook {
    /// Its name in `bpf/audit.bpf.c`.
    pub program: &'static str,
    /// The tier it belongs to.
    pub tier: Tier,
    /// It is attached when a call has one of these needs.
    pub needs: &'static [Need],
    /// And this kernel is one that needs it.
    pub when: fn(&Offer) -> bool,
}

fn always(_: &Offer) -> bool {
    true
}

/// Whether the parent of a name is looked up by a function of its own.
pub(crate) fn walks_parents(offer: &Offer) -> bool {
    offer.target("path_parentat").is_ok()
}

/// Whether the second name of a link is copied when the first was looked up (before 5.15): by the function that makes the link.
pub(crate) fn walks_before_next_name(offer: &Offer) -> bool {
    offer.function("do_linkat").is_some() && offer.target("do_linkat").is_err()
}

/// Whether a file that an open was not allowed to make is noted as one that was made. The function that does is then one with the
/// lock that its callers took before.
pub(crate) fn notes_refused(offer: &Offer) -> bool {
    offer.target("lookup_open").is_ok()
}

/// Whether calls on a descriptor that are about attributes look at their other arguments before they note the file.
pub(crate) fn reads_attributes_late(offer: &Offer) -> bool {
    offer.function("file_getxattr").is_some()
}

fn fentry(program: &'static str, needs: &'static [Need]) -> Hook {
    Hook { program, tier: Tier::Fentry, needs, when: always }
}

fn tracepoint(program: &'static str, needs: &'static [Need]) -> Hook {
    Hook { program, tier: Tier::Tracepoint, needs, when: always }
}

/// Programs that are cloned for each function: of system calls, and of io_uring's operations.
#[cfg(test)]
const TEMPLATES: [&str; 4] = ["syscall_enter", "syscall_exit", "operation_enter", "operation_exit"];

/// All hooks, in the order in which they are attached: what ends something before what begins it.
pub fn all() -> Vec<Hook> {
    use Need::{Address, Call, Entry, Every, Exec, Late, LateAttribute, Lookup, Open, Program, Watch};
    vec![
        tracepoint("tracepoint_exit", &[Call]),
        tracepoint("tracepoint_enter", &[Call]),
        tracepoint("tracepoint_exec", &[Exec]),
        fentry("exec_done", &[Exec]),
        fentry("open_exit", &[Open, Exec]),
        fentry("open_enter", &[Open, Exec]),
        fentry("walk_end", &[Open, Exec]),
        fentry("file_enter", &[Open, Exec]),
        Hook { when: notes_refused, ..fentry("making_failed", &[Open]) },
        fentry("making_exit", &[Open]),
        Hook { when: |offer| offer.old, ..fentry("owner_enter", &[Open]) },
        fentry("step_exit", &[Open]),
        fentry("denied_enter", &[Open, Exec, Address, Lookup, Entry]),
        fentry("name_exit", &[Exec, Address, Lookup, Entry]),
        fentry("getname_flags_exit", &[Open, Exec, Lookup, Entry]),
        Hook { when: |offer| offer.target("getname_uflags").is_ok(), ..fentry("getname_uflags_exit", &[Exec]) },
        Hook {
            when: |offer| offer.target("__getname_maybe_null").is_ok(),
            ..fentry("getname_maybe_exit", &[Lookup, Entry])
        },
        Hook { when: |offer| offer.target("getname").is_ok(), ..fentry("getname_exit", &[Open, Exec, Lookup, Entry]) },
        fentry("writable_exit", &[Late]),
        Hook { when: reads_attributes_late, ..fentry("attribute_enter", &[LateAttribute]) },
        fentry("saddr_exit", &[Address]),
        fentry("watch_event", &[Watch]),
        Hook { when: |offer| offer.function("audit_mark_handle_event").is_some(), ..fentry("exe_event", &[Program]) },
        fentry("every_exit", &[Every]),
        fentry("every_enter", &[Every]),
    ]
    .into_iter()
    .chain(entries())
    .chain(tasks())
    .chain(names_of_operations())
    .chain(records::all())
    .collect()
}

/// Whether a program is one of those for records that few calls have.
pub(crate) fn of_few_calls(program: &str) -> bool {
    records::all().iter().any(|hook| hook.program == program)
}

/// Names that are looked up, and entries of directories (`bpf/entry.h`).
fn entries() -> Vec<Hook> {
    use Need::{Address, Entry, Exec, Lookup};
    vec![
        fentry("create_name_enter", &[Entry]),
        fentry("mkdirat_enter", &[Entry]),
        fentry("mknodat_enter", &[Entry]),
        fentry("rmdir_enter", &[Entry]),
        fentry("unlinkat_enter", &[Entry]),
        fentry("symlinkat_enter", &[Entry]),
        fentry("linkat_enter", &[Entry]),
        fentry("renameat_enter", &[Entry]),
        Hook { when: walks_parents, ..fentry("parent_walked", &[Entry]) },
        Hook { when: |offer| !walks_parents(offer), ..fentry("parent_exit", &[Entry]) },
        fentry("entry_lookup", &[Entry]),
        // an execve, too: TOMOYO looks the program's name up once more
        fentry("lookup_enter", &[Exec, Lookup, Entry]),
        fentry("lookup_exit", &[Exec, Address, Lookup, Entry]),
        fentry("delete_exit", &[Entry]),
        fentry("rename_exit", &[Entry]),
        fentry("rename_enter", &[Entry]),
        fentry("create_exit", &[Entry]),
        fentry("create_enter", &[Entry]),
        fentry("mkdir_exit", &[Entry]),
        fentry("mkdir_enter", &[Entry]),
        fentry("node_exit", &[Entry]),
        fentry("node_enter", &[Entry]),
        fentry("symlink_exit", &[Entry]),
        fentry("symlink_enter", &[Entry]),
        fentry("link_exit", &[Entry]),
        fentry("link_enter", &[Entry]),
    ]
}

/// The names of io_uring's operations. Up to 6.19, of linkat's first name, which in a system call is seen where the link is made.
fn names_of_operations() -> [Hook; 2] {
    [
        Hook { when: |offer| !offer.names_delayed(), ..fentry("getname_uflags_exit", &[Need::Ring]) },
        Hook { when: Offer::names_delayed, ..fentry("complete_getname_exit", &[Need::Ring]) },
    ]
}

/// What begins and ends with a task. An older kernel keeps what is known of a task by its address, and has to be told.
fn tasks() -> [Hook; 4] {
    use Need::{Call, Every, Task};
    let old = |offer: &Offer| offer.old;
    [
        fentry("task_made", &[Task]),
        Hook { when: old, ..fentry("task_gone", &[Call, Every, Task]) },
        Hook { when: old, ..tracepoint("task_gone", &[Call, Task]) },
        tracepoint("task_made", &[Task]),
    ]
}

impl Need {
    /// The kernel functions without which it cannot be seen (fentry tier); `|`: one of them is enough.
    pub fn functions(self) -> &'static [&'static str] {
        match self {
            Self::Call | Self::Watch | Self::Program | Self::Task | Self::Every => &[],
            Self::Open => &[
                "do_filp_open",
                "terminate_walk",
                "may_open",
                "security_inode_create",
                "d_lookup",
                "audit_log_path_denied",
                "getname_flags",
            ],
            Self::Exec => &[
                "do_filp_open",
                "terminate_walk",
                "may_open",
                "audit_log_path_denied",
                "getname_flags",
                "getname_kernel",
            ],
            Self::Address => &["move_addr_to_kernel", "filename_lookup", "getname_kernel", "audit_log_path_denied"],
            Self::SplitAddress => {
                &["security_socket_bind", "__sys_connect_file", "security_socket_sendmsg", "__copy_msghdr_from_user"]
            }
            Self::Lookup => &["getname_flags", "getname_kernel", "filename_lookup", "audit_log_path_denied"],
            Self::Ring => &["getname_uflags|complete_getname"],
            Self::Late => &["mnt_want_write_file"],
            Self::LateAttribute => &["do_getxattr"],
            Self::Entry => &[
                "getname_flags",
                "getname_kernel",
                "filename_lookup",
                "audit_log_path_denied",
                "do_mkdirat|filename_create",
                "do_mknodat|filename_create",
                "do_rmdir",
                "do_unlinkat",
                "do_symlinkat|filename_create",
                "do_linkat|filename_create",
                "do_renameat2",
                "lookup_one_qstr_excl",
                "may_delete",
                "vfs_rename",
                "vfs_create",
                "vfs_mkdir",
                "vfs_mknod",
                "vfs_symlink",
                "vfs_link",
            ],
            other => other.functions_of_records(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;
    use libbpf_rs::ObjectBuilder;
    use std::collections::BTreeSet;

    #[test]
    fn every_program_but_the_templates_is_a_hook() {
        let object = ObjectBuilder::default().open_memory(skel::OLD_AUDIT_OBJECT).unwrap();
        let programs: BTreeSet<String> = object.progs().map(|p| p.name().to_string_lossy().into_owned()).collect();
        let hooks = all().into_iter().map(|h| h.program.to_owned());
        let known: BTreeSet<String> = hooks.chain(TEMPLATES.map(str::to_owned)).collect();
        assert_eq!(programs, known);
    }
}
