//! A line for each event of a report.

use super::Report;
use super::cells::{Cells, Form, Show, push_unnumbered};
use super::choose::{FAILED, first_type};
use super::names::{NOBODY, Namer, push_type, success};
use crate::event::Event;
use crate::items::{Decision, Items};
use crate::locale::DateForm;
use raudit_record::interpret::{Escape, Meaning};
use raudit_record::{Context, Interpreter, Kind};

/// Makes rows.
#[derive(Debug)]
pub(crate) struct Rows {
    report: Report,
    cells: Cells,
    namer: Namer,
    interpreter: Interpreter,
    /// What is to be shown next.
    part: Vec<u8>,
}

/// What stands where an event has nothing to say.
const NOTHING: &str = "?";
/// The same in columns of which aureport says nothing at all.
const NULL: &str = "(null)";
/// The same where it is to be said whether something worked.
const UNSET: &str = "unset";

impl Rows {
    /// The rows of a report, text escaped in this way.
    pub(crate) fn new(report: Report, form: Form, interprets: bool, escape: Escape, dates: &DateForm) -> Self {
        Self {
            report,
            cells: Cells::new(form, escape, report.columns().collect(), dates),
            namer: Namer::new(interprets),
            interpreter: Interpreter::default(),
            part: Vec::new(),
        }
    }

    /// Appends an event's row, or rows: each decision of a security module has its own. They get their numbers when they are written.
    pub(crate) fn push(&mut self, event: &Event, items: &Items<'_>, out: &mut Vec<u8>) {
        if self.report == Report::Avc {
            for decision in &items.decisions {
                self.cells.begin_at(event.id);
                self.decision(event, items, decision);
                push_unnumbered(self.cells.end(), out);
            }
            return;
        }
        self.cells.begin_at(event.id);
        self.columns(event, items);
        push_unnumbered(self.cells.end(), out);
    }

    fn columns(&mut self, event: &Event, items: &Items<'_>) {
        let (terminal, host, exe) = (items.terminal.as_deref(), items.host.as_deref(), items.exe.as_deref());
        let login = items.auid.unwrap_or(NOBODY);
        match self.report {
            Report::Config => {
                self.kind(event);
                self.user(Show::Plain, event, login);
                self.success(items);
            }
            Report::Authentication | Report::Login => {
                self.account(event, items);
                self.plain(host, NULL);
                self.plain(terminal, NULL);
                self.plain(exe, NULL);
                self.success(items);
            }
            Report::Accounts => {
                self.user(Show::Escaped, event, login);
                self.plain(host, NOTHING);
                self.plain(terminal, NOTHING);
                self.plain(exe, NOTHING);
                self.plain(items.account.as_deref(), NOTHING);
                self.success(items);
            }
            Report::Event => {
                self.serial(event);
                self.kind(event);
                self.user(Show::Escaped, event, login);
                return self.success(items);
            }
            _ => return self.value_columns(event, items),
        }
        self.serial(event);
    }

    /// Those that begin with a value: a host, a terminal, a user, a program.
    fn value_columns(&mut self, event: &Event, items: &Items<'_>) {
        let (terminal, host, exe) = (items.terminal.as_deref(), items.host.as_deref(), items.exe.as_deref());
        let command = items.comm.as_deref();
        let login = items.auid.unwrap_or(NOBODY);
        match self.report {
            Report::Host => {
                self.plain(host, NULL);
                self.call(event, items);
                self.user(Show::Escaped, event, login);
            }
            Report::Terminal => {
                self.plain(terminal, NULL);
                self.plain(host, NULL);
                self.text(exe, NULL);
                self.user(Show::Escaped, event, login);
            }
            Report::User => {
                self.user(Show::Escaped, event, login);
                self.plain(terminal, NOTHING);
                self.plain(host, NOTHING);
                self.text(exe, NOTHING);
            }
            Report::Executable | Report::Command | Report::Anomaly => {
                match self.report {
                    Report::Executable => self.text(exe, NOTHING),
                    Report::Command => self.text(command, NOTHING),
                    _ => {
                        self.kind(event);
                        self.text(exe.or(command), NOTHING);
                    }
                }
                self.plain(terminal, NOTHING);
                self.plain(host, NOTHING);
                self.user(Show::Escaped, event, login);
            }
            _ => return self.other_columns(event, items, [exe, command]),
        }
        self.serial(event);
    }

    fn other_columns(&mut self, event: &Event, items: &Items<'_>, [program, command]: [Option<&[u8]>; 2]) {
        let login = items.auid.unwrap_or(NOBODY);
        match self.report {
            Report::File => {
                // old kernels name the directory of a file first
                let at = if items.files.len() > 1 { items.parents } else { 0 };
                self.text(items.files.get(at).map(|file| &**file), "");
                self.call(event, items);
                self.success(items);
                self.text(program, NOTHING);
                self.user(Show::Escaped, event, login);
            }
            Report::Pid => {
                self.cells.number(items.pid.unwrap_or(0).into());
                self.text(program, NOTHING);
                self.call(event, items);
                self.user(Show::Escaped, event, login);
            }
            Report::Syscall => {
                self.call(event, items);
                self.cells.number(items.pid.unwrap_or(u32::MAX).into());
                self.text(command, NOTHING);
                self.user(Show::Escaped, event, login);
            }
            Report::Mac | Report::Crypto => {
                let show = if self.report == Report::Mac { Show::Plain } else { Show::Escaped };
                self.user(show, event, login);
                self.kind(event);
                self.success(items);
            }
            Report::Key => {
                self.plain(items.keys.first().map(|key| &**key), NULL);
                self.success(items);
                self.text(program, NOTHING);
                self.user(Show::Escaped, event, login);
            }
            Report::Tty => {
                self.serial(event);
                self.user(Show::Escaped, event, login);
                self.plain(items.terminal.as_deref(), NOTHING);
                self.cells.number(items.session.unwrap_or(NOBODY).into());
                self.text(command, NOTHING);
                return self.typed(event);
            }
            // integrity, responses, virtual machines
            _ => {
                self.kind(event);
                self.success(items);
            }
        }
        self.serial(event);
    }

    fn decision(&mut self, event: &Event, items: &Items<'_>, decision: &Decision<'_>) {
        self.text(items.comm.as_deref(), NOTHING);
        self.plain(decision.subject.as_deref(), NULL);
        self.call(event, items);
        self.plain(decision.class.as_deref(), NULL);
        self.plain(decision.permissions.as_deref(), NULL);
        self.plain(decision.object.as_deref(), NULL);
        let granted = decision.granted.map(|granted| if granted { &b"granted"[..] } else { b"denied" });
        self.plain(granted, UNSET);
        self.serial(event);
    }

    fn text(&mut self, text: Option<&[u8]>, missing: &str) {
        self.cells.text(Show::Escaped, text, missing);
    }

    fn plain(&mut self, text: Option<&[u8]>, missing: &str) {
        self.cells.text(Show::Plain, text, missing);
    }

    fn success(&mut self, items: &Items<'_>) {
        self.plain(success(items), UNSET);
    }

    fn serial(&mut self, event: &Event) {
        self.cells.number(event.id.serial);
    }

    fn kind(&mut self, event: &Event) {
        self.named(Show::Plain, |_, out| push_type(Kind(first_type(event)), out));
    }

    fn call(&mut self, event: &Event, items: &Items<'_>) {
        let show = if self.namer.interprets { Show::Plain } else { Show::Number };
        self.named(show, |namer, out| namer.push_call(event, items, out));
    }

    fn user(&mut self, show: Show, event: &Event, uid: u32) {
        let show = if self.namer.interprets { show } else { Show::Number };
        self.named(show, |namer, out| namer.push_user(event, uid, out));
    }

    fn named(&mut self, show: Show, push: impl FnOnce(&mut Namer, &mut Vec<u8>)) {
        self.part.clear();
        push(&mut self.namer, &mut self.part);
        self.cells.text(show, Some(&self.part), "");
    }

    /// Who logs in: of one who failed there is no login uid, and an authentication has its own.
    fn account(&mut self, event: &Event, items: &Items<'_>) {
        let (named, uid) = match self.report {
            Report::Login => (items.success == Some(FAILED), items.auid.unwrap_or(NOBODY)),
            _ => (true, items.uid.unwrap_or(u32::MAX)),
        };
        match items.account.as_deref().filter(|_| named) {
            Some(account) => self.text(Some(account), ""),
            None => self.user(Show::Escaped, event, uid),
        }
    }

    /// What was typed. It is quoted and escaped already.
    fn typed(&mut self, event: &Event) {
        self.part.clear();
        if let Some(first) = event.records().next()
            && let Some(data) = crate::text::after(first.text(), b"data=")
        {
            let data = data.get(..memchr::memrchr(b' ', data).unwrap_or(data.len())).unwrap_or(data);
            self.interpreter.as_meaning(Meaning::Tty, &Context::default(), None, data, &mut self.part);
        }
        self.cells.text(Show::Ready, Some(&self.part), "");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::cells::write_numbered;

    fn rows(report: Report, interprets: bool, records: &[(u32, &str)]) -> String {
        let mut event = Event::default();
        event.id.serial = 5;
        for (kind, line) in records {
            event.push(Kind(*kind), line.as_bytes());
        }
        let items = Items::of(&event, report.wanted()).unwrap();
        let mut rows = Rows::new(report, Form::Text, interprets, Escape::default(), &DateForm::default());
        let (mut made, mut out) = (Vec::new(), Vec::new());
        rows.push(&event, &items, &mut made);
        write_numbered(&made, true, &mut 0, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        // times are of the machine's zone
        out.lines().map(|row| row.splitn(4, ' ').nth(3).unwrap()).collect::<Vec<_>>().join("|")
    }

    const DENIAL: &str = "avc:  denied  { read open } for  pid=7 comm=\"x\" path=\"/a b\" scontext=s:c tcontext=o:c tclass=file permissive=1";

    #[test]
    fn each_decision_has_a_row() {
        let second = DENIAL.replace("denied  { read open }", "granted  { search }").replace("=file", "=dir");
        assert_eq!(
            rows(Report::Avc, false, &[(1400, DENIAL), (1400, &second)]),
            "x s:c 0 file read open o:c denied 5|x s:c 0 dir search o:c granted 5"
        );
        let apparmor = "apparmor=\"DENIED\" operation=\"open\" class=\"file\" profile=\"man\" name=\"/x\" pid=7 comm=\"man\" requested_mask=\"r\" ";
        assert_eq!(rows(Report::Avc, false, &[(1400, apparmor)]), "man man 0 file r /x denied 5");
    }

    #[test]
    fn the_directory_of_a_file_is_left_out_where_it_can_be_told() {
        let path = |name, kind| format!("type=PATH msg=audit(1.000:5): item=0 name=\"{name}\" inode=1 nametype={kind}");
        let names = |last: &str| {
            let (parent, file) = (path("/d", "PARENT"), path("/d/f", "NORMAL"));
            rows(Report::File, false, &[(1302, &format!("{parent}{last}")), (1302, &format!("{file}{last}"))])
        };
        assert_eq!(names(""), "/d/f 0 unset ? -2 5");
        assert_eq!(names(" cap_fp=0"), "/d 0 unset ? -2 5", "as aureport");
    }

    #[test]
    fn users_are_called_as_the_log_calls_them() {
        let login = "pid=1 uid=0 auid=1000 ses=1 subj=u msg='op=login acct=\"joe\" exe=\"/bin/login\" hostname=h addr=? terminal=tty1 res=success'\u{1d}UID=\"root\" AUID=\"jo\"";
        assert_eq!(rows(Report::Login, true, &[(1112, login)]), "jo h tty1 /bin/login yes 5");
        assert_eq!(rows(Report::Login, false, &[(1112, login)]), "1000 h tty1 /bin/login yes 5");
        let failed = login.replace("res=success", "res=failed");
        assert_eq!(rows(Report::Login, true, &[(1112, &failed)]), "joe h tty1 /bin/login no 5");
    }

    #[test]
    fn nothing_drives_a_terminal() {
        let line = "pid=1 uid=0 auid=1000 ses=1 msg='op=x exe=\"/bin/x\" hostname=a\u{1b}[1m, addr=?, terminal=t\r res=success'";
        assert!(!rows(Report::Terminal, false, &[(1112, line)]).contains(char::is_control));
    }

    #[test]
    fn what_was_typed_is_told_by_key() {
        let line = "tty pid=1 uid=0 auid=1000 ses=3 major=4 minor=1 comm=\"sh\" data=6C730D";
        assert_eq!(rows(Report::Tty, false, &[(1319, &format!("{line} "))]), "5 1000 ? 3 sh \"ls\",<ret>");
    }
}
