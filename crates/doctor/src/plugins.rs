//! Plugins: whether their files and programs can be used, and how those that run fare.

use crate::finding::{Finding, count, or_ok};
use crate::{Audit, Root, Seen};
use raudit_config::AuditdConf;
use raudit_config::plugin_conf;
use serde_json::Value;
use std::path::PathBuf;

const SUBJECT: &str = "plugins";

/// What is known of their files.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct PluginFiles {
    /// How many are to run.
    pub active: usize,
    /// What is wrong with others.
    pub refused: Vec<String>,
    /// Files that may not be looked at.
    pub unseen: Vec<PathBuf>,
}

impl PluginFiles {
    /// Reads the directory of these settings.
    pub fn gather(root: &Root, conf: &AuditdConf) -> Seen<Self> {
        let dir = root.path(&conf.plugin_dir);
        if root.names(&conf.plugin_dir)?.is_none() {
            return Ok(Self::default());
        }
        let found = plugin_conf::scan(&dir).map_err(|error| error.what)?;
        let denied = |path: &PathBuf| {
            std::fs::File::open(path).is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
        };
        let (unseen, refused): (Vec<_>, Vec<_>) =
            found.skipped.into_iter().partition(|error| denied(&error.place.path));
        Ok(Self {
            active: found.active.len(),
            refused: refused.iter().map(ToString::to_string).collect(),
            unseen: unseen.into_iter().map(|error| error.place.path).collect(),
        })
    }
}

/// What there is to say.
pub fn judge(files: &Seen<PluginFiles>, audit: &Audit) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut active = 0;
    match files {
        Err(why) => found.push(Finding::unknown(SUBJECT, "which are configured", why)),
        Ok(files) => {
            active = files.active;
            found.extend(files.refused.iter().map(|why| {
                Finding::error(SUBJECT, format!("not started: {why}"))
                    .remedy("a plugin and its file must be root's and writable by root alone: auditd-plugins(5)")
            }));
            if let Some(first) = files.unseen.first() {
                let what = format!("{}, the first {}", count(files.unseen.len(), "file"), first.display());
                found.push(Finding::unknown(SUBJECT, &what, "Permission denied"));
            }
        }
    }
    match &audit.plugins {
        Ok(running) => found.extend(running.iter().flat_map(fares)),
        Err(_) if audit.status.is_err() => {}
        Err(why) => found.push(Finding::unknown(SUBJECT, "how they fare", why)),
    }
    or_ok(found, SUBJECT, format!("{} configured, nothing wrong with them", count(active, "plugin")))
}

/// How one fares, by rauditd's object of it (`rauditctl --status-json`).
fn fares(plugin: &Value) -> Vec<Finding> {
    let text = |name: &str| plugin.get(name).and_then(Value::as_str).unwrap_or("without a name");
    let number = |name: &str| plugin.get(name).and_then(Value::as_u64).unwrap_or(0);
    let is = |name: &str| plugin.get(name).and_then(Value::as_bool);
    let name = text("name");
    let mut found = Vec::new();
    if is("runs") == Some(false) {
        found.push(
            Finding::error(SUBJECT, format!("{name} does not run; it was started again {} times", number("restarts")))
                .remedy("see what it says in the system log; rauditctl --signal resume starts it again"),
        );
    } else if number("restarts") > 0 {
        found.push(
            Finding::note(SUBJECT, format!("{name} has ended and was started again {} times", number("restarts")))
                .remedy("see what it says in the system log"),
        );
    }
    if is("suspended") == Some(true) {
        found.push(
            Finding::warning(SUBJECT, format!("{name} is suspended: it gets no events"))
                .remedy("rauditctl --signal resume"),
        );
    }
    if number("dropped") > 0 {
        found.push(
            Finding::warning(SUBJECT, format!("{name} was not given {} events: it is too slow", number("dropped")))
                .remedy("q_depth in auditd.conf, or spill in rauditd.conf, which keeps them on disk"),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served;
    use serde_json::json;

    fn severities(files: Seen<PluginFiles>, running: Vec<Value>) -> Vec<Severity> {
        let audit = Audit { plugins: Ok(running), ..served() };
        judge(&files, &audit).iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn files_and_processes() {
        let one = |plugin: Value| severities(Ok(PluginFiles::default()), vec![plugin]);
        assert_eq!(one(json!({"name": "a", "runs": true, "suspended": false, "dropped": 0, "restarts": 0})), [Fine]);
        assert_eq!(
            one(json!({"name": "a", "runs": false, "dropped": 7, "suspended": true})),
            [Error, Warning, Warning]
        );
        assert_eq!(one(json!({"name": "a", "runs": true, "restarts": 3})), [Note]);
        assert_eq!(one(json!(["hostile"])), [Fine]);
        let files = PluginFiles { active: 1, refused: vec!["x".into()], unseen: vec!["/y".into()] };
        assert_eq!(severities(Ok(files), Vec::new()), [Error, Unknown]);
        assert_eq!(severities(Err("x".into()), Vec::new()), [Unknown]);
    }

    #[test]
    fn programs_that_are_not_there_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::at(dir.path());
        let conf = AuditdConf { plugin_dir: "/plugins.d".into(), ..AuditdConf::default() };
        assert_eq!(PluginFiles::gather(&root, &conf), Ok(PluginFiles::default()));
        std::fs::create_dir(dir.path().join("plugins.d")).unwrap();
        std::fs::write(dir.path().join("plugins.d/a.conf"), "active = yes\npath = /no/such/program\n").unwrap();
        let found = PluginFiles::gather(&root, &conf).unwrap();
        assert_eq!((found.active, found.refused.len()), (0, 1), "{found:?}");
    }
}
