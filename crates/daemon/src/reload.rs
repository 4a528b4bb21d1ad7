//! Reading the settings again (SIGHUP), in a thread: names may have to be resolved, and rauditd goes on meanwhile.

use crate::alarm::{Alarm, Event};
use crate::node;
use crate::say;
use raudit_config::{AuditdConf, ConfigError, RauditdConf};
use std::path::{Path, PathBuf};
use std::thread::Builder;

/// All that is set.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// auditd.conf.
    pub conf: AuditdConf,
    /// rauditd.conf, beside it.
    pub own: RauditdConf,
    /// This machine's name in front of records.
    pub node: Option<Vec<u8>>,
}

impl Loaded {
    /// The keys that differ from an earlier load and take effect at the next start only.
    pub fn kept_until_restart(&self, before: &Self) -> Vec<&'static str> {
        let mut kept = self.conf.changed(&before.conf);
        kept.retain(|key| AT_START.contains(key));
        let mut own = self.own.changed(&before.own);
        own.retain(|key| !OWN_AT_ONCE.contains(key));
        kept.extend(own);
        kept
    }
}

/// Keys of auditd.conf that auditd takes at its start only, and so do we; those about other machines are `source::remote`'s.
const AT_START: &[&str] = &["end_of_event_timeout"];
/// Keys of rauditd.conf that are taken at once.
const OWN_AT_ONCE: &[&str] =
    &["critical_keys", "critical_share", "compress_logs", "rotate_every", "keep_days", "index_logs"];

/// Reads both files and says what is odd in them; what is wrong is an error with the file and line.
///
/// # Errors
/// What keeps a file from being used.
pub fn files(directory: &Path, allow_links: bool) -> Result<(AuditdConf, RauditdConf), ConfigError> {
    let (conf, mut warnings) = AuditdConf::load(&directory.join("auditd.conf"), allow_links)?;
    let (own, more) = RauditdConf::load(&directory.join("rauditd.conf"), allow_links)?;
    warnings.extend(more);
    warnings.iter().for_each(|warning| say::warning(warning.to_string()));
    Ok((conf, own))
}

/// Begins to read; what comes of it is told.
///
/// # Errors
/// There is no thread for it.
pub fn begin(directory: PathBuf, allow_links: bool, alarm: Alarm) -> std::io::Result<()> {
    let read = move || {
        let loaded = files(&directory, allow_links).map_err(|e| e.to_string()).and_then(|(conf, own)| {
            let node = node::name(&conf)?;
            Ok(Box::new(Loaded { conf, own, node }))
        });
        alarm.tell(Event::Settings(loaded));
    };
    Builder::new().name("config".into()).spawn(read).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_for_a_restart_is_named() {
        let loaded = |conf: AuditdConf, own: RauditdConf| Loaded { conf, own, node: None };
        let before = loaded(AuditdConf::default(), RauditdConf::default());
        let conf = AuditdConf { num_logs: 7, end_of_event_timeout: 9, ..AuditdConf::default() };
        let own = RauditdConf { ring_size: 1 << 20, critical_share: 3, keep_days: 7, ..RauditdConf::default() };
        let now = loaded(conf, own);
        assert_eq!(now.kept_until_restart(&before), ["end_of_event_timeout", "ring_size"]);
        assert_eq!(now.kept_until_restart(&now), [""; 0]);
    }

    #[test]
    fn files_that_cannot_be_used_are_told() {
        if !nix::unistd::geteuid().is_root() {
            println!("SKIPPED: needs root, because configuration files must be root's");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        let conf = format!("log_file = {}\nspace_left = 2\nadmin_space_left = 1\n", log.display());
        for (text, expected) in [(conf.as_str(), None), ("num_logs = many\n", Some("num_logs"))] {
            std::fs::write(dir.path().join("auditd.conf"), text).unwrap();
            let (alarm, alarms) = crate::alarm::channel().unwrap();
            begin(dir.path().to_owned(), false, alarm).unwrap();
            let start = std::time::Instant::now();
            let event = loop {
                if let Some(event) = alarms.next() {
                    break event;
                }
                assert!(start.elapsed().as_secs() < 30);
                std::thread::sleep(std::time::Duration::from_millis(1));
            };
            let Event::Settings(result) = event else { panic!("{event:?}") };
            assert_eq!(result.as_ref().err().map(|why| why.contains(expected.unwrap_or("?"))), expected.map(|_| true));
        }
    }
}
