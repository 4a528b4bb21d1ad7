//! Two logs of the same workload, compared record by record and field by field.

use super::log::{Event, Record};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

/// How many differences a failure shows.
const SHOWN: usize = 60;

/// A difference that is meant, and why.
pub struct Known {
    /// The type of the record, and the field; `*` for a difference in the list of records of an event.
    pub kind: &'static str,
    pub field: &'static str,
    pub why: &'static str,
    /// Whether it explains these two events of the pair, at this record.
    pub explains: fn(&Event, &Event, &Record, &Record) -> bool,
}

/// What was compared.
#[derive(Default)]
pub struct Outcome {
    pub events: usize,
    pub records: usize,
    pub fields: usize,
    /// How many differences, by field and explanation.
    by_name: BTreeMap<(String, Option<&'static str>), usize>,
    /// The first differences nobody explains.
    unexplained: Vec<String>,
}

/// Process ids as the order in which they appear: the same in every run of the same workload.
#[derive(Default)]
struct Pids(HashMap<String, usize>);

impl Pids {
    fn name(&mut self, pid: &str) -> String {
        let next = self.0.len();
        format!("process {}", self.0.entry(pid.to_owned()).or_insert(next))
    }
}

fn normalised(record: &Record, pids: &mut Pids) -> Vec<(String, String)> {
    let field = |(name, value): &(String, String)| {
        let is_pid = matches!(name.as_str(), "pid" | "ppid" | "opid");
        (name.clone(), if is_pid { pids.name(value) } else { value.clone() })
    };
    record.fields.iter().map(field).collect()
}

/// Records of two events that belong together: the first PATH and the first PATH, the second and the second.
fn paired<'a>(a: &'a Event, b: &'a Event) -> Vec<(&'a Record, &'a Record)> {
    let mut used = vec![false; b.records.len()];
    let mut pairs = Vec::new();
    for x in &a.records {
        if let Some(at) = (0..b.records.len()).find(|&at| !used[at] && b.records[at].kind == x.kind) {
            used[at] = true;
            pairs.push((x, &b.records[at]));
        }
    }
    pairs
}

/// The two records, and the call they are about.
fn both(event: &Event, x: &Record, y: &Record) -> String {
    let syscall = event.syscall().filter(|syscall| syscall.kind != x.kind).map_or("", |syscall| syscall.plain());
    format!("\n  of {syscall}\n  {}\n  {}", x.plain(), y.plain())
}

/// Enough of each line to see what is meant.
fn shorten(text: &str) -> String {
    text.lines().map(|line| line.chars().take(400).collect::<String>() + "\n").collect()
}

impl Outcome {
    /// Compares events in order.
    pub fn of(ours: &[Event], theirs: &[Event], known: &[Known]) -> Self {
        let mut outcome = Self::default();
        let (mut left, mut right) = (Pids::default(), Pids::default());
        for (a, b) in ours.iter().zip(theirs) {
            outcome.events += 1;
            outcome.event(a, b, (&mut left, &mut right), known);
        }
        if ours.len() != theirs.len() {
            let more = if ours.len() > theirs.len() { ours } else { theirs };
            let first = &more[ours.len().min(theirs.len())].records[0].line;
            outcome.differs("events", None, format!("{} events, but {}; first: {first}", ours.len(), theirs.len()));
        }
        outcome
    }

    fn event(&mut self, a: &Event, b: &Event, pids: (&mut Pids, &mut Pids), known: &[Known]) {
        let find = |kind: &str, field: &str, x: &Record, y: &Record| {
            let fits = |k: &&Known| k.kind == kind && k.field == field && (k.explains)(a, b, x, y);
            known.iter().find(fits).map(|k| k.why)
        };
        if a.kinds() != b.kinds() {
            let why = find("*", "*", &a.records[0], &b.records[0]);
            let text = |event: &Event| format!("{:?} {}", event.kinds(), event.syscall().map_or("", |r| r.plain()));
            self.differs("list of records", why, format!("\n  {}\n  {}", text(a), text(b)));
        }
        for (x, y) in paired(a, b) {
            self.records += 1;
            let (left, right) = (normalised(x, pids.0), normalised(y, pids.1));
            let names = |fields: &[(String, String)]| fields.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
            if names(&left) != names(&right) {
                let why = find(&x.kind, "*", x, y);
                self.differs(&format!("{} list of fields", x.kind), why, both(a, x, y));
                continue;
            }
            for ((name, value), (_, other)) in left.iter().zip(&right) {
                self.fields += 1;
                if value != other {
                    let why = find(&x.kind, name, x, y);
                    let text = format!("{name}={value} and {name}={other}{}", both(a, x, y));
                    self.differs(&format!("{} {name}", x.kind), why, text);
                }
            }
        }
    }

    fn differs(&mut self, what: &str, why: Option<&'static str>, text: String) {
        *self.by_name.entry((what.to_owned(), why)).or_default() += 1;
        if why.is_none() {
            self.unexplained.push(format!("{what}: {text}"));
        }
    }

    /// A small table.
    pub fn table(&self, title: &str) -> String {
        let mut text =
            format!("{title}: {} events, {} records, {} fields compared\n", self.events, self.records, self.fields);
        if self.by_name.is_empty() {
            text.push_str("  all equal\n");
        }
        for ((name, why), count) in &self.by_name {
            let _ = writeln!(text, "  {count:>4} differ in {name:<20} {}", why.unwrap_or("NOT EXPLAINED"));
        }
        text
    }

    /// Fails unless every difference is explained.
    pub fn check(&self, title: &str) {
        println!("{}", self.table(title));
        let first: Vec<String> = self.unexplained.iter().take(SHOWN).map(|text| shorten(text)).collect();
        assert!(first.is_empty(), "{title}: {} differences\n{}", self.unexplained.len(), first.join("\n"));
    }
}
