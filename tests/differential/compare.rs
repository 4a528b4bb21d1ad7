//! Pairing events and counting what differs.

use crate::event::{Event, Record};
use raudit_record::Kind;
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Differences that are known, with the reason: case (or `*`), record type, field.
///
/// A missing or surplus record has the field `-`.
pub const KNOWN: &[(&str, &str, &str, &str)] = &[
    (
        "*",
        "PATH",
        "cap_*",
        "the file was changed before we looked up its capabilities, or had no name to look it up by: cap_*=?, as the kernel writes what it \
         does not know",
    ),
    (
        "titles",
        "PROCTITLE",
        "proctitle",
        "the kernel remembers the title of a task's first event until it executes another program; we show the present one",
    ),
    (
        "open-deleted-cwd",
        "PATH",
        "(names)",
        "O_CREAT in a deleted directory is refused before any hook that sees the parent",
    ),
    (
        "open-names",
        "PATH",
        "(names)",
        "up to 6.11 O_CREAT with a trailing slash notes the parent, where no hook sees it",
    ),
    (
        "path-refused",
        "records",
        "-",
        "ANOM_LINK of a link that protected_hardlinks forbids: the kernel writes it for tasks with an audit context only",
    ),
    ("path-mounts", "records", "-", "mounting an overlay names more files than we keep for a call (8)"),
    (
        "open-links",
        "records",
        "-",
        "O_CREAT through a dangling link: the kernel adds nameless items for each step; we record the parent and the file",
    ),
];

/// How far our stamp may be from the kernel's, which is the time of the last clock tick; milliseconds. An emulated CPU may
/// be put aside between the two.
const TICK: u64 = 100;

#[derive(Debug, Default)]
pub struct Table {
    cases: Vec<Row>,
    differences: BTreeMap<(String, String, String), (usize, String)>,
    known: BTreeMap<(String, String, String), (usize, &'static str)>,
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
    /// Compares what the two sides say of a case.
    pub fn add(&mut self, case: &str, kernel: &[Event], bpf: &[Event], verbose: bool) {
        let mut row = Row { name: case.to_owned(), ..Row::default() };
        let mut waiting: HashMap<String, VecDeque<&Event>> = HashMap::new();
        for event in bpf {
            waiting.entry(event.identity()).or_default().push_back(event);
        }
        for event in kernel {
            let Some(twin) = waiting.get_mut(&event.identity()).and_then(VecDeque::pop_front) else {
                row.unpaired += 1;
                self.difference(case, "event", "missing", &event.identity(), "-");
                if verbose {
                    println!("--- only the kernel has:\n{}", show(event));
                }
                continue;
            };
            row.events += 1;
            if event.millis.abs_diff(twin.millis) > TICK {
                self.late += 1;
            }
            let before = self.unexplained();
            self.records(case, event, twin, &mut row);
            if verbose && self.unexplained() > before {
                println!("--- kernel:\n{}--- bpf:\n{}", show(event), show(twin));
            }
        }
        for event in waiting.values().flatten() {
            row.unpaired += 1;
            self.difference(case, "event", "surplus", "-", &event.identity());
            if verbose {
                println!("--- only BPF has:\n{}", show(event));
            }
        }
        self.cases.push(row);
    }

    fn unexplained(&self) -> usize {
        self.differences.values().map(|(count, _)| count).sum()
    }

    fn records(&mut self, case: &str, kernel: &Event, bpf: &Event, row: &mut Row) {
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
            let unknown = |r: &Record| r.get("cap_fe") == Some("?");
            let (mut k, mut b) = (k.clone(), b.clone());
            if k.kind == Kind::PATH && unknown(&b) && !unknown(&k) {
                self.difference(case, "PATH", "cap_*", "known", "?");
                for record in [&mut k, &mut b] {
                    record.fields.retain(|(name, _)| !name.starts_with("cap_"));
                }
            }
            let names = |r: &Record| r.fields.iter().map(|f| f.0.clone()).collect::<Vec<_>>().join(" ");
            if names(&k) != names(&b) {
                self.difference(case, &k.kind.to_string(), "(names)", &names(&k), &names(&b));
                continue;
            }
            for ((name, kv), (_, bv)) in k.fields.iter().zip(&b.fields) {
                row.fields += 1;
                if kv == bv {
                    row.equal += 1;
                } else {
                    self.difference(case, &k.kind.to_string(), name, kv, bv);
                }
            }
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
    pub fn print(&self, lost: u64) {
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
        println!("\n  stamps more than {TICK} ms apart: {}    events lost by BPF: {lost}", self.late);
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
        let failed =
            self.cases.iter().filter(|c| self.differences.keys().any(|d| d.0 == c.name) || c.events == 0).count();
        println!("\n{} passed, {failed} failed, 0 skipped", self.cases.len() - failed);
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
        let fields: Vec<String> = record.fields.iter().map(|(n, v)| format!("{n}={v}")).collect();
        text.push_str(&format!("    {} {}\n", record.kind, fields.join(" ")));
    }
    text
}
