//! laurel, which makes one JSON object of each event, as a plugin.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, helpers included")]

mod raudispd;

use raudispd::{Dispatcher, Scratch};
use raudit_dispatch::frame::{Version, push};
use raudit_record::Kind;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const EVENTS: u64 = 100_000;

fn laurel() -> Option<PathBuf> {
    let program = std::env::var_os("RAUDITD_LAUREL").map(PathBuf::from);
    if program.is_none() {
        println!("SKIPPED: RAUDITD_LAUREL does not name laurel (scripts/laurel builds it)");
    }
    program
}

/// An event of five records, as they come.
fn event(out: &mut Vec<u8>, serial: u64) {
    let stamp = format!("audit(1700000{:03}.{:03}:{serial}): ", serial / 1000 % 1000, serial % 1000);
    let syscall = "arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=7ffd a2=0 a3=0 items=1 ppid=10 pid=11 \
                   auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"cat\" \
                   exe=\"/usr/bin/cat\" subj=unconfined key=\"etc\"";
    let path = format!(
        "item=0 name=\"/etc/file-{serial}\" inode={serial} dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 \
         nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0"
    );
    for (kind, text) in [
        (Kind::SYSCALL, syscall),
        (Kind::CWD, "cwd=\"/root\""),
        (Kind::PATH, &path),
        (Kind::PROCTITLE, "proctitle=636174002F6574632F66696C65"),
        (Kind::EOE, ""),
    ] {
        push(out, Version::Kernel, kind, format!("{stamp}{text}").as_bytes()).unwrap();
    }
}

#[test]
fn laurel_writes_an_object_for_every_event() {
    let Some(program) = laurel() else { return };
    let Some(scratch) = Scratch::new() else { return };
    let mut conf = format!("directory = \"{}\"\n", scratch.path("laurel").display());
    writeln!(conf, "[auditlog]\nfile = \"log\"\nsize = 10000000000\ngenerations = 1").unwrap();
    fs::write(scratch.path("laurel.toml"), conf).unwrap();
    // A copy: what stands in a home directory may be anybody's to write.
    let copy = scratch.path("laurel-program");
    fs::copy(program, &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).unwrap();
    let text = format!(
        "active = yes\ndirection = out\ntype = always\nformat = string\npath = {}\nargs = --config {}\n",
        copy.display(),
        scratch.path("laurel.toml").display()
    );
    fs::write(scratch.path("plugins.d/laurel.conf"), text).unwrap();
    scratch.auditd_conf("q_depth = 20000\n");
    let mut dispatcher = Dispatcher::start(&scratch, &[]);
    let log = scratch.path("laurel/log");
    let written = || fs::read_to_string(&log).map_or(0, |text| text.lines().count() as u64);
    for first in (0..EVENTS).step_by(5000) {
        let mut frames = Vec::new();
        (first..first + 5000).for_each(|serial| event(&mut frames, serial + 1));
        dispatcher.send(&frames);
        // It takes what it is given; to be fast is not what is tested.
        scratch.wait_until(|| written() + 20_000 >= first);
    }
    // What comes last waits for a while, in case that more of it follows.
    let end = dispatcher.end();
    assert!(!end.said.contains("lost"), "{}", end.said);
    let text = fs::read_to_string(&log).unwrap();
    let mut seen = HashSet::new();
    for line in text.lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let id = object["ID"].as_str().unwrap().rsplit(':').next().unwrap().parse::<u64>().unwrap();
        assert!(seen.insert(id), "{id} is there twice");
        assert_eq!(object["PATH"][0]["name"], format!("/etc/file-{id}"), "{line}");
        assert_eq!(object["SYSCALL"]["comm"], "cat", "{line}");
    }
    let missing: Vec<u64> = (1..=EVENTS).filter(|id| !seen.contains(id)).collect();
    assert!(missing.is_empty(), "{} are missing, first {:?}: {}", missing.len(), missing.first(), end.said);
}
