//! Debian's ausearch and aureport read what rauditd wrote, and answer as rausearch and raureport.

use super::kernel::Kernel;
use super::same_records::record;
use super::work::Workload;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The directory Debian's package is unpacked in, if there is one.
pub fn oracle() -> Option<PathBuf> {
    let root = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from);
    if root.is_none() {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditd");
    }
    root
}

/// A program of Debian's.
pub fn theirs(root: &Path, program: &str) -> Command {
    let libraries = ["usr/lib", "lib"].map(|dir| {
        let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
        root.join(dir).join(multiarch).into_os_string().into_string().unwrap()
    });
    let mut command = Command::new(root.join("sbin").join(program));
    command.env("LD_LIBRARY_PATH", libraries.join(":")).stdin(Stdio::null());
    command
}

const SEARCHES: &[&[&str]] = &[
    &[],
    &["-i"],
    &["--raw"],
    &["-k", "exec"],
    &["-k", "second", "-i"],
    &["-k", "exec-failed", "--raw"],
    &["-k", "nothing-has-this-key"],
    &["-m", "SOCKADDR"],
    &["-m", "EXECVE", "-i"],
    &["-m", "DAEMON_START,DAEMON_END"],
    &["-m", "DAEMON_START", "-i"],
    &["-ts", "today", "-k", "net"],
];

/// A known difference, undone on both sides: ours, theirs.
struct Reason {
    name: &'static str,
    why: &'static str,
    undo: fn(&mut Answer, &mut Answer),
}

/// What a program prints, its complaints, and how it ends.
type Answer = (String, String, Option<i32>);

const REASONS: &[Reason] = &[
    Reason {
        name: "complaints",
        why: "an address cut short: we count events skipped as malformed, Debian's tools speak of each",
        undo: |ours, theirs| {
            let kept = |text: &str, without: &str| -> String {
                text.lines().filter(|line| !line.starts_with(without)).map(|line| format!("{line}\n")).collect()
            };
            ours.1 = kept(&ours.1, "Skipped ");
            theirs.1 = kept(&theirs.1, "sockaddr len too short");
        },
    },
    Reason {
        name: "capabilities",
        why: "capabilities that are not known are shown as such",
        undo: |ours, _| ours.0 = ours.0.replace(" cap_fp=? cap_fi=? ", " cap_fp=none cap_fi=none "),
    },
    Reason {
        name: "counts",
        why: "raureport leaves out the two events with an address cut short; aureport counts them",
        undo: |ours, theirs| {
            let lines = ours.0.lines().zip(theirs.0.lines()).map(|(ours, theirs)| {
                let number = |line: &str| line.rsplit(' ').next()?.parse::<u64>().ok();
                let counts = ["Number of files: ", "Number of failed syscalls: ", "Number of events: "];
                let same = counts.iter().any(|count| ours.starts_with(count) && theirs.starts_with(count));
                match (number(ours), number(theirs)) {
                    (Some(a), Some(b)) if same && a < b && b - a <= 2 => theirs.to_owned(),
                    _ => ours.to_owned(),
                }
            });
            let undone = lines.map(|line| line + "\n").collect::<String>();
            if ours.0.lines().count() == theirs.0.lines().count() {
                ours.0 = undone;
            }
        },
    },
];

fn answer(mut command: Command, args: &[&str], log: &Path) -> Answer {
    let output = command.args(args).arg("-if").arg(log).env("TZ", "UTC").env("LC_ALL", "C").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (text(output.stdout), text(output.stderr), output.status.code())
}

/// The lines in which two texts differ, for people.
fn difference(ours: &str, theirs: &str) -> String {
    let only = |these: &str, those: &str, sign: char| -> Vec<String> {
        let lines = these.lines().filter(|line| !those.lines().any(|other| other == *line));
        lines.take(5).map(|line| format!("{sign} {line}")).collect()
    };
    [only(ours, theirs, '+'), only(theirs, ours, '-')].concat().join("\n")
}

#[test]
fn debians_tools_read_the_log_as_ours_do() {
    let Some(root) = oracle() else { return };
    let Some(_kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let (mut wrong, mut lines, mut cases) = (Vec::new(), 0, 0);
    for backend in ["netlink", "bpf"] {
        let setup = record(backend, &workload);
        let reports: &[&[&str]] = &[&[]];
        let programs = [
            (env!("CARGO_BIN_EXE_rausearch"), "ausearch", SEARCHES),
            (env!("CARGO_BIN_EXE_raureport"), "aureport", reports),
        ];
        for (program, oracle, all) in programs {
            for args in all {
                let mut ours = answer(Command::new(program), args, &setup.log());
                let mut theirs = answer(theirs(&root, oracle), args, &setup.log());
                for reason in REASONS {
                    if ours == theirs {
                        break;
                    }
                    let before = (ours.clone(), theirs.clone());
                    (reason.undo)(&mut ours, &mut theirs);
                    if before != (ours.clone(), theirs.clone()) {
                        println!("{backend} {oracle} {args:?}: known difference {}: {}", reason.name, reason.why);
                    }
                }
                cases += 1;
                lines += theirs.0.lines().count();
                if ours != theirs {
                    let what = difference(&format!("{}{}", ours.0, ours.1), &format!("{}{}", theirs.0, theirs.1));
                    wrong.push(format!("{backend} {oracle} {args:?}: {:?} and {:?}\n{what}", ours.2, theirs.2));
                }
            }
        }
    }
    println!("{cases} answers of {lines} lines compared");
    assert!(wrong.is_empty(), "{} of {cases} differ\n{}", wrong.len(), wrong.join("\n\n"));
    assert!(lines > 3000, "only {lines} lines: the tools found little");
}
