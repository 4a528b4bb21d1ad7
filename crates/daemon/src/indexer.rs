//! The thread that indexes the log, for searches: when nobody else wants the processor, behind the writer and without it.
//!
//! It looks at the files now and then, as a reader of the log would. What it has not got to when rauditd ends is left to the next one, or to `rausearch --index`.

use crate::say;
use raudit_log::files::{LogFile, files};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);
/// A log that has not grown by this much is not indexed anew.
const ENOUGH: u64 = 1 << 20;

/// The thread; it ends with this.
#[derive(Debug)]
pub struct Indexer {
    _ends: Sender<()>,
    log: PathBuf,
}

impl Indexer {
    /// Starts to index this log and its archives.
    ///
    /// # Errors
    /// There is no thread for it.
    pub fn start(log: &Path) -> io::Result<Self> {
        Self::every(PAUSE, log)
    }

    fn every(pause: Duration, log: &Path) -> io::Result<Self> {
        let (ends, ended) = channel();
        let path = log.to_owned();
        let run = move || {
            // Where that is refused it works all the same.
            let _ = rustix::process::setpriority_process(None, 19);
            let mut known = Vec::new();
            while ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = look(&path, &mut known) {
                    say::warning(format!(
                        "the index of {} is not kept any more ({error}); searches work without it",
                        path.display()
                    ));
                    return;
                }
            }
        };
        Builder::new().name("index".into()).spawn(run)?;
        Ok(Self { _ends: ends, log: log.to_owned() })
    }

    /// Whether it indexes this log.
    pub fn is_of(&self, log: &Path) -> bool {
        self.log == log
    }
}

/// Indexes what has grown since it was `known`.
fn look(log: &Path, known: &mut Vec<LogFile>) -> io::Result<()> {
    let now = match files(log) {
        // before the first record, or while a log is put elsewhere
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        listed => listed?,
    };
    let grown = |file: &&LogFile| {
        let before = known.iter().find(|before| (before.dev, before.inode) == (file.dev, file.inode));
        let is_log = file.path == log;
        before.is_none_or(
            |before| if is_log { file.size.abs_diff(before.size) >= ENOUGH } else { file.size != before.size },
        )
    };
    let due: Vec<LogFile> = now.iter().filter(grown).cloned().collect();
    if due.is_empty() {
        return Ok(());
    }
    for file in &due {
        match raudit_index::update(&file.path) {
            // rotated away meanwhile: it has another name the next time
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            updated => drop(updated?),
        }
    }
    known.retain(|before| now.iter().any(|file| (file.dev, file.inode) == (before.dev, before.inode)));
    known.retain(|before| due.iter().all(|file| (file.dev, file.inode) != (before.dev, before.inode)));
    known.extend(due);
    log.parent().map_or(Ok(()), raudit_index::file::clean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File, OpenOptions};
    use std::io::Write;

    fn append(log: &Path, lines: u64) {
        let mut file = OpenOptions::new().append(true).create(true).open(log).unwrap();
        let text: String =
            (0..lines).map(|n| format!("type=CWD msg=audit(1700000000.000:{n}): cwd=\"/some/where\"\n")).collect();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn covered(path: &Path) -> u64 {
        let index = raudit_index::Index::of(&File::open(path).unwrap(), path.parent().unwrap());
        index.map_or(0, |index| index.covered())
    }

    #[test]
    fn the_log_is_indexed_as_it_grows_and_through_rotations() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        let mut known = Vec::new();
        look(&log, &mut known).unwrap();
        append(&log, 5000);
        look(&log, &mut known).unwrap();
        let first = covered(&log);
        append(&log, 100);
        look(&log, &mut known).unwrap();
        assert!(first > 200_000 && covered(&log) == first, "too little to look again");
        append(&log, 30_000);
        look(&log, &mut known).unwrap();
        assert!(covered(&log) > first + ENOUGH);
        append(&log, 3000);
        let archive = dir.path().join("audit.log.1");
        fs::rename(&log, &archive).unwrap();
        append(&log, 2000);
        look(&log, &mut known).unwrap();
        let rest = fs::metadata(&archive).unwrap().len() - covered(&archive);
        assert!(rest < 1 << 16 && covered(&log) > 60_000, "{rest}");
        fs::remove_file(&archive).unwrap();
        append(&log, 30_000);
        look(&log, &mut known).unwrap();
        assert_eq!(fs::read_dir(dir.path().join(".index")).unwrap().count(), 1);
    }

    #[test]
    fn the_thread_works_until_nobody_wants_it() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("audit.log");
        append(&log, 5000);
        let indexer = Indexer::every(Duration::from_millis(1), &log).unwrap();
        assert!(indexer.is_of(&log) && !indexer.is_of(dir.path()));
        for _ in 0..3000 {
            if covered(&log) > 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("nothing is indexed");
    }
}
