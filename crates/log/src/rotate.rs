//! audit.log becomes audit.log.1, and that audit.log.2, and so on.

use crate::Notice;
use crate::create::archive_mode;
use crate::files::numbered;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How many archives are kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Keep {
    /// All (`keep_logs`).
    All,
    /// So many files, counting the one being written (`num_logs`). Less than 2 means there is no rotation.
    Files(usize),
}

impl Keep {
    /// Whether there is any rotation.
    pub fn rotates(self) -> bool {
        !matches!(self, Self::Files(0 | 1))
    }
}

/// Renames the archives, highest number first, and then the log. The log's name is free afterwards. Gives how many files there were
/// before, as auditd reports it: counted by the archives that were renamed, so 0 if there was none.
///
/// # Errors
/// The log itself could not be renamed: it is still there. A failure with an older archive is only a notice, so that
/// logging goes on; at worst that archive is overwritten, as it is in auditd.
pub fn rotate(log: &Path, file: &File, group: u32, keep: Keep, notices: &mut Vec<Notice>) -> io::Result<usize> {
    if let Err(error) = file.set_permissions(Permissions::from_mode(archive_mode(group))) {
        notices.push(Notice::Failed("correct the mode of", log.to_owned(), error));
    }
    let highest = match keep {
        // auditd's names go to .N-1.
        Keep::Files(n) => n.saturating_sub(1),
        Keep::All => (1..).find(|n| !exists(&numbered(log, *n))).unwrap_or(1),
    };
    let mut known = 0;
    for n in (1..highest).rev() {
        let from = numbered(log, n);
        match fs::rename(&from, numbered(log, n + 1)) {
            Ok(()) => known = known.max(n + 2),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => notices.push(Notice::Failed("rename", from, error)),
        }
    }
    fs::rename(log, numbered(log, 1))?;
    Ok(known)
}

/// Deletes the archives that `num_logs` does not allow any more: `.N` and those that follow without a gap.
pub fn remove_excess(log: &Path, num_logs: usize, notices: &mut Vec<Notice>) {
    for path in (num_logs..).map(|n| numbered(log, n)) {
        match fs::remove_file(&path) {
            Ok(()) => notices.push(Notice::Excess(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return notices.push(Notice::Failed("remove", path, error)),
        }
    }
}

/// Deletes the oldest archive, if there is one. Says whether it did.
pub fn remove_oldest(log: &Path, notices: &mut Vec<Notice>) -> bool {
    let Some(path) = (1..).map(|n| numbered(log, n)).take_while(|path| exists(path)).last() else { return false };
    match fs::remove_file(&path) {
        Ok(()) => {
            notices.push(Notice::Removed(path));
            true
        }
        Err(error) => {
            notices.push(Notice::Failed("remove", path, error));
            false
        }
    }
}

fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    fn names(dir: &Path, log: &Path) -> Vec<(String, String)> {
        let mut found: Vec<_> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().path())
            .map(|p| {
                (p.strip_prefix(log.parent().unwrap()).unwrap().display().to_string(), fs::read_to_string(p).unwrap())
            })
            .collect();
        found.sort();
        found
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect()
    }

    #[test]
    fn the_oldest_goes_and_numbers_end_below_num_logs() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        let mut notices = Vec::new();
        for text in ["a", "b", "c", "d"] {
            fs::write(&log, text).unwrap();
            rotate(&log, &File::open(&log).unwrap(), 0, Keep::Files(3), &mut notices).unwrap();
        }
        assert_eq!(names(dir.path(), &log), pairs(&[("audit.log.1", "d"), ("audit.log.2", "c")]));
        assert_eq!(fs::metadata(numbered(&log, 1)).unwrap().mode() & 0o777, 0o400);
        assert!(notices.is_empty());
    }

    #[test]
    fn keep_logs_keeps_all_and_fills_a_gap() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        for (n, text) in [(1, "b"), (2, "a"), (4, "old")] {
            fs::write(numbered(&log, n), text).unwrap();
        }
        fs::write(&log, "c").unwrap();
        rotate(&log, &File::open(&log).unwrap(), 0, Keep::All, &mut Vec::new()).unwrap();
        let expected =
            pairs(&[("audit.log.1", "c"), ("audit.log.2", "b"), ("audit.log.3", "a"), ("audit.log.4", "old")]);
        assert_eq!(names(dir.path(), &log), expected);
    }

    #[test]
    fn excess_archives_are_removed_up_to_the_first_gap() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        for n in [1, 2, 3, 4, 6] {
            fs::write(numbered(&log, n), "").unwrap();
        }
        let mut notices = Vec::new();
        remove_excess(&log, 3, &mut notices);
        let left: Vec<String> = names(dir.path(), &log).into_iter().map(|(name, _)| name).collect();
        assert_eq!(left, ["audit.log.1", "audit.log.2", "audit.log.6"]);
        assert_eq!(notices.len(), 2);
    }
}
