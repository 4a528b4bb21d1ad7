//! Which events are asked for.

use crate::event::{Event, Record};
use crate::items::{Items, Unreadable, Wanted};
use crate::marks::{Lead, Mark};
use crate::needle::Needle;
use crate::pattern::Pattern;
use crate::who::Who;
use raudit_index::filter::{Suffix, Term};
use raudit_record::Kind;
use raudit_record::names::Names;
use raudit_tables::record_type::RECORD_TYPE;
use std::borrow::Cow;

/// A range of time. Applied to records, before they are put together.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Window {
    /// From this second on; 0 for no limit.
    pub start: i64,
    /// Up to the end of this second; 0 for no limit.
    pub end: i64,
}

impl Window {
    /// Whether a second belongs to it.
    pub fn covers(&self, sec: u64) -> bool {
        let sec = i64::try_from(sec).unwrap_or(i64::MAX);
        (self.start == 0 || sec >= self.start) && (self.end == 0 || sec <= self.end)
    }

    /// Its first and last second.
    pub(crate) fn seconds(&self) -> (u64, u64) {
        let limit = |second: i64, none| if second == 0 { none } else { u64::try_from(second).unwrap_or(0) };
        (limit(self.start, 0), limit(self.end, u64::MAX))
    }

    /// Whether a record of this second shows how far back the logs go: any, or one from before the start.
    pub fn may_start_at(&self, sec: u64) -> bool {
        self.start == 0 || i64::try_from(sec).is_ok_and(|sec| sec < self.start)
    }
}

/// Conditions that must all hold. The default asks for every event.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// `-a`: the event's serial number.
    pub serial: Option<u64>,
    /// `-m`: one record at least is of one of these types; empty for no condition.
    pub kinds: Vec<Kind>,
    /// `-n`: it is of one of these machines; empty for no condition.
    pub nodes: Vec<Vec<u8>>,
    /// `-ui`, `-ue`, `-ul`, `-ua`, `-gi`, `-ge`, `-ga`.
    pub who: Who,
    /// `-pp`
    pub ppid: Option<u32>,
    /// `-p`
    pub pid: Option<u32>,
    /// `--session`
    pub session: Option<u32>,
    /// `--arch`: `AUDIT_ARCH_*`.
    pub arch: Option<u32>,
    /// `-sc`
    pub syscall: Option<u32>,
    /// `-e`
    pub exit: Option<i64>,
    /// `-sv`
    pub success: Option<bool>,
    /// `-f`: a file's name, or the working directory.
    pub file: Option<Needle>,
    /// `--file-glob`, `--file-regex`: likewise, and all of them.
    pub file_patterns: Vec<Pattern>,
    /// `-hn`
    pub host: Option<Needle>,
    /// `-tm`
    pub terminal: Option<Needle>,
    /// `-x`
    pub exe: Option<Needle>,
    /// `-c`
    pub comm: Option<Needle>,
    /// `-k`: one of the keys.
    pub key: Option<Needle>,
    /// `-vm`
    pub vm: Option<Needle>,
    /// `-uu`
    pub uuid: Option<Needle>,
    /// `-su`: a context of who acts.
    pub subject: Option<Needle>,
    /// `-o`: a context of what is acted on.
    pub object: Option<Needle>,
    /// `-se`: one of the two is enough.
    pub any_context: bool,
    /// How events are shown needs the architecture of calls.
    pub interprets: bool,
}

/// What a query says to an event.
#[derive(Clone, Copy, Debug)]
pub enum Verdict<'a> {
    /// All conditions hold.
    Match,
    /// Some condition does not hold.
    Other,
    /// This record, which might have matched, cannot be read: neither.
    Malformed(Unreadable, Record<'a>),
}

impl Query {
    /// What has to be read of an event.
    pub fn wanted(&self) -> Wanted {
        let asked = [
            (self.ppid.is_some(), Wanted::PPID),
            (self.pid.is_some(), Wanted::PID),
            (self.session.is_some(), Wanted::SESSION),
            (self.arch.is_some() || self.interprets, Wanted::ARCH),
            (self.exit.is_some(), Wanted::EXIT),
            (self.success.is_some(), Wanted::SUCCESS),
            (self.file.is_some() || !self.file_patterns.is_empty(), Wanted::FILES),
            (self.host.is_some(), Wanted::HOST),
            (self.terminal.is_some(), Wanted::TERMINAL),
            (self.exe.is_some(), Wanted::EXE),
            (self.comm.is_some(), Wanted::COMM),
            (self.key.is_some(), Wanted::KEYS),
            (self.vm.is_some(), Wanted::VM),
            (self.uuid.is_some(), Wanted::UUID),
            (self.subject.is_some(), Wanted::SUBJECT),
            (self.object.is_some(), Wanted::OBJECT),
        ];
        self.who.wanted().and(Wanted::those(asked))
    }

    /// Makes texts match as a whole (`-w`).
    pub fn be_exact(&mut self) {
        let texts = [
            &mut self.file,
            &mut self.host,
            &mut self.terminal,
            &mut self.exe,
            &mut self.comm,
            &mut self.key,
            &mut self.vm,
            &mut self.uuid,
            &mut self.subject,
            &mut self.object,
        ];
        texts.into_iter().flatten().for_each(Needle::be_exact);
    }
}

/// A query that is put to events.
#[derive(Debug)]
pub struct Judge<'a> {
    query: &'a Query,
    wanted: Wanted,
    marks: Vec<Mark>,
    names: Names,
}

impl<'a> Judge<'a> {
    /// Looks names of users up on this host.
    pub fn new(query: &'a Query) -> Self {
        Self { query, wanted: query.wanted(), marks: query.marks(), names: Names::new() }
    }

    /// Judges an event.
    pub fn judge<'e>(&mut self, event: &'e Event) -> Verdict<'e> {
        let query = self.query;
        // what can be seen without reading the records comes first
        if query.serial.is_some_and(|serial| serial != event.id.serial)
            || !(query.nodes.is_empty() || query.nodes.contains(&event.node))
            || !(query.kinds.is_empty() || event.records().any(|record| query.kinds.contains(&record.kind)))
            || !self.marks.iter().all(|mark| mark.may_be_in(event.text()))
        {
            return Verdict::Other;
        }
        let items = match Items::of(event, self.wanted) {
            Ok(items) => items,
            Err((why, record)) => return Verdict::Malformed(why, record),
        };
        let matches = query.who.matches(event, &items, &mut self.names)
            && query.has_numbers(&items)
            && query.has_texts(&items)
            && query.has_contexts(&items);
        if matches { Verdict::Match } else { Verdict::Other }
    }
}

impl Query {
    /// What stands in every event that is asked for: texts, and fields in which they may be coded.
    fn texts(&self) -> impl Iterator<Item = (&[u8], &[&str])> {
        // some records that do not name a terminal or a program count as if they had these
        let unsaid = |needle: &&Needle| !needle.matches(b"(none)") && !needle.matches(b"(null)");
        let texts: [(Option<&Needle>, &[&str]); 7] = [
            (self.key.as_ref(), &["key="]),
            (self.comm.as_ref(), &["comm="]),
            (self.exe.as_ref().filter(unsaid), &["exe="]),
            (self.terminal.as_ref().filter(unsaid), &[]),
            (self.uuid.as_ref(), &[]),
            (self.vm.as_ref(), &["vm="]),
            (self.file.as_ref(), &NAMES),
        ];
        let texts = texts.into_iter().filter_map(|(needle, fields)| Some((needle?.text(), fields)));
        // a name is put together of a directory and what follows it, but no part between slashes is
        let part = |text| <[u8]>::split(text, |&byte| byte == b'/').max_by_key(|part| part.len()).unwrap_or_default();
        texts.map(move |(text, fields)| (if fields == NAMES { part(text) } else { text }, fields))
    }

    /// What stands in every event that is asked for: numbers of fields with names that end so.
    fn numbers(&self) -> impl Iterator<Item = (&'static str, Suffix, u32)> {
        let numbers = [
            ("pid", Suffix::Pid, self.pid),
            ("ppid", Suffix::Pid, self.ppid),
            ("ses", Suffix::Ses, self.session),
            ("syscall", Suffix::Syscall, self.syscall),
        ];
        numbers.into_iter().filter_map(|(field, suffix, number)| Some((field, suffix, number?)))
    }

    /// What stands in every event that is asked for.
    fn marks(&self) -> Vec<Mark> {
        let host = self.host.as_ref().map(|host| Mark::coded(host.text(), &["saddr=0200", "saddr=0A00", "saddr=0a00"]));
        let texts = self.texts().map(|(text, fields)| Mark::coded(text, fields));
        let numbers = self.numbers().filter_map(|(field, _, number)| Mark::number(field, number));
        let users = self.who.leads().into_iter().map(|lead| lead.mark);
        texts.chain(host).chain(numbers).chain(users).filter(|mark| !mark.is_empty()).collect()
    }

    /// What stands in a record of every event that is asked for: the rarest that is known of.
    pub fn lead(&self) -> Option<Lead> {
        let few = |count: usize| (1..=MOST_ALTERNATIVES).contains(&count);
        let text = |text: &[u8]| Term::Text(text.to_vec());
        // 0 stands for one that is missing, and a large one may be written as a negative
        let serial = self.serial.filter(|&serial| serial > 0 && i64::try_from(serial).is_ok());
        let serial =
            serial.map(|serial| Lead { mark: Mark::plain(serial.to_string().as_bytes()), term: Term::Serial(serial) });
        let kinds = few(self.kinds.len()).then(|| Lead {
            mark: Mark::any(self.kinds.iter().flat_map(|kind| written(*kind))),
            term: Term::Any(self.kinds.iter().map(|kind| Term::Kind(kind.0)).collect()),
        });
        let nodes = few(self.nodes.len()).then(|| Lead {
            mark: Mark::any(&self.nodes),
            term: Term::Any(self.nodes.iter().map(|node| text(node)).collect()),
        });
        let texts = self.texts().map(|(part, _)| Lead { mark: Mark::spelled(part), term: text(part) });
        let numbers = self.numbers().filter_map(|(field, suffix, number)| Lead::number(field, suffix, number));
        let leads = [serial, kinds, nodes].into_iter().flatten().chain(texts).chain(numbers).chain(self.who.leads());
        leads.filter(|lead| !lead.mark.is_empty()).max_by_key(|lead| lead.mark.len())
    }

    fn has_numbers(&self, items: &Items<'_>) -> bool {
        let is = |asked: Option<u32>, has: Option<u32>| asked.is_none() || asked == has;
        is(self.ppid, items.ppid)
            && is(self.pid, items.pid)
            && is(self.session, items.session)
            && is(self.arch, Some(items.arch))
            && is(self.syscall, Some(items.syscall))
            && is(self.success.map(u32::from), items.success)
            && (self.exit.is_none() || self.exit == items.exit)
    }

    fn has_texts(&self, items: &Items<'_>) -> bool {
        let is = |asked: Option<&Needle>, has: Option<&Cow<'_, [u8]>>| {
            asked.is_none_or(|needle| has.is_some_and(|text| needle.matches(text)))
        };
        let one = |asked: Option<&Needle>, has: &[Cow<'_, [u8]>]| {
            asked.is_none_or(|needle| has.iter().any(|text| needle.matches(text)))
        };
        let names = || items.files.iter().chain(&items.cwd);
        self.file_patterns.iter().all(|pattern| names().any(|name| pattern.matches(name)))
            && (one(self.file.as_ref(), &items.files) || is(self.file.as_ref(), items.cwd.as_ref()))
            && is(self.host.as_ref(), items.host.as_ref())
            && is(self.terminal.as_ref(), items.terminal.as_ref())
            && is(self.exe.as_ref(), items.exe.as_ref())
            && is(self.comm.as_ref(), items.comm.as_ref())
            && one(self.key.as_ref(), &items.keys)
            && is(self.vm.as_ref(), items.vm.as_ref())
            && is(self.uuid.as_ref(), items.uuid.as_ref())
    }

    fn has_contexts(&self, items: &Items<'_>) -> bool {
        let one = |asked: Option<&Needle>, has: &[Cow<'_, [u8]>]| {
            asked.map(|needle| has.iter().any(|text| needle.matches(text)))
        };
        let [subject, object] =
            [one(self.subject.as_ref(), &items.subjects), one(self.object.as_ref(), &items.objects)];
        if self.any_context {
            subject == Some(true) || object == Some(true)
        } else {
            subject != Some(false) && object != Some(false)
        }
    }
}

/// Each is looked for on its own, which at some number costs more than it saves.
const MOST_ALTERNATIVES: usize = 4;

/// The fields in which names of files are written, and those of local sockets (`AF_UNIX`).
const NAMES: [&str; 6] = [" name=", "cwd=", " path=", " new-disk=", "saddr=0100", "saddr=0001"];

/// How a record's type may be written.
fn written(kind: Kind) -> Vec<String> {
    let names = RECORD_TYPE.iter().filter(|(number, _)| *number == kind.0).map(|(_, name)| name);
    let both = names.flat_map(|name| [name.to_owned(), name.to_ascii_lowercase()]);
    both.chain([format!("={} ", kind.0), format!("[{}", kind.0)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(key: &str) -> Event {
        let mut event = Event::default();
        event.id.serial = 7;
        event.push(Kind::SYSCALL, format!("arch=c000003e syscall=257 a0=1 a1=2 {key}").as_bytes());
        event.push(Kind::CWD, b"cwd=\"/\"");
        event
    }

    /// In a letter.
    fn judged(query: &Query, event: &Event) -> char {
        match Judge::new(query).judge(event) {
            Verdict::Match => 'm',
            Verdict::Other => '-',
            Verdict::Malformed(..) => '!',
        }
    }

    fn judge(key: &str, event: &Event) -> char {
        judged(&Query { key: Some(Needle::new(key.as_bytes())), ..Query::default() }, event)
    }

    #[test]
    fn keys_match_by_part_in_quotes_in_hexadecimal_and_among_several() {
        for text in ["key=\"abc\"", "key=\"xabcx\" a=b", "key=616263", "key=64656601616263"] {
            assert_eq!(judge("abc", &event(text)), 'm', "{text}");
        }
        for text in ["", "key=\"ABC\"", "key=(null)", "key=abc", "key=\"d\" key=\"abc\"", "subj=key"] {
            assert_eq!(judge("abc", &event(text)), '-', "{text}");
        }
        assert_eq!(judge("", &event("key=(null)")), 'm');
        assert_eq!(judge("", &event("items=1")), '-');
        assert_eq!(judge("abc", &event("key=\"abc")), '!');
    }

    #[test]
    fn any_records_type_and_the_serial_decide() {
        let of = |kinds: &[Kind]| judged(&Query { kinds: kinds.to_vec(), ..Query::default() }, &event(""));
        assert_eq!(of(&[Kind::PATH, Kind::CWD]), 'm');
        assert_eq!(of(&[Kind::PATH]), '-');
        assert_eq!(judged(&Query { serial: Some(7), ..Query::default() }, &event("")), 'm');
        assert_eq!(judged(&Query { serial: Some(8), ..Query::default() }, &event("")), '-');
    }

    #[test]
    fn what_is_not_asked_for_need_not_be_readable() {
        let mut event = Event::default();
        event.push(Kind::SYSCALL, b"arch=c000003e syscall=0 a0=1 a1=2 pid=5 comm=\"torn");
        assert_eq!(judged(&Query::default(), &event), 'm');
        assert_eq!(judged(&Query { pid: Some(5), ..Query::default() }, &event), 'm');
        assert_eq!(judged(&Query { comm: Some(Needle::new(b"torn")), ..Query::default() }, &event), '!');
    }

    #[test]
    fn a_file_is_any_name_or_the_directory() {
        let mut event = Event::default();
        let head = "type=CWD msg=audit(1700000000.000:1): ";
        event.push(Kind::CWD, format!("{head}cwd=\"/srv\"").as_bytes());
        event.push(Kind::PATH, format!("{head}item=0 name=\"./a\" inode=1").as_bytes());
        event.push(Kind::PATH, format!("{head}item=1 name=2F6220 inode=1").as_bytes());
        let file = |name: &str, exact: bool| {
            let mut query = Query { file: Some(Needle::new(name.as_bytes())), ..Query::default() };
            if exact {
                query.be_exact();
            }
            judged(&query, &event)
        };
        assert_eq!([file("/srv/./a", true), file("/b ", true), file("/srv", true), file("/sr", false)], ['m'; 4]);
        assert_eq!([file("/sr", true), file("inode", false)], ['-'; 2]);
    }

    #[test]
    fn both_ends_of_the_window_belong_to_it() {
        let window = Window { start: 10, end: 20 };
        assert_eq!([9, 10, 20, 21].map(|sec| window.covers(sec)), [false, true, true, false]);
        assert!(Window::default().covers(u64::MAX));
    }

    #[test]
    fn what_is_asked_for_stands_where_a_search_looks_first() {
        let of = |serial| Query { serial: Some(serial), ..Query::default() }.lead();
        // a serial that is missing is 0; zeros may stand before; a negative one is large
        assert!(of(0).is_none() && of(u64::MAX).is_none());
        assert!(of(7).unwrap().mark.may_be_in(b"msg=audit(1700000000.000:007):"));
        let file = |name: &[u8]| Query { file: Some(Needle::new(name)), ..Query::default() }.lead();
        assert!(file(b"a b").unwrap().mark.may_be_in(b"msg='cwd=2F686F6D652F61206220 cmd=\"ls\" res=failed'"));
        let joined = file(b"/srv/./data").unwrap();
        assert!(joined.mark.may_be_in(b"name=\"./data\"") && joined.mark.may_be_in(b"name=2E2F64617461"));
        assert!(file(b"/").is_none() && file(b"").is_none());
        let kinds = Query { kinds: vec![Kind::CWD], key: Some(Needle::new(b"k")), ..Query::default() }.lead().unwrap();
        assert!(
            ["type=CWD ", "type=cwd ", "type=1307 ", "type=UNKNOWN[1307] "]
                .iter()
                .all(|t| kinds.mark.may_be_in(t.as_bytes()))
        );
        assert!(!kinds.mark.may_be_in(b"type=PATH "));
    }
}
