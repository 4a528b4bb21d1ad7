//! audisp-af_unix, as a dispatcher runs it: records on its standard input, readers at its socket.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, helpers included"
)]

mod raudispd;
mod sink;

use nix::sys::signal;
use nix::unistd::Pid;
use raudispd::{numbered, records};
use sink::{Fixture, Sink, collect};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

const PROGRAM: &str = "audisp-af_unix";

/// A socket in a directory of its own.
fn fixture() -> (Fixture, String) {
    let fixture = Fixture::new();
    let path = fixture.path("events").display().to_string();
    (fixture, path)
}

fn start(fixture: &Fixture, args: &[&str]) -> Sink {
    let sink = Sink::start(fixture, PROGRAM, args);
    sink.wait_for("listening at");
    sink
}

fn connect(sink: &Sink, path: &str, readers: usize) -> UnixStream {
    let reader = UnixStream::connect(path).unwrap();
    reader.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    sink.wait_for_times(" connected", readers);
    reader
}

/// What a reader gets as text of `numbered`.
fn lines(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("type=PATH msg=audit(1.000:{n}): x\n")).collect()
}

fn read(reader: &mut UnixStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    reader.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_form_of_the_arguments_gives_its_bytes() {
    let (fixture, path) = fixture();
    let (frames, text) = records();
    for (args, mode, expected) in [
        (&["0640", &path][..], 0o640, &text),
        (&[&path, "0600"], 0o600, &text),
        (&["0666", &path, "string"], 0o666, &text),
        (&["0640", &path, "binary"], 0o640, &frames),
        (&["binary", "0660", "2000", &path], 0o660, &frames),
        (&["0640", &path, "string", "1000"], 0o640, &text),
        (&[&path], 0o640, &text),
    ] {
        let mut sink = start(&fixture, args);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, mode, "{args:?}");
        let mut reader = connect(&sink, &path, 1);
        sink.send(&frames);
        let bytes = read(&mut reader, expected.len());
        assert_eq!(bytes, *expected, "{args:?}");
        let end = sink.end();
        assert_eq!(end.code, Some(0), "{}", end.said);
        assert_eq!(collect(&mut reader), b"", "{args:?}");
        assert!(!fs::exists(&path).unwrap(), "the socket is removed");
    }
}

#[test]
fn text_is_taken_as_well_and_given_as_lines_or_frames() {
    let (fixture, path) = fixture();
    let text = "type=CWD msg=audit(1.000:1): cwd=\"/\"\nnode=a type=PATH msg=audit(1.000:2): item=0\n";
    for (format, expected) in [("string", text.as_bytes().to_vec()), ("binary", frames_of(text))] {
        let mut sink = start(&fixture, &["0640", &path, format]);
        let mut reader = connect(&sink, &path, 1);
        sink.send(text.as_bytes());
        assert_eq!(read(&mut reader, expected.len()), expected, "{format}");
        assert_eq!(sink.end().code, Some(0));
    }
}

fn frames_of(text: &str) -> Vec<u8> {
    let mut frames = Vec::new();
    for (line, kind) in text.lines().zip([1307u32, 1302]) {
        for number in [1, 16, kind, line.len() as u32] {
            frames.extend_from_slice(&number.to_ne_bytes());
        }
        frames.extend_from_slice(line.as_bytes());
    }
    frames
}

#[test]
fn every_reader_gets_all_and_one_that_does_not_read_loses_its_own() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path, "string", "20000"]);
    let good: Vec<UnixStream> = (1..=3).map(|n| connect(&sink, &path, n)).collect();
    let mut deaf = connect(&sink, &path, 4);
    let count = 60_000;
    let readers: Vec<_> = good.into_iter().map(|mut reader| std::thread::spawn(move || collect(&mut reader))).collect();
    let start = Instant::now();
    sink.send(&numbered(0, count));
    let end = sink.end();
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    let expected = lines(0, count);
    for reader in readers {
        let bytes = reader.join().unwrap();
        assert!(bytes == expected.as_bytes(), "{} bytes of {}: {}", bytes.len(), expected.len(), end.said);
    }
    let got = collect(&mut deaf);
    assert!(expected.as_bytes().starts_with(&got[..got.len() / 2]) && got.len() < expected.len() / 2);
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(end.said.contains("records lost so far: it does not read them in time"), "{}", end.said);
    let lost = format!("{} records lost by readers", count - end.delivered_least());
    assert!(end.said.contains(&lost), "{lost}: {}", end.said);
    assert!(end.said.matches("lost so far").count() <= 3, "{}", end.said);
}

#[test]
fn what_nobody_has_read_waits_for_the_next_reader() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path, "string", "100"]);
    sink.send(&numbered(0, 150));
    sink.wait_until_read();
    // The newest 100 of them; a second reader, beside the first, gets what comes from now on.
    let mut first = UnixStream::connect(&path).unwrap();
    let expected = lines(50, 100);
    assert_eq!(String::from_utf8(read(&mut first, expected.len())).unwrap(), expected);
    let mut second = connect(&sink, &path, 2);
    sink.send(&numbered(150, 5));
    assert_eq!(read(&mut second, lines(150, 5).len()), lines(150, 5).as_bytes());
    drop((first, second));
    sink.wait_for_times("disconnected: ", 2);
    // A reader that comes again has missed nothing.
    sink.send(&numbered(155, 5));
    let mut again = connect(&sink, &path, 3);
    assert_eq!(read(&mut again, lines(155, 5).len()), lines(155, 5).as_bytes());
    assert_eq!(sink.end().code, Some(0));
}

#[test]
fn a_reader_that_leaves_in_the_middle_leaves_whole_records_to_the_next() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path, "string", "5000"]);
    let reader = connect(&sink, &path, 1);
    sink.send(&numbered(0, 20_000));
    sink.wait_until_read();
    // Another comes and goes when all that was read is queued, or lost.
    drop(connect(&sink, &path, 2));
    sink.wait_for("disconnected: ");
    drop(reader);
    sink.wait_for("5000 unread");
    let mut next = connect(&sink, &path, 3);
    let bytes = std::thread::spawn(move || collect(&mut next));
    let end = sink.end();
    let text = String::from_utf8(bytes.join().unwrap()).unwrap();
    let left = end.said.lines().find(|line| line.ends_with("5000 unread")).unwrap();
    let delivered = left.split_once("disconnected: ").unwrap().1.split(' ').next().unwrap().parse().unwrap();
    assert_eq!(text, lines(delivered, 5000), "{}", end.said);
}

#[test]
fn a_socket_left_behind_is_replaced_and_nothing_else() {
    let (fixture, path) = fixture();
    drop(UnixListener::bind(&path).unwrap());
    let mut sink = start(&fixture, &["0640", &path]);
    // Killed, and started again.
    sink.signal("KILL");
    assert_eq!(sink.wait().code, None);
    assert!(fs::exists(&path).unwrap());
    sink = start(&fixture, &["0640", &path]);
    let mut reader = connect(&sink, &path, 1);
    sink.send(&numbered(0, 1));
    assert_eq!(read(&mut reader, lines(0, 1).len()), lines(0, 1).as_bytes());
    let second = Sink::start(&fixture, PROGRAM, &["0640", &path]).wait();
    assert_eq!(second.code, Some(1));
    assert!(second.said.contains("another process listens there"), "{}", second.said);
    assert_eq!(sink.end().code, Some(0));
    fs::write(&path, "a file").unwrap();
    let end = Sink::start(&fixture, PROGRAM, &["0640", &path]).wait();
    assert_eq!((end.code, fs::read(&path).unwrap()), (Some(1), b"a file".to_vec()));
    assert!(end.said.contains("no socket"), "{}", end.said);
}

#[test]
fn wrong_arguments_are_told() {
    let (fixture, path) = fixture();
    let end = Sink::start(&fixture, PROGRAM, &["0640", "/nowhere/at/all/events"]).wait();
    assert_eq!(end.code, Some(1));
    assert!(end.said.starts_with("audisp-af_unix: cannot open /nowhere/at/all"), "{}", end.said);
    let sink = start(&fixture, &["0999", &path, "text"]);
    let end = sink.end();
    assert_eq!(end.code, Some(0));
    assert!(end.said.contains("argument \"0999\"") && end.said.contains("argument \"text\""), "{}", end.said);
    let mut sink = start(&fixture, &["0640", &path]);
    sink.send(b"GET / HTTP/1.1\r\n\r\n");
    let end = sink.wait();
    assert_eq!(end.code, Some(1));
    assert!(end.said.contains("neither audit frames nor lines"), "{}", end.said);
    assert!(!fs::exists(&path).unwrap());
}

#[test]
fn the_end_waits_for_readers_a_bounded_time() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path, "string", "100000"]);
    let deaf = connect(&sink, &path, 1);
    let mut slow = connect(&sink, &path, 2);
    sink.send(&numbered(0, 20_000));
    let slow = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        collect(&mut slow)
    });
    let end = sink.end();
    assert_eq!(slow.join().unwrap(), lines(0, 20_000).as_bytes(), "{}", end.said);
    assert!(end.took < Duration::from_secs(15), "{:?}", end.took);
    assert!(end.said.contains(" unread"), "{}", end.said);
    drop(deaf);
}

#[test]
fn sigterm_of_the_dispatcher_ends_it_after_what_was_sent_and_anybody_elses_does_not() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path]);
    let mut reader = connect(&sink, &path, 1);
    sink.signal("TERM");
    sink.signal("HUP");
    sink.send(&numbered(0, 300));
    assert_eq!(read(&mut reader, lines(0, 300).len()), lines(0, 300).as_bytes(), "it lives");
    sink.send(&numbered(300, 300));
    signal::kill(Pid::from_raw(sink.pid() as i32), signal::Signal::SIGTERM).unwrap();
    let end = sink.wait();
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert_eq!(collect(&mut reader), lines(300, 300).as_bytes(), "{}", end.said);
}

#[test]
fn a_reader_may_write_and_shut_down_its_side() {
    let (fixture, path) = fixture();
    let mut sink = start(&fixture, &["0640", &path]);
    let mut reader = connect(&sink, &path, 1);
    reader.write_all(&[b'x'; 1000]).unwrap();
    reader.shutdown(std::net::Shutdown::Write).unwrap();
    sink.send(&numbered(0, 3));
    assert_eq!(read(&mut reader, lines(0, 3).len()), lines(0, 3).as_bytes());
    assert_eq!(sink.end().code, Some(0));
}

#[test]
fn usr1_writes_a_state_report() {
    let (fixture, path) = fixture();
    let Some(sink) = Sink::start_in_namespace(&fixture, PROGRAM, &["0640", &path, "string", "77"], "") else { return };
    sink.wait_for("listening at");
    let _reader = connect(&sink, &path, 1);
    let report = fixture.path("run/af_unix.state");
    sink.signal("USR1");
    fixture.wait_until(|| fs::read_to_string(&report).is_ok_and(|text| text.contains("records_dropped")));
    let text = fs::read_to_string(&report).unwrap();
    assert!(
        text.contains("\nclient_connected = yes\nqueue_length = 0\nmax_queue_length = 0\nqueue_size = 77\n"),
        "{text}"
    );
    assert_eq!(fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(sink.end().code, Some(0));
}
