//! Who receives the kernel's records (`audit_pid`), and whether auditing is on.

use crate::finding::Finding;
use crate::{Audit, Root, Seen};
use raudit_netlink::Status;

const SUBJECT: &str = "owner";
/// `comm` has at most 15 bytes (`TASK_COMM_LEN`): longer names end there.
const SHORTENED: usize = 15;

/// The program behind the pid.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Program {
    /// Its name (`/proc/PID/comm`).
    pub name: String,
    /// Its file, if that may be seen.
    pub file: Option<String>,
}

impl Program {
    /// The program of a process; `None` if there is no such process, or it is in another pid namespace.
    pub fn of(root: &Root, pid: u32) -> Seen<Option<Self>> {
        let Some(name) = root.line(format!("/proc/{pid}/comm"))? else { return Ok(None) };
        let file = std::fs::read_link(root.path(format!("/proc/{pid}/exe"))).ok();
        Ok(Some(Self { name, file: file.map(|file| file.to_string_lossy().into_owned()) }))
    }

    fn is(&self, name: &str) -> bool {
        self.name == name.get(..SHORTENED).unwrap_or(name)
    }

    fn shown(&self) -> String {
        match &self.file {
            Some(file) => format!("{} ({file})", self.name),
            None => self.name.clone(),
        }
    }
}

/// What there is to say; `program` is that of the registered pid.
pub fn judge(audit: &Audit, program: &Seen<Option<Program>>) -> Vec<Finding> {
    if audit.off {
        return vec![
            Finding::error(SUBJECT, "the kernel was started with audit off; nothing is audited")
                .remedy("take audit=0 off the kernel's command line, and boot"),
        ];
    }
    let status = match &audit.status {
        Ok(status) => status,
        Err(why) => return vec![Finding::unknown(SUBJECT, "who receives records, and whether auditing is on", why)],
    };
    let mut found = vec![registered(audit, status, program)];
    found.push(match status.enabled {
        0 => Finding::warning(SUBJECT, "auditing is disabled: rules record nothing").remedy("rauditctl -e 1"),
        2 => Finding::note(SUBJECT, "auditing is on, and locked until the next boot (-e 2): no rule can be changed"),
        _ => Finding::ok(SUBJECT, "auditing is enabled"),
    });
    if status.failure == 2 {
        found.push(
            Finding::note(
                SUBJECT,
                "failure mode 2: the kernel panics when it cannot log, so a full backlog halts the machine",
            )
            .remedy("rauditctl -f 1, if that is not what a policy asks for"),
        );
    }
    found
}

fn registered(audit: &Audit, status: &Status, program: &Seen<Option<Program>>) -> Finding {
    let pid = status.pid;
    if pid == 0 && audit.by_daemon {
        return Finding::warning(
            SUBJECT,
            "rauditd answers, but is not registered: the kernel's records go to its own log",
        )
        .remedy("local_events = yes in auditd.conf, or start rauditd anew");
    }
    if pid == 0 {
        return Finding::error(SUBJECT, "no audit daemon is registered: the kernel prints records to its own log")
            .remedy("start rauditd");
    }
    let program = match program {
        Ok(Some(program)) => program,
        Ok(None) => {
            let why = "no such process here: it may be in another pid namespace";
            return Finding::unknown(SUBJECT, &format!("which program the audit daemon, pid {pid}, is"), why);
        }
        Err(why) => return Finding::unknown(SUBJECT, &format!("which program the audit daemon, pid {pid}, is"), why),
    };
    let who = format!("pid {pid}, {}", program.shown());
    match audit.by_daemon {
        // It may be called by the name of the one it replaces.
        true if program.is("rauditd") || program.is("auditd") => {
            Finding::ok(SUBJECT, format!("rauditd serves; registered is {who}"))
        }
        true => {
            Finding::warning(SUBJECT, format!("rauditd answers, but the kernel's records go to another program: {who}"))
                .remedy("stop that, then start rauditd anew")
        }
        false if program.is("rauditd") => {
            Finding::error(SUBJECT, format!("{who} is registered, but its control socket does not answer"))
                .remedy("see what rauditd says in the system log; RAUDITD_SOCKET, if set, must name its socket")
        }
        false if program.is("auditd") => Finding::note(SUBJECT, format!("auditd receives the records ({who})"))
            .remedy("service auditd stop, then start rauditd, if that is to serve"),
        false => Finding::warning(SUBJECT, format!("another program receives the records: {who}"))
            .remedy("stop it, or have it read the multicast group instead; then start rauditd"),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served;

    pub(crate) fn program(name: &str) -> Seen<Option<Program>> {
        Ok(Some(Program { name: name.into(), file: Some(format!("/usr/sbin/{name}")) }))
    }

    fn severities(audit: &Audit, program: &Seen<Option<Program>>) -> Vec<Severity> {
        judge(audit, program).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn each_owner_is_told_by_its_name() {
        assert_eq!(severities(&served(), &program("rauditd")), [Fine, Fine]);
        assert_eq!(severities(&served(), &program("osqueryd")), [Warning, Fine]);
        let kernel = Audit { by_daemon: false, ..served() };
        assert_eq!(severities(&kernel, &program("auditd")), [Note, Fine]);
        assert_eq!(severities(&kernel, &program("rauditd")), [Error, Fine]);
        assert_eq!(severities(&kernel, &program("osqueryd")), [Warning, Fine]);
        assert!(judge(&kernel, &program("go-audit"))[0].what.contains("pid 700, go-audit (/usr/sbin/go-audit)"));
        assert_eq!(severities(&kernel, &Ok(None)), [Unknown, Fine]);
        let refused = Audit { status: Err("no".into()), ..kernel };
        assert_eq!(severities(&refused, &Ok(None)), [Unknown]);
        assert_eq!(severities(&Audit { off: true, ..refused }, &Ok(None)), [Error]);
    }

    #[test]
    fn off_locked_and_panic() {
        let status = Status { enabled: 0, failure: 2, pid: 0, ..Status::default() };
        let audit = Audit { status: Ok(status), ..served() };
        assert_eq!(severities(&audit, &Ok(None)), [Warning, Warning, Note]);
        assert_eq!(severities(&Audit { by_daemon: false, ..audit.clone() }, &Ok(None)), [Error, Warning, Note]);
        let locked = Audit { status: Ok(Status { enabled: 2, pid: 1, ..status }), ..served() };
        assert_eq!(severities(&locked, &program("x"))[1], Note);
    }

    #[test]
    fn a_process_has_a_name() {
        let found = Program::of(&Root::real(), std::process::id());
        assert!(matches!(found, Ok(Some(Program { file: Some(_), .. }))), "{found:?}");
    }
}
