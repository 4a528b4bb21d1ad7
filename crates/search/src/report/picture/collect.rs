//! What is counted for a picture, event by event.

use super::counts::{Count, Counts, join};
use super::timeline::Timeline;
use crate::event::{Event, Record};
use crate::items::{Items, Wanted};
use crate::report::Report;
use crate::report::choose::FAILED;
use crate::report::names::{NOBODY, Namer};
use chrono::{Local, Offset};
use memchr::memmem;
use raudit_record::Kind;
use raudit_record::names::UNSET;
use raudit_tables::errno;

/// What else has to be read of an event that failed. It is read apart: a record that lacks it must not drop an event that the
/// default report counts.
const OF_FAILED: Wanted =
    crate::report::overview::WANTED.and(Wanted::UID).and(Wanted::EXIT).and(Wanted::ARCH).and(Wanted::ACCOUNT);

/// What stands where an event has nothing to say.
const NOTHING: &[u8] = b"?";

/// What was counted. Of several parts of a log it can be made one.
#[derive(Debug)]
pub(crate) struct Collected {
    /// The seconds of the first event and the last.
    pub(super) range: Option<(u64, u64)>,
    pub(super) timeline: Timeline,
    /// By login user,
    pub(super) users: Counts,
    /// by the program's file,
    pub(super) executables: Counts,
    /// by key of a rule.
    pub(super) keys: Counts,
    /// Of logins that failed: the account, where from, the program.
    pub(super) logins: Counts,
    /// Of calls that failed: the file or the call, the user, the program, the error.
    pub(super) accesses: Counts,
    namer: Namer,
    /// Room for a name, and for several texts in one.
    name: Vec<u8>,
    whole: Vec<u8>,
}

impl Default for Collected {
    fn default() -> Self {
        Self {
            range: None,
            timeline: Timeline::new(Local::now().offset().fix().local_minus_utc()),
            users: Counts::default(),
            executables: Counts::default(),
            keys: Counts::default(),
            logins: Counts::default(),
            accesses: Counts::default(),
            namer: Namer::new(true),
            name: Vec::new(),
            whole: Vec::new(),
        }
    }
}

impl Collected {
    /// Counts an event, of which is known what the default report wants.
    pub(crate) fn add(&mut self, event: &Event, items: &Items<'_>) {
        let failed = items.success == Some(FAILED);
        let count = Count { events: 1, failed: u64::from(failed), last: event.id.sec };
        self.reach((event.id.sec, event.id.sec));
        let second = i64::try_from(event.id.sec).unwrap_or(i64::MAX);
        self.timeline.add(second.saturating_mul(1000).saturating_add(event.id.milli.into()), failed);
        if let Some(auid) = items.auid {
            self.name.clear();
            self.namer.push_user(event, auid, &mut self.name);
            self.users.add(&self.name, count);
        }
        if let Some(exe) = &items.exe {
            self.executables.add(exe, count);
        }
        items.keys.iter().filter(|key| ***key != *b"(null)").for_each(|key| self.keys.add(key, count));
        if failed {
            let more = Items::of(event, OF_FAILED);
            let items = more.as_ref().unwrap_or(items);
            if Report::Login.covers(event, items) {
                self.login(event, items, count);
            }
            if items.syscall > 0 {
                self.access(event, items, count);
            }
        }
    }

    /// Counts what another counted, too.
    pub(crate) fn merge(&mut self, other: &Self) {
        if let Some(range) = other.range {
            self.reach(range);
        }
        self.timeline.merge(&other.timeline);
        self.users.merge(&other.users);
        self.executables.merge(&other.executables);
        self.keys.merge(&other.keys);
        self.logins.merge(&other.logins);
        self.accesses.merge(&other.accesses);
    }

    /// How many values it holds.
    pub(crate) fn size(&self) -> usize {
        [&self.users, &self.executables, &self.keys, &self.logins, &self.accesses]
            .map(Counts::distinct)
            .into_iter()
            .sum()
    }

    fn reach(&mut self, (first, last): (u64, u64)) {
        let (begin, end) = self.range.unwrap_or((first, last));
        self.range = Some((begin.min(first), end.max(last)));
    }

    fn login(&mut self, event: &Event, items: &Items<'_>, count: Count) {
        let from = items.host.as_deref().or(items.terminal.as_deref()).unwrap_or(NOTHING);
        self.name.clear();
        match &items.account {
            Some(account) => self.name.extend_from_slice(account),
            None => self.namer.push_user(event, items.auid.unwrap_or(NOBODY), &mut self.name),
        }
        join(&[&self.name, from, items.exe.as_deref().unwrap_or(NOTHING)], &mut self.whole);
        self.logins.add(&self.whole, count);
    }

    fn access(&mut self, event: &Event, items: &Items<'_>, count: Count) {
        let mut user = Vec::new();
        match (items.auid.filter(|&auid| auid != UNSET), items.uid) {
            // one who never logged in is known by his uid
            (None, Some(uid)) => self.namer.push_uid(event, uid, &mut user),
            (auid, _) => self.namer.push_user(event, auid.unwrap_or(UNSET), &mut user),
        }
        self.name.clear();
        match items.files.get(directories(event)).or(items.files.first()) {
            Some(file) => self.name.extend_from_slice(file),
            None => {
                self.namer.push_call(event, items, &mut self.name);
                self.name.extend_from_slice(b"()");
            }
        }
        let program = items.exe.as_deref().or(items.comm.as_deref()).unwrap_or(NOTHING);
        let number = items.exit.filter(|exit| *exit < 0).and_then(|exit| u32::try_from(exit.unsigned_abs()).ok());
        let unnamed = number.map(|number| number.to_string());
        let error = number.and_then(errno::name).or(unnamed.as_deref()).map_or(NOTHING, str::as_bytes);
        join(&[&self.name, &user, program, error], &mut self.whole);
        self.accesses.add(&self.whole, count);
    }
}

/// How many PATH records come before that of the file itself: those of the directories it is made in, or taken out of.
fn directories(event: &Event) -> usize {
    let is_directory = |record: &Record<'_>| memmem::find(record.text(), b" nametype=PARENT").is_some();
    event.records().filter(|record| record.kind == Kind::PATH).take_while(is_directory).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::overview::WANTED;
    use crate::report::picture::counts::split;

    fn add(collected: &mut Collected, sec: u64, records: &[(u32, String)]) {
        let mut event = Event::default();
        event.id.sec = sec;
        for (kind, line) in records {
            event.push(Kind(*kind), line.as_bytes());
        }
        let items = Items::of(&event, WANTED).unwrap();
        collected.add(&event, &items);
    }

    fn call(success: &str, exit: i64, auid: u32, enriched: &str) -> (u32, String) {
        let line = format!(
            "arch=c000003e syscall=87 success={success} exit={exit} a0=0 a1=0 ppid=1 pid=2 auid={auid} uid=0 gid=0 euid=0 suid=0 \
             fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"rm\" exe=\"/bin/rm\" subj=u key=\"k\"{enriched}"
        );
        (1300, line)
    }

    fn path(name: &str, kind: &str) -> (u32, String) {
        (
            1302,
            format!("type=PATH msg=audit(1.000:5): item=0 name=\"{name}\" inode=1 dev=fe:00 nametype={kind} cap_fp=0"),
        )
    }

    fn login(account: &str, result: &str) -> (u32, String) {
        let line = format!(
            "pid=1 uid=0 auid=4294967295 ses=1 msg='op=login acct=\"{account}\" exe=\"/bin/login\" hostname=h addr=? terminal=t res={result}'"
        );
        (1112, line)
    }

    fn texts(counts: &Counts) -> Vec<(String, u64, u64)> {
        let text = |text: &[u8]| {
            split(text).iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect::<Vec<_>>().join("|")
        };
        counts.top(9).into_iter().map(|(whole, count)| (text(whole), count.events, count.last)).collect()
    }

    #[test]
    fn what_failed_is_told_by_file_user_program_and_error() {
        let mut collected = Collected::default();
        let by_jo = "\u{1d}ARCH=x86_64 SYSCALL=unlink AUID=\"jo\" UID=\"root\"";
        add(&mut collected, 5, &[call("no", -13, 1000, by_jo), path("/etc/", "PARENT"), path("/etc/x", "DELETE")]);
        add(&mut collected, 4, &[call("no", -13, 1000, by_jo), path("/etc/", "PARENT"), path("/etc/x", "DELETE")]);
        add(&mut collected, 6, &[call("yes", 0, 1000, by_jo), path("/etc/y", "DELETE")]);
        add(&mut collected, 7, &[call("no", -2, u32::MAX, by_jo)]);
        add(&mut collected, 8, &[call("no", -12345, 1000, by_jo), path("/etc/", "PARENT")]);
        let found = texts(&collected.accesses);
        let all = [
            ("/etc/x|jo|/bin/rm|EACCES".to_owned(), 2, 5),
            ("/etc/|jo|/bin/rm|12345".to_owned(), 1, 8),
            ("unlink()|root|/bin/rm|ENOENT".to_owned(), 1, 7),
        ];
        assert_eq!(found, all);
        assert_eq!(collected.users.top(1), [(&b"jo"[..], Count { events: 4, failed: 3, last: 8 })]);
        assert_eq!(collected.keys.top(9).len(), 1);
    }

    #[test]
    fn logins_are_told_by_account_origin_and_program() {
        let mut collected = Collected::default();
        add(&mut collected, 1, &[login("jo", "failed")]);
        add(&mut collected, 9, &[login("jo", "failed")]);
        add(&mut collected, 10, &[login("jo", "success")]);
        assert_eq!(texts(&collected.logins), [("jo|h|/bin/login".to_owned(), 2, 9)]);
        assert!(texts(&collected.accesses).is_empty());
    }

    #[test]
    fn parts_of_a_log_make_the_whole() {
        let (mut whole, mut one, mut other) = (Collected::default(), Collected::default(), Collected::default());
        for number in 0..60 {
            let part = if number % 7 < 3 { &mut one } else { &mut other };
            for collected in [&mut whole, part] {
                let result = if number % 2 == 0 { ("no", -13) } else { ("yes", 0) };
                let name = format!("/{}", number % 9);
                add(collected, number * number, &[call(result.0, result.1, 5, ""), path(&name, "NORMAL")]);
                add(collected, number, &[login(&format!("u{}", number % 5), "failed")]);
            }
        }
        other.merge(&one);
        for (sum, all) in
            [(&other.accesses, &whole.accesses), (&other.logins, &whole.logins), (&other.users, &whole.users)]
        {
            assert_eq!(sum.top(99), all.top(99));
        }
        assert!(other.timeline.bars().eq(whole.timeline.bars()));
        assert_eq!((other.range, whole.range), (Some((0, 59 * 59)), Some((0, 59 * 59))));
    }
}
