//! audisp-syslog from outside: beside auditd's own on the same input, and to log hosts by RFC 5424.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

mod sink;

use sink::pipes::{Ended, Sink, is_root};
use std::fmt::Write as _;
use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use tempfile::TempDir;

/// A system log: gathers what comes to a datagram socket. A full one is waited for, and it holds ten datagrams only.
struct Log {
    dir: TempDir,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Log {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let socket = UnixDatagram::bind(dir.path().join("log")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let (mut all, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
            loop {
                // asked before reading: what was sent before the end is there
                let last = stopped.load(Ordering::SeqCst);
                match socket.recv(&mut buffer) {
                    Ok(n) => all.push(buffer[..n].to_vec()),
                    Err(error) if error.kind() == ErrorKind::WouldBlock && !last => {}
                    Err(_) => return all,
                }
            }
        });
        Self { dir, stop, thread }
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("log")
    }

    fn end(self) -> Vec<Vec<u8>> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// Without the time, which is fifteen bytes after the priority.
fn timeless(datagrams: Vec<Vec<u8>>) -> Vec<String> {
    let strip = |datagram: Vec<u8>| {
        let at = datagram.iter().position(|&byte| byte == b'>').unwrap() + 1;
        assert!(datagram[at + 15..].starts_with(b" "), "{datagram:?}");
        [&datagram[..at], &datagram[at + 15..]].concat().escape_ascii().to_string()
    };
    datagrams.into_iter().map(strip).collect()
}

/// Runs a program in a mount namespace of its own where /dev/log is the test's.
fn in_place_of_log(program: &Path, libraries: &str, args: &[&str], input: &[u8]) -> (Vec<String>, Ended) {
    let log = Log::new();
    let script = "mount -t tmpfs none /dev && : > /dev/log && mount --bind \"$0\" /dev/log && L=$1 && shift && \
                  LD_LIBRARY_PATH=$L exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", script]).arg(log.path()).arg(libraries).arg(program).args(args);
    let mut sink = Sink::spawn(command.env("TZ", "UTC"));
    sink.send(input);
    let ended = sink.end();
    (timeless(log.end()), ended)
}

/// Debian's audisp-syslog and its libraries.
fn oracle() -> Option<(PathBuf, String)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/oracle");
    let output = Command::new(script).output().unwrap();
    let root = String::from_utf8(output.stdout).unwrap().trim().to_owned();
    if !output.status.success() {
        eprintln!("SKIPPED: {}", String::from_utf8_lossy(&output.stderr).trim());
        return None;
    }
    let libraries = format!("{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu");
    Some((Path::new(&root).join("sbin/audisp-syslog"), libraries))
}

/// Ours by its name, in a directory.
fn ours(dir: &TempDir) -> PathBuf {
    let path = dir.path().join("audisp-syslog");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_raudispd"), &path).unwrap();
    path
}

fn records() -> Vec<u8> {
    let at = "msg=audit(1700000000.123:456):";
    let mut text = format!(
        "type=SYSCALL {at} arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7ffd a2=0 a3=0 items=1 ppid=1 \
         pid=2 auid=1000 uid=0 tty=(none) ses=1 comm=\"cat\" exe=\"/usr/bin/cat\" subj=unconfined key=(null)\
         \x1dARCH=x86_64 SYSCALL=openat AUID=\"anna\" UID=\"root\"\n"
    );
    for name in ["2F746D702F6120622E2E2F63", "\"/etc/x/../passwd\"", "\"//a/./b\"", "\"file\"", "\"./f\"", "(null)"] {
        writeln!(
            text,
            "type=PATH {at} item=0 name={name} inode=1 dev=08:01 mode=0100644 ouid=0 ogid=0 nametype=NORMAL\
             \x1dOUID=\"root\" OGID=\"root\""
        )
        .unwrap();
    }
    for saddr in ["020001BBCB0071050000000000000000", "01002F72756E2F6C6F6700", "100000000000000000000000"] {
        writeln!(text, "node=h type=SOCKADDR {at} saddr={saddr}").unwrap();
    }
    for rest in [
        "CWD {at} cwd=\"/tmp\"",
        "EXECVE {at} argc=2 a0=\"cat\" a1=612062",
        "PROCTITLE {at} proctitle=636174002F6574632F66",
        "AVC {at} avc:  denied  { read write } for  pid=1 comm=\"a\" scontext=u:r:t:s0",
        "CONFIG_CHANGE {at} auid=1000 op=add_rule key=6B31016B32 list=4 res=1\x1dAUID=\"anna\"",
        "EOE {at} ",
        "USER_LOGIN {at} pid=1 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=\"anna\" exe=\"/usr/sbin/sshd\" \
         hostname=? addr=1.2.3.4 terminal=ssh res=failed'\x1dUID=\"root\" AUID=\"unset\"",
    ] {
        writeln!(text, "type={}", rest.replace("{at}", at)).unwrap();
    }
    text.into_bytes()
}

#[test]
fn every_datagram_is_that_of_auditd() {
    if !is_root() {
        return;
    }
    if !Command::new("unshare").args(["-m", "true"]).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: no mount namespace can be made here");
        return;
    }
    let Some((theirs, libraries)) = oracle() else { return };
    let dir = TempDir::new().unwrap();
    let ours = ours(&dir);
    let mut long = records();
    long.extend_from_slice(b"type=EXECVE msg=audit(1700000000.123:456): a0=");
    long.extend(std::iter::repeat_n(b'x', 9500));
    long.extend_from_slice(b"\x1dA=b\xff\n");
    for (args, input) in [
        (&[][..], &long),
        (&["LOG_LOCAL3", "log_err"], &long),
        (&["LOG_USER", "LOG_ALERT"], &records()),
        (&["LOG_DAEMON", "LOG_EMERG", "interpret"], &records()),
        (&["INTERPRET", "LOG_AUTHPRIV", "LOG_DEBUG"], &records()),
        (&["LOG_LOCAL3", "LOG_NONE"], &records()),
        (&["LOG_LOCAL8"], &records()),
    ] {
        let (expected, their_end) = in_place_of_log(&theirs, &libraries, args, input);
        let (sent, our_end) = in_place_of_log(&ours, "", args, input);
        assert!(!expected.is_empty(), "{args:?}: {}", their_end.said);
        for (sent, expected) in sent.iter().zip(&expected) {
            assert_eq!(sent, expected, "{args:?}");
        }
        assert_eq!(sent.len(), expected.len(), "{args:?}: {}", our_end.said);
        assert_eq!(our_end.code, their_end.code, "{args:?}: {}", our_end.said);
    }
}

const RECORD: &str = "node=n1 type=SYSCALL msg=audit(1700000000.023:456): uid=0\x1dUID=\"root\"\n";

/// What becomes of [`RECORD`], but for the process.
fn is_record(message: &[u8]) -> bool {
    let text = String::from_utf8_lossy(message);
    let parts: Vec<&str> = text.splitn(8, ' ').collect();
    parts[..4] == ["<134>1", "2023-11-14T22:13:20.023000Z", "n1", "audisp-syslog"]
        && parts[4].parse::<u32>().is_ok()
        && parts[5..7] == ["SYSCALL", "[audit@32473"]
        && parts[7] == format!("serial=\"456\"] {}", RECORD.trim_end().replace('\x1d', " "))
}

fn modern(target: &str) -> Sink {
    Sink::start("audisp-syslog", &["LOG_LOCAL0", "--rfc5424", "--to", target, "LOG_INFO"])
}

#[test]
fn a_local_log_that_is_a_stream_gets_messages_that_end_with_nul_and_sigterm_leaves_none() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("log");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let mut sink = modern(&format!("unix:{}", path.display()));
    sink.send(RECORD.as_bytes());
    let mut stream = listener.accept().unwrap().0;
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    });
    // its end comes while most lies unread
    sink.send(RECORD.repeat(300).as_bytes());
    sink.signal(nix::sys::signal::Signal::SIGTERM);
    let end = sink.wait();
    assert_eq!(end.code, Some(0), "{}", end.said);
    let bytes = reader.join().unwrap();
    let messages: Vec<&[u8]> = bytes.split(|&byte| byte == 0).collect();
    assert!(messages.len() == 302 && messages[301].is_empty(), "{} messages", messages.len());
    assert!(messages[..301].iter().all(|message| is_record(message)));
}

#[test]
fn datagrams_by_rfc_5424() {
    let log = Log::new();
    let mut sink = modern(&format!("unix:{}", log.path().display()));
    sink.send(RECORD.repeat(40).as_bytes());
    let end = sink.end();
    assert_eq!(end.code, Some(0), "{}", end.said);
    let all = log.end();
    assert!(all.len() == 40 && all.iter().all(|message| is_record(message)), "{all:?}: {}", end.said);

    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sink = modern(&format!("udp:{}", socket.local_addr().unwrap()));
    sink.send(RECORD.as_bytes());
    assert_eq!(sink.end().code, Some(0));
    let mut buffer = [0; 2000];
    let n = socket.recv(&mut buffer).unwrap();
    assert!(is_record(&buffer[..n]));
}

/// The next message of a stream: its length, a blank, and so many bytes.
fn framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = 0;
    let mut byte = [0];
    loop {
        stream.read_exact(&mut byte).ok()?;
        match byte[0] {
            b' ' => break,
            digit => length = length * 10 + usize::from(digit - b'0'),
        }
    }
    let mut message = vec![0; length];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

#[test]
fn a_stream_counts_octets_and_is_opened_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sink = modern(&format!("tcp:{}", listener.local_addr().unwrap()));
    sink.send(RECORD.repeat(3).as_bytes());
    let (mut first, _) = listener.accept().unwrap();
    assert!((0..3).all(|_| is_record(&framed(&mut first).unwrap())));
    drop(first);
    sink.send(RECORD.repeat(5).as_bytes());
    let (mut second, _) = listener.accept().unwrap();
    let end = sink.end();
    let rest: Vec<_> = std::iter::from_fn(|| framed(&mut second)).collect();
    assert!(rest.len() == 5 && rest.iter().all(|message| is_record(message)), "{}", end.said);
    assert!(end.said.contains("has closed the connection; trying again"), "{}", end.said);
    assert_eq!(end.code, Some(0));
}

#[test]
fn a_target_that_takes_nothing_costs_records_that_are_counted() {
    // It is connected to, but nobody reads.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sink = modern(&format!("tcp:{}", listener.local_addr().unwrap()));
    let (total, block) = (150_000, RECORD.repeat(1000));
    for _ in 0..total / 1000 {
        sink.send(block.as_bytes());
    }
    let end = sink.end();
    assert_eq!(end.code, Some(0));
    let lost: usize = end
        .said
        .lines()
        .filter(|line| line.contains("records lost"))
        .filter_map(|line| line.split(' ').nth(1)?.parse::<usize>().ok())
        .sum();
    let (mut stream, _) = listener.accept().unwrap();
    let arrived = std::iter::from_fn(|| framed(&mut stream)).count();
    assert!(arrived > 0 && lost > 10_000, "{arrived} {lost} {}", end.said);
    assert_eq!(arrived + lost, total, "{}", end.said);
}

#[test]
fn what_is_wrong_is_said() {
    for (args, part) in [
        (&["--rfc5424", "--to", "ftp:x:1"][..], "is no target"),
        (&["--to", "udp:x:1"], "need --rfc5424"),
        (&["--rfc5424", "--to"], "needs a value"),
    ] {
        let end = Sink::start("audisp-syslog", args).end();
        assert_eq!(end.code, Some(1), "{args:?}");
        assert!(end.said.contains(part), "{}", end.said);
    }
    let gone = TempDir::new().unwrap();
    let mut sink = modern(&format!("unix:{}/none", gone.path().display()));
    sink.send(RECORD.repeat(7).as_bytes());
    let end = sink.end();
    assert!(end.said.contains("7 records lost"), "{}", end.said);
}

#[test]
fn sigterm_of_the_parent_ends_it() {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut sink = modern(&format!("udp:{}", socket.local_addr().unwrap()));
    sink.send(RECORD.as_bytes());
    let mut buffer = [0; 2000];
    assert!(socket.recv(&mut buffer).unwrap() > 0);
    sink.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(sink.wait().code, Some(0));
}
