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
}
