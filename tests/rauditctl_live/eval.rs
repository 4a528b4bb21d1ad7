//! The reference meaning of rules against the kernel: which rule of a list decides about a system call?
//!
//! Lists of random rules are loaded; a child of known identity makes system calls with known arguments and results; the
//! key in the kernel's record must be that of the rule [`RuleSet::verdict`] names.

use crate::kernel::Kernel;
use crate::receive;
use raudit_netlink::Receiver;
use raudit_record::{Kind, Message};
use raudit_rules::{Action, Facts, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value, Verdict};
use raudit_tables::{arch, syscall};
use std::process::{Command, Stdio};

const ROUNDS: u32 = 80;
const RULES: u32 = 8;
const UID: u32 = 4242;
const EUID: u32 = 4244;
const GID: u32 = 4343;
const EGID: u32 = 4345;
const GROUPS: &[u32] = &[4, 27];

/// A small generator of numbers, the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// A condition whose value is a fact or its neighbour, so that about half of them hold.
fn condition(random: &mut Random, facts: &Facts) -> Field {
    let known = [
        (FieldId::PID, facts.pid),
        (FieldId::PPID, facts.ppid),
        (FieldId::UID, facts.uid),
        (FieldId::EUID, facts.euid),
        (FieldId::SUID, facts.suid),
        (FieldId::FSUID, facts.fsuid),
        (FieldId::GID, facts.gid),
        (FieldId::GID, 27),
        (FieldId::EGID, 4),
        (FieldId::EGID, facts.egid),
        (FieldId::SGID, facts.sgid),
        (FieldId::FSGID, facts.fsgid),
        (FieldId::LOGINUID, facts.auid),
        (FieldId::LOGINUID, u32::MAX),
        (FieldId::SESSIONID, facts.sessionid),
        (FieldId::PERS, facts.pers),
        (FieldId::ARCH, facts.arch),
        (FieldId::EXIT, facts.exit as u32),
        (FieldId::EXIT, 0),
        (FieldId::SUCCESS, 0),
        (FieldId::SUCCESS, 1),
        (FieldId::ARG0, facts.args[0] as u32),
        (FieldId::ARG1, facts.args[1] as u32),
        (FieldId::FIELD_COMPARE, 1 + 9 + random.below(16) as u32),
    ];
    let (id, fact) = random.pick(&known);
    let value = match random.below(4) {
        0 => fact.wrapping_add(1),
        1 if fact > 0 => fact - 1,
        _ => fact,
    };
    let value = if matches!(id, FieldId::FIELD_COMPARE | FieldId::ARCH) { fact } else { value };
    let ops = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];
    // What the kernel would not take is tried again.
    let field = Field { id, op: random.pick(&ops), value: Value::Number(value) };
    match rule(vec![field.clone()], Action::Always).validate() {
        Ok(()) => field,
        Err(_) => condition(random, facts),
    }
}

fn rule(fields: Vec<Field>, action: Action) -> Rule {
    let mut syscalls = SyscallMask::EMPTY;
    syscalls.insert(syscall::table(arch::native()).unwrap().number("kill").unwrap());
    Rule { list: List::Exit, action, syscalls, fields }
}

fn random_rule(random: &mut Random, facts: &Facts, number: u32) -> Rule {
    let mut fields: Vec<_> = (0..=random.below(3)).map(|_| condition(random, facts)).collect();
    fields.push(Field {
        id: FieldId::FILTERKEY,
        op: Op::Eq,
        value: Value::Text(format!("rule-{number}").into_bytes()),
    });
    rule(fields, random.pick(&[Action::Always, Action::Always, Action::Never]))
}

fn proc_number(name: &str) -> u32 {
    std::fs::read_to_string(format!("/proc/self/{name}")).map_or(u32::MAX, |text| text.trim().parse().unwrap())
}

/// A shell that waits for a line, and then sends signal 0 to `target`, which only asks whether it may.
fn child(target: u32) -> std::process::Child {
    let groups = GROUPS.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let ids = format!("--ruid={UID} --euid={EUID} --rgid={GID} --egid={EGID} --groups={groups}");
    // With -p the shell keeps its effective ids.
    let script = format!("read go; kill -0 {target} 2>/dev/null; true");
    let mut command = Command::new("setpriv");
    command.args(ids.split(' ')).args(["/bin/sh", "-p", "-c", &script]);
    command.stdin(Stdio::piped()).spawn().unwrap()
}

fn facts(pid: u32, target: u32, exit: i64) -> Facts<'static> {
    Facts {
        arch: arch::native(),
        syscall: syscall::table(arch::native()).unwrap().number("kill").unwrap(),
        pid,
        ppid: std::process::id(),
        uid: UID,
        euid: EUID,
        suid: EUID,
        fsuid: EUID,
        gid: GID,
        egid: EGID,
        sgid: EGID,
        fsgid: EGID,
        groups: Some(GROUPS),
        auid: proc_number("loginuid"),
        sessionid: proc_number("sessionid"),
        args: [target.into(), 0, 0, 0],
        exit,
        success: Some(exit >= 0),
        ..Facts::default()
    }
}

/// The key in the SYSCALL record of `pid`, if there is one.
fn recorded(messages: &[Message], pid: u32) -> Option<String> {
    let texts = messages.iter().filter(|m| m.kind == Kind::SYSCALL).map(|m| String::from_utf8_lossy(&m.text));
    let of_child: Vec<_> = texts.filter(|text| text.contains(&format!(" pid={pid} "))).collect();
    assert!(of_child.len() < 2, "{of_child:?}");
    let key = of_child.first()?.split("key=\"").nth(1)?.split('"').next()?.to_owned();
    Some(key)
}

#[test]
fn the_kernel_decides_as_the_reference_meaning_says() {
    let Some(mut machine) = Kernel::take() else { return };
    if Command::new("setpriv").arg("--version").output().is_err() {
        println!("SKIPPED: setpriv (util-linux) is not installed");
        return;
    }
    machine.set_enabled(1);
    let mut receiver = Receiver::open().unwrap();
    receiver.register().unwrap();
    let (mut random, mut by_rule, mut wrong) = (Random(2025), 0, Vec::new());
    for round in 0..ROUNDS {
        // Asked for oneself it succeeds; asked for init, whom this user may not signal, it fails.
        let mut shell = child(if round % 2 == 0 { 0 } else { 1 });
        let (target, exit) = if round % 2 == 0 { (0, 0) } else { (1, -1) };
        let facts = facts(shell.id(), target, exit);
        let mut set = RuleSet::new();
        for number in 0..RULES {
            let rule = random_rule(&mut random, &facts, number);
            if set.add(rule.clone(), number % 3 == 0).is_ok() {
                machine.client.add_rule(&rule, number % 3 == 0).unwrap();
            }
        }
        drop(shell.stdin.take());
        shell.wait().unwrap();
        let mark = format!("text=round-{round}.");
        machine.client.user_message(Kind::USER, mark.as_bytes()).unwrap();
        let got = recorded(&receive(&mut receiver, &mark), facts.pid);
        let expected = match set.verdict(List::Exit, &facts) {
            Verdict::NoRule => None,
            Verdict::Rule(_, rule) if rule.action == Action::Never => None,
            Verdict::Rule(_, rule) => rule.key().map(|key| String::from_utf8_lossy(key).into_owned()),
            unknown => panic!("{unknown:?}"),
        };
        by_rule += u32::from(expected.is_some());
        if got != expected {
            wrong.push(format!(
                "round {round}: kernel {got:?}, reference {expected:?}\n{facts:?}\n{:#?}",
                set.list(List::Exit)
            ));
        }
        machine.clear();
    }
    println!("{ROUNDS} lists of {RULES} rules, {by_rule} calls recorded");
    assert!(wrong.is_empty(), "{} of {ROUNDS}\n{}", wrong.len(), wrong.join("\n"));
    assert!(by_rule > ROUNDS / 4, "only {by_rule} calls were recorded");
}
