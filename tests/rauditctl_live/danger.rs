//! Which command lines must not come near this machine's kernel: what they do lasts until the next boot, or ends in a panic.
//!
//! auditctl acts while it reads, so a line need not even be right. Therefore this looks at letters, not at meaning, and takes
//! rather too many lines for dangerous than one too few.

use crate::cases::{Case, words};
use std::path::Path;

/// Whether a case may be run here at all: no line of it, those run before it included, is dangerous.
pub fn is_safe(case: &Case) -> bool {
    !case.needs_double() && !is_dangerous(case.line()) && !case.before().any(is_dangerous)
}

/// Whether the line, or a line of a file it reads, could lock the audit system, login uids, or have the kernel panic.
pub fn is_dangerous(line: &str) -> bool {
    let words: Vec<Vec<u8>> = words(line).iter().map(|word| word.as_encoded_bytes().to_vec()).collect();
    if are_dangerous(&words) {
        return true;
    }
    let reads = words.iter().any(|word| word.starts_with(b"-R"));
    reads && words.iter().any(|word| file_is_dangerous(Path::new(&*String::from_utf8_lossy(word))))
}

/// Whether a file of rules has a dangerous line, however it is taken apart.
pub fn file_is_dangerous(path: &Path) -> bool {
    let text = std::fs::read(path).unwrap_or_default();
    text.split(|&b| b == b'\n').any(|line| {
        let words: Vec<Vec<u8>> = line.split(u8::is_ascii_whitespace).map(<[u8]>::to_vec).collect();
        are_dangerous(&words)
    })
}

fn are_dangerous(words: &[Vec<u8>]) -> bool {
    words.iter().enumerate().any(|(at, word)| match word.as_slice() {
        [b'-', b'-', b'l', ..] => true,
        [b'-', b'-', ..] => false,
        [b'-', letters @ ..] if letters.iter().any(|letter| b"ef".contains(letter)) => {
            word.contains(&b'2') || words.get(at + 1).is_none_or(|next| next.contains(&b'2'))
        }
        _ => false,
    })
}

#[test]
fn a_case_is_as_dangerous_as_the_lines_run_before_it() {
    let case = |lines: &[&str]| Case { given: lines.iter().map(ToString::to_string).collect(), ..Case::default() };
    assert!(is_safe(&case(&["$ -w /etc/passwd", "> -l"])));
    for locking in ["$ --loginuid-immutable", "$ -e 2", "$ -R @/locks.rules"] {
        assert!(!is_safe(&case(&[locking, "> -s"])), "{locking}");
        assert!(!is_safe(&case(&["$ -w /etc/passwd", locking, "> -s"])), "{locking}");
    }
    assert!(!is_safe(&case(&["kernel pid=1", "> -s"])));
}

#[test]
fn no_tool_starts_with_a_dangerous_line() {
    // The program is never started: the panic comes first. `resume_unwind` prints nothing, so that no log of a good run has a panic.
    let run = || drop(crate::tool::Tool::nothing().run("--loginuid-immutable"));
    let said = std::panic::catch_unwind(run).unwrap_err();
    assert!(said.downcast::<String>().unwrap().starts_with("this must not reach the kernel"));
}

#[test]
fn what_locks_or_panics_is_found() {
    for line in [
        "-e 2",
        "-e2",
        "-f 2",
        "-se 2",
        "-e 02",
        "-w /etc/passwd -e 2",
        "-e 2 nonsense",
        "-e",
        "--loginuid-immutable",
        "--lo",
        "-R @/locks.rules",
        "-R @/loginuid.rules",
    ] {
        assert!(is_dangerous(line), "{line}");
    }
    for line in ["-e 1", "-f 0", "-a always,exit -S open", "-R @/good.rules", "-b 320", "-l", "--signal TERM"] {
        assert!(!is_dangerous(line), "{line}");
    }
}
