//! audisp-remote over TLS, with OpenSSL's own server at the other end.

use super::collector::parse;
use super::sender::{Scratch, wait_until};
use super::{closed_port, lines, records};
use raudit_remote::protocol::{kind, push_message};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

/// `openssl s_server`, which is dumb: we answer through it.
struct Server {
    child: Child,
    stored: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(port: u16, key: &str) -> Self {
        let mut command = Command::new("openssl");
        command.args(["s_server", "-tls1_3", "-nocert", "-quiet", "-psk_identity", "me", "-psk", key]);
        command.args(["-accept", &format!("127.0.0.1:{port}")]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let stored: Arc<Mutex<Vec<String>>> = Arc::default();
        let (mut from, mut to) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        let shared = Arc::clone(&stored);
        std::thread::spawn(move || {
            let (mut unused, mut bytes) = (Vec::new(), [0; 4096]);
            while let Ok(n @ 1..) = from.read(&mut bytes) {
                unused.extend_from_slice(&bytes[..n]);
                while let Some((message, len)) = parse(&unused) {
                    unused.drain(..len);
                    shared.lock().unwrap().push(message.text);
                    let mut answer = Vec::new();
                    push_message(&mut answer, kind::ACK, message.sequence, b"");
                    if to.write_all(&answer).and_then(|()| to.flush()).is_err() {
                        return;
                    }
                }
            }
        });
        Self { child, stored }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

#[test]
fn records_go_over_tls_by_a_key_that_is_read_again() {
    if Command::new("openssl").arg("version").output().is_err() || !cfg!(feature = "tls") {
        println!("SKIPPED: no openssl program here, or a build without TLS");
        return;
    }
    let Some(scratch) = Scratch::new() else { return };
    let (good, wrong) = ("0b".repeat(32), "0c".repeat(32));
    let file = scratch.path("key");
    let write_key = |key: &str| {
        drop(fs::remove_file(&file));
        fs::write(&file, key).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o400)).unwrap();
    };
    write_key(&wrong);
    let port = closed_port();
    let server = Server::start(port, &good);
    let settings = format!("transport = tls\ntls_psk_identity = me\ntls_psk_file = {}", file.display());
    scratch.conf(port, &settings);
    let mut sender = scratch.ours();
    sender.feed(&records(0, 300));
    sender.wait_for("TLS with 127.0.0.1 failed");
    write_key(&good);
    sender.signal(nix::sys::signal::Signal::SIGHUP);
    wait_until("all records", || server.stored.lock().unwrap().len() == 300);
    let (code, said) = sender.end();
    assert_eq!(code, Some(0), "{said}");
    assert!(*server.stored.lock().unwrap() == lines(0, 300));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let (code, said) = scratch.ours().end();
    assert!(code == Some(6) && said.contains("0400") && said.lines().count() == 1, "{said}");
}
