//! What becomes of settings and rules when a commit goes wrong: a server that answers as told.

use super::super::{Session, rules_file};
use crate::protocol::{Features, Status};
use crate::{Client, Reply, Request, Server};
use nix::errno::Errno;
use nix::poll::{PollTimeout, poll};
use raudit_rules::Change;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The double's state, and what goes wrong with it.
#[derive(Default)]
struct Double {
    status: Status,
    locked_features: bool,
    rules: usize,
    /// Changes made outside a batch.
    singles: usize,
    commits: Vec<Reply>,
    lists: bool,
    /// Batches still offered.
    batches: usize,
    /// `-b` is refused.
    no_backlog: bool,
}

impl Double {
    fn new() -> Self {
        let status = Status { enabled: 1, backlog_limit: 64, ..Status::default() };
        Self { status, lists: true, batches: 1, ..Self::default() }
    }

    fn answer(&mut self, request: Request) -> Reply {
        match request {
            Request::GetStatus => Reply::Status(self.status),
            Request::SetStatus(change) if change.backlog_limit.is_some() && self.no_backlog => {
                Reply::Error(Errno::EPERM, None)
            }
            Request::SetStatus(change) => {
                self.status.enabled = change.enabled.unwrap_or(self.status.enabled);
                self.status.backlog_limit = change.backlog_limit.unwrap_or(self.status.backlog_limit);
                Reply::Ack
            }
            Request::SetFeatures(features) => {
                self.locked_features |= features.lock & Features::LOGINUID_IMMUTABLE != 0;
                Reply::Ack
            }
            Request::ListRules if self.lists => Reply::Rules(Vec::new()),
            Request::BeginBatch if self.batches > 0 => {
                self.batches -= 1;
                Reply::Ack
            }
            Request::BeginBatch => Reply::Error(Errno::EOPNOTSUPP, None),
            Request::ChangeRule(Change::Add(..)) => {
                self.singles += 1;
                Reply::Ack
            }
            Request::ChangeRules(changes) => {
                let reply = self.commits.pop().unwrap_or(Reply::Ack);
                self.rules += if reply == Reply::Ack { changes.len() } else { 0 };
                reply
            }
            _ => Reply::Error(Errno::EINVAL, None),
        }
    }

    /// Loads a file with this text; the exit code, and what is left of the double.
    fn load(mut self, text: &str) -> (u8, Self) {
        let dir = tempfile::tempdir().unwrap();
        let (file, socket) = (dir.path().join("a.rules"), dir.path().join("sock"));
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let mut server = Server::bind(&socket).unwrap();
        server.allow_uid(nix::unistd::getuid().as_raw());
        let stop = AtomicBool::new(false);
        let code = thread::scope(|scope| {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    poll(&mut server.poll_fds(), PollTimeout::from(20u8)).unwrap();
                    server.serve(|request, _| self.answer(request)).unwrap();
                }
            });
            let code = load(&socket, &file);
            stop.store(true, Ordering::Relaxed);
            code
        });
        (code, self)
    }
}

fn load(socket: &Path, file: &Path) -> u8 {
    let client = Client::control(socket);
    let mut session = Session { client, features: u32::MAX, enabled: 1, disabled: false, is_auditctl: false };
    rules_file::load(&mut session, file)
}

const RULES: &str = "-a always,exit -F uid=1\n-a always,exit -F uid=2\n";

#[test]
fn a_commit_that_fails_for_no_change_takes_the_settings_back() {
    let refusal = Reply::Error(Errno::EOPNOTSUPP, Some("kernel audit holds the rules".into()));
    for go_on in ["", "-c\n"] {
        let double = Double { commits: vec![refusal.clone()], ..Double::new() };
        let (code, double) = double.load(&format!("{go_on}-b 100\n--loginuid-immutable\n{RULES}"));
        assert_eq!((code, double.status.backlog_limit, double.rules, double.singles), (1, 64, 0, 0));
        assert!(!double.locked_features, "what cannot be taken back comes after the rules");
    }
}

#[test]
fn a_second_attempt_that_is_no_batch_makes_nothing() {
    let double = Double { commits: vec![Reply::BatchError(0, Errno::EINVAL, None)], ..Double::new() };
    let (code, double) = double.load(&format!("-c\n-b 100\n{RULES}"));
    assert_eq!((code, double.status.backlog_limit, double.rules, double.singles), (1, 64, 0, 0));
    let double = Double { commits: vec![Reply::BatchError(0, Errno::EINVAL, None)], batches: 2, ..Double::new() };
    let (code, double) = double.load(&format!("-c\n-b 100\n{RULES}"));
    assert_eq!((code, double.status.backlog_limit, double.rules, double.singles), (1, 100, 1, 0));
}

#[test]
fn rules_that_cannot_be_listed_are_added_one_by_one() {
    let (code, double) = Double { lists: false, ..Double::new() }.load(RULES);
    assert_eq!((code, double.rules, double.singles, double.batches), (0, 0, 2, 1));
}

#[test]
fn what_fails_after_the_rules_leaves_them() {
    let (code, double) = Double { no_backlog: true, ..Double::new() }.load(&format!("{RULES}-e 2\n-b 100\n-f 0\n"));
    assert_eq!((code, double.status.enabled, double.rules), (1, 2, 2));
}
