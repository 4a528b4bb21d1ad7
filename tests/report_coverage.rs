//! `raureport --coverage`: logs that auditd recorded under known rules, logs made for known rules, and what is wrong with files of either.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Rules that `tests/search/record/record` writes for its rounds of calls.
const CALLS: &str = "\
-a always,exit -F arch=b64 -S all -F exe=/usr/local/bin/odd -F key=odd
-a always,exit -F arch=b32 -S all -F exe=/usr/local/bin/odd -F key=odd32
-a always,exit -F arch=b64 -S execve,execveat -F key=exec
-a always,exit -F arch=b64 -S openat,open -F exit=-EACCES -F key=access
-a always,exit -F arch=b64 -S mknod,mkdir,unlinkat,renameat2,fchownat,fchmodat -F auid=1000 -F key=files -F key=of-users
-a always,exit -F arch=b64 -S connect,bind,accept4,sethostname,setxattr
";

/// Rules that `tests/search/record/work` adds meanwhile.
const ADDED: &str = "\
-w /work/place/watched -p rwa -k a\\ watch
-a always,exit -F arch=b64 -S getpgrp -F auid=1000 -k one -k two
-a always,exit -F dir=/work/place/tree -F perm=wa -k tree
-a always,io_uring -S all -k uring
";

const STIG: [&str; 5] = ["10-base-config", "30-stig", "32-power-abuse", "43-module-load", "44-installers"];
const PCI: [&str; 5] = ["10-base-config", "30-pci-dss-v31", "41-containers", "42-injection", "71-networking"];

fn program(path: &str) -> Command {
    let mut command = Command::new(path);
    command.env("TZ", "UTC").env("LC_ALL", "C").stdin(Stdio::null());
    command
}

fn raureport(args: &[&str]) -> Output {
    program(env!("CARGO_BIN_EXE_raureport")).args(args).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A report of these rules and this log that has to work, and what it says on standard error of the rules.
fn covered(rules: &Path, log: &Path, more: &[&str]) -> (Report, String) {
    let (rules, log) = (rules.to_str().unwrap(), log.to_str().unwrap());
    let output = raureport(&[&["--coverage", rules, "-if", log], more].concat());
    let notes = text(&output.stderr);
    let notes: String =
        notes.lines().filter(|line| line.starts_with("WARNING")).map(|line| format!("{line}\n")).collect();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    (Report::read(&text(&output.stdout)), notes)
}

/// What a report says.
#[derive(Debug, Default)]
struct Report {
    totals: BTreeMap<String, u64>,
    /// The lines of rules that fired, with how many events; those that are not certain are negative.
    fired: BTreeMap<String, i64>,
    /// The lines of those that did not.
    never: BTreeSet<String>,
    /// What no rule explains, with how many events.
    unexplained: BTreeMap<String, u64>,
    text: String,
}

impl Report {
    fn read(text: &str) -> Self {
        let mut report = Self { text: text.to_owned(), ..Self::default() };
        assert!(text.starts_with("\nCoverage Report\n======================\nRules: "), "{text}");
        for line in text.lines().filter(|line| line.starts_with("Rules: ") || line.starts_with("Events: ")) {
            for part in line.split(", ") {
                if let Some((name, number)) = part.split_once(": ") {
                    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
                    report.totals.insert(name.to_owned(), digits.parse().unwrap());
                }
            }
        }
        for section in text.split("\n\n") {
            let rows = || section.lines().skip(4).map(|row| row.split("  ").collect::<Vec<_>>());
            if section.starts_with("Rules that fired\n") {
                for row in rows() {
                    let count: i64 = row[0].split(' ').next().unwrap().parse().unwrap();
                    let sign = if row[0].contains('(') { -1 } else { 1 };
                    report.fired.insert(place(row[3]), count * sign);
                }
            } else if section.starts_with("Rules that never fired\n") {
                report.never.extend(rows().map(|row| place(row[row.len() - 2])));
            } else if section.starts_with("Events that no rule explains\n") {
                let found = rows().filter(|row| row.len() == 4 && row[3] != "in all");
                report.unexplained.extend(found.map(|row| (row[3].to_owned(), row[0].parse::<u64>().unwrap())));
            }
        }
        report
    }

    fn total(&self, name: &str) -> u64 {
        self.totals.get(name).copied().unwrap_or_default()
    }
}

/// `NAME:LINE` of `DIRECTORY/NAME:LINE`.
fn place(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// The rules that Debian's auditd comes with, or why there are none.
fn examples() -> Result<PathBuf, String> {
    let root = std::env::var_os("RAUDITD_ORACLE").ok_or("RAUDITD_ORACLE is not set: auditd's rules are not there")?;
    let rules = Path::new(&root).join("usr/share/doc/auditd/examples/rules");
    if rules.is_dir() { Ok(rules) } else { Err(format!("{} does not exist", rules.display())) }
}

/// A recording, unpacked; a directory if it is several files.
fn unpack(name: &str, to: &Path) -> PathBuf {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/search/recorded");
    let write =
        |from: &Path, to: &Path| fs::write(to, zstd::decode_all(fs::File::open(from).unwrap()).unwrap()).unwrap();
    let from = data.join(name);
    if !from.is_dir() {
        let path = to.join(format!("{name}.log"));
        write(&data.join(format!("{name}.log.zst")), &path);
        return path;
    }
    let path = to.join(name);
    fs::create_dir_all(&path).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap().path();
        write(&file, &path.join(file.file_stem().unwrap()));
    }
    path
}

/// The keys of the records of calls in a log, several joined by commas, with how many events have each. Read without the code under test.
fn keys(log: &Path) -> BTreeMap<String, u64> {
    let files: Vec<PathBuf> = if log.is_dir() {
        fs::read_dir(log).unwrap().map(|file| file.unwrap().path()).collect()
    } else {
        vec![log.to_owned()]
    };
    let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in
        files.iter().flat_map(|file| text(&fs::read(file).unwrap()).lines().map(str::to_owned).collect::<Vec<_>>())
    {
        let line = line.split('\x1d').next().unwrap();
        let is_call = line.contains("type=SYSCALL ") || line.contains("type=URINGOP ");
        let Some((_, key)) = line.rsplit_once(" key=").filter(|_| is_call) else { continue };
        let key = match key.strip_prefix('"') {
            Some(quoted) => quoted.trim_end_matches('"').to_owned(),
            None if key == "(null)" => continue,
            None => {
                let bytes = (0..key.len()).step_by(2).map(|at| u8::from_str_radix(&key[at..at + 2], 16).unwrap());
                bytes.map(|byte| if byte == 1 { ',' } else { char::from(byte) }).collect()
            }
        };
        let stamp = line.split("msg=audit(").nth(1).unwrap().split(')').next().unwrap();
        events.entry(key).or_default().insert(stamp.to_owned());
    }
    events.into_iter().map(|(key, events)| (key, events.len() as u64)).collect()
}

/// The keys of a line of rules, joined by commas.
fn keys_of(rule: &str) -> String {
    let words: Vec<&str> = rule.split(' ').collect();
    let after = |at: usize| words.get(at + 1).copied().unwrap_or_default();
    let keys = words.iter().enumerate().filter_map(|(at, word)| match *word {
        "-k" => Some(after(at)),
        "-F" => after(at).strip_prefix("key="),
        _ => None,
    });
    // the only one with a blank
    keys.map(|key| if key == "a\\" { "a watch" } else { key }).collect::<Vec<_>>().join(",")
}

/// Makes the rules of a recording: files of auditd's, those of the rounds of calls, and those that are added meanwhile.
fn recorded_rules(name: &str, files: &[&str], has_calls: bool, examples: &Path, to: &Path) -> PathBuf {
    let rules = to.join(format!("{name}.d"));
    fs::create_dir(&rules).unwrap();
    for file in files {
        fs::copy(examples.join(format!("{file}.rules")), rules.join(format!("{file}.rules"))).unwrap();
    }
    if has_calls {
        fs::write(rules.join("calls.rules"), CALLS).unwrap();
    }
    fs::write(rules.join("zz-added.rules"), ADDED).unwrap();
    rules
}

/// How many events the rules of each key have together; keys joined by commas.
fn counts_by_key(report: &Report, rules: &Path) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for (place, count) in &report.fired {
        let (file, line) = place.rsplit_once(':').unwrap();
        let content = text(&fs::read(rules.join(file)).unwrap());
        let rule = content.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap();
        *counts.entry(keys_of(rule)).or_default() += count.unsigned_abs();
    }
    counts
}

#[test]
fn recorded_events_are_of_the_rules_they_were_recorded_under() {
    let examples = match examples() {
        Ok(examples) => examples,
        Err(why) => return println!("SKIPPED: {why}"),
    };
    let dir = tempfile::tempdir().unwrap();
    let ospp = fs::read_dir(&examples).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let ospp: Vec<String> = ospp.filter(|name| name.contains("ospp")).map(|name| name.replace(".rules", "")).collect();
    let ospp: Vec<&str> = ospp.iter().map(String::as_str).chain(["10-base-config", "11-loginuid"]).collect();
    let sets: [(&str, &[&str], bool); 14] = [
        ("stig-raw", &STIG, false),
        ("stig-enriched", &STIG, false),
        ("pci-raw", &PCI, false),
        ("pci-enriched", &PCI, false),
        ("ospp-raw", &ospp, false),
        ("ospp-enriched", &ospp, false),
        ("calls-raw", &[], true),
        ("calls-enriched", &[], true),
        ("newer-calls-enriched", &[], true),
        ("rotated", &STIG, false),
        ("apparmor-raw", &[], true),
        ("apparmor-enriched", &PCI, false),
        ("selinux-raw", &STIG, true),
        ("selinux-enriched", &PCI, true),
    ];
    let mut explained = 0;
    for (name, files, has_calls) in sets {
        let rules = recorded_rules(name, files, has_calls, &examples, dir.path());
        let log = unpack(name, dir.path());
        let (report, notes) = covered(&rules, &log, &[]);
        assert_eq!(notes, "", "{name}");
        let found = counts_by_key(&report, &rules);
        for (key, count) in keys(&log) {
            let found = found.get(&key).copied().unwrap_or_default();
            // rules that were made of the guest's files
            let unknown = if key == "privileged" { count } else { 0 };
            // an operation and its call may be of one event, and are both counted
            let twice = if key == "odd" { 2 } else { 0 };
            assert!((count - unknown..=count - unknown + twice).contains(&found), "{name}: {key}\n{}", report.text);
        }
        // no key: calls of netlink that have events of their own, and the daemon that was there before
        let known = |value: &str| {
            let is_one = |exe: &&str| value.ends_with(&format!("{exe} (no key)"));
            let exes = ["exe=/usr/bin/ip", "exe=/usr/sbin/netlabelctl", "exe=/usr/sbin/auditd"];
            value == "key=privileged (in no rule)" || exes.iter().any(is_one)
        };
        assert!(report.unexplained.keys().all(|value| known(value)), "{name}: {}", report.text);
        assert!(report.fired.values().all(|count| *count > 0), "{name}: {}", report.text);
        explained += report.total("explained");
    }
    assert!(explained > 1500, "{explained}");
}

#[test]
fn all_rules_that_auditd_comes_with_are_read() {
    let examples = match examples() {
        Ok(examples) => examples,
        Err(why) => return println!("SKIPPED: {why}"),
    };
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    fs::write(&log, "").unwrap();
    let mut number = 0;
    for file in fs::read_dir(&examples).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rules") {
            continue;
        }
        let (_, notes) = covered(&path, &log, &[]);
        // a user whom this machine need not have
        let is_known = |line: &str| line.ends_with("Unknown user: chrony; ignored");
        assert!(notes.lines().all(is_known), "{}: {notes}", path.display());
        number += 1;
    }
    assert!(number >= 30, "{number}");
}

/// A call in a log.
struct Call {
    number: u32,
    /// `auid=1000 exit=-13`: instead of the defaults.
    changes: &'static str,
    key: &'static str,
    /// The names of its path items.
    names: &'static [&'static str],
}

fn call(number: u32, changes: &'static str, key: &'static str, names: &'static [&'static str]) -> Call {
    Call { number, changes, key, names }
}

fn lines(serial: usize, call: &Call, enriched: bool) -> String {
    let defaults = "arch=c000003e success=yes exit=0 a0=ffffff9c a1=0 a2=0 a3=0 ppid=1 pid=2 auid=1000 uid=1000 gid=1000 euid=1000 \
                    suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000";
    let value = |name: &str| {
        let of =
            |words: &str| words.split(' ').find_map(|word| word.strip_prefix(&format!("{name}=")).map(str::to_owned));
        of(call.changes).or_else(|| of(defaults)).unwrap()
    };
    let mut line = format!("arch={} syscall={}", value("arch"), call.number);
    for word in defaults.split(' ').skip(1) {
        let name = word.split('=').next().unwrap();
        if name == "ppid" {
            write!(line, " items={}", call.names.len()).unwrap();
        }
        write!(line, " {name}={}", value(name)).unwrap();
    }
    let exe = call.changes.split(' ').find_map(|word| word.strip_prefix("exe=")).unwrap_or("/usr/bin/cat");
    let key = if call.key.is_empty() { "(null)".to_owned() } else { format!("\"{}\"", call.key) };
    let stamp = format!("msg=audit({}.000:{serial}): ", 1_700_000_000 + serial);
    let meaning = if enriched { "\x1dARCH=x86_64 SYSCALL=open AUID=\"user\"" } else { "" };
    let mut text = format!(
        "type=SYSCALL {stamp}{line} tty=pts0 ses=1 comm=\"cat\" exe=\"{exe}\" subj=unconfined key={key}{meaning}\n"
    );
    if !call.names.is_empty() {
        writeln!(text, "type=CWD {stamp}cwd=\"/home/user\"").unwrap();
    }
    for (at, name) in call.names.iter().enumerate() {
        let rest = "inode=5 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL";
        writeln!(text, "type=PATH {stamp}item={at} name=\"{name}\" {rest}").unwrap();
    }
    text
}

const MADE_RULES: &str = "\
-D
-b 8192
-a always,exclude -F msgtype=CRYPTO_KEY_USER
-a never,exit -F arch=b64 -S openat -F auid=99
-a always,exit -F arch=b64 -S openat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k access
-a always,exit -F arch=b64 -S openat -F exit=-EPERM -F auid>=1000 -F auid!=unset -k access
-a always,exit -F arch=b32 -S open,openat -F exit=-EACCES -k access
-w /etc/passwd -p wa -k identity
-w /etc/shadow -p wa -k identity
-w /etc/sudoers.d/ -p wa -k identity
-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -k elevated
-a always,exit -F arch=b64 -S execve -F exe=/usr/bin/su -k exec
-a always,exit -F arch=b64 -S execve -k exec
-a always,exit -F arch=b64 -S execve -F uid=7 -k exec
-a always,exit -F arch=b64 -S setuid -F a0=0
-a always,exit -F arch=b64 -S ptrace -F a0=0x4 -k one -k two
-a always,user -F msgtype=USER_CMD
-w /etc/never -p r -k never-read
-a always,exit -F arch=aarch64 -S openat -k arm
-e 2
";

/// Each with the line of its rule, or why it has none.
fn made() -> Vec<(Call, Result<usize, &'static str>)> {
    vec![
        (call(257, "success=no exit=-13", "access", &["/etc/x"]), Ok(5)),
        (call(257, "success=no exit=-1", "access", &["/etc/x"]), Ok(6)),
        (call(295, "arch=40000003 success=no exit=-13 auid=4294967295", "access", &[]), Ok(7)),
        (call(257, "a2=1", "identity", &["/etc/", "/etc/passwd"]), Ok(8)),
        (call(90, "", "identity", &["/etc/shadow"]), Ok(9)),
        (call(90, "", "identity", &["../../etc/shadow"]), Ok(9)),
        (call(257, "a2=241", "identity", &["/etc/sudoers.d/", "/etc/sudoers.d/x"]), Ok(10)),
        (call(59, "euid=0", "elevated", &["/bin/su"]), Ok(11)),
        (call(59, "exe=/usr/bin/su", "exec", &["/bin/su"]), Ok(12)),
        (call(59, "", "exec", &["/bin/true"]), Ok(13)),
        (call(59, "uid=7 euid=7", "exec", &["/bin/true"]), Ok(13)),
        (call(105, "a0=0", "", &[]), Ok(15)),
        (call(105, "a0=1", "", &[]), Err("arch=c000003e syscall=105 exe=/usr/bin/cat (no key)")),
        (call(257, "", "gone", &["/etc/x"]), Err("key=gone (in no rule)")),
        (
            call(257, "success=no exit=-2", "access", &["/etc/x"]),
            Err("key=access arch=c000003e syscall=257 exe=/usr/bin/cat (not as in the rules with this key)"),
        ),
    ]
}

#[test]
fn made_events_are_of_the_rules_they_were_made_for() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, log) = (dir.path().join("audit.rules"), dir.path().join("audit.log"));
    fs::write(&rules, MADE_RULES).unwrap();
    let (mut content, mut serial) = (String::new(), 0);
    let mut expected: BTreeMap<usize, i64> = BTreeMap::new();
    let mut gaps: BTreeMap<&str, u64> = BTreeMap::new();
    for round in 1..=4 {
        for (at, (call, rule)) in made().iter().enumerate().filter(|(at, _)| round == 1 || at % round == 0) {
            serial += 1;
            content += &lines(serial, call, (at + round) % 2 == 0);
            match rule {
                Ok(line) => *expected.entry(*line).or_default() += 1,
                Err(why) => *gaps.entry(why).or_default() += 1,
            }
        }
    }
    for (kind, line) in [("USER_CMD", Some(17)), ("USER_AUTH", None), ("LOGIN", None)] {
        serial += 1;
        let stamp = format!("msg=audit({}.000:{serial}): ", 1_700_000_000 + serial);
        writeln!(content, "type={kind} {stamp}pid=1 uid=0 auid=0 ses=1 msg='op=x res=success'").unwrap();
        line.into_iter().for_each(|line| *expected.entry(line).or_default() += 1);
    }
    serial += 1;
    content += &lines(serial, &call(101, "a0=4", "", &[]), false).replace("key=(null)", "key=6F6E650174776F");
    *expected.entry(16).or_default() += 1;
    fs::write(&log, &content).unwrap();
    let (report, notes) = covered(&rules, &log, &[]);
    assert_eq!(notes, "");
    let fired: BTreeMap<usize, i64> =
        report.fired.iter().map(|(place, count)| (place.split_once(':').unwrap().1.parse().unwrap(), *count)).collect();
    assert_eq!(fired, expected, "{}", report.text);
    let of_gaps: BTreeMap<&str, u64> = report.unexplained.iter().map(|(what, count)| (what.as_str(), *count)).collect();
    assert_eq!(of_gaps, gaps, "{}", report.text);
    assert_eq!(report.never, ["audit.rules:14", "audit.rules:18"].map(str::to_owned).into(), "{}", report.text);
    let totals = ["Rules", "fired", "never fired", "of other architectures", "recording nothing (never or exclude)"];
    assert_eq!(totals.map(|name| report.total(name)), [17, 12, 2, 1, 2], "{}", report.text);
    let explained = expected.values().sum::<i64>().unsigned_abs();
    let counts = ["Events", "explained", "unexplained", "not of rules"].map(|name| report.total(name));
    assert_eq!(counts, [serial as u64, explained, gaps.values().sum(), 2], "{}", report.text);
    // the same of a window, of failures, and in the order of the counts
    let (failed, _) = covered(&rules, &log, &["--failed"]);
    assert_eq!(failed.fired.keys().collect::<Vec<_>>(), ["audit.rules:5", "audit.rules:6", "audit.rules:7"]);
    let (later, _) = covered(&rules, &log, &["-ts", "11/14/23", "23:00:00"]);
    assert_eq!((later.total("Events"), later.total("never fired")), (0, 15), "{}", later.text);
    let rows = report.text.split("Rules that fired\n").nth(1).unwrap().lines().skip(3).take(12);
    let counts: Vec<u64> = rows.map(|row| row.split("  ").next().unwrap().parse().unwrap()).collect();
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts.len() == 12, "{counts:?}");
}

#[test]
fn one_thread_and_several_say_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, log) = (dir.path().join("audit.rules"), dir.path().join("audit.log"));
    fs::write(&rules, MADE_RULES).unwrap();
    let made = made();
    let content: String =
        (0..20_000).map(|serial| lines(serial, &made[serial * 7 % made.len()].0, serial % 2 == 0)).collect();
    fs::write(&log, content).unwrap();
    let args = ["--coverage", rules.to_str().unwrap(), "-if", log.to_str().unwrap(), "-i"];
    let several = raureport(&args);
    let mut alone = program("taskset");
    alone.args(["-c", "0", env!("CARGO_BIN_EXE_raureport")]).args(args);
    match alone.output() {
        Ok(alone) => assert_eq!(text(&alone.stdout), text(&several.stdout)),
        Err(why) => println!("SKIPPED: one thread only: taskset: {why}"),
    }
    let report = Report::read(&text(&several.stdout));
    assert_eq!(report.total("Events"), 20_000);
    assert!(report.fired.len() == 10 && report.fired.values().all(|count| *count >= 1333), "{}", report.text);
}

#[test]
fn a_directory_is_merged_and_a_pipe_is_read() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, log) = (dir.path().join("rules.d"), dir.path().join("audit.log"));
    fs::create_dir(&rules).unwrap();
    fs::write(rules.join("10-b.rules"), "-w /etc/b -p r -k b\n-e 2\n").unwrap();
    fs::write(rules.join("9-a.rules"), "-w /etc/a -p r -k a\r\n").unwrap();
    fs::write(rules.join("11-late.rules"), "-D\n-w /etc/c -p r -k c\n").unwrap();
    fs::write(rules.join("README"), "-w /etc/readme -k no\n").unwrap();
    fs::write(&log, lines(1, &call(257, "", "b", &["/etc/b"]), false)).unwrap();
    let (report, notes) = covered(&rules, &log, &[]);
    assert_eq!((notes.as_str(), report.total("Rules")), ("", 3));
    assert_eq!(report.fired, [("10-b.rules:1".to_owned(), 1)].into());
    assert_eq!(
        report.never,
        ["9-a.rules:1", "11-late.rules:2"].map(str::to_owned).into(),
        "-D is the first line of all"
    );
    let mut command = program(env!("CARGO_BIN_EXE_raureport"));
    command.args(["--coverage", "-", "-if", log.to_str().unwrap()]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"-w /etc/b -p r -k b\n-w /etc/c -p r -k c\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let report = Report::read(&text(&output.stdout));
    assert_eq!((report.fired, report.never), ([("stdin:1".to_owned(), 1)].into(), ["stdin:2".to_owned()].into()));
}

#[test]
fn what_is_wrong_is_said_in_a_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let log = path("log");
    fs::write(&log, lines(1, &call(257, "", "b", &["/etc/b"]), false)).unwrap();
    fs::write(path("good"), "-w /etc/b -p r -k b\n").unwrap();
    fs::write(path("huge"), "").unwrap();
    fs::OpenOptions::new().write(true).open(path("huge")).unwrap().set_len((64 << 20) + 1).unwrap();
    fs::write(path("many"), (0..70_000).fold(String::new(), |text, n| text + &format!("-w /x{n} -k x\n"))).unwrap();
    nix::unistd::mkfifo(Path::new(&path("pipe")), nix::sys::stat::Mode::S_IRWXU).unwrap();
    fs::create_dir(path("dir.d")).unwrap();
    std::os::unix::fs::symlink("nowhere", path("dir.d/1.rules")).unwrap();
    for (rules, said) in [
        ("none", "doesn't exist"),
        ("huge", "is larger than 64 MiB"),
        ("many", "more than 65536 rules"),
        ("pipe", "is not a regular file"),
        ("dir.d", "cannot read"),
    ] {
        let output = raureport(&["--coverage", &path(rules), "-if", &log]);
        let notes = text(&output.stderr);
        let last = notes.lines().last().unwrap();
        assert!(output.status.code() == Some(1) && last.contains(said) && last.starts_with("raureport: "), "{notes}");
        assert!(output.stdout.is_empty(), "{rules}: {}", text(&output.stdout));
    }
    let unreadable = raureport(&["--coverage", "/proc/self/mem", "-if", &log]);
    assert!(
        text(&unreadable.stderr).contains("Error reading line 1 of /proc/self/mem"),
        "{}",
        text(&unreadable.stderr)
    );
    for args in [
        &["--coverage", "good", "--by", "key"][..],
        &["--coverage", "good", "--every", "1h"],
        &["--coverage", "good", "--format", "csv"],
        &["--coverage", "good", "--summary"],
        &["--coverage", "good", "-k"],
        &["-x", "--coverage", "good"],
        &["--coverage", "good", "--coverage", "good"],
        &["--coverage"],
        &["--coverage", "--summary"],
    ] {
        let output = raureport(args);
        assert_eq!((output.status.code(), text(&output.stderr).lines().count()), (Some(1), 1), "{args:?}");
    }
    let mut both = program(env!("CARGO_BIN_EXE_raureport"));
    both.args(["--coverage", "-", "-if", "/dev/stdin"]).stdin(fs::File::open(&log).unwrap());
    assert!(text(&both.output().unwrap().stderr).contains("cannot both be read from stdin"));
    let missing = raureport(&["--coverage", &path("good"), "-if", &path("no-log")]);
    assert_eq!(missing.status.code(), Some(1));
}

#[test]
fn lines_that_are_no_rules_are_told_and_the_rest_counts() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, log) = (dir.path().join("odd.rules"), dir.path().join("log"));
    fs::write(&log, lines(1, &call(257, "", "b", &["/etc/b"]), false)).unwrap();
    let content = b"-w /etc/\xff -p r -k \xfe\n-a always,exit -F nonsense=1\n\xff\xfe\x1b[2J\n-w /etc/b -p r -k b\n-a always,exit -S nosuchcall\n";
    fs::write(&rules, content).unwrap();
    let (report, notes) = covered(&rules, &log, &[]);
    assert_eq!(report.fired, [("odd.rules:4".to_owned(), 1)].into());
    assert_eq!(report.total("Rules"), 2, "any bytes are a path: {}", report.text);
    let places: Vec<String> = notes.lines().map(|line| place(line.split(": ").next().unwrap())).collect();
    assert_eq!(places, ["odd.rules:2", "odd.rules:3", "odd.rules:5"], "{notes}");
    assert!(!notes.contains('\x1b') && !report.text.contains('\x1b'));
}

#[test]
fn hostile_logs_are_counted_in_bounded_memory() {
    let dir = tempfile::tempdir().unwrap();
    let (rules, log) = (dir.path().join("rules"), dir.path().join("log"));
    fs::write(&rules, MADE_RULES).unwrap();
    let mut content = Vec::new();
    for serial in 0..30_000_usize {
        let stamp = format!("msg=audit(1700000000.000:{serial}): ");
        let arch = 0xc000_0000_u32.wrapping_add(serial as u32 * 7919);
        let head =
            format!("type=SYSCALL {stamp}arch={arch:x} syscall={serial} a0=0 a1=0 pid=1 auid=0 uid=0 comm=\"x\"");
        writeln!(content, "{head} exe=\"/bin/{serial}\" key=\"k{serial}\"").unwrap();
        writeln!(content, "type=PATH {stamp}item={serial} name=\x1b]0;x\x07").unwrap();
        if serial % 100 == 0 {
            content.extend_from_slice(b"\xff\xfe type=SYSCALL \x00\n");
            writeln!(content, "type=UNKNOWN[9{serial}] {stamp}x").unwrap();
        }
    }
    fs::write(&log, content).unwrap();
    let (report, _) = covered(&rules, &log, &["-i"]);
    assert_eq!(report.total("unexplained"), 30_000, "{}", report.text);
    assert!(report.text.contains("  of others: too many to look which are the most frequent\n"), "{}", report.text);
    assert!(!report.text.contains('\x1b') && report.text.len() < 10_000);
}
