//! Rules files while BPF captures: by the thousand, all of a file or nothing of it, and counted rule by rule.

use super::daemon::{Daemon, Setup, kernel_ctl, wait_until};
use super::kernel::Kernel;
use super::work::{GID, Workload};
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

/// A file of the rules an administrator of many applications may have: each its users, its files, its ports.
fn file(setup: &Setup, name: &str, content: &str) -> String {
    let path = setup.path(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    path.display().to_string()
}

fn rules(count: usize) -> String {
    let mut text = "-D\n".to_owned();
    for n in 0..count {
        let user = 10_000 + n;
        let rule = match n % 5 {
            0 => format!("-S open,openat,openat2 -F exit=-EACCES -F auid={user}"),
            1 => format!("-S execve,execveat -F uid={user} -F auid!=unset"),
            2 => format!("-S connect -F auid>={user} -F auid<{} -F success=0", user + 1),
            3 => format!("-S setuid,setgid,setreuid -F euid={user} -F a0=0"),
            _ => format!("-S getppid -F pid={} -F sessionid!=unset", 5_000_000 + n),
        };
        writeln!(text, "-a always,exit -F arch=b64 {rule} -F key=app-{n}").unwrap();
    }
    text
}

#[test]
fn two_thousand_rules_load_at_once() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    let small = file(&setup, "small.rules", &rules(5));
    let many = file(&setup, "many.rules", &rules(2000));
    let timed = |path: &str| {
        let start = Instant::now();
        setup.ctl_ok(&format!("-R {path}"));
        start.elapsed()
    };
    // attaches the programs
    let attach = timed(&small);
    let load = timed(&many);
    let again = timed(&many);
    println!("5 rules and attaching {attach:?}; 2,000 rules {load:?}; the same again {again:?}");
    assert_eq!(setup.ctl_ok("-l").lines().count(), 2000);
    // a second in a release build; this may be one without optimisation, on a busy machine
    assert!(load < Duration::from_secs(10), "{load:?}");
    let start = Instant::now();
    for n in 0..20 {
        setup.ctl_ok(&format!("-a always,exit -F arch=b64 -S getppid -F pid={} -k single-{n}", 6_000_000 + n));
    }
    println!("a single rule more: {:?}", start.elapsed() / 20);
    setup.ctl_ok("-D");
    assert_eq!(setup.ctl_ok("-l"), "No rules\n");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

#[test]
fn a_file_is_loaded_whole_or_not_at_all() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    let rule = |key: &str| format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -F key={key}");
    setup.ctl_ok(&rule("before"));
    let (listed, backlog) = (setup.ctl_ok("-l"), setup.status("backlog_limit"));
    let fails = |name: &str, bad: &str, code: i32, said: &[&str]| {
        let text = format!("-D\n-b 12345\n{}\n{bad}\n{}\n", rule("one"), rule("two"));
        let path = file(&setup, name, &text);
        let output = setup.ctl(&format!("-R {path}"));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}: {errors}");
        for part in said {
            assert!(errors.contains(part), "{name}: {errors}");
        }
    };
    let nothing = "was loaded; the rules are as they were";
    for (name, bad, why) in [
        ("unknown", "-a always,exit -S nosuchcall".to_owned(), "Syscall name unknown: nosuchcall"),
        ("twice", rule("one"), "Error sending add rule data request (Rule exists)"),
        ("kernel", "-a always,exit -F uid=unset".to_owned(), "(Invalid argument)"),
        ("gone", "-d always,exit -F pid=1".to_owned(), "delete rule data request (No such file or directory)"),
        ("unserved", "-w /etc/passwd -p wa".to_owned(), "not served by backend = bpf: "),
    ] {
        fails(name, &bad, 1, &[why, "There was an error in line 4 of", nothing]);
        assert_eq!(setup.ctl_ok("-l"), listed, "{name}");
        assert_eq!(setup.status("backlog_limit"), backlog, "{name}");
    }
    // -i and -c go on without the line that fails
    fails("ignored", "-i\n-a always,exit -S nosuchcall", 0, &["Syscall name unknown: nosuchcall", "line 5 of"]);
    assert_eq!(setup.ctl_ok("-l"), format!("{}\n{}\n", rule("one"), rule("two")));
    assert_eq!(setup.status("backlog_limit"), "12345");
    fails("left-out", "-i\n-w /etc/passwd -p wa", 0, &["not served by backend = bpf: ", "line 5 of"]);
    assert_eq!(setup.ctl_ok("-l"), format!("{}\n{}\n", rule("one"), rule("two")), "only that line is left out");
    fails("counted", "-c\n-a always,exit -S nosuchcall", 1, &["line 5 of"]);
    assert_eq!(setup.ctl_ok("-l").lines().count(), 2);
    setup.ctl_ok(&format!("-b {backlog}"));
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

/// A file with a rule that only the kernel serves: with `auto` it takes over, or refuses all of the file.
#[test]
fn what_the_kernel_refuses_leaves_all_as_it_was() {
    let Some(mut kernel) = Kernel::take() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = auto\nsettle_time = 50\n");
    let daemon = Daemon::start(&setup);
    let rule = |key: &str| format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -F key={key}");
    setup.ctl_ok(&rule("before"));
    wait_until("BPF", || setup.status("backend").starts_with("bpf ("));
    let missing = "-w /no/such/directory/file -p wa -k watch";
    let path = file(&setup, "missing.rules", &format!("-D\n{}\n{missing}\n", rule("one")));
    let output = setup.ctl(&format!("-R {path}"));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("(No such file or directory)") && said.contains("line 3 of"), "{said}");
    assert_eq!(setup.ctl_ok("-l"), format!("{}\n", rule("before")));
    assert!(setup.status("backend").starts_with("bpf ("));
    assert_eq!(setup.ctl(missing).status.code(), Some(255), "alone it is refused as well");
    assert!(setup.status("backend").starts_with("bpf ("));
    assert_eq!(kernel_ctl("-l").trim(), "-a never,task -F key=rauditd", "nothing of it stayed in the kernel");
    // rules that others change in the kernel meanwhile: what is listed can be deleted, and is gone then
    setup.ctl_ok("-a never,exclude -F pid=4000000");
    kernel_ctl("-d never,exclude -F pid=4000000");
    kernel_ctl(&rule("before"));
    kernel_ctl("-a never,user -F pid=4000001");
    assert_eq!(setup.ctl_ok("-l").lines().count(), 3);
    assert_eq!(setup.ctl_ok("-D"), "No rules\n");
    assert_eq!(kernel_ctl("-l").trim(), "-a never,task -F key=rauditd");
    assert!(setup.status("backend").starts_with("bpf ("));
    // what the kernel takes brings it back
    let path = file(&setup, "watch.rules", &format!("-D\n{}\n-w /etc/passwd -p wa -k watch\n", rule("one")));
    setup.ctl_ok(&format!("-R {path}"));
    assert_eq!(setup.status("backend"), "netlink");
    assert_eq!(kernel_ctl("-l"), setup.ctl_ok("-l"));
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}

#[test]
fn every_rule_says_how_often_it_decided() {
    let Some(mut kernel) = Kernel::take() else { return };
    let Some(workload) = Workload::new() else { return };
    let before = kernel.state();
    let setup = Setup::new("backend = bpf\n");
    let daemon = Daemon::start(&setup);
    let rule = |key: &str| format!("-a always,exit -F arch=b64 -S getppid -F gid={GID} -F key={key}");
    setup.ctl_ok(&rule("first"));
    setup.ctl_ok(&rule("never-reached"));
    let counts = || -> Vec<String> {
        let text = setup.ctl_ok("-l --stats");
        text.lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    workload.burst(10);
    assert_eq!(counts(), ["10", "0"]);
    // a change of other rules keeps the count
    setup.ctl_ok("-A never,exit -F arch=b64 -S setuid -F pid=1");
    setup.ctl_ok("-a never,user -F pid=1");
    workload.burst(5);
    assert_eq!(counts(), ["-", "0", "15", "0"]);
    // a rule that says never is counted, and so is one that is loaded anew
    setup.ctl_ok(&format!("-A never,exit -F arch=b64 -S getppid -F gid={GID}"));
    workload.burst(3);
    setup.ctl_ok(&format!("-d {}", rule("first").trim_start_matches("-a ")));
    setup.ctl_ok(&rule("first"));
    assert_eq!(counts(), ["-", "3", "0", "0", "0"]);
    setup.ctl_ok("-D");
    assert_eq!(daemon.stop().code, Some(0));
    assert_eq!(kernel.state(), before);
}
