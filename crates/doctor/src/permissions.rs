//! Who may change what root obeys: the files below /etc/audit. rauditd and rauditctl refuse what all may write.

use crate::finding::{Finding, count, or_ok};
use crate::{Root, Seen};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

const SUBJECT: &str = "permissions";
const DIRS: [&str; 3] = ["/etc/audit", "/etc/audit/rules.d", "/etc/audit/plugins.d"];
/// So many findings of one kind are told each by itself.
const MOST_TOLD: usize = 10;

/// A file or directory, and who may change it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// Its path.
    pub path: PathBuf,
    /// Its owner.
    pub uid: u32,
    /// Permission bits.
    pub mode: u32,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub struct Permissions {
    /// Directories and files, directory by directory, in the order of their names.
    pub held: Vec<Held>,
    /// What could not be looked at, and why.
    pub unseen: Vec<(PathBuf, String)>,
}

impl Permissions {
    /// Looks at the directories and the files in them.
    pub fn gather(root: &Root) -> Self {
        let mut found = Self::default();
        for dir in DIRS.map(Path::new) {
            found.look(root, dir);
            match root.names(dir) {
                Ok(names) => names.into_iter().flatten().for_each(|name| {
                    let path = dir.join(std::ffi::OsString::from_vec(name));
                    if !DIRS.iter().any(|dir| path == Path::new(dir)) {
                        found.look(root, &path);
                    }
                }),
                Err(why) => found.unseen.push((dir.into(), why)),
            }
        }
        found
    }

    /// Devices are left out: links to /dev/null mask files.
    fn look(&mut self, root: &Root, path: &Path) {
        let meta: Seen<_> = root.meta(path);
        match meta {
            Ok(Some(meta)) if !meta.file_type().is_char_device() => {
                self.held.push(Held { path: path.into(), uid: meta.uid(), mode: meta.mode() & 0o7777 });
            }
            Ok(_) => {}
            Err(why) => self.unseen.push((path.into(), why)),
        }
    }

    /// What there is to say.
    pub fn judge(&self) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.held.iter().filter_map(one).collect();
        if let Some(more @ 1..) = found.len().checked_sub(MOST_TOLD) {
            found.truncate(MOST_TOLD);
            found.push(
                Finding::error(SUBJECT, format!("and {more} more below /etc/audit")).remedy("chmod -R go-w /etc/audit"),
            );
        }
        if let Some((path, why)) = self.unseen.first() {
            let more = self.unseen.len() - 1;
            let what = if more == 0 { String::new() } else { format!(" and {more} more") };
            found.push(Finding::unknown(SUBJECT, &format!("{}{what}", path.display()), why));
        }
        if self.held.is_empty() && found.is_empty() {
            return vec![Finding::note(SUBJECT, "there is no /etc/audit")];
        }
        let number = count(self.held.len(), "file");
        or_ok(found, SUBJECT, format!("{number} below /etc/audit, which only root may change"))
    }
}

fn one(held: &Held) -> Option<Finding> {
    let path = held.path.display();
    if held.uid != 0 {
        let what = format!("{path} is owned by uid {}, who may change it", held.uid);
        return Some(Finding::error(SUBJECT, what).remedy(format!("chown root {path}")));
    }
    match held.mode {
        mode if mode & 0o002 != 0 => Some(
            Finding::error(SUBJECT, format!("{path} has mode {mode:04o}: all may change it"))
                .remedy(format!("chmod o-w {path}")),
        ),
        mode if mode & 0o020 != 0 => Some(
            Finding::warning(SUBJECT, format!("{path} has mode {mode:04o}: its group may change it"))
                .remedy(format!("chmod g-w {path}")),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{self, Error, Ok as Fine, Unknown, Warning};

    fn held(uid: u32, mode: u32) -> Held {
        Held { path: "/etc/audit/x".into(), uid, mode }
    }

    fn severities(held: Vec<Held>, unseen: Vec<(PathBuf, String)>) -> Vec<Severity> {
        Permissions { held, unseen }.judge().iter().map(|finding| finding.severity).collect()
    }

    #[test]
    fn only_root_may_write() {
        assert_eq!(severities(vec![held(0, 0o750), held(0, 0o644)], Vec::new()), [Fine]);
        assert_eq!(
            severities(vec![held(1, 0o600), held(0, 0o666), held(0, 0o660)], Vec::new()),
            [Error, Error, Warning]
        );
        let unseen = vec![("/etc/audit".into(), "Permission denied".into())];
        assert_eq!(severities(Vec::new(), unseen), [Unknown]);
        assert_eq!(severities(vec![held(0, 0o666); 1000], Vec::new()).len(), MOST_TOLD + 1);
    }

    #[test]
    fn files_are_found_and_devices_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let plugins = dir.path().join("etc/audit/plugins.d");
        std::fs::create_dir_all(&plugins).unwrap();
        std::fs::write(plugins.join("a.conf"), "").unwrap();
        std::os::unix::fs::symlink("/dev/null", plugins.join("b.conf")).unwrap();
        std::os::unix::fs::symlink("nowhere", plugins.join("c.conf")).unwrap();
        let found = Permissions::gather(&Root::at(dir.path()));
        let paths: Vec<&Path> = found.held.iter().map(|held| held.path.as_path()).collect();
        assert_eq!(paths, ["/etc/audit", "/etc/audit/plugins.d", "/etc/audit/plugins.d/a.conf"].map(Path::new));
        assert_eq!(found.unseen, []);
    }
}
