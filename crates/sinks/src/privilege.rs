//! Giving up what a sink does not need any more.

use caps::{CapSet, Capability, CapsHashSet};
use raudit_dispatch::say;

/// Keeps these capabilities and no other. Where that is not possible the sink goes on with what it has, as auditd's do.
pub fn keep(wanted: &[Capability]) {
    let held = caps::read(None, CapSet::Permitted).unwrap_or_default();
    let kept: CapsHashSet = wanted.iter().copied().filter(|capability| held.contains(capability)).collect();
    let inheritable = caps::clear(None, CapSet::Inheritable);
    let result = inheritable
        .and_then(|()| caps::set(None, CapSet::Effective, &kept))
        .and_then(|()| caps::set(None, CapSet::Permitted, &kept));
    if let Err(error) = result {
        say::warning(format!("cannot drop capabilities, going on with all: {error}"));
    }
}
