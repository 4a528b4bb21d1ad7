//! The kernel's records of rules that only follow names for BPF: they are nobody's business; but when the kernel ends one, because the
//! directory of its name is gone, the rules that watch the name end with it.

use nix::sys::eventfd::{EfdFlags, EventFd};
use raudit_record::{Kind, Records};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// What has become of markers.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fate {
    /// The kernel has ended some, because a directory is gone.
    pub ended: bool,
    /// Some were deleted: by us, or by somebody who deletes all rules.
    pub deleted: bool,
}

/// From the thread that reads the kernel's records to the one that keeps the rules.
#[derive(Clone, Debug)]
pub struct Markers(Arc<(EventFd, AtomicBool, AtomicBool)>);

impl Markers {
    /// Nothing has happened yet.
    pub fn new() -> nix::Result<Self> {
        let wake = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        Ok(Self(Arc::new((wake, AtomicBool::default(), AtomicBool::default()))))
    }

    /// What has happened since this was last asked.
    pub fn take(&self) -> Fate {
        let (wake, ended, deleted) = &*self.0;
        // nothing to read is no error
        let _ = wake.read();
        Fate { ended: ended.swap(false, Relaxed), deleted: deleted.swap(false, Relaxed) }
    }

    /// Leaves out records of markers, and tells of those that are gone.
    pub fn filter(&self, records: &mut Records) {
        let (wake, ended, deleted) = &*self.0;
        records.retain_from(0, |kind, text| {
            if !is_of_marker(kind, text) {
                return true;
            }
            if has(text, b" path=") || has(text, b" dir=") {
                ended.store(true, Relaxed);
            } else if has(text, b" op=remove_rule ") {
                deleted.store(true, Relaxed);
            } else {
                return false;
            }
            // it fails only when it has been said 2^64 times
            let _ = wake.write(1);
            false
        });
    }
}

impl AsFd for Markers {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.0.as_fd()
    }
}

/// `op=add_rule key="rauditd" list=4 res=1` and its like: the exit list's rules with the markers' key.
fn is_of_marker(kind: Kind, text: &[u8]) -> bool {
    kind == Kind::CONFIG_CHANGE && has(text, b" key=\"rauditd\" list=4 ")
}

fn has(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(bodies: &[&str]) -> Records {
        let mut records = Records::default();
        bodies.iter().for_each(|b| records.push(Kind::CONFIG_CHANGE, format!("audit(1.000:1): {b}").as_bytes()));
        records
    }

    #[test]
    fn records_of_markers_are_left_out_and_their_end_is_told() {
        let markers = Markers::new().unwrap();
        let mut records = changes(&[
            "auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd\" list=4 res=1",
            "auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd2\" list=4 res=1",
            "auid=0 ses=1 subj=kernel op=add_rule key=\"rauditd\" list=1 res=1",
        ]);
        markers.filter(&mut records);
        assert_eq!(records.len(), 2);
        assert_eq!(markers.take(), Fate::default());
        records = changes(&["auid=0 ses=1 op=remove_rule path=\"/a b\" key=\"rauditd\" list=4 res=1"]);
        markers.filter(&mut records);
        assert!(records.is_empty());
        assert_eq!(markers.take(), Fate { ended: true, deleted: false });
        records = changes(&["auid=0 ses=1 op=remove_rule key=\"rauditd\" list=4 res=1"]);
        markers.filter(&mut records);
        assert_eq!(markers.take(), Fate { ended: false, deleted: true });
        assert_eq!(markers.take(), Fate::default());
    }
}
