use super::*;
use crate::Client;
use nix::poll::{PollTimeout, poll};
use raudit_rules::{Action, Change, Field, FieldId, List, Op, RuleSet, SetError, SyscallMask, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A server with a rule set behind it, on a thread of its own.
struct Running {
    dir: tempfile::TempDir,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut server = Server::bind(&dir.path().join("sock")).unwrap();
        server.allow_uid(nix::unistd::getuid().as_raw());
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut rules = RuleSet::new();
            let mut status = Status { backlog_wait_time: Some(1), ..Status::default() };
            while !stopped.load(Ordering::Relaxed) {
                poll(&mut server.poll_fds(), PollTimeout::from(20u8)).unwrap();
                server.serve(|request, _| answer(request, &mut rules, &mut status)).unwrap();
            }
        });
        Self { dir, stop, thread: Some(thread) }
    }

    fn client(&self) -> Client {
        let mut client = Client::control(&self.dir.path().join("sock")).unwrap();
        client.set_timeout(Duration::from_secs(5));
        client
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn answer(request: Request, rules: &mut RuleSet, status: &mut Status) -> Reply {
    let done = |result: Result<(), SetError>| match result {
        Ok(()) => Reply::Ack,
        Err(SetError::Exists) => Reply::Error(Errno::EEXIST, None),
        Err(SetError::NotFound) => Reply::Error(Errno::ENOENT, Some("no such rule".into())),
    };
    match request {
        Request::GetStatus => Reply::Status(*status),
        Request::SetStatus(change) if change.reset_lost => Reply::Value(42),
        Request::SetStatus(change) => {
            status.enabled = change.enabled.unwrap_or(status.enabled);
            Reply::Ack
        }
        Request::ChangeRule(change) => done(rules.apply(&change)),
        Request::BeginBatch => Reply::Ack,
        Request::ChangeRules(changes) => {
            let mut after = rules.clone();
            for (at, change) in changes.iter().enumerate() {
                if let Err(error) = after.apply(change) {
                    return Reply::BatchError(at, Errno::EEXIST, Some(error.to_string()));
                }
            }
            *rules = after;
            Reply::Ack
        }
        Request::ListHits => {
            Reply::Hits(rules.iter().map(|rule| (rule.clone(), rule.key().map(|_| counted()))).collect())
        }
        Request::ListRules => Reply::Rules(rules.iter().cloned().collect()),
        Request::UserMessage(_, text) if text == b"text=hello" => Reply::Ack,
        Request::Describe => Reply::Text("tier: tracepoint\n".into()),
        Request::GetFeatures => Reply::Features(Features { mask: 3, features: 2, lock: 0 }),
        Request::SignalInfo => Reply::SignalInfo(SignalInfo { uid: 1, pid: 2, context: b"ctx".to_vec() }),
        _ => Reply::Error(Errno::EINVAL, None),
    }
}

fn counted() -> RuleCounts {
    RuleCounts { decided: 7, lost: vec![("ring".into(), 3), ("of a reason to come".into(), 1)] }
}

fn rule(uid: u32, key: &[u8]) -> Rule {
    let fields = vec![
        Field { id: FieldId::UID, op: Op::Eq, value: Value::Number(uid) },
        Field { id: FieldId::FILTERKEY, op: Op::Eq, value: Value::Text(key.to_vec()) },
    ];
    Rule { list: List::Exit, action: Action::Always, syscalls: SyscallMask::EMPTY, fields }
}

#[test]
fn client_and_server_understand_each_other() {
    let running = Running::start();
    let mut client = running.client();
    assert_eq!(client.status().unwrap().backlog_wait_time, Some(1));
    let change = StatusChange { enabled: Some(1), ..StatusChange::default() };
    assert_eq!(client.set_status(&change).unwrap(), 0);
    assert_eq!(client.status().unwrap().enabled, 1);
    let reset = StatusChange { reset_lost: true, ..StatusChange::default() };
    assert_eq!(client.set_status(&reset).unwrap(), 42);
    assert_eq!(client.features().unwrap().features, 2);
    assert_eq!(client.signal_info().unwrap().context, b"ctx");
    client.user_message(Kind::USER, b"text=hello").unwrap();
    assert_eq!(client.user_message(Kind::USER, b"no").unwrap_err().errno(), Some(Errno::EINVAL));
    assert_eq!(client.describe().unwrap(), b"tier: tracepoint\n");
}

#[test]
fn rules_are_added_listed_and_deleted_over_the_socket() {
    let running = Running::start();
    let mut client = running.client();
    assert!(client.rules().unwrap().is_empty());
    for uid in 0..300 {
        client.add_rule(&rule(uid, &[b'k'; 200]), uid % 2 == 0).unwrap();
    }
    assert_eq!(client.add_rule(&rule(7, &[b'k'; 200]), false).unwrap_err().errno(), Some(Errno::EEXIST));
    let listed = running.client().rules().unwrap();
    assert_eq!(listed.len(), 300);
    assert_eq!((&listed[0], &listed[299]), (&rule(298, &[b'k'; 200]), &rule(299, &[b'k'; 200])));
    client.delete_rule(&rule(7, &[b'k'; 200])).unwrap();
    let error = client.delete_rule(&rule(7, b"k")).unwrap_err();
    assert_eq!((error.errno(), error.text()), (Some(Errno::ENOENT), Some("no such rule")));
    assert_eq!(client.rules().unwrap().len(), 299);
}

#[test]
fn hostile_datagrams_cost_the_sender_its_connection_and_nobody_else() {
    let running = Running::start();
    let mut good = running.client();
    let path = running.dir.path().join("sock");
    let mut lying = protocol::message(kind::GET, 5, 1, &[]);
    lying[0] = 200;
    for bytes in [vec![1], vec![0; 15], lying, vec![0xff; 65 * 1024]] {
        let evil = Transport::control(&path).unwrap();
        evil.send(&bytes).unwrap();
        let mut buffer = [0; 64];
        let mut ended = false;
        for _ in 0..500 {
            match evil.receive(&mut buffer) {
                Ok(0) | Err(_) if matches!(evil.send(&[0]), Err(ref e) if e.raw_os_error() == Some(libc::EPIPE)) => {
                    ended = true;
                    break;
                }
                _ => thread::sleep(Duration::from_millis(10)),
            }
        }
        assert!(ended, "{} bytes", bytes.len());
    }
    assert_eq!(good.status().unwrap().enabled, 0);
}

#[test]
fn a_rule_that_is_none_is_refused_with_words() {
    let running = Running::start();
    let evil = Transport::control(&running.dir.path().join("sock")).unwrap();
    evil.send(&protocol::message(kind::ADD_RULE, 5, 9, b"short")).unwrap();
    let mut buffer = [0; 256];
    let len = loop {
        match evil.receive(&mut buffer) {
            Ok(len) => break len,
            Err(_) => thread::sleep(Duration::from_millis(5)),
        }
    };
    let (header, payload) = Header::split_message(&buffer[..len]).unwrap();
    assert_eq!((header.kind, header.seq), (kind::NLMSG_ERROR, 9));
    assert_eq!(protocol::error_value(payload), Some(-libc::EINVAL));
    assert!(String::from_utf8_lossy(payload).contains("rule data has 8 bytes"));
}

#[test]
fn replaces_a_stale_socket_but_not_a_live_one_nor_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sock");
    let live = Server::bind(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(Server::bind(&path).unwrap_err().errno(), Some(Errno::EADDRINUSE));
    // A daemon that was killed leaves the file behind.
    let spare = dir.path().join("spare");
    fs::hard_link(&path, &spare).unwrap();
    drop(live);
    assert!(!path.exists());
    let again = Server::bind(&spare).unwrap();
    drop(again);
    fs::write(&path, "precious").unwrap();
    assert_eq!(Server::bind(&path).unwrap_err().errno(), Some(Errno::ENOTSOCK));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
}

#[test]
fn a_silent_daemon_is_a_timeout_not_a_hang() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sock");
    let _silent = Server::bind(&path).unwrap();
    let mut client = Client::control(&path).unwrap();
    client.set_timeout(Duration::from_millis(30));
    assert!(matches!(client.status(), Err(Error::Timeout { .. })));
    assert_eq!(Client::control(&dir.path().join("none")).unwrap_err().errno(), Some(Errno::ENOENT));
}

#[test]
fn a_batch_is_made_whole_or_not_at_all() {
    let running = Running::start();
    let mut client = running.client();
    let add = |uid| Change::Add(rule(uid, b"k"), false);
    assert!(client.begin_batch().unwrap());
    client.change_rules(&[add(1), add(2), Change::Delete(rule(1, b"k"))]).unwrap();
    assert_eq!(client.rules().unwrap(), [rule(2, b"k")]);
    client.begin_batch().unwrap();
    let (at, error) = client.change_rules(&[add(3), add(4), add(2), add(5)]).unwrap_err();
    assert_eq!((at, error.errno()), (Some(2), Some(Errno::EEXIST)));
    assert_eq!(client.rules().unwrap(), [rule(2, b"k")], "nothing of it was made");
    assert_eq!(client.hits().unwrap(), [(rule(2, b"k"), Some(counted()))]);
    // without a beginning, a change is a change
    client.add_rule(&rule(9, b"k"), false).unwrap();
    assert_eq!(client.rules().unwrap().len(), 2);
}

#[test]
fn a_client_that_goes_away_takes_its_batch_with_it() {
    let running = Running::start();
    let mut gone = running.client();
    gone.begin_batch().unwrap();
    gone.add_rule(&rule(1, b"k"), false).unwrap();
    drop(gone);
    let mut client = running.client();
    assert!(client.rules().unwrap().is_empty());
    // a commit of nothing begun is refused
    let (at, error) = client.change_rules(&[]).unwrap_err();
    assert_eq!((at, error.errno()), (None, Some(Errno::EINVAL)));
}

#[test]
fn too_many_changes_at_once_are_refused_as_one() {
    let running = Running::start();
    let mut client = running.client();
    client.begin_batch().unwrap();
    let many: Vec<Change> = (0..20_001).map(|uid| Change::Add(rule(uid, b"k"), false)).collect();
    let (at, error) = client.change_rules(&many).unwrap_err();
    assert_eq!((at, error.errno()), (Some(20_000), Some(Errno::E2BIG)));
    assert!(client.rules().unwrap().is_empty());
}

#[test]
fn too_many_bytes_at_once_are_refused_as_one() {
    let running = Running::start();
    let mut client = running.client();
    client.begin_batch().unwrap();
    let long = |id| Field { id, op: Op::Eq, value: Value::Text(vec![b'x'; 4000]) };
    let fields: Vec<Field> = [FieldId::WATCH, FieldId::FILTERKEY].into_iter().map(long).collect();
    let rule = Rule { list: List::Exit, action: Action::Always, syscalls: SyscallMask::EMPTY, fields };
    let many = vec![Change::Add(rule, true); 8000];
    let (at, error) = client.change_rules(&many).unwrap_err();
    assert_eq!(error.errno(), Some(Errno::E2BIG));
    assert!(at.is_some_and(|at| (7000..8000).contains(&at)), "{at:?}");
    assert!(client.rules().unwrap().is_empty());
}

#[test]
fn a_listing_longer_than_any_batch_arrives() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sock");
    let mut server = Server::bind(&path).unwrap();
    server.allow_uid(nix::unistd::getuid().as_raw());
    let asked = thread::spawn(move || Client::control(&path).unwrap().rules().map(|rules| rules.len()));
    while !asked.is_finished() {
        poll(&mut server.poll_fds(), PollTimeout::from(20u8)).unwrap();
        server.serve(|_, _| Reply::Rules(vec![rule(1, b"k"); 25_000])).unwrap();
    }
    assert_eq!(asked.join().unwrap().unwrap(), 25_000);
}
