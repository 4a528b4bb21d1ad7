//! Both of two programs: ours, and Debian's.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

/// What a program answered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Answer {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
    /// The file of `--extract`.
    pub extract: Option<Vec<u8>>,
}

impl Answer {
    /// Debug messages, which name an event each.
    pub fn debug(&self) -> Vec<&[u8]> {
        let is_one = |line: &&[u8]| line.windows(11).any(|window| window == b" for event:");
        self.err.split(|&byte| byte == b'\n').filter(is_one).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }
}

/// Debian's programs, and a directory of the test's own.
pub struct Programs {
    root: PathBuf,
    dir: PathBuf,
}

impl Programs {
    /// Says so if the programs are not there.
    pub fn find(test: &str) -> Option<Self> {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        if dir.exists() {
            fs::remove_dir_all(&dir).unwrap();
        }
        fs::create_dir_all(&dir).unwrap();
        let root = std::env::var_os("RAUDITD_ORACLE").map(PathBuf::from);
        match root.filter(|root| root.join("usr/bin/aulast").exists()) {
            Some(root) => Some(Self { root, dir }),
            None => {
                println!("SKIPPED: RAUDITD_ORACLE does not name Debian's auditd");
                None
            }
        }
    }

    /// Writes a log; gives its path.
    pub fn log(&self, lines: &[String]) -> PathBuf {
        let path = self.dir.join("audit.log");
        fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        path
    }

    pub fn theirs(&self, program: &str, args: &[&str], stdin: Option<&Path>) -> Answer {
        let mut command = Command::new(self.root.join("usr/bin").join(program));
        let libraries = ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"];
        let libraries = libraries.map(|dir| self.root.join(dir).display().to_string()).join(":");
        answer(command.env("LD_LIBRARY_PATH", libraries), args, stdin, &self.dir.join("theirs"))
    }

    pub fn ours(&self, program: &str, args: &[&str], stdin: Option<&Path>) -> Answer {
        ours(program, args, stdin, &self.dir.join("ours"))
    }
}

/// Runs one of ours in a directory.
pub fn ours(program: &str, args: &[&str], stdin: Option<&Path>, dir: &Path) -> Answer {
    let path = match program {
        "aulast" => env!("CARGO_BIN_EXE_aulast"),
        "aulastlog" => env!("CARGO_BIN_EXE_aulastlog"),
        _ => env!("CARGO_BIN_EXE_ausyscall"),
    };
    answer(&mut Command::new(path), args, stdin, dir)
}

/// Runs it with what the file has piped in.
fn answer(command: &mut Command, args: &[&str], stdin: Option<&Path>, dir: &Path) -> Answer {
    fs::create_dir_all(dir).unwrap();
    let extract = dir.join("aulast.log");
    if extract.exists() {
        fs::remove_file(&extract).unwrap();
    }
    command.args(args).current_dir(dir).env("LC_ALL", "C").env("TZ", "UTC");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.map(|path| fs::read(path).unwrap()).unwrap_or_default();
    let output = thread::scope(|scope| {
        // one that reads no input closes the pipe
        scope.spawn(move || drop(pipe.write_all(&input)));
        child.wait_with_output().unwrap()
    });
    let extract = File::open(&extract).ok().map(|_| fs::read(&extract).unwrap());
    Answer { code: output.status.code(), out: output.stdout, err: output.stderr, extract }
}
