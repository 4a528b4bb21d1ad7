//! The command line, which auditd's program has not: it ignores what it is given.

use clap::Parser;
use std::path::PathBuf;

/// Exit codes: those of auditd's program, and 2.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Everything has been sent.
    Done = 0,
    /// Records were left, or the queue could not be opened.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The configuration was wrong.
    Config = 6,
}

/// Sends the records on standard input to another machine's audit daemon.
#[derive(Debug, Parser)]
#[command(name = "audisp-remote", disable_version_flag = true)]
pub struct Options {
    /// Of audisp-remote.conf
    #[arg(short = 'c', value_name = "DIR", default_value = "/etc/audit")]
    pub conf_dir: PathBuf,

    /// Of the state, on SIGUSR1
    #[arg(short = 's', value_name = "FILE", default_value = "/run/audit/remote.state")]
    pub state_file: PathBuf,
}
