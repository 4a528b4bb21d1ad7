//! audisp-remote against collectors of every sort, and beside Debian's.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

#[path = "sink_remote/collector.rs"]
mod collector;
#[path = "raudispd/mod.rs"]
mod raudispd;
#[path = "sink_remote/sender.rs"]
mod sender;
#[path = "sink_remote/tls.rs"]
mod tls;

use collector::{Collector, Reply};
use nix::sys::signal::Signal;
use raudit_remote::protocol::kind;
use sender::{Scratch, wait_until};
use std::fs;
use std::net::TcpListener;

fn record(n: usize) -> String {
    format!("node=here type=USER msg=audit(1700000000.123:{n}): pid=1 uid=0 msg='op=test n={n}'\u{1d}UID=\"root\"")
}

fn records(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(record).collect()
}

/// What a collector gets for them.
fn lines(from: usize, count: usize) -> Vec<String> {
    records(from, count).iter().map(|line| line.clone() + "\n").collect()
}

/// A port nobody listens on.
fn closed_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// Input with all that is special: other kinds of records, ends of events, one that is long.
fn mixed() -> Vec<String> {
    let mut lines = records(0, 400);
    lines.insert(3, "type=EOE msg=audit(1700000000.123:3): ".into());
    lines.insert(5, "node=here type=EOE msg=audit(1700000000.123:4): ".into());
    lines.insert(7, "type=CWD msg=audit(1700000000.123:4): cwd=\"/\"".into());
    lines.insert(9, format!("type=EXECVE msg=audit(1700000000.123:4): a0=\"{}\"", "x".repeat(8000)));
    lines
}

#[test]
fn records_arrive_once_in_order_and_numbered() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| if n % 100 == 50 { Reply::Slow } else { Reply::Ack });
    // fewer than are read at once: input waits for room, and nothing is lost
    let own = closed_port();
    scratch.conf(collector.port, &format!("queue_depth = 7\nlocal_port = {own}"));
    let mut sender = scratch.ours();
    sender.feed(&mixed());
    let (code, said) = sender.end();
    assert_eq!(code, Some(0), "{said}");
    let expected: Vec<String> =
        mixed().into_iter().filter(|line| !line.contains("type=EOE")).map(|line| line + "\n").collect();
    assert!(collector.stored() == expected, "{} of {}: {said}", collector.stored().len(), expected.len());
    collector.heard(|heard| {
        assert_eq!(heard.ports, [own]);
        assert!(heard.messages.iter().map(|m| m.sequence).eq(2..2 + expected.len() as u32));
        assert!(heard.messages.iter().all(|m| m.kind == kind::MESSAGE));
    });
    assert!(said.contains("connected to 127.0.0.1") && !said.contains("lost"), "{said}");
}

#[test]
fn bytes_are_those_of_debians() {
    let Some(scratch) = Scratch::new() else { return };
    let mut streams = Vec::new();
    for settings in ["queue_depth = 5000", "mode = forward", "format = managed\nheartbeat_timeout = 100"] {
        for is_theirs in [true, false] {
            let collector = Collector::start(|_, _| Reply::Ack);
            let file = scratch.path(&format!("queue{is_theirs}"));
            scratch.conf(collector.port, &format!("queue_file = {}\n{settings}", file.display()));
            let mut sender = if is_theirs {
                let Some(sender) = scratch.theirs() else { return };
                sender
            } else {
                scratch.ours()
            };
            sender.feed(&mixed());
            let (code, said) = sender.end();
            assert_eq!(code, Some(0), "{said}");
            streams.push(collector.heard(|heard| heard.streams.concat()));
        }
    }
    println!("{} bytes compared {} times", streams[0].len(), streams.len() / 2);
    assert!(streams.chunks(2).all(|pair| pair[0] == pair[1]), "they differ");
}

#[test]
fn attempts_are_those_of_debians() {
    let Some(scratch) = Scratch::new() else { return };
    let answers: [fn(usize) -> Reply; 5] = [
        |_| Reply::Close,
        |n| if n % 5 == 2 { Reply::WrongSequence } else { Reply::Ack },
        |n| if n % 7 == 3 { Reply::CloseWithin } else { Reply::Ack },
        |n| if n % 3 == 1 { Reply::Other(0x6000_0077, "no") } else { Reply::Ack },
        |n| if n % 3 == 1 { Reply::Other(0x5000_0077, "hm") } else { Reply::Other(kind::DISK_LOW, "low") },
    ];
    for (case, answer) in answers.into_iter().enumerate() {
        let mut both = Vec::new();
        for is_theirs in [true, false] {
            let collector = Collector::start(move |n, _| answer(n));
            scratch.conf(collector.port, "max_time_per_record = 30");
            let sender = if is_theirs { scratch.theirs() } else { Some(scratch.ours()) };
            let Some(mut sender) = sender else { return };
            sender.feed(&records(0, 50));
            let (code, _) = sender.end();
            both.push((code, collector.heard(|heard| heard.messages.clone())));
        }
        assert!(both[0] == both[1], "case {case}: {both:#?}");
    }
}

#[test]
fn the_dispatcher_runs_it_as_a_plugin() {
    let Some(scratch) = Scratch::new() else { return };
    let Some(host) = raudispd::Scratch::new() else { return };
    let collector = Collector::start(|_, _| Reply::Ack);
    scratch.conf(collector.port, "");
    let program = host.path("audisp-remote");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_raudispd"), &program).unwrap();
    let args = format!("-c {} -s {}", scratch.path("etc/audit").display(), scratch.path("state").display());
    let plugin = format!("active = yes\npath = {}\nargs = {args}\nformat = string\n", program.display());
    for format in ["string", "binary"] {
        fs::write(host.path("plugins.d/au-remote.conf"), plugin.replace("string", format)).unwrap();
        let before = collector.stored().len();
        let mut dispatcher = raudispd::Dispatcher::start(&host, &[]);
        dispatcher.send(&raudispd::numbered(0, 2000));
        wait_until("all records", || collector.stored().len() == before + 2000);
        let ended = dispatcher.end();
        assert!(ended.code == Some(0) && !ended.said.contains("lost"), "{}", ended.said);
    }
    let expected = (0..2000).map(|n| format!("type=PATH msg=audit(1.000:{n}): x\n"));
    assert!(collector.stored().iter().cloned().eq(expected.clone().chain(expected)));
}

#[test]
fn what_goes_wrong_on_the_way_costs_nothing() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| match n {
        10 => Reply::Close,
        20 => Reply::CloseWithin,
        30 => Reply::Garbage,
        40 => Reply::WrongSequence,
        50 => Reply::Silence,
        60 => Reply::Other(kind::ENDING, "bye"),
        70 => Reply::Other(kind::DISK_LOW, "low"),
        80 => Reply::Other(kind::DISK_FULL, "full"),
        _ => Reply::Ack,
    });
    let port = collector.port;
    scratch.conf_forward(port, "max_time_per_record = 2\nnetwork_failure_action = syslog");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 100));
    wait_until("a hundred records", || collector.stored().len() == 100);
    // nobody is there for a while
    let heard = collector.stop();
    sender.feed(&records(100, 50));
    sender.wait_for("cannot connect to 127.0.0.1");
    wait_until("the queue file", || scratch.queued() == 50);
    let collector = Collector::start_on(port, heard, |_, _| Reply::Ack);
    wait_until("all records", || collector.stored().len() >= 150);
    let (code, said) = sender.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(collector.stored() == lines(0, 150), "{said}");
    for text in [
        "has closed the connection",
        "lost/losing sync, bad magic number",
        "lost/losing sync, mismatched response",
        "ack from 127.0.0.1 timed out",
        "disconnected due to remote server is going down, bye, will attempt to connect again",
        "remote server's disk is full, full",
    ] {
        assert!(said.contains(text), "{text} is not in {said}");
    }
    assert!(!said.contains("lost so far"), "{said}");
}

#[test]
fn a_killed_sender_loses_nothing_that_was_queued() {
    let Some(scratch) = Scratch::new() else { return };
    scratch.conf_forward(closed_port(), "");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 200));
    wait_until("the queue file", || scratch.path("queue").exists() && scratch.queued() == 200);
    let second = scratch.ours().end();
    assert_eq!(second.0, Some(1));
    assert!(second.1.contains("in use by another process"), "{}", second.1);
    sender.kill();
    let collector = Collector::start(|_, _| Reply::Ack);
    scratch.conf_forward(collector.port, "queue_depth = 250");
    let (code, said) = scratch.ours().end();
    assert_eq!(code, Some(0), "{said}");
    assert!(collector.stored() == lines(0, 200), "{said}");
}

#[test]
fn queue_files_go_both_ways() {
    let Some(scratch) = Scratch::new() else { return };
    // theirs leaves records, ours sends them
    scratch.conf_forward(closed_port(), "");
    let Some(mut sender) = scratch.theirs() else { return };
    sender.feed(&records(0, 120));
    assert_eq!(sender.end().0, Some(1));
    assert_eq!(scratch.queued(), 120);
    let collector = Collector::start(|_, _| Reply::Ack);
    scratch.conf_forward(collector.port, "");
    let (code, said) = scratch.ours().end();
    assert!(code == Some(0) && collector.stored() == lines(0, 120), "{said}");
    // ours leaves records, beyond the ring's end, and theirs sends them when another comes
    scratch.conf_forward(closed_port(), "");
    let mut sender = scratch.ours();
    sender.feed(&records(200, 250));
    let (code, said) = sender.end();
    assert!(code == Some(1) && said.contains("250 records stay in"), "{said}");
    let collector = Collector::start(|_, _| Reply::Ack);
    scratch.conf_forward(collector.port, "");
    let mut sender = scratch.theirs().unwrap();
    sender.feed(&records(450, 1));
    assert_eq!(sender.end().0, Some(0));
    assert_eq!(collector.stored(), lines(200, 251));
    assert_eq!(scratch.queued(), 0);
}

#[test]
fn an_overflow_is_counted_and_input_goes_on() {
    let Some(scratch) = Scratch::new() else { return };
    for (action, told) in [("syslog", "queue is full - dropping records"), ("ignore", "records lost in all")] {
        scratch.conf(closed_port(), &format!("queue_depth = 5\noverflow_action = {action}"));
        let mut sender = scratch.ours();
        sender.feed(&records(0, 1));
        sender.wait_for("cannot connect");
        sender.feed(&records(1, 5000));
        sender.feed(&["no record at all".into(), format!("type=USER {}", "x".repeat(20_000))]);
        let (code, said) = sender.end();
        assert_eq!(code, Some(1));
        assert!(said.contains(told) && said.contains("5003 records lost in all"), "{said}");
        assert!(said.contains("too long, and cut to 8969 bytes: 1 records"), "{said}");
    }
}

#[test]
fn refusals_have_their_actions() {
    let Some(scratch) = Scratch::new() else { return };
    let out = scratch.path("out");
    let program = scratch.program("program", &format!("echo \"$1\" >> {}", out.display()));
    let exec = |key: &str| format!("{key} = exec {}\n", program.display());
    let collector = Collector::start(|n, _| match n {
        1 => Reply::Other(kind::DISK_LOW, "one"),
        2 => Reply::Other(kind::DISK_FULL, "two"),
        3 => Reply::Other(kind::DISK_ERROR, "three"),
        4 => Reply::Other(0x6000_0077, "four"),
        5 => Reply::Other(0x5000_0077, "five"),
        6 => Reply::Other(kind::ENDING, "six"),
        _ => Reply::Ack,
    });
    let keys = ["disk_low_action", "disk_full_action", "disk_error_action", "generic_error_action"];
    scratch.conf(collector.port, &(keys.map(exec).concat() + &exec("generic_warning_action")));
    let mut sender = scratch.ours();
    sender.feed(&records(0, 10));
    wait_until("the rest", || collector.heard(|heard| heard.messages.len() == 11));
    let (code, said) = sender.end();
    assert_eq!(code, Some(0), "{said}");
    // disk_low stored it; the next three are given up, as the manual says; the one that was sent while it ended comes again
    let numbers: Vec<String> = [0, 1, 6, 7, 8, 9].into_iter().map(|n| record(n) + "\n").collect();
    assert_eq!(collector.stored(), numbers);
    assert!(said.contains("3 records lost in all"), "{said}");
    let runs = || fs::read_to_string(&out).unwrap_or_default();
    wait_until("the programs", || runs().lines().count() == 5);
    let mut told: Vec<String> = runs().lines().map(str::to_owned).collect();
    told.sort_unstable();
    assert_eq!(told, ["five", "four", "one", "three", "two"]);
}

#[test]
fn a_failing_network_stops_by_default_after_so_many_tries() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| if n == 0 { Reply::Ack } else { Reply::Close });
    scratch.conf(collector.port, "max_time_per_record = 30");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 2));
    let (code, said) = sender.wait();
    assert_eq!(code, Some(1));
    assert!(said.contains("stopping remote logging due to network failure, max retries exhausted"), "{said}");
    assert!(said.contains("1 records lost in all"), "{said}");
    // the first and three more, as auditd's
    let sequences = collector.heard(|heard| heard.messages.iter().map(|m| m.sequence).collect::<Vec<_>>());
    assert_eq!(sequences, [2, 3, 3, 3, 3]);
}

#[test]
fn signals_report_resume_and_connect_anew() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| if n == 3 { Reply::Other(kind::DISK_ERROR, "oh") } else { Reply::Ack });
    scratch.conf(collector.port, "disk_error_action = suspend");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 9));
    sender.wait_for("suspending remote logging due to remote server has a disk error, oh");
    let state = || fs::read_to_string(scratch.path("state")).unwrap_or_default();
    let status = fs::read_to_string(format!("/proc/{}/status", sender.pid())).unwrap();
    assert!(status.contains("CapEff:\t0000000000000000") && status.contains("CapPrm:\t0000000000000000"), "{status}");
    sender.signal(Signal::SIGUSR1);
    wait_until("the state", || state().contains("records_lost"));
    let expected = ["suspend = yes", "transport_ok = no", "queue_length = 6", "queue_depth = 2048", "records_lost = 0"];
    assert!(expected.iter().all(|line| state().lines().any(|found| found == *line)), "{}", state());
    sender.signal(Signal::SIGUSR2);
    wait_until("the rest", || collector.stored().len() == 9);
    let before = collector.heard(|heard| heard.streams.len());
    sender.signal(Signal::SIGHUP);
    sender.wait_for("connecting anew");
    sender.feed(&records(9, 1));
    wait_until("one more", || collector.stored().len() == 10);
    assert_eq!(collector.heard(|heard| heard.streams.len()), before + 1);
    // from a process that is not its parent it would be nothing; from us it is the dispatcher's
    sender.signal(Signal::SIGTERM);
    let (code, said) = sender.wait();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(collector.stored(), lines(0, 10));
}

#[test]
fn what_was_handed_over_before_sigterm_is_sent() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| if n == 0 { Reply::Slow } else { Reply::Ack });
    scratch.conf(collector.port, "queue_depth = 3");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 1));
    sender.wait_for("connected to");
    sender.feed(&records(1, 300));
    sender.signal(Signal::SIGTERM);
    let (code, said) = sender.wait();
    assert!(code == Some(0) && collector.stored() == lines(0, 301), "{said}");
}

#[test]
fn heartbeats_are_sent_when_nothing_else_is() {
    let Some(scratch) = Scratch::new() else { return };
    let collector = Collector::start(|n, _| if n == 2 { Reply::Silence } else { Reply::Ack });
    scratch.conf(collector.port, "heartbeat_timeout = 1\nmax_time_per_record = 1");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 1));
    wait_until("heartbeats", || collector.heard(|heard| heard.messages.len() >= 4));
    sender.feed(&records(1, 1));
    let (code, said) = sender.end();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(collector.stored(), lines(0, 2));
    let kinds: Vec<_> = collector.heard(|heard| heard.messages.iter().map(|m| (m.kind, m.sequence)).take(4).collect());
    let beat = |sequence| (kind::HEARTBEAT, sequence);
    assert_eq!(kinds, [(kind::MESSAGE, 2), beat(3), beat(4), beat(4)], "the last is the one before, tried again");
}

#[test]
fn a_collector_that_never_stops_talking_does_not_keep_it_from_ending() {
    let Some(scratch) = Scratch::new() else { return };
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    scratch.conf(listener.local_addr().unwrap().port(), "");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 1));
    let (mut stream, _) = listener.accept().unwrap();
    let flood = std::thread::spawn(move || {
        let mut answers = Vec::new();
        raudit_remote::protocol::push_message(&mut answers, kind::ACK, 2, &[b'x'; 8000]);
        while std::io::Write::write_all(&mut stream, &answers).is_ok() {}
    });
    sender.wait_for("connected to");
    sender.signal(Signal::SIGTERM);
    let (code, said) = sender.wait();
    // the record was acknowledged, or the acknowledgement came too late
    assert!(code.is_some_and(|code| code <= 1) && said.contains("ends, queue_size"), "{said}");
    flood.join().unwrap();
}

#[test]
fn lines_go_without_headers_and_a_closed_connection_ends_it() {
    let Some(scratch) = Scratch::new() else { return };
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    scratch.conf(listener.local_addr().unwrap().port(), "format = ascii");
    let mut sender = scratch.ours();
    sender.feed(&records(0, 1000));
    let (stream, _) = listener.accept().unwrap();
    let mut reader = std::io::BufReader::new(stream);
    for n in 0..1000 {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut reader, &mut line).unwrap();
        assert_eq!(line, record(n) + "\n");
    }
    drop(reader);
    let (code, said) = sender.wait();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("connection closed unexpectedly"), "{said}");
}

#[test]
fn what_is_wrong_is_said_in_a_line() {
    let Some(scratch) = Scratch::new() else { return };
    let file = scratch.path("broken");
    fs::write(&file, "not a queue").unwrap();
    let forward = format!("mode = forward\nqueue_file = {}", file.display());
    for (settings, expected, text) in [
        ("transport = krb5", 6, "transport = krb5 is not supported"),
        ("enable_krb5 = yes", 6, "transport = krb5 is not supported"),
        ("nosuch = 1", 6, "unknown keyword"),
        ("transport = tls\ntls_psk_identity = x\ntls_psk_file = /nosuch", 6, "audisp-remote.conf: "),
        ("format = ascii\nmode = forward", 6, "only with format = managed"),
        (&forward, 1, "cannot read its header"),
    ] {
        scratch.conf(1, settings);
        let (code, said) = scratch.ours().end();
        assert!(code == Some(expected) && said.contains(text) && said.lines().count() == 1, "{settings}: {said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "not a queue");
    scratch.conf(1, "");
    let mut sender = scratch.ours();
    sender.feed(&["\u{1}\u{2}\u{3}\u{4}garbage that is no frame of records".into()]);
    let (code, said) = sender.end();
    assert!(code == Some(1) && said.contains("not a stream of audit frames"), "{said}");
}
