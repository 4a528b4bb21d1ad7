//! rauditctl, the receiver and Debian's auditctl against the real kernel of this machine.
//!
//! Every test takes the machine-wide lock, and leaves rules and switches as it found them, also when it fails. Without the
//! right to change kernel audit, or where it is locked, the tests say SKIPPED.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

mod arch;
mod eval;
mod machine;

use machine::{Machine, receive};
use nix::errno::Errno;
use raudit_netlink::{Client, Error, Receiver, StatusChange};
use raudit_record::Kind;
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value, file};
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Rules both auditctl 3.0.9 and rauditctl read and print alike.
const RULES: &[&str] = &[
    "-a always,exit -F arch=b64 -S openat,open,creat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k denied",
    "-a always,exit -F arch=b32 -S open -S 5 -F exit=-EPERM -F success=0 -k denied",
    "-A never,exit -F uid=0 -F gid!=0 -F euid>1 -F egid<=5 -F suid>=6 -F sgid<9 -F fsuid=3 -F fsgid=4",
    "-a always,exit -S all -F pid=1 -F ppid!=2 -F pers=0",
    "-a always,exit -F arch=b64 -S ioctl -F a0=1 -F a1!=0x10 -F a2&07 -F a3&=-2",
    "-a always,exit -F arch!=b32 -S execve,execveat -F exe=/usr/bin/id -k run",
    "-a always,exit -F arch=b64 -S chmod -C uid!=euid -C obj_gid=fsgid",
    "-a always,exit -F dir=/etc -F uid!=0 -k nothing",
    "-a always,exit -S all -F devmajor=8 -F devminor!=1 -F inode=42 -F filetype=file -k inode",
    "-a always,exit -F path=/etc/passwd -F sessionid!=unset",
    "-a always,exit -F obj_uid=0 -F obj_gid=5 -F saddr_fam=10",
    "-a always,exit -F arch=b64 -S kill -F subj_type=x_t -F obj_lev_low>s0",
    "-a always,exit -F arch=b64 -S 400,447,2000 -F exit=17",
    "-w /etc/passwd -p wa -k identity",
    "-w /etc/ -p x",
    "-w /no-such-file-here -k a -k b",
    "-a never,task -F uid=12345",
    "-a always,user -F msgtype=USER_LOGIN -F auid=1",
    "-a never,exclude -F msgtype>=AVC -F msgtype<=1499",
    "-a never,filesystem -F fstype=debugfs -k fs",
];

fn words(line: &str) -> Vec<OsString> {
    file::words(line.as_bytes()).into_iter().map(OsString::from_vec).collect()
}

fn rauditctl(line: &str) -> Output {
    // Empty: the kernel, even if a rauditd serves on this machine.
    Command::new(env!("CARGO_BIN_EXE_rauditctl")).args(words(line)).env("RAUDITD_SOCKET", "").output().unwrap()
}

/// The directory Debian's package is unpacked in, if there is one.
fn oracle() -> Option<PathBuf> {
    let root = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from);
    if root.is_none() {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's auditctl");
    }
    root
}

fn under_oracle(root: &Path, mut command: Command) -> Command {
    let libraries = ["usr/lib", "lib"].map(|dir| {
        let multiarch = format!("{}-linux-gnu", std::env::consts::ARCH);
        root.join(dir).join(multiarch).into_os_string().into_string().unwrap()
    });
    command.env("LD_LIBRARY_PATH", libraries.join(":"));
    command
}

fn auditctl(root: &Path, line: &str) -> Output {
    let mut command = Command::new(root.join("sbin/auditctl"));
    command.args(words(line));
    under_oracle(root, command).output().unwrap()
}

fn succeed(line: &str, output: &Output) -> String {
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_kernel_lists_what_was_added_and_deletes_it_again() {
    let Some(mut machine) = Machine::take() else { return };
    for line in RULES {
        succeed(line, &rauditctl(line));
    }
    assert_eq!(machine.client.rules().unwrap().len(), RULES.len());
    // What is listed makes the same rules.
    let listed = succeed("-l", &rauditctl("-l"));
    let rules = machine.client.rules().unwrap();
    machine.clear();
    for line in listed.lines() {
        succeed(line, &rauditctl(line));
    }
    assert_eq!(machine.client.rules().unwrap(), rules);
    for line in listed.lines().filter(|line| line.starts_with("-a")) {
        let line = line.replacen("-a", "-d", 1);
        succeed(&line, &rauditctl(&line));
    }
    assert_eq!(machine.client.rules().unwrap().len(), 3, "the watches");
    assert_eq!(succeed("-D", &rauditctl("-D")), "No rules\n");
}

#[test]
fn refusals_of_the_kernel_reach_the_user() {
    let Some(_machine) = Machine::take() else { return };
    let refused = |line: &str| {
        let output = rauditctl(line);
        assert_eq!(output.status.code(), Some(255), "{line}");
        String::from_utf8(output.stderr).unwrap().lines().rev().nth(1).unwrap().to_owned()
    };
    let sending = |reason: &str| format!("Error sending add rule data request ({reason})");
    succeed("-a", &rauditctl("-a always,exit -F uid=12345"));
    assert_eq!(refused("-a always,exit -F uid=12345"), sending("Rule exists"));
    assert_eq!(refused("-a always,exit -F path=relative"), sending("Invalid argument"));
    assert_eq!(refused("-a always,exit -F dir=/no/such/directory"), sending("No such file or directory"));
    assert_eq!(refused("-a always,exit -F uid&1"), sending("Invalid argument"));
    let delete = refused("-d always,exit -F uid=54321");
    assert_eq!(delete, "Error sending delete rule data request (No such file or directory)");
}

#[test]
fn lists_and_adds_as_debians_auditctl_does() {
    let Some(mut machine) = Machine::take() else { return };
    let Some(root) = oracle() else { return };
    for line in RULES {
        succeed(line, &rauditctl(line));
    }
    let (ours, theirs) = (rauditctl("-l"), auditctl(&root, "-l"));
    assert_eq!(succeed("-l", &ours), succeed("-l", &theirs));
    let rules = machine.client.rules().unwrap();
    machine.clear();
    for line in RULES {
        succeed(line, &auditctl(&root, line));
    }
    let listed = machine.client.rules().unwrap();
    for (ours, theirs) in rules.iter().zip(&listed) {
        assert_eq!(ours, theirs);
    }
    assert_eq!(rules.len(), listed.len());
    for option in ["-s", "-s -i", "-l -k denied", "-l -k nosuchkey"] {
        let (ours, theirs) = (rauditctl(option), auditctl(&root, option));
        assert_eq!(String::from_utf8_lossy(&ours.stdout), String::from_utf8_lossy(&theirs.stdout), "{option}");
    }
}

/// A rule of one field.
fn rule_of(list: List, id: u32, op: Op, value: &Value) -> Rule {
    let field = Field { id: FieldId(id), op, value: value.clone() };
    Rule { list, action: Action::Never, syscalls: SyscallMask::EMPTY, fields: vec![field] }
}

#[test]
fn the_kernel_refuses_what_validate_refuses_and_nothing_else() {
    let Some(mut machine) = Machine::take() else { return };
    let ops = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];
    let numbers = [0, 1, 2, 15, 16, 25, 26, 45, 0o100_000, 1000, u32::MAX].map(Value::Number);
    let texts = ["/etc", "/etc/", "relative", "/etc/passwd"].map(|text| Value::Text(text.into()));
    // Every field with every operator, with every value, and on every list; the kernel is too slow for all of each.
    let mut rules = Vec::new();
    for id in (0..=27).chain(99..=114).chain(199..=211) {
        let (usual, values) =
            if FieldId(id).takes_text() { (&texts[3], &texts[..]) } else { (&numbers[1], &numbers[..]) };
        rules.extend(ops.map(|op| rule_of(List::Exit, id, op, usual)));
        rules.extend(values.iter().map(|value| rule_of(List::Exit, id, Op::Eq, value)));
        rules.extend(List::ALL.map(|list| rule_of(list, id, Op::Eq, usual)));
    }
    let (asked, mut wrong) = (rules.len(), Vec::new());
    for rule in rules {
        let answer = machine.client.add_rule(&rule, false);
        if answer.is_ok() {
            machine.client.delete_rule(&rule).unwrap();
        }
        let refused = matches!(&answer, Err(error) if error.errno() == Some(Errno::EINVAL));
        if refused != rule.validate().is_err() {
            wrong.push(format!("{:?} {:?} {answer:?} {:?}", rule.list, rule.fields, rule.validate()));
        }
    }
    println!("{asked} rules asked");
    assert!(wrong.is_empty(), "{} of {asked}: {wrong:#?}", wrong.len());
}

/// The datagrams a command sends, by strace's dump of all it writes to sockets.
fn sent(command: &Command, scratch: &Path) -> Vec<Vec<u8>> {
    let log = scratch.join("strace");
    let mut traced = Command::new("strace");
    traced.args(["-qq", "-e", "trace=sendto,sendmsg,send", "-e", "write=all", "-o"]).arg(&log);
    traced.arg(command.get_program()).args(command.get_args());
    traced.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    traced.output().unwrap();
    let mut datagrams: Vec<Vec<u8>> = Vec::new();
    for line in std::fs::read_to_string(&log).unwrap().lines() {
        // " | 00010  00 00 00 00 ...  text |"
        let Some(dump) = line.strip_prefix(" | ") else {
            datagrams.push(Vec::new());
            continue;
        };
        let hex = dump.get(7..56).unwrap().split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap());
        datagrams.last_mut().unwrap().extend(hex);
    }
    datagrams
}

#[test]
fn sends_byte_for_byte_what_debians_auditctl_sends() {
    let Some(mut machine) = Machine::take() else { return };
    let Some(root) = oracle() else { return };
    if Command::new("strace").arg("-V").output().is_err() {
        println!("SKIPPED: strace is not installed");
        return;
    }
    let scratch = tempfile::tempdir().unwrap();
    // Type, flags and payload; the sequence number is whatever each counted to.
    let rule_of = |datagrams: Vec<Vec<u8>>, kind: u16| {
        let of_kind = |bytes: &Vec<u8>| bytes.get(4..6) == Some(&kind.to_ne_bytes()[..]);
        let found = datagrams.into_iter().find(of_kind).unwrap_or_else(|| panic!("no message {kind}"));
        (found[..8].to_vec(), found[16..].to_vec())
    };
    for line in RULES {
        let deleting = line.replacen("-a ", "-d ", 1).replacen("-A ", "-d ", 1).replacen("-w ", "-W ", 1);
        for (line, kind) in [(*line, 1011), (deleting.as_str(), 1012)] {
            let mut ours = Command::new(env!("CARGO_BIN_EXE_rauditctl"));
            ours.args(words(line)).env("RAUDITD_SOCKET", "");
            let mut theirs = Command::new(root.join("sbin/auditctl"));
            theirs.args(words(line));
            let theirs = under_oracle(&root, theirs);
            assert_eq!(
                rule_of(sent(&ours, scratch.path()), kind),
                rule_of(sent(&theirs, scratch.path()), kind),
                "{line}"
            );
        }
        machine.clear();
    }
}

#[test]
fn the_receiver_gets_records_while_registered_and_only_one_can_be() {
    let Some(mut machine) = Machine::take() else { return };
    if machine.status.pid != 0 {
        println!("SKIPPED: an audit daemon (pid {}) is running", machine.status.pid);
        return;
    }
    let enable = StatusChange { enabled: Some(1), ..StatusChange::default() };
    machine.client.set_status(&enable).unwrap();
    let mut receiver = Receiver::open().unwrap();
    receiver.register().unwrap();
    assert_eq!(machine.client.status().unwrap().pid, std::process::id());
    let mut second = Receiver::open().unwrap();
    match second.register() {
        Err(Error::DaemonExists(pid)) => assert_eq!(pid, std::process::id()),
        other => panic!("{other:?}"),
    }
    for number in 0..500 {
        machine.client.user_message(Kind::USER, format!("text=live-{number}").as_bytes()).unwrap();
    }
    let found = receive(&mut receiver, "text=live-499");
    let ours: Vec<_> = found.iter().filter(|m| String::from_utf8_lossy(&m.text).contains("text=live-")).collect();
    assert_eq!(ours.len(), 500, "lost {}", machine.client.status().unwrap().lost);
    assert!(ours.iter().all(|m| m.kind == Kind::USER && m.text.starts_with(b"audit(")));
    assert!(found.iter().all(|m| m.kind.0 != 2 && !m.text.ends_with(b"\0")));
    receiver.unregister().unwrap();
    assert_eq!(machine.client.status().unwrap().pid, 0);
    assert_eq!(receiver.overruns(), 0);
}

#[test]
fn without_privilege_nothing_is_tried() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: not root, so there is no privilege to drop");
        return;
    }
    use std::os::unix::process::CommandExt;
    // The program must be readable for the user it runs as.
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let program = dir.path().join("rauditctl");
    std::fs::copy(env!("CARGO_BIN_EXE_rauditctl"), &program).unwrap();
    let run = |words: &[&str]| Command::new(&program).args(words).uid(65534).gid(65534).output().unwrap();
    for words in [&["-v"][..], &["-l"], &["-s"], &["-a", "nonsense"], &["-h", "x"]] {
        let output = run(words);
        assert_eq!(output.status.code(), Some(4), "{words:?}");
        assert_eq!(output.stderr, b"You must be root to run this program.\n");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(run(&["-h"]).status.code(), Some(0));
    assert_eq!(run(&[]).status.code(), Some(1));
    let socket = Client::control(Path::new("/nonexistent/rauditd.sock")).unwrap_err();
    assert_eq!(socket.errno(), Some(Errno::ENOENT));
}
