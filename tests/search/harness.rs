//! What comparisons with Debian's ausearch and aureport share: both programs are run, and what differs is explained or fails.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What a program answered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Answer {
    pub code: Option<i32>,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

/// One run of both programs.
pub struct Case {
    pub program: &'static str,
    /// Where Debian's programs are.
    root: PathBuf,
    pub path: PathBuf,
    /// The log's name; empty where none is given.
    pub log: String,
    pub args: Vec<String>,
    pub ours: Answer,
    pub theirs: Answer,
}

impl Case {
    /// Runs both; `path` is the log.
    pub fn run(root: &Path, program: &'static str, log: &str, path: &Path, args: Vec<String>) -> Self {
        let (root, path) = (root.to_owned(), path.to_owned());
        let mut case =
            Self { program, root, path, log: log.to_owned(), args, ours: Answer::default(), theirs: Answer::default() };
        case.answer();
        case
    }

    /// Asks both.
    pub fn answer(&mut self) {
        let own = Path::new(match self.program {
            "ausearch" => env!("CARGO_BIN_EXE_rausearch"),
            _ => env!("CARGO_BIN_EXE_raureport"),
        });
        let mut all: Vec<&OsStr> = self.args.iter().map(OsStr::new).collect();
        if !self.log.is_empty() {
            all.extend([OsStr::new("-if"), self.path.as_os_str()]);
        }
        self.theirs = answer(&self.root.join("sbin").join(self.program), &self.root, &all);
        self.ours = answer(own, &self.root, &all);
    }

    /// Whether an argument is this.
    pub fn asks(&self, arg: &str) -> bool {
        self.args.iter().any(|a| a == arg)
    }
}

/// A known difference: how to recognise and undo it on both sides.
pub struct Reason {
    pub name: &'static str,
    pub why: &'static str,
    /// Whether it explains this case, after those before it were undone.
    pub explains: fn(&Case) -> bool,
    pub undo: fn(&mut Case),
}

/// Events that are malformed.
pub const SKIPPED: Reason = Reason {
    name: "skipped",
    why: "we say on stderr how many events were skipped as malformed; ausearch is silent",
    explains: |case| has(&case.ours.err, "Skipped "),
    undo: |case| case.ours.err = without_lines(&case.ours.err, |line| line.starts_with("Skipped ")),
};

/// Undoes what is known to differ; says which reasons were needed.
pub fn excuse(case: &mut Case, reasons: &[Reason]) -> Vec<usize> {
    let mut needed = Vec::new();
    for (at, reason) in reasons.iter().enumerate() {
        if case.ours != case.theirs && (reason.explains)(case) {
            let before = (case.ours.clone(), case.theirs.clone());
            (reason.undo)(case);
            if (&case.ours, &case.theirs) != (&before.0, &before.1) {
                needed.push(at);
            }
        }
    }
    needed
}

/// What is to be run.
pub struct Task {
    pub program: &'static str,
    /// The log's name, and where it is; the name is empty where none is given.
    pub log: String,
    pub path: PathBuf,
    pub args: Vec<String>,
}

/// Runs all, two at a time, in their order. With each case, what excused it.
pub fn run(root: &Path, tasks: &[Task], reasons: &[Reason]) -> Vec<(Case, Vec<usize>)> {
    let next = AtomicUsize::new(0);
    let cases = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(Task { program, log, path, args }) = tasks.get(at) else { return };
                    let mut case = Case::run(root, program, log, path, args.clone());
                    let needed = excuse(&mut case, reasons);
                    cases.lock().unwrap().push((at, (case, needed)));
                }
            });
        }
    });
    let mut cases = cases.into_inner().unwrap();
    cases.sort_by_key(|(at, _)| *at);
    cases.into_iter().map(|(_, case)| case).collect()
}

/// Counts the cases, each with what [`excuse`] said of it, and fails if any still differs. Says how many were equal as they are.
pub fn judge(cases: Vec<(Case, Vec<usize>)>, reasons: &[Reason]) -> usize {
    let (mut equal, mut wrong) = (0, Vec::new());
    let mut by_reason = vec![0; reasons.len()];
    let total = cases.len();
    for (case, needed) in cases {
        if case.ours != case.theirs {
            wrong.push(case);
        } else if needed.is_empty() {
            equal += 1;
        }
        needed.into_iter().for_each(|at| by_reason[at] += 1);
    }
    println!("search: {total} cases, {equal} equal, {} different", total - equal);
    for (reason, count) in reasons.iter().zip(&by_reason) {
        println!("  {count:4} {}: {}", reason.name, reason.why);
    }
    println!("  {:4} without a reason", wrong.len());
    wrong.dedup_by_key(|case| (case.program, case.log.clone()));
    for case in wrong.iter().take(20) {
        let difference = first_difference(&case.theirs, &case.ours);
        println!("{} {:?} on {:?}\n  {difference}", case.program, case.args, case.log);
    }
    assert!(wrong.is_empty(), "undocumented differences");
    equal
}

pub fn has(text: &[u8], part: &str) -> bool {
    text.windows(part.len()).any(|window| window == part.as_bytes())
}

pub fn without_lines(text: &[u8], drop: impl Fn(&str) -> bool) -> Vec<u8> {
    text.split_inclusive(|&b| b == b'\n')
        .filter(|line| !drop(&String::from_utf8_lossy(line)))
        .flatten()
        .copied()
        .collect()
}

/// Debian's programs, or why the test cannot run.
pub fn oracle() -> Result<PathBuf, String> {
    let root = std::env::var_os("RAUDITD_ORACLE").ok_or("RAUDITD_ORACLE is not set: Debian's auditd is not there")?;
    let root = PathBuf::from(root);
    for program in ["ausearch", "aureport"] {
        let path = root.join("sbin").join(program);
        if !path.exists() {
            return Err(format!("{} does not exist", path.display()));
        }
    }
    Ok(root)
}

fn answer(program: &Path, root: &Path, args: &[&OsStr]) -> Answer {
    let libraries =
        ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu", "usr/lib/aarch64-linux-gnu", "lib/aarch64-linux-gnu"];
    let libraries: Vec<String> = libraries.iter().map(|dir| root.join(dir).display().to_string()).collect();
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).env("LC_ALL", "C").env("TZ", "UTC");
    if program.starts_with(root) {
        command.env("LD_LIBRARY_PATH", libraries.join(":"));
    }
    let output = command.output().unwrap_or_else(|e| panic!("{}: {e}", program.display()));
    Answer { code: output.status.code(), out: output.stdout, err: output.stderr }
}

fn first_difference(theirs: &Answer, ours: &Answer) -> String {
    if theirs.code != ours.code {
        return format!(
            "exit code: theirs {:?}, ours {:?}; ours says {}",
            theirs.code,
            ours.code,
            String::from_utf8_lossy(&ours.err)
        );
    }
    for (name, theirs, ours) in [("stdout", &theirs.out, &ours.out), ("stderr", &theirs.err, &ours.err)] {
        let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
        let (mut a, mut b) = (theirs.lines(), ours.lines());
        for line in 1.. {
            match (a.next(), b.next()) {
                (None, None) => break,
                (a, b) if a != b => return format!("{name} line {line}:\n  theirs {a:?}\n  ours   {b:?}"),
                _ => {}
            }
        }
        if theirs != ours {
            return format!("{name}: bytes differ");
        }
    }
    "equal".to_owned()
}
