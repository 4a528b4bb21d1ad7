//! The command line, auditd's.

use clap::Parser;
use std::path::PathBuf;

/// The exit codes of rauditd: auditd's, which units and scripts know.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Exit {
    /// Told to stop, and stopped.
    Done = 0,
    /// Something failed at start.
    Failed = 1,
    /// The command line was wrong.
    Usage = 2,
    /// Not privileged.
    Privilege = 4,
    /// The configuration was wrong.
    Config = 6,
}

/// What `-s` asks to do with kernel auditing at start.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EnableState {
    /// Turn it off (records already queued are still received).
    Disable,
    /// Turn it on.
    Enable,
    /// Leave it as it is.
    NoChange,
}

/// As auditd compares: the argument may be cut short.
fn enable_state(value: &str) -> Result<EnableState, String> {
    let states =
        [("disable", EnableState::Disable), ("enable", EnableState::Enable), ("nochange", EnableState::NoChange)];
    let found = states.into_iter().find(|(name, _)| !value.is_empty() && name.starts_with(value));
    found.map(|(_, state)| state).ok_or_else(|| "should be disable, enable or nochange".into())
}

/// The audit daemon: receives what the kernel audits and writes it to the log.
#[derive(Debug, Parser)]
#[command(name = "rauditd", disable_version_flag = true)]
pub struct Options {
    /// Write to standard output, in the foreground
    #[arg(short = 'f', long)]
    pub foreground: bool,

    /// Take configuration files that are symbolic links
    #[arg(short = 'l', long)]
    pub allow_links: bool,

    /// Stay in the foreground
    #[arg(short = 'n', long)]
    pub disable_fork: bool,

    /// enable, disable, or nochange
    #[arg(short = 's', long, value_name = "STATE", default_value = "enable", value_parser = enable_state)]
    pub enable_state: EnableState,

    /// Of auditd.conf, rauditd.conf
    #[arg(short = 'c', long = "config_file", value_name = "DIR", default_value = "/etc/audit")]
    pub config_dir: PathBuf,

    /// Only compare BPF with kernel audit (0: no end)
    #[arg(long, value_name = "SECONDS")]
    pub shadow: Option<u64>,
}

impl Options {
    /// Whether the program goes on behind its parent, without a terminal.
    pub fn is_daemon(&self) -> bool {
        !self.foreground && !self.disable_fork
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_auditds_options() {
        let options = Options::try_parse_from(["rauditd", "-f", "-n", "-l", "-s", "nochange", "-c", "/tmp/x"]).unwrap();
        assert!(options.foreground && options.disable_fork && options.allow_links);
        assert_eq!((options.enable_state, options.config_dir), (EnableState::NoChange, PathBuf::from("/tmp/x")));
        assert_eq!(Options::try_parse_from(["rauditd", "-s", "dis"]).unwrap().enable_state, EnableState::Disable);
        assert!(Options::try_parse_from(["rauditd", "-s", ""]).is_err());
        assert!(Options::try_parse_from(["rauditd", "-x"]).is_err());
    }
}
