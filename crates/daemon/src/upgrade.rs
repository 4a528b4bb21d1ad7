//! Executing the program file anew: a rauditd that was installed over this one goes on under the same process id, with the same arguments.
//!
//! What is pinned outlives that (`backend`), so that no event is lost. Signals stay blocked, and come to the new program.

use nix::unistd::execve;
use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Tells the new program that it follows this one: its value is what the kernel's `enabled` was before the first of them.
pub const FOLLOWS: &str = "RAUDITD_FOLLOWS";

/// How this process was started.
#[derive(Debug)]
pub struct Upgrade {
    program: io::Result<PathBuf>,
    directory: io::Result<PathBuf>,
    arguments: Vec<OsString>,
    follows: Option<OsString>,
}

impl Upgrade {
    /// Looked up while it is sure: a program file that was replaced has no name any more.
    pub fn of_this() -> Self {
        Self {
            program: std::env::current_exe(),
            directory: std::env::current_dir(),
            arguments: std::env::args_os().collect(),
            follows: std::env::var_os(FOLLOWS),
        }
    }

    /// Whether this program has followed another one.
    pub fn is_done(&self) -> bool {
        self.follows.is_some()
    }

    /// The kernel's `enabled` before the first of them.
    pub fn enabled_before(&self) -> Option<u32> {
        self.follows.as_ref()?.to_str()?.parse().ok()
    }

    fn program(&self) -> Result<&PathBuf, String> {
        self.program.as_ref().map_err(|e| format!("the path of this program is not known: {e}"))
    }

    /// Whether the program file is one that runs here.
    pub fn can_be_made(&self) -> Result<(), String> {
        let program = self.program()?;
        let mut command = Command::new(program);
        command.arg("--help").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("{} --help ends with {status}", program.display())),
            Err(e) => Err(format!("{}: {e}", program.display())),
        }
    }

    /// Becomes the program file as it is now. Returns why that could not be.
    pub fn make(&self, enabled: u32) -> String {
        let why = match self.execute(enabled) {
            Ok(never) => match never {},
            Err(why) => why,
        };
        format!("the program cannot be executed anew: {why}; start rauditd: the events that BPF records meanwhile wait")
    }

    fn execute(&self, enabled: u32) -> Result<Infallible, String> {
        let word = |text: OsString| CString::new(text.into_vec()).map_err(|e| e.to_string());
        let program = word(self.program()?.clone().into_os_string())?;
        let arguments: Vec<_> = self.arguments.iter().cloned().map(word).collect::<Result<_, _>>()?;
        let mut variables = vec![word(format!("{FOLLOWS}={enabled}").into())?];
        for (name, value) in std::env::vars_os().filter(|(name, _)| name != FOLLOWS) {
            variables.push(word(OsString::from_vec([name.as_bytes(), b"=", value.as_bytes()].concat()))?);
        }
        if let Ok(directory) = &self.directory {
            // relative paths in the arguments; where it is gone they were of no use anyway
            drop(std::env::set_current_dir(directory));
        }
        execve(&program, &arguments, &variables).map_err(|e| e.to_string())
    }
}
