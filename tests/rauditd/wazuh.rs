//! What Wazuh's agent does for its "whodata": it looks for auditd, writes a plugin's file, restarts the daemon, reads a socket and adds rules.

use super::daemon::{Daemon, Setup, kernel_ctl, wait_until};
use super::kernel::Kernel;
use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::Duration;

/// The plugin's file as its versions write it for those of auditd.
const FORMS: [&str; 3] = [
    "active = yes\ndirection = out\npath = builtin_af_unix\ntype = builtin\nargs = 0640 SOCKET\nformat = string\n",
    "active = yes\ndirection = out\npath = /sbin/audisp-af_unix\ntype = always\nargs = 0640 SOCKET\nformat = string\n",
    "active = yes\ndirection = out\npath = /sbin/audisp-af_unix\ntype = always\nargs = 0640 SOCKET string\nformat = binary\n",
];

/// Whether a process is called auditd, as procfs tells.
fn auditd_runs() -> bool {
    fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .any(|entry| fs::read_to_string(entry.path().join("comm")).is_ok_and(|comm| comm == "auditd\n"))
}

/// auditctl's version as `sscanf("auditctl version %d.%d.%d")` reads it.
fn version() -> [u32; 3] {
    let output = Command::new(env!("CARGO_BIN_EXE_rauditctl")).arg0("/sbin/auditctl").arg("-v").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let numbers = text.trim().strip_prefix("auditctl version ").unwrap().split('.');
    numbers.map(|number| number.parse().unwrap()).collect::<Vec<_>>().try_into().unwrap()
}

/// The records up to an end of event, when one has this text; with the number of records read.
fn event_with(lines: &mut impl BufRead, text: &str) -> Vec<String> {
    let mut event = Vec::new();
    loop {
        let mut line = String::new();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the socket ended");
        if line.starts_with("type=EOE ") {
            if event.iter().any(|line: &String| line.contains(text)) {
                return event;
            }
            event.clear();
        } else {
            event.push(line);
        }
    }
}

/// The agent's steps with one form of the file.
fn watch_with(form: &str) {
    let mut setup = Setup::new("");
    setup.program = setup.path("auditd");
    symlink(env!("CARGO_BIN_EXE_rauditd"), &setup.program).unwrap();
    let socket = setup.path("whodata");
    let daemon = Daemon::start(&setup);
    assert!(auditd_runs(), "no process is called auditd");
    setup.write("plugins.d/af_wazuh.conf", &form.replace("SOCKET", socket.to_str().unwrap()));
    daemon.stop();
    let daemon = Daemon::start(&setup);
    let mut stream = None;
    wait_until("the socket", || {
        stream = UnixStream::connect(&socket).ok();
        stream.is_some()
    });
    let stream = stream.unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut lines = BufReader::new(stream);
    let watched = setup.path("watched");
    fs::create_dir(&watched).unwrap();
    // The rule goes to the kernel, past the daemon.
    kernel_ctl(&format!("-w {} -p wa -k wazuh_fim", watched.display()));
    fs::write(watched.join("file"), "x").unwrap();
    let event = event_with(&mut lines, &format!("name=\"{}/file\"", watched.display()));
    let syscall = event.iter().find(|line| line.starts_with("type=SYSCALL")).unwrap();
    // The fields it looks for, each between blanks.
    for field in [" uid=", " auid=", " euid=", " pid=", " ppid=", " items=", " syscall=", " exe=\""] {
        assert!(syscall.contains(field), "{field} in {syscall}");
    }
    assert!(syscall.contains("key=\"wazuh_fim\""), "{syscall}");
    let call: u32 = syscall.split(" syscall=").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!([2, 257, 85].contains(&call), "{syscall}");
    assert!(event.iter().any(|line| line.starts_with("type=CWD") && line.contains(" cwd=")), "{event:?}");
    let path = event.iter().find(|line| line.contains(" item=0 ")).unwrap();
    assert!([" name=", " inode=", " dev="].iter().all(|field| path.contains(field)), "{path}");
    fs::remove_file(watched.join("file")).unwrap();
    let event = event_with(&mut lines, "nametype=DELETE");
    assert!(event.iter().any(|line| line.contains("key=\"wazuh_fim\"")), "{event:?}");
    kernel_ctl(&format!("-W {} -p wa -k wazuh_fim", watched.display()));
    let removed = event_with(&mut lines, "op=remove_rule");
    assert!(removed.iter().any(|line| line.contains(" auid=")), "{removed:?}");
    assert_eq!(daemon.stop().code, Some(0));
}

#[test]
fn wazuhs_sequence_ends_with_its_events() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    assert!(version() >= [4, 0, 3], "it would write an old form");
    for form in FORMS {
        watch_with(form);
    }
    assert_eq!(kernel.state(), before);
}
