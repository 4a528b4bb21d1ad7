//! auditd.conf and rauditd.conf: whether rauditd would take them, and settings that surprise.

use crate::finding::{Finding, or_ok};
use crate::{Root, Seen};
use raudit_config::auditd_conf::AUDITD_CONF;
use raudit_config::{Action, AuditdConf, ConfigError, Flush, RauditdConf, Space};

const SUBJECT: &str = "settings";
const RAUDITD_CONF: &str = "/etc/audit/rauditd.conf";

/// A file that rauditd refuses, and why; or it may not be looked at.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Trouble {
    /// It may not be looked at.
    Unseen(String),
    /// rauditd exits with 6, and these words.
    Refused(String),
}

/// What is known of the settings.
#[derive(Clone, Debug)]
pub struct Conf {
    /// auditd.conf: the built-in settings where there is none.
    pub auditd: Result<AuditdConf, Trouble>,
    /// Whether there is an auditd.conf.
    pub exists: bool,
    /// Whether it is a symbolic link.
    pub is_link: bool,
    /// rauditd.conf.
    pub rauditd: Result<(), Trouble>,
}

impl Conf {
    /// Reads them. What they name is looked at elsewhere.
    pub fn gather(root: &Root) -> Self {
        let opened = root.open(AUDITD_CONF);
        let exists = !matches!(opened, Ok(None));
        let auditd = AuditdConf::load_for_tools(&root.path(AUDITD_CONF)).map(|(conf, _)| conf);
        let rauditd = RauditdConf::load(&root.path(RAUDITD_CONF), true).map(drop);
        Self {
            auditd: auditd.map_err(|error| trouble(root, AUDITD_CONF, &error)),
            exists,
            is_link: root.path(AUDITD_CONF).is_symlink(),
            rauditd: rauditd.map_err(|error| trouble(root, RAUDITD_CONF, &error)),
        }
    }

    /// What there is to say.
    pub fn judge(&self) -> Vec<Finding> {
        let mut found = Vec::new();
        match &self.auditd {
            Ok(_) if !self.exists => found.push(
                Finding::note(
                    SUBJECT,
                    format!("{AUDITD_CONF} does not exist: the built-in settings never rotate the log"),
                )
                .remedy("install one"),
            ),
            Ok(conf) => found.extend(oddities(conf)),
            Err(trouble) => found.push(troubled(trouble, AUDITD_CONF)),
        }
        if self.is_link {
            found.push(
                Finding::warning(
                    SUBJECT,
                    format!("{AUDITD_CONF} is a symbolic link: rauditd does not start without -l"),
                )
                .remedy("put the file itself there, or start rauditd -l"),
            );
        }
        if let Err(trouble) = &self.rauditd {
            found.push(troubled(trouble, RAUDITD_CONF));
        }
        or_ok(found, SUBJECT, format!("{AUDITD_CONF} has nothing unusual"))
    }
}

fn trouble(root: &Root, path: &str, error: &ConfigError) -> Trouble {
    match root.open(path) {
        Err(why) if nix::unistd::access(&root.path(path), nix::unistd::AccessFlags::R_OK).is_err() => {
            Trouble::Unseen(why)
        }
        _ => Trouble::Refused(error.to_string()),
    }
}

fn troubled(trouble: &Trouble, path: &str) -> Finding {
    match trouble {
        Trouble::Unseen(why) => Finding::unknown(SUBJECT, path, why),
        Trouble::Refused(why) => Finding::error(SUBJECT, format!("rauditd would not start: {why}"))
            .remedy("mend the file: auditd.conf(5), rauditd.conf(5)"),
    }
}

/// Settings that a policy may ask for, and that surprise where none does.
fn oddities(conf: &AuditdConf) -> Vec<Finding> {
    let note = |what: String| Finding::note(SUBJECT, what);
    let mut found = Vec::new();
    let actions = [
        ("space_left_action", &conf.space_left_action),
        ("admin_space_left_action", &conf.admin_space_left_action),
        ("disk_full_action", &conf.disk_full_action),
        ("disk_error_action", &conf.disk_error_action),
        ("max_log_file_action", &conf.max_log_file_action),
        ("overflow_action", &conf.overflow_action),
    ];
    for (name, action) in actions {
        let effect = match action {
            Action::Suspend => "records are no longer written then",
            Action::Single => "the machine goes to single user mode then",
            Action::Halt => "the machine is shut down then",
            _ => continue,
        };
        found.push(note(format!("{name} = {action}: {effect}")));
    }
    if !conf.write_logs {
        found.push(note("write_logs = no: nothing is written to the log, plugins alone get events".into()));
        return found;
    }
    if conf.flush == Flush::None {
        found.push(
            note("flush = none: a crash of the machine loses what was written last".into())
                .remedy("flush = incremental_async and freq = 50"),
        );
    }
    match conf.max_log_file_action {
        Action::Rotate if conf.num_logs < 2 => found.push(
            Finding::warning(
                SUBJECT,
                format!("max_log_file_action = rotate, but num_logs = {}: the log grows without end", conf.num_logs),
            )
            .remedy("num_logs = 5, or more"),
        ),
        Action::Ignore => found.push(note("max_log_file_action = ignore: the log grows without end".into())),
        _ => {}
    }
    if conf.space_left == Space::Mib(0) {
        found.push(note("space_left is 0: nobody is told before the disk is full".into()).remedy("space_left = 25%"));
    }
    found
}

/// The settings of auditd.conf, if they are known; else why not.
pub fn usable(conf: &Conf) -> Seen<&AuditdConf> {
    match &conf.auditd {
        Ok(auditd) => Ok(auditd),
        Err(Trouble::Unseen(why)) => Err(format!("{AUDITD_CONF}: {why}")),
        Err(Trouble::Refused(_)) => Err(format!("{AUDITD_CONF} cannot be used")),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};

    /// As it is recommended.
    pub(crate) fn sound() -> AuditdConf {
        AuditdConf {
            flush: Flush::IncrementalAsync,
            freq: 50,
            num_logs: 5,
            max_log_file: 8,
            max_log_file_action: Action::Rotate,
            space_left: Space::Percent(25),
            space_left_action: Action::Email,
            admin_space_left: Space::Percent(5),
            ..AuditdConf::default()
        }
    }

    fn severities(auditd: Result<AuditdConf, Trouble>) -> Vec<Severity> {
        let conf = Conf { auditd, exists: true, is_link: false, rauditd: Ok(()) };
        conf.judge().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn surprises_are_told() {
        assert_eq!(severities(Ok(sound())), [Fine]);
        assert_eq!(severities(Ok(AuditdConf { flush: Flush::None, ..sound() })), [Note]);
        assert_eq!(severities(Ok(AuditdConf { num_logs: 1, ..sound() })), [Warning]);
        let stops = AuditdConf { disk_full_action: Action::Halt, disk_error_action: Action::Single, ..sound() };
        assert_eq!(severities(Ok(stops)), [Note, Note]);
        assert_eq!(severities(Ok(AuditdConf { write_logs: false, flush: Flush::None, ..sound() })), [Note]);
        assert_eq!(severities(Ok(AuditdConf::default())), [Note, Note, Note]);
        assert_eq!(severities(Err(Trouble::Refused("x".into()))), [Error]);
        assert_eq!(severities(Err(Trouble::Unseen("x".into()))), [Unknown]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::at(dir.path());
        assert!(!Conf::gather(&root).exists);
        std::fs::create_dir_all(dir.path().join("etc/audit")).unwrap();
        std::os::unix::fs::symlink("/dev/null", root.path(AUDITD_CONF)).unwrap();
        let findings = Conf::gather(&root).judge();
        assert!(findings.iter().any(|finding| finding.what.contains("symbolic link")), "{findings:?}");
        std::fs::remove_file(root.path(AUDITD_CONF)).unwrap();
        std::fs::write(root.path(AUDITD_CONF), b"log_file = \xff\0\n").unwrap();
        std::fs::write(root.path(RAUDITD_CONF), b"\xff\xfe\n").unwrap();
        let conf = Conf::gather(&root);
        assert!(
            matches!((&conf.auditd, &conf.rauditd), (Err(Trouble::Refused(_)), Err(Trouble::Refused(_)))),
            "{conf:?}"
        );
    }
}
