//! The program ausyscall: names of system calls and their numbers.

use super::program::{exit_code, run_with_streams};
use raudit_tables::generated::io_uring;
use raudit_tables::{Table, arch, syscall};
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::process::ExitCode;

const USAGE: &str = "usage: ausyscall [ARCH] NAME|NUMBER [--exact]\n       ausyscall [ARCH] --dump\n";

const HELP: &str = "\
Tells the number of a system call, or its name.
  ARCH      x86_64, aarch64, ... as `uname -m` has it; b64, b32: this machine's;
            uring: operations of io_uring
  NAME      a part of the names that are asked for
  --dump    all calls
  --exact   NAME is a whole name
  --help    this text
";

/// Machines that auditd once knew.
const GONE: [&str; 2] = ["alpha", "ia64"];

/// Whose calls they are.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Machine {
    /// `AUDIT_ARCH_*`
    Arch(u32),
    /// Operations of io_uring, not calls.
    Uring,
}

impl Machine {
    /// The machine of a word: a name in any case, or the number of an architecture in hexadecimal digits that begins with a letter.
    fn named(word: &[u8]) -> Option<Self> {
        let name = str::from_utf8(word).ok()?.to_ascii_lowercase();
        if name == "uring" {
            return Some(Self::Uring);
        }
        let known = arch::of_width_or_name(&name).filter(|&arch| syscall::table(arch).is_some());
        let by_number = || u32::from_str_radix(&name, 16).ok().filter(|&arch| syscall::table(arch).is_some());
        known.or_else(by_number).map(Self::Arch)
    }

    fn table(self) -> Option<&'static Table> {
        match self {
            Self::Arch(arch) => syscall::table(arch),
            Self::Uring => Some(&io_uring::OPERATION),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Arch(arch) => arch::name(arch).unwrap_or("unknown"),
            Self::Uring => "uring",
        }
    }
}

/// What is asked for.
#[derive(Debug, Default)]
struct Request {
    machine: Option<Machine>,
    number: Option<i32>,
    name: Option<OsString>,
    dump: bool,
    exact: bool,
    help: bool,
}

impl Request {
    fn of(args: &[OsString]) -> Result<Self, String> {
        if args.len() > 3 {
            return Err("Too many arguments".to_owned());
        }
        let mut request = Self::default();
        for arg in args {
            let word = arg.as_bytes();
            if word.first().is_some_and(u8::is_ascii_digit) {
                set(&mut request.number, leading_number(word), "syscall numbers")?;
            } else if let Some(machine) = Machine::named(word) {
                set(&mut request.machine, machine, "machine types")?;
            } else if GONE.iter().any(|gone| gone.as_bytes() == word) {
                return Err(format!("The calls of {} are not known: auditd no longer supports it", arg.display()));
            } else {
                match word {
                    b"--dump" => request.dump = true,
                    b"--exact" => request.exact = true,
                    b"--help" => request.help = true,
                    _ => set(&mut request.name, arg.clone(), "syscall names")?,
                }
            }
        }
        if let ([name], Some(Machine::Uring)) = (args, request.machine) {
            // alone, it is a part of names
            (request.machine, request.name) = (None, Some(name.clone()));
        }
        Ok(request)
    }
}

fn set<T>(place: &mut Option<T>, value: T, what: &str) -> Result<(), String> {
    match place.replace(value) {
        Some(_) => Err(format!("Two {what} not allowed")),
        None => Ok(()),
    }
}

/// The digits a word begins with. What is no number of 32 bits is none of a call.
fn leading_number(word: &[u8]) -> i32 {
    let digits = word.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0_i32, |number, digit| number.saturating_mul(10).saturating_add(i32::from(digit - b'0')))
}

/// Runs the program with the process's arguments and streams.
pub fn main() -> ExitCode {
    run_with_streams(run)
}

/// Runs the program: the answer on `out`, what is wrong on `notes`. Returns the exit code.
pub fn run(args: &[OsString], out: &mut impl Write, notes: &mut impl Write) -> u8 {
    let request = match Request::of(args) {
        Ok(request) if !args.is_empty() => request,
        Ok(_) => {
            drop(notes.write_all(USAGE.as_bytes()));
            return 1;
        }
        Err(wrong) => {
            drop(write!(notes, "{wrong}\n{USAGE}"));
            return 1;
        }
    };
    match answer(&request, out) {
        Ok(Ok(())) => exit_code(out.flush(), notes),
        Ok(Err(wrong)) => {
            drop(writeln!(notes, "{wrong}"));
            1
        }
        Err(error) => exit_code(Err(error), notes),
    }
}

/// Writes the answer; says what is wrong if there is none.
fn answer(request: &Request, out: &mut impl Write) -> io::Result<Result<(), String>> {
    if request.help {
        write!(out, "{USAGE}{HELP}")?;
        return Ok(Ok(()));
    }
    let machine = request.machine.unwrap_or(Machine::Arch(arch::native()));
    let Some(table) = machine.table() else { return Ok(Err("Unable to detect machine type".to_owned())) };
    let unknown =
        |what: &dyn std::fmt::Display| Ok(Err(format!("Unknown syscall {what} using {} lookup table", machine.name())));
    if request.dump {
        writeln!(out, "Using {} syscall table:", machine.name())?;
        for (number, name) in calls(table) {
            writeln!(out, "{number}\t{name}")?;
        }
    } else if let Some(asked) = &request.name {
        let mut any = false;
        for (number, name) in calls(table) {
            if request.exact && name.as_bytes().eq_ignore_ascii_case(asked.as_bytes()) {
                writeln!(out, "{number}")?;
                return Ok(Ok(()));
            }
            if !request.exact && contains(name.as_bytes(), asked.as_bytes()) {
                any = true;
                writeln!(out, "{name:<18} {number}")?;
            }
        }
        if !any {
            return unknown(&asked.display());
        }
    } else if let Some(number) = request.number {
        match u32::try_from(number).ok().and_then(|number| table.name(number)) {
            Some(name) => writeln!(out, "{name}")?,
            None => return unknown(&number),
        }
    } else {
        return Ok(Err("Error - a name or a number of a system call is required".to_owned()));
    }
    Ok(Ok(()))
}

/// All calls, each by the name that auditd prints: the first it has.
fn calls(table: &Table) -> impl Iterator<Item = (u32, &'static str)> {
    let mut last = None;
    table.iter().filter(move |&(number, _)| last.replace(number) != Some(number))
}

/// Whether a name has this part, in any case.
fn contains(name: &[u8], part: &[u8]) -> bool {
    part.is_empty() || name.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(words: &str) -> (u8, String, String) {
        let args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        let code = run(&args, &mut out, &mut notes);
        (code, String::from_utf8(out).unwrap(), String::from_utf8(notes).unwrap())
    }

    #[test]
    fn names_and_numbers() {
        for (words, text) in [
            ("x86_64 openat", "openat             257\nopenat2            437\n"),
            ("i386 --exact OPEN", "5\n"),
            ("riscv64 56", "openat\n"),
            ("c00000b7 56x", "openat\n"),
            ("uring --exact waitid", "50\n"),
            ("x86_64 pread", "pread              17\npreadv             295\npreadv2            327\n"),
        ] {
            assert_eq!(asked(words), (0, text.to_owned(), String::new()), "{words}");
        }
        assert!(asked("s390 --dump").1.starts_with("Using s390 syscall table:\n1\texit\n2\tfork\n"));
        assert!(asked("uring").1.starts_with("io_uring_setup "));
        assert!(asked("--dump uring").1.contains("\n9\tsendmsg\n"));
        assert!(asked("--help").1.contains("--dump"));
    }

    #[test]
    fn every_wrong_question_is_refused() {
        for (words, said) in [
            ("", "usage: "),
            ("a b", "Two syscall names"),
            ("1 2", "Two syscall numbers"),
            ("ppc s390", "Two machine types"),
            ("a 1 ppc --dump", "Too many arguments"),
            ("ia64 open", "The calls of ia64"),
            ("--exact", "Error - a name or a number"),
            ("x86_64 99999999999999999999", "Unknown syscall 2147483647 using x86_64 lookup table"),
            ("x86_64 --exact pread64", "Unknown syscall pread64"),
            ("aarch64 nosuchcall", "Unknown syscall nosuchcall using aarch64 lookup table"),
        ] {
            let (code, out, notes) = asked(words);
            assert_eq!((code, out), (1, String::new()), "{words}");
            assert!(notes.starts_with(said), "{words}: {notes}");
        }
    }
}
