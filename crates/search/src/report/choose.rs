//! Which events belong to a report.

use super::Report;
use crate::event::Event;
use crate::items::Items;
use std::ops::RangeInclusive;

/// `Items::success` of `success=no` and `res=failed`.
pub(crate) const FAILED: u32 = 0;

/// Policy of security modules, network labels: `AUDIT_MAC_POLICY_LOAD` to `AUDIT_MAC_UNLBL_STCDEL` of linux/audit.h.
pub(crate) const MAC: RangeInclusive<u32> = 1403..=1417;
/// The same of programs (libaudit.h, as all from 1100 on).
pub(crate) const USER_MAC: RangeInclusive<u32> = 2300..=2399;
/// A change of what is audited or how: what else of [`MAC`] is one, too.
pub(crate) const CHANGES: [u32; 6] = [1305, 1203, 1111, 1325, 1328, 2312];
pub(crate) const ANOMALIES: [RangeInclusive<u32>; 2] = [2100..=2199, 1700..=1799];
pub(crate) const RESPONSES: RangeInclusive<u32> = 2200..=2299;
pub(crate) const CRYPTO: [RangeInclusive<u32>; 2] = [1600..=1699, 2400..=2499];
pub(crate) const INTEGRITY: RangeInclusive<u32> = 1800..=1899;
pub(crate) const VIRT: RangeInclusive<u32> = 2500..=2599;

pub(crate) const AVC: u32 = 1400;
pub(crate) const USER_AVC: u32 = 1107;
pub(crate) const USER_AUTH: u32 = 1100;
pub(crate) const USER_MGMT: u32 = 1102;
pub(crate) const USER_CHAUTHTOK: u32 = 1108;
pub(crate) const USER_LOGIN: u32 = 1112;
pub(crate) const GRP_AUTH: u32 = 1126;
pub(crate) const GRP_MGMT: u32 = 1132;
pub(crate) const ACCOUNTS: RangeInclusive<u32> = 1114..=1117;
pub(crate) const ROLES: RangeInclusive<u32> = 2301..=2302;
const SECCOMP: u32 = 1326;
const TTY: u32 = 1319;
const USER_TTY: u32 = 1124;
const CONFIG_CHANGE: u32 = 1305;

/// Whether any record is of one of these types.
pub(crate) fn has(event: &Event, types: &RangeInclusive<u32>) -> bool {
    event.records().any(|record| types.contains(&record.kind.0))
}

/// Whether any record is of one of these types.
pub(crate) fn has_any(event: &Event, types: &[u32]) -> bool {
    event.records().any(|record| types.contains(&record.kind.0))
}

/// The type of the first record.
pub(crate) fn first_type(event: &Event) -> u32 {
    event.records().next().map_or(0, |record| record.kind.0)
}

/// Which changes of lists are wanted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Acts {
    #[default]
    All,
    /// Not those that take something off a list.
    Add,
    /// Not those that put something on one.
    Delete,
}

/// What is asked of every event besides.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// `--success`, `--failed`
    pub(crate) success: Option<bool>,
    /// `--add`, `--delete`
    pub(crate) acts: Acts,
    /// `--no-config`
    pub(crate) no_config: bool,
    /// `--node`; empty for no condition.
    pub(crate) nodes: Vec<Vec<u8>>,
}

impl Filter {
    /// Whether an event passes.
    pub(crate) fn passes(&self, event: &Event, items: &Items<'_>) -> bool {
        let has_node = self.nodes.is_empty() || self.nodes.contains(&event.node);
        let is_asked = self.success.is_none_or(|asked| items.success == Some(u32::from(asked)));
        has_node && is_asked && !self.leaves_out(first_type(event))
    }

    fn leaves_out(&self, first: u32) -> bool {
        // users, groups, and the lists of network labels: put on, taken off
        let added = [1114, 1116, 1407, 1409, 1411, 1413, 1416];
        let deleted = [1115, 1117, 1408, 1410, 1412, 1414, 1417];
        match self.acts {
            Acts::Add if deleted.contains(&first) => true,
            Acts::Delete if added.contains(&first) => true,
            _ => self.no_config && first == CONFIG_CHANGE,
        }
    }
}

impl Report {
    /// Whether an event may belong to the report, by the types of its records: others need not be read.
    pub(crate) fn concerns(self, event: &Event) -> bool {
        match self {
            Self::Avc => has_any(event, &[AVC, USER_AVC]),
            Self::Mac => has(event, &MAC) || has(event, &USER_MAC),
            Self::Integrity => has(event, &INTEGRITY),
            Self::Virt => has(event, &VIRT),
            Self::Config => has_any(event, &CHANGES) || has(event, &MAC),
            Self::Authentication => has_any(event, &[USER_AUTH, USER_MGMT]),
            Self::Login => has_any(event, &[USER_LOGIN]),
            Self::Accounts => {
                has_any(event, &[USER_CHAUTHTOK, USER_MGMT, GRP_MGMT]) || has(event, &ACCOUNTS) || has(event, &ROLES)
            }
            Self::Anomaly => ANOMALIES.iter().any(|types| has(event, types)) || has_any(event, &[SECCOMP]),
            Self::Response => has(event, &RESPONSES),
            Self::Crypto => CRYPTO.iter().any(|types| has(event, types)),
            Self::Tty => [TTY, USER_TTY].contains(&first_type(event)),
            _ => true,
        }
    }

    /// Whether an event belongs to the report.
    pub(crate) fn covers(self, event: &Event, items: &Items<'_>) -> bool {
        match self {
            Self::Authentication => {
                has_any(event, &[USER_AUTH]) || items.success == Some(FAILED) && self.concerns(event)
            }
            Self::File => !items.files.is_empty(),
            Self::Host => items.host.is_some(),
            Self::Pid => items.pid.is_some_and(|pid| i32::try_from(pid).is_ok()),
            Self::Syscall => items.syscall != 0,
            Self::Terminal => items.terminal.is_some(),
            Self::User => items.uid.is_some_and(|uid| uid != u32::MAX),
            Self::Executable => items.exe.is_some(),
            Self::Command => items.comm.is_some(),
            Self::Key => items.keys.first().is_some_and(|key| **key != *b"(null)"),
            Self::Times => false,
            _ => self.concerns(event),
        }
    }
}
