//! audisp-af_unix under raudispd.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, helpers included"
)]

mod raudispd;

use raudispd::{Dispatcher, Scratch, numbered};
use std::fs;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// A plugin that is a copy of raudispd by the sink's name; gives the socket.
fn sink(scratch: &Scratch) -> String {
    let (program, socket) = (scratch.path("audisp-af_unix"), scratch.path("events"));
    fs::hard_link(env!("CARGO_BIN_EXE_raudispd"), &program)
        .or_else(|_| fs::copy(env!("CARGO_BIN_EXE_raudispd"), &program).map(drop))
        .unwrap();
    let args = format!("0640 {} string 2000", socket.display());
    let text = format!("active = yes\npath = {}\nargs = {args}\nformat = binary\n", program.display());
    fs::write(scratch.path("plugins.d/af_unix.conf"), text).unwrap();
    socket.display().to_string()
}

fn read(scratch: &Scratch, socket: &str, first: usize, count: usize) -> UnixStream {
    let mut connected = None;
    // For a moment the socket is there and nobody listens yet.
    scratch.wait_until(|| {
        connected = UnixStream::connect(socket).ok();
        connected.is_some()
    });
    let mut reader = connected.unwrap();
    reader.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let expected: String = (first..first + count).map(|n| format!("type=PATH msg=audit(1.000:{n}): x\n")).collect();
    let mut bytes = vec![0; expected.len()];
    reader.read_exact(&mut bytes).unwrap();
    assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    reader
}

#[test]
fn a_reader_connects_again_after_a_reload_and_after_a_new_dispatcher() {
    let Some(scratch) = Scratch::new() else { return };
    let socket = sink(&scratch);
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    dispatcher.send(&numbered(0, 1000));
    let mut reader = read(&scratch, &socket, 0, 1000);
    dispatcher.signal_and_wait_for("HUP", "configuration reloaded");
    assert_eq!(reader.read(&mut [0]).unwrap(), 0, "the old one has ended");
    dispatcher.send(&numbered(1000, 1000));
    reader = read(&scratch, &socket, 1000, 1000);
    // Without a chance to stop its plugins, and another at once.
    dispatcher.signal("KILL");
    dispatcher.wait();
    dispatcher = Dispatcher::start(&scratch, &[]);
    assert_eq!(reader.read(&mut [0]).unwrap(), 0);
    scratch.wait_until(|| UnixStream::connect(&socket).is_ok());
    dispatcher.send(&numbered(2000, 10));
    let end = dispatcher.end();
    assert_eq!(end.code, Some(0), "{}", end.said);
    assert!(!end.said.contains("terminated unexpectedly") && !Path::new(&socket).exists(), "{}", end.said);
}
