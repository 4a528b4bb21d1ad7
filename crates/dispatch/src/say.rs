//! Messages to the administrator: to standard error, or where that leads nowhere, to the system log.

use nix::sys::stat::{major, minor};
use nix::syslog::{Facility, LogFlags, Severity, openlog, syslog};
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::sync::OnceLock;

/// Who speaks; raudispd if nobody has said otherwise.
static NAME: OnceLock<&CStr> = OnceLock::new();

/// Gives messages another name in front. To be called before the first message.
pub fn call_me(name: &'static CStr) {
    // A second name is not taken.
    let _ = NAME.set(name);
}

fn name() -> &'static CStr {
    NAME.get_or_init(|| c"raudispd")
}

/// The device number of /dev/null.
const NULL: (u64, u64) = (1, 3);

/// Whether messages go to the system log: a daemon's standard error is /dev/null, or closed.
fn to_syslog() -> bool {
    static CHOICE: OnceLock<bool> = OnceLock::new();
    *CHOICE.get_or_init(|| {
        let is_null = io::stderr().as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
        let quiet = is_null.map_or(true, |meta| (major(meta.rdev()), minor(meta.rdev())) == NULL);
        if quiet {
            // Without a system log there is nobody left to tell.
            let _ = openlog(Some(name()), LogFlags::LOG_PID, Facility::LOG_DAEMON);
        }
        quiet
    })
}

fn say(severity: Severity, text: &str) {
    if to_syslog() {
        let _ = syslog(severity, text);
    } else {
        drop(writeln!(io::stderr().lock(), "{}: {text}", name().to_string_lossy()));
    }
}

/// Something failed.
pub fn error(text: impl AsRef<str>) {
    say(Severity::LOG_ERR, text.as_ref());
}

/// Something is odd, or events were lost.
pub fn warning(text: impl AsRef<str>) {
    say(Severity::LOG_WARNING, text.as_ref());
}

/// Something happened as it should.
pub fn notice(text: impl AsRef<str>) {
    say(Severity::LOG_NOTICE, text.as_ref());
}
