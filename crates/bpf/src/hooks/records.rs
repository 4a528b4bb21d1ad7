//! Hooks for the records that few calls have (bpf/clock.h, ipc.h, module.h, signal.h, socket.h).

use super::{Hook, Need, fentry};
use crate::offer::Offer;
use Need::{
    Capset, Clock, Exit, Fds, Handle, How, Ipc, Module, Object, OldMmap, Peer, Queue, Signal, Socketcall, SplitAddress,
    Trace,
};

/// The hooks, what ends something before what begins it. A function that some kernels have under another name is looked for.
pub(super) fn all() -> Vec<Hook> {
    let mut hooks = vec![
        fentry("handle_exit", &[Handle]),
        fentry("handle_enter", &[Handle]),
        Hook { when: |offer| offer.notes_how, ..fentry("how_enter", &[How]) },
        fentry("object_exit", &[Object]),
        fentry("object_enter", &[Object]),
        fentry("mmap_enter", &[OldMmap]),
        fentry("capset_done", &[Capset]),
        Hook { when: |offer| offer.notes_failed_loads, ..fentry("module_free", &[Module]) },
        fentry("module_find", &[Module]),
        fentry("module_layout", &[Module]),
        fentry("module_load", &[Module]),
        Hook { when: |offer| offer.function("__do_adjtimex").is_some(), ..fentry("adjtimex_exit", &[Clock]) },
        Hook { when: |offer| offer.function("ntp_adjtimex").is_some(), ..fentry("ntp_exit", &[Clock]) },
        fentry("adjtimex_enter", &[Clock]),
        fentry("settime_exit", &[Clock]),
        fentry("settime_enter", &[Clock]),
        fentry("signal_sent", &[Signal]),
        fentry("traced_found", &[Trace]),
        fentry("exit_enter", &[Exit]),
        fentry("saddr_bound", &[SplitAddress]),
        fentry("saddr_connected", &[SplitAddress]),
        fentry("saddr_sent", &[SplitAddress]),
        fentry("saddr_of_message", &[SplitAddress]),
        fentry("peer_enter", &[Peer]),
        fentry("fd_reserved", &[Fds]),
        fentry("ipc_control", &[Ipc]),
        fentry("ipc_asked", &[Ipc]),
        fentry("message_control", &[Ipc]),
        fentry("semaphore_control", &[Ipc]),
        fentry("memory_control", &[Ipc]),
    ];
    hooks.extend(queues());
    hooks.extend(PARTS.iter().map(|program| fentry(program, &[Socketcall])));
    // since 7.0 it is getsockname's
    let own = |offer: &Offer| offer.function("__sys_getpeername").is_some();
    hooks.push(Hook { when: own, ..fentry("part_getpeername", &[Socketcall]) });
    hooks
}

fn queues() -> Vec<Hook> {
    vec![
        Hook { when: |offer| offer.function("lookup_one_len").is_some(), ..fentry("queue_lookup_one", &[Queue]) },
        Hook { when: |offer| offer.function("lookup_noperm").is_some(), ..fentry("queue_lookup_noperm", &[Queue]) },
        Hook { when: |offer| offer.function("start_creating_noperm").is_some(), ..fentry("queue_creating", &[Queue]) },
        Hook { when: |offer| offer.function("start_removing_noperm").is_some(), ..fentry("queue_removing", &[Queue]) },
        fentry("queue_open", &[Queue]),
        fentry("queue_send", &[Queue]),
        fentry("queue_receive", &[Queue]),
        fentry("queue_notify", &[Queue]),
        fentry("queue_attributes", &[Queue]),
    ]
}

/// The calls in socketcall.
const PARTS: &[&str] = &[
    "part_socket",
    "part_bind",
    "part_connect",
    "part_listen",
    "part_accept",
    "part_getsockname",
    "part_socketpair",
    "part_sendto",
    "part_recvfrom",
    "part_shutdown",
    "part_setsockopt",
    "part_getsockopt",
    "part_sendmsg",
    "part_recvmsg",
    "part_sendmmsg",
    "part_recvmmsg",
];

impl Need {
    /// The kernel functions of these needs; `|`: one of them is enough.
    pub(super) fn functions_of_records(self) -> &'static [&'static str] {
        match self {
            Object => &["vfs_mkobj"],
            Handle => &["do_file_open_root"],
            How => &["do_sys_openat2"],
            Peer => &["move_addr_to_user"],
            Socketcall => &[
                "__sys_socket",
                "__sys_bind",
                "__sys_connect",
                "__sys_listen",
                "__sys_accept4",
                "__sys_getsockname",
                "__sys_socketpair",
                "__sys_sendto",
                "__sys_recvfrom",
                "__sys_shutdown",
                "__sys_setsockopt",
                "__sys_getsockopt",
                "__sys_sendmsg",
                "__sys_recvmsg",
                "__sys_sendmmsg",
                "__sys_recvmmsg",
            ],
            Fds => &["get_unused_fd_flags"],
            OldMmap => &["ksys_mmap_pgoff"],
            Capset => &["commit_creds"],
            Module => &["load_module", "module_frob_arch_sections", "find_module_all"],
            Clock => &["do_settimeofday64", "do_adjtimex", "__do_adjtimex|ntp_adjtimex"],
            Signal => &["audit_signal_info"],
            Trace => &["find_get_task_by_vpid"],
            Ipc => &[
                "ipcperms",
                "ipcctl_obtain_check",
                "security_msg_queue_msgctl",
                "security_sem_semctl",
                "security_shm_shmctl",
            ],
            Queue => &[
                "do_mq_open",
                "do_mq_timedsend",
                "do_mq_timedreceive",
                "do_mq_notify",
                "do_mq_getsetattr",
                "lookup_one_len|lookup_noperm|start_creating_noperm",
            ],
            Exit => &["exit_signals"],
            _ => &[],
        }
    }
}
