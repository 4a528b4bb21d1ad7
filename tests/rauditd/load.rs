//! Calls that a rule records, at a steady pace: how many, and how long the longest took.

use super::daemon::wait_until;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

pub const KEY: &str = "key=\"load\"";

pub fn rule() -> String {
    format!("-a always,exit -F arch=b64 -S getppid -F pid={} -F key=load", std::process::id())
}

/// Some thousands a second, until told to stop.
pub struct Load {
    pub stop: AtomicBool,
    pub paused: AtomicBool,
    pub made: AtomicU64,
    /// What the longest call took, in microseconds.
    pub longest: AtomicU64,
    each_ms: u64,
}

impl Load {
    pub fn new(each_ms: u64) -> Self {
        let (stop, paused) = (AtomicBool::new(false), AtomicBool::new(false));
        Self { stop, paused, made: AtomicU64::new(0), longest: AtomicU64::new(0), each_ms }
    }

    pub fn run(&self) {
        while !self.stop.load(Relaxed) {
            for _ in 0..if self.paused.load(Relaxed) { 0 } else { self.each_ms } {
                let start = Instant::now();
                std::hint::black_box(nix::unistd::getppid());
                self.longest.fetch_max(u64::try_from(start.elapsed().as_micros()).unwrap(), Relaxed);
                self.made.fetch_add(1, Relaxed);
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for so many more.
    pub fn wait(&self, more: u64) {
        let from = self.made.load(Relaxed);
        wait_until("more calls", || self.made.load(Relaxed) >= from + more);
    }
}

/// Ends with the load, also when a check fails.
pub struct Stops<'a>(pub &'a Load);

impl Drop for Stops<'_> {
    fn drop(&mut self) {
        self.0.stop.store(true, Relaxed);
    }
}
