//! Messages to the administrator: the system log for a daemon, standard error in the foreground. One line each.

use nix::syslog::{Facility, LogFlags, Severity, openlog, syslog};
use raudit_log::Level;
use std::ffi::CStr;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static TO_SYSLOG: AtomicBool = AtomicBool::new(false);
static AS_AUDITD: AtomicBool = AtomicBool::new(false);

/// Takes the name this program was started under, `rauditd` or `auditd`.
pub fn take_name(name: &str) {
    AS_AUDITD.store(name == "auditd", Ordering::Relaxed);
}

fn name() -> &'static CStr {
    if AS_AUDITD.load(Ordering::Relaxed) { c"auditd" } else { c"rauditd" }
}

/// From now on messages go to the system log.
pub fn to_syslog() {
    // without a system log there is nobody left to tell
    if openlog(Some(name()), LogFlags::LOG_PID, Facility::LOG_DAEMON).is_ok() {
        TO_SYSLOG.store(true, Ordering::Relaxed);
    }
}

/// Says it at a level.
pub fn say(level: Level, text: impl AsRef<str>) {
    let text = text.as_ref();
    if TO_SYSLOG.load(Ordering::Relaxed) {
        let severity = match level {
            Level::Alert => Severity::LOG_ALERT,
            Level::Error => Severity::LOG_ERR,
            Level::Warning => Severity::LOG_WARNING,
            Level::Notice => Severity::LOG_NOTICE,
        };
        let _ = syslog(severity, text);
    } else {
        // a closed standard error must not end the daemon
        drop(writeln!(io::stderr().lock(), "{}: {text}", name().to_string_lossy()));
    }
}

/// Records are, or will soon be, lost.
pub fn alert(text: impl AsRef<str>) {
    say(Level::Alert, text);
}

/// Something failed.
pub fn error(text: impl AsRef<str>) {
    say(Level::Error, text);
}

/// Something is odd, or records were lost.
pub fn warning(text: impl AsRef<str>) {
    say(Level::Warning, text);
}

/// Something happened as it should.
pub fn notice(text: impl AsRef<str>) {
    say(Level::Notice, text);
}
