//! `rauditctl doctor`: of a machine in a directory, healthy, broken or hostile, with answers given; and of this
//! machine, by the program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

#[path = "rauditctl/cases.rs"]
mod cases;
#[path = "rauditctl/double.rs"]
mod double;

use raudit_doctor::{Audit, Facts, Finding, Root, Severity, finding, show};
use raudit_netlink::Status;
use raudit_rules::Rule;
use raudit_rules::command::{self, Context, Step};
use raudit_rules::rules_dir::RulesDir;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

const CONF: &str = "log_file = /var/log/audit/audit.log\nflush = incremental_async\nfreq = 50\nnum_logs = 5\n\
    max_log_file = 8\nmax_log_file_action = rotate\nspace_left = 2\nspace_left_action = email\nadmin_space_left = 1\n";
const RULES: &str = "-D\n-b 8192\n-a always,exit -F arch=b64 -S settimeofday -F key=time\n\
    -a always,exit -F arch=b32 -S settimeofday -F key=time\n";

/// A directory that stands for `/`.
struct Machine(tempfile::TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, path: &str) -> std::path::PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>, mode: u32) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        self.mode(&path, mode);
    }

    fn mode(&self, path: impl AsRef<Path>, mode: u32) {
        fs::set_permissions(self.path("").join(path), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// What a kernel shows, and one process that is the audit daemon.
    fn system(&self, daemon: &str) {
        self.write("proc/sys/kernel/osrelease", "6.12.1\n", 0o644);
        self.write("proc/cmdline", "ro audit=1\n", 0o644);
        self.write("proc/self/loginuid", "4294967295", 0o644);
        self.write("proc/1/comm", "systemd\n", 0o644);
        self.write("proc/700/comm", format!("{daemon}\n"), 0o644);
        self.write("proc/net/netlink", "sk Eth Pid Groups\n", 0o644);
        self.write("sys/kernel/btf/vmlinux", "", 0o444);
    }

    /// Rules, settings and a log as they should be.
    fn healthy() -> Self {
        let machine = Self::new();
        machine.system("rauditd");
        machine.write("etc/audit/rules.d/time.rules", RULES, 0o640);
        let dir = RulesDir::read(&machine.path("etc/audit/rules.d")).unwrap();
        machine.write("etc/audit/audit.rules", dir.merged().text("/etc/audit/rules.d"), 0o640);
        machine.write("etc/audit/auditd.conf", CONF, 0o640);
        machine.write("var/log/audit/audit.log", record(now()), 0o600);
        machine.mode("var/log/audit", 0o700);
        machine.write("var/log/audit/audit.log.1", "", 0o400);
        machine
    }

    fn examine(&self, audit: Audit) -> Vec<Finding> {
        Facts::gather(&Root::at(self.0.path()), audit).judge()
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn record(seconds: u64) -> String {
    format!("type=USER msg=audit({seconds}.123:4): pid=1 uid=0 auid=0 ses=1 msg='op=x'\n")
}

fn rules(text: &str) -> Vec<Rule> {
    let steps = text.lines().flat_map(|line| {
        let words: Vec<&[u8]> = line.split(' ').map(str::as_bytes).collect();
        command::parse(&words, Context::default()).steps.unwrap()
    });
    steps.filter_map(|step| if let Step::Add(rule, _) = step { Some(rule) } else { None }).collect()
}

/// A rauditd's answers, with nothing wrong.
fn served() -> Audit {
    let status = Status { enabled: 1, failure: 1, pid: 700, backlog_limit: 8192, ..Status::default() };
    Audit {
        by_daemon: true,
        off: false,
        status: Ok(Status { backlog_wait_time: Some(60000), ..status }),
        rules: Ok(rules(RULES)),
        description: Ok("backend bpf (fentry)\nbpf_events matched=3 delivered=3 lost=0\n".into()),
        plugins: Ok(vec![json!({"name": "a", "runs": true, "suspended": false, "dropped": 0, "restarts": 0})]),
    }
}

fn is_root() -> bool {
    let root = nix::unistd::geteuid().is_root();
    if !root {
        println!("SKIPPED: only root can make files of root's; run the tests as root");
    }
    root
}

#[test]
fn a_healthy_machine_is_said_to_be() {
    if !is_root() {
        return;
    }
    let findings = Machine::healthy().examine(served());
    let worse: Vec<&Finding> = findings.iter().filter(|finding| finding.severity > Severity::Ok).collect();
    // The directory is on the file system that stands for the root's.
    assert!(matches!(worse.as_slice(), [one] if one.what.contains("root file system")), "{worse:#?}");
    assert_eq!(finding::exit_code(&findings), 0);
    let subjects: Vec<&str> = findings.iter().map(|finding| finding.subject).collect();
    for subject in ["kernel", "owner", "capture", "agents", "journald", "backlog", "files", "rules", "settings", "log"]
    {
        assert!(subjects.contains(&subject), "{subject}");
    }
    for subject in ["space", "clock", "permissions", "plugins"] {
        assert!(subjects.contains(&subject), "{subject}");
    }
}

/// Everything is wrong that can be at once.
fn broken() -> (Machine, Audit) {
    let machine = Machine::healthy();
    machine.system("osqueryd");
    machine.write("proc/cmdline", "ro audit=0\n", 0o644);
    machine.write("proc/sys/kernel/kptr_restrict", "2\n", 0o644);
    machine.write("sys/kernel/security/lockdown", "none integrity [confidentiality]\n", 0o644);
    machine.write("sys/kernel/security/lsm", "capability,smack", 0o644);
    fs::remove_file(machine.path("sys/kernel/btf/vmlinux")).unwrap();
    fs::remove_file(machine.path("proc/self/loginuid")).unwrap();
    machine.write("proc/20/comm", "auditbeat\n", 0o644);
    machine.write("proc/21/comm", "falco\n", 0o644);
    machine.write("proc/net/netlink", "x 9 1 00000001\nx 9 22 00000001\n", 0o644);
    machine.write("etc/audit/rules.d/bad.rules", "-w /etc/passwd -p zz\n-a always,exit -S opne\n", 0o666);
    let conf = CONF.replace("num_logs = 5", "num_logs = 1").replace("incremental_async", "none");
    let conf = conf.replace("space_left = 2\n", "space_left = 2000000000\ndisk_full_action = halt\n");
    machine.write("etc/audit/auditd.conf", conf, 0o660);
    machine.write("etc/audit/rauditd.conf", "nonsense = 1\n", 0o640);
    chown(machine.path("etc/audit/rauditd.conf"), Some(65534), None).unwrap();
    machine.write("etc/audit/plugins.d/a.conf", "active = yes\npath = /no/such/program\n", 0o640);
    machine.write("var/log/audit/audit.log", record(now() + 5000) + "type=USER msg=au", 0o644);
    machine.write("var/log/audit/audit.log.3", "", 0o400);
    machine.mode("var/log/audit", 0o777);
    let status = Status { enabled: 0, failure: 2, pid: 700, rate_limit: 5, backlog_limit: 64, ..Status::default() };
    let waits = Status { backlog_wait_time: Some(0), backlog_wait_time_actual: Some(9), ..status };
    let audit = Audit {
        by_daemon: false,
        status: Ok(Status { lost: 77, backlog: 64, ..waits }),
        rules: Ok(rules("-a task,never\n-a always,exit -S all\n-a always,exit -S all\n")),
        description: Ok(String::new()),
        plugins: Ok(vec![json!({"name": "a", "runs": false, "suspended": true, "dropped": 3, "restarts": 10})]),
        ..served()
    };
    (machine, audit)
}

/// The findings in their order: how bad, of what, and words of it.
const ALL: [(&str, &str, &str); 43] = [
    ("error", "kernel", "without audit"),
    ("error", "kernel", "audit=0"),
    ("note", "kernel", "no BTF"),
    ("note", "kernel", "kptr_restrict is 2"),
    ("note", "kernel", "confidentiality"),
    ("note", "kernel", "Smack"),
    ("warning", "owner", "another program receives the records: pid 700, osqueryd"),
    ("warning", "owner", "disabled"),
    ("note", "owner", "panics"),
    ("note", "capture", "rauditd does not serve"),
    ("warning", "agents", "auditbeat runs (pid 20)"),
    ("note", "agents", "falco runs (pid 21)"),
    ("note", "agents", "(port 22) reads the kernel's multicast group"),
    ("warning", "journald", "a copy of every record"),
    ("error", "backlog", "full: 64"),
    ("note", "backlog", "the limit is 64"),
    ("warning", "backlog", "77 records lost since boot"),
    ("warning", "backlog", "more than 5 records a second"),
    ("note", "backlog", "backlog_wait_time is 0"),
    ("warning", "backlog", "held up for 9 clock ticks"),
    ("warning", "files", "is not what augenrules would make"),
    ("error", "files", "2 errors in 4 rules of /etc/audit/rules.d"),
    ("error", "rules", "-a task,never is loaded"),
    ("warning", "rules", "1 rule loaded more than once"),
    ("warning", "rules", "2 rules of audit.rules not loaded"),
    ("note", "rules", "2 rules without a key"),
    ("note", "rules", "looks at 2 rules at every system call"),
    ("note", "settings", "disk_full_action = halt"),
    ("note", "settings", "flush = none"),
    ("warning", "settings", "num_logs = 1: the log grows"),
    ("error", "settings", "is not owned by root"),
    ("error", "log", "has mode 0777"),
    ("warning", "log", "has mode 0644"),
    ("warning", "log", "its last line is cut off"),
    ("warning", "log", "archive 2 is missing, but 3 is there"),
    ("note", "log", "on the root file system"),
    ("warning", "space", "less than space_left = 2000000000 MiB"),
    ("ok", "clock", "no last record to compare"),
    ("warning", "permissions", "auditd.conf has mode 0660"),
    ("error", "permissions", "rauditd.conf is owned by uid 65534"),
    ("error", "permissions", "bad.rules has mode 0666"),
    ("error", "plugins", "cannot stat /no/such/program"),
    ("error", "plugins", "a does not run"),
];

#[test]
fn a_broken_machine_has_every_finding_in_its_order() {
    if !is_root() {
        return;
    }
    let (machine, audit) = broken();
    let findings = machine.examine(audit.clone());
    let shown: Vec<String> =
        findings.iter().map(|f| format!("{} {}: {}", f.severity.word(), f.subject, f.what)).collect();
    for ((word, subject, what), shown) in ALL.iter().zip(&shown) {
        assert!(shown.starts_with(&format!("{word} {subject}: ")) && shown.contains(what), "{what:?}: {shown}");
    }
    assert_eq!(findings.len(), ALL.len() + 2, "{shown:#?}");
    assert!(shown[ALL.len()].contains("a is suspended") && shown[ALL.len() + 1].contains("was not given 3 events"));
    assert_eq!(finding::exit_code(&findings), 2);
    let lasting = |all: Vec<Finding>| all.into_iter().filter(|f| f.subject != "space").collect::<Vec<_>>();
    assert_eq!(lasting(machine.examine(audit)), lasting(findings.clone()));
    // Nothing is bad without a way out, unless the words say it.
    let helpless = |f: &&Finding| f.severity >= Severity::Warning && f.remedy.is_none();
    assert_eq!(findings.iter().find(helpless), None);
}

#[test]
fn the_last_record_is_ahead_of_the_clock() {
    if !is_root() {
        return;
    }
    let machine = Machine::healthy();
    machine.write("var/log/audit/audit.log", record(now() + 5000), 0o600);
    let findings = machine.examine(served());
    let clock = findings.iter().find(|finding| finding.subject == "clock").unwrap();
    assert_eq!((clock.severity, finding::exit_code(&findings)), (Severity::Warning, 1), "{clock:?}");
}

#[test]
fn whatever_lies_there_is_answered_soon() {
    let machine = Machine::new();
    for (path, size) in [("var/log/audit/audit.log", 1_u64 << 42), ("proc/net/netlink", 1 << 40)] {
        machine.write(path, "", 0o644);
        fs::File::options().write(true).open(machine.path(path)).unwrap().set_len(size).unwrap();
    }
    machine.write("proc/cmdline", [0xff, 0, b'\n'], 0o644);
    machine.write("etc/audit/auditd.conf", b"\x7fELF\0\xff\xfe = \n", 0o640);
    machine.write("etc/audit/rules.d/x.rules", b"\x7fELF\0\xff\xfe\n-a\0\n\n", 0o640);
    machine.write("etc/audit/plugins.d/\x1b[2J.conf", b"\xff", 0o640);
    nix::unistd::mkfifo(&machine.path("etc/audit/audit.rules"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    symlink("loop", machine.path("etc/audit/loop")).unwrap();
    let start = Instant::now();
    let findings = machine.examine(Audit { description: Ok("rule \n\x1b[2J".repeat(1000)), ..served() });
    assert_eq!(finding::exit_code(&findings), 2);
    assert!(!show::text(&findings).contains('\x1b'));
    assert!(start.elapsed().as_secs() < 30);
    let nothing = Machine::new().examine(Audit { rules: Err("x".into()), status: Err("x".into()), ..served() });
    assert!(nothing.iter().any(|finding| finding.severity == Severity::Unknown));
}

fn rauditctl() -> Command {
    Command::new(env!("CARGO_BIN_EXE_rauditctl"))
}

/// The words that lines begin with, and the exit code that follows from them.
fn code_of(output: &Output) -> i32 {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.lines().last().unwrap().ends_with(" ok"), "{text}");
    let has = |word: &str| text.lines().any(|line| line.starts_with(&format!("{word:<8} ")));
    match (has("error"), has("warning") || has("unknown")) {
        (true, _) => 2,
        (false, true) => 1,
        (false, false) => 0,
    }
}

#[test]
fn this_machine_is_examined_by_both_spellings() {
    for spelling in ["doctor", "--doctor"] {
        let output = rauditctl().arg(spelling).output().unwrap();
        assert_eq!(output.status.code(), Some(code_of(&output)), "{output:?}");
        assert_eq!(output.stderr, b"");
        let output = rauditctl().args([spelling, "--json"]).output().unwrap();
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value["exit"], json!(output.status.code()));
        assert!(value["findings"].as_array().unwrap().len() >= 10, "{value}");
    }
    let output = rauditctl().args(["doctor", "now"]).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(255), 0));
}

#[test]
fn nobody_is_told_what_cannot_be_seen() {
    let mut command = rauditctl();
    if nix::unistd::geteuid().is_root() {
        let found = Path::new(env!("CARGO_BIN_EXE_rauditctl"))
            .ancestors()
            .all(|dir| fs::metadata(dir).unwrap().permissions().mode() & 0o001 != 0);
        if !found {
            println!("SKIPPED: nobody may not reach the program where it was built");
            return;
        }
        command.uid(65534).gid(65534).current_dir("/");
    }
    let output = command.arg("doctor").output().unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    for subject in ["owner", "capture", "backlog", "rules"] {
        let line = format!("unknown  {subject}: ");
        assert!(text.lines().any(|l| l.starts_with(&line)), "{subject}: {text}");
    }
    assert_eq!(output.status.code(), Some(code_of(&output)));
    assert_ne!(output.status.code(), Some(0));
}

#[test]
fn whoever_serves_is_asked() {
    if !is_root() {
        return;
    }
    let running = double::Running::start();
    let text = String::from_utf8(running.run("doctor").stdout).unwrap();
    assert!(text.contains("warning  backlog: 3 records lost since boot"), "{text}");
    assert!(text.contains("capture: the kernel's audit, not BPF") && text.contains("rules: none is loaded"), "{text}");
    let kernel = running.kernel.lock().unwrap();
    assert_eq!((kernel.status.lost, kernel.rules.len(), kernel.messages.len()), (3, 0, 0), "nothing is changed");
}

#[test]
fn auditctl_knows_no_doctor() {
    if !is_root() {
        return;
    }
    let running = double::Running::start();
    for word in ["doctor", "--doctor"] {
        let mut command = rauditctl();
        let output = command.arg0("auditctl").arg(word).env("RAUDITD_SOCKET", running.socket()).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(255), 0), "{word}");
    }
}
