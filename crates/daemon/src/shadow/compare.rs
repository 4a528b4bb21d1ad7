//! Two events of the same call, record by record and field by field.

use super::event::Event;
use raudit_record::Kind;
use raudit_record::field::{Field, Fields};
use std::collections::BTreeMap;

/// The records that belong to a system call. Others come into an event beside it (a decision of SELinux, a change of a firewall): they
/// are no rule's, and reach rauditd from the kernel whoever captures.
const OF_CALLS: [u32; 23] = [
    1300, 1302, 1303, 1304, 1306, 1307, 1309, 1311, 1312, 1313, 1314, 1315, 1317, 1318, 1321, 1322, 1323, 1327, 1330,
    1332, 1333, 1336, 1337,
];

/// Differences that are meant, with their reasons (compat/DIFFERENCES.md).
const MEANT: [(&str, &str); 1] =
    [("PROCTITLE proctitle", "the kernel may show the title of the program before; BPF shows the present one")];

/// Why a difference of this name is meant, if it is.
pub fn meant(name: &str) -> Option<&'static str> {
    MEANT.iter().find(|(known, _)| *known == name).map(|(_, why)| *why)
}

/// A difference: how often, and where it was first.
#[derive(Debug, Default)]
pub struct Difference {
    /// How often.
    pub count: u64,
    /// The kernel's record and BPF's.
    pub first: [String; 2],
}

/// What was compared.
#[derive(Debug, Default)]
pub struct Tally {
    /// Pairs of records.
    pub records: u64,
    /// Of them, without any difference.
    pub equal: u64,
    /// Fields.
    pub fields: u64,
    /// Differences, by record type and field.
    pub differences: BTreeMap<String, Difference>,
}

impl Tally {
    /// Whether there are differences that are not meant.
    pub fn differ(&self) -> bool {
        self.differences.keys().any(|name| meant(name).is_none())
    }

    /// Compares the records of the kernel's event with BPF's.
    pub fn add(&mut self, kernel: &Event, bpf: &Event) {
        let (left, right) = (of_call(kernel), of_call(bpf));
        if kinds(&left) != kinds(&right) {
            self.differs("list of records", || [list(kernel, &left), list(bpf, &right)]);
        }
        let mut rest = right;
        for (kind, body) in left {
            let Some(at) = rest.iter().position(|(other, _)| *other == kind) else { continue };
            let (_, other) = rest.remove(at);
            self.record(kind, body, other);
        }
    }

    fn record(&mut self, kind: Kind, left: &[u8], right: &[u8]) {
        self.records += 1;
        if left == right {
            self.equal += 1;
            self.fields += Fields::new(left).count() as u64;
            return;
        }
        let both = || [left, right].map(|body| format!("type={kind} {}", String::from_utf8_lossy(body)));
        let (one, other): (Vec<Field<'_>>, Vec<Field<'_>>) =
            (Fields::new(left).collect(), Fields::new(right).collect());
        let names = |fields: &[Field<'_>]| fields.iter().map(|field| field.name.to_vec()).collect::<Vec<_>>();
        if names(&one) != names(&other) {
            self.differs(&format!("{kind} list of fields"), both);
            return;
        }
        let mut differing = one.iter().zip(&other).filter(|(a, b)| a.value != b.value).peekable();
        if differing.peek().is_none() {
            self.differs(&format!("{kind} spaces"), both);
        }
        for (field, _) in differing {
            self.differs(&format!("{kind} {}", String::from_utf8_lossy(field.name)), both);
        }
        self.fields += one.len() as u64;
    }

    fn differs(&mut self, what: &str, both: impl Fn() -> [String; 2]) {
        match self.differences.get_mut(what) {
            Some(known) => known.count += 1,
            None => drop(self.differences.insert(what.to_owned(), Difference { count: 1, first: both() })),
        }
    }
}

type Bodies<'a> = Vec<(Kind, &'a [u8])>;

fn of_call(event: &Event) -> Bodies<'_> {
    let records = event.records.iter().map(|(kind, body)| (*kind, body.as_slice()));
    records.filter(|(kind, _)| OF_CALLS.contains(&kind.0)).collect()
}

fn kinds(records: &Bodies<'_>) -> Vec<Kind> {
    records.iter().map(|(kind, _)| *kind).collect()
}

/// The names of the records, and the call.
fn list(event: &Event, records: &Bodies<'_>) -> String {
    let names: Vec<String> = records.iter().map(|(kind, _)| kind.to_string()).collect();
    format!("{} of {}", names.join(" "), String::from_utf8_lossy(event.call().unwrap_or_default()))
}

/// Whether an event has records that are no system call's, so that the kernel wrote it whatever the rules say.
pub fn has_others(event: &Event) -> bool {
    event.records.iter().any(|(kind, _)| !OF_CALLS.contains(&kind.0))
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;

    fn compared(kernel: &[&str], bpf: &[&str]) -> (u64, u64, u64, Vec<(String, u64)>) {
        let mut tally = Tally::default();
        tally.add(&event(0, 1, kernel), &event(0, 2, bpf));
        let differences = tally.differences.iter().map(|(name, difference)| (name.clone(), difference.count)).collect();
        (tally.records, tally.equal, tally.fields, differences)
    }

    #[test]
    fn equal_events_are_equal_and_records_of_others_are_left_aside() {
        let lines = ["SYSCALL a0=1 a1=2", "CWD cwd=\"/\"", "PATH item=0 name=\"x\""];
        assert_eq!(compared(&lines, &lines), (3, 3, 5, vec![]));
        let beside = [&["AVC avc:  denied  { read }"][..], &lines].concat();
        assert_eq!(compared(&beside, &lines), (3, 3, 5, vec![]));
        assert!(has_others(&event(0, 1, &beside)) && !has_others(&event(0, 1, &lines)));
    }

    #[test]
    fn each_difference_is_counted_by_its_name() {
        let kernel = ["SYSCALL a0=1 a1=2", "PATH item=0 inode=5", "PATH item=1 inode=6", "CWD cwd=\"/\""];
        let bpf = ["SYSCALL a0=1 a1=3", "PATH item=0 inode=7", "PATH item=1 inode=8"];
        let one = |name: &str, count| (name.to_owned(), count);
        let expected = vec![one("PATH inode", 2), one("SYSCALL a1", 1), one("list of records", 1)];
        assert_eq!(compared(&kernel, &bpf), (3, 0, 6, expected));
        assert_eq!(compared(&["CWD cwd=1"], &["CWD other=1"]).3, [one("CWD list of fields", 1)]);
        assert_eq!(compared(&["CWD cwd=1"], &["CWD  cwd=1"]).3, [one("CWD spaces", 1)]);
    }
}
