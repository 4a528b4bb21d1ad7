//! Telling systemd how we are, where it asks (sd_notify(3)); elsewhere nothing happens.

use sd_notify::{NotifyState, notify};
use std::time::{Duration, Instant};

/// What is told while rauditd serves.
#[derive(Debug)]
pub struct Watchdog {
    /// Half of what systemd waits for.
    every: Option<Duration>,
    next: Instant,
}

impl Watchdog {
    /// As the environment says.
    pub fn new() -> Self {
        Self { every: sd_notify::watchdog_enabled().map(|timeout| timeout / 2), next: Instant::now() }
    }

    /// When it is due to be told that we live.
    pub fn due(&self) -> Option<Instant> {
        self.every.map(|_| self.next)
    }

    /// Tells it, if it is due. Called by control: a control that hangs is what systemd is to notice. A disk that hangs is not, for which no
    /// new rauditd would be of help.
    pub fn tick(&mut self) {
        if let Some(every) = self.every.filter(|_| Instant::now() >= self.next) {
            self.next = Instant::now() + every;
            tell(&[NotifyState::Watchdog]);
        }
    }
}

impl Default for Watchdog {
    fn default() -> Self {
        Self::new()
    }
}

/// We are the audit daemon, and answer.
pub fn ready() {
    let pid = std::process::id();
    tell(&[NotifyState::Ready, NotifyState::MainPid(pid), NotifyState::Status("Receiving audit records")]);
}

/// The settings are being read again; [`ready`] follows.
pub fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

/// We are about to end.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(states: &[NotifyState<'_>]) {
    // systemd may have been restarted, or not be there: it is told again, or does not care
    drop(notify(states));
}
