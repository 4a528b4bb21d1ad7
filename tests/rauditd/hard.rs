//! Hard input, and kill -9 at any moment.

use super::daemon::{Daemon, Setup, archives, wait_until};
use super::kernel::Kernel;
use super::load::{Load, Stops, rule};
use super::log::{self, Record};
use super::work::{GID, Workload};
use raudit_netlink::Client;
use raudit_record::Kind;
use std::collections::HashSet;
use std::fs;
use std::process::Stdio;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// The longest message user space may send: `MAX_AUDIT_MESSAGE_LENGTH` (libaudit.h).
const LONGEST: usize = 8970;

#[test]
fn records_of_any_bytes_and_of_every_length_are_one_line_each() {
    let Some(mut kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\n");
    let daemon = Daemon::start(&setup);
    let mut expected = 0;
    for byte in 1..=255u8 {
        let text = [b"op=byte-".as_slice(), format!("{byte:03} ").as_bytes(), &[byte, byte, b'.']].concat();
        kernel.client.user_message(Kind::USER, &text).unwrap();
        expected += 1;
    }
    let mut taken = Vec::new();
    for len in [0, 1, 1024, 4096, 8000, 8700, LONGEST - 1, LONGEST, LONGEST + 1, 2 * LONGEST] {
        let text = format!("op=length-{len} ");
        let text = format!("{text}{}", "x".repeat(len.saturating_sub(text.len())));
        if kernel.client.user_message(Kind::USER, text.as_bytes()).is_ok() {
            taken.push(len);
            expected += 1;
        }
    }
    setup.ctl_ok("-m the-end");
    wait_until("the end", || log::count(&setup.log(), "USER", "text=the-end") == 1);
    assert_eq!(daemon.stop().code, Some(0));
    let bytes = fs::read(setup.log()).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"type=USER ")).collect();
    println!(
        "lengths that the kernel takes: {taken:?}; the longest line has {} bytes",
        lines.iter().map(|l| l.len()).max().unwrap()
    );
    assert_eq!(lines.len(), expected + 1, "a line for each record");
    assert!(taken.contains(&LONGEST.min(8700)));
    for byte in 1..=255u8 {
        let label = format!("op=byte-{byte:03} ");
        assert!(lines.iter().any(|line| line.windows(label.len()).any(|part| part == label.as_bytes())), "{label}");
    }
}

/// Records of user space keep their pace while BPF captures all it can.
#[test]
fn ten_thousand_user_records_a_second_beside_a_flood_of_bpf() {
    const RECORDS: u64 = 20_000;
    let Some(_kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let setup = Setup::new("backend = bpf\nring_size = 64M\n");
    setup.auditd_conf("max_log_file_action = IGNORE\n");
    let daemon = Daemon::start(&setup);
    setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -k flood"));
    let flood = workload.start("steady", 1 << 40);
    let mut client = Client::kernel().unwrap();
    let start = Instant::now();
    for n in 0..RECORDS {
        client.user_message(Kind::USER, format!("op=user-record n={n}.").as_bytes()).unwrap();
        let due = Duration::from_micros(100 * n);
        std::thread::sleep(due.saturating_sub(start.elapsed()));
    }
    let took = start.elapsed();
    drop(flood);
    setup.ctl_ok("-m the-end");
    wait_until("the end", || log::count(&setup.log(), "USER", "text=the-end") == 1);
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let users = log::count(&setup.log(), "USER", "op=user-record");
    let events = log::count(&setup.log(), "SYSCALL", "key=\"flood\"");
    println!("{users} of {RECORDS} user records in {took:?}, beside {events} events of BPF's");
    assert_eq!(users, RECORDS);
    assert!(events > 10_000, "{events}");
}

/// Kills at random moments, also while it starts: whole lines but where a write was cut, which the next start ends; nothing twice.
#[test]
fn killed_at_any_moment_it_leaves_whole_lines_and_writes_nothing_twice() {
    let kills: u64 = std::env::var("RAUDITD_KILLS").map_or(40, |text| text.parse().unwrap());
    let Some(mut kernel) = Kernel::take() else { return };
    kernel.set_enabled(1);
    let setup = Setup::new("backend = netlink\n");
    setup.auditd_conf("max_log_file = 4\nmax_log_file_action = KEEP_LOGS\n");
    super::daemon::kernel_ctl(&rule());
    let load = Load::new(10);
    let mut random = u64::from(std::process::id());
    std::thread::scope(|scope| {
        scope.spawn(|| load.run());
        let _stops = Stops(&load);
        for _ in 0..kills {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mut child = setup.command(&["-n"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            std::thread::sleep(Duration::from_micros(random >> 33 & 0x1_ffff));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let daemon = Daemon::start(&setup);
        load.wait(500);
        assert_eq!(daemon.stop().code, Some(0));
    });
    kernel.clear();
    let (mut lines, mut torn, mut seen) = (0, 0, HashSet::new());
    for path in archives(&setup.log()) {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
        assert!(text.is_empty() || text.ends_with('\n'), "the last line is torn");
        for line in text.lines() {
            lines += 1;
            torn += u64::from(Record::parse(line).is_none());
            assert!(seen.insert(line.to_owned()), "twice: {line}");
        }
    }
    println!(
        "{kills} kills, {} calls, {lines} lines, {torn} of them torn by a kill and ended by the next start",
        load.made.load(Relaxed)
    );
    assert!(torn <= kills && lines > kills, "{lines} lines, {torn} torn");
}
