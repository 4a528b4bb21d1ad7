//! Interpretation against the real ausearch: the same lines go through `ausearch -i` and through [`Interpreter::body`].
//!
//! `RAUDITD_ORACLE` is the root directory that Debian's auditd is installed or unpacked in.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use raudit_record::{Fields, Format, Formatter, Interpreter, Kind, Line, Names};
use raudit_tables::{arch, syscall};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

/// Why a difference is meant, if it is.
fn meant(line: &str, name: &str, theirs: &str, ours: &str) -> Option<&'static str> {
    let call = called(line);
    let clone = call == Some("clone");
    let options = call.is_some_and(|call| call.ends_with("etsockopt"));
    let readlinkat = call == Some("readlinkat");
    // s390 has shmget by itself since Linux 5.1
    let new_shmget = call == Some("shmget") && (line.contains("arch=80000016 ") || line.contains("arch=16 "));
    let reason = match (name, theirs, ours) {
        ("a0" | "a2", ..) if clone => "clone's flags are its first argument; 3.0.9 decodes the third",
        ("a2", "AT_FDCWD", _) if readlinkat => "readlinkat's third argument is a buffer, not a directory",
        ("a3", _, ours) if ours.starts_with("AT_") => "flags of faccessat2, new in 4.2",
        ("syscall", "newfstat", "fstat") => "the kernel's name on aarch64 is fstat",
        // Which these are is pinned in the test of the tables.
        ("syscall", theirs, _) if theirs.starts_with("unknown-syscall") => "a call newer than 3.0.9's table",
        ("a2", ..) if options && line.contains("arch=c0000015 ") => "little-endian ppc64 has ppc64's socket options",
        ("a2", ..) if new_shmget => "a call newer than 3.0.9's table",
        ("a0", theirs, ours) if theirs.starts_with("unknown-") && !ours.starts_with("unknown-") => "newer than 3.0.9",
        ("list", "unknown-list(7)", "io_uring") => "newer than 3.0.9",
        ("code", "kill", "kill-thread") => "named so in 4.2",
        ("a0", "conversion", _) => "a conversion error in 3.0.9",
        ("", theirs, _) if theirs.ends_with("key= ") => "3.0.9 prints an empty key after a trailing separator",
        ("auid", "unset", _) if line.contains(" new auid=") => "of two enrichments of one name 3.0.9 finds the first",
        ("sig", "IGPWR", "SIGPWR") => "a typing error in 3.0.9",
        _ => return None,
    };
    Some(reason)
}

/// The name of the system call of a record.
fn called(line: &str) -> Option<&'static str> {
    let value = |name: &str| line.split(' ').find_map(|field| field.strip_prefix(name)?.strip_prefix('='));
    syscall::name(u32::from_str_radix(value("arch")?, 16).ok()?, value("syscall")?.parse().ok()?)
}

#[test]
fn prints_what_ausearch_prints() {
    let Some(root) = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from) else {
        println!("SKIPPED: RAUDITD_ORACLE does not name a directory with Debian's ausearch in it");
        return;
    };
    let lines = lines();
    let theirs = theirs(&root, &lines);
    assert!(theirs.len() * 100 >= lines.len() * 99, "ausearch printed {} of {} records", theirs.len(), lines.len());
    let mut ours = Interpreter::new(Names::new());
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut wrong = Vec::new();
    for (serial, their_body) in &theirs {
        let line = Line::parse(lines[serial - 1].as_bytes()).unwrap();
        let mut body = Vec::new();
        ours.body(&line, &mut body);
        let body = String::from_utf8_lossy(&body).into_owned();
        if body.trim_end() == their_body.trim_end() {
            continue;
        }
        for (name, their_value, our_value) in differences(their_body, &body) {
            match meant(&lines[serial - 1], &name, &their_value, &our_value) {
                Some(reason) => *counts.entry(reason).or_default() += 1,
                None => wrong
                    .push(format!("{}\n  theirs {name}={their_value}\n  ours   {name}={our_value}", lines[serial - 1])),
            }
        }
    }
    println!("{} records compared, {} differences meant: {counts:#?}", theirs.len(), counts.values().sum::<usize>());
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// The fields that differ; the whole bodies where the fields are the same.
fn differences(theirs: &str, ours: &str) -> Vec<(String, String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let pairs = Fields::new(theirs.as_bytes()).zip(Fields::new(ours.as_bytes()));
    let mut found: Vec<_> = pairs
        .filter(|(a, b)| a != b)
        .map(|(a, b)| (text(a.name), text(a.value), if a.name == b.name { text(b.value) } else { ours.to_owned() }))
        .collect();
    if found.is_empty() {
        found.push((String::new(), theirs.to_owned(), ours.to_owned()));
    }
    found
}

/// What `ausearch -i` prints after each stamp, by serial.
fn theirs(root: &std::path::Path, lines: &[String]) -> BTreeMap<usize, String> {
    let file = std::env::temp_dir().join(format!("rauditd-ausearch-{}.log", std::process::id()));
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    let program = ["sbin/ausearch", "usr/sbin/ausearch"].map(|path| root.join(path));
    let program = program.iter().find(|path| path.exists()).expect("RAUDITD_ORACLE has no sbin/ausearch");
    let libraries =
        ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|path| root.join(path).display().to_string());
    let output = Command::new(program)
        .args(["-i", "-if"])
        .arg(&file)
        .env("LD_LIBRARY_PATH", libraries.join(":"))
        .env("LC_ALL", "C")
        .env("TZ", "UTC")
        .output();
    std::fs::remove_file(&file).unwrap();
    let printed = String::from_utf8_lossy(&output.unwrap().stdout).into_owned();
    let records = printed.lines().filter_map(|line| line.split_once(") : "));
    records.map(|(head, body)| (head.rsplit_once(':').unwrap().1.parse().unwrap(), body.to_owned())).collect()
}

/// Three seconds apart, or ausearch takes quadratic time. Each record as it is, and as our own daemon enriches it.
fn lines() -> Vec<String> {
    let raw: Vec<_> = calls().into_iter().chain(values()).chain(records()).collect();
    let already = |body: &str| body.contains('\x1d');
    let again =
        raw.iter().enumerate().filter(|(index, (kind, body))| !already(body) && (kind != "SYSCALL" || index % 9 == 0));
    let enriched: Vec<_> = again.map(|(_, (kind, body))| (kind.clone(), enriched(kind, body))).collect();
    let stamped = raw.into_iter().chain(enriched).enumerate().map(|(index, (kind, body))| {
        format!("type={kind} msg=audit({}.{:03}:{}): {body}", 1_600_000_000 + index * 3, index % 1000, index + 1)
    });
    stamped.collect()
}

fn enriched(kind: &str, body: &str) -> String {
    let kind = Kind::from_name(kind).unwrap();
    let mut line = Vec::new();
    let text = format!("audit(1.5:7): {body}").into_bytes();
    Formatter::new(Format::Enriched, None).line(kind, &text, &mut line);
    String::from_utf8(line).unwrap().split_once("): ").unwrap().1.to_owned()
}

/// Every system call of every table with a few dozen arguments.
fn calls() -> Vec<(String, String)> {
    let vectors = [
        ["0", "0", "0", "0"],
        ["1", "1", "1", "1"],
        ["2", "2", "2", "2"],
        ["3", "3", "3", "3"],
        ["6", "6", "6", "6"],
        ["18", "1c0", "1ff", "22"],
        ["17", "29", "1b6", "802"],
        ["1", "9", "b", "11"],
        ["ffffff9c", "ffffff9c", "ffffff9c", "ffffff9c"],
        ["ffffffffffffff9c", "7ffe1234", "80241", "1b6"],
        ["ffffffff", "ffffffff", "ffffffff", "ffffffff"],
        ["1200011", "5413", "81a4", "c0ed0001"],
        ["a", "80002", "6", "4000"],
        ["7f0000000000", "40", "9ff", "0"],
        ["3", "1", "10", "0"],
        ["3", "1", "12", "0"],
        ["3", "1", "15", "0"],
    ];
    let mut found = Vec::new();
    for machine in MACHINES {
        for (number, _) in syscall::table(machine).unwrap().iter().filter(|(number, _)| *number < 451) {
            for [a0, a1, a2, a3] in vectors {
                let arguments = format!("a0={a0} a1={a1} a2={a2} a3={a3}");
                found.push(format!(
                    "arch={machine:x} syscall={number} success=yes exit=0 {arguments} items=0 ppid=1 {IDENTITY}"
                ));
            }
        }
    }
    found.into_iter().map(|body| ("SYSCALL".to_owned(), body)).collect()
}

const IDENTITY: &str = "pid=2 auid=4294967295 uid=0 gid=0 euid=1 suid=2 fsuid=99999 egid=42 sgid=4294967295 fsgid=4294967294 \
                        tty=pts0 ses=4294967295 comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)";

fn values() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (kind, names, values) in FIELDS {
        let names: Vec<_> = if names.contains('=') { vec![*names] } else { names.split(' ').collect() };
        for name in names {
            found.extend(values.split(' ').map(|value| ((*kind).to_owned(), format!("item=0 {name}={value}"))));
        }
    }
    found
}

/// Fields of every meaning with values that fit and values at the edges.
const FIELDS: &[(&str, &str, &str)] = &[
    ("SYSCALL", "exit", "0 1 -1 -2 -11 -13 -35 -110 -133 -134 -9999 5000000000"),
    ("USER", "uid gid ouid ogid old-auid inode_gid id", "0 1 65534 -1 4294967295 4294967294 77777"),
    ("GRP_MGMT", "id", "0 42"),
    ("USER", "perm", "0 1 2 3 4 8 15"),
    ("PATH", "mode", "0100644 040755 0120777 0104755 0102755 041777 020620 060660 0140777 010644 0644 0"),
    ("MQ_OPEN", "mode", "0644 0600 0100644"),
    ("USER", "prom old_prom", "0 1 256"),
    ("USER", "capability sig list family icmptype proto hook action resp", NUMBERS),
    ("USER", "res", "0 1 yes no success failed"),
    ("USER", "ses", "0 1 4294967295"),
    ("USER", "cap_fp cap_pe pi", "0 1 ff 000001ffffffffff 3fffffffff 200 none"),
    ("USER", "per", "0 1 8 40000 40008 c 10 7fff"),
    ("USER", "code", "0x0 0x50000 0x7ff00000 0x7ffc0000 0x7fc00000 0x30000 0x7fff0000"),
    ("USER", "oflag", "0x0 0x1 0x2 0x80241 42 0x101000"),
    ("USER", "flags", "0x0 0x2 0x22 0x4000"),
    ("PATH", "flags", "0x0 1 0x10 0x101 0xffff"),
    ("USER", "macproto", "0800 0x0800 0806 86dd"),
    ("USER", "ioctlcmd", "0x5401 5413 0x1 0xffff"),
    ("USER", "resolve", "0x1 0x8 0x3f"),
    ("USER", "nl-mcgrp", "0 1"),
    ("USER", "addr hostname terminal subj", "1.2.3.4 ? ::1 host u:r:t:s0-s0:c0.c1023"),
    ("USER", "comm exe cwd name path acct cmd key vm grp device profile file dir", STRINGS),
    ("EXECVE", "a0 a1 a10 a1[0] argc a1_len", "\"x\" 6162 1 (null)"),
    ("PROCTITLE", "proctitle", "\"x\" 6C73002D6C 6C73000A (null)"),
    ("TTY", "data", "6C730D 1B5B41 7F 04 1B5B337E 1B4F50 61090D03 C3A922 (null)"),
    ("SOCKADDR", "saddr", SOCKETS),
    ("AVC", "tclass=file saddr", "1.2.3.4"),
];

const STRINGS: &str = "\"x\" 6162 61 616201 (null) zz 2F61207A \"a,b\" 410A42 C3A9 \"/a/../b\"";

const NUMBERS: &str = "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 40 41 50 \
                       58 63 64 100 132 136 255 262 300";

const SOCKETS: &str = "020000507F0000010000000000000000 020000507F000001 02 0A0001BB0000000020010DB8000000000000000000000001\
                       00000000 0A0001BB00000000000000000000FFFF0102030400000000 01002F72756E2F78 01000061627300 0100 \
                       10000000D204000001000000 10000000D2040000 110008000200 0000 63000102 zz ? 1D0001020304";

fn records() -> Vec<(String, String)> {
    RECORDS.iter().map(|(kind, body)| ((*kind).to_owned(), (*body).to_owned())).collect()
}

/// Whole records as they occur.
const RECORDS: &[(&str, &str)] = &[
    (
        "SYSCALL",
        "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=0 items=2 ppid=1 pid=2 auid=0 uid=0 gid=0 comm=\"a\" exe=2F612062 subj==unconfined key=6162016364",
    ),
    (
        "SYSCALL",
        "arch=c000003e syscall=2 success=yes exit=3 a0=1 a1=80241 a2=1b6 a3=0 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0\x1dARCH=x86_64 SYSCALL=open AUID=\"alice\" UID=\"bob\" GID=612062",
    ),
    (
        "PATH",
        "item=0 name=\"/etc/shadow\" inode=1 dev=08:01 mode=0100640 ouid=0 ogid=42 rdev=00:00 obj=a:b:c nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\x1dOUID=\"root\" OGID=\"shadow\"",
    ),
    ("CWD", "cwd=\"/root\""),
    ("EXECVE", "argc=3 a0=\"ls\" a1=2D6C a2=\"uid=0\""),
    (
        "LOGIN",
        "pid=3 uid=0 old-auid=4294967295 auid=0 tty=(none) old-ses=4294967295 ses=1 res=1\x1dUID=\"root\" OLD-AUID=\"unset\" AUID=\"root\"",
    ),
    ("LOGIN", "login pid=3 uid=0 old auid=4294967295 new auid=0 old ses=4294967295 new ses=1"),
    ("CONFIG_CHANGE", "auid=4294967295 ses=4294967295 op=add_rule key=\"k\" list=4 res=1"),
    ("CONFIG_CHANGE", "op=set audit_enabled=1 old=1 auid=4294967295 ses=4294967295 res=1"),
    ("CONFIG_CHANGE", "audit_backlog_limit=64 old=64 auid=0 ses=1 subj=a:b res=1"),
    ("CONFIG_CHANGE", "op=\"updated_rules\" path=\"/x\" key=\"k\" list=4 res=1"),
    (
        "USER_LOGIN",
        "pid=1 uid=0 auid=0 ses=1 msg='op=login id=0 exe=\"/usr/sbin/sshd\" hostname=? addr=10.0.0.1 terminal=ssh res=success'\x1dUID=\"root\" AUID=\"root\" ID=\"root\"",
    ),
    (
        "USER_AUTH",
        "pid=1 uid=0 auid=0 ses=1 msg='op=PAM:authentication grantors=pam_unix,pam_x acct=\"root\" exe=\"/usr/bin/su\" hostname=h addr=? terminal=pts/0 res=failed'",
    ),
    (
        "USER_START",
        "user pid=1 uid=0 auid=0 msg='PAM: session open acct=\"root\" : exe=\"/bin/su\" (hostname=?, addr=?, terminal=tty1 res=success)'",
    ),
    (
        "USER_CMD",
        "pid=1 uid=0 auid=0 ses=1 msg='cwd=\"/root\" cmd=6C73202D6C exe=\"/usr/bin/sudo\" terminal=pts/0 res=success'",
    ),
    (
        "USER_MGMT",
        "pid=1 uid=0 auid=0 ses=1 msg='op=changing-shell id=0 exe=\"/usr/sbin/usermod\" hostname=h addr=? terminal=pts/0 res=success'",
    ),
    (
        "ADD_GROUP",
        "pid=1 uid=0 auid=0 ses=1 msg='op=add-group id=42 exe=\"/usr/sbin/groupadd\" hostname=? addr=? terminal=? res=success'",
    ),
    (
        "SERVICE_START",
        "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=cron comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'",
    ),
    (
        "CRYPTO_KEY_USER",
        "pid=1 uid=0 auid=0 ses=1 msg='op=destroy kind=server fp=SHA256:aa:bb direction=? spid=1 suid=0  exe=\"/usr/sbin/sshd\" hostname=? addr=? terminal=? res=success'",
    ),
    (
        "USER",
        "pid=1 uid=0 auid=0 ses=1 msg='text=hello exe=\"/usr/sbin/auditctl\" hostname=h addr=? terminal=pts/0 res=success'",
    ),
    (
        "DAEMON_START",
        "op=start ver=3.0.9 format=enriched kernel=6.1.0 auid=4294967295 pid=1 uid=0 ses=4294967295 subj=unconfined res=success",
    ),
    ("DAEMON_END", "op=terminate auid=0 uid=0 ses=1 pid=1 subj=unconfined res=success"),
    ("DAEMON_CONFIG", "op=reconfigure state=changed auid=0 pid=1 subj=unconfined res=success"),
    ("DAEMON_ROTATE", "op=rotate-logs auid=0 uid=0 ses=1 pid=1 subj=? res=success"),
    (
        "AVC",
        "avc:  denied  { read write } for  pid=7 comm=\"x\" name=\"f\" dev=\"sda1\" ino=5 scontext=a:b:c:s0 tcontext=a:b:c:s0-s0:c0.c1023 tclass=file permissive=0",
    ),
    (
        "USER_AVC",
        "pid=1 uid=81 auid=4294967295 ses=4294967295 subj=a:b:c msg='avc:  denied  { send_msg } for msgtype=method_call dest=org.x spid=1 tpid=2 scontext=a:b:c tcontext=a:b:c tclass=dbus exe=\"/usr/bin/dbus-daemon\" sauid=81 hostname=? addr=? terminal=?'",
    ),
    (
        "SECCOMP",
        "auid=0 uid=0 gid=0 ses=1 subj=x pid=1 comm=\"x\" exe=\"/x\" sig=31 arch=c000003e syscall=1 compat=0 ip=0x7f code=0x50000",
    ),
    ("ANOM_ABEND", "auid=0 uid=0 gid=0 ses=1 subj=x pid=1 comm=\"x\" exe=\"/x\" sig=11 res=1"),
    ("ANOM_PROMISCUOUS", "dev=eth0 prom=256 old_prom=0 auid=0 uid=0 gid=0 ses=1"),
    (
        "ANOM_LINK",
        "op=linkat ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"x\" exe=\"/x\" res=0",
    ),
    ("NETFILTER_CFG", "table=filter:5 family=2 entries=10 op=xt_replace pid=1 subj=x comm=\"iptables\""),
    ("NETFILTER_PKT", "mark=0x1 saddr=1.2.3.4 daddr=5.6.7.8 proto=6"),
    ("BPF", "prog-id=75 op=LOAD"),
    (
        "BPRM_FCAPS",
        "fver=0 fp=0 fi=0 fe=0 old_pp=0 old_pi=0 old_pe=0 old_pa=0 pp=1ffffffffff pi=0 pe=1ffffffffff pa=0 frootid=0",
    ),
    ("CAPSET", "pid=1 cap_pi=0 cap_pp=ff cap_pe=ff cap_pa=0"),
    ("MQ_OPEN", "oflag=0x42 mode=0600 mq_flags=0x0 mq_maxmsg=0 mq_msgsize=0 mq_curmsgs=0"),
    ("MMAP", "fd=3 flags=0x22"),
    ("FD_PAIR", "fd0=3 fd1=4"),
    ("OBJ_PID", "opid=1 oauid=0 ouid=0 oses=1 obj=x ocomm=\"bash\""),
    ("IPC", "ouid=0 ogid=0 mode=0600 obj=x"),
    ("SOCKETCALL", "nargs=3 a0=2 a1=1 a2=0"),
    ("KERN_MODULE", "name=\"nf_tables\""),
    ("FANOTIFY", "resp=1 fan_type=0 fan_info=0 subj_trust=2 obj_trust=2"),
    ("URINGOP", "uring_op=18 success=yes exit=3 items=1 ppid=1 pid=2 uid=0 gid=0 euid=0"),
    ("MAC_STATUS", "enforcing=1 old_enforcing=0 auid=0 ses=1 enabled=1 old-enabled=1 lsm=selinux res=1"),
    ("FEATURE_CHANGE", "feature=loginuid_immutable old=0 new=1 old_lock=0 new_lock=1 res=1"),
    ("TIME_INJOFFSET", "sec=-1 nsec=5"),
    ("EVENT_LISTENER", "pid=1 uid=0 auid=0 tty=pts0 ses=1 comm=\"x\" exe=\"/x\" nl-mcgrp=1 op=connect res=1"),
    (
        "SYSTEM_BOOT",
        "pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' comm=\"systemd-update-utmp\" exe=\"/x\" hostname=? addr=? terminal=? res=success'",
    ),
    ("TTY", "tty pid=1 uid=0 auid=0 ses=1 major=136 minor=0 comm=\"bash\" data=6C730D"),
];

/// The machines whose system calls 3.0.9 knows.
const MACHINES: [u32; 9] = [
    arch::X86_64,
    arch::I386,
    arch::AARCH64,
    arch::ARM,
    arch::PPC64LE,
    arch::PPC64,
    arch::PPC,
    arch::S390X,
    arch::S390,
];
