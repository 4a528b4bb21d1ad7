//! What a capture costs the kernel: instructions the verifier went through, code, memory of maps.

use super::Capture;
use crate::clone;
use libbpf_rs::{MapCore, ProgramImpl};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

/// A loaded program.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Program {
    /// Its name in `bpf/audit.bpf.c`, or the kernel function that a clone is attached to and which of the two it is.
    pub name: String,
    /// `bpf_prog_info.verified_insns`.
    pub verified: u32,
    /// Bytes of machine code.
    pub code: u32,
    /// How often it ran, and for how many nanoseconds, while the kernel keeps statistics (`kernel.bpf_stats_enabled`).
    pub runs: u64,
    /// See `runs`.
    pub time: u64,
}

/// All of them.
#[derive(Clone, Debug, Default)]
pub struct Costs {
    /// Programs, templates and clones.
    pub programs: Vec<Program>,
    /// Name and bytes of each map, as the kernel accounts them.
    pub maps: Vec<(String, u64)>,
    /// Functions of the kernel that have a trampoline now, of ours or others.
    pub trampolines: usize,
}

impl Capture {
    /// What the programs that are loaded now cost.
    pub fn costs(&self) -> Costs {
        let cost = |name: String, fd: BorrowedFd<'_>| {
            let info = clone::info(fd.as_raw_fd()).unwrap_or_default();
            let (verified, code) = (info.verified_insns, info.jited_prog_len);
            Program { name, verified, code, runs: info.run_cnt, time: info.run_time_ns }
        };
        let loaded = self.object.progs().filter(ProgramImpl::autoload);
        let mut programs: Vec<Program> =
            loaded.map(|p| cost(p.name().to_string_lossy().into_owned(), p.as_fd())).collect();
        for (which, template) in ["syscall_enter", "syscall_exit"].into_iter().zip(self.templates.iter().flatten()) {
            // the one that libbpf loaded is there already
            programs
                .extend(template.bodies().skip(1).map(|body| cost(format!("{which} (of another prototype)"), body)));
        }
        // a call that never returns has no exit
        let which = ["enter", "exit"].into_iter().flat_map(|which| std::iter::repeat_n(which, self.copies));
        for (symbol, clones) in self.clones.iter().chain(&self.operations) {
            for (which, clone) in which.clone().zip(clones.iter().rev()) {
                programs.push(cost(format!("{symbol} {which}"), clone.as_fd()));
            }
        }
        let maps = self.object.maps().map(|m| (m.name().to_string_lossy().into_owned(), memory(m.as_fd()))).collect();
        let symbols = std::fs::read_to_string("/proc/kallsyms").unwrap_or_default();
        Costs { programs, maps, trampolines: symbols.lines().filter(|l| l.contains(" bpf_trampoline_")).count() }
    }
}

/// `memlock` of a map's descriptor (bpf_map_show_fdinfo).
fn memory(map: BorrowedFd<'_>) -> u64 {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", map.as_raw_fd())).unwrap_or_default();
    let line = info.lines().find_map(|l| l.strip_prefix("memlock:"));
    line.and_then(|bytes| bytes.trim().parse().ok()).unwrap_or_default()
}
