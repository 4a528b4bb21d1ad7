//! Compressing one archive: into a temporary file beside it, which is complete and on disk before it gets a name.

use crate::create::archive_mode;
use crate::origin::Origin;
use crate::space::Free;
use nix::errno::Errno;
use nix::fcntl::OFlag;
use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use zstd::stream::write::Encoder;

/// zstd's own default: audit logs become a small part of what they were, and higher levels take many times as long for little more.
const LEVEL: i32 = 3;
/// How much is read at once.
const CHUNK: usize = 128 << 10;
/// After how many chunks the disk is looked at.
const LOOK: usize = 8;

/// What to compress.
#[derive(Debug)]
pub struct Job {
    /// The archive, opened for reading.
    pub archive: File,
    /// Where to.
    pub to: PathBuf,
    /// Whose group the result is.
    pub group: u32,
    /// How much of the disk must stay free, in bytes.
    pub floor: u64,
    /// To stop early.
    pub cancel: Arc<AtomicBool>,
}

/// Why an archive stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum Stays {
    /// Nobody wants it any more.
    #[error("cancelled")]
    Cancelled,
    /// For want of space.
    #[error("no space left for it")]
    NoSpace,
    /// The system said no.
    #[error("{0}")]
    Failed(#[from] io::Error),
}

/// Opens an archive to be compressed: a regular file, never through a link.
///
/// # Errors
/// What `open` gives; `InvalidInput` for what is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"))
    }
}

/// Compresses: one frame with a checksum, then its [`Origin`]; mode, group and time are the archive's. On disk when it returns.
///
/// # Errors
/// Why not; then nothing is left of it.
pub fn compress(job: &Job) -> Result<(), Stays> {
    let file = create(&job.to)?;
    let result = write(job, file);
    if result.is_err() {
        // Should that fail too, the next start removes it.
        drop(fs::remove_file(&job.to));
    }
    result
}

/// What a crash has left there is removed: only one archive is compressed at a time.
fn create(path: &Path) -> io::Result<File> {
    let flags = (OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits();
    let open = || OpenOptions::new().write(true).create_new(true).mode(0o600).custom_flags(flags).open(path);
    match open() {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => fs::remove_file(path).and_then(|()| open()),
        opened => opened,
    }
}

fn write(job: &Job, file: File) -> Result<(), Stays> {
    let meta = job.archive.metadata()?;
    let mut encoder = Encoder::new(file, LEVEL)?;
    encoder.include_checksum(true)?;
    encoder.set_pledged_src_size(Some(meta.size()))?;
    copy(job, &mut encoder)?;
    let mut file = encoder.finish().map_err(no_space)?;
    file.write_all(&Origin::of(&meta).frame()).map_err(no_space)?;
    if meta.gid() != file.metadata()?.gid() || job.group != meta.gid() {
        fchown(&file, None, Some(job.group))?;
    }
    file.set_permissions(Permissions::from_mode(archive_mode(job.group)))?;
    file.set_times(FileTimes::new().set_modified(meta.modified()?))?;
    file.sync_all().map_err(no_space)
}

fn copy(job: &Job, encoder: &mut Encoder<'_, File>) -> Result<(), Stays> {
    let mut chunk = vec![0; CHUNK];
    for turn in 0usize.. {
        if job.cancel.load(Ordering::Relaxed) {
            return Err(Stays::Cancelled);
        }
        if turn.is_multiple_of(LOOK) {
            look(job, encoder.get_ref())?;
        }
        match (&job.archive).read(&mut chunk) {
            Ok(0) => break,
            Ok(n) => encoder.write_all(chunk.get(..n).unwrap_or_default()).map_err(no_space)?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e.into()),
        }
    }
    Ok(())
}

/// Whether it is still worth it: there is space, and the archive has not been removed.
fn look(job: &Job, to: &File) -> Result<(), Stays> {
    if Free::of(to)?.available < job.floor {
        return Err(Stays::NoSpace);
    }
    if job.archive.metadata()?.nlink() == 0 { Err(Stays::Cancelled) } else { Ok(()) }
}

fn no_space(error: io::Error) -> Stays {
    match error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::ENOSPC | Errno::EDQUOT) => Stays::NoSpace,
        _ => Stays::Failed(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archives::is_copy;
    use crate::unpack::Input;
    use std::time::{Duration, SystemTime};

    fn job(dir: &Path, data: &[u8]) -> Job {
        let path = dir.join("archive");
        fs::write(&path, data).unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH + Duration::new(9, 7))
            .unwrap();
        let cancel = Arc::default();
        Job { archive: open(&path).unwrap(), to: dir.join("part"), group: 0, floor: 0, cancel }
    }

    #[test]
    fn the_same_records_mode_and_time() {
        let dir = tempfile::tempdir().unwrap();
        for data in [&b"type=X msg=audit(1.000:1): \n".repeat(100_000)[..], b"x", b""] {
            let job = job(dir.path(), data);
            // What a crash has left is in nobody's way, and a link is not followed.
            drop(std::os::unix::fs::symlink(dir.path().join("archive"), &job.to));
            compress(&job).unwrap();
            let meta = fs::symlink_metadata(&job.to).unwrap();
            assert_eq!((meta.mode() & 0o7777, meta.mtime(), meta.mtime_nsec()), (0o400, 9, 7));
            assert!(is_copy(&job.to, &job.archive.metadata().unwrap()));
            let mut all = Vec::new();
            Input::look(File::open(&job.to).unwrap(), false).unwrap().read_to_end(&mut all).unwrap();
            assert!(all == data);
        }
    }

    #[test]
    fn nothing_is_left_of_what_was_not_to_be() {
        let dir = tempfile::tempdir().unwrap();
        let data = vec![b'x'; 3 << 20];
        let cancelled = job(dir.path(), &data);
        cancelled.cancel.store(true, Ordering::Relaxed);
        assert!(matches!(compress(&cancelled), Err(Stays::Cancelled)) && !cancelled.to.exists());
        let crowded = Job { floor: u64::MAX, ..job(dir.path(), &data) };
        assert!(matches!(compress(&crowded), Err(Stays::NoSpace)) && !crowded.to.exists());
        let removed = job(dir.path(), &data);
        fs::remove_file(dir.path().join("archive")).unwrap();
        assert!(matches!(compress(&removed), Err(Stays::Cancelled)) && !removed.to.exists());
        let nowhere = Job { to: dir.path().join("no/such"), ..job(dir.path(), &data) };
        assert!(matches!(compress(&nowhere), Err(Stays::Failed(_))));
        assert!(open(dir.path()).is_err() && open(Path::new("/dev/null")).is_err());
    }
}
