//! The programs, as a user calls them.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A program: its name, and the file that is run by that name.
#[derive(Clone, Copy)]
pub struct Program {
    pub name: &'static str,
    file: &'static str,
    /// Whether users call it, so that shells should know its options; the others are plugins.
    pub is_called: bool,
}

const RAUDISPD: &str = env!("CARGO_BIN_EXE_raudispd");
const RAUDITCTL: &str = env!("CARGO_BIN_EXE_rauditctl");

const fn called(name: &'static str, file: &'static str) -> Program {
    Program { name, file, is_called: true }
}

const fn plugin(name: &'static str) -> Program {
    Program { name, file: RAUDISPD, is_called: false }
}

/// All of them: those that `make install` installs.
pub const ALL: [Program; 14] = [
    called("rauditd", env!("CARGO_BIN_EXE_rauditd")),
    called("rauditctl", RAUDITCTL),
    called("augenrules", RAUDITCTL),
    called("raudispd", RAUDISPD),
    called("rausearch", env!("CARGO_BIN_EXE_rausearch")),
    called("raureport", env!("CARGO_BIN_EXE_raureport")),
    called("aulast", env!("CARGO_BIN_EXE_aulast")),
    called("aulastlog", env!("CARGO_BIN_EXE_aulastlog")),
    called("ausyscall", env!("CARGO_BIN_EXE_ausyscall")),
    plugin("audisp-af_unix"),
    plugin("audisp-filter"),
    plugin("audisp-remote"),
    plugin("audisp-statsd"),
    plugin("audisp-syslog"),
];

impl Program {
    /// By its name.
    pub fn named(name: &str) -> Self {
        *ALL.iter().find(|program| program.name == name).unwrap()
    }

    /// Runs it with these words. It never reaches this machine's audit: nobody serves at the socket it is given.
    pub fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(self.file);
        command.arg0(self.name).args(args).stdin(Stdio::null());
        command.env("RAUDITD_SOCKET", "/nonexistent/rauditd.sock").env("LC_ALL", "C").output().unwrap()
    }

    /// What `--help` tells.
    pub fn help(&self) -> String {
        let output = self.run(&["--help"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && said.is_empty(), "{} --help: {said}", self.name);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Its manual page.
    pub fn page(&self) -> PathBuf {
        top().join("man").join(format!("{}.8", self.name))
    }
}

/// The directory of the project.
pub fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
