//! Live: the programs are loaded into the running kernel. They touch nothing of kernel audit.
use super::*;
use crate::classify::ARCHES;
use crate::consumer::Consumer;
use crate::judged::{Generations, Judged};
use crate::libbpf_log;
use crate::place::Places;
use raudit_record::{Message, Records};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value};
use raudit_tables::syscall;
use std::os::fd::AsFd;
use std::time::Duration;

pub(super) fn rule(name: &str, action: Action, fields: Vec<Field>) -> Rule {
    let mut syscalls = SyscallMask::EMPTY;
    syscalls.insert(syscall::table(ARCHES[0]).unwrap().number(name).unwrap());
    let arch = Field { id: FieldId::ARCH, op: Op::Eq, value: Value::Number(ARCHES[0]) };
    Rule { list: List::Exit, action, syscalls, fields: [vec![arch], fields].concat() }
}

pub(super) fn own_pid() -> Field {
    Field { id: FieldId::PID, op: Op::Eq, value: Value::Number(std::process::id()) }
}

pub(super) fn key(text: &str) -> Field {
    Field { id: FieldId::FILTERKEY, op: Op::Eq, value: Value::Text(text.into()) }
}

/// Programs loaded for these rules, not yet following them, and a consumer of their ring; `None` where BPF is not allowed.
pub(super) fn loaded(rules: Vec<Rule>, ring_size: u32) -> Option<(Capture, Consumer, Plan, Offer)> {
    let offer = Offer::probe();
    let mut set = RuleSet::new();
    for rule in rules {
        set.add(rule, false).unwrap();
    }
    let plan = Plan::new(&set, &offer, &mut Places::default());
    let Some(tier) = plan.usable else {
        eprintln!("SKIPPED: no BPF tier here: {:?}", plan.refusal);
        return None;
    };
    let capture = match Capture::load(tier, &offer, Settings { ring_size, exempt: 0 }) {
        Ok(capture) => capture,
        Err(e) if !nix::unistd::geteuid().is_root() => {
            eprintln!("SKIPPED: {e}");
            return None;
        }
        Err(e) => panic!("{e}"),
    };
    let generations = Generations::default();
    generations.add(7, Judged::new(&plan, &set));
    let consumer = Consumer::new(capture.ring().unwrap(), generations).unwrap();
    Some((capture, consumer, plan, offer))
}

/// Runs `work` under the rules and returns the records; `None` where BPF is not allowed.
fn captured(rules: Vec<Rule>, work: impl FnOnce()) -> Option<(Vec<Message>, Counters)> {
    let (mut capture, mut consumer, plan, offer) = loaded(rules, 1 << 20)?;
    capture.install(&plan, &offer, 7).unwrap();
    work();
    let mut out = Records::default();
    while consumer.poll(Duration::from_millis(50), &mut out) > 0 {}
    assert_eq!(consumer.seen().broken, 0);
    Some((out.messages(), capture.counters().unwrap()))
}

fn text(message: &Message) -> String {
    format!("{} {}", message.kind, String::from_utf8_lossy(&message.text))
}

#[test]
fn the_first_matching_rule_decides() {
    let getppid = || {
        for _ in 0..10 {
            std::hint::black_box(nix::unistd::getppid());
        }
    };
    let Some((out, counters)) = captured(vec![rule("getppid", Action::Always, vec![own_pid(), key("ppid")])], getppid)
    else {
        return;
    };
    assert_eq!((counters.matched, counters.submitted, counters.lost.sum()), (10, 10, 0));
    let first = text(&out[0]);
    let number = syscall::table(ARCHES[0]).unwrap().number("getppid").unwrap();
    assert!(first.contains(&format!(" syscall={number} success=yes ")) && first.ends_with(" key=\"ppid\""), "{first}");
    let never = rule("getppid", Action::Never, vec![own_pid()]);
    let (out, counters) = captured(vec![never, rule("getppid", Action::Always, vec![own_pid()])], getppid).unwrap();
    assert_eq!((out.len(), counters.matched), (0, 0));
}

#[test]
fn an_open_brings_cwd_and_path() {
    let work = || drop(std::fs::File::open("/etc/passwd"));
    let Some((out, _)) = captured(vec![rule("openat", Action::Always, vec![own_pid()])], work) else { return };
    let lines: Vec<String> = out.iter().map(text).collect();
    let path = lines.iter().find(|l| l.contains("name=\"/etc/passwd\"")).unwrap();
    assert!(path.contains(" inode=") && path.contains(" nametype=NORMAL "), "{path}");
    assert!(lines.iter().any(|l| l.starts_with("CWD ") && l.contains(" cwd=\"/")), "{lines:?}");
}

#[test]
fn an_execve_brings_arguments_program_and_interpreter() {
    let me = Field { id: FieldId::PPID, op: Op::Eq, value: Value::Number(std::process::id()) };
    let long = "x".repeat(30_000);
    let work = || assert!(std::process::Command::new("/bin/true").arg("a b").arg(&long).status().unwrap().success());
    let Some((out, _)) = captured(vec![rule("execve", Action::Always, vec![me])], work) else { return };
    let lines: Vec<String> = out.iter().map(text).collect();
    assert!(lines.iter().any(|l| l.starts_with("SYSCALL") && l.contains("exe=\"/usr/bin/true\"")), "{lines:?}");
    assert!(lines.iter().any(|l| l.contains("argc=3 a0=\"/bin/true\" a1=612062")), "{lines:?}");
    assert_eq!(lines.iter().filter(|l| l.starts_with("EXECVE")).count(), 9);
    assert!(lines.iter().any(|l| l.contains("item=0 name=\"/bin/true\" inode=")), "{lines:?}");
    // item 1, or 2 where TOMOYO looks the program up again
    let interpreter = |l: &String| l.starts_with("PATH") && l.contains(" name=\"/lib") && l.contains("/ld-linux-");
    assert!(lines.iter().any(interpreter), "{lines:?}");
}

#[test]
fn the_verifiers_work_stays_small() {
    if captured(vec![rule("getppid", Action::Always, vec![own_pid()])], || ()).is_none() {
        return;
    }
    let mut offer = Offer::probe();
    // all that reads labels is there only where SELinux is
    offer.selinux = offer.selinux.or_else(crate::selinux::Places::made_up);
    offer.apparmor = offer.apparmor.max(u64::from(offer.function("aa_alloc_profile").is_some()));
    let tier = if offer.no_fentry.is_none() { Tier::Fentry } else { Tier::Tracepoint };
    let capture = Capture::load(tier, &offer, Settings { ring_size: 1 << 20, exempt: 0 }).unwrap();
    let ids: Vec<u32> =
        capture.object.progs().filter(libbpf_rs::ProgramImpl::autoload).filter_map(|p| program_id(&p)).collect();
    for info in libbpf_rs::query::ProgInfoIter::default().filter(|p| ids.contains(&p.id)) {
        let name = info.name.to_string_lossy().into_owned();
        println!("{name}: {} instructions verified", info.verified_insns);
        assert!(info.verified_insns < 60_000, "{name}: {}", info.verified_insns);
    }
}

/// As a whole they fail at the first that is refused; this says of each what the kernel makes of it.
#[test]
fn the_verifier_takes_each_program_by_itself() {
    // RAUDITD_BPF_LOG=2: every instruction, of which the last are kept
    let level: u32 = if std::env::var("RAUDITD_BPF_LOG").is_ok_and(|v| v == "2") { 2 } else { 4 };
    let offer = Offer::probe();
    if let Some(why) = &offer.unusable {
        eprintln!("SKIPPED: {why}");
        return;
    }
    let tier = if offer.no_fentry.is_none() { Tier::Fentry } else { Tier::Tracepoint };
    let settings = Settings { ring_size: 1 << 20, exempt: 0 };
    let names = |open: &libbpf_rs::OpenObject| -> Vec<String> {
        open.progs()
            .filter(libbpf_rs::OpenProgramImpl::autoload)
            .map(|p| p.name().to_string_lossy().into_owned())
            .collect()
    };
    let mut refused = Vec::new();
    let only = std::env::var("RAUDITD_BPF_ONLY").ok();
    for name in names(&object::opened(tier, &offer, settings).unwrap()) {
        if only.as_ref().is_some_and(|only| !name.starts_with(only.as_str())) {
            continue;
        }
        let mut open = object::opened(tier, &offer, settings).unwrap();
        for mut program in open.progs_mut() {
            program.set_autoload(program.name() == name.as_str());
            program.set_log_level(level);
        }
        libbpf_log::take();
        let loaded = open.load();
        let log = libbpf_log::take();
        let processed = log.lines().find(|l| l.starts_with("processed "));
        println!("{name}: {}", processed.unwrap_or("taken"));
        if let Err(e) = loaded {
            println!(
                "{name}: {e}: {}",
                log.lines().rev().take(400).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
            );
            refused.push(name);
        }
    }
    assert!(refused.is_empty(), "{refused:?}");
}

fn program_id(program: &libbpf_rs::Program<'_>) -> Option<u32> {
    libbpf_rs::Program::id_from_fd(program.as_fd()).ok()
}

#[test]
fn what_is_known_at_entry_decides_like_what_is_known_at_exit() {
    let uid = |op, value| Field { id: FieldId::UID, op, value: Value::Number(value) };
    let flags = |value| Field { id: FieldId::ARG2, op: Op::BitMask, value: Value::Number(value) };
    let mine = nix::unistd::getuid().as_raw();
    let open = || drop(std::fs::File::open("/etc/passwd"));
    for (fields, matches) in [
        (vec![own_pid(), uid(Op::Eq, mine)], true),
        (vec![own_pid(), uid(Op::Ne, mine)], false),
        (vec![own_pid(), flags(0o2000000)], true),
        (vec![own_pid(), flags(0o1)], false),
    ] {
        let Some((_, counters)) = captured(vec![rule("openat", Action::Always, fields.clone())], open) else { return };
        assert_eq!(counters.matched > 0, matches, "{fields:?}");
    }
}

#[test]
fn a_task_that_becomes_another_is_judged_anew() {
    let nobody = Field { id: FieldId::FSUID, op: Op::Eq, value: Value::Number(65534) };
    let work = || {
        let changes = || {
            let open = |times| (0..times).for_each(|_| drop(std::fs::File::open("/etc/passwd").unwrap()));
            // of this thread alone
            let become_user = |user| _ = nix::unistd::setfsuid(nix::unistd::Uid::from_raw(user));
            open(2);
            become_user(65534);
            open(3);
            become_user(0);
            open(4);
            become_user(65534);
            open(5);
        };
        std::thread::spawn(changes).join().unwrap();
    };
    let Some((_, counters)) = captured(vec![rule("openat", Action::Always, vec![own_pid(), nobody])], work) else {
        return;
    };
    assert_eq!(counters.matched, 8);
}
