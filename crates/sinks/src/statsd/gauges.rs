//! What is read off the kernel (or rauditd in its place) and the daemon's state report.

use raudit_netlink::Client;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

/// The state report, which the daemon writes every `report_interval` of auditd.conf.
pub const STATE: &str = "/run/audit/auditd.state";
/// A state report is some 30 lines; no more is read of a file that is none.
const MOST: u64 = 64 << 10;
/// How long the answer is waited for: records wait meanwhile.
const ANSWER: Duration = Duration::from_secs(2);

/// The gauges.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Gauges {
    /// Records lost in the kernel.
    pub lost: u64,
    /// Records that wait in the kernel.
    pub backlog: u64,
    /// MiB free where the log is.
    pub free_space: u64,
    /// Records that wait for plugins.
    pub plugin_depth: u64,
    /// The most that ever waited.
    pub plugin_deepest: u64,
    /// KiB the daemon's C library has.
    pub memory: u64,
    /// Of these in use.
    pub memory_in_use: u64,
    /// And not in use.
    pub memory_free: u64,
}

impl Gauges {
    /// Takes what the kernel says, or rauditd.
    ///
    /// # Errors
    /// It cannot be asked.
    pub fn ask_status(&mut self) -> Result<(), raudit_netlink::Error> {
        let mut client = Client::connect()?;
        client.set_timeout(ANSWER);
        let status = client.status()?;
        (self.lost, self.backlog) = (status.lost.into(), status.backlog.into());
        Ok(())
    }

    /// Takes what the state report says.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_state(&mut self, path: &Path) -> io::Result<()> {
        let mut text = Vec::new();
        File::open(path)?.take(MOST).read_to_end(&mut text)?;
        self.take_state(&String::from_utf8_lossy(&text));
        Ok(())
    }

    fn take_state(&mut self, text: &str) {
        let gauges = [
            ("Logging partition free space = ", &mut self.free_space),
            ("current plugin queue depth = ", &mut self.plugin_depth),
            ("max plugin queue depth used = ", &mut self.plugin_deepest),
            ("glibc arena (total memory) is: ", &mut self.memory),
            ("glibc uordblks (in use memory) is: ", &mut self.memory_in_use),
            ("glibc fordblks (total free space) is: ", &mut self.memory_free),
        ];
        for (name, gauge) in gauges {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            let number = value.and_then(|value| value.split([' ', ',']).next()?.parse().ok());
            *gauge = number.unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_report_is_read_by_its_lines() {
        let text = "audit version = 4.2\nLogging partition free space = 2046 MiB\nspace_left setting = 75 MiB\n\
            current plugin queue depth = 3\nmax plugin queue depth used = 17\nplugin queue size = 2000\n\
            glibc arena (total memory) is: 528 KiB, was: 388 KiB\n\
            glibc uordblks (in use memory) is: 91 KiB, was: 90 KiB\n\
            glibc fordblks (total free space) is: 436 KiB, was: 297 KiB\n";
        let mut gauges = Gauges { lost: 1, backlog: 2, ..Gauges::default() };
        gauges.take_state(text);
        let expected = Gauges {
            lost: 1,
            backlog: 2,
            free_space: 2046,
            plugin_depth: 3,
            plugin_deepest: 17,
            memory: 528,
            memory_in_use: 91,
            memory_free: 436,
        };
        assert_eq!(gauges, expected);
        gauges.take_state("current plugin queue depth = many\n\u{fffd}");
        assert_eq!(gauges, Gauges { lost: 1, backlog: 2, ..Gauges::default() });
        assert!(gauges.read_state(Path::new("/nowhere")).is_err());
    }
}
