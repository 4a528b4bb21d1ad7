//! What rauditd.conf asks for beyond auditd.conf: archives compressed, the log rotated by time, archives removed by time. All of it is
//! off unless asked for, and then the writer has no clock.

use crate::age::{Age, Now};
use crate::archives::{compressed, list};
use crate::notice::Notice;
use crate::packing::{Packing, Progress};
use crate::space::{Free, Threshold};
use crate::writer::{Sink, Writer};
use raudit_config::{Compress, RauditdConf};
use std::fs::{self, File};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// How often a thread that compresses is looked after.
const LOOK: Duration = Duration::from_millis(100);
/// What compressing leaves free in any case.
const LEAST_BLOCKS: u64 = 64;
/// Logs become smaller than this part of what they were.
const AT_MOST: u64 = 8;

/// The settings.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Archiving {
    /// Whether archives are compressed.
    pub compress: bool,
    /// At what age the log is rotated; zero: at none.
    pub rotate_every: Duration,
    /// At what age an archive is removed; zero: at none.
    pub keep: Duration,
}

impl Archiving {
    /// Those of rauditd.conf.
    pub fn of(conf: &RauditdConf) -> Self {
        Self {
            compress: conf.compress_logs == Compress::Zstd,
            rotate_every: Duration::from_secs(conf.rotate_every.into()),
            keep: DAY * conf.keep_days,
        }
    }
}

/// What is to be done, and when. `None` is at once.
#[derive(Debug, Default)]
pub(crate) struct Upkeep {
    archiving: Archiving,
    pub packing: Packing,
    pub age: Age,
    rotate_at: Option<Instant>,
    clean_at: Option<Instant>,
    pack_at: Option<Instant>,
    /// When it was last looked whether the thread is done.
    looked: Option<Instant>,
}

impl Upkeep {
    fn is_off(&self) -> bool {
        self.archiving == Archiving::default() && !self.packing.is_busy()
    }

    /// There are other archives than before: everything is due.
    pub fn rotated(&mut self) {
        (self.rotate_at, self.clean_at, self.pack_at) = (None, None, None);
    }

    /// When the next of it is due.
    fn due(&self) -> Option<Instant> {
        let Archiving { compress, rotate_every, keep } = self.archiving;
        let busy = self.packing.is_busy();
        let all = [
            (!rotate_every.is_zero(), self.rotate_at),
            (!keep.is_zero(), self.clean_at),
            (compress && !busy, self.pack_at),
            (busy, self.looked.map(|at| at + LOOK)),
        ];
        all.into_iter().filter(|(on, _)| *on).map(|(_, at)| at.unwrap_or_else(Instant::now)).min()
    }
}

fn is_due(at: Option<Instant>, now: Now) -> bool {
    at.is_none_or(|at| now.steady >= at)
}

impl Writer {
    /// Takes settings. What they ask for is done by [`Writer::tick`].
    pub fn set_archiving(&mut self, archiving: Archiving) {
        let before = std::mem::replace(&mut self.upkeep.archiving, archiving);
        if before == archiving {
            return;
        }
        if before.rotate_every.is_zero() {
            // Nobody has asked until now: what is on disk tells.
            self.upkeep.age = Age::opened(matches!(&self.sink, Sink::Open(open) if open.size == 0));
        }
        self.upkeep.rotated();
        if !archiving.compress {
            self.stop_packing();
        }
    }

    /// When [`Writer::tick`] has something to do; `None`: never.
    pub fn due(&self) -> Option<Instant> {
        self.upkeep.due()
    }

    /// Does what is due: call it after each batch, and when [`Writer::due`] says.
    pub fn tick(&mut self) {
        if !self.upkeep.is_off() {
            self.tick_at(Now::get());
        }
    }

    pub(crate) fn tick_at(&mut self, now: Now) {
        self.upkeep.looked = Some(now.steady);
        let progress = self.upkeep.packing.go_on(&mut self.notices);
        self.packed(progress, now);
        if !self.conf.write_logs {
            // The log, should there be one, is not ours.
            self.upkeep.rotate_at = Some(now.steady + HOUR);
            self.upkeep.clean_at = self.upkeep.rotate_at;
            self.upkeep.pack_at = self.upkeep.rotate_at;
            return;
        }
        let Archiving { compress, rotate_every, keep } = self.upkeep.archiving;
        if !rotate_every.is_zero() && is_due(self.upkeep.rotate_at, now) {
            let again = self.rotate_if_old(rotate_every, now);
            self.upkeep.rotate_at = Some(now.steady + again);
        }
        if !keep.is_zero() && is_due(self.upkeep.clean_at, now) {
            self.upkeep.clean_at = Some(now.steady + DAY);
            self.remove_old(keep, now);
        }
        if compress && !self.upkeep.packing.is_busy() && is_due(self.upkeep.pack_at, now) {
            self.pack_next(now);
        }
    }

    /// Rotates if it is time; says when to look again.
    fn rotate_if_old(&mut self, every: Duration, now: Now) -> Duration {
        let Sink::Open(open) = &self.sink else { return MINUTE };
        if open.size == 0 {
            return every.min(MINUTE);
        }
        let age = self.upkeep.age.of(&open.file, now);
        if let Some(left) = every.checked_sub(age).filter(|left| !left.is_zero()) {
            // Once a minute: the clock may be set, or the machine sleep.
            return left.min(MINUTE);
        }
        if self.rotate() { every.min(MINUTE) } else { HOUR }
    }

    /// Removes the archives that were written to last before the days that are kept, beginning with the oldest.
    fn remove_old(&mut self, keep: Duration, now: Now) {
        let log = &self.conf.log_file;
        let listing = match list(log, |path| fs::symlink_metadata(path)) {
            Ok(listing) => listing,
            Err(error) => return self.notices.push(Notice::Failed("list the archives of", log.clone(), error)),
        };
        let is_old = |meta: &fs::Metadata| {
            meta.modified().is_ok_and(|modified| now.wall.duration_since(modified).is_ok_and(|age| age > keep))
        };
        for archive in listing.archives.into_iter().rev().take_while(|archive| is_old(&archive.meta)) {
            let copy = Some(compressed(log, archive.number)).filter(|path| listing.copies.contains(path));
            for path in copy.into_iter().chain([archive.path]) {
                let removed = fs::remove_file(&path);
                self.notices.push(match removed {
                    Ok(()) => Notice::Expired(path),
                    Err(error) => Notice::Failed("remove", path, error),
                });
            }
        }
    }

    fn packed(&mut self, progress: Progress, now: Now) {
        match progress {
            Progress::Waiting => {}
            Progress::Done if !self.upkeep.archiving.compress => self.upkeep.packing.end(),
            Progress::Done => self.upkeep.pack_at = None,
            Progress::NoSpace => self.upkeep.pack_at = Some(now.steady + MINUTE),
        }
    }

    fn pack_next(&mut self, now: Now) {
        // Should there be nothing to compress, those that failed are tried again some time.
        let retry = self.upkeep.pack_at.is_some();
        self.upkeep.pack_at = Some(now.steady + HOUR);
        if retry {
            self.upkeep.packing.forgive();
        }
        let (low, admin) = (&self.low_space, &self.admin_space);
        let floor = |file: &File, size| floor(&Free::of(file).ok()?, [low, admin], size);
        let progress = self.upkeep.packing.begin(&self.conf.log_file, self.conf.log_group, floor, &mut self.notices);
        self.packed(progress, now);
    }

    /// Ends compressing for now: the space is needed, or the files are about to be others. Says whether that has freed any.
    pub(crate) fn stop_packing(&mut self) -> bool {
        let freed = self.upkeep.packing.stop(&mut self.notices);
        if !self.upkeep.archiving.compress {
            self.upkeep.packing.end();
        }
        self.upkeep.pack_at = Some(Instant::now() + MINUTE);
        freed
    }
}

/// How much must stay free while a file of this size is compressed: no threshold may be crossed by it. `None` where one might.
fn floor(free: &Free, thresholds: [&Threshold; 2], size: u64) -> Option<u64> {
    let bounds = thresholds.map(|threshold| threshold.bytes(free)).into_iter().filter(|bound| *bound <= free.available);
    let floor = bounds.max().unwrap_or(0).max(LEAST_BLOCKS * free.block);
    (floor.saturating_add(size / AT_MOST) <= free.available).then_some(floor)
}

#[cfg(test)]
pub(crate) mod tests;
