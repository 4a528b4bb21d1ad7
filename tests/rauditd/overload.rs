//! More events than a ring takes while rauditd is held up: every one of each rule is on disk or counted as lost, with the reason, in all
//! places that say so; those of critical keys are lost last; and who makes them never waits.

use super::daemon::{Daemon, Setup, wait_until};
use super::kernel::Kernel;
use super::log;
use super::oracle::{oracle, theirs};
use super::work::{GID, Workload};
use nix::sys::signal::{SIGCONT, SIGHUP, SIGSTOP};
use std::collections::BTreeMap;

/// By key and reason.
type Losses = BTreeMap<(String, String), u64>;

/// The rules: key, and the call that the workload makes `1` or `1/50` times.
const RULES: [(&str, &str, u64); 2] = [("bulk", "getppid", 1), ("vital", "getpgrp", 50)];

fn rule(key: &str, call: &str) -> String {
    format!("-a always,exit -F arch=b64 -S {call} -F gid={GID} -F key={key}")
}

/// `name=number` in words that a separator parts.
fn numbers(text: &str, separator: char) -> BTreeMap<String, u64> {
    let pairs = text.split(separator).filter_map(|word| word.split_once('='));
    pairs.map(|(name, number)| (name.to_owned(), number.parse().unwrap())).collect()
}

/// What the records in the log say was lost.
fn told(setup: &Setup) -> Losses {
    let mut losses = Losses::new();
    for record in log::records(&setup.log()).iter().filter(|r| r.kind == "DAEMON_ERR") {
        let of = |name: &str| record.get(name).unwrap_or_default().trim_matches('"').to_owned();
        assert_eq!((of("op"), of("res")), ("events-lost".into(), "failed".into()), "{}", record.line);
        *losses.entry((of("key"), of("reason"))).or_default() += of("lost").parse::<u64>().unwrap();
    }
    losses
}

/// What `rauditctl -l --stats` says: how often each key's rule decided, and what was lost.
fn counted(setup: &Setup) -> (BTreeMap<String, u64>, Losses) {
    let (mut decided, mut losses) = (BTreeMap::new(), Losses::new());
    for line in setup.ctl_ok("-l --stats").lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let key = line.rsplit_once("key=").unwrap().1.to_owned();
        decided.insert(key.clone(), words[0].parse().unwrap());
        let Some((sum, reasons)) = words[1].split_once('(') else {
            assert_eq!(words[1], "0", "{line}");
            continue;
        };
        let reasons = numbers(reasons.trim_end_matches(')'), ',');
        assert_eq!(reasons.values().sum::<u64>(), sum.parse::<u64>().unwrap(), "{line}");
        losses.extend(reasons.into_iter().map(|(reason, count)| ((key.clone(), reason), count)));
    }
    (decided, losses)
}

/// What became of an overload.
struct Account {
    on_disk: BTreeMap<&'static str, u64>,
    lost: Losses,
}

impl Account {
    fn lost(&self, key: &str, reason: &str) -> u64 {
        self.lost.get(&(key.to_owned(), reason.to_owned())).copied().unwrap_or(0)
    }
}

/// `count` bulk events and a fiftieth of that vital ones, while rauditd is held up. All that counts them has to agree.
fn overload(setup: &Setup, daemon: &Daemon, workload: &Workload, count: u64) -> Account {
    let kernels = setup.status("lost").parse::<u64>().unwrap();
    let state = || std::fs::read_to_string(format!("/proc/{}/status", daemon.pid())).unwrap();
    daemon.signal(SIGSTOP);
    wait_until("rauditd to be held up", || state().contains("State:\tT"));
    let [longest, slept] = workload.timed(count);
    daemon.signal(SIGCONT);
    println!(
        "{count} events while rauditd was held up: the longest call took {longest} us, the task slept {slept} times"
    );
    assert_eq!(slept, 0, "who makes events never waits for rauditd");
    assert!(longest < 1_000_000, "a call took {longest} us");
    let on_disk =
        || RULES.map(|(key, ..)| (key, log::count(&setup.log(), "SYSCALL", &format!("key=\"{key}\"")))).into();
    let sum = |on_disk: &BTreeMap<&str, u64>| on_disk.values().sum::<u64>() + told(setup).values().sum::<u64>();
    let made: BTreeMap<&str, u64> = RULES.map(|(key, _, every)| (key, count / every)).into();
    wait_until("every event to be on disk or told lost", || sum(&on_disk()) >= made.values().sum());
    let (decided, lost) = counted(setup);
    let account = Account { on_disk: on_disk(), lost };
    println!("on disk {:?}, lost {:?}", account.on_disk, account.lost);
    assert_eq!(told(setup), account.lost, "the log's records and rauditctl -l --stats");
    for (key, made) in made {
        let lost: u64 = account.lost.iter().filter(|((k, _), _)| k == key).map(|(_, count)| count).sum();
        assert_eq!(decided[key], made, "{key}: the programs saw every event");
        assert_eq!(account.on_disk[key] + lost, made, "{key}: on disk and lost are all that were made");
    }
    let reasons = numbers(&setup.status("bpf_lost"), ' ');
    for (reason, sum) in &reasons {
        let of_rules: u64 = account.lost.iter().filter(|((_, r), _)| r == reason).map(|(_, count)| count).sum();
        assert_eq!(of_rules, *sum, "rauditctl -s and the rules, {reason}");
    }
    let all: u64 = reasons.values().sum();
    assert_eq!(numbers(&setup.status("bpf_events"), ' ')["lost"], all);
    assert_eq!(setup.status("lost").parse::<u64>().unwrap(), kernels + all);
    account
}

/// With these settings, and the rules loaded.
fn with(settings: &str, work: impl FnOnce(&Setup, &Daemon, &Workload)) {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new(&format!("backend = bpf\nring_size = 64K\n{settings}"));
    let daemon = Daemon::start(&setup);
    for (key, call, _) in RULES {
        setup.ctl_ok(&rule(key, call));
    }
    work(&setup, &daemon, &workload);
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(ended.said.contains(" lost (ring="), "{}", ended.said);
    assert_eq!(log::last(&setup.log()).kind, "DAEMON_END");
    assert_eq!(kernel.state(), before);
}

#[test]
fn every_event_of_an_overload_is_on_disk_or_told_lost_by_rule_and_reason() {
    with("", |setup, daemon, workload| {
        let account = overload(setup, daemon, workload, 5000);
        assert!(account.lost("bulk", "ring") > 3000 && account.lost("vital", "ring") > 50, "{:?}", account.lost);
        assert!(account.on_disk["bulk"] > 20, "{:?}", account.on_disk);
        assert!(!setup.ctl_ok("-s").contains("bpf_critical"), "nothing is critical");
        ausearch_reads(setup, &account);
    });
}

#[test]
fn events_of_a_critical_key_are_not_lost_while_others_are_shed() {
    with("critical_keys = other, vital\ncritical_share = 25\n", |setup, daemon, workload| {
        assert_eq!(setup.status("bpf_critical"), "keys=other,vital share=25%");
        let account = overload(setup, daemon, workload, 1000);
        assert_eq!(account.on_disk["vital"], 20, "{:?}", account.lost);
        assert!(account.lost("bulk", "shed") > 500, "{:?}", account.lost);
        assert_eq!(account.lost("bulk", "ring"), 0, "others find the ring full before it is");
    });
}

#[test]
fn a_critical_key_has_no_more_than_the_ring_and_what_does_not_fit_is_told() {
    with("critical_keys = vital\ncritical_share = 25\n", |setup, daemon, workload| {
        let account = overload(setup, daemon, workload, 20_000);
        assert!(account.on_disk["vital"] > 20, "{:?}", account.on_disk);
        assert!(account.lost("vital", "ring") > 100 && account.lost("vital", "shed") == 0, "{:?}", account.lost);
        // what is less than the smallest event may be free of what others may fill, or of all
        assert!(account.lost("bulk", "shed") > 19_000, "{:?}", account.lost);
    });
}

#[test]
fn which_keys_are_critical_is_read_again_on_hup() {
    with("", |setup, daemon, workload| {
        let settings = "backend = bpf\nring_size = 64K\n";
        setup.rauditd_conf(&format!("{settings}critical_keys = vital\ncritical_share = 50\n"));
        daemon.signal(SIGHUP);
        wait_until("the new settings", || setup.ctl_ok("-s").contains("bpf_critical keys=vital share=50%"));
        let account = overload(setup, daemon, workload, 1000);
        assert_eq!(account.on_disk["vital"], 20, "{:?}", account.lost);
        assert!(account.lost("bulk", "shed") > 500, "{:?}", account.lost);
        setup.rauditd_conf(&format!("{settings}critical_keys = a,,b\n"));
        daemon.signal(SIGHUP);
        daemon.wait_for("critical_keys: a key is missing beside a comma; the old settings stay");
        assert_eq!(setup.status("bpf_critical"), "keys=vital share=50%");
    });
}

/// Debian's ausearch finds the records, and shows them as they are.
fn ausearch_reads(setup: &Setup, account: &Account) {
    let Some(root) = oracle() else { return };
    let log = setup.log();
    let output = theirs(&root, "ausearch").args(["-m", "DAEMON_ERR", "-i", "-if"]).arg(&log).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text} {}", String::from_utf8_lossy(&output.stderr));
    let mut sum = 0;
    for line in text.lines().filter(|line| line.starts_with("type=DAEMON_ERR")) {
        assert!(line.contains(" op=events-lost reason=ring lost=") && line.ends_with(" res=failed "), "{line}");
        sum += line.split_once(" lost=").unwrap().1.split(' ').next().unwrap().parse::<u64>().unwrap();
    }
    println!("ausearch: {text}");
    assert_eq!(sum, account.lost.values().sum::<u64>());
}
