use super::*;
use crate::event::Event;
use crate::group::Grouper;
use crate::report::made::Style;
use raudit_record::interpret::Escape;
use raudit_record::stamp::StampReader;
use raudit_rules::check::lines;
use std::sync::Arc;

fn rules(text: &str) -> Arc<Rules> {
    let mut notes = Vec::new();
    let rules = Rules::of(vec![b"r".to_vec()], lines(text.as_bytes()), &mut notes).ok().unwrap();
    assert_eq!(String::from_utf8(notes).unwrap(), "");
    Arc::new(rules)
}

/// A call, of an x86_64 machine by uid and auid 1000 unless `more` says otherwise, with its other records.
fn call(serial: u64, number: u32, more: &str, records: &[&str]) -> String {
    let ids = "ppid=1 pid=2 auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000";
    let mut defaults = format!("arch=c000003e syscall={number} success=yes exit=0 a0=ffffff9c a1=0 a2=0 a3=0 {ids}");
    let mut rest = String::new();
    for word in more.split(' ').filter(|word| !word.is_empty()) {
        let name = word.split('=').next().unwrap();
        let words: Vec<&str> = defaults.split(' ').collect();
        if words.iter().any(|old| old.split('=').next() == Some(name)) {
            let with =
                |old: &&str| if old.split('=').next() == Some(name) { word.to_owned() } else { (*old).to_owned() };
            defaults = words.iter().map(with).collect::<Vec<_>>().join(" ");
        } else {
            rest = format!("{rest} {word}");
        }
    }
    let items = records.iter().filter(|record| record.starts_with("PATH")).count();
    let rest = if rest.contains(" key=") { rest } else { format!("{rest} key=(null)") };
    let exe = if rest.contains(" exe=") { "" } else { " exe=\"/bin/x\"" };
    let stamp = format!("msg=audit({}.000:{serial}): ", 1_700_000_000 + serial);
    let mut lines = format!("type=SYSCALL {stamp}{defaults} items={items} comm=\"x\"{exe}{rest}\n");
    for record in records {
        let (kind, body) = record.split_once(' ').unwrap();
        lines += &format!("type={kind} {stamp}{body}\n");
    }
    lines
}

fn events(log: &str) -> Vec<Event> {
    let (mut grouper, mut stamps) = (Grouper::new(2), StampReader::default());
    log.lines().for_each(|line| grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes()));
    grouper.finish();
    std::iter::from_fn(|| grouper.pop()).collect()
}

fn counted(rules: &Arc<Rules>, events: &[Event]) -> Coverage {
    let mut coverage = Coverage::new(Arc::clone(rules));
    events.iter().for_each(|event| coverage.add(event));
    coverage
}

fn shown(coverage: &Coverage) -> String {
    let mut out = Vec::new();
    coverage.print(&Style { interprets: true, escape: Escape::Tty, ..Style::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Of each rule: its line, how many events are its own, and at least and at most how many may be.
fn fired(text: &str, log: &str) -> Vec<(usize, u64, (u64, u64))> {
    let rules = rules(text);
    let coverage = counted(&rules, &events(log));
    let of = |(entry, fired): (&rules::Entry, &count::Fired)| (entry.line, fired.seen.count, fired.range());
    let rows = rules.entries.iter().zip(&coverage.fired).map(of);
    rows.filter(|(_, _, (_, most))| *most > 0).collect()
}

#[test]
fn the_first_whose_conditions_hold_is_the_one() {
    let text = "-a always,exit -F arch=b64 -S openat -F uid=0 -k k\n\
                -a always,exit -F arch=b64 -S openat -F exit=-13 -k k\n\
                -a always,exit -F arch=b32 -S 257 -k k\n\
                -a always,exit -F arch=b64 -S openat -F success=1 -k other\n\
                -a always,exit -F arch=b64 -S openat -k k\n\
                -a always,exit -F arch=b64 -S openat -F a1=5 -k k\n";
    for (line, number, more) in [
        (1, 257, "uid=0 exit=-13"),
        (2, 257, "exit=-13 success=no"),
        (3, 257, "arch=40000003"),
        (5, 257, ""),
        (5, 257, "a1=5"),
    ] {
        let log = call(1, number, &format!("{more} key=\"k\""), &[]);
        assert_eq!(fired(text, &log), [(line, 1, (1, 1))], "{more}");
    }
    assert_eq!(fired(text, &call(1, 2, "key=\"k\"", &[])), [], "no rule of another call");
    assert_eq!(fired(text, &call(1, 257, "key=\"unknown\"", &[])), []);
    assert_eq!(fired(text, &call(1, 257, "", &[])), [], "all rules have keys");
}

#[test]
fn several_keys_are_one() {
    let text = "-a always,exit -F arch=b64 -S openat -k a -k b\n-a always,exit -F arch=b64 -S openat -k a\n";
    assert_eq!(fired(text, &call(1, 257, "key=610162", &[])), [(1, 1, (1, 1))]);
    assert_eq!(fired(text, &call(1, 257, "key=\"a\"", &[])), [(2, 1, (1, 1))]);
}

#[test]
fn each_kind_of_condition_is_judged_by_the_records() {
    let cwd = "CWD cwd=\"/home/u\"";
    let path = "PATH item=0 name=\"notes\" inode=77 dev=08:01 mode=0100644 ouid=0 ogid=5 rdev=00:00 obj=u:r:t:s0";
    let address = "SOCKADDR saddr=0A000050";
    for (condition, holds) in [
        ("-F uid=1000", true),
        ("-F auid!=unset", true),
        ("-F auid>=2000", false),
        ("-F gid=1000", true),
        ("-F a2&=0x40", true),
        ("-F a2=0x42", false),
        ("-F pers=0", true),
        ("-F exit=0", true),
        ("-F success=0", false),
        ("-F exe=/bin/x", true),
        ("-F exe!=/bin/x", false),
        ("-F exe!=/bin/y", true),
        ("-F path=/home/u/notes", true),
        ("-F dir=/home", true),
        ("-F dir=/home/u/notes", true),
        ("-F inode=77", true),
        ("-F inode=78", false),
        ("-F devmajor=8", true),
        ("-F devminor=2", false),
        ("-F filetype=file", true),
        ("-F filetype=dir", false),
        ("-F obj_uid=0", true),
        ("-F obj_gid=6", false),
        ("-F obj_type=t", true),
        ("-F obj_role!=r", false),
        ("-F subj_type=st", true),
        ("-F subj_user=r", false),
        ("-F perm=r", true),
        ("-F perm=w", false),
        ("-F perm=xa", false),
        ("-F saddr_fam=10", true),
        ("-F saddr_fam=2", false),
        ("-C uid!=obj_uid", true),
        ("-C uid=obj_uid", false),
        ("-C uid!=euid", false),
        ("-F sessionid=4", true),
    ] {
        let text = format!("-a always,exit -F arch=b64 -S openat {condition}\n");
        let log = call(1, 257, "a2=40 ses=4 subj=su:sr:st:s0-s1", &[address, cwd, path]);
        let expected = if holds { vec![(1, 1, (1, 1))] } else { vec![] };
        assert_eq!(fired(&text, &log), expected, "{condition}");
    }
}

#[test]
fn what_records_do_not_tell_is_not_false() {
    let text = "-a always,exit -F arch=b64 -S openat -F gid=7 -k k\n-a always,exit -F arch=b64 -S openat -k k\n";
    // a supplementary group, perhaps
    assert_eq!(fired(text, &call(1, 257, "key=\"k\"", &[])), [(1, 1, (0, 1)), (2, 0, (0, 1))]);
    // PATH records left out by the exclude list
    let log = call(1, 257, "key=\"k\"", &[]).replace("items=0", "items=1");
    let text = "-w /etc/a -p r -k k\n-a always,exit -F arch=b64 -S openat -k k\n";
    assert_eq!(fired(text, &log), [(1, 1, (0, 1)), (2, 0, (0, 1))]);
    // alone with its key it is certain
    assert_eq!(fired("-w /etc/a -p r -k k\n", &log), [(1, 1, (1, 1))]);
    assert_eq!(fired("-w /etc/a -p r\n", &log.replace("\"k\"", "(null)")), [(1, 1, (0, 1))]);
}

#[test]
fn files_under_other_names_are_known_by_the_key_alone() {
    let log = call(1, 59, "key=\"privileged\"", &["CWD cwd=\"/\"", "PATH name=\"/bin/su\""]);
    let su = "-a always,exit -F path=/usr/bin/su -F perm=x -k privileged\n";
    let sudo = "-a always,exit -F path=/usr/bin/sudo -F perm=x -k privileged\n";
    assert_eq!(fired(&[sudo, su].concat(), &log), [(2, 1, (1, 1))], "by the last part of the name");
    let log = log.replace("/bin/su\"", "/bin/link\"");
    assert_eq!(fired(&[sudo, su].concat(), &log), [(1, 1, (0, 1)), (2, 0, (0, 1))]);
    assert_eq!(fired(sudo, &log), [(1, 1, (1, 1))]);
    assert_eq!(fired(&sudo.replace(" -k privileged", ""), &log.replace("\"privileged\"", "(null)")), []);
}

#[test]
fn of_watches_the_first_item_decides_and_of_them_and_calls_the_earlier_rule() {
    let items = ["CWD cwd=\"/\"", "PATH item=0 name=\"/etc/a\"", "PATH item=1 name=\"/etc/b\""];
    let log = call(1, 82, "key=\"k\"", &items);
    let watches = "-w /etc/b -p w -k k\n-w /etc/a -p w -k k\n";
    assert_eq!(fired(watches, &log), [(2, 1, (1, 1))]);
    let first = "-a always,exit -F arch=b64 -S rename -k k\n";
    assert_eq!(fired(&[first, watches].concat(), &log), [(1, 1, (1, 1))]);
    let between = format!("-w /etc/b -p w -k k\n{first}-w /etc/a -p w -k k\n");
    assert_eq!(fired(&between, &log), [(1, 1, (1, 1))]);
    // a watch without a key leaves the key of the call's rule
    let keyless = format!("-w /etc/a -p w\n{first}");
    assert_eq!(fired(&keyless, &log), [(1, 1, (1, 1))]);
    assert_eq!(fired(&format!("{first}-w /etc/a -p w\n"), &log), [(1, 1, (1, 1))]);
}

#[test]
fn directories_descriptors_and_odd_names() {
    let under = |directory: &str, record: &str, first: &str| {
        let log = call(1, 263, &format!("key=\"k\" a0={first}"), &["CWD cwd=\"/etc/x\"", record]);
        fired(&format!("-a always,exit -F dir={directory} -F perm=wa -k k\n-w /other -k k\n"), &log)
    };
    let own = [(1, 1, (1, 1))];
    assert_eq!(under("/etc/", "PATH name=\"y\"", "ffffff9c"), own);
    assert_eq!(under("/etc/x", "PATH name=\"./y/../z\"", "ffffff9c"), own);
    assert_eq!(under("/", "PATH name=2F782079", "ffffff9c"), own, "/x y");
    let twice = [(1, 1, (0, 1)), (2, 0, (0, 1))];
    assert_eq!(under("/etc", "PATH name=\"y\"", "3"), twice, "relative to a directory that nobody names");
    assert_eq!(under("/etcetera", "PATH name=\"y\"", "ffffff9c"), twice, "neither");
    assert_eq!(under("/etc", "PATH name=(null) inode=4", "ffffff9c"), twice, "a file without a name");
}

#[test]
fn the_directory_of_a_relative_name_is_that_of_the_call() {
    let own = |number: u32, arguments: &str| {
        let log = call(1, number, &format!("key=\"k\" {arguments}"), &["CWD cwd=\"/etc\"", "PATH name=\"y\""]);
        fired("-w /etc/y -k k\n-a always,exit -F dir=/usr -k k\n", &log)
            .first()
            .is_some_and(|(_, _, range)| *range == (1, 1))
    };
    // creat, truncate, newfstatat, symlinkat, renameat
    for (number, arguments) in
        [(85, "a0=7ff0"), (76, "a0=7ff0"), (262, ""), (266, "a0=7ff0 a1=ffffffffffffff9c"), (264, "a2=ffffff9c")]
    {
        assert!(own(number, arguments), "{number} {arguments}");
    }
    for (number, arguments) in [(262, "a0=3"), (266, "a1=3"), (264, "a2=3"), (437, "a0=3")] {
        assert!(!own(number, arguments), "{number} {arguments}");
    }
}

#[test]
fn rules_about_tasks_are_known_by_their_key() {
    let text = "-a always,exit -F arch=b64 -S open -k other\n-a always,task -F exe=/bin/x -F key=t\n";
    assert_eq!(fired(text, &call(1, 2, "key=\"t\"", &[])), [(2, 1, (1, 1))]);
    assert_eq!(fired("-a always,task -F uid=0\n", &call(1, 2, "", &[])), [(1, 1, (0, 1))]);
}

#[test]
fn operations_of_io_uring_have_rules_of_their_own_and_watches() {
    let record = "uring_op=36 success=yes exit=0 items=1 ppid=1 pid=2 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 subj=x key=\"k\"";
    let log = format!(
        "type=URINGOP msg=audit(1700000000.000:1): {record}\ntype=CWD msg=audit(1700000000.000:1): cwd=\"/\"\n\
         type=PATH msg=audit(1700000000.000:1): item=0 name=\"/etc/a\"\n"
    );
    assert_eq!(fired("-a always,io_uring -S unlinkat -k k\n", &log), [(1, 1, (1, 1))]);
    assert_eq!(fired("-a always,io_uring -S openat -k k\n", &log), []);
    assert_eq!(fired("-w /etc/a -p wa -k k\n", &log), [(1, 1, (1, 1))]);
    assert_eq!(fired("-a always,exit -S all -k k\n", &log), []);
}

#[test]
fn messages_of_programs_are_explained_by_rules_about_them_only() {
    let log = "type=USER_LOGIN msg=audit(1700000000.000:1): pid=7 uid=0 auid=1000 ses=1 msg='op=login acct=\"a\" exe=\"/bin/login\" res=success'\n";
    assert_eq!(fired("-a always,user -F uid=0\n", log), [(1, 1, (1, 1))]);
    assert_eq!(fired("-a always,user -F msgtype=USER_LOGIN -F auid=1000\n", log), [(1, 1, (1, 1))]);
    assert_eq!(fired("-a always,user -F uid=1\n", log), []);
    assert_eq!(fired("-a always,user -F gid=0\n", log), [(1, 0, (0, 1))], "no record tells");
    assert_eq!(fired("-a always,user -F uid=0 -F euid=0\n-a always,user -F uid=0\n", log), [], "the list ends at euid");
    assert_eq!(fired("-a always,user\n-a always,exit -S all\n", log), []);
}

#[test]
fn what_is_recorded_without_rules_is_no_gap() {
    let rules = rules("-a always,exit -F arch=b64 -S connect -F gid=7\n");
    let login = "type=LOGIN msg=audit(1700000001.000:1): pid=1 uid=0 old-auid=1 auid=2 res=1\n";
    let log = [login, &call(1, 1, "", &[]), &call(2, 2, "", &[]), &call(3, 42, "key=\"gone\"", &[])].concat();
    let coverage = counted(&rules, &events(&log));
    let text = shown(&coverage);
    assert!(text.contains("Events: 3, explained: 0, unexplained: 2, not of rules: 1\n"), "{text}");
    assert!(text.contains("  arch=x86_64 syscall=open exe=/bin/x (no key)\n"), "{text}");
    assert!(text.contains("  key=gone (in no rule)\n"), "{text}");
    assert!(text.ends_with("1  LOGIN\n\n"), "{text}");
    // a rule that may be it, and need not
    let configured = ["type=NETFILTER_CFG msg=audit(1700000001.000:1): table=x\n", &call(1, 42, "", &[])].concat();
    let text = shown(&counted(&rules, &events(&configured)));
    assert!(text.contains("not of rules: 1\n") && text.contains("\n0 (0-1)  r:1  -a always"), "{text}");
}

#[test]
fn every_rule_is_in_one_section() {
    let rules = rules(
        "-D\n-b 8192\n# a comment\n-a never,exit -F arch=b64 -S open\n-a always,exclude -F msgtype=CWD\n\
         -a always,exit -F arch=b64 -S open -k a\n-a always,exit -F arch=b32 -S open -k a\n\
         -a always,exit -F arch=aarch64 -S openat -k a\nNo rules\n",
    );
    let text = shown(&counted(&rules, &events(&call(1, 2, "key=\"a\"", &[]))));
    let totals =
        "Rules: 5, fired: 1, never fired: 1, of other architectures: 1, recording nothing (never or exclude): 2\n";
    assert!(text.starts_with(totals), "{text}");
    let section = |title: &str| text.split(title).nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(section("Rules that never fired\n").contains("r:7  -a always,exit -F arch=b32"), "{text}");
    assert!(section("Rules of other architectures\n").contains("r:8  -a always,exit -F arch=aarch64"), "{text}");
    assert!(section("Rules that fired\n").contains("  r:6  -a always,exit -F arch=b64"), "{text}");
}

#[test]
fn lines_are_loaded_as_auditctl_does_and_wrong_ones_are_told() {
    let mut notes = Vec::new();
    let long = format!("-w /{}", "x".repeat(7000));
    let text = format!(
        "-w /etc/a -k x\n-w /etc/a -k x\n-A always,exit -F arch=b64 -S open -k first\n-a always,exit -F foo=1\n-w relative\n{long}\n\
         -w /etc/nul\0 -k x\n-d always,exit -F arch=b64 -S open -k first\n-w /etc/b -k y\n-A always,exit -F arch=b64 -S creat -k first\n"
    );
    let read = Rules::of(vec![b"f\x1b".to_vec()], lines(text.as_bytes()), &mut notes).ok().unwrap();
    let left: Vec<usize> = read.entries.iter().map(|entry| entry.line).collect();
    assert_eq!(left, [10, 1, 9]);
    let notes = String::from_utf8(notes).unwrap();
    let told: Vec<&str> = notes.lines().collect();
    assert_eq!(told.len(), 5, "{notes}");
    assert_eq!(told[0], "WARNING - f\\033:2: the same rule is there already; ignored");
    assert!(told[1].starts_with("WARNING - f\\033:4: ") && told[1].contains("foo"), "{notes}");
    assert!(told[4].contains(":7: the line has a NUL byte"), "{notes}");
    let mut notes = Vec::new();
    let wrong = "x\n".repeat(1000);
    let none = Rules::of(vec![b"f".to_vec()], lines(wrong.as_bytes()), &mut notes).ok().unwrap();
    assert!(none.entries.is_empty());
    assert!(String::from_utf8(notes).unwrap().ends_with("\nWARNING - and 900 more lines that are no rules\n"));
}

#[test]
fn what_rauditctl_lists_is_read() {
    let written = rules(
        "-w /etc/a -p wa -k a\n-a always,exit -F arch=b64 -S open,openat -F exit=-EACCES -F auid>=1000 -F auid!=unset -k x -k y\n\
         -a always,exit -F arch=b32 -S all -C uid!=obj_uid -F dir=/usr -F perm=x -F key=k\n-a never,task\n\
         -a always,exclude -F msgtype=CWD\n-a always,io_uring -S openat -F key=k\n-a never,filesystem -F fstype=tracefs\n\
         -a always,user -F uid=0\n-a always,exit -S all -F exe=/bin/x -F a0&=3 -F filetype=dir -F saddr_fam=2\n",
    );
    let listed: Vec<u8> = written
        .entries
        .iter()
        .flat_map(|entry| [raudit_rules::print::rule(&entry.rule), b"\n".to_vec()].concat())
        .collect();
    let read = rules(&String::from_utf8(listed).unwrap());
    let all = |rules: &Rules| rules.entries.iter().map(|entry| entry.rule.clone()).collect::<Vec<_>>();
    assert_eq!((all(&read).len(), all(&read)), (9, all(&written)));
}

#[test]
fn any_division_of_a_log_has_the_same_report() {
    let rules = rules(
        "-a always,exit -F arch=b64 -S open,openat -F gid=7 -k a\n-a always,exit -F arch=b64 -S openat -k a\n-w /etc/p -p r -k w\n\
         -a always,exit -F arch=b64 -S read\n-a always,user -F gid=1\n",
    );
    let mut log = String::new();
    for serial in 0..300 {
        log += &match serial % 7 {
            0 => call(serial, 257, "key=\"a\"", &[]),
            1 => call(serial, 2, "key=\"a\" gid=7", &[]),
            2 => call(serial, 257, "key=\"w\"", &["CWD cwd=\"/etc\"", "PATH name=\"p\""]),
            3 => call(serial, 0, "", &[]),
            4 => call(serial, 1, &format!("key=\"k{serial}\""), &[]),
            5 => format!("type=USER_AUTH msg=audit({}.000:{serial}): pid=1 uid=0\n", 1_700_000_000 + serial),
            _ => call(serial, 1, "", &[]),
        };
    }
    let events = events(&log);
    let whole = shown(&counted(&rules, &events));
    assert!(
        whole.contains("Events: 300, explained: 172 (uncertain: 43), unexplained: 85, not of rules: 43\n"),
        "{whole}"
    );
    for cut in [0, 1, 50, 299, 300] {
        let (first, second) = events.split_at(cut);
        let mut parts = counted(&rules, second);
        parts.merge(counted(&rules, first));
        assert_eq!(shown(&parts), whole);
    }
}

#[test]
fn records_of_any_shape_are_counted() {
    let rules = rules("-w /etc/a -p wa -k k\n-a always,exit -S all\n-a always,user -F uid=0\n");
    for record in [
        "type=SYSCALL msg=audit(1700000000.000:1): ",
        "type=SYSCALL msg=audit(1700000000.000:1): arch=zz syscall=99999999999 a0=xyz items=18446744073709551615 key=\"k\"",
        "type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=4294967295 key=",
        "type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=2 exit=-9223372036854775808 key=\"k",
        "type=URINGOP msg=audit(1700000000.000:1): uring_op=-1 key=6B",
        "type=USER_AUTH msg=audit(1700000000.000:1): uid=4294967296 msg='",
    ] {
        let log = format!(
            "{record}\ntype=PATH msg=audit(1700000000.000:1): name=\"../../..\" dev=:: mode=9 ouid=-1 inode=99999999999999999999\n\
             type=SOCKADDR msg=audit(1700000000.000:1): saddr=A\ntype=CWD msg=audit(1700000000.000:1): cwd=\"x\n"
        );
        let coverage = counted(&rules, &events(&log));
        assert!((1..=2).contains(&coverage.events), "{record}");
        assert_eq!(
            coverage.events,
            coverage.explained + coverage.unexplained.total.count + coverage.others.total.count
        );
        assert!(shown(&coverage).contains("Rules: 3"), "{record}");
    }
}
