//! Having archives compressed, step by step, while they are rotated: the thread makes a temporary file, the writer gives it the name of the
//! archive, under the number that has by then, and removes the archive once that name is on disk.
//!
//! Killed after any step, each record is there: before the name, what is temporary is removed at the next start; after it, the archive
//! that is still there counts, and its copy is removed.

use crate::Notice;
use crate::archives::{compressed, exists, is_copy, numbered, temporary};
use crate::compress::{self, Stays};
use crate::packer::{Outcome, Packer};
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A device and an inode number.
type Id = (u64, u64);

/// What came of the last step.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
    /// Nothing yet.
    Waiting,
    /// That archive is dealt with.
    Done,
    /// There was no space for it.
    NoSpace,
}

/// How far an archive is.
#[derive(Debug, Eq, PartialEq)]
enum Step {
    Packing,
    /// It is not wanted any more, but the thread has not said that it has ended.
    Cancelled,
    /// It has its name, which is on its way to the disk.
    Syncing,
}

#[derive(Debug)]
struct Current {
    log: PathBuf,
    id: Id,
    step: Step,
}

/// The archive being compressed, if there is one.
#[derive(Debug, Default)]
pub struct Packing {
    packer: Option<Packer>,
    current: Option<Current>,
    /// Those that could not be compressed.
    failed: Vec<Id>,
}

impl Packing {
    /// Whether an archive is being compressed.
    pub fn is_busy(&self) -> bool {
        self.current.is_some()
    }

    /// Begins with the newest archive that is not compressed, so that one about to be overwritten is not compressed first. `floor` says
    /// for a file and its size how many bytes must stay free, or that there is no space.
    ///
    /// Nothing begins while there is one, and where nothing is left ([`Progress::Waiting`]).
    pub fn begin(
        &mut self,
        log: &Path,
        group: u32,
        floor: impl Fn(&File, u64) -> Option<u64>,
        notices: &mut Vec<Notice>,
    ) -> Progress {
        if self.current.is_some() {
            return Progress::Waiting;
        }
        let Some((path, meta)) = self.next(log) else { return Progress::Waiting };
        let id = (meta.dev(), meta.ino());
        let opened = compress::open(&path).and_then(|file| {
            if self.packer.is_none() {
                self.packer = Some(Packer::start()?);
            }
            Ok(file)
        });
        match (opened, &mut self.packer) {
            (Ok(file), Some(packer)) => {
                let Some(floor) = floor(&file, meta.size()) else { return Progress::NoSpace };
                packer.pack(file, temporary(log), group, floor);
                self.current = Some(Current { log: log.to_owned(), id, step: Step::Packing });
                Progress::Waiting
            }
            (Ok(_), None) => Progress::Waiting,
            (Err(error), _) => {
                self.give_up(id, path, error, notices);
                Progress::Done
            }
        }
    }

    /// Tries those again that could not be compressed.
    pub fn forgive(&mut self) {
        self.failed.clear();
    }

    fn next(&self, log: &Path) -> Option<(PathBuf, Metadata)> {
        let wanted =
            |meta: &Metadata| meta.is_file() && meta.size() > 0 && !self.failed.contains(&(meta.dev(), meta.ino()));
        let there = (1..).take_while(|n| exists(log, *n)).map(|n| numbered(log, n));
        let mut found = there.filter_map(|path| fs::symlink_metadata(&path).ok().map(|meta| (path, meta)));
        found.find(|(_, meta)| wanted(meta))
    }

    fn give_up(&mut self, id: Id, path: PathBuf, error: io::Error, notices: &mut Vec<Notice>) {
        self.failed.push(id);
        notices.push(Notice::Failed("compress", path, error));
    }

    /// Does the next step if the thread is done with the last.
    pub fn go_on(&mut self, notices: &mut Vec<Notice>) -> Progress {
        match self.packer.as_ref().and_then(Packer::outcome) {
            Some(outcome) => self.follow(outcome, notices),
            None => Progress::Waiting,
        }
    }

    /// Stops what is under way. Says whether that has freed any space.
    pub fn stop(&mut self, notices: &mut Vec<Notice>) -> bool {
        let Some(current) = &mut self.current else { return false };
        let packs = current.step == Step::Packing;
        if packs {
            current.step = Step::Cancelled;
        }
        let outcome = self.packer.as_ref().and_then(Packer::cancel);
        let ended = outcome.is_some();
        if let Some(outcome) = outcome {
            self.follow(outcome, notices);
        }
        packs && ended
    }

    /// Ends the thread, when there is nothing left to do.
    pub fn end(&mut self) {
        if self.current.is_none() {
            self.packer = None;
        }
    }

    fn follow(&mut self, outcome: Outcome, notices: &mut Vec<Notice>) -> Progress {
        let Some(Current { log, id, step }) = self.current.take() else { return Progress::Waiting };
        let progress = match (outcome, step) {
            (Outcome::Packed(Ok(())), Step::Packing) => match link_in(&log, id) {
                Ok(true) => {
                    if let Some(packer) = &self.packer {
                        packer.sync(log.parent().unwrap_or(Path::new("/")).to_owned());
                        self.current = Some(Current { log, id, step: Step::Syncing });
                    }
                    return Progress::Waiting;
                }
                Ok(false) => Progress::Done,
                Err(error) => {
                    self.give_up(id, log, error, notices);
                    Progress::Done
                }
            },
            (Outcome::Packed(Err(Stays::NoSpace)), _) => Progress::NoSpace,
            (Outcome::Packed(Err(Stays::Failed(error))), Step::Packing) => {
                self.give_up(id, log.clone(), error, notices);
                Progress::Done
            }
            (Outcome::Packed(result), _) => {
                if result.is_ok() {
                    drop(fs::remove_file(temporary(&log)));
                }
                Progress::Done
            }
            (Outcome::Synced(Ok(())), _) => {
                if let Err(error) = remove_original(&log, id) {
                    self.give_up(id, log, error, notices);
                }
                Progress::Done
            }
            (Outcome::Synced(Err(error)), _) => {
                self.give_up(id, log, error, notices);
                Progress::Done
            }
        };
        if let Some(packer) = &self.packer {
            packer.forget();
        }
        progress
    }
}

impl Drop for Packing {
    /// Leaves nothing half done; an archive that has both names is for the next start.
    fn drop(&mut self) {
        self.packer = None;
        if let Some(Current { log, step: Step::Packing | Step::Cancelled, .. }) = self.current.take() {
            drop(fs::remove_file(temporary(&log)));
        }
    }
}

/// The number this archive has by now.
fn number(log: &Path, id: Id) -> Option<(usize, Metadata)> {
    let mut found =
        (1..).take_while(|n| exists(log, *n)).filter_map(|n| Some((n, fs::symlink_metadata(numbered(log, n)).ok()?)));
    found.find(|(_, meta)| (meta.dev(), meta.ino()) == id)
}

/// Gives the temporary file the name of the archive it was made of. False if that is gone: then the temporary file is too.
pub(crate) fn link_in(log: &Path, id: Id) -> io::Result<bool> {
    let from = temporary(log);
    let result = match number(log, id) {
        None => Ok(false),
        Some((n, meta)) => {
            let to = compressed(log, n);
            // One that is there already is an earlier copy, or not ours to overwrite.
            if fs::symlink_metadata(&to).is_ok() && !is_copy(&to, &meta) {
                Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is another archive", to.display())))
            } else {
                fs::rename(&from, &to).map(|()| true)
            }
        }
    };
    if !matches!(result, Ok(true)) {
        drop(fs::remove_file(&from));
    }
    result
}

/// Removes an archive whose compressed copy is there, and on disk.
pub(crate) fn remove_original(log: &Path, id: Id) -> io::Result<()> {
    match number(log, id) {
        Some((n, meta)) if is_copy(&compressed(log, n), &meta) => fs::remove_file(numbered(log, n)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
