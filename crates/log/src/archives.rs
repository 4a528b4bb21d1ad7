//! The archives of a log, as they are (`audit.log.3`) or compressed (`audit.log.3.zst`), and their order.
//!
//! A number is one archive, under one of its two names. It has both for a moment, until the compressed one is known to be on disk: then
//! the other counts. It also has both when somebody has unpacked it. Both can also come from a rauditd that gave way to an auditd for a while, which knows nothing of compressed ones and
//! numbers its own from 1: then they are different archives, and their times say which is older.

use crate::Notice;
use crate::origin::Origin;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The name of archive number `n` of a log: `audit.log.3`.
pub fn numbered(log: &Path, n: usize) -> PathBuf {
    with_suffix(log, &format!(".{n}"))
}

/// The name of archive number `n` if it is compressed: `audit.log.3.zst`.
pub fn compressed(log: &Path, n: usize) -> PathBuf {
    with_suffix(log, &format!(".{n}.zst"))
}

/// Both names archive number `n` may have.
pub fn names(log: &Path, n: usize) -> [PathBuf; 2] {
    [numbered(log, n), compressed(log, n)]
}

/// Where an archive is compressed to, before it gets its name.
pub fn temporary(log: &Path) -> PathBuf {
    with_suffix(log, ".zst.part")
}

fn with_suffix(log: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(log);
    name.push(suffix);
    PathBuf::from(name)
}

/// Whether archive number `n` is there, under whatever name.
pub fn exists(log: &Path, n: usize) -> bool {
    names(log, n).iter().any(|path| fs::symlink_metadata(path).is_ok())
}

/// One archive.
#[derive(Clone, Debug)]
pub struct Archive {
    /// Its name.
    pub path: PathBuf,
    /// Its number.
    pub number: usize,
    /// Whether it is compressed.
    pub compressed: bool,
    /// What `stat` says of it.
    pub meta: Metadata,
}

/// What is there.
#[derive(Debug, Default)]
pub struct Listing {
    /// The archives, newest first.
    pub archives: Vec<Archive>,
    /// Compressed ones of ours whose original is there under the same number.
    pub copies: Vec<PathBuf>,
    /// Whether two different archives have one number.
    pub collides: bool,
    /// Whether only one number is missing before there are others: it may be that a rotation is under way.
    pub gap: bool,
}

/// Lists the archives: numbers count up from 1 without a gap, as auditd and ausearch take them.
///
/// `stat` is `fs::metadata`, or `fs::symlink_metadata` for those who are to change something.
///
/// # Errors
/// What `stat` gives, but for `NotFound`.
pub fn list(log: &Path, stat: fn(&Path) -> io::Result<Metadata>) -> io::Result<Listing> {
    let look = |path: PathBuf, number, compressed| match stat(&path) {
        Ok(meta) => Ok(Some(Archive { path, number, compressed, meta })),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e),
    };
    let mut listing = Listing::default();
    for n in 1.. {
        // In this order: the first name goes when the second is there already.
        let plain = look(numbered(log, n), n, false)?;
        let packed = look(compressed(log, n), n, true)?;
        match (plain, packed) {
            (None, None) => {
                listing.gap = exists(log, n + 1);
                break;
            }
            (Some(plain), Some(packed)) => {
                match Origin::read(&packed.path) {
                    Ok(Some(origin)) if origin.is(&plain.meta) => listing.copies.push(packed.path),
                    Ok(Some(_)) => {
                        listing.collides = true;
                        listing.archives.push(packed);
                    }
                    // Not made by us, and not in our way.
                    _ => {}
                }
                listing.archives.push(plain);
            }
            (one, other) => listing.archives.extend(one.or(other)),
        }
    }
    if listing.collides {
        listing.archives = by_time(listing.archives);
    }
    Ok(listing)
}

/// Whether the compressed archive was made of this file, to its end.
pub fn is_copy(packed: &Path, plain: &Metadata) -> bool {
    matches!(Origin::read(packed), Ok(Some(origin)) if origin.is(plain))
}

/// Merges compressed archives and others by when they were written to last; each kind keeps its order.
fn by_time(archives: Vec<Archive>) -> Vec<Archive> {
    let modified = |archive: &Archive| (archive.meta.mtime(), archive.meta.mtime_nsec());
    let (packed, plain): (Vec<_>, Vec<_>) = archives.into_iter().partition(|archive| archive.compressed);
    let mut merged = Vec::with_capacity(packed.len() + plain.len());
    let (mut packed, mut plain) = (packed.into_iter().peekable(), plain.into_iter().peekable());
    while let Some(next) = match (plain.peek(), packed.peek()) {
        (Some(one), Some(other)) if modified(one) >= modified(other) => plain.next(),
        (_, Some(_)) => packed.next(),
        (_, None) => plain.next(),
    } {
        merged.push(next);
    }
    merged
}

/// Puts in order what a crash, or another daemon, has left: no half archives, none twice, and each with a number of its own.
pub fn repair(log: &Path, notices: &mut Vec<Notice>) {
    remove(&temporary(log), notices);
    let listing = match list(log, |path| fs::symlink_metadata(path)) {
        Ok(listing) => listing,
        Err(error) => return notices.push(Notice::Failed("list the archives of", log.to_owned(), error)),
    };
    for copy in &listing.copies {
        remove(copy, notices);
    }
    if listing.collides {
        renumber(log, &listing.archives, notices);
    }
}

/// Gives each archive the number of its place. Within a kind the order stays, so no name is taken that is not free.
fn renumber(log: &Path, archives: &[Archive], notices: &mut Vec<Notice>) {
    let placed = || archives.iter().enumerate().map(|(place, archive)| (archive, place + 1));
    let up = placed().rev().filter(|(archive, n)| *n > archive.number);
    let down = placed().filter(|(archive, n)| *n < archive.number);
    for (archive, n) in up.chain(down) {
        let to = if archive.compressed { compressed(log, n) } else { numbered(log, n) };
        // Where an earlier one failed its name is not free.
        let result = match fs::symlink_metadata(&to) {
            Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
            Err(_) => fs::rename(&archive.path, &to),
        };
        if let Err(error) = result {
            notices.push(Notice::Failed("give a number of its own to", archive.path.clone(), error));
        }
    }
}

/// Removes a file of ours that nobody misses.
fn remove(path: &Path, notices: &mut Vec<Notice>) {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            notices.push(Notice::Failed("remove", path.to_owned(), error));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::{Duration, SystemTime};

    /// Creates a file whose content is its age in seconds, and that was written to so long ago.
    fn put(path: &Path, age: u64) {
        fs::write(path, age.to_string()).unwrap();
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age * 1000)).unwrap();
    }

    /// Adds to a file, which stays as old as it is.
    fn append(path: &Path, bytes: &[u8]) {
        let mut file = fs::File::options().append(true).open(path).unwrap();
        let modified = file.metadata().unwrap().modified().unwrap();
        file.write_all(bytes).unwrap();
        file.set_modified(modified).unwrap();
    }

    /// The first byte of a file.
    fn first(path: &Path) -> String {
        char::from(fs::read(path).unwrap()[0]).to_string()
    }

    fn ages(log: &Path) -> Vec<(String, String)> {
        let listing = list(log, |path| fs::symlink_metadata(path)).unwrap();
        let name =
            |path: &Path| path.file_name().unwrap().to_str().unwrap().trim_start_matches("audit.log.").to_owned();
        listing.archives.iter().map(|a| (name(&a.path), first(&a.path))).collect()
    }

    #[test]
    fn archives_of_another_daemon_get_numbers_of_their_own() {
        // An auditd without compression took over, and rotated: its archives are newer, but for what we had not compressed yet.
        for (plain, packed, expected) in [
            (&[1, 2][..], &[3, 4, 5][..], ["1", "2", "3.zst", "4.zst", "5.zst"]),
            (&[1, 2, 3], &[4, 5], ["1", "2", "3", "4.zst", "5.zst"]),
            (&[3, 4, 5], &[1, 2], ["1.zst", "2.zst", "3", "4", "5"]),
            (&[1, 3, 5], &[2, 4], ["1", "2.zst", "3", "4.zst", "5"]),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let log = dir.path().join("audit.log");
            plain.iter().zip(1..).for_each(|(age, n)| put(&numbered(&log, n), *age));
            for (age, n) in packed.iter().zip(1..) {
                put(&compressed(&log, n), *age);
                let frame = Origin { dev: 0, inode: 0, size: 0, modified: (0, 0) }.frame();
                append(&compressed(&log, n), &frame);
            }
            let before: Vec<String> = ages(&log).into_iter().map(|(_, age)| age).collect();
            assert_eq!(before, ["1", "2", "3", "4", "5"], "a reader has them in order even so");
            let mut notices = Vec::new();
            repair(&log, &mut notices);
            assert!(notices.is_empty(), "{notices:?}");
            let pairs: Vec<_> = expected.iter().map(|name| (name.to_string(), name[..1].to_owned())).collect();
            assert_eq!(ages(&log), pairs);
            assert!(!list(&log, |path| fs::metadata(path)).unwrap().collides);
        }
    }

    #[test]
    fn a_copy_and_half_an_archive_go() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        put(&numbered(&log, 1), 1);
        put(&numbered(&log, 2), 2);
        let origin = Origin::of(&fs::metadata(numbered(&log, 2)).unwrap());
        fs::write(compressed(&log, 2), origin.frame()).unwrap();
        put(&compressed(&log, 3), 3);
        fs::write(temporary(&log), "half").unwrap();
        for _ in 0..2 {
            let names: Vec<_> = ages(&log).into_iter().map(|(name, _)| name).collect();
            assert_eq!(names, ["1", "2", "3.zst"]);
            repair(&log, &mut Vec::new());
            assert!(!compressed(&log, 2).exists() && !temporary(&log).exists());
        }
    }

    #[test]
    fn what_others_have_compressed_counts_where_nothing_else_has_the_number() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        put(&numbered(&log, 1), 1);
        put(&compressed(&log, 1), 9);
        put(&compressed(&log, 2), 2);
        repair(&log, &mut Vec::new());
        assert_eq!(ages(&log), [("1", "1"), ("2.zst", "2")].map(|(name, age)| (name.to_owned(), age.to_owned())));
        assert!(compressed(&log, 1).exists());
    }
}
