//! Giving up what a sink does not need any more.

use caps::{CapSet, Capability, CapsHashSet};
use raudit_dispatch::say;

/// Keeps these capabilities and no other, for good; threads that are started later have no more. Where that is not possible the
/// sink goes on with what it has and says so, as auditd's do.
pub fn keep(wanted: &[Capability]) {
    if let Err(error) = try_to_keep(wanted) {
        say::warning(format!("cannot drop capabilities, going on with all: {error}"));
    }
}

fn try_to_keep(wanted: &[Capability]) -> Result<(), String> {
    let held = caps::read(None, CapSet::Permitted).map_err(|e| e.to_string())?;
    let kept: CapsHashSet = held.into_iter().filter(|held| wanted.contains(held)).collect();
    for capability in caps::read(None, CapSet::Bounding).map_err(|e| e.to_string())? {
        // refused where we may not: then it could be got back only by a program with file capabilities
        if !kept.contains(&capability) && caps::drop(None, CapSet::Bounding, capability).is_err() {
            break;
        }
    }
    let none = CapsHashSet::new();
    for (set, keeps) in [(CapSet::Inheritable, &none), (CapSet::Effective, &kept), (CapSet::Permitted, &kept)] {
        caps::set(None, set, keeps).map_err(|e| format!("{set:?}: {e}"))?;
    }
    Ok(())
//! What a sink gives up before it reads a record: every capability, as auditd's plugins do.

use caps::{CapSet, Capability};
use std::io;

/// Drops all capabilities of this thread, and the right to get one back by running a program. Threads and programs
/// started later have none either.
///
/// # Errors
/// What could not be given up; the rest has been.
pub fn drop_all() -> io::Result<()> {
    let failed = |error: caps::errors::CapsError| io::Error::other(error.to_string());
    // a kernel before 4.3 has no ambient set to clear
    drop(caps::clear(None, CapSet::Ambient));
    // only who has CAP_SETPCAP may, and who has not has little to lose
    let bounding = match caps::has_cap(None, CapSet::Effective, Capability::CAP_SETPCAP) {
        Ok(true) => caps::clear(None, CapSet::Bounding),
        _ => Ok(()),
    };
    for set in [CapSet::Effective, CapSet::Permitted, CapSet::Inheritable] {
        caps::clear(None, set).map_err(failed)?;
    }
    bounding.map_err(failed)
}
