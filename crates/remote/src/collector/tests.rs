//! A collector in a thread, with senders over the loopback and a daemon made of the test.

use super::*;
use crate::link::Refusal;
use crate::protocol::{self, kind};
use crate::settings::tests::some;
use raudit_config::auditd_value::Ports;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread::JoinHandle;

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
pub(crate) const RECORD: &str = "type=USER msg=audit(1.2:3): hello";

pub(crate) struct Bench {
    link: Link,
    pub(crate) to: SocketAddr,
    thread: JoinHandle<()>,
    buffer: Vec<u8>,
}

pub(crate) fn settings() -> Settings {
    Settings {
        per_address: 64,
        client_ports: Ports { low: 0, high: 65535 },
        max_idle: 0,
        ask_hosts_access: false,
        ..some()
    }
}

impl Bench {
    pub(crate) fn start(settings: Settings) -> Self {
        Self::with_hosts_access(settings, HostsAccess::default())
    }

    fn with_hosts_access(settings: Settings, hosts: HostsAccess) -> Self {
        let (link, theirs) = Link::pair().unwrap();
        let listener = Listener::bind(0, 128).unwrap();
        let to = ([127, 0, 0, 1], listener.address().unwrap().port()).into();
        let acceptor = settings.tls.as_ref().map(|tls| Acceptor::new(tls).unwrap());
        let collector = Collector::new(theirs, listener, acceptor, settings).with_hosts_access(hosts);
        let thread = std::thread::spawn(move || collector.run());
        let mut bench = Self { link, to, thread, buffer: vec![0; MESSAGE_MAX] };
        assert_eq!(bench.next(), ToDaemon::Ready);
        bench
    }

    /// What the collector says next.
    pub(crate) fn next(&mut self) -> ToDaemon {
        self.next_within(PATIENCE).expect("the collector says nothing")
    }

    pub(crate) fn next_within(&mut self, limit: Duration) -> Option<ToDaemon> {
        let start = Instant::now();
        loop {
            match self.link.receive(&mut self.buffer) {
                Ok(message) => return Some(ToDaemon::decode(message.expect("the collector is gone")).unwrap()),
                Err(e) if e.kind() == ErrorKind::WouldBlock && start.elapsed() < limit => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(_) => return None,
            }
        }
    }

    /// A sender, and its number.
    fn sender(&mut self) -> (TcpStream, u64) {
        let stream = TcpStream::connect(self.to).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match self.next() {
            ToDaemon::Accepted(id, from, None) => {
                assert_eq!(from.port(), stream.local_addr().unwrap().port());
                assert_eq!(from.ip().to_canonical(), stream.local_addr().unwrap().ip());
                (stream, id)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn records(&mut self, from: u64) -> (u32, String) {
        match self.next() {
            ToDaemon::Records(id, count, lines) if id == from => (count, String::from_utf8(lines).unwrap()),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn tell(&self, what: ToCollector) {
        self.link.send(&what.encode()).unwrap();
    }

    pub(crate) fn verdict(&self, connection: u64, written: u32) {
        let (good, bad, why) = (kind::ACK, kind::DISK_FULL, "disk full".to_owned());
        self.tell(ToCollector::Verdict(Verdict { connection, written, good, bad, why }));
    }

    /// The reason for which the connection is closed.
    pub(crate) fn closed(&mut self, id: u64) -> String {
        let mut why = String::new();
        loop {
            match self.next() {
                ToDaemon::Log(_, text) => why = text,
                ToDaemon::Closed(closed) if closed == id => return why,
                other => panic!("{other:?}"),
            }
        }
    }
}

pub(crate) fn message(kind: u32, sequence: u32, text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    protocol::push_answer(&mut bytes, kind, sequence, text);
    bytes
}

/// The next answer: type, sequence, text.
pub(crate) fn answer(stream: &mut impl Read) -> (u32, u32, String) {
    let mut header = [0; protocol::HEADER];
    stream.read_exact(&mut header).unwrap();
    assert_eq!(header[..6], [0xfe, 0, 0, 0xff, 0, 0]);
    let number = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().unwrap());
    let mut text = vec![0; usize::from(u16::from_le_bytes([header[10], header[11]]))];
    stream.read_exact(&mut text).unwrap();
    (number(6), number(12), String::from_utf8(text).unwrap())
}

pub(crate) fn is_closed(stream: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match stream.read_to_end(&mut rest) {
        Ok(_) => rest.is_empty(),
        Err(e) => e.kind() == ErrorKind::ConnectionReset,
    }
}

#[test]
fn a_record_is_answered_when_the_daemon_has_written_it_and_not_before() {
    let mut bench = Bench::start(settings());
    let (mut stream, id) = bench.sender();
    stream.write_all(&message(kind::HEARTBEAT, 4, "")).unwrap();
    assert_eq!(answer(&mut stream), (kind::ACK, 4, String::new()));
    stream.write_all(&message(kind::MESSAGE, 5, RECORD)).unwrap();
    assert_eq!(bench.records(id), (1, format!("{RECORD}\n")));
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    assert!(stream.peek(&mut [0]).is_err(), "answered before it was written");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    bench.verdict(id, 1);
    assert_eq!(answer(&mut stream), (kind::ACK, 5, String::new()));
    drop(stream);
    assert_eq!(bench.closed(id), "");
}

#[test]
fn of_a_batch_that_is_written_in_part_each_record_has_its_own_answer() {
    let mut bench = Bench::start(settings());
    let (mut stream, id) = bench.sender();
    let all = [
        message(kind::MESSAGE, 1, RECORD),
        format!("{RECORD} line\n").into_bytes(),
        message(kind::MESSAGE, 2, &format!("{RECORD}\n")),
        message(kind::HEARTBEAT, 3, ""),
        message(kind::MESSAGE, 4, RECORD),
    ];
    stream.write_all(&all.concat()).unwrap();
    let (mut count, mut text) = bench.records(id);
    // whatever of it had arrived when the collector read
    while count < 3 {
        bench.verdict(id, count);
        let more = bench.records(id);
        (count, text) = (count + more.0, text + &more.1);
    }
    assert_eq!(text.lines().nth(1), Some(format!("{RECORD} line").as_str()));
    bench.verdict(id, 1);
    assert_eq!(answer(&mut stream), (kind::ACK, 1, String::new()));
    assert_eq!(answer(&mut stream), (kind::DISK_FULL, 2, "disk full".into()));
    assert_eq!(answer(&mut stream), (kind::ACK, 3, String::new()));
    assert_eq!(bench.records(id).0, 1);
    bench.verdict(id, 0);
    assert_eq!(answer(&mut stream), (kind::DISK_FULL, 4, "disk full".into()));
}

#[test]
fn a_sender_that_is_not_answered_is_not_read_from_and_holds_up_nobody() {
    let mut bench = Bench::start(settings());
    let (mut greedy, first) = bench.sender();
    greedy.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
    let line = format!("{RECORD} {}\n", "x".repeat(8000));
    let mut sent = 0_usize;
    // as much as the two sockets take, and no more
    while let Ok(len) = greedy.write(line.as_bytes()) {
        sent += len;
        assert!(sent < 64 << 20, "the collector reads on and on");
    }
    let (_, lines) = bench.records(first);
    assert!(lines.len() <= crate::link::BATCH_MAX);
    let (mut other, second) = bench.sender();
    other.write_all(&message(kind::MESSAGE, 9, RECORD)).unwrap();
    assert_eq!(bench.records(second).0, 1);
    bench.verdict(second, 1);
    assert_eq!(answer(&mut other).1, 9);
    assert_eq!(bench.next_within(Duration::from_millis(100)), None);
}

#[test]
fn a_daemon_that_does_not_read_is_waited_for() {
    let mut bench = Bench::start(settings());
    let senders: Vec<_> = (0..64).map(|_| bench.sender()).collect();
    let line = format!("{RECORD} {}\n", "x".repeat(8000)).repeat(3);
    for (stream, _) in &senders {
        (&*stream).write_all(line.as_bytes()).unwrap();
    }
    std::thread::sleep(Duration::from_millis(300));
    let mut lines = 0;
    while lines < 3 * senders.len() {
        match bench.next() {
            ToDaemon::Records(id, count, text) => {
                assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), count as usize);
                lines += count as usize;
                bench.verdict(id, count);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn garbage_ends_a_connection_but_not_what_came_before_it() {
    let mut bench = Bench::start(settings());
    let long = "x".repeat(protocol::RECORD_MAX);
    let mut header = message(kind::MESSAGE, 1, RECORD);
    header[11] = 0xff;
    for garbage in
        [b"GET / HTTP/1.1\r\n\r\n".to_vec(), format!("type={long}").into_bytes(), header, vec![0xfe, 0, 1, 1]]
    {
        let (mut stream, id) = bench.sender();
        stream.write_all(&[format!("{RECORD}\n").as_bytes(), &garbage].concat()).unwrap();
        assert_eq!(bench.records(id), (1, format!("{RECORD}\n")), "{garbage:?}");
        bench.verdict(id, 1);
        assert!(bench.closed(id).contains(" closed: it sent "), "{garbage:?}");
        assert!(is_closed(&mut stream));
    }
}

#[test]
fn the_last_line_of_a_sender_needs_no_end() {
    let mut bench = Bench::start(settings());
    let (mut stream, id) = bench.sender();
    stream.write_all(RECORD.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert_eq!(bench.records(id), (1, format!("{RECORD}\n")));
    bench.verdict(id, 1);
    assert_eq!(bench.closed(id), "");
    let (mut stream, id) = bench.sender();
    stream.write_all(&message(kind::MESSAGE, 7, RECORD)[..30]).unwrap();
    drop(stream);
    assert_eq!(bench.closed(id), "");
}

#[test]
fn limits_of_an_address_and_of_ports_are_kept_and_may_change() {
    let mut bench = Bench::start(Settings { per_address: 2, ..settings() });
    let senders = [bench.sender(), bench.sender()];
    let refused = |bench: &mut Bench, why| {
        let mut stream = TcpStream::connect(bench.to).unwrap();
        let from = stream.local_addr().unwrap().port();
        assert!(matches!(bench.next(), ToDaemon::Refused(found, at) if found == why && at.port() == from));
        assert!(is_closed(&mut stream));
    };
    refused(&mut bench, Refusal::Dup);
    bench.tell(ToCollector::Settings(Box::new(Settings { per_address: 3, queue: 9, ..settings() })));
    let third = bench.sender();
    refused(&mut bench, Refusal::Dup);
    drop(third.0);
    assert_eq!(bench.closed(third.1), "");
    drop(bench.sender());
    assert!(matches!(bench.next(), ToDaemon::Closed(_)));
    bench.tell(ToCollector::Settings(Box::new(Settings { client_ports: Ports { low: 1, high: 1 }, ..settings() })));
    refused(&mut bench, Refusal::Port);
    drop(senders);
}

#[test]
fn who_lost_patience_and_comes_again_is_let_in() {
    let mut bench = Bench::start(Settings { per_address: 1, ..settings() });
    let (mut stream, first) = bench.sender();
    stream.write_all(&message(kind::MESSAGE, 1, RECORD)).unwrap();
    assert_eq!(bench.records(first).0, 1);
    drop(stream);
    let (mut stream, second) = bench.sender();
    stream.write_all(&message(kind::MESSAGE, 1, RECORD)).unwrap();
    assert_eq!(bench.records(second).0, 1);
    bench.verdict(first, 1);
    // that it could not be answered may or may not be noticed
    bench.closed(first);
    bench.verdict(second, 1);
    assert_eq!(answer(&mut stream), (kind::ACK, 1, String::new()));
}

#[test]
fn when_there_are_too_many_others_wait() {
    use crate::link::CONNECTIONS_MAX;
    use nix::sys::resource::{Resource, getrlimit, setrlimit};
    // both ends are here
    let needed = 2 * CONNECTIONS_MAX as u64 + 500;
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    if hard < needed {
        println!("SKIPPED: only {hard} descriptors are allowed here");
        return;
    }
    setrlimit(Resource::RLIMIT_NOFILE, soft.max(needed), hard).unwrap();
    let mut bench = Bench::start(Settings { per_address: 5000, ..settings() });
    let mut senders: Vec<_> = (0..CONNECTIONS_MAX).map(|_| bench.sender()).collect();
    let waits = TcpStream::connect(bench.to).unwrap();
    // said at once or when the first has to wait
    if let Some(said) = bench.next_within(Duration::from_millis(200)) {
        assert!(matches!(&said, ToDaemon::Log(Level::Warning, text) if text.contains("others wait")), "{said:?}");
    }
    let (first, id) = senders.swap_remove(7);
    drop(first);
    assert_eq!(bench.closed(id), "");
    let ToDaemon::Accepted(_, from, None) = bench.next() else { panic!("not accepted") };
    assert_eq!(from.port(), waits.local_addr().unwrap().port());
}

#[test]
fn hosts_deny_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let hosts = HostsAccess { allow: dir.path().join("allow"), deny: dir.path().join("deny") };
    let mut bench = Bench::with_hosts_access(Settings { ask_hosts_access: true, ..settings() }, hosts);
    drop(bench.sender());
    assert!(matches!(bench.next(), ToDaemon::Closed(_)));
    std::fs::write(dir.path().join("deny"), "auditd: 127.\n").unwrap();
    drop(TcpStream::connect(bench.to).unwrap());
    assert!(matches!(bench.next(), ToDaemon::Refused(Refusal::Wrap, _)));
    std::fs::write(dir.path().join("deny"), "auditd: some.name\n").unwrap();
    drop(TcpStream::connect(bench.to).unwrap());
    assert!(matches!(bench.next(), ToDaemon::Log(_, text) if text.contains("auditd: some.name")));
    assert!(matches!(bench.next(), ToDaemon::Refused(Refusal::Wrap, _)));
}

#[test]
fn the_idle_are_closed_and_those_who_wait_for_us_are_not_idle() {
    let mut bench = Bench::start(Settings { max_idle: 1, ..settings() });
    let (mut idle, first) = bench.sender();
    let (mut waits, second) = bench.sender();
    waits.write_all(&message(kind::MESSAGE, 1, RECORD)).unwrap();
    assert_eq!(bench.records(second).0, 1);
    let start = Instant::now();
    assert!(bench.closed(first).contains("tcp_client_max_idle"));
    assert!(start.elapsed() > Duration::from_millis(500) && is_closed(&mut idle));
    assert_eq!(bench.next_within(Duration::from_millis(1500)), None);
    bench.verdict(second, 1);
    assert_eq!(answer(&mut waits).1, 1);
    assert!(bench.closed(second).contains("tcp_client_max_idle"));
}

#[test]
fn at_the_end_the_last_answers_come_first_and_all_are_told() {
    let mut bench = Bench::start(settings());
    let (mut first, one) = bench.sender();
    let (mut second, two) = bench.sender();
    first.write_all(&message(kind::MESSAGE, 1, RECORD)).unwrap();
    assert_eq!(bench.records(one).0, 1);
    bench.tell(ToCollector::Stop);
    std::thread::sleep(Duration::from_millis(50));
    bench.verdict(one, 1);
    assert_eq!(answer(&mut first), (kind::ACK, 1, String::new()));
    for stream in [&mut first, &mut second] {
        assert_eq!(answer(stream), (kind::ENDING, 0, String::new()));
        assert!(is_closed(stream));
    }
    assert_eq!([bench.next(), bench.next()], [ToDaemon::Closed(one), ToDaemon::Closed(two)]);
    bench.thread.join().unwrap();
}

#[test]
fn it_ends_with_the_daemon() {
    let mut bench = Bench::start(settings());
    let (mut stream, _) = bench.sender();
    drop(bench.link);
    bench.thread.join().unwrap();
    assert!(is_closed(&mut stream));
    let bench = Bench::start(settings());
    bench.link.send(b"nonsense").unwrap();
    bench.thread.join().unwrap();
}
