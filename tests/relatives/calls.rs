//! ausyscall against Debian's: every name and number of every machine. What differs is younger than Debian's, or in [`REASONS`].

use super::programs::Programs;
use raudit_search::relatives::syscall;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// Calls that 3.0.9 lacks although they are older than Linux 6.5, whose first new call is 451.
const LACKING: [(&str, &[u32]); 8] = [
    ("x86_64", &[335, 336]),
    ("i386", &[]),
    ("aarch64", &[]),
    ("arm", &[335, 336, 346]),
    ("ppc64le", &[0, 256, 258, 259, 260, 261]),
    ("ppc", &[0, 256, 258, 259, 260, 261]),
    ("s390x", &[7, 110, 220, 268, 269, 270, 287, 310, 378, 392, 393, 394, 395, 396, 397, 398, 399, 400, 401, 402, 447]),
    (
        "s390",
        &[
            7, 110, 268, 269, 270, 287, 310, 378, 393, 394, 395, 396, 397, 398, 399, 400, 401, 402, 403, 404, 405, 406,
            407, 408, 409, 410, 411, 412, 413, 414, 416, 417, 418, 419, 420, 421, 422, 423, 447,
        ],
    ),
];
const YOUNG: u32 = 451;

/// Command lines whose answers differ.
const REASONS: [(&str, &str); 10] = [
    ("ia64 open", "auditd says that it is no longer supported, and answers for this machine"),
    ("4294967296", "auditd answers for 0, what is left of it in 32 bits"),
    ("99999999999", "auditd names what is left of it in 32 bits, on stderr"),
    ("--help", "auditd takes it for a call's name"),
    ("riscv64 open", "3.0.9 does not know this machine"),
    ("riscv32 --dump", "3.0.9 does not know this machine"),
    ("x86_64 uring", "uring is a machine since 4.0"),
    ("uring --dump", "Debian's 3.0.9 is built without io_uring"),
    ("uring 18", "Debian's 3.0.9 is built without io_uring"),
    ("uring --exact openat", "Debian's 3.0.9 is built without io_uring"),
];

/// Command lines of all sorts, for which all but stderr is the same.
const SAME: &str = "|a b|1 2|ppc s390|a 1 ppc --dump|--exact|--dump --exact|--exact --dump 5|x86_64|alpha open|x86_64 nosuchcall|\
    i386 --exact open|--exact OPEN x86_64|OPENAT i686|uring|12abc x86_64|99999999999999999999|9999|-1|b32 mq_|B64 mq_|X86_64 5|\
    c000003e mq_|C00000B7 openat|--exact pread64 x86_64|pread64 x86_64|pread x86_64|mips open|armv8l openat|armeb 5|s390 mmap|ppc64 oldstat|i486 socket|--debug|open --exact --bogus";

fn ours(words: &str) -> (Option<i32>, String) {
    let args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    let code = syscall::run(&args, &mut out, &mut notes);
    (Some(code.into()), String::from_utf8(out).unwrap())
}

fn theirs(programs: &Programs, words: &str) -> (Option<i32>, String) {
    let args: Vec<&str> = words.split_whitespace().collect();
    let answer = programs.theirs("ausyscall", &args, None);
    (answer.code, answer.text())
}

/// The calls of a dump, and what stands over it.
fn dump((code, text): (Option<i32>, String)) -> (String, BTreeMap<u32, String>) {
    assert_eq!(code, Some(0));
    let (title, rows) = text.split_once('\n').unwrap();
    let row =
        |row: &str| row.split_once('\t').map(|(number, name)| (number.parse().unwrap(), name.to_owned())).unwrap();
    (title.to_owned(), rows.lines().map(row).collect())
}

/// The part of an answer to a part of names that Debian's could give.
fn older(text: &str, known: &BTreeMap<u32, String>) -> (Option<i32>, String) {
    let is_known = |line: &&str| known.contains_key(&line.rsplit(' ').next().unwrap().parse().unwrap());
    let text: String = text.lines().filter(is_known).map(|line| format!("{line}\n")).collect();
    (Some(i32::from(text.is_empty())), text)
}

#[test]
fn every_call_of_every_machine_is_debians() {
    let Some(programs) = Programs::find("relatives-calls") else { return };
    let mut asked = 0;
    for (machine, lacking) in LACKING {
        let (title, known) = dump(theirs(&programs, &format!("{machine} --dump")));
        let (ours_title, all) = dump(ours(&format!("{machine} --dump")));
        assert_eq!(title, ours_title);
        let lacks: Vec<u32> = all.keys().copied().filter(|number| !known.contains_key(number)).collect();
        let (young, old): (Vec<u32>, Vec<u32>) = lacks.iter().partition(|&&number| number >= YOUNG);
        assert_eq!((old.as_slice(), young.first()), (lacking, Some(&YOUNG)), "{machine}");
        for number in 0..480 {
            let words = format!("{machine} {number}");
            match known.get(&number) {
                Some(_) => assert_eq!(ours(&words), theirs(&programs, &words), "{words}"),
                None => {
                    assert_eq!(theirs(&programs, &words).0, Some(1), "{words}");
                    assert_eq!(ours(&words).0, Some(i32::from(!all.contains_key(&number))), "{words}");
                }
            }
        }
        for name in known.values() {
            let exact = format!("{machine} {name} --exact");
            assert_eq!(ours(&exact), theirs(&programs, &exact), "{exact}");
            let part = format!(
                "{machine} {}",
                name.get(1..5).filter(|part| !part.starts_with(|first: char| first.is_ascii_digit())).unwrap_or(name)
            );
            let (code, text) = ours(&part);
            assert_eq!(code, Some(0), "{part}");
            assert_eq!(older(&text, &known), theirs(&programs, &part), "{part}");
            asked += 2;
        }
        asked += 481;
    }
    println!("ausyscall: {asked} questions");
    assert!(asked > 9_000);
}

#[test]
fn command_lines_are_understood_as_debians_does() {
    let Some(programs) = Programs::find("relatives-words") else { return };
    for words in SAME.split('|') {
        // the program itself, not only its function
        let args: Vec<&str> = words.split_whitespace().collect();
        let answer = programs.ours("ausyscall", &args, None);
        assert_eq!((answer.code, answer.text()), ours(words), "{words}");
        // of a dump, which differs by age, the title
        let head = |(code, text): (Option<i32>, String)| match code {
            Some(0) if words.contains("--dump") => (code, dump((code, text)).0),
            _ => (code, text),
        };
        let (ours, theirs) = (head(ours(words)), head(theirs(&programs, words)));
        assert_eq!(ours, theirs, "{words}");
        assert_eq!(answer.err.is_empty(), answer.code == Some(0), "{words}");
    }
    for (words, why) in REASONS {
        let args: Vec<&str> = words.split_whitespace().collect();
        let (ours, theirs) = (programs.ours("ausyscall", &args, None), programs.theirs("ausyscall", &args, None));
        assert_ne!(ours, theirs, "{words} no longer differs: {why}");
    }
}
