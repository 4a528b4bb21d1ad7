//! The log's directory and files: owners and modes, archives, where it lies, and whether it is written.

use crate::finding::{Finding, or_ok};
use crate::space;
use crate::tail::{self, Tail};
use crate::{Audit, Root, Seen};
use raudit_config::AuditdConf;
use raudit_log::space::Free;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const SUBJECT: &str = "log";
/// A log that nobody wrote to for so long, in seconds, is doubtful: logins and timers alone send something every day.
const LONG: u64 = 86_400;

/// Owner, group and mode bits of a file, as far as they matter.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Place {
    /// Its owner.
    pub uid: u32,
    /// Permission bits.
    pub mode: u32,
    /// The device it is on.
    pub dev: u64,
    /// Whether it is what it should be: a directory, or a regular file.
    pub is_right_kind: bool,
    /// When it was last written to, in seconds since the epoch.
    pub modified: u64,
}

/// What is known of the log.
#[derive(Clone, Debug)]
pub struct Log {
    /// Its directory.
    pub dir: Seen<Option<Place>>,
    /// The log itself.
    pub file: Seen<Option<Place>>,
    /// The device of the root file system.
    pub root_dev: Option<u64>,
    /// The numbers of its archives, from low to high.
    pub archives: Seen<Vec<usize>>,
    /// Its end.
    pub tail: Seen<Tail>,
    /// Room on its file system.
    pub free: Seen<Free>,
}

impl Log {
    /// Looks at the log of these settings.
    pub fn gather(root: &Root, conf: &AuditdConf) -> Self {
        let log = conf.log_file.as_path();
        let dir = log.parent().unwrap_or(Path::new("/"));
        let place = |path: &Path, is_dir: bool| {
            let meta = root.meta(path)?;
            Ok(meta.map(|meta| Place {
                uid: meta.uid(),
                mode: meta.mode() & 0o7777,
                dev: meta.dev(),
                is_right_kind: if is_dir { meta.is_dir() } else { meta.is_file() },
                modified: u64::try_from(meta.mtime()).unwrap_or(0),
            }))
        };
        Self {
            dir: place(dir, true),
            file: place(log, false),
            root_dev: root.meta("/").ok().flatten().map(|meta| meta.dev()),
            archives: archives(root, dir, log),
            tail: Tail::gather(root, log),
            free: space::gather(root, dir),
        }
    }

    /// What there is to say; `now` in seconds since the epoch.
    pub fn judge(&self, conf: &AuditdConf, audit: &Audit, now: u64) -> Vec<Finding> {
        let shown = conf.log_file.display();
        let mut found = self.of_dir(conf);
        match &self.file {
            Err(why) => found.push(Finding::unknown(SUBJECT, &format!("{shown}"), why)),
            Ok(None) => found.extend(self.missing(conf, audit)),
            Ok(Some(file)) => {
                found.extend(of_file(file, conf));
                found.extend(idle(file, audit, now));
                found.extend(tail::judge(&self.tail));
            }
        }
        found.extend(self.of_archives());
        let mut found = or_ok(found, SUBJECT, format!("{shown} is root's, for others closed, and whole"));
        found.extend(self.on_root());
        if matches!(self.dir, Ok(Some(_)) | Err(_)) {
            found.push(space::judge(conf, &self.free));
        }
        found
    }

    fn of_dir(&self, conf: &AuditdConf) -> Vec<Finding> {
        let dir = conf.log_file.parent().unwrap_or(Path::new("/")).display();
        let error = |what: &str, remedy: String| vec![Finding::error(SUBJECT, format!("{dir} {what}")).remedy(remedy)];
        let usual = if conf.log_group == 0 { 0o700 } else { 0o750 };
        match &self.dir {
            Err(why) => vec![Finding::unknown(SUBJECT, &format!("the directory {dir}"), why)],
            Ok(None) => error("does not exist: rauditd does not start", format!("install -d -m {usual:04o} {dir}")),
            Ok(Some(place)) if !place.is_right_kind => {
                error("is not a directory", format!("install -d -m {usual:04o} {dir}"))
            }
            Ok(Some(place)) if place.uid != 0 => {
                error("is not owned by root: rauditd does not start", format!("chown root {dir}"))
            }
            Ok(Some(place)) if place.mode & 0o022 != 0 => error(
                &format!("has mode {:04o}, others may write: rauditd does not start", place.mode),
                format!("chmod {usual:04o} {dir}"),
            ),
            Ok(Some(place)) if place.mode & 0o007 != 0 => vec![
                Finding::warning(SUBJECT, format!("{dir} has mode {:04o}: others may look into it", place.mode))
                    .remedy(format!("chmod {usual:04o} {dir}")),
            ],
            Ok(Some(_)) => Vec::new(),
        }
    }

    /// The log is not there: bad if somebody should write it.
    fn missing(&self, conf: &AuditdConf, audit: &Audit) -> Option<Finding> {
        if !matches!(self.dir, Ok(Some(_))) {
            return None;
        }
        let what = format!("{} does not exist", conf.log_file.display());
        let is_due = audit.status.as_ref().is_ok_and(|status| status.pid != 0);
        Some(match is_due {
            true => Finding::warning(SUBJECT, format!("{what}, though an audit daemon runs"))
                .remedy("was it deleted? rauditctl --signal rotate, or restart the daemon"),
            false => Finding::note(SUBJECT, format!("{what}: nothing was recorded yet")),
        })
    }

    fn of_archives(&self) -> Option<Finding> {
        let numbers = match &self.archives {
            Ok(numbers) => numbers,
            Err(_) if self.dir.is_err() => return None,
            Err(why) => return Some(Finding::unknown(SUBJECT, "its archives", why)),
        };
        let contiguous = numbers.iter().zip(1..).take_while(|&(&number, at)| number == at).count();
        let behind = numbers.get(contiguous)?;
        let what = format!(
            "archive {} is missing, but {behind} is there: it and older ones are neither searched nor rotated",
            contiguous + 1
        );
        Some(Finding::warning(SUBJECT, what).remedy("rename them so that numbers count up from 1 without a gap"))
    }

    fn on_root(&self) -> Option<Finding> {
        let dir = self.dir.as_ref().ok()?.as_ref()?;
        (Some(dir.dev) == self.root_dev).then(|| {
            Finding::note(
                SUBJECT,
                "it is on the root file system: what else fills that stops auditing, and the other way round",
            )
            .remedy("a file system of its own for the log's directory")
        })
    }
}

/// Numbers of files `LOG.N` and `LOG.N.zst`, each once.
fn archives(root: &Root, dir: &Path, log: &Path) -> Seen<Vec<usize>> {
    let name = log.file_name().unwrap_or_default().as_bytes();
    let number = |file: &Vec<u8>| {
        let rest = file.strip_prefix(name)?.strip_prefix(b".")?;
        str::from_utf8(rest.strip_suffix(b".zst").unwrap_or(rest)).ok()?.parse::<usize>().ok().filter(|&n| n > 0)
    };
    let mut numbers: Vec<usize> = root.names(dir)?.unwrap_or_default().iter().filter_map(number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

fn of_file(file: &Place, conf: &AuditdConf) -> Vec<Finding> {
    let log = conf.log_file.display();
    let mode = if conf.log_group == 0 { 0o600 } else { 0o640 };
    let mut found = Vec::new();
    if !file.is_right_kind {
        found.push(
            Finding::error(SUBJECT, format!("{log} is not a regular file: rauditd does not start"))
                .remedy("move it away"),
        );
    }
    if file.uid != 0 {
        found.push(
            Finding::error(SUBJECT, format!("{log} is not owned by root: rauditd does not start"))
                .remedy(format!("chown root {log}")),
        );
    }
    // Executable, or more than readable to the group, or anything to others.
    if file.mode & 0o137 != 0 {
        found.push(
            Finding::warning(SUBJECT, format!("{log} has mode {:04o}, it should be 0600 or 0640", file.mode))
                .remedy(format!("chmod {mode:04o} {log}")),
        );
    }
    found
}

/// A daemon is there, auditing is on, and yet nothing was written for long.
fn idle(file: &Place, audit: &Audit, now: u64) -> Option<Finding> {
    let is_on = audit.status.as_ref().is_ok_and(|status| status.pid != 0 && status.enabled != 0);
    let age = now.saturating_sub(file.modified);
    (is_on && age > LONG).then(|| {
        Finding::warning(SUBJECT, format!("last written {} hours ago, though an audit daemon runs", age / 3600))
            .remedy("rauditctl -m test must appear in it; if not: rauditctl --signal state, and the system log")
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity::{self, Error, Note, Ok as Fine, Unknown, Warning};
    use crate::audit::tests::served;
    use crate::conf::tests::sound as conf;

    const NOW: u64 = 1_800_000_000;

    /// All is well.
    pub(crate) fn sound() -> Log {
        let file = Place { uid: 0, mode: 0o600, dev: 7, is_right_kind: true, modified: NOW - 5 };
        Log {
            dir: Ok(Some(Place { mode: 0o700, ..file })),
            file: Ok(Some(file)),
            root_dev: Some(1),
            archives: Ok(vec![1, 2, 3]),
            tail: Ok(Tail::At(NOW - 5)),
            free: space::tests::free(500),
        }
    }

    fn severities(change: impl Fn(&mut Log)) -> Vec<Severity> {
        let mut log = sound();
        change(&mut log);
        log.judge(&conf(), &served(), NOW).iter().map(|finding| finding.severity).collect()
    }

    fn with(place: &mut Seen<Option<Place>>, change: impl Fn(&mut Place)) {
        place.iter_mut().flatten().for_each(change);
    }

    #[test]
    fn owners_and_modes() {
        assert_eq!(severities(|_| ()), [Fine, Fine]);
        assert_eq!(severities(|log| with(&mut log.dir, |dir| dir.mode = 0o750)), [Fine, Fine]);
        assert_eq!(severities(|log| with(&mut log.dir, |dir| dir.mode = 0o755)), [Warning, Fine]);
        assert_eq!(severities(|log| with(&mut log.dir, |dir| dir.mode = 0o770)), [Error, Fine]);
        assert_eq!(severities(|log| with(&mut log.dir, |dir| dir.uid = 1)), [Error, Fine]);
        assert_eq!(severities(|log| with(&mut log.dir, |dir| dir.is_right_kind = false)), [Error, Fine]);
        assert_eq!(severities(|log| with(&mut log.file, |file| file.mode = 0o640)), [Fine, Fine]);
        assert_eq!(severities(|log| with(&mut log.file, |file| file.mode = 0o644)), [Warning, Fine]);
        assert_eq!(severities(|log| with(&mut log.file, |file| file.uid = 1)), [Error, Fine]);
        assert_eq!(severities(|log| with(&mut log.file, |file| file.is_right_kind = false)), [Error, Fine]);
    }

    #[test]
    fn what_is_missing_idle_or_in_the_wrong_place() {
        assert_eq!(severities(|log| log.file = Ok(None)), [Warning, Fine]);
        assert_eq!(severities(|log| (log.dir, log.file) = (Ok(None), Ok(None))), [Error]);
        assert_eq!(severities(|log| with(&mut log.file, |file| file.modified = NOW - LONG - 1)), [Warning, Fine]);
        assert_eq!(severities(|log| log.root_dev = Some(7)), [Fine, Note, Fine]);
        assert_eq!(severities(|log| log.archives = Ok(vec![1, 3, 4])), [Warning, Fine]);
        assert_eq!(severities(|log| log.archives = Ok(vec![2])), [Warning, Fine]);
        let denied = || "Permission denied".to_owned();
        let unseen = severities(|log| (log.file, log.archives) = (Err(denied()), Err(denied())));
        assert_eq!(unseen, [Unknown, Unknown, Fine]);
    }

    #[test]
    fn archives_are_found_by_number() {
        let dir = tempfile::tempdir().unwrap();
        for name in
            ["audit.log", "audit.log.1", "audit.log.1.zst", "audit.log.03.zst", "audit.log.0", "audit.log.x", "b.5"]
        {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        let found = archives(&Root::at(dir.path()), Path::new("/"), Path::new("/audit.log"));
        assert_eq!(found, Ok(vec![1, 3]));
    }
}
