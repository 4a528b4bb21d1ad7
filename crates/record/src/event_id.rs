//! The stamp `audit(SEC.mmm:SERIAL)` that ties the records of one event together.

use crate::text::{push_decimal, push_padded_decimal};
use std::fmt;

/// Time and serial number of an event: what stands between the parentheses of `audit(1700000000.123:456)`.
///
/// Records of one event share it. Ordered as ausearch orders events: time first, then serial.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct EventId {
    /// Seconds since the epoch (`CLOCK_REALTIME`, the kernel's coarse clock).
    pub sec: u64,
    /// Milliseconds within the second, 0 to 999.
    pub milli: u16,
    /// The kernel's serial is a 32-bit counter since boot; senders elsewhere may use more.
    pub serial: u64,
}

impl EventId {
    /// Appends it as [`Display`](fmt::Display) does, but fast.
    pub fn push(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"audit(");
        push_decimal(out, self.sec);
        out.push(b'.');
        push_padded_decimal(out, self.milli.into(), 3);
        out.push(b':');
        push_decimal(out, self.serial);
        out.push(b')');
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "audit({}.{:03}:{})", self.sec, self.milli, self.serial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_the_kernel_does() {
        let id = EventId { sec: 1_700_000_000, milli: 7, serial: 456 };
        assert_eq!(id.to_string(), "audit(1700000000.007:456)");
        let mut pushed = Vec::new();
        id.push(&mut pushed);
        assert_eq!(pushed, id.to_string().into_bytes());
    }
}
