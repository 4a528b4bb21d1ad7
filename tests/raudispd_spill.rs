//! Plugins whose events go on disk rather than being dropped.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

mod raudispd;

use raudispd::{Dispatcher, Scratch, numbered};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// A raudispd whose plugin `p` may spill, and whose memory holds about 70,000 events.
fn scratch(limit: &str) -> Option<Scratch> {
    let scratch = Scratch::new()?;
    scratch.auditd_conf("q_depth = 1000\nmax_restarts = 2\n");
    let text = format!("spill = other:1M p:{limit}\nspill_dir = {}\n", scratch.path("spool").display());
    fs::write(scratch.path("rauditd.conf"), text).unwrap();
    fs::set_permissions(scratch.path("rauditd.conf"), fs::Permissions::from_mode(0o640)).unwrap();
    Some(scratch)
}

fn lines(path: &Path) -> usize {
    fs::read(path).map_or(0, |text| text.split(|byte| *byte == b'\n').count().saturating_sub(1))
}

/// Whether the plugin has got the records `first..last`, each once and in order.
fn assert_numbers(path: &Path, first: usize, last: usize) {
    let text = fs::read_to_string(path).unwrap();
    let numbers = text.lines().map(|line| line[26..line.len() - 4].parse::<usize>().unwrap());
    let wrong = numbers.zip(first..).find(|(found, expected)| found != expected);
    assert_eq!((wrong, lines(path)), (None, last - first));
}

/// Sends records in parts of 5000, no faster than a plugin's file grows once there is something in it.
fn flood(scratch: &Scratch, dispatcher: &mut Dispatcher, parts: std::ops::Range<usize>) {
    // A header, and room for a queue and a mebibyte.
    let empty = 16 + 1000 * 9216 + (1 << 20);
    let length = || fs::metadata(scratch.path("spool/p.spill")).map_or(0, |meta| meta.len());
    for part in parts {
        let before = length();
        dispatcher.send(&numbered(part * 5000, 5000));
        scratch.wait_until(|| before <= empty || length() > before);
    }
}

/// A plugin that begins to read when the file `go` is there.
fn late(scratch: &Scratch) -> std::path::PathBuf {
    let (out, go) = (scratch.path("p.out"), scratch.path("go"));
    // Not for ever: one whose raudispd was killed has nobody who ends it.
    let wait = format!("while ! test -e {}; do kill -0 $PPID || exit; /bin/sleep 0.05; done", go.display());
    let script = format!("echo $$ > {}; {wait}; exec /bin/cat >> {}", scratch.path("pid").display(), out.display());
    scratch.plugin("p", "string", &script, "");
    out
}

#[test]
fn what_a_plugin_reads_late_it_gets_whole_and_in_order() {
    let Some(scratch) = scratch("1G") else { return };
    let (out, good) = (late(&scratch), scratch.cat("good", "binary"));
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    flood(&scratch, &mut dispatcher, 0..100);
    let sent = numbered(0, 500_000).len() as u64;
    scratch.wait_until(|| fs::metadata(&good).is_ok_and(|meta| meta.len() == sent));
    fs::write(scratch.path("go"), "").unwrap();
    // New ones come while the old ones are still on disk.
    (100..120).for_each(|part| dispatcher.send(&numbered(part * 5000, 5000)));
    scratch.wait_until(|| lines(&out) == 600_000);
    dispatcher.send(&numbered(600_000, 1));
    scratch.wait_until(|| lines(&out) == 600_001);
    let end = dispatcher.end();
    assert_numbers(&out, 0, 600_001);
    assert!(!end.said.contains("lost"), "{}", end.said);
}

#[test]
fn what_was_not_read_is_delivered_after_a_restart() {
    let Some(scratch) = scratch("1G") else { return };
    let out = late(&scratch);
    for round in 0..2 {
        let mut dispatcher = Dispatcher::start(&scratch, &[]);
        flood(&scratch, &mut dispatcher, round * 40..(round + 1) * 40);
        let end = dispatcher.end();
        assert!(end.said.contains("p.spill for its next start"), "{}", end.said);
        assert!(!end.said.contains("lost"), "{}", end.said);
    }
    fs::write(scratch.path("go"), "").unwrap();
    // What lay in the socket of a plugin that was stopped before it read counts as delivered: a few hundred records a time.
    let dispatcher = Dispatcher::start(&scratch, &[]);
    let last = |out: &Path| fs::read_to_string(out).is_ok_and(|text| text.contains(":399999): x\n"));
    scratch.wait_until(|| last(&out));
    let end = dispatcher.end();
    assert!(!end.said.contains("next start"), "{}", end.said);
    let text = fs::read_to_string(&out).unwrap();
    let numbers: Vec<usize> = text.lines().map(|line| line[26..line.len() - 4].parse().unwrap()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "out of order, or twice");
    assert!(numbers.len() > 400_000 - 2 * 20_000, "{} of 400,000", numbers.len());
}

#[test]
fn a_plugin_that_may_not_start_again_finds_its_events_later() {
    let Some(scratch) = scratch("1G") else { return };
    scratch.plugin("p", "string", "exit 1", "");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    // It is started again with the next event after its end is seen, twice.
    let mut sent = 0;
    scratch.wait_until(|| {
        dispatcher.send(&numbered(sent, 1));
        sent += 1;
        dispatcher.has_said("plugin p has exceeded max_restarts")
    });
    flood(&scratch, &mut dispatcher, 2..40);
    let out = scratch.cat("p", "string");
    dispatcher.signal_and_wait_for("HUP", "1 active plugins");
    scratch.wait_until(|| lines(&out) >= 190_000);
    let end = dispatcher.end();
    assert!(!end.said.contains("lost"), "{}", end.said);
    let text = fs::read_to_string(&out).unwrap();
    // Those that died had read nothing, but what was in their sockets counts as delivered.
    assert!(text.ends_with(":199999): x\n"));
}

#[test]
fn a_limit_bounds_the_file_and_what_is_over_it_is_counted() {
    let Some(scratch) = scratch("2M") else { return };
    let out = late(&scratch);
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    (0..100).for_each(|part| dispatcher.send(&numbered(part * 5000, 5000)));
    dispatcher.wait_for("cannot spill: the limit of 2097152 bytes is reached; its events are dropped");
    fs::write(scratch.path("go"), "").unwrap();
    let end = dispatcher.end();
    let (lost, delivered) = end.counts("p");
    assert!(lost > 100_000, "{}", end.said);
    assert_eq!(delivered as usize, lines(&out), "{}", end.said);
    let left = fs::metadata(scratch.path("spool/p.spill")).unwrap();
    assert!(std::os::unix::fs::MetadataExt::blocks(&left) * 512 < 30 << 20);
}

#[test]
fn what_is_on_disk_outlives_a_kill() {
    let Some(scratch) = scratch("1G") else { return };
    let out = late(&scratch);
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    flood(&scratch, &mut dispatcher, 0..100);
    dispatcher.signal("KILL");
    assert_eq!(dispatcher.wait().code, None);
    // What is in the socket of the plugin that was left alone ends inside a record.
    let pid = fs::read_to_string(scratch.path("pid")).unwrap();
    scratch.wait_until(|| raudispd::is_dead(pid.trim()));
    fs::write(scratch.path("go"), "").unwrap();
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(500_000, 1));
    scratch.wait_until(|| fs::read_to_string(&out).is_ok_and(|text| text.ends_with(":500000): x\n")));
    dispatcher.end();
    let text = fs::read_to_string(&out).unwrap();
    let numbers: Vec<usize> = text.lines().map(|line| line[26..line.len() - 4].parse().unwrap()).collect();
    assert!(numbers.is_sorted(), "out of order");
    assert!(numbers.len() > 300_000, "{}", numbers.len());
}

#[test]
fn a_file_that_is_not_one_of_events_is_left_alone_and_the_plugin_runs() {
    let Some(scratch) = scratch("1G") else { return };
    let out = scratch.cat("p", "string");
    fs::create_dir(scratch.path("spool")).unwrap();
    fs::write(scratch.path("spool/p.spill"), "precious").unwrap();
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(0, 1000));
    let end = dispatcher.end();
    assert!(end.said.contains("it is no file of events; it runs without"), "{}", end.said);
    assert_numbers(&out, 0, 1000);
    assert_eq!(fs::read(scratch.path("spool/p.spill")).unwrap(), b"precious");
}
