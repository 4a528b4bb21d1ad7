//! Records of other machines: a sender made here, and Debian's audisp-remote. Without local events: kernel audit is left alone, so no
//! lock is needed.

use super::daemon::{Daemon, PATIENCE, Setup, one_line, wait_until};
use super::disk::Tmpfs;
use super::oracle::{oracle, theirs};
use nix::sys::signal::Signal;
use raudit_remote::protocol::{self, kind};
use std::fmt::Write as _;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// auditd.conf for a listener; a port that was free a moment ago.
pub fn listening(setup: &Setup, settings: &str) -> u16 {
    let port = TcpListener::bind(("::", 0)).unwrap().local_addr().unwrap().port();
    setup.auditd_conf(&format!("local_events = no\nuse_libwrap = no\ntcp_listen_port = {port}\n{settings}"));
    port
}

fn sender(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn record(n: usize) -> String {
    format!("node=elsewhere type=USER msg=audit(1700000000.123:{n}): pid=1 uid=0 msg='op=test n={n}'\u{1d}UID=\"root\"")
}

fn send(stream: &mut TcpStream, kind: u32, sequence: u32, text: &str) {
    let (magic, len) = (protocol::MAGIC.to_le_bytes(), u16::try_from(text.len()).unwrap().to_le_bytes());
    let (kind, sequence) = (kind.to_le_bytes(), sequence.to_le_bytes());
    stream.write_all(&[&magic[..], &[0, 0], &kind, &len, &sequence, text.as_bytes()].concat()).unwrap();
}

/// The next answer: type, sequence, text.
fn answer(stream: &mut TcpStream) -> (u32, u32, String) {
    let mut header = [0; protocol::HEADER];
    stream.read_exact(&mut header).unwrap();
    let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
    let mut text = vec![0; usize::from(u16::from_le_bytes([header[10], header[11]]))];
    stream.read_exact(&mut text).unwrap();
    (number(6), number(12), String::from_utf8(text).unwrap())
}

fn log(setup: &Setup) -> String {
    fs::read_to_string(setup.log()).unwrap()
}

/// What follows a record's stamp.
fn bodies<'a>(log: &'a str, kind: &str) -> Vec<&'a str> {
    let front = format!("type={kind} ");
    log.lines().filter(|line| line.starts_with(&front)).filter_map(|line| Some(line.split_once("): ")?.1)).collect()
}

/// The collector's process, a child of rauditd's.
fn collector(daemon: &Daemon) -> Option<u32> {
    fs::read_dir("/proc").unwrap().find_map(|entry| {
        let pid: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let arguments = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let is_it = status.contains(&format!("\nPPid:\t{}\n", daemon.pid())) && arguments.ends_with(b"--collector\0");
        is_it.then_some(pid)
    })
}

#[test]
fn records_are_stored_as_they_came_and_answered_when_they_are_in_the_log() {
    let setup = Setup::new("");
    let port = listening(&setup, "");
    let daemon = Daemon::start(&setup);
    let mut stream = sender(port);
    let own = stream.local_addr().unwrap().port();
    for n in 1..=20 {
        send(&mut stream, kind::MESSAGE, n, &record(n as usize));
        assert_eq!(answer(&mut stream), (kind::ACK, n, String::new()));
        assert!(log(&setup).lines().any(|line| line == record(n as usize)), "answered, and not in the log");
    }
    send(&mut stream, kind::HEARTBEAT, 99, "");
    assert_eq!(answer(&mut stream), (kind::ACK, 99, String::new()));
    let ended = daemon.stop();
    assert_eq!(answer(&mut stream), (kind::ENDING, 0, String::new()));
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let log = log(&setup);
    for kind in ["DAEMON_ACCEPT", "DAEMON_CLOSE"] {
        let found = bodies(&log, kind);
        let end = format!("127.0.0.1 port={own} res=success");
        assert!(found.len() == 1 && found[0].starts_with("addr=") && found[0].ends_with(&end), "{kind}: {found:?}");
    }
    assert!(log.lines().last().unwrap().starts_with("type=DAEMON_END "), "{log}");
    assert!(log.find("type=DAEMON_CLOSE") > log.find("n=20"));
}

#[test]
fn the_collector_has_no_privileges() {
    let setup = Setup::new("");
    listening(&setup, "");
    let daemon = Daemon::start(&setup);
    let pid = collector(&daemon).unwrap();
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    for line in [
        "Uid:\t65534\t65534\t65534\t65534",
        "Gid:\t65534\t65534\t65534\t65534",
        "CapInh:\t0000000000000000",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "CapBnd:\t0000000000000000",
        "CapAmb:\t0000000000000000",
        "NoNewPrivs:\t1",
    ] {
        assert!(status.lines().any(|found| found.trim_end() == line), "no {line} in {status}");
    }
    // not dumpable: its files in /proc are root's
    let owner = std::os::unix::fs::MetadataExt::uid(&fs::metadata(format!("/proc/{pid}/maps")).unwrap());
    assert_eq!(owner, 0);
    let mut descriptors: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd"))
        .unwrap()
        .map(|fd| fs::read_link(fd.unwrap().path()).unwrap().to_string_lossy().into_owned())
        .collect();
    descriptors.retain(|target| !target.starts_with("socket:") && target != "/dev/null");
    assert!(descriptors.is_empty(), "{descriptors:?}");
    daemon.kill();
    wait_until("the collector to end with its daemon", || !std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[test]
fn a_collector_that_dies_is_started_again() {
    let setup = Setup::new("");
    let port = listening(&setup, "tcp_max_per_addr = 9\n");
    let daemon = Daemon::start(&setup);
    let mut stream = sender(port);
    send(&mut stream, kind::MESSAGE, 1, &record(1));
    assert_eq!(answer(&mut stream).0, kind::ACK);
    for round in 0..2 {
        let pid = collector(&daemon).unwrap();
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid as i32), Signal::SIGKILL).unwrap();
        wait_until("another collector", || collector(&daemon).is_some_and(|other| other != pid));
        // the second time it waits before
        wait_until("the port", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        let mut stream = sender(port);
        send(&mut stream, kind::MESSAGE, 2, &record(100 + round));
        assert_eq!(answer(&mut stream).0, kind::ACK);
    }
    let ended = daemon.stop();
    assert_eq!(ended.code, Some(0));
    assert!(ended.said.contains("the collector for other machines is gone") && ended.said.contains("started again"));
    let log = log(&setup);
    assert!(log.contains("n=101"));
    assert_eq!(bodies(&log, "DAEMON_ACCEPT").len(), bodies(&log, "DAEMON_CLOSE").len(), "{log}");
}

#[test]
fn too_many_connections_and_wrong_ports_are_recorded_and_settings_change_while_it_runs() {
    let setup = Setup::new("");
    let port = listening(&setup, "");
    let daemon = Daemon::start(&setup);
    let first = sender(port);
    let mut second = sender(port);
    assert_eq!(second.read(&mut [0]).unwrap_or(0), 0, "closed");
    let own = second.local_addr().unwrap().port();
    let refused = |op: &str, own: u16| {
        let end = format!("127.0.0.1 port={own} res=no");
        let found = |log: &str| {
            bodies(log, "DAEMON_ACCEPT").iter().any(|b| b.starts_with(&format!("op={op} addr=")) && b.ends_with(&end))
        };
        wait_until(op, || found(&log(&setup)));
    };
    refused("dup", own);
    let again = |settings: &str| {
        let text = format!("local_events = no\nuse_libwrap = no\ntcp_listen_port = {port}\n{settings}");
        let before = bodies(&log(&setup), "DAEMON_CONFIG").len();
        setup.auditd_conf(&text);
        daemon.signal(Signal::SIGHUP);
        wait_until("DAEMON_CONFIG", || bodies(&log(&setup), "DAEMON_CONFIG").len() > before);
    };
    again("tcp_max_per_addr = 2\ntcp_listen_queue = 7\n");
    wait_until("room for two", || {
        let mut second = sender(port);
        send(&mut second, kind::HEARTBEAT, 1, "");
        second.read(&mut [0]).is_ok_and(|len| len == 1)
    });
    again("tcp_max_per_addr = 9\ntcp_client_ports = 1-9\n");
    wait_until("the ports", || {
        let own = sender(port).local_addr().unwrap().port();
        std::thread::sleep(Duration::from_millis(50));
        log(&setup).contains("op=port ") && {
            refused("port", own);
            true
        }
    });
    setup.auditd_conf("local_events = yes\ntcp_listen_port = 1\ntransport = krb5\n");
    daemon.signal(Signal::SIGHUP);
    daemon.wait_for("taken at the next start only: local_events, tcp_listen_port, transport");
    drop(first);
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn a_port_that_is_added_is_listened_on_at_once() {
    let setup = Setup::new("");
    setup.auditd_conf("local_events = no\n");
    let daemon = Daemon::start(&setup);
    assert_eq!(collector(&daemon), None);
    let port = listening(&setup, "");
    daemon.signal(Signal::SIGHUP);
    daemon.wait_for("listening for other machines on port");
    let mut stream = sender(port);
    send(&mut stream, kind::MESSAGE, 1, &record(1));
    assert_eq!(answer(&mut stream).0, kind::ACK);
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn what_cannot_be_had_is_refused_at_start() {
    let setup = Setup::new("");
    listening(&setup, "transport = krb5\n");
    let refused = setup.run(&["-n"]);
    assert_eq!(refused.status.code(), Some(6));
    assert!(one_line(&refused).contains("transport = krb5"));
    let taken = TcpListener::bind(("::", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    setup.auditd_conf(&format!("local_events = no\nlog_format = RAW\ntcp_listen_port = {port}\n"));
    let refused = setup.run(&["-n"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(one_line(&refused).contains(&format!("cannot listen on port {port}")));
    let log = log(&setup);
    let abort = bodies(&log, "DAEMON_ABORT");
    assert!(
        abort.len() == 1 && abort[0].starts_with("op=network-init auid=") && abort[0].ends_with(" res=failed"),
        "{log}"
    );
}

/// Whether a record is in the log.
fn is_good(kind: u32) -> bool {
    matches!(kind, kind::ACK | kind::DISK_LOW)
}

/// Sends until the disk is full; the answer then, and whether it goes on when there is room.
fn full_disk(action: &str) -> Option<(u32, String)> {
    let setup = Setup::new("");
    let _small = Tmpfs::new(setup.path("log"))?;
    fs::write(setup.path("log/ballast"), vec![b'x'; 1 << 20]).unwrap();
    let port = listening(&setup, &format!("flush = NONE\ndisk_full_action = {action}\n"));
    let daemon = Daemon::start(&setup);
    let mut stream = sender(port);
    let text = record(0).replace("op=test", &"x".repeat(8000));
    let refused = (1..1000).find_map(|sequence| {
        send(&mut stream, kind::MESSAGE, sequence, &text);
        let (kind, answered, why) = answer(&mut stream);
        assert_eq!(answered, sequence);
        (!is_good(kind)).then_some((kind, why))
    });
    fs::remove_file(setup.path("log/ballast")).unwrap();
    daemon.signal(Signal::SIGUSR2);
    wait_until("logging to go on", || {
        send(&mut stream, kind::MESSAGE, 5001, &record(2));
        is_good(answer(&mut stream).0)
    });
    assert!(log(&setup).contains(&record(2)));
    assert_eq!(daemon.stop().code, Some(0));
    Some(refused.expect("no disk is that large"))
}

#[test]
fn a_full_disk_and_suspended_logging_have_answers_of_their_own() {
    let Some(full) = full_disk("IGNORE") else { return };
    assert_eq!(full, (kind::DISK_FULL, "disk full".into()));
    let suspended = full_disk("SUSPEND").unwrap();
    assert_eq!(suspended, (kind::DISK_ERROR, "remote logging suspended".into()));
}

#[test]
fn plugins_get_records_of_other_machines_if_they_are_to() {
    for (distribute, expected) in [("yes", 1), ("no", 0)] {
        let setup = Setup::new("");
        let port = listening(&setup, &format!("distribute_network = {distribute}\nlog_format = RAW\n"));
        let out = setup.path("out");
        setup.plugin("copy", &format!("exec cat > {}", out.display()));
        let daemon = Daemon::start(&setup);
        let mut stream = sender(port);
        send(&mut stream, kind::MESSAGE, 1, &record(7));
        assert_eq!(answer(&mut stream).0, kind::ACK);
        drop(stream);
        assert_eq!(daemon.stop().code, Some(0));
        let got = fs::read_to_string(&out).unwrap();
        assert_eq!(got.lines().filter(|line| **line == record(7)).count(), expected, "{distribute}: {got}");
        assert!(got.contains("type=DAEMON_START"));
    }
}

#[test]
fn many_senders_are_served_at_a_time() {
    const SENDERS: usize = 400;
    const EACH: u32 = 50;
    let setup = Setup::new("");
    let port = listening(&setup, "tcp_max_per_addr = 1024\ntcp_listen_queue = 1024\nflush = DATA\n");
    let daemon = Daemon::start(&setup);
    let mut streams: Vec<_> = (0..SENDERS).map(|_| sender(port)).collect();
    let start = Instant::now();
    for sequence in 0..EACH {
        for (n, stream) in streams.iter_mut().enumerate() {
            send(stream, kind::MESSAGE, sequence, &record(n * 1000 + sequence as usize));
        }
    }
    for stream in &mut streams {
        for sequence in 0..EACH {
            assert_eq!(answer(stream), (kind::ACK, sequence, String::new()));
        }
    }
    println!("{SENDERS} senders of {EACH} records: {:?}", start.elapsed());
    let ended = daemon.stop();
    assert!(ended.code == Some(0) && !ended.said.contains("is gone"), "{}", ended.said);
    let log = log(&setup);
    let mut found: Vec<&str> = log.lines().filter(|line| line.starts_with("node=elsewhere ")).collect();
    found.sort_unstable();
    found.dedup();
    assert_eq!(found.len(), SENDERS * EACH as usize);
    assert_eq!(bodies(&log, "DAEMON_CLOSE").len(), SENDERS);
}

/// Debian's audisp-remote reads `records` and sends them; how long that took.
fn stock_sender(setup: &Setup, port: u16, format: &str, records: &str) -> Option<Duration> {
    let root = oracle()?;
    let program = root.join("sbin/audisp-remote");
    if !program.exists() {
        println!("SKIPPED: {} is not there", program.display());
        return None;
    }
    // it has its configuration in /etc/audit, and finds it there in a mount namespace of its own
    let etc = setup.path("etc");
    fs::create_dir_all(etc.join("audit")).unwrap();
    let conf = format!(
        "remote_server = 127.0.0.1\nport = {port}\ntransport = tcp\nmode = immediate\nqueue_depth = 200000\nformat = {format}\n\
         network_retry_time = 1\nmax_tries_per_record = 3\nmax_time_per_record = 5\nheartbeat_timeout = 0\n\
         network_failure_action = stop\nremote_ending_action = reconnect\n"
    );
    setup.write("etc/audit/audisp-remote.conf", &conf);
    let mut command = theirs(&root, "audisp-remote");
    let libraries = command.get_envs().find_map(|(name, value)| (name == "LD_LIBRARY_PATH").then_some(value)).flatten();
    let mut inside = Command::new("unshare");
    inside.args(["-m", "sh", "-c", "mount --bind \"$1\" /etc && LD_LIBRARY_PATH=\"$3\" exec \"$2\"", "sh"]);
    inside.args([etc.as_os_str(), program.as_os_str(), libraries.unwrap()]);
    command = inside;
    let start = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(records.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("unshare") || said.contains("mount:") {
        println!("SKIPPED: no mount namespace here: {said}");
        return None;
    }
    assert!(output.status.success(), "audisp-remote: {} {said}", output.status);
    Some(start.elapsed())
}

/// The same with ours.
fn our_sender(setup: &Setup, port: u16, format: &str, records: &str) -> Option<Duration> {
    our_sender_with(setup, port, &format!("format = {format}"), records)
}

fn our_sender_with(setup: &Setup, port: u16, settings: &str, records: &str) -> Option<Duration> {
    let conf = format!("remote_server = localhost\nport = {port}\nqueue_depth = 500\n{settings}\n");
    setup.write("audisp-remote.conf", &conf);
    let mut command = Command::new(env!("CARGO_BIN_EXE_raudispd"));
    command.arg0("audisp-remote").arg("-c").arg(setup.path(""));
    let start = Instant::now();
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(records.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "audisp-remote: {} {said}", output.status);
    Some(start.elapsed())
}

type Run = fn(&Setup, u16, &str, &str) -> Option<Duration>;

fn all_arrive_once_and_in_order(sender: Run, format: &str, count: usize) {
    let setup = Setup::new("");
    let port = listening(&setup, "");
    let daemon = Daemon::start(&setup);
    let records = (0..count).fold(String::new(), |mut all, n| {
        writeln!(all, "{}", record(n)).unwrap();
        all
    });
    let Some(took) = sender(&setup, port, format, &records) else { return };
    wait_until("the sender to be gone", || !bodies(&log(&setup), "DAEMON_CLOSE").is_empty());
    daemon.stop();
    let log = log(&setup);
    let mut arrived = log.lines().filter(|line| line.starts_with("node=elsewhere "));
    let wrong = arrived.by_ref().zip(records.lines()).position(|(found, sent)| found != sent);
    assert_eq!((wrong, arrived.count()), (None, 0), "{format}");
    assert_eq!(log.lines().filter(|line| line.starts_with("node=elsewhere ")).count(), count);
    println!("{format}: {count} records in {took:?}: {:.0} a second", count as f64 / took.as_secs_f64());
}

#[test]
fn debians_sender_is_served_managed() {
    all_arrive_once_and_in_order(stock_sender, "managed", 100_000);
}

#[test]
fn debians_sender_is_served_ascii() {
    all_arrive_once_and_in_order(stock_sender, "ascii", 100_000);
}

#[test]
fn our_sender_is_served_managed() {
    all_arrive_once_and_in_order(our_sender, "managed", 100_000);
}

#[test]
fn our_sender_is_served_ascii() {
    all_arrive_once_and_in_order(our_sender, "ascii", 100_000);
}

/// A key of 32 such bytes, in a file as auditd wants it.
fn key_file(setup: &Setup, name: &str, byte: u8) -> String {
    let path = setup.path(name);
    fs::write(&path, format!("{byte:02x}").repeat(32) + "\n").unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o400)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn our_sender_is_heard_over_tls() {
    if !cfg!(feature = "tls") {
        println!("SKIPPED: a build without TLS");
        return;
    }
    let setup = Setup::new("");
    let key = key_file(&setup, "key", 7);
    let tls = format!("transport = tls\ntls_psk_file = {key}\ntls_psk_identity = me\n");
    let port = listening(&setup, &tls);
    let daemon = Daemon::start(&setup);
    let lines: String = (0..2000).map(|n| record(n) + "\n").collect();
    our_sender_with(&setup, port, &tls, &lines).unwrap();
    assert_eq!(daemon.stop().code, Some(0));
    let log = log(&setup);
    let arrived: String = log.lines().filter(|l| l.starts_with("node=elsewhere ")).map(|l| format!("{l}\n")).collect();
    assert!(arrived == lines, "{} of 2000", arrived.lines().count());
    assert_eq!(bodies(&log, "CRYPTO_SESSION").len(), 2);
}

/// OpenSSL's own client sends lines, and closes; whether it got through.
fn over_tls(port: u16, identity: &str, byte: u8, lines: &str) -> bool {
    let key = format!("{byte:02x}").repeat(32);
    let mut client = Command::new("openssl");
    client.args(["s_client", "-tls1_3", "-psk", &key, "-psk_identity", identity, "-quiet", "-no_ign_eof"]);
    client.args(["-connect", &format!("127.0.0.1:{port}")]).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = client.stderr(Stdio::null()).spawn().unwrap();
    // one that was refused has closed its end
    drop(child.stdin.take().unwrap().write_all(lines.as_bytes()));
    child.wait().unwrap().success()
}

#[test]
fn over_tls_those_with_a_key_are_heard() {
    if Command::new("openssl").arg("version").output().is_err() || !cfg!(feature = "tls") {
        println!("SKIPPED: no openssl program here, or a build without TLS");
        return;
    }
    let setup = Setup::new("");
    let (first, second) = (key_file(&setup, "first.key", 1), key_file(&setup, "second.key", 2));
    let list = setup.path("clients").to_str().unwrap().to_owned();
    setup.write("clients", &format!("# who\nfirst enabled key={first}\nsecond disabled key={second}\n"));
    let port = listening(&setup, &format!("transport = tls\ntls_allowed_clients = {list}\nlog_format = RAW\n"));
    let daemon = Daemon::start(&setup);
    let lines: String = (0..1000).map(|n| record(n) + "\n").collect();
    assert!(over_tls(port, "first", 1, &lines));
    let all = || log(&setup).lines().filter(|line| line.starts_with("node=elsewhere ")).count();
    wait_until("all records", || all() == 1000);
    wait_until("the session's end", || !bodies(&log(&setup), "CRYPTO_KEY_USER").is_empty());
    for (identity, byte, reason) in [("second", 2, "disabled-identity"), ("first", 3, "handshake-error")] {
        over_tls(port, identity, byte, &lines);
        let refused = format!(" id={identity} profile=compatible reason={reason} auth=psk ");
        wait_until(reason, || bodies(&log(&setup), "DAEMON_ACCEPT").iter().any(|body| body.contains(&refused)));
    }
    setup.write("clients", &format!("second enabled key={second}\n"));
    daemon.signal(Signal::SIGHUP);
    wait_until("the list to be read again", || !bodies(&log(&setup), "DAEMON_CONFIG").is_empty());
    wait_until("the other one", || over_tls(port, "second", 2, &lines) && all() == 2000);
    assert_eq!(daemon.stop().code, Some(0));
    let log = log(&setup);
    assert_eq!(bodies(&log, "CRYPTO_SESSION").len(), 4);
    let accepted =
        bodies(&log, "DAEMON_ACCEPT").into_iter().filter(|body| body.starts_with("op=tls-accept res=success "));
    assert_eq!(accepted.count(), 2, "{log}");
    assert_eq!(log.matches("n=999'").count(), 2);
}

#[test]
fn keys_that_others_may_read_are_refused() {
    let setup = Setup::new("");
    let key = key_file(&setup, "key", 1);
    listening(&setup, &format!("transport = tls\ntls_psk_file = {key}\ntls_psk_identity = me\n"));
    fs::set_permissions(&key, PermissionsExt::from_mode(0o440)).unwrap();
    let refused = setup.run(&["-n"]);
    assert_eq!(refused.status.code(), Some(6));
    let line = one_line(&refused);
    assert!(if cfg!(feature = "tls") { line.contains("0400") } else { line.contains("this build") }, "{line}");
}
