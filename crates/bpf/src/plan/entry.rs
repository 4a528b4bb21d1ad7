//! The kernel function a system call enters by.

#[cfg(target_arch = "aarch64")]
mod arm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "aarch64")]
use arm as machine;
pub use machine::ANY;
use machine::{OWN, PREFIX, WITHOUT};
#[cfg(target_arch = "x86_64")]
use x86 as machine;

/// Calls of every machine whose function has another name than they. A function of the call's own name may exist as well, and be an
/// older call's.
const NATIVE: &[(&str, &str)] = &[("sendfile", "sendfile64"), ("umount2", "umount"), ("uname", "newuname")];

/// The same of 32-bit callers: which of the two kinds of function it is cannot be told from what exists.
const COMPAT: &[(&str, &str)] = &[
    ("clock_adjtime64", "sys_clock_adjtime"),
    ("clock_getres_time64", "sys_clock_getres"),
    ("clock_gettime64", "sys_clock_gettime"),
    ("clock_nanosleep_time64", "sys_clock_nanosleep"),
    ("clock_settime64", "sys_clock_settime"),
    ("fstat", "compat_sys_newfstat"),
    ("futex_time64", "sys_futex"),
    ("getsockopt", "sys_getsockopt"),
    ("io_pgetevents", "compat_sys_io_pgetevents"),
    ("lstat", "compat_sys_newlstat"),
    ("mq_timedreceive_time64", "sys_mq_timedreceive"),
    ("mq_timedsend_time64", "sys_mq_timedsend"),
    ("process_vm_readv", "sys_process_vm_readv"),
    ("process_vm_writev", "sys_process_vm_writev"),
    ("sched_rr_get_interval_time64", "sys_sched_rr_get_interval"),
    ("semtimedop_time64", "sys_semtimedop"),
    ("sendfile64", "sys_sendfile64"),
    ("setsockopt", "sys_setsockopt"),
    ("stat", "compat_sys_newstat"),
    ("timer_gettime64", "sys_timer_gettime"),
    ("timer_settime64", "sys_timer_settime"),
    ("timerfd_gettime64", "sys_timerfd_gettime"),
    ("timerfd_settime64", "sys_timerfd_settime"),
    ("ugetrlimit", "compat_sys_getrlimit"),
    ("umount2", "sys_umount"),
    ("uname", "sys_newuname"),
    ("utimensat_time64", "sys_utimensat"),
];

/// Of a call's names the function there is, by the index of its architecture. A number without a call enters by
/// `sys_ni_syscall`, to which no program can be attached.
pub fn function(at: usize, names: &[&str], exists: impl Fn(&str) -> bool) -> Option<String> {
    if WITHOUT.get(at).is_some_and(|w| names.iter().any(|n| w.contains(n))) {
        return None;
    }
    let names = names.iter().flat_map(|name| if at == 0 { native(name) } else { compat(name) });
    names.into_iter().find(|symbol| exists(symbol))
}

/// Whether a call's function ends the task: there is nothing to attach to behind it, and `exit_signals` is hooked instead.
pub fn never_returns(function: &str) -> bool {
    function.ends_with("_sys_exit") || function.ends_with("_sys_exit_group")
}

fn other_name(call: &str, own: &[(&str, &'static str)], common: &[(&str, &'static str)]) -> Option<&'static str> {
    own.iter().chain(common).find(|(name, _)| *name == call).map(|(_, function)| *function)
}

fn native(name: &str) -> Vec<String> {
    let name = other_name(name, machine::NATIVE, NATIVE).unwrap_or(name);
    vec![format!("{}sys_{name}", PREFIX[0]), format!("__do_sys_{name}")]
}

/// First what is made for 32-bit callers alone: the call of the same name may be there for others.
fn compat(name: &str) -> Vec<String> {
    let its = |function: String| format!("{}{function}", PREFIX[1]);
    if let Some(function) = other_name(name, machine::COMPAT, COMPAT) {
        return vec![its(function.to_owned())];
    }
    // calls whose ids grew from 16 to 32 bits
    let bare = name.strip_suffix("32").unwrap_or(name);
    vec![
        its(format!("compat_sys_{name}_time32")),
        its(format!("sys_{name}_time32")),
        its(format!("sys_{name}32")),
        its(format!("compat_sys_{OWN}{name}")),
        its(format!("sys_{OWN}{name}")),
        its(format!("compat_sys_{name}")),
        format!("__do_compat_sys_{name}"),
        its(format!("sys_{name}16")),
        its(format!("sys_{bare}")),
        format!("__do_sys_{bare}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Functions of Linux 6.12 that are there for a name, of which the first is the right one.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn of_several_functions_the_tables_one_is_taken() {
        for (at, call, there) in [
            (0, "stat", &["__x64_sys_newstat", "__x64_sys_stat"][..]),
            (1, "rt_sigreturn", &["__do_compat_sys_rt_sigreturn", "__do_sys_rt_sigreturn"]),
            (0, "getppid", &["__do_sys_getppid"]),
            (1, "utimes", &["__ia32_sys_utimes_time32", "__ia32_sys_utimes"]),
            (1, "utime", &["__ia32_sys_utime32", "__ia32_sys_utime"]),
            (1, "utimensat", &["__ia32_sys_utimensat_time32", "__ia32_sys_utimensat"]),
            (1, "utimensat_time64", &["__ia32_sys_utimensat", "__ia32_sys_utimensat_time32"]),
            (1, "futimesat", &["__ia32_sys_futimesat_time32", "__ia32_sys_futimesat"]),
            (1, "fcntl", &["__ia32_compat_sys_fcntl64", "__ia32_compat_sys_fcntl", "__ia32_sys_fcntl"]),
            (1, "setsockopt", &["__ia32_sys_setsockopt", "__ia32_compat_sys_setsockopt"]),
            (1, "truncate64", &["__ia32_sys_ia32_truncate64"]),
            (1, "fallocate", &["__ia32_sys_ia32_fallocate", "__ia32_sys_fallocate"]),
            (1, "pselect6", &["__ia32_compat_sys_pselect6_time32", "__ia32_sys_pselect6"]),
            (1, "recvmmsg_time64", &["__ia32_compat_sys_recvmmsg_time64"]),
            (1, "setuid", &["__ia32_sys_setuid16", "__ia32_sys_setuid"]),
            (1, "setuid32", &["__ia32_sys_setuid"]),
            (1, "chown", &["__ia32_sys_chown16", "__ia32_sys_chown"]),
            (1, "stat64", &["__ia32_compat_sys_ia32_stat64", "__ia32_sys_stat64"]),
            (1, "stat", &["__ia32_compat_sys_newstat", "__ia32_sys_stat"]),
            (1, "fork", &["__do_sys_fork"]),
        ] {
            let found = function(at, &[call], |f| there.contains(&f));
            assert_eq!(found.as_deref(), there.first().copied(), "{call}");
        }
    }

    #[test]
    fn the_exceptions_are_calls() {
        use crate::classify::ARCHES;
        use raudit_tables::syscall;
        assert_eq!(function(0, &["nfsservctl"], |_| true), None);
        let names = |table: &[(&'static str, &'static str)]| table.iter().map(|r| r.0).collect::<Vec<_>>();
        for (arch, names) in [
            (ARCHES[0], [names(NATIVE), names(machine::NATIVE), WITHOUT[0].to_vec()].concat()),
            (ARCHES[1], [names(COMPAT), names(machine::COMPAT), WITHOUT[1].to_vec()].concat()),
        ] {
            let table = syscall::table(arch).unwrap();
            names.iter().for_each(|name| assert!(table.number(name).is_some(), "{name}"));
        }
    }
}
