//! journald's copy: by systemd-journald-audit.socket it gets every record the kernel sends, and keeps it once more.

use crate::finding::Finding;
use crate::{Root, Seen};
use std::path::Path;

const SUBJECT: &str = "journald";
const UNIT: &str = "systemd-journald-audit.socket";
const MASK: &str = "systemctl mask --now systemd-journald-audit.socket, then systemctl restart systemd-journald";
/// Where units are; the first found counts.
const UNIT_DIRS: [&str; 4] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/// How the unit is set up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// There is none: no systemd.
    Absent,
    /// It is a link to /dev/null.
    Masked,
    /// It starts with the machine.
    Wanted,
    /// It is there, and starts when somebody asks for it.
    Idle,
}

impl Unit {
    /// Looks for it.
    pub fn gather(root: &Root) -> Seen<Self> {
        let mut found = None;
        for dir in UNIT_DIRS {
            let path = format!("{dir}/{UNIT}");
            match std::fs::read_link(root.path(&path)) {
                Ok(target) if target == Path::new("/dev/null") => return Ok(found.unwrap_or(Self::Masked)),
                _ => found = found.or(root.meta(&path)?.map(|_| Self::Idle)),
            }
            let wants = ["sockets.target.wants", "systemd-journald.service.wants"];
            let is_wanted = |wants| std::fs::symlink_metadata(root.path(format!("{dir}/{wants}/{UNIT}"))).is_ok();
            if wants.into_iter().any(is_wanted) {
                found = Some(Self::Wanted);
            }
        }
        Ok(found.unwrap_or(Self::Absent))
    }
}

/// What there is to say; `reads`: whether journald reads the kernel's multicast group now.
pub fn judge(unit: &Seen<Unit>, reads: &Seen<bool>) -> Vec<Finding> {
    vec![match (reads, unit) {
        (Ok(true), _) => Finding::warning(
            SUBJECT,
            "journald keeps a copy of every record the kernel sends: twice the disk, and time for each",
        )
        .remedy(MASK),
        (Err(why), _) => Finding::unknown(SUBJECT, "whether journald keeps a copy", why),
        (Ok(false), Err(why)) => Finding::unknown(SUBJECT, "whether journald will keep a copy", why),
        (Ok(false), Ok(Unit::Wanted)) => {
            Finding::note(SUBJECT, format!("no copy now, but systemd starts {UNIT} at boot")).remedy(MASK)
        }
        (Ok(false), Ok(Unit::Masked)) => Finding::ok(SUBJECT, format!("keeps no copy; {UNIT} is masked")),
        (Ok(false), Ok(Unit::Idle | Unit::Absent)) => Finding::ok(SUBJECT, "keeps no copy"),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Severity::{Note, Ok as Fine, Unknown, Warning};
    use std::os::unix::fs::symlink;

    #[test]
    fn a_copy_now_or_at_the_next_boot() {
        let severity = |unit: Seen<Unit>, reads| judge(&unit, &reads)[0].severity;
        assert_eq!(severity(Ok(Unit::Masked), Ok(true)), Warning);
        assert_eq!(severity(Ok(Unit::Wanted), Ok(false)), Note);
        assert_eq!(severity(Ok(Unit::Masked), Ok(false)), Fine);
        assert_eq!(severity(Ok(Unit::Absent), Ok(false)), Fine);
        assert_eq!(severity(Ok(Unit::Absent), Err("x".into())), Unknown);
        assert_eq!(severity(Err("x".into()), Ok(false)), Unknown);
    }

    #[test]
    fn the_unit_is_found_as_it_is_set_up() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::at(dir.path());
        let lib = dir.path().join("usr/lib/systemd/system/sockets.target.wants");
        let etc = dir.path().join("etc/systemd/system");
        assert_eq!(Unit::gather(&root), Ok(Unit::Absent));
        std::fs::create_dir_all(&lib).unwrap();
        std::fs::create_dir_all(&etc).unwrap();
        std::fs::write(lib.with_file_name(UNIT), "[Socket]").unwrap();
        assert_eq!(Unit::gather(&root), Ok(Unit::Idle));
        symlink(format!("../{UNIT}"), lib.join(UNIT)).unwrap();
        assert_eq!(Unit::gather(&root), Ok(Unit::Wanted));
        symlink("/dev/null", etc.join(UNIT)).unwrap();
        assert_eq!(Unit::gather(&root), Ok(Unit::Masked));
    }
}
