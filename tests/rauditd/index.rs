//! What rauditd.conf says of an index: it is there while the log is written and rotated, and no answer hangs on it.

use super::daemon::{Daemon, Setup, archives, wait_until};
use super::kernel::Kernel;
use super::load::{KEY, Load, Stops, rule};
use nix::sys::signal::SIGUSR1;
use raudit_index::Index;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering::Relaxed;
use std::thread::sleep;
use std::time::Duration;

/// What rausearch finds: its answer and its exit code.
fn found(dir: &Path, query: &[&str]) -> (String, Option<i32>) {
    let mut search = Command::new(env!("CARGO_BIN_EXE_rausearch"));
    search.args(["-if"]).arg(dir).arg("-r").args(query).stdin(Stdio::null()).stderr(Stdio::null());
    let output = search.output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code())
}

/// Bytes of a log's file that its index covers.
fn covered(path: &Path) -> u64 {
    let index = File::open(path).ok().and_then(|file| Index::of(&file, path.parent().unwrap()));
    index.map_or(0, |index| index.covered())
}

/// Waits until archives are indexed, but for the last block, and of the log what was worth it.
fn all_is_indexed(setup: &Setup) {
    let is_whole = |path: &PathBuf| covered(path) + (64 << 10) > fs::metadata(path).unwrap().len();
    wait_until("the indexes of the archives", || archives(&setup.log())[1..].iter().all(is_whole));
    wait_until("an index of the log", || covered(&setup.log()) > 0);
}

/// The stamps of the load's events in the log, in its order.
fn stamps(setup: &Setup) -> Vec<String> {
    let files = archives(&setup.log());
    let text: String = files.iter().rev().map(|path| fs::read_to_string(path).unwrap()).collect();
    stamps_in(&text)
}

fn stamps_in(text: &str) -> Vec<String> {
    let ours = text.lines().filter(|line| line.starts_with("type=SYSCALL") && line.contains(KEY));
    ours.filter_map(|line| Some(line.split_once("audit(")?.1.split_once(')')?.0.to_owned())).collect()
}

/// Searches find the same in the log as in a copy of it, which has no index: what is rare, what is everywhere and what is nowhere.
fn answers_are_the_same(setup: &Setup) {
    let copy = tempfile::tempdir().unwrap();
    for path in archives(&setup.log()) {
        fs::copy(&path, copy.path().join(path.file_name().unwrap())).unwrap();
    }
    let stamps = stamps(setup);
    let serial = |at: usize| stamps[at].rsplit_once(':').unwrap().1;
    let (early, middle, late) = (serial(7), serial(stamps.len() / 2), serial(stamps.len() - 7));
    let own = std::process::id().to_string();
    let queries: [&[&str]; 9] = [
        &["-a", early],
        &["-a", middle],
        &["-a", late],
        &["-m", "DAEMON_START"],
        &["-m", "USER"],
        &["-k", "load"],
        &["-k", "nosuch"],
        &["-p", &own, "-m", "PROCTITLE"],
        &["-p", "4194399"],
    ];
    for query in queries {
        let with = found(&setup.path("log"), query);
        let without = found(copy.path(), query);
        assert!(with == without, "{query:?}: {} and {} bytes", with.0.len(), without.0.len());
        let is_there = !matches!(query[1], "nosuch" | "4194399");
        assert_eq!(with.1, Some(i32::from(!is_there)), "{query:?}");
    }
}

/// Lets the load be when the log is long enough to be indexed, whenever it was looked at last, and until all that was made is written.
fn quiet(setup: &Setup, load: &Load) {
    let is_long = || fs::metadata(setup.log()).is_ok_and(|meta| meta.len() > 5 << 18);
    let mut seen = String::new();
    loop {
        load.paused.store(false, Relaxed);
        wait_until("a long log", is_long);
        load.paused.store(true, Relaxed);
        wait_until("the writer to have nothing left", || {
            sleep(Duration::from_millis(500));
            let now = setup.status("log_records");
            std::mem::replace(&mut seen, now.clone()) == now
        });
        // it may have been rotated before all was written
        if is_long() {
            return;
        }
    }
}

/// Sends what is looked for, and is rare.
fn message(setup: &Setup, text: &str) {
    setup.ctl_ok(&format!("-m {text}"));
    let has_it = |path: &PathBuf| fs::read_to_string(path).unwrap_or_default().contains(text);
    wait_until("a message", || archives(&setup.log()).iter().any(has_it));
}

#[test]
fn the_index_follows_the_log_through_rotations_and_a_crash() {
    let Some(_kernel) = Kernel::take() else { return };
    let setup = Setup::new("backend = netlink\nindex_logs = yes\n");
    setup.auditd_conf("num_logs = 50\nmax_log_file = 2\n");
    let load = Load::new(1);
    let daemon = Daemon::start(&setup);
    message(&setup, "the-first");
    setup.ctl_ok(&rule());
    let daemon = std::thread::scope(|scope| {
        scope.spawn(|| load.run());
        let _stops = Stops(&load);
        wait_until("two rotations", || archives(&setup.log()).len() > 2);
        // while it is written: an event is found that was just recorded
        let mut newest = None;
        wait_until("an event in the log", || {
            newest = fs::read_to_string(setup.log()).ok().and_then(|text| stamps_in(&text).pop());
            newest.is_some()
        });
        let stamp = newest.unwrap();
        let (answer, _) = found(&setup.path("log"), &["-a", stamp.rsplit_once(':').unwrap().1]);
        assert!(answer.contains(&format!("type=SYSCALL msg=audit({stamp})")), "{answer}");
        quiet(&setup, &load);
        all_is_indexed(&setup);
        answers_are_the_same(&setup);
        // a crash; what somebody adds meanwhile is not in the index
        load.paused.store(false, Relaxed);
        load.wait(2000);
        daemon.kill();
        let text = "node=x type=USER msg=audit(1700000000.000:77): pid=1 uid=0 msg='op=added-meanwhile res=success'\n";
        let torn = "type=SYSCALL msg=audit(1700000000.000:78): arch=c0";
        OpenOptions::new().append(true).open(setup.log()).unwrap().write_all([text, torn].concat().as_bytes()).unwrap();
        let (answer, code) = found(&setup.path("log"), &["-a", "77"]);
        assert!(answer.contains("added-meanwhile") && code == Some(0), "{answer}");
        answers_are_the_same(&setup);
        let daemon = Daemon::start(&setup);
        load.wait(2000);
        message(&setup, "the-last");
        daemon.signal(SIGUSR1);
        quiet(&setup, &load);
        all_is_indexed(&setup);
        answers_are_the_same(&setup);
        daemon
    });
    // one whose log was written over
    let archive = setup.path("log/audit.log.2");
    let mut text = fs::read_to_string(&archive).unwrap();
    text = text.replace(KEY, "key=\"lost\"");
    fs::write(&archive, text).unwrap();
    answers_are_the_same(&setup);
    setup.ctl_ok("-D");
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    assert!(!ended.said.contains("index"), "{}", ended.said);
}
