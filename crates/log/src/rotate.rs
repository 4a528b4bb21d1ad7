//! audit.log becomes audit.log.1, and that audit.log.2, and so on.

use crate::Notice;
use crate::archives::{compressed, exists, names, numbered};
use crate::create::archive_mode;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

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
        Keep::All => (1..).find(|n| !exists(log, *n)).unwrap_or(1),
    };
    let mut known = 0;
    for n in (1..highest).rev() {
        if shift(log, n, n + 1 == highest, notices) {
            known = known.max(n + 2);
        }
    }
    fs::rename(log, numbered(log, 1))?;
    if highest == 1 {
        // What had the number is overwritten, under whichever name.
        overwritten(&compressed(log, 1), notices);
    }
    Ok(known)
}

/// Archive `n` becomes `n + 1`, in place of the one that is `last`. Says whether there was one.
fn shift(log: &Path, n: usize, last: bool, notices: &mut Vec<Notice>) -> bool {
    let moved = names(log, n).into_iter().zip(names(log, n + 1)).map(|(from, to)| match fs::rename(&from, &to) {
        Ok(()) => None,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                notices.push(Notice::Failed("rename", from, error));
            }
            Some(to)
        }
    });
    let stale: Vec<_> = moved.flatten().collect();
    // One has come, under the other name.
    if last && stale.len() == 1 {
        stale.iter().for_each(|path| overwritten(path, notices));
    }
    stale.len() < names(log, n).len()
}

/// Removes what a rename would have overwritten, were the names the same.
fn overwritten(path: &Path, notices: &mut Vec<Notice>) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            notices.push(Notice::Failed("remove", path.to_owned(), error));
        }
        _ => {}
    }
}

/// Deletes the archives that `num_logs` does not allow any more: `.N` and those that follow without a gap.
pub fn remove_excess(log: &Path, num_logs: usize, notices: &mut Vec<Notice>) {
    for n in num_logs.. {
        let removed = names(log, n).map(|path| remove(path, notices, Notice::Excess));
        if !removed.contains(&true) {
            return;
        }
    }
}

/// Deletes the oldest archive, if there is one. Says whether it did.
pub fn remove_oldest(log: &Path, notices: &mut Vec<Notice>) -> bool {
    let Some(oldest) = (1..).take_while(|n| exists(log, *n)).last() else { return false };
    // Should it have both names the compressed one is the older one, or a copy.
    names(log, oldest).into_iter().rev().any(|path| remove(path, notices, Notice::Removed))
}

/// Removes an archive, which may be missing, and says so. Whether it did.
fn remove(path: PathBuf, notices: &mut Vec<Notice>, told: fn(PathBuf) -> Notice) -> bool {
    match fs::remove_file(&path) {
        Ok(()) => notices.push(told(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return false,
        Err(error) => {
            notices.push(Notice::Failed("remove", path, error));
            return false;
        }
    }
    true
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
    fn a_compressed_archive_is_one_as_others() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        let mut notices = Vec::new();
        let mut rotated = |text: &str, pack: Option<usize>, keep| {
            fs::write(&log, text).unwrap();
            rotate(&log, &File::open(&log).unwrap(), 0, keep, &mut notices).unwrap();
            if let Some(n) = pack {
                fs::rename(numbered(&log, n), compressed(&log, n)).unwrap();
            }
            assert!(notices.is_empty(), "{notices:?}");
            names(dir.path(), &log)
        };
        rotated("a", Some(1), Keep::Files(3));
        assert_eq!(rotated("b", None, Keep::Files(3)), pairs(&[("audit.log.1", "b"), ("audit.log.2.zst", "a")]));
        assert_eq!(rotated("c", Some(2), Keep::Files(3)), pairs(&[("audit.log.1", "c"), ("audit.log.2.zst", "b")]));
        assert_eq!(rotated("d", None, Keep::Files(3)), pairs(&[("audit.log.1", "d"), ("audit.log.2", "c")]));
        rotated("e", Some(1), Keep::All);
        let expected =
            pairs(&[("audit.log.1", "f"), ("audit.log.2.zst", "e"), ("audit.log.3", "d"), ("audit.log.4", "c")]);
        assert_eq!(rotated("f", None, Keep::All), expected);
        rotated("g", Some(1), Keep::Files(2));
        let after = rotated("h", None, Keep::Files(2));
        assert_eq!(after, [&pairs(&[("audit.log.1", "h")])[..], &expected[1..]].concat());
        fs::rename(numbered(&log, 3), compressed(&log, 3)).unwrap();
        remove_excess(&log, 2, &mut notices);
        assert_eq!(names(dir.path(), &log), pairs(&[("audit.log.1", "h")]));
        fs::rename(numbered(&log, 1), compressed(&log, 1)).unwrap();
        assert!(remove_oldest(&log, &mut notices) && !remove_oldest(&log, &mut notices));
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
