//! How far a search is, for somebody who waits at a terminal.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Nobody is told before he has waited so long,
const PATIENCE: Duration = Duration::from_secs(1);
/// and then as often.
const PAUSE: Duration = Duration::from_millis(200);

/// What was read of what there is, in a line on standard error that is removed again.
#[derive(Debug)]
pub struct Progress {
    /// Bytes there are; 0: not known, nothing is told.
    total: Cell<u64>,
    done: Cell<u64>,
    next: Cell<Option<Instant>>,
    shown: Cell<bool>,
}

impl Progress {
    /// Tells something only if standard error is a terminal, and standard output none: there the answer itself is seen.
    pub fn new() -> Self {
        let wanted = io::stderr().is_terminal() && !io::stdout().is_terminal();
        let next = wanted.then(|| Instant::now() + PATIENCE);
        Self { total: Cell::new(0), done: Cell::new(0), next: Cell::new(next), shown: Cell::new(false) }
    }

    /// So much will be read.
    pub fn expect(&self, bytes: u64) {
        self.total.set(bytes);
    }

    /// So much more was read, or passed over.
    pub fn add(&self, bytes: u64) {
        self.done.set(self.done.get() + bytes);
        if self.next.get().is_some_and(|next| Instant::now() >= next) && self.total.get() > 0 {
            self.next.set(Some(Instant::now() + PAUSE));
            self.shown.set(true);
            // whoever has closed it does not want to know
            drop(write!(io::stderr(), "\r{}\x1b[K", line(self.done.get(), self.total.get())));
        }
    }

    /// Removes the line, if there is one.
    pub fn clear(&self) {
        if self.shown.replace(false) {
            drop(write!(io::stderr(), "\r\x1b[K"));
        }
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.clear();
    }
}

fn line(done: u64, total: u64) -> String {
    // a log that grows meanwhile is not read to more than its end
    let done = done.min(total);
    let mib = |bytes: u64| bytes >> 20;
    format!("searching: {} of {} MiB, {} %", mib(done), mib(total), u128::from(done) * 100 / u128::from(total.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_much_and_never_more_than_all() {
        assert_eq!(line(512 << 20, 1 << 30), "searching: 512 of 1024 MiB, 50 %");
        assert_eq!(line(2 << 30, 1 << 30), "searching: 1024 of 1024 MiB, 100 %");
        assert_eq!(line(0, 0), "searching: 0 of 0 MiB, 0 %");
    }
}
