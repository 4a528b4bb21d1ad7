//! Everything that is known, and what is made of it: the findings in their order.

use crate::agents::Agents;
use crate::conf::{self, Conf};
use crate::finding::Finding;
use crate::journald::{self, Unit};
use crate::kernel::Kernel;
use crate::log::Log;
use crate::owner::{self, Program};
use crate::permissions::Permissions;
use crate::plugins::{self, PluginFiles};
use crate::rule_files::RuleFiles;
use crate::{Audit, Root, Seen, capture, queue, rules, tail};
use std::time::{SystemTime, UNIX_EPOCH};

/// The facts.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Of the kernel.
    pub kernel: Kernel,
    /// What the audit system answers.
    pub audit: Audit,
    /// The program behind the registered pid.
    pub owner: Seen<Option<Program>>,
    /// Other programs.
    pub agents: Agents,
    /// systemd-journald-audit.socket.
    pub journald: Seen<Unit>,
    /// The files of rules.
    pub rule_files: RuleFiles,
    /// The settings.
    pub conf: Conf,
    /// The log; `None` if it is not known where that is, or none is wanted.
    pub log: Option<Log>,
    /// The files below /etc/audit.
    pub permissions: Permissions,
    /// Files of plugins.
    pub plugins: Seen<PluginFiles>,
    /// Seconds since the epoch.
    pub now: u64,
}

impl Facts {
    /// Gathers them below a directory; the audit system was asked already.
    pub fn gather(root: &Root, audit: Audit) -> Self {
        let conf = Conf::gather(root);
        let auditd = conf::usable(&conf);
        let pid = audit.status.as_ref().map_or(0, |status| status.pid);
        Self {
            kernel: Kernel::gather(root),
            owner: if pid == 0 { Ok(None) } else { Program::of(root, pid) },
            agents: Agents::gather(root),
            journald: Unit::gather(root),
            rule_files: RuleFiles::gather(root),
            log: auditd.as_ref().ok().filter(|auditd| auditd.write_logs).map(|auditd| Log::gather(root, auditd)),
            permissions: Permissions::gather(root),
            plugins: auditd.and_then(|auditd| PluginFiles::gather(root, auditd)),
            now: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            conf,
            audit,
        }
    }

    /// What there is to say, in this order whatever was found.
    pub fn judge(&self) -> Vec<Finding> {
        let audit = &self.audit;
        let owner = audit.status.as_ref().ok().map(|status| status.pid);
        let mut found = self.kernel.judge();
        found.extend(owner::judge(audit, &self.owner));
        found.extend(capture::judge(audit));
        found.extend(self.agents.judge(owner));
        found.extend(journald::judge(&self.journald, &self.agents.journald_reads()));
        found.extend(queue::judge(audit));
        found.extend(self.rule_files.judge());
        found.extend(rules::judge(audit, &self.rule_files));
        found.extend(self.conf.judge());
        found.extend(self.of_log());
        found.extend(self.permissions.judge());
        found.extend(plugins::judge(&self.plugins, audit));
        found
    }

    fn of_log(&self) -> Vec<Finding> {
        match (conf::usable(&self.conf), &self.log) {
            (Ok(auditd), Some(log)) => {
                let mut found = log.judge(auditd, &self.audit, self.now);
                found.extend(tail::judge_clock(&log.tail, self.now));
                found
            }
            (Ok(_), None) => tail::judge_clock(&Ok(tail::Tail::Nothing), self.now),
            (Err(why), _) => {
                let mut found = vec![Finding::unknown("log", "where it is", &why)];
                found.extend(tail::judge_clock(&Err(why), self.now));
                found
            }
        }
    }
}
