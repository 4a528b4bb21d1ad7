//! What keeps rauditd from starting: one clear line, auditd's exit code, and nothing has changed.

use super::daemon::{Daemon, Setup, one_line, wait_until};
use super::kernel::Kernel;
use super::log;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        println!("SKIPPED: needs root");
    }
    root
}

#[test]
fn bad_configuration_is_named_by_file_and_line() {
    let Some(_kernel) = Kernel::take() else { return };
    for (file, text, line) in [
        ("auditd.conf", "log_format = RAW\nnum_logs = 1000\n", 2),
        ("auditd.conf", "log_format = RAW\n\n# remark\nflush = sometimes\n", 4),
        ("auditd.conf", "no_such_key = 1\n", 1),
        ("auditd.conf", "num_logs\n", 1),
        ("auditd.conf", "log_format = RAW\nnum_logs = 3 4\n", 2),
        ("auditd.conf", "\u{1}\u{2}\u{3}\n", 1),
        ("auditd.conf", "max_log_file_action = halt\n", 1),
        ("rauditd.conf", "backend = ebpf\n", 1),
        ("rauditd.conf", "backend = auto\nring_size = 3M\n", 2),
        ("rauditd.conf", "backend = auto\nbackend = auto bpf\n", 2),
        ("rauditd.conf", "settle_time = soon\n", 1),
    ] {
        let setup = Setup::new("");
        setup.write(file, text);
        let output = setup.run(&["-n"]);
        assert_eq!(output.status.code(), Some(6), "{text:?}");
        let said = one_line(&output);
        assert!(said.contains(&format!("/{file}:{line}: ")), "{text:?}: {said}");
        assert!(!setup.log().exists(), "{text:?}");
    }
}

#[test]
fn configuration_that_others_may_write_is_refused() {
    let Some(_kernel) = Kernel::take() else { return };
    for file in ["auditd.conf", "rauditd.conf"] {
        let setup = Setup::new("");
        fs::set_permissions(setup.path(file), fs::Permissions::from_mode(0o666)).unwrap();
        let output = setup.run(&["-n"]);
        assert_eq!(output.status.code(), Some(6));
        assert!(one_line(&output).contains(&format!("/{file}")));
    }
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for args in [&["-x"][..], &["--no-such"], &["-s", "maybe"], &["word"], &["-c"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_rauditd")).args(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty());
    }
}

#[test]
fn who_is_not_root_is_told() {
    if !is_root() {
        return;
    }
    // The program must be readable for the user it runs as.
    let dir = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = dir.path().join("rauditd");
    // copied by another process: a child that another test starts meanwhile would have it open for writing
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_rauditd")).arg(&program).status().unwrap();
    assert!(copied.success());
    let output = Command::new(&program).arg("-n").uid(65534).gid(65534).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(one_line(&output), "rauditd: You must be root to run this program.");
}

/// Without the right to be the audit daemon, though root.
#[test]
fn root_without_the_capability_is_told() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("");
    let mut command = Command::new("setpriv");
    command.args(["--bounding-set", "-audit_control,-audit_read", "--inh-caps", "-audit_control,-audit_read"]);
    command.arg(env!("CARGO_BIN_EXE_rauditd")).args(["-n", "-c"]).arg(setup.path(""));
    let Ok(output) = command.output() else {
        println!("SKIPPED: setpriv (util-linux) is not installed");
        return;
    };
    assert_eq!(output.status.code(), Some(4), "{}", String::from_utf8_lossy(&output.stderr));
    let said = one_line(&output);
    assert!(said.contains("ermi") || said.contains("privilege") || said.contains("root"), "{said}");
    assert_eq!(kernel.state(), before);
}

#[test]
fn a_second_daemon_gives_up_and_the_first_goes_on() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let first = Setup::new("backend = netlink\n");
    let daemon = Daemon::start(&first);
    let running = kernel.state();
    // With a configuration of its own; and by mistake with that of the first.
    let second = Setup::new("backend = netlink\n");
    for setup in [&second, &first] {
        let output = setup.run(&["-n"]);
        assert_eq!(output.status.code(), Some(1));
        let said = one_line(&output);
        assert!(said.contains(&format!("pid {}", daemon.pid())), "{said}");
        assert_eq!(kernel.state(), running);
    }
    assert_eq!(log::last(&second.log()).kind, "DAEMON_ABORT");
    assert!(log::last(&second.log()).plain().ends_with("res=failed"));
    assert!(!second.path("rauditd.pid").exists() && !second.path("rauditd.sock").exists());
    assert_eq!(fs::read_to_string(first.path("rauditd.pid")).unwrap().trim(), daemon.pid().to_string());
    first.ctl_ok("-m still-here");
    wait_until("a message in the first log", || log::count(&first.log(), "USER", "still-here") == 1);
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(log::last(&first.log()).kind, "DAEMON_END");
    assert_eq!(kernel.state(), before);
}

#[test]
fn a_log_that_cannot_be_opened_or_a_socket_that_cannot_be_bound_ends_the_start() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = netlink\n");
    fs::create_dir(setup.log()).unwrap();
    let output = setup.run(&["-n"]);
    assert_eq!(output.status.code(), Some(6));
    let said = one_line(&output);
    assert!(said.contains(setup.log().to_str().unwrap()), "{said}");
    fs::remove_dir(setup.log()).unwrap();
    fs::create_dir(setup.path("rauditd.sock")).unwrap();
    let output = setup.run(&["-n"]);
    assert_eq!(output.status.code(), Some(1));
    let said = one_line(&output);
    assert!(said.contains("rauditd.sock"), "{said}");
    assert_eq!(kernel.state(), before);
}
