//! An audit log, read by code that shares nothing with rauditd.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

/// One line.
#[derive(Clone, Debug)]
pub struct Record {
    pub kind: String,
    /// `seconds.milliseconds:serial`.
    pub stamp: String,
    /// Field names and values in the order of the line; what enriches comes at the end.
    pub fields: Vec<(String, String)>,
    pub line: String,
}

/// Records of one stamp, in the order of the log.
#[derive(Clone, Debug)]
pub struct Event {
    pub records: Vec<Record>,
}

impl Record {
    /// `None` for a line that is torn. The node's name may stand before it.
    pub fn parse(line: &str) -> Option<Self> {
        let (kind, rest) = without_node(line).strip_prefix("type=")?.split_once(" msg=audit(")?;
        let (stamp, body) = rest.split_once("): ").or_else(|| rest.split_once("):"))?;
        let (time, serial) = stamp.split_once(':')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let (seconds, milli) = time.split_once('.')?;
        if !(digits(seconds) && digits(serial) && digits(milli) && milli.len() == 3) {
            return None;
        }
        let words = body.split([' ', '\u{1d}']).filter(|word| !word.is_empty());
        let fields = words.map(|word| word.split_once('=').unwrap_or((word, ""))).map(|(n, v)| (n.into(), v.into()));
        Some(Self { kind: kind.into(), stamp: stamp.into(), fields: fields.collect(), line: line.into() })
    }

    /// The line without what enriches it.
    pub fn plain(&self) -> &str {
        self.line.split('\u{1d}').next().unwrap_or_default()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

fn without_node(line: &str) -> &str {
    line.strip_prefix("node=").and_then(|rest| rest.split_once(' ')).map_or(line, |(_, rest)| rest)
}

impl Event {
    pub fn syscall(&self) -> Option<&Record> {
        self.records.iter().find(|record| record.kind == "SYSCALL")
    }

    pub fn kinds(&self) -> Vec<&str> {
        self.records.iter().map(|record| record.kind.as_str()).collect()
    }

    /// The value of the SYSCALL record's field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.syscall()?.get(name)
    }
}

/// The records of a log; a line that is not whole fails the test.
pub fn records(path: &Path) -> Vec<Record> {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    assert!(text.is_empty() || text.ends_with('\n'), "the last line is torn: {:?}", text.lines().last());
    text.lines().map(|line| Record::parse(line).unwrap_or_else(|| panic!("torn line {line:?}"))).collect()
}

/// The events of a log, in the order of their first records. Records of one event must be neighbours.
pub fn events(path: &Path) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    for record in records(path) {
        let (stamp, last) = (record.stamp.clone(), events.len().wrapping_sub(1));
        match seen.get(&stamp) {
            Some(&at) if at == last => events[at].records.push(record),
            Some(_) => panic!("the event is torn apart: {}", record.line),
            None => {
                seen.insert(stamp, events.len());
                events.push(Event { records: vec![record] });
            }
        }
    }
    events
}

/// How many records of a kind a log has, which contain a text.
pub fn count(path: &Path, kind: &str, text: &str) -> u64 {
    let start = format!("type={kind} ");
    let log = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    log.lines().filter(|line| without_node(line).starts_with(&start) && line.contains(text)).count() as u64
}

/// The last record of a log.
pub fn last(path: &Path) -> Record {
    let log = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    assert!(log.ends_with('\n'), "the last line is torn");
    Record::parse(log.lines().last().unwrap()).unwrap()
}
