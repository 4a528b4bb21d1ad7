//! The kernel: whether it audits, and what it has of what BPF needs (docs/bpf.md). What of BPF really runs is known by
//! trying only, which rauditd does: [`crate::capture`].

use crate::finding::Finding;
use crate::{Root, Seen};
use std::path::Path;

const SUBJECT: &str = "kernel";

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Its release (`/proc/sys/kernel/osrelease`).
    pub release: Seen<Option<String>>,
    /// Whether it was built with CONFIG_AUDIT: then tasks have a login uid.
    pub has_audit: Seen<bool>,
    /// Its command line.
    pub command_line: Seen<Option<String>>,
    /// Whether its types are known (`/sys/kernel/btf/vmlinux`).
    pub has_btf: Seen<bool>,
    /// `/proc/sys/kernel/kptr_restrict`.
    pub kptr_restrict: Seen<Option<String>>,
    /// `/sys/kernel/security/lockdown`: the mode in brackets is in force.
    pub lockdown: Seen<Option<String>>,
    /// The security modules.
    pub lsm: Seen<Option<String>>,
}

impl Kernel {
    /// Looks at /proc and /sys.
    pub fn gather(root: &Root) -> Self {
        let exists = |path: &str| root.meta(path).map(|meta| meta.is_some());
        Self {
            release: root.line("/proc/sys/kernel/osrelease"),
            has_audit: match root.meta("/proc/self") {
                Ok(None) => Err("/proc is not mounted".into()),
                Ok(Some(_)) => exists("/proc/self/loginuid"),
                Err(why) => Err(why),
            },
            command_line: root.line(Path::new("/proc/cmdline")),
            has_btf: exists("/sys/kernel/btf/vmlinux"),
            kptr_restrict: root.line("/proc/sys/kernel/kptr_restrict"),
            lockdown: root.line("/sys/kernel/security/lockdown"),
            lsm: root.line("/sys/kernel/security/lsm"),
        }
    }

    /// What there is to say.
    pub fn judge(&self) -> Vec<Finding> {
        let mut found = vec![self.audit()];
        found.extend(self.boot());
        found.extend(self.bpf());
        found
    }

    fn audit(&self) -> Finding {
        let release = match &self.release {
            Ok(Some(release)) => format!("Linux {release}"),
            Ok(None) | Err(_) => "Linux of unknown release".into(),
        };
        match &self.has_audit {
            Ok(true) => Finding::ok(SUBJECT, format!("{release}, built with audit")),
            Ok(false) => Finding::error(SUBJECT, format!("{release}, built without audit (CONFIG_AUDIT)"))
                .remedy("start a kernel that has it; rauditd cannot work without"),
            Err(why) => Finding::unknown(SUBJECT, &format!("whether {release} was built with audit"), why),
        }
    }

    /// What the command line says of audit (kernel/audit.c: the last `audit=` counts).
    fn boot(&self) -> Option<Finding> {
        let words = match &self.command_line {
            Ok(Some(line)) => line.split_ascii_whitespace(),
            Ok(None) => return Some(Finding::unknown(SUBJECT, "the command line", "/proc/cmdline does not exist")),
            Err(why) => return Some(Finding::unknown(SUBJECT, "the command line", why)),
        };
        let said = words.filter_map(|word| word.strip_prefix("audit=")).next_back();
        match said {
            Some("0" | "off") => Some(
                Finding::error(SUBJECT, "audit=0 on its command line turns audit off until the next boot")
                    .remedy("take it off the boot loader's configuration, and boot"),
            ),
            Some("1" | "on") => {
                Some(Finding::ok(SUBJECT, "audit=1 on its command line: processes before rauditd count"))
            }
            Some(_) => Some(
                Finding::warning(SUBJECT, "audit= on its command line has a value the kernel does not know")
                    .remedy("make it audit=1"),
            ),
            None => Some(
                Finding::note(
                    SUBJECT,
                    "no audit=1 on its command line: processes from before auditing began are not audited by rules",
                )
                .remedy("add audit=1 (and audit_backlog_limit=8192) to the boot loader's configuration"),
            ),
        }
    }

    /// What stands against capture by BPF, as far as files tell.
    fn bpf(&self) -> Vec<Finding> {
        let note = |what: &str| Finding::note(SUBJECT, format!("{what}; rules stay with the kernel's audit"));
        let mut found = Vec::new();
        let mut unseen = |what: &str, why: &str| found.push(Finding::unknown(SUBJECT, what, why));
        let line = |seen: &Seen<Option<String>>| seen.clone().ok().flatten().unwrap_or_default();
        for (what, seen) in [("kptr_restrict", &self.kptr_restrict), ("the lockdown mode", &self.lockdown)] {
            if let Err(why) = seen {
                unseen(what, why);
            }
        }
        match &self.has_btf {
            Ok(true) => {}
            Ok(false) => found.push(
                note("no BTF (/sys/kernel/btf/vmlinux), so no capture by BPF")
                    .remedy("a kernel with CONFIG_DEBUG_INFO_BTF=y has it"),
            ),
            Err(why) => unseen("whether it has BTF", why),
        }
        if line(&self.kptr_restrict) == "2" {
            found.push(
                Finding::note(SUBJECT, "kptr_restrict is 2, so BPF cannot serve rules that watch names")
                    .remedy("sysctl kernel.kptr_restrict=1"),
            );
        }
        if line(&self.lockdown).contains("[confidentiality]") {
            found.push(note("lockdown is in mode confidentiality, which forbids BPF programs to read memory"));
        }
        if line(&self.lsm).split(',').any(|module| module == "smack") {
            found.push(note("Smack is active, whose labels BPF does not write"));
        }
        crate::finding::or_ok(found, SUBJECT, "has BTF, which capture by BPF needs")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity;

    /// All is well.
    pub(crate) fn sound() -> Kernel {
        let line = |text: &str| Ok(Some(text.to_owned()));
        Kernel {
            release: line("6.12.1"),
            has_audit: Ok(true),
            command_line: line("ro audit=1 quiet"),
            has_btf: Ok(true),
            kptr_restrict: line("1"),
            lockdown: line("[none] integrity confidentiality"),
            lsm: line("lockdown,capability,apparmor"),
        }
    }

    #[test]
    fn the_last_word_on_the_command_line_counts() {
        let severity = |line: &str| {
            let kernel = Kernel { command_line: Ok(Some(line.into())), ..sound() };
            kernel.judge()[1].severity
        };
        assert_eq!(severity("audit=1"), Severity::Ok);
        assert_eq!(severity("audit=1 audit=0"), Severity::Error);
        assert_eq!(severity("audit=off audit=on"), Severity::Ok);
        assert_eq!(severity("audit_backlog_limit=64"), Severity::Note);
        assert_eq!(severity("audit=yes"), Severity::Warning);
    }

    #[test]
    fn what_bpf_lacks_is_said() {
        assert!(sound().judge().iter().all(|finding| finding.severity == Severity::Ok));
        let line = |text: &str| Ok(Some(text.to_owned()));
        let kernel = Kernel {
            has_audit: Ok(false),
            has_btf: Ok(false),
            kptr_restrict: line("2"),
            lockdown: line("none integrity [confidentiality]"),
            lsm: line("capability,smack"),
            ..sound()
        };
        let severities: Vec<Severity> = kernel.judge().iter().map(|finding| finding.severity).collect();
        use Severity::{Error, Note, Ok as Fine};
        assert_eq!(severities, [Error, Fine, Note, Note, Note, Note]);
    }

    #[test]
    fn without_proc_nothing_is_claimed() {
        let dir = tempfile::tempdir().unwrap();
        let findings = Kernel::gather(&Root::at(dir.path())).judge();
        let severities: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
        assert_eq!(severities, [Severity::Unknown, Severity::Unknown, Severity::Note]);
    }
}
