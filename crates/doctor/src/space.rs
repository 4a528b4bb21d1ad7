//! Free space on the log's file system, against space_left and admin_space_left.

use crate::finding::Finding;
use crate::{Root, Seen};
use raudit_config::{AuditdConf, Space};
use raudit_log::space::{Free, Threshold};
use std::fs::File;
use std::path::Path;

const SUBJECT: &str = "space";
const MIB: u64 = 1 << 20;

/// Of the file system a directory is on.
pub fn gather(root: &Root, dir: &Path) -> Seen<Free> {
    let failed = |error: std::io::Error| raudit_tables::errno::reason(&error);
    File::open(root.path(dir)).and_then(|dir| Free::of(&dir)).map_err(failed)
}

/// What there is to say.
pub fn judge(conf: &AuditdConf, free: &Seen<Free>) -> Finding {
    let free = match free {
        Ok(free) => free,
        Err(why) => return Finding::unknown(SUBJECT, "how much is left for the log", why),
    };
    let (low, admin) = Threshold::both(conf);
    let (low, admin) = (low.bytes(free), admin.bytes(free));
    let left = format!("{} of {} MiB are left for the log", free.available / MIB, free.total / MIB);
    let remedy = "make room: fewer or compressed archives (num_logs, compress_logs), or a larger file system";
    if free.is_full() {
        Finding::error(SUBJECT, format!("none is left for the log: disk_full_action = {}", conf.disk_full_action))
            .remedy(remedy)
    } else if free.available < admin {
        let what = format!("{left}, less than {}", shown("admin_space_left", conf.admin_space_left, admin));
        Finding::error(SUBJECT, what).remedy(remedy)
    } else if free.available < low {
        let what = format!("{left}, less than {}", shown("space_left", conf.space_left, low));
        Finding::warning(SUBJECT, what).remedy(remedy)
    } else {
        Finding::ok(SUBJECT, format!("{left}; {}", shown("space_left", conf.space_left, low)))
    }
}

/// A threshold as it is written, and what that comes to.
fn shown(name: &str, space: Space, bytes: u64) -> String {
    match space {
        Space::Mib(mib) => format!("{name} = {mib} MiB"),
        Space::Percent(percent) => format!("{name} = {percent}%, {} MiB", bytes / MIB),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::Severity::{Error, Ok as Fine, Unknown, Warning};
    use crate::conf::tests::sound;

    pub(crate) fn free(mib: u64) -> Seen<Free> {
        Ok(Free { available: mib * MIB, total: 1000 * MIB, block: 4096 })
    }

    #[test]
    fn thresholds_in_mebibytes_and_per_cent() {
        let conf = sound();
        assert_eq!([300, 200, 40, 0].map(|mib| judge(&conf, &free(mib)).severity), [Fine, Warning, Error, Error]);
        assert!(judge(&conf, &free(200)).what.ends_with("less than space_left = 25%, 250 MiB"));
        let conf = AuditdConf { space_left: Space::Mib(75), ..conf };
        assert!(judge(&conf, &free(70)).what.ends_with("less than space_left = 75 MiB"));
        assert_eq!(judge(&conf, &Err("x".into())).severity, Unknown);
        assert!(gather(&Root::real(), Path::new("/")).is_ok());
    }
}
