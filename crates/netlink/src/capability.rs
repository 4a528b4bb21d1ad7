//! Who may control audit: who holds `CAP_AUDIT_CONTROL` (capabilities(7)), as the kernel asks too.

use std::fs;

/// Bit of `CAP_AUDIT_CONTROL` (linux/capability.h).
const CAP_AUDIT_CONTROL: u32 = 30;

/// Whether a process (`self`, or a number) holds the capability now; false when it cannot be seen.
pub(crate) fn may_control_audit(process: &str) -> bool {
    fs::read_to_string(format!("/proc/{process}/status")).is_ok_and(|status| holds(&status))
}

fn holds(status: &str) -> bool {
    let held = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    held.and_then(|bits| u64::from_str_radix(bits.trim(), 16).ok())
        .is_some_and(|bits| bits >> CAP_AUDIT_CONTROL & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bit_of_the_effective_set_decides() {
        assert!(holds("CapPrm:\t0000000000000000\nCapEff:\t0000000040000000\n"));
        assert!(holds("CapEff:\t000001ffffffffff\n"));
        assert!(!holds("CapPrm:\t0000000040000000\nCapEff:\t000001ffbfffffff\n"));
        assert!(!holds("CapEff:\tnonsense\n") && !holds(""));
        assert!(!may_control_audit("0"), "a peer of another pid namespace cannot be seen");
    }
}
