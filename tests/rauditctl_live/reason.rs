//! Why Debian's auditctl 3.0.9 does otherwise than rauditctl: each reason is a line of compat/DIFFERENCES.md, and recognised by
//! what both did.

use crate::cases::Case;
use crate::outcome::{Aspect, Outcome};

const PERM_SLOW: &str = "perm used without an arch is slower";

/// auditctl shows what was answered to its first question, if the answer came before its second setting: on a busy machine it comes after
/// it, and then nothing differs.
pub const SEVERAL_SETTINGS: &str = "Several settings on a line";

/// A system call that no auditctl to compare with knows.
const NEWEST_CALL: &str = "rseq_slice_yield";

/// A command line with what both made of it.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    pub case: &'a Case,
    pub line: &'a str,
    pub them: &'a Outcome,
    pub us: &'a Outcome,
    pub differences: &'a [Aspect],
}

/// A reason: how its line in the document begins, and whether it explains all that differs.
type Reason = (&'static str, fn(&Pair<'_>) -> bool);

/// The reason that explains all that differs, as the document puts it.
pub fn of(pair: &Pair<'_>) -> Option<&'static str> {
    let found = if pair.differences.is_empty() { &[] } else { REASONS };
    found.iter().find(|(_, explains)| explains(pair)).map(|(title, _)| *title)
}

impl Pair<'_> {
    fn differs_only_in(&self, aspects: &[Aspect]) -> bool {
        self.differences.iter().all(|aspect| aspects.contains(aspect))
    }

    fn they_say(&self, text: &str) -> bool {
        self.them.errors.iter().any(|line| line.contains(text))
    }

    fn we_say(&self, text: &str) -> bool {
        self.us.errors.iter().any(|line| line.contains(text))
    }

    /// Whether both end with these codes.
    fn codes(&self, them: i32, us: i32) -> bool {
        (self.them.code, self.us.code) == (them, us)
    }

    fn has(&self, text: &str) -> bool {
        self.line.contains(text)
    }
}

const REASONS: &[Reason] = &[
    ("3.1, io_uring", |p| p.they_say("rule - bad keyword") && p.has("io_uring")),
    ("4.x, exclude", |p| p.they_say("fields can be used with exclude filter") && p.has("exclude")),
    ("4.0, calls of perm", calls_of_perm),
    ("A second `-F arch` after `-F perm`", |p| p.codes(0, 255) && p.we_say("arch must be before -S") && p.has("perm=")),
    ("4.x, riscv", |p| p.they_say("elf mapping not found") && is_riscv(p.line)),
    ("4.x, lists in any case", |p| p.codes(255, 0) && p.they_say("bad keyword") && has_capital_list(p.line)),
    ("4.x, control characters in keys", |p| p.codes(0, 255) && p.we_say("has illegal character")),
    ("4.x, `--help`", |p| p.line.starts_with("--h") && p.they_say("Option --h") || p.has("-h") && usage(p)),
    ("3.1.1 and 4.0, `--signal`", is_signal),
    ("Version and usage", |p| {
        let ours_alone = p.them.output.len() == 1 && p.us.output == ["rauditctl version 0.1.0"];
        p.differs_only_in(&[Aspect::Output]) && (ours_alone || usage(p))
    }),
    ("Where auditctl crashes", |p| p.codes(-11, 255)),
    ("Adding and deleting in one line", |p| {
        let both = [("-w ", "-d "), ("-a ", "-W ")].iter().any(|(add, delete)| p.has(add) && p.has(delete));
        p.codes(0, 255) && both && p.us.rules.is_empty()
    }),
    (SEVERAL_SETTINGS, |p| p.differs_only_in(&[Aspect::Output]) && p.us.sent.len() > 1 && p.codes(0, 0)),
    ("Requests refused", |p| p.they_say("backlog limit request") && p.we_say("backlog wait time request")),
    ("`-m` takes text beyond ASCII", |p| p.codes(255, 0) && p.line.starts_with("-m") && !p.line.is_ascii()),
    ("Names of system calls", |p| p.codes(255, 0) && p.they_say("Syscall name unknown: ") && !p.has(NEWEST_CALL)),
    ("Newer names", newer_names),
    ("What `-l` prints is read", |p| {
        let unknown = p.they_say("unknown file type") || p.they_say("file system type is unknown");
        unknown && (has_number(p.line, "filetype=") || has_number(p.line, "fstype="))
    }),
    ("`-C` without a name", |p| p.differs_only_in(&[Aspect::Listing]) && p.has("field_compare=")),
    ("`exe!=` is listed", |p| {
        let theirs: Vec<String> = p.us.listing.iter().map(|line| line.replace("exe!=", "exe=")).collect();
        p.differs_only_in(&[Aspect::Listing]) && p.them.listing == theirs
    }),
    ("`-w //` is `-w /`", |p| p.line == "-w //" && p.us.listing == ["-w / -p rwxa"]),
    ("Values that are no numbers", |p| {
        p.codes(0, 255) && p.we_say("value should be number for s") || p.they_say("too large for field: saddr_fam")
    }),
    ("Words of `-l -i`", |p| {
        let about = |call: &str| p.case.before().any(|line| line.contains(call));
        let known = about("-S clone ") || about("-S setsockopt -F a2") || about("-S open -F a2");
        p.line == "-l -i" && p.differs_only_in(&[Aspect::Output]) && known
    }),
    ("Watches in any order", |p| {
        let begins = |lines: &[String], text| lines.first().is_some_and(|line| line.starts_with(text));
        let errors: Vec<&String> = p.us.errors.iter().filter(|line| *line != PERM_SLOW).collect();
        let else_same = p.differs_only_in(&[Aspect::Listing, Aspect::Errors]) && p.them.errors.iter().eq(errors);
        else_same && begins(&p.them.listing, " -") && begins(&p.us.listing, "-w ")
    }),
    ("Long lines of a file", |p| p.has("-R ") && p.we_say("is longer than 6143 bytes")),
    ("Lost messages", lost_messages),
    ("The whole line first", |p| {
        let acted = !p.them.sent.is_empty() || !p.them.output.is_empty();
        p.codes(255, 255) && acted && p.us.sent.is_empty() && p.us.output.is_empty() && p.them.rules == p.us.rules
    }),
];

/// Both say how they are used, each in its words.
fn usage(pair: &Pair<'_>) -> bool {
    let begins = |lines: &[String], text| lines.first().is_some_and(|line| line.starts_with(text));
    begins(&pair.them.output, "usage: auditctl") && begins(&pair.us.output, "usage: rauditctl")
}

/// Our rules name calls, and are theirs in all else.
fn calls_of_perm(pair: &Pair<'_>) -> bool {
    if !pair.codes(0, 0) || !pair.differs_only_in(&[Aspect::Rules, Aspect::Listing, Aspect::Sent]) || !pair.has("perm=")
    {
        return false;
    }
    let same_fields = |(theirs, ours): (&raudit_rules::Rule, &raudit_rules::Rule)| {
        (theirs.list, theirs.action, &theirs.fields) == (ours.list, ours.action, &ours.fields)
    };
    pair.them.rules.len() == pair.us.rules.len() && pair.them.rules.iter().zip(&pair.us.rules).all(same_fields)
}

/// By name, or by the number of the ELF machine.
fn is_riscv(line: &str) -> bool {
    let arch = line.split_once("arch=").map(|(_, rest)| rest.to_ascii_lowercase()).unwrap_or_default();
    ["riscv", "c00000f3", "0x400000f3"].iter().any(|name| arch.starts_with(name))
}

fn has_capital_list(line: &str) -> bool {
    let words = line.split(' ').nth(1).unwrap_or_default();
    words.split_once(',').is_some_and(|(_, list)| list.chars().any(|letter| letter.is_ascii_uppercase()))
}

fn is_signal(pair: &Pair<'_>) -> bool {
    let in_file = pair.line == "-R @/signal.rules" && pair.codes(0, 1);
    let alone = pair.line.starts_with("--signal") && matches!(pair.us.code, 1 | 2);
    let wrong = pair.line.starts_with("--signal") && pair.codes(255, 255);
    in_file || alone || wrong
}

/// Names of ours stand where they have numbers, or nothing.
fn newer_names(pair: &Pair<'_>) -> bool {
    if pair.has(NEWEST_CALL) && pair.codes(255, 0) && pair.they_say("Syscall name unknown: ") {
        return true;
    }
    let unknown = ["-F unknown message type", "file system type is unknown"];
    if unknown.iter().any(|text| pair.they_say(text)) && pair.codes(255, 0) && !has_number(pair.line, "fstype=") {
        return true;
    }
    let parts = |lines: &[String]| -> Vec<String> {
        lines.iter().flat_map(|line| line.split([' ', ',', '='])).map(str::to_owned).collect()
    };
    let (theirs, ours) = (parts(&pair.them.listing), parts(&pair.us.listing));
    let named = |(theirs, ours): (&String, &String)| theirs == ours || theirs.parse::<u32>().is_ok();
    pair.differs_only_in(&[Aspect::Listing]) && theirs.len() == ours.len() && theirs.iter().zip(&ours).all(named)
}

fn has_number(line: &str, field: &str) -> bool {
    let value = line.split_once(field).map(|(_, value)| value.trim_start_matches('-')).unwrap_or_default();
    value.starts_with(|first: char| first.is_ascii_digit())
}

/// We say all that they say and, beside it, only that perm is slow or, of a file, what is wrong in it.
fn lost_messages(pair: &Pair<'_>) -> bool {
    let mut ours = pair.us.errors.iter();
    let all_of_theirs = pair.them.errors.iter().all(|line| ours.any(|other| other == line));
    let more: Vec<&String> = pair.us.errors.iter().filter(|line| !pair.them.errors.contains(line)).collect();
    let explained = pair.line.starts_with("-R ") || more.iter().all(|line| *line == PERM_SLOW);
    pair.differs_only_in(&[Aspect::Errors]) && all_of_theirs && explained
}

#[test]
fn every_reason_is_a_line_of_the_document() {
    let document = include_str!("../../compat/DIFFERENCES.md");
    let lines: Vec<&str> = document.lines().filter_map(|line| line.strip_prefix("* ")).collect();
    for (title, _) in REASONS {
        assert!(lines.iter().any(|line| line.starts_with(title)), "{title}");
    }
}
