//! Capabilities: given up for good but for the one that a port below 1024 needs, as auditd's program does.

use caps::{CapSet, Capability, CapsHashSet};
use raudit_config::AudispRemoteConf;

/// The first port that everybody may bind.
const UNPRIVILEGED: u32 = 1024;

/// Gives up what is not needed; threads that are started later have no more.
///
/// # Errors
/// What could not be given up, and why.
pub fn drop_most(conf: &AudispRemoteConf) -> Result<(), String> {
    let needs_port = (1..UNPRIVILEGED).contains(&conf.local_port);
    let held = caps::read(None, CapSet::Permitted).map_err(|e| e.to_string())?;
    let kept: CapsHashSet =
        held.into_iter().filter(|held| needs_port && *held == Capability::CAP_NET_BIND_SERVICE).collect();
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
