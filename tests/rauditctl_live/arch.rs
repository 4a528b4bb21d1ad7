//! Rules for other machines: what auditctl 3.0.9 makes of them, and what it lists.

use crate::kernel::Kernel;
use crate::tool::Tool;
use crate::{rauditctl, succeed};
use raudit_rules::Rule;
use raudit_tables::{Table, arch, syscall};

/// What `-F arch=` takes: spellings of 3.0.9, in any case, and numbers of machines it knows.
const KNOWN: &str = "b64 B32 x86_64 X86_64 i386 i486 i586 i686 aarch64 armv8l arm armeb armv5tejl armv5tel armv6l armv7l \
                     ppc64 ppc64le ppc s390x s390 c000003e C00000B7 0x40000003 0xc0000015 3221225534 20 0x16 1073741864";

/// What it refuses, and so do we. A number that starts with a digit is decimal without `0x`.
const REFUSED: &str =
    "amd64 arm64 armhf ppc64el powerpc s390y uring mips alpha ia64 80000015 c0000102 40000028 0 99 b16 8";

/// Machines of 4.2 that 3.0.9 does not know.
const NEWER: &str = "riscv64 riscv32 c00000f3 0x400000f3";

/// The one rule the kernel has now.
fn only_rule(machine: &mut Kernel) -> Rule {
    let mut rules = machine.client.rules().unwrap();
    assert_eq!(rules.len(), 1);
    rules.remove(0)
}

/// Gives the line to both, and compares what the kernel got and what both list.
fn same(machine: &mut Kernel, theirs: &Tool, line: &str) {
    succeed(line, &theirs.run(line));
    let rule = only_rule(machine);
    for list in ["-l", "-l -i"] {
        assert_eq!(succeed(list, &rauditctl(list)), succeed(list, &theirs.run(list)), "{line}");
    }
    machine.clear();
    succeed(line, &rauditctl(line));
    assert_eq!(only_rule(machine), rule, "{line}");
    machine.clear();
}

/// Every name that 3.0.9 may know: the first of each call before those of Linux 6.5.
fn names(table: &Table, lacking: &[u32]) -> String {
    let mut numbers: Vec<u32> = table.iter().map(|(number, _)| number).collect();
    numbers.dedup();
    let known = numbers.into_iter().filter(|number| *number < 451 && !lacking.contains(number));
    known.filter_map(|number| table.name(number)).collect::<Vec<_>>().join(",")
}

#[test]
fn machines_are_named_as_debians_auditctl_names_them() {
    let Some(mut machine) = Kernel::take() else { return };
    let Some(theirs) = Tool::theirs() else { return };
    for spelling in KNOWN.split_whitespace() {
        same(&mut machine, &theirs, &format!("-a always,exit -F arch={spelling} -S openat,execve -F exit=0"));
        same(&mut machine, &theirs, &format!("-a never,exit -F arch!={spelling} -F uid=1"));
    }
    for spelling in REFUSED.split_whitespace() {
        let line = format!("-a always,exit -F arch={spelling} -S openat");
        let (ours, said) = (rauditctl(&line), theirs.run(&line));
        assert_eq!((ours.status.code(), said.status.code()), (Some(255), Some(255)), "{line}");
        let ours = String::from_utf8(ours.stderr).unwrap();
        assert_eq!(ours.lines().next(), String::from_utf8(said.stderr).unwrap().lines().next(), "{line}");
    }
    for spelling in NEWER.split_whitespace() {
        let line = format!("-a always,exit -F arch={spelling} -S openat");
        assert_eq!(theirs.run(&line).status.code(), Some(255), "{line}");
        succeed(&line, &rauditctl(&line));
        machine.clear();
    }
}

#[test]
fn every_call_of_every_machine_is_the_one_debians_auditctl_means() {
    let Some(mut machine) = Kernel::take() else { return };
    let Some(theirs) = Tool::theirs() else { return };
    let s390: Vec<u32> = [7, 110, 220, 268, 269, 270, 287, 310, 378, 447].into_iter().chain(392..=423).collect();
    for number in arch::IN_RULES {
        let name = arch::name(number).unwrap();
        let lacking: &[u32] = match number {
            arch::RISCV64 | arch::RISCV32 => continue, // 3.0.9 has no table
            arch::X86_64 => &[335, 336],
            arch::ARM => &[335, 336, 346],
            arch::PPC | arch::PPC64 | arch::PPC64LE => &[0, 256, 258, 259, 260, 261],
            arch::S390X | arch::S390 => &s390,
            _ => &[],
        };
        let calls = names(syscall::table(number).unwrap(), lacking);
        assert!(calls.matches(',').count() > 290, "{name}");
        same(&mut machine, &theirs, &format!("-a always,exit -F arch={name} -S {calls} -k all"));
    }
}
