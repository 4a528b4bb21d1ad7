//! The command line.

use clap::Parser;
use std::path::PathBuf;

/// The exit codes of raudispd: auditd's.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// The stream ended, and all plugins were stopped.
    Done = 0,
    /// Something failed; for example the stream was broken.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// The configuration was wrong.
    Config = 6,
}

/// Hands the records that come on standard input to the plugins; rauditd starts it.
#[derive(Debug, Parser)]
#[command(name = "raudispd", disable_version_flag = true)]
pub struct Options {
    /// Of auditd.conf
    #[arg(short = 'c', value_name = "DIR", default_value = "/etc/audit")]
    pub auditd_conf_dir: PathBuf,

    /// Of the plugins' files, instead of plugin_dir
    #[arg(short = 'd', long = "config-dir", value_name = "DIR")]
    pub plugin_dir: Option<PathBuf>,

    /// Print the version and exit
    #[arg(short = 'v', long = "version")]
    pub version: bool,
}
