//! Records of one event, apart from the time and serial that differ by nature.

use raudit_record::field::Fields;
use raudit_record::{Kind, Line, Message};
use std::collections::BTreeMap;

/// One event: its records in order.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// `sec * 1000 + milli`.
    pub millis: u64,
    pub records: Vec<Record>,
}

#[derive(Clone, Debug)]
pub struct Record {
    pub kind: Kind,
    /// Names in the order written.
    pub fields: Vec<(String, String)>,
}

impl Record {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

impl Event {
    /// What pairs it with its twin: pid, architecture, call, arguments, result.
    pub fn identity(&self) -> String {
        let field = |name| self.call().and_then(|r| r.get(name)).unwrap_or("");
        ["pid", "arch", "syscall", "a0", "a1", "a2", "a3", "exit", "key"].map(field).join(" ")
    }

    /// Its SYSCALL record; others, such as ANOM_LINK, may come before it.
    fn call(&self) -> Option<&Record> {
        self.records.iter().find(|r| r.kind == Kind::SYSCALL)
    }

    pub fn pid(&self) -> Option<u32> {
        self.call()?.get("pid")?.parse().ok()
    }
}

/// Groups messages by serial; only events with a SYSCALL are of interest.
pub fn group(messages: &[Message]) -> Vec<Event> {
    let mut events: BTreeMap<u64, Event> = BTreeMap::new();
    for message in messages {
        let mut text = format!("type={} msg=", message.kind).into_bytes();
        text.extend_from_slice(&message.text);
        let Ok(line) = Line::parse(&text) else { panic!("not a record: {}", String::from_utf8_lossy(&text)) };
        let event = events.entry(line.id.serial).or_default();
        event.millis = line.id.sec * 1000 + u64::from(line.id.milli);
        let show = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let fields = Fields::new(line.body).map(|f| (show(f.name), show(f.value))).collect();
        event.records.push(Record { kind: line.kind, fields });
    }
    events.into_values().filter(|e| e.call().is_some()).collect()
}
