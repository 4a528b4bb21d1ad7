//! Labels of security modules: tasks and files with many of them, for subj= and obj=. Without SELinux the commands just fail.
#![allow(unsafe_code, reason = "system calls that the standard library does not have")]

use super::event::Event;
use super::workload::{Case, Group, c, open};
use crate::machine;
use raudit_record::Kind;
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

/// Links refused for what they are (linux/audit.h).
const ANOM_LINK: Kind = Kind(1702);
/// Files that are not opened with O_CREAT, because they are in a sticky directory.
const ANOM_CREAT: Kind = Kind(1703);

/// Calls with files, with sockets, and with neither.
pub const GROUP: Group = Group { rules: include_str!("rules-labels"), prepare: || (), cases: CASES };

/// Rules about labels, and a policy that comes while they are in use.
pub const FIELDS: Group = Group { rules: include_str!("rules-label-fields"), prepare: || (), cases: FIELD_CASES };

const FIELD_CASES: &[Case] = &[
    Case { name: "label-rule-tasks", run: tasks },
    Case { name: "label-rule-files", run: files },
    Case { name: "label-rule-systems", run: systems },
    Case { name: "label-rule-calls", run: calls },
];

const CASES: &[Case] = &[
    Case { name: "label-tasks", run: tasks },
    Case { name: "label-profiles", run: profiles },
    Case { name: "label-files", run: files },
    Case { name: "label-systems", run: systems },
    Case { name: "label-invalid", run: invalid },
    Case { name: "label-reload", run: reload },
    Case { name: "label-many", run: many },
];

/// Those of Debian's policy. The levels are written otherwise than the kernel writes some of them.
const LABELS: [&str; 14] = [
    "system_u:system_r:init_t:s0",
    "system_u:system_r:kernel_t:s0-s0:c0.c1023",
    "staff_u:staff_r:staff_t:s0",
    "user_u:user_r:user_t:s0",
    "unconfined_u:unconfined_r:unconfined_t:s0-s0:c0.c1023",
    "unconfined_u:unconfined_r:unconfined_t:s0:c1,c3,c5.c9",
    "system_u:system_r:init_t:s0:c1.c2-s0:c1.c2,c7",
    "system_u:system_r:init_t:s0:c0-s0:c0.c2,c1023",
    "system_u:system_r:init_t:s0:c383,c384,c385,c767.c769",
    "system_u:system_r:init_t:s0:c1-s0:c0,c1,c63,c64,c65.c66,c500.c900",
    "system_u:object_r:etc_t:s0:c7",
    "system_u:object_r:shadow_t:s0:c1,c2",
    "user_u:object_r:user_home_t:s0:c0.c1023",
    "no:such_r:label_t:s0",
];

/// Runs a program, named by its full path, as a task with this label. Not by runcon: the kernel would go on showing its title.
fn run_as(label: &str, program: &str, arguments: &[&str]) {
    drop(fs::write("/proc/self/attr/exec", label));
    drop(Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status());
    drop(fs::write("/proc/self/attr/exec", ""));
}

/// Gives a file a label; more than a policy allows when it is not one's own.
fn give(path: &str, label: &str) {
    let (path, name) = (c(path), c"security.selinux");
    // SAFETY: NUL-terminated strings, and a value of its length.
    unsafe { libc::setxattr(path.as_ptr(), name.as_ptr(), label.as_ptr().cast(), label.len(), 0) };
}

fn tasks() {
    for label in LABELS {
        run_as(label, "/bin/cat", &["/etc/hostname"]);
        run_as(label, "/bin/sh", &["-c", ": > made; < made; > /dev/null; /bin/rm made"]);
        run_as(label, "/bin/bash", &["-c", "exec 3<> /dev/tcp/127.0.0.1/1"]);
    }
    // the same task with another label
    for label in LABELS {
        drop(fs::write("/proc/self/attr/current", label));
        open("/etc/passwd", libc::O_RDONLY);
    }
}

fn files() {
    for (at, label) in LABELS.iter().enumerate() {
        let (file, dir) = (format!("file{at}"), format!("dir{at}"));
        fs::write(&file, "x").unwrap();
        fs::create_dir(&dir).unwrap();
        give(&file, label);
        give(&dir, label);
        open(&file, libc::O_RDONLY);
        open(format!("{dir}/new"), libc::O_CREAT | libc::O_WRONLY);
        drop(fs::rename(format!("{dir}/new"), format!("{dir}/moved")));
        drop(fs::remove_file(format!("{dir}/moved")));
        // what the task makes has the label it asks for
        drop(fs::write("/proc/self/attr/fscreate", label));
        open(format!("made{at}"), libc::O_CREAT | libc::O_WRONLY);
        drop(symlink("nowhere", format!("link{at}")));
        drop(fs::write("/proc/self/attr/fscreate", ""));
        drop(fs::metadata(format!("made{at}")));
        drop(fs::symlink_metadata(format!("link{at}")));
    }
}

/// Calls without files.
fn calls() {
    for label in LABELS {
        run_as(label, "/bin/sh", &["-c", ":"]);
        run_as(label, "/usr/bin/perl", &["-e", "getppid; open F, '/etc/shadow'"]);
    }
    // SAFETY: no arguments.
    unsafe { libc::getppid() };
}

/// File systems that label in ways of their own, or not at all.
fn systems() {
    for path in
        ["/", "/proc/self/status", "/proc/sys/kernel/ostype", "/sys/kernel/notes", "/dev/null", "/dev/pts", "/run"]
    {
        open(path, libc::O_RDONLY);
    }
    for path in ["/sys/fs/selinux/enforce", "/sys/fs/cgroup/cgroup.procs", "/sys/kernel/tracing/README", "/dev/shm"] {
        open(path, libc::O_RDONLY);
    }
    // made without labels
    for entry in fs::read_dir("/lib/modules").into_iter().flatten().flatten() {
        open(entry.path().join("modules.dep"), libc::O_RDONLY);
    }
    let pipe = std::io::pipe().unwrap();
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    // SAFETY: a NUL-terminated name.
    let memory = unsafe { libc::memfd_create(c("memory").as_ptr(), 0) };
    let fd = |fd: &dyn std::os::fd::AsRawFd| format!("/proc/self/fd/{}", fd.as_raw_fd());
    for path in [fd(&pipe.0), fd(&socket), format!("/proc/self/fd/{memory}")] {
        open(&path, libc::O_RDONLY | libc::O_NONBLOCK);
        drop(fs::metadata(&path));
    }
}

/// Labels of AppArmor: stacks and namespaces. Its profiles are loaded where there is an apparmor_parser.
fn profiles() {
    const PROFILES: &str = "profile raudit_a flags=(unconfined) { }\nprofile raudit_b flags=(complain) { }\n";
    for namespace in [&[][..], &["-n", "raudit_ns"], &["-n", "raudit_ns//inner"]] {
        let parser = Command::new("apparmor_parser").args(["-r", "-K"]).args(namespace).stdin(Stdio::piped()).spawn();
        if let Ok(mut parser) = parser {
            drop(parser.stdin.take().map(|mut text| text.write_all(PROFILES.as_bytes())));
            drop(parser.wait());
        }
    }
    for change in [
        "exec raudit_a",
        "exec raudit_b",
        "stack raudit_a",
        "stack raudit_b",
        "exec raudit_a//&raudit_b",
        "exec :raudit_ns:raudit_a",
        "stack :raudit_ns:raudit_b",
        "stack &:raudit_ns:raudit_a",
        "exec :raudit_ns://inner:raudit_a",
        "stack :raudit_ns//inner:raudit_b",
        "stack :raudit_ns:unconfined",
    ] {
        drop(fs::write("/proc/self/attr/apparmor/exec", change));
        drop(Command::new("/bin/cat").args(["/etc/hostname", "/proc/self/attr/current"]).status());
        drop(fs::write("/proc/self/attr/apparmor/exec", change));
        kill_one_that_runs();
    }
    // the task itself
    drop(fs::write("/proc/self/attr/apparmor/current", "changeprofile raudit_b"));
    open("/etc/passwd", libc::O_RDONLY);
}

/// Kills a program once it has executed, and so has its own label: one that was just started may change it in this moment, and each
/// side would look at another.
fn kill_one_that_runs() {
    let Ok(mut other) = Command::new("/bin/cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn() else { return };
    if let (Some(to), Some(from)) = (&mut other.stdin, &mut other.stdout) {
        drop(to.write_all(b"x"));
        drop(from.read_exact(&mut [0]));
    }
    drop(other.kill());
    drop(other.wait());
}

/// Labels that the policy does not have: root may give them, and everybody sees the file as unlabeled.
fn invalid() {
    fs::write("file", "x").unwrap();
    for label in ["no:such_r:label_t:s0", "system_u:object_r:no_such_t:s0", "nonsense", "system_u:object_r:etc_t:s9"] {
        give("file", label);
        open("file", libc::O_RDONLY);
    }
}

/// A policy replaces another: numbers keep their labels.
fn reload() {
    for label in LABELS {
        run_as(label, "/bin/cat", &["/etc/hostname"]);
    }
    drop(Command::new("/usr/sbin/load_policy").stderr(Stdio::null()).status());
    for label in LABELS {
        run_as(label, "/bin/cat", &["/etc/hostname"]);
    }
    open("/etc/shadow", libc::O_RDONLY);
}

/// So many labels that the kernel's table of them grows a third floor; then a few of all floors.
fn many() {
    let label = |n: usize| format!("system_u:object_r:etc_t:s0:c{},c{}", n / 1024, 1 + n % 1023);
    fs::write("file", "x").unwrap();
    let context = c("/sys/fs/selinux/context");
    for n in 0..22_000 {
        let label = label(n);
        // SAFETY: a NUL-terminated path, and bytes of their length; open(2) itself, which the rules do not name.
        unsafe {
            let fd =
                machine::syscall(machine::OPEN, [context.as_ptr() as usize, libc::O_RDWR as usize, 0, 0, 0, 0]) as i32;
            if fd < 0 {
                break;
            }
            libc::write(fd, label.as_ptr().cast(), label.len());
            libc::close(fd);
        }
    }
    for n in [0, 1, 30, 700, 15_000, 19_900, 19_950, 19_990, 21_000, 21_999] {
        give("file", &label(n));
        open("file", libc::O_RDONLY);
    }
}

/// Both sides without what the kernel adds by itself to the events of tasks that it audits, and to no others, and without events that
/// have nothing else; and of how many events something was left out.
pub fn without_own(kernel: &[Event], bpf: &[Event]) -> (Vec<Event>, Vec<Event>, usize) {
    // those of security modules have numbers from 1400 on
    let is_own = |kind: Kind| (1400..1420).contains(&kind.0) || kind == Kind::CONFIG_CHANGE;
    // BPF has these as well, when a rule asks for the call
    let forces = |kind: Kind| is_own(kind) || [ANOM_LINK, ANOM_CREAT].contains(&kind);
    let (mut kept, mut bpf, mut others) = (Vec::new(), bpf.to_vec(), 0);
    for event in kernel {
        let mut event = event.clone();
        let without_rule = event.key() == "(null)";
        if without_rule && event.records.iter().any(|r| forces(r.kind)) {
            others += 1;
            // with a watched tree its rule goes, before the kernel judges the call that deletes it
            if event.records.iter().any(|r| r.kind == Kind::CONFIG_CHANGE) {
                let same = |e: &Event| e.call_and_result() == event.call_and_result() && e.names() == event.names();
                let twin = bpf.iter().position(|e| e.task == event.task && same(e));
                twin.map(|at| bpf.remove(at));
            }
            continue;
        }
        let before = event.records.len();
        event.records.retain(|r| !is_own(r.kind));
        others += usize::from(event.records.len() < before);
        kept.push(event);
    }
    (kept, bpf, others)
}
