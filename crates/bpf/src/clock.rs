//! The kernel's clocks: events carry the monotonic one, the log the real one.

use nix::time::{ClockId, clock_gettime};

/// `CLOCK_REALTIME` minus `CLOCK_MONOTONIC`, nanoseconds. It changes when somebody sets the time.
pub fn clock_offset() -> i128 {
    let now =
        |clock| clock_gettime(clock).map_or(0, |t| i128::from(t.tv_sec()) * 1_000_000_000 + i128::from(t.tv_nsec()));
    now(ClockId::CLOCK_REALTIME) - now(ClockId::CLOCK_MONOTONIC)
}
