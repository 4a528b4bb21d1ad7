//! audisp-statsd, as a dispatcher runs it; the test is the statsd service.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, helpers included"
)]

mod sink;

use nix::poll::{PollTimeout, poll};
use raudit_netlink::{Reply, Request, Server, Status};
use sink::{Fixture, Sink};
use std::collections::HashMap;
use std::fs;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const PROGRAM: &str = "audisp-statsd";

/// auditd's, in its order.
const METRICS: [(&str, &str); 16] = [
    ("kernel.lost", "g"),
    ("kernel.backlog", "g"),
    ("auditd.free_space", "g"),
    ("auditd.plugin_current_depth", "g"),
    ("auditd.plugin_max_depth", "g"),
    ("auditd.total_memory", "g"),
    ("auditd.memory_in_use", "g"),
    ("auditd.memory_free", "g"),
    ("events.total_count", "c"),
    ("events.total_failed", "c"),
    ("events.avc_count", "c"),
    ("events.fanotify_count", "c"),
    ("events.logins_success", "c"),
    ("events.logins_failed", "c"),
    ("events.anomaly_count", "c"),
    ("events.response_count", "c"),
];

const RECORDS: &str = "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=2 success=no exit=-13\n\
    type=CWD msg=audit(1.000:1): cwd=\"/\"\n\
    type=USER_LOGIN msg=audit(1.000:2): pid=1 msg='op=login res=success'\n\
    type=USER_LOGIN msg=audit(1.000:3): pid=1 msg='op=login res=failed'\n\
    type=ANOM_ABEND msg=audit(1.000:4): sig=11 res=1\n\
    type=ANOM_ADD_ACCT msg=audit(1.000:5): res=success\n";

/// The service, where nothing is lost: datagrams of one machine to itself.
struct Service {
    fixture: Fixture,
    socket: UdpSocket,
}

impl Service {
    fn new() -> Self {
        let (fixture, socket) = (Fixture::new(), UdpSocket::bind("127.0.0.1:0").unwrap());
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let service = Self { fixture, socket };
        service.configure("1h");
        service
    }

    fn configure(&self, interval: &str) {
        let port = self.socket.local_addr().unwrap().port();
        let text = format!("# a comment\naddress = 127.0.0.1\nport = {port}\ninterval = {interval}\n");
        fs::write(self.fixture.path("etc/audisp-statsd.conf"), text).unwrap();
    }

    /// The values of one datagram, which has all the metrics in order.
    fn receive(&self) -> HashMap<&'static str, u64> {
        let mut buffer = [0; 2048];
        let length = self.socket.recv(&mut buffer).unwrap();
        let text = String::from_utf8(buffer[..length].to_vec()).unwrap();
        assert!(text.ends_with("|c\n"), "{text}");
        let mut values = HashMap::new();
        for (line, (name, kind)) in text.lines().zip(METRICS) {
            let value =
                line.strip_prefix(name).and_then(|rest| rest.strip_prefix(':')?.strip_suffix(kind)?.strip_suffix('|'));
            values.insert(name, value.unwrap_or_else(|| panic!("{name}|{kind}: {line}")).parse().unwrap());
        }
        assert_eq!((values.len(), text.lines().count()), (16, 16), "{text}");
        values
    }
}

fn root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        eprintln!("SKIPPED: needs root, as the sink does");
    }
    root
}

/// rauditd's control socket, with a state behind it.
fn serve(path: &std::path::Path, stop: &Arc<AtomicBool>) -> std::thread::JoinHandle<()> {
    let (mut server, stop) = (Server::bind(path).unwrap(), Arc::clone(stop));
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            poll(&mut server.poll_fds(), PollTimeout::from(20u8)).unwrap();
            let answer = |request, _| match request {
                Request::GetStatus => Reply::Status(Status { lost: 7, backlog: 9, ..Status::default() }),
                _ => Reply::Error(nix::errno::Errno::EINVAL, None),
            };
            server.serve(answer).unwrap();
        }
    })
}

#[test]
fn metrics_have_auditds_names_and_the_numbers_of_state_and_events() {
    if !root() {
        return;
    }
    let service = Service::new();
    let state = "audit version = 4.2\nLogging partition free space = 2046 MiB\ncurrent plugin queue depth = 3\n\
        max plugin queue depth used = 17\nglibc arena (total memory) is: 528 KiB, was: 388 KiB\n\
        glibc uordblks (in use memory) is: 91 KiB, was: 90 KiB\nglibc fordblks (total free space) is: 436 KiB, was: 1 KiB\n";
    fs::write(service.fixture.path("run/auditd.state"), state).unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let server = serve(&service.fixture.path("run/rauditd.sock"), &stop);
    if let Some(mut sink) = Sink::start_in_namespace(&service.fixture, PROGRAM, &[], "") {
        sink.send(RECORDS.as_bytes());
        let end = sink.end();
        assert_eq!(end.code, Some(0), "{}", end.said);
        let values = service.receive();
        let expected = [7, 9, 2046, 3, 17, 528, 91, 436, 5, 2, 0, 0, 1, 1, 1, 0];
        assert_eq!(METRICS.map(|(name, _)| values[name]), expected, "{}", end.said);
    }
    stop.store(true, Ordering::Relaxed);
    server.join().unwrap();
}

#[test]
fn metrics_come_at_the_interval_and_counters_begin_anew() {
    if !root() {
        return;
    }
    let service = Service::new();
    service.configure("1s");
    // A socket that nobody serves: the kernel's numbers are not known, and no one's audit is asked.
    let Some(mut sink) = Sink::start_in_namespace(&service.fixture, PROGRAM, &[], "RAUDITD_SOCKET=/nowhere") else {
        return;
    };
    sink.send(RECORDS.as_bytes());
    let mut total = 0;
    let mut after = None;
    while after.is_none() {
        let values = service.receive();
        assert_eq!((values["kernel.lost"], values["auditd.free_space"]), (0, 0));
        after = (total == 5).then_some(values["events.total_count"]);
        total += values["events.total_count"];
    }
    assert_eq!(after, Some(0));
    // An hour from now on.
    service.configure("1h");
    sink.signal("HUP");
    sink.wait_for("configuration reloaded");
    fs::write(service.fixture.path("etc/audisp-statsd.conf"), "nonsense = 1\n").unwrap();
    sink.signal("HUP");
    sink.wait_for("the old settings stay");
    sink.send(RECORDS.replace("1.000", "2.000").as_bytes());
    let end = sink.end();
    assert_eq!(end.code, Some(0), "{}", end.said);
    while service.receive()["events.total_count"] == 0 {}
    assert_eq!(end.said.matches("kernel.lost and kernel.backlog are sent as 0").count(), 1, "{}", end.said);
    assert_eq!(end.said.matches("is report_interval set").count(), 1, "{}", end.said);
}

#[test]
fn wrong_settings_end_it() {
    if !root() {
        return;
    }
    let service = Service::new();
    let file = service.fixture.path("etc/audisp-statsd.conf");
    for (text, why) in [
        ("address = 127.0.0.1\nport = 8125\n", "interval is not set"),
        ("adress = 127.0.0.1\n", "line 1: unknown option \"adress\""),
        ("address = 256.0.0.1.\nport = 8125\ninterval = 15s\n", "cannot reach the statsd service at 256.0.0.1."),
    ] {
        fs::write(&file, text).unwrap();
        let Some(sink) = Sink::start_in_namespace(&service.fixture, PROGRAM, &[], "") else { return };
        let end = sink.wait();
        assert_eq!(end.code, Some(1));
        assert!(end.said.contains(why), "{}", end.said);
    }
    fs::remove_file(&file).unwrap();
    let end = Sink::start_in_namespace(&service.fixture, PROGRAM, &[], "").unwrap().wait();
    assert_eq!(end.code, Some(1));
    assert!(end.said.contains("cannot read /etc/audit/audisp-statsd.conf"), "{}", end.said);
}
