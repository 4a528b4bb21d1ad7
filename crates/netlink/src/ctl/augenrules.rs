//! The program `augenrules`: rauditctl under another name. It makes audit.rules of the files in rules.d, and loads it.
//!
//! What it found is said on standard output in auditd's words, since scripts read them; errors on standard error. Nothing is
//! changed unless everything could be read and written.

use super::replace::{Pending, sync_parent};
use super::{Session, complain, show};
use nix::fcntl::{Flock, FlockArg};
use raudit_rules::rules_dir::RulesDir;
use raudit_tables::errno::reason;
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const SOURCE: &str = "/etc/audit/rules.d";
const DESTINATION: &str = "/etc/audit/audit.rules";
/// Where the file that was replaced is kept.
const PREVIOUS: &str = "/etc/audit/audit.rules.prev";
/// Permissions of the file made.
const MODE: u32 = 0o640;
const RESTORECON: [&str; 2] = ["/usr/sbin/restorecon", "/sbin/restorecon"];

/// What `--help`, alone, tells.
const HELP: &str = "\
Usage: augenrules [--check|--load]
Makes /etc/audit/audit.rules of the files in /etc/audit/rules.d.
  --check    only say whether the file would change
  --load     make it, and load it
  --help     this text
";

/// The program at work.
struct Augenrules {
    /// How it was called; every message begins with it.
    name: String,
    check: bool,
    load: bool,
}

/// Why it stops: a line for standard error, without the program's name.
struct Refused(String);

impl Refused {
    fn new(what: &str, path: &Path, error: &io::Error) -> Self {
        Self(format!("cannot {what} {} ({})", path.display(), reason(error)))
    }
}

/// Runs the program; its exit code.
pub(super) fn run(name: &OsStr, args: &[&[u8]]) -> u8 {
    if args == [b"--help"] {
        return show::bytes(HELP.as_bytes()).map_or(1, |()| 0);
    }
    let mut program = Augenrules { name: name.to_string_lossy().into_owned(), check: false, load: false };
    for arg in args {
        match *arg {
            b"--check" => program.check = true,
            b"--load" => program.load = true,
            _ => {
                complain(&format!("Usage: {} [--check|--load]", program.name));
                return 1;
            }
        }
    }
    match program.generate() {
        Ok(code) => code,
        Err(Refused(line)) => {
            program.complain(&format!("{line}; nothing is changed"));
            // The rules there were are better than none.
            program.load_rules();
            1
        }
    }
}

impl Augenrules {
    fn complain(&self, line: &str) {
        complain(&format!("{}: {line}", self.name));
    }

    fn say(&self, line: &str) -> Result<(), Refused> {
        show::bytes(format!("{}: {line}\n", self.name).as_bytes())
            .map_err(|error| Refused::new("write to", Path::new("standard output"), &error))
    }

    /// Makes the file, and loads it if that is wanted.
    fn generate(&self) -> Result<u8, Refused> {
        // Held until the end: of two at once, one reads, makes and loads its rules after the other.
        let _lock = if self.check && !self.load { None } else { lock(Path::new(SOURCE))? };
        let wanted = self.merged()?;
        let existing = existing()?;
        let same = match &existing {
            Some(file) => same_content(file, &wanted).map_err(|e| Refused::new("read", Path::new(DESTINATION), &e))?,
            None => false,
        };
        if same {
            self.say("No change")?;
        } else if self.check {
            self.say("Rules have changed and should be updated")?;
            return Ok(0);
        }
        if Session::start().is_immutable() {
            self.say("Audit system is in immutable mode - exiting with no changes")?;
            return Ok(0);
        }
        if !same {
            self.replace(&wanted, existing.as_ref())?;
        }
        Ok(self.load_rules())
    }

    /// What audit.rules should be.
    fn merged(&self) -> Result<Vec<u8>, Refused> {
        let dir = RulesDir::read(Path::new(SOURCE)).map_err(|error| Refused(error.to_string()))?;
        for path in &dir.directories {
            self.complain(&format!("{} is a directory; the files in it are not read", path.display()));
        }
        if dir.sources.is_empty() {
            self.complain(&format!("there are no .rules files in {SOURCE}, so there are no rules"));
        }
        Ok(dir.merged().text(SOURCE))
    }

    /// Puts the new file in its place, and keeps the old one.
    fn replace(&self, wanted: &[u8], existing: Option<&File>) -> Result<(), Refused> {
        // Where it is a link, what it names is replaced.
        let place = match existing {
            Some(_) => std::fs::canonicalize(DESTINATION),
            None => Ok(PathBuf::from(DESTINATION)),
        };
        let failed = |path: &'static str| move |error: io::Error| Refused::new("write", Path::new(path), &error);
        let place = place.map_err(failed(DESTINATION))?;
        let new = Pending::write(&place, wanted, MODE, existing).map_err(failed(DESTINATION))?;
        if let Some(mut old) = existing {
            let mode = old.metadata().map_err(failed(PREVIOUS))?.permissions().mode();
            old.rewind().map_err(failed(PREVIOUS))?;
            let kept = Pending::write(Path::new(PREVIOUS), old, mode & MODE, existing).map_err(failed(PREVIOUS))?;
            kept.put().map_err(failed(PREVIOUS))?;
            self.restore_label(Path::new(PREVIOUS));
        }
        new.put().map_err(failed(DESTINATION))?;
        self.restore_label(&place);
        if let Err(error) = sync_parent(&place) {
            self.complain(&format!("{} is written, but may not be on the disk ({})", place.display(), reason(&error)));
        }
        Ok(())
    }

    /// Where SELinux is, the label that its policy gives the file.
    fn restore_label(&self, path: &Path) {
        let Some(program) = RESTORECON.iter().find(|program| Path::new(program).exists()) else { return };
        match Command::new(program).arg("-F").arg(path).stdin(Stdio::null()).status() {
            Ok(status) if status.success() => {}
            Ok(status) => self.complain(&format!("{program} -F {} failed ({status})", path.display())),
            Err(error) => self.complain(&Refused::new("run", Path::new(program), &error).0),
        }
    }

    /// What `rauditctl -R` answers, if rules are to be loaded.
    fn load_rules(&self) -> u8 {
        if self.load { super::run(&[b"-R", DESTINATION.as_bytes()], false) } else { 0 }
    }
}

/// Waits for its turn. The lock is on the directory, so that no file has to lie around for it; what is not there is left to
/// those who read it.
fn lock(dir: &Path) -> Result<Option<Flock<File>>, Refused> {
    let failed = |error: io::Error| Refused::new("lock", dir, &error);
    match File::open(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        opened => Flock::lock(opened.map_err(failed)?, FlockArg::LockExclusive)
            .map(Some)
            .map_err(|(_, errno)| failed(errno.into())),
    }
}

/// The file there is; `None` if there is none.
fn existing() -> Result<Option<File>, Refused> {
    let path = Path::new(DESTINATION);
    let failed = |error: io::Error| Refused::new("read", path, &error);
    // A FIFO would wait for a writer.
    match OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(path) {
        Ok(file) if file.metadata().map_err(failed)?.is_file() => Ok(Some(file)),
        Ok(_) => Err(Refused(format!("{DESTINATION} is not a regular file"))),
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
        Err(_) if path.is_symlink() => Err(Refused(format!("{DESTINATION} is a link to what does not exist"))),
        Err(_) => Ok(None),
    }
}

fn same_content(file: &File, wanted: &[u8]) -> io::Result<bool> {
    if file.metadata()?.len() != wanted.len() as u64 {
        return Ok(false);
    }
    let mut found = Vec::with_capacity(wanted.len());
    file.take(wanted.len() as u64).read_to_end(&mut found)?;
    Ok(found == wanted)
}

/// Whether the program was called by this name.
pub(super) fn is_called(name: &OsStr) -> bool {
    Path::new(name).file_name().is_some_and(|name| name.as_bytes() == b"augenrules")
}
