//! The default report: 25 lines of counts.

use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::locale::DateForm;
use chrono::{Local, TimeZone};
use raudit_record::EventId;
use std::collections::HashSet;
use std::io::{self, Write};
use std::ops::RangeInclusive;

/// What has to be read for it.
pub const WANTED: Wanted = Wanted::PID
    .and(Wanted::AUID)
    .and(Wanted::SUCCESS)
    .and(Wanted::TERMINAL)
    .and(Wanted::HOST)
    .and(Wanted::COMM)
    .and(Wanted::EXE)
    .and(Wanted::FILES)
    .and(Wanted::KEYS);

/// Distinct texts.
type Texts = HashSet<Box<[u8]>>;

/// Counts over the events of a report. Sets, because aureport's sorted lists take quadratic time in distinct processes.
#[derive(Debug, Default)]
pub struct Summary {
    changes: u64,
    account_changes: u64,
    logins: [u64; 2],
    authentications: [u64; 2],
    users: HashSet<u32>,
    terminals: Texts,
    hosts: Texts,
    executables: Texts,
    commands: Texts,
    files: Texts,
    avcs: u64,
    mac: u64,
    failed_syscalls: u64,
    anomalies: u64,
    responses: u64,
    crypto: u64,
    integrity: u64,
    virt: u64,
    keys: Texts,
    pids: HashSet<u32>,
    events: u64,
}

/// The window of a report and what it saw.
#[derive(Clone, Copy, Debug, Default)]
pub struct Span {
    /// `-ts`; 0 for none.
    pub start: i64,
    /// `-te`; 0 for none.
    pub end: i64,
    /// The first record in the logs; with `-ts`, the first from before it.
    pub first: EventId,
    /// The last event in the window.
    pub last: EventId,
}

/// Of `success=no` and `res=failed`.
const FAILED: u32 = 0;

const MAC_CONFIG: RangeInclusive<u32> = 1403..=1417;

impl Summary {
    /// Counts an event.
    pub fn add(&mut self, event: &Event, items: &Items<'_>) {
        self.events += 1;
        self.add_types(event, items.success);
        self.users.extend(items.auid);
        self.pids.extend(items.pid);
        if items.success == Some(FAILED) && items.syscall > 0 {
            self.failed_syscalls += 1;
        }
        let one = |set: &mut Texts, text: Option<&[u8]>| {
            if let Some(text) = text.filter(|text| !set.contains(*text)) {
                set.insert(text.into());
            }
        };
        one(&mut self.terminals, items.terminal.as_deref());
        one(&mut self.hosts, items.host.as_deref());
        one(&mut self.executables, items.exe.as_deref());
        one(&mut self.commands, items.comm.as_deref());
        items.files.iter().for_each(|file| one(&mut self.files, Some(file)));
        items.keys.iter().filter(|key| ***key != *b"(null)").for_each(|key| one(&mut self.keys, Some(key)));
    }

    fn add_types(&mut self, event: &Event, success: Option<u32>) {
        let has = |types: RangeInclusive<u32>| u64::from(event.records().any(|record| types.contains(&record.kind.0)));
        let only = |number: u32| has(number..=number);
        self.changes += [1305, 1203, 1111, 1325, 1328, 2312].map(only).iter().sum::<u64>() + has(MAC_CONFIG);
        self.account_changes += [1102, 1108, 1132].map(only).iter().sum::<u64>() + has(1114..=1117) + has(2301..=2302);
        let failed = usize::from(success == Some(FAILED));
        let count = |pair: &mut [u64; 2], found: u64| {
            if let (Some(place), Some(_)) = (pair.get_mut(failed), success) {
                *place += found;
            }
        };
        count(&mut self.logins, only(1112));
        count(&mut self.authentications, (only(1100) + only(1126)).min(1));
        if failed == 1 && only(1100) + only(1126) == 0 {
            count(&mut self.authentications, only(1102));
        }
        self.avcs += (only(1400) + only(1107)).min(1);
        self.mac += has(MAC_CONFIG) + has(2300..=2399);
        self.anomalies += has(1700..=1799) + has(2100..=2199);
        self.responses += has(2200..=2299);
        self.crypto += has(1600..=1699) + has(2400..=2499);
        self.integrity += has(1800..=1899);
        self.virt += has(2500..=2599);
    }

    /// Writes the lines under the title.
    ///
    /// # Errors
    /// What writing gives.
    pub fn print(&self, span: &Span, form: &DateForm, out: &mut impl Write) -> io::Result<()> {
        let time = |sec: i64| {
            let time = Local.timestamp_opt(sec, 0).earliest();
            time.map_or_else(|| sec.to_string(), |time| time.format(&format!("{} %T", form.format())).to_string())
        };
        let second = |id: &EventId| i64::try_from(id.sec).unwrap_or(i64::MAX);
        let exact = |id: &EventId| format!("{}.{:03}", time(second(id)), id.milli);
        writeln!(out, "Range of time in logs: {} - {}", exact(&span.first), exact(&span.last))?;
        let start = time(if span.start == 0 { second(&span.first) } else { span.start });
        let end = if span.end == 0 { exact(&span.last) } else { time(span.end) };
        writeln!(out, "Selected time for report: {start} - {end}")?;
        for (what, number) in self.counts() {
            writeln!(out, "Number of {what}: {number}")?;
        }
        writeln!(out)
    }

    fn counts(&self) -> [(&'static str, u64); 23] {
        let [logins, failed_logins] = self.logins;
        let [authentications, failed_authentications] = self.authentications;
        let size = |texts: &Texts| texts.len() as u64;
        [
            ("changes in configuration", self.changes),
            ("changes to accounts, groups, or roles", self.account_changes),
            ("logins", logins),
            ("failed logins", failed_logins),
            ("authentications", authentications),
            ("failed authentications", failed_authentications),
            ("users", self.users.len() as u64),
            ("terminals", size(&self.terminals)),
            ("host names", size(&self.hosts)),
            ("executables", size(&self.executables)),
            ("commands", size(&self.commands)),
            ("files", size(&self.files)),
            ("AVC's", self.avcs),
            ("MAC events", self.mac),
            ("failed syscalls", self.failed_syscalls),
            ("anomaly events", self.anomalies),
            ("responses to anomaly events", self.responses),
            ("crypto events", self.crypto),
            ("integrity events", self.integrity),
            ("virt events", self.virt),
            ("keys", size(&self.keys)),
            ("process IDs", self.pids.len() as u64),
            ("events", self.events),
        ]
    }
}
