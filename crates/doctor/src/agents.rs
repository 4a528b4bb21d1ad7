//! Other programs that take audit for themselves, or read it besides.
//!
//! Who reads the kernel's multicast group (`AUDIT_NLGRP_READLOG`) is in /proc/net/netlink: a socket of protocol 9 with
//! bit 0 of its groups set. Its port is the pid of the process that bound it, as a rule.

use crate::finding::{Finding, or_ok};
use crate::{Root, Seen};
use std::collections::BTreeMap;

const SUBJECT: &str = "agents";
/// `NETLINK_AUDIT` (linux/netlink.h).
const NETLINK_AUDIT: &str = "9";
/// The most that is read of /proc/net/netlink.
const MOST_BYTES: u64 = 4 << 20;

/// A program that is known to meddle: its `comm`, how, and what to do.
struct Known {
    name: &'static str,
    what: &'static str,
    remedy: &'static str,
    is_harmless: bool,
}

const KNOWN: [Known; 7] = [
    Known {
        name: "auditbeat",
        what: "takes the audit pid unless told otherwise, and sets rules of its own",
        remedy: "socket_type: multicast in its auditd module, or the log: BPF's events are not in the group",
        is_harmless: false,
    },
    Known {
        name: "osqueryd",
        what: "takes the audit pid with --disable_audit=false, and deletes rules when it ends",
        remedy: "--disable_audit=true, which is its default",
        is_harmless: false,
    },
    Known { name: "go-audit", what: "takes the audit pid", remedy: "stop it", is_harmless: false },
    Known {
        name: "auditd",
        what: "is the audit daemon that rauditd replaces",
        remedy: "service auditd stop",
        is_harmless: false,
    },
    Known {
        name: "velociraptor",
        what: "adds rules for some of its artifacts, and reads the multicast group",
        remedy: "nothing, if rauditctl is where it looks for auditctl",
        is_harmless: true,
    },
    Known {
        name: "falco",
        what: "captures system calls by itself; its cost comes on top",
        remedy: "nothing: it does not touch audit",
        is_harmless: true,
    },
    Known {
        name: "tetragon",
        what: "captures system calls by itself; its cost comes on top",
        remedy: "nothing: it does not touch audit",
        is_harmless: true,
    },
];

/// What is known of them.
#[derive(Clone, Debug)]
pub struct Agents {
    /// Processes whose names are known, with their pids.
    pub running: Seen<Vec<(u32, String)>>,
    /// Ports of the multicast group's readers, each with the name of the process of that number.
    pub readers: Seen<Vec<(u32, Option<String>)>>,
}

impl Agents {
    /// Looks through /proc.
    pub fn gather(root: &Root) -> Self {
        let name = |pid: u32| root.line(format!("/proc/{pid}/comm")).ok().flatten();
        let running = match root.names("/proc") {
            Ok(Some(names)) if names.iter().any(|name| name == b"1") => {
                let pids = names.iter().filter_map(|name| str::from_utf8(name).ok()?.parse::<u32>().ok());
                let mut found: Vec<(u32, String)> = pids.filter_map(|pid| Some((pid, name(pid)?))).collect();
                found.retain(|(_, name)| KNOWN.iter().any(|known| known.name == name));
                found.sort();
                Ok(found)
            }
            Ok(_) => Err("/proc does not show the processes of others".into()),
            Err(why) => Err(why),
        };
        let readers = match root.read("/proc/net/netlink", MOST_BYTES) {
            Ok(Some(table)) => {
                Ok(readers(&String::from_utf8_lossy(&table)).into_iter().map(|port| (port, name(port))).collect())
            }
            Ok(None) => Err("/proc/net/netlink does not exist".into()),
            Err(why) => Err(why),
        };
        Self { running, readers }
    }

    /// What there is to say. The registered audit daemon is not told again, nor is journald.
    pub fn judge(&self, owner: Option<u32>) -> Vec<Finding> {
        let mut found = Vec::new();
        match &self.running {
            Ok(running) => found.extend(of_names(running, owner)),
            Err(why) => found.push(Finding::unknown(SUBJECT, "which other agents run", why)),
        }
        match &self.readers {
            Ok(readers) => found.extend(readers.iter().filter(|reader| !is_journald(reader)).map(of_reader)),
            Err(why) => found.push(Finding::unknown(SUBJECT, "who reads the multicast group", why)),
        }
        or_ok(found, SUBJECT, "no other program takes or reads the kernel's records, as far as names tell")
    }

    /// Whether journald reads the multicast group.
    pub fn journald_reads(&self) -> Seen<bool> {
        self.readers.clone().map(|readers| readers.iter().any(is_journald))
    }
}

/// The ports of the group's readers.
fn readers(table: &str) -> Vec<u32> {
    let port = |line: &str| {
        let mut words = line.split_ascii_whitespace().skip(1);
        let (protocol, port, groups) = (words.next()?, words.next()?, words.next()?);
        let reads = u32::from_str_radix(groups, 16).ok()? & 1 == 1;
        (protocol == NETLINK_AUDIT && reads).then_some(port)?.parse::<u32>().ok().filter(|&port| port != 0)
    };
    let mut ports: Vec<u32> = table.lines().filter_map(port).collect();
    ports.sort_unstable();
    ports
}

/// systemd binds the socket, so that its port is 1, and hands it to journald; journald started by itself has its own.
fn is_journald((port, name): &(u32, Option<String>)) -> bool {
    let is = |wanted: &str| name.as_deref() == Some(wanted);
    is("systemd-journal") || (*port == 1 && is("systemd"))
}

/// A finding for each name.
fn of_names(running: &[(u32, String)], owner: Option<u32>) -> Vec<Finding> {
    let mut pids: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (pid, name) in running.iter().filter(|(pid, _)| Some(*pid) != owner) {
        pids.entry(name).or_default().push(*pid);
    }
    let finding = |(name, pids): (&str, Vec<u32>)| {
        let known = KNOWN.iter().find(|known| known.name == name)?;
        let what = format!("{name} runs (pid {}): it {}", pids.first()?, known.what);
        let new = if known.is_harmless { Finding::note } else { Finding::warning };
        Some(new(SUBJECT, what).remedy(known.remedy))
    };
    pids.into_iter().filter_map(finding).collect()
}

fn of_reader((port, name): &(u32, Option<String>)) -> Finding {
    let name = name.as_deref().unwrap_or("a program that cannot be told");
    let what = format!(
        "{name} (port {port}) reads the kernel's multicast group: with BPF it sees the kernel's own records only"
    );
    Finding::note(SUBJECT, what).remedy("have it read the log, or audisp-af_unix's socket, for all events")
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity::{self, Note, Ok as Fine, Unknown, Warning};

    /// Nobody is in the way.
    pub(crate) fn none() -> Agents {
        Agents { running: Ok(Vec::new()), readers: Ok(Vec::new()) }
    }

    const TABLE: &str = "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n\
        00000000e10bf2c0 9   0          00000000 0        0        0     2        0        6\n\
        00000000e10bf2c1 9   1          00000001 0        0        0     2        0        7\n\
        00000000e10bf2c2 9   77         00000003 0        0        0     2        0        8\n\
        00000000e10bf2c3 15  78         00000001 0        0        0     2        0        9\n\
        bad\n";

    #[test]
    fn readers_of_the_group_are_found() {
        assert_eq!(readers(TABLE), [1, 77]);
        let named = |port, name: &str| (port, Some(name.to_owned()));
        assert!(is_journald(&named(1, "systemd")) && is_journald(&named(300, "systemd-journal")));
        assert!(!is_journald(&named(1, "init")) && !is_journald(&(300, None)));
    }

    #[test]
    fn agents_are_told_once_and_the_owner_is_not() {
        let running =
            [(5, "osqueryd"), (6, "osqueryd"), (7, "falco"), (8, "auditd")].map(|(pid, name)| (pid, name.into()));
        let agents =
            Agents { running: Ok(running.to_vec()), readers: Ok(vec![(9, None), (1, Some("systemd".into()))]) };
        let findings = agents.judge(Some(8));
        let severities: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Note, Warning, Note], "{findings:?}");
        assert!(findings[1].what.starts_with("osqueryd runs (pid 5)"));
        assert_eq!(agents.judge(None)[0].severity, Warning, "auditd, first by name");
        assert_eq!(none().judge(None)[0].severity, Fine);
        let blind = Agents { running: Err("x".into()), readers: Err("x".into()) };
        assert!(blind.judge(None).iter().all(|finding| finding.severity == Unknown));
    }

    #[test]
    fn processes_are_found_by_name() {
        let dir = tempfile::tempdir().unwrap();
        for (pid, name) in [("1", "systemd"), ("20", "go-audit"), ("21", "bash"), ("x", "falco")] {
            std::fs::create_dir_all(dir.path().join("proc").join(pid)).unwrap();
            std::fs::write(dir.path().join("proc").join(pid).join("comm"), format!("{name}\n")).unwrap();
        }
        std::fs::create_dir_all(dir.path().join("proc/net")).unwrap();
        std::fs::write(dir.path().join("proc/net/netlink"), TABLE).unwrap();
        let agents = Agents::gather(&Root::at(dir.path()));
        assert_eq!(agents.running, Ok(vec![(20, "go-audit".into())]));
        assert_eq!(agents.journald_reads(), Ok(true));
    }
}
