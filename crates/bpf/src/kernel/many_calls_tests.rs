//! Live: a rule set that names many system calls. Attaching to their functions is for kernels with the fentry tier.
use super::*;
use crate::classify::ARCHES;
use crate::place::Places;
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value};
use raudit_tables::syscall;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::time::Instant;

/// The rules for the first `count` calls that both architectures of x86_64 have and BPF serves.
fn rules(count: usize, offer: &Offer) -> RuleSet {
    let (native, compat) = (syscall::table(ARCHES[0]).unwrap(), syscall::table(ARCHES[1]).unwrap());
    let both = native.iter().filter_map(|(nr, name)| Some((nr, compat.number(name)?)));
    let served = |nr: u32, arch: u32| {
        let mut syscalls = SyscallMask::EMPTY;
        syscalls.insert(nr);
        let mut set = RuleSet::new();
        set.add(rule(arch, syscalls), false).unwrap();
        let plan = Plan::new(&set, offer, &mut Places::default());
        plan.usable == Some(Tier::Fentry) && plan.attach.syscalls.len() == 1
    };
    let calls: Vec<(u32, u32)> =
        both.filter(|&(native, compat)| served(native, ARCHES[0]) && served(compat, ARCHES[1])).take(count).collect();
    let mut set = RuleSet::new();
    for (arch, calls) in
        [(ARCHES[0], calls.iter().map(|c| c.0).collect::<Vec<_>>()), (ARCHES[1], calls.iter().map(|c| c.1).collect())]
    {
        let mut syscalls = SyscallMask::EMPTY;
        for nr in calls {
            syscalls.insert(nr);
        }
        set.add(rule(arch, syscalls), false).unwrap();
    }
    set
}

fn rule(arch: u32, syscalls: SyscallMask) -> Rule {
    let field = |id, value| Field { id, op: Op::Eq, value: Value::Number(value) };
    // of this process alone
    let fields = vec![field(FieldId::ARCH, arch), field(FieldId::PID, std::process::id())];
    Rule { list: List::Exit, action: Action::Always, syscalls, fields }
}

#[test]
fn many_calls() {
    let offer = Offer::probe();
    if let Some(why) = offer.unusable.as_ref().or(offer.no_fentry.as_ref()) {
        eprintln!("SKIPPED: {why}");
        return;
    }
    let rules = rules(100, &offer);
    let plan = Plan::new(&rules, &offer, &mut Places::default());
    let start = Instant::now();
    let mut capture = Capture::load(Tier::Fentry, &offer, Settings { ring_size: 1 << 20, exempt: 0 }).unwrap();
    println!("loaded: {:?}", start.elapsed());
    let start = Instant::now();
    capture.install(&plan, &offer, 7).unwrap();
    println!("{} calls attached: {:?}", capture.clones.len(), start.elapsed());
    let mut sum = Cost::default();
    let hooks = |p: &libbpf_rs::Program<'_>| {
        libbpf_rs::ProgramImpl::autoload(p) && p.section() != "fentry" && p.section() != "fexit"
    };
    for program in capture.object.progs().filter(hooks) {
        sum.add(program.as_fd());
    }
    let hooks = sum; // the templates are bodies
    for body in capture.templates.iter().flatten().flat_map(Template::bodies) {
        sum.add(body);
    }
    for clone in capture.clones.values().flatten() {
        sum.add(clone.as_fd());
    }
    println!("{sum:?}, of them for hooks {hooks:?}");
    for process in 0..3 {
        std::hint::black_box((process, nix::unistd::getppid()));
    }
    let start = Instant::now();
    drop(capture);
    println!("detached: {:?}", start.elapsed());
}

/// What programs cost the kernel.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    programs: u32,
    verified: u32,
    code: u32,
    memory: u64,
}

impl Cost {
    fn add(&mut self, program: BorrowedFd<'_>) {
        let costs = clone::info(program.as_raw_fd()).unwrap();
        let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", program.as_raw_fd())).unwrap();
        let memory = info.lines().find_map(|l| l.strip_prefix("memlock:")?.trim().parse::<u64>().ok());
        self.programs += 1;
        self.verified += costs.verified_insns;
        self.code += costs.jited_prog_len;
        self.memory += memory.unwrap();
    }
}
