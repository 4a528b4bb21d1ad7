//! The sinks: plugins that come with the dispatcher, each a program of its own by the name auditd's has.
//!
//! They are doors of one program file, which looks at the name it is called by: raudispd runs itself again for a sink, so that
//! each is a process, and nothing a sink does can harm another or the dispatcher. They read what auditd's own plugins read, and run
//! under auditd as well.
//!
//! * [`af_unix`]: audisp-af_unix, a unix socket for readers
//! * [`syslog`]: audisp-syslog, records for the system log or a log host
//! * [`remote`]: audisp-remote, the client of auditd's remote logging
//! * [`filter`]: audisp-filter, events that expressions choose for another plugin
//! * [`statsd`]: audisp-statsd, metrics for a statsd service
//! * `privilege`: giving up capabilities
//! * [`source`]: what every sink waits for: records on standard input, signals, descriptors of its own
pub mod af_unix;
pub mod filter;
mod privilege;
pub mod remote;
pub mod source;
pub mod statsd;
pub mod syslog;

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// A sink's program.
type Main = fn() -> ExitCode;

/// The sinks by the names of their programs, and what `--help`, alone, tells. audisp-remote has an answer of its own.
const SINKS: &[(&str, Main, Option<&str>)] = &[
    ("audisp-af_unix", af_unix::main, Some(af_unix::HELP)),
    ("audisp-filter", filter::main, Some(filter::HELP)),
    ("audisp-remote", remote::main, None),
    ("audisp-statsd", statsd::main, Some(statsd::HELP)),
    ("audisp-syslog", syslog::main, Some(syslog::HELP)),
];

/// Runs the sink that `program` names, if it names one.
pub fn main(program: &OsStr) -> Option<ExitCode> {
    let name = Path::new(program).file_name()?;
    let (_, main, help) = SINKS.iter().find(|(sink, ..)| name == *sink)?;
    let mut args = std::env::args_os().skip(1);
    match help.filter(|_| args.next().is_some_and(|arg| arg == "--help") && args.next().is_none()) {
        Some(help) => Some(ExitCode::from(u8::from(io::stdout().write_all(help.as_bytes()).is_err()))),
        None => Some(main()),
    }
}
