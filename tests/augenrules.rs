//! augenrules from outside, on an /etc/audit of its own (a mount namespace), and beside Debian's script over the same files.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, helpers included"
)]

use nix::errno::Errno;
use nix::poll::{PollTimeout, poll};
use raudit_netlink::{Reply, Request, Server, Status, protocol::feature};
use raudit_rules::{Change, Rule, print};
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

/// Puts the directory `$1` at /etc/audit and runs the rest there. The remainder of /etc stays visible.
const ENTER: &str = r#"audit=$1 etc=$1/../etc; shift
mkdir -p "$etc" && mount --bind /etc "$etc" && mount -t tmpfs none /etc || exit 99
for file in "$etc"/* "$etc"/.[!.]*; do ln -s "$file" /etc/; done
rm -f /etc/audit && mkdir /etc/audit && mount --bind "$audit" /etc/audit || exit 99
umask 022
exec "$@""#;

/// What the test finds out about a run: the program's name is `@`.
#[derive(Debug, Eq, PartialEq)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// An /etc/audit with a rules.d in it.
struct Etc {
    dir: tempfile::TempDir,
}

impl Etc {
    fn new() -> Self {
        let etc = Self { dir: tempfile::tempdir().unwrap() };
        fs::create_dir_all(etc.path("rules.d")).unwrap();
        symlink(env!("CARGO_BIN_EXE_rauditctl"), etc.dir.path().join("augenrules")).unwrap();
        etc
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("audit").join(name)
    }

    fn rules(&self, name: &str, content: &str) -> &Self {
        fs::write(self.path("rules.d").join(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn generated(&self) -> String {
        self.read("audit.rules")
    }

    /// All names in /etc/audit.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn command(&self, program: &[&str]) -> Command {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--propagation", "private", "sh", "-c", ENTER, "enter"]);
        command.arg(self.path("")).args(program).stdin(Stdio::null());
        // Where nobody listens: nothing here reaches this machine's kernel.
        command.env("RAUDITD_SOCKET", self.dir.path().join("nobody"));
        command
    }

    fn ours(&self) -> String {
        self.dir.path().join("augenrules").to_str().unwrap().to_owned()
    }

    fn run(&self, args: &[&str]) -> Ran {
        let name = self.ours();
        ran(&name, self.command(&[&[name.as_str()], args].concat()).output().unwrap())
    }

    fn run_with(&self, double: &Double, args: &[&str]) -> Ran {
        let name = self.ours();
        let mut command = self.command(&[&[name.as_str()], args].concat());
        ran(&name, command.env("RAUDITD_SOCKET", &double.socket).output().unwrap())
    }
}

fn ran(name: &str, output: Output) -> Ran {
    let code = output.status.code().expect("killed by a signal");
    assert_ne!(code, 99, "{}", String::from_utf8_lossy(&output.stderr));
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(name, "@");
    Ran { code, out: text(output.stdout), err: text(output.stderr) }
}

fn expect(ran: &Ran, code: i32, out: &str, err: &str) {
    assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (code, out, err));
}

/// `false`, with the reason printed, where these tests cannot run.
fn can_run() -> bool {
    let works = Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    let works = works.is_ok_and(|output| output.status.success());
    if !works {
        println!("SKIPPED: no mount namespace can be made here; run the tests as root");
    }
    works
}

/// What answers as rauditd: it keeps rules, and may be locked.
#[derive(Default)]
struct State {
    rules: Vec<Rule>,
    enabled: u32,
}

struct Double {
    state: Arc<Mutex<State>>,
    socket: PathBuf,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    _dir: tempfile::TempDir,
}

impl Double {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("rauditd.sock");
        let mut server = Server::bind(&socket).unwrap();
        let (state, stop) = (Arc::new(Mutex::new(State::default())), Arc::new(AtomicBool::new(false)));
        let (served, stopped) = (Arc::clone(&state), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                poll(&mut server.poll_fds(), PollTimeout::from(50u8)).unwrap();
                server.serve(|request, _| answer(&mut served.lock().unwrap(), request)).unwrap();
            }
        });
        Self { state, socket, stop, thread: Some(thread), _dir: dir }
    }

    fn listing(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        state.rules.iter().map(|rule| String::from_utf8(print::rule(rule)).unwrap()).collect()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn answer(state: &mut State, request: Request) -> Reply {
    match request {
        Request::GetStatus => {
            Reply::Status(Status { enabled: state.enabled, feature_bitmap: feature::ALL, ..Status::default() })
        }
        Request::ListRules => Reply::Rules(state.rules.clone()),
        Request::ChangeRule(Change::Add(rule, _)) if state.rules.contains(&rule) => Reply::Error(Errno::EEXIST, None),
        Request::ChangeRule(Change::Add(rule, _)) => {
            state.rules.push(rule);
            Reply::Ack
        }
        Request::ChangeRule(Change::Delete(rule)) => {
            state.rules.retain(|other| *other != rule);
            Reply::Ack
        }
        // As the kernel: one rule after the other.
        Request::BeginBatch => Reply::Error(Errno::EOPNOTSUPP, None),
        _ => Reply::Ack,
    }
}

const HEADER: &str = "## This file is automatically generated from /etc/audit/rules.d\n";

#[test]
fn says_makes_and_keeps_what_auditd_does() {
    if !can_run() {
        return;
    }
    let etc = Etc::new();
    etc.rules("10-a.rules", "# a\n-w /a -p w\n-e 2\n").rules("9-b.rules", "-D\n-b 64\n-w /b -p w\n");
    expect(&etc.run(&["--check"]), 0, "@: Rules have changed and should be updated\n", "");
    assert_eq!(etc.names(), ["rules.d"]);
    expect(&etc.run(&[]), 0, "", "");
    let first = format!("{HEADER}-D\n-b 64\n\n-w /b -p w\n-w /a -p w\n-e 2\n");
    assert_eq!(etc.generated(), first);
    assert_eq!(fs::metadata(etc.path("audit.rules")).unwrap().mode() & 0o7777, 0o640);
    expect(&etc.run(&["--check"]), 0, "@: No change\n", "");
    expect(&etc.run(&[]), 0, "@: No change\n", "");
    assert_eq!(etc.names(), ["audit.rules", "rules.d"]);
    std::os::unix::fs::chown(etc.path("audit.rules"), None, Some(4)).unwrap();
    fs::set_permissions(etc.path("audit.rules"), Permissions::from_mode(0o600)).unwrap();
    etc.rules("with space\nand more.rules", "-w /c\r\n");
    expect(&etc.run(&[]), 0, "", "");
    assert_eq!(etc.generated(), format!("{HEADER}-D\n-b 64\n\n-w /b -p w\n-w /a -p w\n-w /c\n-e 2\n"));
    assert_eq!(etc.read("audit.rules.prev"), first);
    let (new, old) =
        (fs::metadata(etc.path("audit.rules")).unwrap(), fs::metadata(etc.path("audit.rules.prev")).unwrap());
    assert_eq!((new.mode() & 0o7777, new.gid(), old.mode() & 0o7777), (0o640, 4, 0o600));
}

#[test]
fn errors_are_said_and_change_nothing() {
    if !can_run() {
        return;
    }
    let etc = Etc::new();
    expect(&etc.run(&["--chekc"]), 1, "", "Usage: @ [--check|--load]\n");
    let no_rules = "@: there are no .rules files in /etc/audit/rules.d, so there are no rules\n";
    expect(&etc.run(&[]), 0, "", no_rules);
    assert_eq!(etc.generated(), format!("{HEADER}\n\n\n\n"));
    fs::write(etc.path("audit.rules"), "-w /kept -p w\n").unwrap();
    etc.rules("1.rules", "-w /new -p w\n");
    symlink("nowhere", etc.path("rules.d/2.rules")).unwrap();
    let stays = "; nothing is changed\n";
    let unreadable = format!("@: cannot read /etc/audit/rules.d/2.rules (No such file or directory){stays}");
    expect(&etc.run(&["--check"]), 1, "", &unreadable);
    expect(&etc.run(&[]), 1, "", &unreadable);
    // With --load the rules there were are loaded: they are better than none.
    let double = Double::start();
    let slow = "Old style watch rules are slower\n";
    expect(&etc.run_with(&double, &["--load"]), 1, "", &format!("{unreadable}{slow}"));
    assert_eq!(double.listing(), ["-w /kept -p w"]);
    fs::remove_dir_all(etc.path("rules.d")).unwrap();
    double.state.lock().unwrap().rules.clear();
    let missing = format!("@: No rules directory - /etc/audit/rules.d{stays}");
    expect(&etc.run(&["--check"]), 1, "", &missing);
    expect(&etc.run_with(&double, &["--load"]), 1, "", &format!("{missing}{slow}"));
    assert_eq!(double.listing(), ["-w /kept -p w"]);
    assert_eq!(etc.generated(), "-w /kept -p w\n");
}

#[test]
fn load_answers_as_rauditctl_does() {
    if !can_run() {
        return;
    }
    let (etc, double) = (Etc::new(), Double::start());
    etc.rules("1.rules", "-D\n-w /a -p w -k a\n");
    expect(&etc.run_with(&double, &["--load"]), 0, "No rules\n", "Old style watch rules are slower\n");
    assert_eq!(double.listing(), ["-w /a -p w -k a"]);
    let again = etc.run_with(&double, &["--load"]);
    assert_eq!((again.code, again.out.as_str()), (0, "@: No change\nNo rules\n"));
    etc.rules("2.rules", "-a always,exit -S nosuchcall\n");
    let failed = etc.run_with(&double, &["--load"]);
    assert_eq!(failed.code, 1);
    assert!(failed.err.contains("There was an error in line 6 of /etc/audit/audit.rules"), "{}", failed.err);
    let before = etc.generated();
    double.state.lock().unwrap().enabled = 2;
    etc.rules("2.rules", "");
    let locked = "@: Audit system is in immutable mode - exiting with no changes\n";
    expect(&etc.run_with(&double, &["--load"]), 0, locked, "");
    expect(&etc.run_with(&double, &[]), 0, locked, "");
    assert_eq!(etc.generated(), before);
}

#[test]
fn a_full_disk_leaves_the_old_file() {
    if !can_run() {
        return;
    }
    let etc = Etc::new();
    // On a disk of its own that has room for the files of rules.d, and hardly more.
    let script = r#"mount -t tmpfs -o size=256k none /etc/audit && mkdir /etc/audit/rules.d || exit 99
echo "-w /kept -p w" > /etc/audit/audit.rules
yes -- "-w /some/path -p wa -k some" | head -n 4000 > /etc/audit/rules.d/1.rules
head -c 200000 /dev/zero > /etc/audit/ballast 2> /dev/null
"$0" --load; code=$?
ls -A /etc/audit; cat /etc/audit/audit.rules
rm /etc/audit/ballast; "$0" > /dev/null && wc -l < /etc/audit/audit.rules
exit $code"#;
    let (name, double) = (etc.ours(), Double::start());
    let mut command = etc.command(&["sh", "-c", script, &name]);
    let full = ran(&name, command.env("RAUDITD_SOCKET", &double.socket).output().unwrap());
    let error = "@: cannot write /etc/audit/audit.rules (No space left on device); nothing is changed\n";
    assert!(full.err.starts_with(error), "{full:?}");
    assert_eq!((full.code, full.out.as_str()), (1, "audit.rules\nballast\nrules.d\n-w /kept -p w\n4005\n"));
    assert_eq!(double.listing(), ["-w /kept -p w"]);
}

#[test]
fn what_a_link_names_is_replaced() {
    if !can_run() {
        return;
    }
    let etc = Etc::new();
    etc.rules("1.rules", "-w /a -p w\n");
    fs::create_dir(etc.path("kept")).unwrap();
    fs::write(etc.path("kept/there.rules"), "old\n").unwrap();
    symlink("kept/there.rules", etc.path("audit.rules")).unwrap();
    expect(&etc.run(&[]), 0, "", "");
    assert!(etc.path("audit.rules").is_symlink());
    assert_eq!(etc.read("kept/there.rules"), format!("{HEADER}\n\n\n-w /a -p w\n\n"));
    assert_eq!(etc.read("audit.rules.prev"), "old\n");
    fs::remove_file(etc.path("kept/there.rules")).unwrap();
    let dangling = etc.run(&[]);
    assert_eq!((dangling.code, dangling.out.as_str()), (1, ""));
    assert!(dangling.err.contains("is a link to what does not exist"), "{}", dangling.err);
}

#[test]
fn many_at_once_take_turns() {
    if !can_run() {
        return;
    }
    let (etc, double) = (Etc::new(), Double::start());
    let rules: String = (0..50).map(|n| format!("-a always,exit -S open -F key=k{n}\n")).collect();
    etc.rules("1.rules", &format!("-D\n{rules}"));
    // Each changes the rules, too, so that each writes.
    let script = r#"for n in 1 2 3 4 5 6; do
  { echo "-w /file$n -p w" > /etc/audit/rules.d/2-$n.rules; "$0" --load > /dev/null || echo failed; } &
done
wait"#;
    let name = etc.ours();
    let mut command = etc.command(&["sh", "-c", script, &name]);
    let all = ran(&name, command.env("RAUDITD_SOCKET", &double.socket).output().unwrap());
    assert_eq!((all.code, all.out.as_str()), (0, ""), "{}", all.err);
    let watches: String = (1..7).map(|n| format!("-w /file{n} -p w\n")).collect();
    assert_eq!(etc.generated(), format!("{HEADER}-D\n\n\n{rules}{watches}\n"));
    assert_eq!(double.listing().len(), 56);
    assert_eq!(etc.names().iter().filter(|name| name.starts_with('.')).count(), 0);
}

/// Debian's script; `None`, with the reason printed, where it is not.
fn debians() -> Option<String> {
    let script = std::env::var_os("RAUDITD_ORACLE").map(|root| Path::new(&root).join("sbin/augenrules"));
    match script.filter(|script| script.exists()) {
        Some(script) => Some(script.to_str().unwrap().to_owned()),
        None => {
            println!("SKIPPED: RAUDITD_ORACLE names no unpacked auditd; see scripts/oracle");
            None
        }
    }
}

/// Puts each tree of `$1` in turn into rules.d, calls the rest four times, and tells what it said and what lies there then.
const RUN_TREES: &str = r#"trees=$1; shift
for tree in $(ls -v "$trees"); do
  rm -rf /etc/audit/rules.d && cp -r "$trees/$tree" /etc/audit/rules.d || exit 99
  for option in --check "" "" --check; do
    echo "== tree $tree, option '$option'"
    "$@" $option; echo "rc $?"
    for file in /etc/audit/audit.rules*; do [ -e "$file" ] && stat -c '%n %a' "$file" && cat "$file"; done
  done
done"#;

/// Does the same with both, and compares the messages, the exit codes and all that lies in /etc/audit. `awk`: the one that
/// the script uses.
fn compare(script: &str, awk: &str, trees: &[Vec<(String, String)>]) {
    let etc = Etc::new();
    for (number, tree) in trees.iter().enumerate() {
        let dir = etc.dir.path().join("trees").join(number.to_string());
        fs::create_dir_all(&dir).unwrap();
        tree.iter().for_each(|(name, content)| fs::write(dir.join(name), content).unwrap());
    }
    let bin = etc.dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("awk"), format!("#!/bin/sh\nexec {awk} \"$@\"\n")).unwrap();
    fs::set_permissions(bin.join("awk"), Permissions::from_mode(0o755)).unwrap();
    let (dirs, path) = (etc.dir.path().join("trees"), std::env::var("PATH").unwrap());
    let run = |name: &str, program: &[&str]| {
        let of_this_run = Etc::new();
        let mut command =
            of_this_run.command(&[&["sh", "-c", RUN_TREES, "sh", dirs.to_str().unwrap()], program].concat());
        ran(name, command.env("PATH", format!("{}:{path}", bin.display())).output().unwrap())
    };
    let (name, shell) = (etc.ours(), ["sh", script]);
    let (ours, theirs) = (run(&name, &[&name]), run(script, &shell));
    assert_eq!(theirs.code, 0, "{}", theirs.err);
    assert!(theirs.out.lines().filter(|line| line.starts_with("== ")).count() == trees.len() * 4);
    let difference = ours.out.lines().zip(theirs.out.lines()).position(|(our, their)| our != their);
    let around = |text: &str, at: usize| {
        text.lines().skip(at.saturating_sub(40)).take(60).map(|line| format!("{line}\n")).collect::<String>()
    };
    if let Some(at) = difference {
        panic!("ours\n{}\ntheirs\n{}", around(&ours.out, at), around(&theirs.out, at));
    }
    assert_eq!((ours.out.len(), ours.code), (theirs.out.len(), 0));
}

const LINES: [&str; 22] = [
    "-D",
    "-e 1",
    "-e 2",
    "-b 8192",
    "-b 64",
    "-f 1",
    "-f 2",
    "-r 0",
    "",
    "",
    "# -e 2",
    "#-D",
    "-D -k old",
    "-i",
    "-c",
    "-w /etc/passwd -p wa -k id",
    "  ",
    "  -w /indented -p w",
    "-a always,exit -F arch=b64 -S open -k\\ x",
    "--backlog_wait_time 60000",
    "--loginuid-immutable",
    "-a never,task",
];
/// Awk's `\s` is a space to gawk, and the letter s to mawk.
const INDENTED: [&str; 6] = ["  # comment", "\t-e 1", " -b 320", "  -f 0", "\t-D  ", "-D "];

/// Trees of files made of these lines, another each time but always the same ones.
fn trees(lines: &[&str], count: usize) -> Vec<Vec<(String, String)>> {
    let mut state = 20u64;
    let mut pick = move |among: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % among
    };
    let names = ["1-a", "9-b", "10-c", "010-d", "a", "A", "a-1", "a1", "b.old", "z~", "z", "70.x", "hidden.rules.bak"];
    let mut tree = || {
        let mut files = Vec::new();
        for name in names.iter().filter(|_| pick(3) == 0).collect::<Vec<_>>() {
            let content: String = (0..pick(12)).map(|_| format!("{}\n", lines[pick(lines.len())])).collect();
            let ending = if name.ends_with(".bak") { "" } else { ".rules" };
            files.push((format!("{name}{ending}"), content));
        }
        files
    };
    (0..count).map(|_| tree()).collect()
}

#[test]
fn writes_what_debians_augenrules_writes() {
    let Some(script) = debians() else { return };
    if !can_run() {
        return;
    }
    let mut all = trees(&LINES, 100);
    let examples = Path::new(&script).ancestors().nth(2).unwrap().join("usr/share/doc/auditd/examples/rules");
    let example = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        let content = fs::read(&path).unwrap();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), String::from_utf8(content).unwrap())
    };
    all.push(fs::read_dir(examples).unwrap().map(example).filter(|(name, _)| name.ends_with(".rules")).collect());
    assert!(all.last().unwrap().len() > 10, "the examples of Debian's package");
    compare(&script, "/usr/bin/awk", &all);
}

#[test]
fn spaces_before_options_are_gawks() {
    let Some(script) = debians() else { return };
    if Command::new("gawk").arg("--version").output().is_err() {
        println!("SKIPPED: there is no gawk here");
        return;
    }
    if can_run() {
        compare(&script, "gawk", &trees(&[&LINES[..], &INDENTED[..]].concat(), 100));
    }
}
