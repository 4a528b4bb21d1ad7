//! The default report: 25 lines of counts.

use super::cells::{Cells, Form, Show};
use super::choose::{
    self, ACCOUNTS, ANOMALIES, AVC, CHANGES, CRYPTO, FAILED, GRP_AUTH, GRP_MGMT, INTEGRITY, MAC, RESPONSES, ROLES,
    USER_AUTH, USER_AVC, USER_CHAUTHTOK, USER_LOGIN, USER_MAC, USER_MGMT, VIRT,
};
use super::texts::Texts;
use super::times;
use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::locale::DateForm;
use crate::print::utc;
use crate::print::writer::Writer;
use foldhash::HashSet;
use raudit_record::EventId;
use raudit_record::interpret::Escape;
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
type Set = Texts<()>;

/// Counts over the events of a report. Sets, because aureport's sorted lists take quadratic time in distinct processes.
#[derive(Debug, Default)]
pub struct Overview {
    changes: u64,
    account_changes: u64,
    logins: [u64; 2],
    authentications: [u64; 2],
    users: HashSet<u32>,
    terminals: Set,
    hosts: Set,
    executables: Set,
    commands: Set,
    files: Set,
    avcs: u64,
    mac: u64,
    failed_syscalls: u64,
    anomalies: u64,
    responses: u64,
    crypto: u64,
    integrity: u64,
    virt: u64,
    keys: Set,
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

impl Overview {
    /// Counts an event.
    pub fn add(&mut self, event: &Event, items: &Items<'_>) {
        self.events += 1;
        self.add_types(event, items.success);
        self.users.extend(items.auid);
        self.pids.extend(items.pid);
        if items.success == Some(FAILED) && items.syscall > 0 {
            self.failed_syscalls += 1;
        }
        let one = |set: &mut Set, text: Option<&[u8]>| text.into_iter().for_each(|text| set.note(text));
        one(&mut self.terminals, items.terminal.as_deref());
        one(&mut self.hosts, items.host.as_deref());
        one(&mut self.executables, items.exe.as_deref());
        one(&mut self.commands, items.comm.as_deref());
        items.files.iter().for_each(|file| one(&mut self.files, Some(file)));
        items.keys.iter().filter(|key| ***key != *b"(null)").for_each(|key| one(&mut self.keys, Some(key)));
    }

    fn add_types(&mut self, event: &Event, success: Option<u32>) {
        // what most events have, and no line counts
        if event.records().all(|record| matches!(record.kind.0, 1300 | 1302 | 1306 | 1307 | 1309 | 1320 | 1327)) {
            return;
        }
        let has = |types: RangeInclusive<u32>| u64::from(choose::has(event, &types));
        let only = |number: u32| has(number..=number);
        self.changes += CHANGES.map(only).iter().sum::<u64>() + has(MAC);
        self.account_changes +=
            [USER_MGMT, USER_CHAUTHTOK, GRP_MGMT].map(only).iter().sum::<u64>() + has(ACCOUNTS) + has(ROLES);
        let failed = usize::from(success == Some(FAILED));
        let count = |pair: &mut [u64; 2], found: u64| {
            if let (Some(place), Some(_)) = (pair.get_mut(failed), success) {
                *place += found;
            }
        };
        count(&mut self.logins, only(USER_LOGIN));
        let authentications = only(USER_AUTH) + only(GRP_AUTH);
        count(&mut self.authentications, authentications.min(1));
        if failed == 1 && authentications == 0 {
            count(&mut self.authentications, only(USER_MGMT));
        }
        self.avcs += (only(AVC) + only(USER_AVC)).min(1);
        self.mac += has(MAC) + has(USER_MAC);
        self.anomalies += ANOMALIES.map(has).iter().sum::<u64>();
        self.responses += has(RESPONSES);
        self.crypto += CRYPTO.map(has).iter().sum::<u64>();
        self.integrity += has(INTEGRITY);
        self.virt += has(VIRT);
    }

    /// How many values it has.
    pub fn size(&self) -> usize {
        let texts = [&self.terminals, &self.hosts, &self.executables, &self.commands, &self.files, &self.keys];
        texts.iter().map(|texts| texts.len()).sum::<usize>() + self.users.len() + self.pids.len()
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: Self) {
        self.changes += other.changes;
        self.account_changes += other.account_changes;
        for (pair, others) in [(&mut self.logins, other.logins), (&mut self.authentications, other.authentications)] {
            pair.iter_mut().zip(others).for_each(|(number, more)| *number += more);
        }
        self.users.extend(other.users);
        for (set, others) in [
            (&mut self.terminals, other.terminals),
            (&mut self.hosts, other.hosts),
            (&mut self.executables, other.executables),
            (&mut self.commands, other.commands),
            (&mut self.files, other.files),
            (&mut self.keys, other.keys),
        ] {
            others.iter().for_each(|(text, ())| set.note(text));
        }
        self.avcs += other.avcs;
        self.mac += other.mac;
        self.failed_syscalls += other.failed_syscalls;
        self.anomalies += other.anomalies;
        self.responses += other.responses;
        self.crypto += other.crypto;
        self.integrity += other.integrity;
        self.virt += other.virt;
        self.pids.extend(other.pids);
        self.events += other.events;
    }

    /// Writes the lines under the title.
    ///
    /// # Errors
    /// What writing gives.
    pub fn print(&self, span: &Span, form: &DateForm, out: &mut impl Write) -> io::Result<()> {
        let time = |sec: i64| times::second(sec, form);
        let exact = |id: &EventId| times::exact(id, form);
        let second = |id: &EventId| i64::try_from(id.sec).unwrap_or(i64::MAX);
        writeln!(out, "Range of time in logs: {} - {}", exact(&span.first), exact(&span.last))?;
        let start = time(if span.start == 0 { second(&span.first) } else { span.start });
        let end = if span.end == 0 { exact(&span.last) } else { time(span.end) };
        writeln!(out, "Selected time for report: {start} - {end}")?;
        for (what, number) in self.counts() {
            writeln!(out, "Number of {what}: {number}")?;
        }
        writeln!(out)
    }

    /// Writes the same in columns, or as an object.
    ///
    /// # Errors
    /// What writing gives.
    pub fn print_as(&self, form: Form, span: &Span, dates: &DateForm, out: &mut impl Write) -> io::Result<()> {
        match form {
            Form::Text => self.print(span, dates, out),
            Form::Csv => {
                let mut cells = Cells::new(form, Escape::default(), vec!["what", "number"], dates);
                out.write_all(cells.header("").as_bytes())?;
                self.counts().into_iter().try_for_each(|(what, number)| {
                    cells.begin();
                    cells.text(Show::Plain, Some(what.as_bytes()), "");
                    cells.number(number);
                    out.write_all(cells.end())
                })
            }
            Form::Json => {
                let mut json = Writer::default();
                json.open();
                let mut utc = utc::Clock::default();
                let mut time = |json: &mut Writer, name: &str, id: EventId| {
                    json.text_or_null(name, utc.rfc3339(id).filter(|_| id != EventId::default()));
                };
                time(&mut json, "first", span.first);
                time(&mut json, "last", span.last);
                let asked = |sec: i64, or: EventId| match u64::try_from(sec) {
                    Ok(sec) if sec > 0 => EventId { sec, milli: 0, serial: 0 },
                    _ => or,
                };
                time(&mut json, "start", asked(span.start, span.first));
                time(&mut json, "end", asked(span.end, span.last));
                json.object("counts", |json| {
                    for (what, number) in self.counts() {
                        json.number_member(&member(what), number);
                    }
                });
                json.close();
                json.end_line();
                out.write_all(json.bytes())
            }
        }
    }

    /// What is counted, and how many there are.
    pub(crate) fn counts(&self) -> [(&'static str, u64); 23] {
        let [logins, failed_logins] = self.logins;
        let [authentications, failed_authentications] = self.authentications;
        let size = |texts: &Set| texts.len() as u64;
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

/// The name of a count in JSON: `failed_logins`.
fn member(what: &str) -> String {
    what.to_lowercase().replace(['\'', ','], "").replace(' ', "_")
}
