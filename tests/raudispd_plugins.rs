//! raudispd with real plugins: shell scripts and cat.

mod raudispd;

use raudispd::{Dispatcher, Scratch, numbered, records};
use std::fs;
use std::time::{Duration, Instant};

#[test]
fn string_and_binary_plugins_get_their_formats_to_the_byte() {
    let Some(scratch) = Scratch::new() else { return };
    let (text, binary) = (scratch.cat("text", "string"), scratch.cat("binary", "binary"));
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    let (frames, lines) = records();
    dispatcher.send(&frames);
    let end = dispatcher.end();
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert_eq!(String::from_utf8(fs::read(text).unwrap()), String::from_utf8(lines));
    assert_eq!(fs::read(binary).unwrap(), frames);
}

#[test]
fn a_plugin_starts_as_under_auditd() {
    let Some(scratch) = Scratch::new() else { return };
    let out = scratch.path("out");
    // The status is read by the shell itself: it blocks signals while it starts another program.
    let script = format!(
        "exec > {0}.part 2>/dev/null; echo \"$0 $*\"; /usr/bin/env; /bin/ls /proc/$$/fd; \
         while read -r line; do case \"$line\" in Sig[BI]*) echo \"$line\"; esac; done < /proc/$$/status; \
         /bin/mv {0}.part {0}; exec /bin/cat > /dev/null",
        out.display()
    );
    let program = scratch.plugin("p", "string", &script, "args = one  two 3\n");
    // raudispd itself is started with an open descriptor and with signals ignored, as a daemon might.
    let dispatcher = Dispatcher::start_by("trap '' TERM HUP USR1; exec 7</etc/passwd;", &scratch, &[]);
    scratch.wait_for(&out);
    assert_eq!(dispatcher.end().code, Some(0));
    let text = fs::read_to_string(out).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap(), format!("{} one two 3", program.display()));
    // What a shell sets by itself; descriptor 10 is the script it reads.
    let mut rest: Vec<&str> =
        lines.filter(|l| !["PWD=", "SHLVL=", "_="].iter().any(|own| l.starts_with(own))).collect();
    let ignored = rest.pop().and_then(|line| line.strip_prefix("SigIgn:\t")).unwrap();
    // Under auditd 3.0.9 it is fffffffefffafeff for those of the start, and without HUP, USR1, USR2, TERM and CONT for those that are
    // started again. Signals 32 and 33 are the C library's own: it lets nobody change them.
    let all = 0xffff_ffff_fffa_feff_u64;
    let acts = [1, 10, 12, 15, 18].iter().fold(0_u64, |mask, number| mask | 1 << (number - 1));
    let own = 3 << 31;
    assert_eq!(u64::from_str_radix(ignored, 16).unwrap() & !own, all & !acts & !own, "{ignored}");
    assert_eq!(rest, ["0", "1", "10", "2", "SigBlk:\t0000000000000000"]);
}

#[test]
fn a_plugin_that_dies_is_started_again_and_loses_nothing() {
    let Some(scratch) = Scratch::new() else { return };
    let (out, pid) = (scratch.path("out"), scratch.path("pid"));
    let script =
        format!("echo $$ > {0}.part; /bin/mv {0}.part {0}; exec /bin/cat >> {1}", pid.display(), out.display());
    scratch.plugin("p", "string", &script, "");
    scratch.auditd_conf("max_restarts = 3\n");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    for round in 0..4 {
        dispatcher.send(&numbered(round * 10, 10));
        scratch.wait_until(|| fs::read_to_string(&out).is_ok_and(|text| text.lines().count() == (round + 1) * 10));
        let id = fs::read_to_string(&pid).unwrap();
        fs::remove_file(&pid).unwrap();
        raudispd::kill(id.trim(), "KILL");
        scratch.wait_until(|| raudispd::is_dead(id.trim()));
    }
    // One more than allowed: these are lost, and it says so.
    dispatcher.send(&numbered(40, 10));
    let end = dispatcher.end();
    let expected: Vec<String> = (0..40).map(|n| format!("type=PATH msg=audit(1.000:{n}): x")).collect();
    assert_eq!(fs::read_to_string(&out).unwrap().lines().collect::<Vec<_>>(), expected);
    assert_eq!(end.said.matches("plugin p terminated unexpectedly").count(), 4, "{}", end.said);
    assert_eq!(end.said.matches("plugin p was restarted").count(), 3, "{}", end.said);
    assert!(end.said.contains("plugin p has exceeded max_restarts"), "{}", end.said);
    assert!(end.said.contains("plugin p: 10 events lost, 40 delivered"), "{}", end.said);
    assert_eq!(end.code, Some(0));
}

#[test]
fn plugins_that_never_read_lose_their_own_events_only_and_are_counted() {
    let Some(scratch) = Scratch::new() else { return };
    let good = scratch.cat("good", "binary");
    scratch.plugin("deaf", "string", "exec /bin/sleep 1000", "");
    scratch.plugin("stubborn", "string", "trap '' TERM; while :; do /bin/sleep 1; done", "");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    let mut sent = Vec::new();
    let mut sending = Duration::ZERO;
    // The good one may lag behind, but on a busy machine not by more than its queue holds.
    let has_read = |bytes: usize| fs::metadata(&good).is_ok_and(|meta| meta.len() >= bytes as u64);
    for part in 0..100 {
        let frames = numbered(part * 3000, 3000);
        let start = Instant::now();
        dispatcher.send(&frames);
        sending += start.elapsed();
        scratch.wait_until(|| has_read(sent.len().saturating_sub(10 * frames.len())));
        sent.extend_from_slice(&frames);
    }
    scratch.wait_until(|| has_read(sent.len()));
    let end = dispatcher.end();
    assert_eq!(fs::read(&good).unwrap(), sent, "the plugin that reads gets all");
    assert!(sending < Duration::from_secs(5), "the sender waited {sending:?}");
    assert!(end.took < Duration::from_secs(8), "ended after {:?}", end.took);
    for name in ["deaf", "stubborn"] {
        let (lost, delivered) = end.counts(name);
        assert_eq!(lost + delivered, 300_000, "{}", end.said);
        assert!(lost > 200_000, "{}", end.said);
        // One message when it began, one at the end, and in between one every ten seconds at most.
        assert!(end.said.matches(&format!("plugin {name}: ")).count() <= 4, "{}", end.said);
    }
    assert!(!end.said.contains("plugin good: "));
}

#[test]
fn a_hundred_thousand_events_reach_two_plugins() {
    let Some(scratch) = Scratch::new() else { return };
    let (one, two) = (scratch.cat("one", "string"), scratch.cat("two", "binary"));
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    let frames = numbered(0, 100_000);
    let start = Instant::now();
    dispatcher.send(&frames);
    let end = dispatcher.end();
    eprintln!("100,000 events to two plugins in {:?}", start.elapsed());
    assert_eq!(fs::read(two).unwrap(), frames, "{}", end.said);
    let text = fs::read_to_string(one).unwrap();
    assert_eq!(text.lines().count(), 100_000);
    assert!(text.lines().enumerate().all(|(n, line)| line == format!("type=PATH msg=audit(1.000:{n}): x")));
    assert_eq!(end.code, Some(0));
}

#[test]
fn hup_reads_plugins_again_and_keeps_the_old_ones_if_they_are_wrong() {
    let Some(scratch) = Scratch::new() else { return };
    let first = scratch.cat("first", "string");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(0, 5));
    // Else the signal may overtake them, and the second plugin gets them too.
    scratch.wait_until(|| fs::read_to_string(&first).is_ok_and(|text| text.lines().count() == 5));
    let second = scratch.cat("second", "string");
    dispatcher.signal_and_wait_for("HUP", "2 active plugins");
    dispatcher.send(&numbered(5, 5));
    fs::write(scratch.path("plugins.d/third.conf"), "nonsense\n").unwrap();
    dispatcher.signal_and_wait_for("HUP", "third.conf:1");
    dispatcher.send(&numbered(10, 5));
    // a directory that is away for a moment
    fs::rename(scratch.path("plugins.d"), scratch.path("away")).unwrap();
    dispatcher.signal_and_wait_for("HUP", "plugins.d: cannot open directory");
    dispatcher.send(&numbered(15, 5));
    let end = dispatcher.end();
    let count = |path| fs::read_to_string(path).unwrap().lines().count();
    assert_eq!((count(first), count(second)), (20, 15), "{}", end.said);
    assert_eq!(end.said.matches("all plugins stay as they are").count(), 2, "{}", end.said);
}

#[test]
fn overflow_action_suspend_stops_queueing_until_usr2() {
    let Some(scratch) = Scratch::new() else { return };
    scratch.plugin("deaf", "string", "exec /bin/sleep 1000", "");
    scratch.auditd_conf("q_depth = 1\noverflow_action = suspend\n");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(0, 20_000));
    dispatcher.wait_for("plugin deaf: its queue is full, it gets no more events until resumed");
    dispatcher.signal_and_wait_for("USR2", "plugin deaf gets events again");
    assert_eq!(dispatcher.end().code, Some(0));
}

#[test]
fn sigterm_delivers_what_is_under_way_and_ends() {
    let Some(scratch) = Scratch::new() else { return };
    let out = scratch.cat("p", "binary");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    let frames = numbered(0, 1000);
    dispatcher.send(&frames);
    dispatcher.wait_for("1 active plugins");
    dispatcher.signal("TERM");
    let end = dispatcher.wait();
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(end.took < Duration::from_secs(5), "{:?}", end.took);
    assert_eq!(fs::read(out).unwrap(), frames);
}
