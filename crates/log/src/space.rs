//! How much space is left on the log's file system, and when to act on it.

use nix::sys::statvfs::fstatvfs;
use raudit_config::{Action, AuditdConf, Space};
use std::fs::File;
use std::io;

const MIB: u64 = 1 << 20;
/// With fewer free blocks the disk counts as full: auditd's reserve for what is already under way.
const RESERVE_BLOCKS: u64 = 5;

/// Space on a file system, in bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Free {
    /// What may still be written.
    pub available: u64,
    /// What it holds altogether.
    pub total: u64,
    /// The size of a block.
    pub block: u64,
}

impl Free {
    /// Of the file system `file` is on.
    ///
    /// # Errors
    /// What `fstatvfs` gives.
    pub fn of(file: &File) -> io::Result<Self> {
        let stat = fstatvfs(file)?;
        // Both counts are in fragments.
        let block = stat.fragment_size();
        Ok(Self { available: stat.blocks_available() * block, total: stat.blocks() * block, block })
    }

    /// Whether nothing more should be written.
    pub fn is_full(&self) -> bool {
        self.available < RESERVE_BLOCKS * self.block
    }
}

/// One of the two thresholds, `space_left` and `admin_space_left`.
#[derive(Clone, Debug)]
pub struct Threshold {
    space: Space,
    action: Action,
    acted: bool,
}

impl Threshold {
    /// The thresholds for `space_left` and `admin_space_left`.
    pub fn both(conf: &AuditdConf) -> (Self, Self) {
        let new = |space, action: &Action| Self { space, action: action.clone(), acted: false };
        (new(conf.space_left, &conf.space_left_action), new(conf.admin_space_left, &conf.admin_space_left_action))
    }

    /// How many bytes must be left.
    pub fn bytes(&self, free: &Free) -> u64 {
        match self.space {
            Space::Mib(n) => u64::from(n) * MIB,
            Space::Percent(n) => free.total / 100 * u64::from(n),
        }
    }

    /// The action to take now, if any.
    ///
    /// Once only, until there is space again: and even then only `syslog` is armed again, as in auditd. `rotate` is
    /// repeated as long as space is low, for each time it frees some.
    pub fn action(&mut self, free: &Free) -> Option<Action> {
        if free.available >= self.bytes(free) {
            if self.action == Action::Syslog {
                self.acted = false;
            }
            return None;
        }
        if self.acted && self.action != Action::Rotate {
            return None;
        }
        self.acted = true;
        Some(self.action.clone())
    }

    /// Whether the action was taken.
    pub fn has_acted(&self) -> bool {
        self.acted
    }

    /// Takes the action again when it is due.
    pub fn rearm(&mut self) {
        self.acted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn free(mib: u64) -> Free {
        Free { available: mib * MIB, total: 1000 * MIB, block: 4096 }
    }

    fn low(space: Space, action: Action) -> Threshold {
        let conf = AuditdConf { space_left: space, space_left_action: action, ..AuditdConf::default() };
        Threshold::both(&conf).0
    }

    #[test]
    fn acts_once_and_only_syslog_is_armed_again() {
        let script = [100, 74, 73, 75, 74];
        for (action, expected) in [
            (Action::Syslog, [false, true, false, false, true]),
            (Action::Suspend, [false, true, false, false, false]),
            (Action::Rotate, [false, true, true, false, true]),
        ] {
            let mut threshold = low(Space::Mib(75), action.clone());
            assert_eq!(script.map(|mib| threshold.action(&free(mib)).is_some()), expected, "{action}");
            threshold.rearm();
            assert_eq!(threshold.action(&free(1)), Some(action));
        }
    }

    #[test]
    fn per_cent_are_of_the_whole_file_system() {
        assert_eq!(low(Space::Percent(5), Action::Ignore).bytes(&free(9)), 50 * MIB / 100 * 100);
        assert!(!free(1).is_full());
        assert!(Free { available: 4 * 4096, total: MIB, block: 4096 }.is_full());
        let file = File::open("/proc/self/exe").unwrap();
        assert!(Free::of(&file).unwrap().total > 0);
    }
}
