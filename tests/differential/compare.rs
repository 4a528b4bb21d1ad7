//! What differs between the two sides' events, and the table of it.

use crate::capture::Losses;
use crate::event::{Event, Record};
use crate::labels;
use crate::pair::Pairs;
use raudit_record::Kind;
use std::collections::{BTreeMap, HashMap};

/// Differences that are known, with the reason: case (or `*`), record type, field.
///
/// A missing or surplus record has the field `-`.
pub const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("record-capset", "CAPSET", "cap_pi", INHERITABLE),
    ("hard-capabilities", "PATH", "cap_fver", THIRD),
    ("hard-capabilities", "BPRM_FCAPS", "fver", THIRD),
    ("*", "event", "(turned)", TURNED),
    ("*", "SYSCALL", "(turned)", TURNED),
    (
        "*",
        "PATH",
        "cap_*",
        "the file was changed before we looked up its capabilities, or had no name to look it up by: cap_*=?, as the kernel writes what it \
         does not know",
    ),
    ("*", "BPRM_FCAPS", "cap_*", "the same of an execve's file"),
    (
        "*",
        "event",
        "(kernel's own)",
        "AVC, ANOM_LINK, the end of a watch: for tasks with an audit context the kernel writes them as part of a call's event, and the call \
         whether or not a rule asks for it; while BPF captures they are events of their own",
    ),
    (
        "*",
        "PROCTITLE",
        "(first)",
        "the kernel shows the title that a task had at its first event, also after it executed another program; we show the present one",
    ),
];

const INHERITABLE: &str = "kernels without a later correction (6.18 as tested) write the effective set in place of the inheritable one; we show what is asked for";

const THIRD: &str = "capabilities of version 3 whose root is 0 are shown to user space, and so to us, as version 2";

const TURNED: &str = "two rules watch one name: whenever the name passes to another file the kernel turns the order of its rules round; we keep \
                      the one they were added in";

/// Cases in which a name that several rules watch passes to another file, and the keys of these rules.
const TWICE_WATCHED: &[(&str, &[&str])] = &[
    ("watch-order", &["first", "second"]),
    ("object-links", &["target", "read"]),
    ("object-chroot", &["target", "read"]),
    ("object-perm-user", &["by-user", "by-anyone"]),
    // each with a rule that says never
    ("object-order", &["quiet"]),
    ("object-order", &["loud", "loud-failed"]),
];

/// Whether events with these keys are of rules whose order the kernel may have turned.
fn may_be_turned(case: &str, keys: &[&str]) -> bool {
    let of_rules = |rules: &[&str]| keys.iter().all(|key| rules.contains(&key.trim_matches('"')));
    TWICE_WATCHED.iter().any(|(of, rules)| *of == case && of_rules(rules))
}

/// How far our stamp may be from the kernel's, which is the time of the last clock tick; milliseconds. An emulated CPU may
/// be put aside between the two.
const TICK: u64 = 100;

/// As much is shown of a word.
const WORD: usize = 120;

#[derive(Debug, Default)]
pub struct Table {
    cases: Vec<Row>,
    differences: BTreeMap<(String, String, String), (usize, String)>,
    known: BTreeMap<(String, String, String), (usize, &'static str)>,
    skipped: Vec<String>,
    /// The first title the kernel showed of each process of the case.
    titles: HashMap<u32, Vec<u8>>,
    late: usize,
}

#[derive(Debug, Default)]
struct Row {
    name: String,
    events: usize,
    unpaired: usize,
    records: usize,
    fields: usize,
    equal: usize,
}

impl Table {
    /// Compares what the two sides say of a case, or of another part of one.
    pub fn add(&mut self, case: &str, kernel: &[Event], bpf: &[Event], verbose: bool) {
        let at = self.cases.iter().position(|row| row.name == case).unwrap_or(self.cases.len());
        if at == self.cases.len() {
            self.cases.push(Row { name: case.to_owned(), ..Row::default() });
        }
        let mut row = std::mem::take(&mut self.cases[at]);
        let (kernel, bpf, others) = labels::without_own(kernel, bpf);
        for _ in 0..others {
            self.difference(case, "event", "(kernel's own)", "", "");
        }
        self.titles.clear();
        for event in kernel.iter() {
            if let (Some(pid), Some(title)) = (event.pid, event.records.iter().find(|r| r.kind == Kind::PROCTITLE)) {
                self.titles.entry(pid).or_insert_with(|| title.body.clone());
            }
        }
        let found = Pairs::new(&kernel, &bpf);
        for (event, twin) in found.pairs {
            row.events += 1;
            if event.millis.abs_diff(twin.millis) > TICK {
                self.late += 1;
            }
            let before = self.unexplained();
            self.pair(case, event, twin, &mut row);
            if verbose && self.unexplained() > before {
                println!("--- kernel:\n{}--- bpf:\n{}", show(event), show(twin));
            }
        }
        for (side, events) in [("kernel", &found.only_kernel), ("BPF", &found.only_bpf)] {
            row.unpaired += events.len();
            for event in events {
                let who = format!("{} {}", event.task, event.identity);
                let (field, k, b) = match side {
                    _ if may_be_turned(case, &[event.key()]) => ("(turned)", "", ""),
                    "kernel" => ("missing", who.as_str(), "-"),
                    _ => ("surplus", "-", who.as_str()),
                };
                self.difference(case, "event", field, k, b);
                if verbose {
                    println!("--- only {side} has:\n{}", show(event));
                }
            }
        }
        self.cases[at] = row;
    }

    /// Cases that could not run, and why.
    pub fn skip(&mut self, cases: &[&str], why: &str) {
        for case in cases {
            println!("SKIPPED differential {case}: {why}");
            self.skipped.push((*case).to_owned());
        }
    }

    /// How many events of a case were paired so far.
    pub fn events_of(&self, case: &str) -> usize {
        self.cases.iter().filter(|c| c.name == case).map(|c| c.events).sum()
    }

    fn unexplained(&self) -> usize {
        self.differences.values().map(|(count, _)| count).sum()
    }

    fn pair(&mut self, case: &str, kernel: &Event, bpf: &Event, row: &mut Row) {
        let pid = kernel.pid;
        let without_end =
            |e: &Event| -> Vec<Record> { e.records.iter().filter(|r| r.kind != Kind::EOE).cloned().collect() };
        let (kernel, bpf) = (without_end(kernel), without_end(bpf));
        let kinds = |r: &[Record]| r.iter().map(|r| r.kind.to_string()).collect::<Vec<_>>().join(" ");
        if kinds(&kernel) != kinds(&bpf) {
            self.difference(case, "records", "-", &kinds(&kernel), &kinds(&bpf));
            return;
        }
        for (k, b) in kernel.iter().zip(&bpf) {
            row.records += 1;
            if k.kind == Kind::PROCTITLE
                && k.body != b.body
                && pid.is_some_and(|p| self.titles.get(&p) == Some(&k.body))
            {
                self.difference(case, "PROCTITLE", "(first)", "", "");
                continue;
            }
            self.record(case, k, b, row);
        }
    }

    fn record(&mut self, case: &str, kernel: &Record, bpf: &Record, row: &mut Row) {
        let kind = kernel.kind.to_string();
        let (mut k, mut b) = (kernel.fields(), bpf.fields());
        let of_file: &[&str] = match kernel.kind {
            Kind::PATH => &["cap_fe", "cap_fver", "cap_fp", "cap_fi", "cap_frootid"],
            Kind::BPRM_FCAPS => &["fe", "fver", "fp", "fi"],
            _ => &[],
        };
        let first = of_file.first().copied().unwrap_or_default();
        let unknown = |fields: &[(String, String)]| fields.iter().any(|(n, v)| n == first && v == "?");
        let forgiven = unknown(&b) && !unknown(&k);
        if forgiven {
            self.difference(case, &kind, "cap_*", "known", "?");
            for fields in [&mut k, &mut b] {
                fields.retain(|(name, _)| !of_file.contains(&name.as_str()));
            }
        }
        let names = |f: &[(String, String)]| f.iter().map(|f| f.0.clone()).collect::<Vec<_>>().join(" ");
        if names(&k) != names(&b) {
            return self.difference(case, &kind, "(names)", &names(&k), &names(&b));
        }
        let before = row.fields - row.equal;
        for ((name, kv), (_, bv)) in k.iter().zip(&b) {
            row.fields += 1;
            if kv == bv {
                row.equal += 1;
            } else if kind == "SYSCALL" && name == "key" && may_be_turned(case, &[kv, bv]) {
                self.difference(case, &kind, "(turned)", kv, bv);
            } else {
                self.difference(case, &kind, name, kv, bv);
            }
        }
        if kernel.body != bpf.body && !forgiven && before == row.fields - row.equal {
            let text = |r: &Record| String::from_utf8_lossy(&r.body).into_owned();
            self.difference(case, &kind, "(text)", &text(kernel), &text(bpf));
        }
    }

    fn difference(&mut self, case: &str, kind: &str, field: &str, kernel: &str, bpf: &str) {
        let known = KNOWN.iter().find(|k| (k.0 == "*" || k.0 == case) && k.1 == kind && k.2 == field);
        let at = (case.to_owned(), kind.to_owned(), field.to_owned());
        match known {
            Some(known) => self.known.entry(at).or_insert((0, known.3)).0 += 1,
            None => {
                self.differences
                    .entry(at)
                    .or_insert_with(|| (0, format!("kernel {kernel}\n{:30}bpf    {bpf}", "")))
                    .0 += 1
            }
        }
    }

    /// The table, as people like to read it.
    pub fn print(&self, losses: &Losses, others: (usize, usize)) {
        println!("\nkernel audit and BPF over the same workload, field by field\n");
        println!("  {:24} {:>7} {:>9} {:>9} {:>9} {:>9}", "case", "events", "unpaired", "records", "fields", "equal");
        let mut all = Row { name: "all".into(), ..Row::default() };
        for row in &self.cases {
            print_row(row);
            all.events += row.events;
            all.unpaired += row.unpaired;
            all.records += row.records;
            all.fields += row.fields;
            all.equal += row.equal;
        }
        println!("  {:-<72}", "");
        print_row(&all);
        println!("\n  stamps more than {TICK} ms apart: {}", self.late);
        println!(
            "  lost by the kernel: {} (overruns of its socket, sent again: {}); by BPF: {} (matched {}, delivered {}, unreadable {})",
            losses.kernel, losses.overruns, losses.bpf, losses.matched, losses.submitted, losses.broken
        );
        println!("  left out, of no case: {} of the kernel's, {} of BPF's", others.0, others.1);
        if !self.known.is_empty() {
            println!("\n  differences with a reason:");
        }
        for ((case, kind, field), (count, why)) in &self.known {
            println!("    {count:5} x {case} {kind} {field}: {why}");
        }
        if !self.differences.is_empty() {
            println!("\n  DIFFERENCES WITHOUT A REASON:");
        }
        for ((case, kind, field), (count, example)) in &self.differences {
            println!("    {count:5} x {case} {kind} {field}\n{:30}{example}", "");
        }
        println!(
            "\ntotal: events={} records={} fields={} equal={} explained={} unexplained={}",
            all.events,
            all.records,
            all.fields,
            all.equal,
            self.known.values().map(|(count, _)| count).sum::<usize>(),
            self.unexplained()
        );
        let failed =
            self.cases.iter().filter(|c| self.differences.keys().any(|d| d.0 == c.name) || c.events == 0).count();
        println!("\n{} passed, {failed} failed, {} skipped", self.cases.len() - failed, self.skipped.len());
    }

    /// Whether anything differs without a reason, or a case recorded nothing.
    pub fn failed(&self) -> bool {
        !self.differences.is_empty()
            || self.late > 0
            || self.cases.is_empty()
            || self.cases.iter().any(|c| c.events == 0)
    }
}

fn print_row(row: &Row) {
    println!(
        "  {:24} {:>7} {:>9} {:>9} {:>9} {:>9}",
        row.name, row.events, row.unpaired, row.records, row.fields, row.equal
    );
}

fn show(event: &Event) -> String {
    let mut text = String::new();
    for record in &event.records {
        let shown = String::from_utf8_lossy(&record.body);
        let words = shown.split(' ').map(|word| match word.char_indices().nth(WORD) {
            Some((at, _)) => format!("{}...", &word[..at]),
            None => word.to_owned(),
        });
        text.push_str(&format!("    {} {}\n", record.kind, words.collect::<Vec<_>>().join(" ")));
    }
    text
}
