//! Reports of aureport, what is wrong on its command line, and in what its answers are known to differ.

use crate::harness::{Answer, Reason, has, without_lines};

/// Each report.
const REPORTS: [&[&str]; 24] = [
    &[],
    &["-a"],
    &["--auth"],
    &["--comm"],
    &["-c"],
    &["-cr"],
    &["-e"],
    &["-f"],
    &["-h"],
    &["--integrity"],
    &["-k"],
    &["-l"],
    &["-m"],
    &["--mac"],
    &["-n"],
    &["-p"],
    &["-r"],
    &["-s"],
    &["-t"],
    &["-tm"],
    &["--tty"],
    &["-u"],
    &["--virt"],
    &["-x"],
];

/// What is asked of each; of every log the first six.
const VARIANTS: [&[&str]; 11] = [
    &[],
    &["-i"],
    &["--summary"],
    &["--summary", "-i"],
    &["--failed"],
    &["--success"],
    &["--success", "--summary"],
    &["-i", "--success", "--escape", "shell"],
    &["--node", "alpha", "-nc"],
    &["-ts", "11/14/23", "22:15:00", "--add"],
    &["-te", "11/14/23", "22:15:00", "--delete"],
];

/// Of the summary of all.
const WINDOWS: [&[&str]; 2] = [&["-ts", "11/14/23", "22:14:00", "-te", "11/14/23", "22:30:10"], &["-ts", "01/01/24"]];

/// Errors and other runs without a log.
#[allow(dead_code, reason = "shared by several tests")]
pub const WORDS: [&[&str]; 16] = [
    &["--foo"],
    &["-ts"],
    &["-ts", "foo"],
    &["-if"],
    &["x"],
    &["-te", "11/20/26", "25:00"],
    &["-if", "/nonexistent"],
    &["-a", "-f"],
    &["-x", "-x"],
    &["--node"],
    &["--escape", "foo"],
    &["--escape"],
    &["--eoe-timeout", "x"],
    &["--eoe-timeout"],
    &["-a", "b"],
    &["--failed", "x"],
];

/// What is asked of every log.
#[allow(dead_code, reason = "shared by several tests")]
pub fn main() -> impl Iterator<Item = Vec<&'static str>> {
    let variants = |report: &'static [&str]| VARIANTS.iter().take(6).map(move |variant| [report, variant].concat());
    REPORTS.into_iter().flat_map(variants)
}

/// What is asked of those that are small.
#[allow(dead_code, reason = "shared by several tests")]
pub fn all() -> impl Iterator<Item = Vec<&'static str>> {
    let variants = |report: &'static [&str]| VARIANTS.iter().map(move |variant| [report, variant].concat());
    REPORTS.into_iter().flat_map(variants).chain(WINDOWS.into_iter().map(<[_]>::to_vec))
}

/// Summaries that aureport does not have.
pub const NEW_SUMMARIES: Reason = Reason {
    name: "new summaries",
    why: "the summaries work that aureport leaves unimplemented",
    explains: |case| case.asks("--summary") && (case.asks("-t") || case.asks("--tty")),
    undo: |case| {
        if has(&case.theirs.err, "Unimplemented option") && case.ours.code == Some(0) {
            case.theirs = case.ours.clone();
        }
    },
};

/// Events of mandatory access control with the highest numbers.
pub const POLICIES: Reason = Reason {
    name: "policies",
    why: "the summary of MAC events counts all that have a row in the report; aureport's stops at MAC_MAP_DEL",
    explains: |case| case.asks("--mac") && case.asks("--summary"),
    undo: |case| {
        let later = |line: &str| {
            line.contains("  141") && !line.contains("  1410")
                || line.contains("  MAC_IPSEC_")
                || line.contains("  MAC_UNLBL_STC")
        };
        case.ours.out = without_lines(&case.ours.out, later);
    },
};

/// Who ended the daemon.
pub const ITS_END: Reason = Reason {
    name: "its end",
    why: "the user who ends the daemon is found, though aureport looks for the uid behind the pid",
    explains: |case| case.program == "aureport" && case.asks("-u") && !case.asks("--summary"),
    undo: |case| {
        let rows = |text: &[u8]| -> Vec<String> { String::from_utf8_lossy(text).lines().map(str::to_owned).collect() };
        let serial = |row: &str| row.rsplit(' ').next().unwrap_or_default().to_owned();
        let theirs: Vec<String> = rows(&case.theirs.out).iter().map(|row| serial(row)).collect();
        let mut number = 0;
        let mut out = Vec::new();
        for row in rows(&case.ours.out) {
            if row.contains(" ? ? ? ") && !theirs.contains(&serial(&row)) {
                continue;
            }
            let numbered = row.split_once(". ").filter(|(before, _)| before.bytes().all(|byte| byte.is_ascii_digit()));
            match numbered {
                Some((_, rest)) => {
                    number += 1;
                    out.extend(format!("{number}. {rest}\n").into_bytes());
                }
                None => out.extend([row.as_bytes(), b"\n"].concat()),
            }
        }
        case.ours.out = out;
    },
};

/// Names that the log has in a record behind the first.
pub const RECORDED: Reason = Reason {
    name: "recorded",
    why: "-i: users are called as the record of the call has it; aureport asks this host if that is not the first record",
    explains: |case| case.program == "aureport" && case.asks("-i"),
    undo: |case| {
        let rows = |answer: &Answer| -> Vec<Vec<String>> {
            let text = String::from_utf8_lossy(&answer.out).into_owned();
            text.lines().map(|row| row.split(' ').map(str::to_owned).collect()).collect()
        };
        let (ours, theirs) = (rows(&case.ours), rows(&case.theirs));
        let is_same = if case.asks("--summary") {
            // the same events under other names
            let total = |rows: &[Vec<String>]| rows.iter().filter_map(|row| row[0].parse::<u64>().ok()).sum::<u64>();
            total(&ours) == total(&theirs) && ours[..5.min(ours.len())] == theirs[..5.min(theirs.len())]
        } else {
            // a word in a row
            let differ = |(a, b): (&Vec<String>, &Vec<String>)| {
                a.len() == b.len() && a.iter().zip(b).filter(|(a, b)| a != b).count() <= 1
            };
            ours.len() == theirs.len() && ours.iter().zip(&theirs).all(differ)
        };
        if is_same {
            case.theirs.out.clone_from(&case.ours.out);
        }
    },
};
