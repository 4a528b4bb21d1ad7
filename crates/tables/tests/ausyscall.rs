//! The system call tables against auditd's own: what `ausyscall MACHINE --dump` prints.
//!
//! `RAUDITD_ORACLE` is the root directory that Debian's auditd 3.0.9 is installed or unpacked in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use raudit_tables::{arch, syscall};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every spelling of a machine that 3.0.9 knows.
const MACHINES: &str = "x86_64 i386 i486 i586 i686 aarch64 armv8l arm armeb armv5tejl armv5tel armv6l armv7l \
                        ppc64 ppc64le ppc s390x s390";

/// The first call of which 3.0.9 has heard nothing on any machine.
const FIRST_UNHEARD: u32 = 451;

/// Calls before that which 3.0.9's table of a machine lacks; all but uretprobe and uprobe are in 4.2's.
fn lacking(machine: &str) -> &'static [u32] {
    match machine {
        // uretprobe and uprobe, of kernels newer than 3.0.9
        "x86_64" => &[335, 336],
        // pselect6, ppoll, epoll_pwait
        "armeb" => &[335, 336, 346],
        // restart_syscall, sys_debug_setcontext, memory policies
        "ppc64" | "ppc64le" | "ppc" => &[0, 256, 258, 259, 260, 261],
        // restart_syscall, lookup_dcookie, getdents64, memory policies, pages, guarded storage, memfd_secret
        "s390x" => &[7, 110, 220, 268, 269, 270, 287, 310, 378, 392, 447],
        "s390" => &[7, 110, 268, 269, 270, 287, 310, 378, 447],
        _ => &[],
    }
}

/// Calls of System V IPC by themselves, and calls with 64-bit times: s390 has them since Linux 5.1, 3.0.9 does not know.
fn is_of_5_1(machine: &str, number: u32) -> bool {
    (machine.starts_with("s390") && (393..=402).contains(&number))
        || (machine == "s390" && (403..=423).contains(&number))
}

#[test]
fn the_names_are_those_of_ausyscall() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's ausyscall in it");
        return;
    };
    let (mut same, mut newer, mut wrong) = (0, 0, Vec::new());
    for spelling in MACHINES.split_whitespace() {
        let dump = dump(&root, spelling);
        let mut lines = dump.lines();
        let number = arch::number(spelling).unwrap_or_else(|| panic!("{spelling} is not known here"));
        let machine = arch::name(number).unwrap();
        assert_eq!(lines.next(), Some(format!("Using {machine} syscall table:").as_str()), "{spelling}");
        let table = syscall::table(number).unwrap();
        let theirs: Vec<(u32, &str)> =
            lines.filter_map(|line| line.split_once('\t')).map(|(n, name)| (n.parse().unwrap(), name)).collect();
        assert!(theirs.len() > 300, "{spelling}: ausyscall printed {} calls", theirs.len());
        for &(number, name) in &theirs {
            if table.name(number) == Some(name) && table.number(name) == Some(number) {
                same += 1;
            } else {
                wrong.push(format!("{machine}: {number} is {name}, here {:?}", table.name(number)));
            }
        }
        for (number, name) in table.iter().filter(|(number, _)| theirs.iter().all(|(known, _)| known != number)) {
            let expected = number >= FIRST_UNHEARD || lacking(machine).contains(&number) || is_of_5_1(machine, number);
            if expected {
                newer += 1;
            } else {
                wrong.push(format!("{machine}: {number} is {name} here only"));
            }
        }
    }
    println!("{same} calls have the same name, {newer} are newer than 3.0.9's tables");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn dump(root: &Path, machine: &str) -> String {
    let libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|part| root.join(part));
    let output = Command::new(root.join("usr/bin/ausyscall"))
        .env("LD_LIBRARY_PATH", std::env::join_paths(libraries).unwrap())
        .args([machine, "--dump"])
        .output()
        .unwrap_or_else(|error| panic!("{} does not run ausyscall: {error}", root.display()));
    String::from_utf8(output.stdout).unwrap()
}
