//! Records of one event, apart from the time and serial that differ by nature.

use raudit_record::field::Fields;
use raudit_record::{Kind, Line, Records};
use std::collections::BTreeMap;

/// One event: its records in order.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// `sec * 1000 + milli`.
    pub millis: u64,
    pub records: Vec<Record>,
    /// Whose it is: process and name of the task; threads of a case that runs several give themselves names.
    pub task: String,
    /// What pairs it with its twin, besides the task: architecture, call, arguments, result, key.
    pub identity: String,
    /// The login the harness gave the case it belongs to.
    pub auid: Option<u32>,
    pub pid: Option<u32>,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub kind: Kind,
    /// All that follows the stamp.
    pub body: Vec<u8>,
}

impl Record {
    pub fn get(&self, name: &str) -> Option<String> {
        Fields::find(&self.body, name.as_bytes()).map(|f| show(f.value))
    }

    /// Names and values in the order written.
    pub fn fields(&self) -> Vec<(String, String)> {
        Fields::new(&self.body).map(|f| (show(f.name), show(f.value))).collect()
    }
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl Event {
    /// Its SYSCALL record; others, such as ANOM_LINK, may come before it.
    fn call(&self) -> Option<&Record> {
        self.records.iter().find(|r| r.kind == Kind::SYSCALL)
    }

    /// Of the rule that it is of, as SYSCALL has it.
    pub fn key(&self) -> &str {
        self.identity.rsplit_once(' ').map_or("", |(_, key)| key)
    }

    /// What identifies it besides the key.
    pub fn call_and_result(&self) -> &str {
        self.identity.rsplit_once(' ').map_or("", |(call, _)| call)
    }

    /// What its PATH records name.
    pub fn names(&self) -> Vec<Option<String>> {
        self.records.iter().filter(|r| r.kind == Kind::PATH).map(|r| r.get("name")).collect()
    }

    /// The URINGOP record of an operation that is an event of its own. It has neither login nor command: no task but a case's does any.
    pub fn operation(&self) -> Option<&Record> {
        let found = self.records.iter().find(|r| r.kind == Kind::URINGOP);
        found.filter(|_| self.call().is_none())
    }

    fn identify(&mut self) {
        if let Some(operation) = self.operation() {
            let of = |names: &[&str]| {
                names.iter().map(|n| operation.get(n).unwrap_or_default()).collect::<Vec<_>>().join(" ")
            };
            let (pid, identity) = (of(&["pid"]), of(&["uring_op", "exit", "items", "key"]));
            (self.task, self.identity, self.pid) = (format!("operations of {pid}"), identity, pid.parse().ok());
            return;
        }
        let Some(call) = self.call() else { return };
        let of = |names: &[&str]| names.iter().map(|n| call.get(n).unwrap_or_default()).collect::<Vec<_>>().join(" ");
        let task = of(&["pid", "comm"]);
        let identity = of(&["arch", "syscall", "a0", "a1", "a2", "a3", "exit", "key"]);
        let number = |name| call.get(name).and_then(|n| n.parse().ok());
        let (auid, pid) = (number("auid"), number("pid"));
        (self.task, self.identity, self.auid, self.pid) = (task, identity, auid, pid);
    }
}

/// Groups records by serial, in the order of the serials. Of interest are those with a SYSCALL or an operation; the number of others follows.
pub fn group(records: &Records) -> (Vec<Event>, usize) {
    let mut events: BTreeMap<u64, Event> = BTreeMap::new();
    for (kind, body) in records.iter() {
        let mut text = format!("type={kind} msg=").into_bytes();
        text.extend_from_slice(body);
        let Ok(line) = Line::parse(&text) else { panic!("not a record: {}", show(&text)) };
        let event = events.entry(line.id.serial).or_default();
        event.millis = line.id.sec * 1000 + u64::from(line.id.milli);
        event.records.push(Record { kind: line.kind, body: line.body.to_vec() });
    }
    let all = events.len();
    let mut calls: Vec<Event> =
        events.into_values().filter(|e| e.call().is_some() || e.operation().is_some()).collect();
    calls.iter_mut().for_each(Event::identify);
    let others = all - calls.len();
    (calls, others)
}
