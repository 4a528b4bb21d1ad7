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
#[path = "../rauditctl/cases.rs"]
mod cases;
mod check;
mod danger;
mod eval;
mod examples;
#[path = "../live/kernel.rs"]
mod kernel;
mod matrix;
mod outcome;
mod proof;
mod reason;
mod run;
mod tool;

use cases::themes;
use kernel::Kernel;
use nix::errno::Errno;
use raudit_netlink::{Client, Error, Receiver};
use raudit_record::{Kind, Message, Records};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value};
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};
use tool::Tool;

/// The rules of a theme, without those that are deleted again.
fn typical_rules() -> Vec<String> {
    let theme = themes().into_iter().find(|theme| theme.name == "typical").unwrap();
    theme.cases.iter().filter(|case| case.before().next().is_none()).map(|case| case.line().to_owned()).collect()
}

fn rauditctl(line: &str) -> Output {
    Tool::ours().run(line)
}

/// All that arrives until a record contains `last`.
fn receive(receiver: &mut Receiver, last: &str) -> Vec<Message> {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut found = Records::default();
    while !found.iter().any(|(_, text)| String::from_utf8_lossy(text).contains(last)) {
        assert!(Instant::now() < deadline, "only {} records arrived", found.len());
        if receiver.recv_batch(&mut found, 64).unwrap().messages == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    found.messages()
}

fn succeed(line: &str, output: &Output) -> String {
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn the_kernel_lists_what_was_added_and_deletes_it_again() {
    let Some(mut machine) = Kernel::take() else { return };
    let lines = typical_rules();
    for line in &lines {
        succeed(line, &rauditctl(line));
    }
    assert_eq!(machine.client.rules().unwrap().len(), lines.len());
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
    let Some(_machine) = Kernel::take() else { return };
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

/// A rule of one field.
fn rule_of(list: List, id: u32, op: Op, value: &Value) -> Rule {
    let field = Field { id: FieldId(id), op, value: value.clone() };
    Rule { list, action: Action::Never, syscalls: SyscallMask::EMPTY, fields: vec![field] }
}

#[test]
fn the_kernel_refuses_what_validate_refuses_and_nothing_else() {
    let Some(mut machine) = Kernel::take() else { return };
    let ops = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];
    let numbers = [0, 1, 2, 15, 16, 25, 26, 45, 0o100_000, 1000, u32::MAX].map(Value::Number);
    let texts = ["/", "/etc", "/etc/", "relative", "/etc/passwd"].map(|text| Value::Text(text.into()));
    // Every field with every operator, with every value, and on every list; the kernel is too slow for all of each.
    let mut rules = Vec::new();
    for id in (0..=27).chain(99..=114).chain(199..=211) {
        let (usual, values) =
            if FieldId(id).takes_text() { (&texts[4], &texts[..]) } else { (&numbers[1], &numbers[..]) };
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

#[test]
fn the_receiver_gets_records_while_registered_and_only_one_can_be() {
    let Some(mut machine) = Kernel::take() else { return };
    machine.set_enabled(1);
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
fn where_audit_is_off_only_what_changes_rules_fails() {
    // To a process in a user namespace of its own the kernel answers as if it had been started with audit=0.
    let unshared = |line: &str| {
        let mut command = Command::new("unshare");
        command.args(["-U", "-r", env!("CARGO_BIN_EXE_rauditctl")]).args(cases::words(line)).env("RAUDITD_SOCKET", "");
        command.output()
    };
    if !unshared("-h").is_ok_and(|output| output.status.success()) {
        println!("SKIPPED: there are no user namespaces here, or no unshare(1)");
        return;
    }
    for (line, code) in [
        ("-s", 0),
        ("-l", 0),
        ("-D", 0),
        ("-t", 0),
        ("-R @/empty.rules", 0),
        ("-R @/twice.rules", 0),
        ("-a never,task -F uid=4242", 1),
        ("-d never,task -F uid=4242", 1),
        ("-w /etc/passwd", 1),
        ("--signal state", 1),
    ] {
        let output = unshared(line).unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{line}: {errors}");
        assert!(errors.ends_with("The audit system is disabled\n") && output.stdout.is_empty(), "{line}: {errors}");
    }
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
