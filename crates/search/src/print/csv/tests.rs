use super::*;

fn event(lines: &[(Kind, &str)]) -> Event {
    let mut event = Event::default();
    event.id = EventId { sec: 1_700_000_000, milli: 7, serial: 42 };
    for (kind, body) in lines {
        event.push(*kind, format!("type={kind} msg=audit(1700000000.007:42): {body}").as_bytes());
    }
    event
}

/// Header and rows of an event, without what depends on the time zone.
fn rows(columns: Columns, event: &Event) -> Vec<String> {
    let mut out = Vec::new();
    let escape = if columns.quoted { Escape::Raw } else { Escape::Tty };
    Csv::new(columns, &DateForm::default(), escape).write(event, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| line.split_once(",42,").map_or(line, |(_, rest)| rest).to_owned()).collect()
}

const ALL: Columns = Columns { keys: true, labels: true, obj2: true, time: true, quoted: false };

#[test]
fn a_row_has_a_column_for_each_in_the_header() {
    let login =
        event(&[(Kind::USER_LOGIN, "pid=1 uid=0 auid=0 ses=1 subj=s msg='op=login id=0 terminal=ssh res=success'")]);
    for columns in [Columns::default(), ALL, Columns { quoted: true, ..ALL }] {
        let mut out = Vec::new();
        Csv::new(columns, &DateForm::default(), Escape::Tty).write(&login, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let counts: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(counts, [if columns.keys { 27 } else { 16 }; 2], "{text}");
    }
    assert_eq!(rows(ALL, &login)[1], "user-login,1,root,,privileged-acct,s,logged-in,success,ssh,,,,user-session,,");
}

#[test]
fn files_have_names_labels_and_a_new_mode() {
    let chmod = event(&[
        (
            Kind::SYSCALL,
            "arch=c000003e syscall=90 success=yes exit=0 a0=1 a1=1ed a2=0 a3=0 items=1 ppid=1 pid=2 auid=4294967295 uid=0 \
             ses=4294967295 comm=\"chmod\" exe=\"/bin/chmod\" subj=s key=610162",
        ),
        (Kind::CWD, "cwd=\"/root\""),
        (Kind::PATH, "item=0 name=\"../a\" inode=5 mode=0100644 obj=o nametype=NORMAL"),
        (Kind::PROCTITLE, "proctitle=\"chmod\""),
        (Kind::EOE, ""),
    ]);
    assert_eq!(
        rows(ALL, &chmod)[1..],
        [
            "audit-rule,unset,system,root,privileged-acct,s,changed-file-permissions-of,success,/a,5,0755,o,file,/bin/chmod,a"
        ]
    );
    assert_eq!(
        rows(Columns::default(), &chmod)[1],
        "audit-rule,unset,system,root,privileged-acct,changed-file-permissions-of,success,/a,5,file,/bin/chmod"
    );
}

#[test]
fn quotes_only_where_they_are_asked_for_and_needed() {
    let tty = event(&[(Kind::TTY, "tty pid=1 uid=0 auid=0 ses=3 comm=612C0A62 data=610D")]);
    let plain = "TTY,3,root,root,privileged-acct,typed,,\"a\",<ret>,,keystrokes,a,\\012b";
    assert_eq!(rows(Columns::default(), &tty)[1..], [plain]);
    let quoted = rows(Columns { quoted: true, ..Columns::default() }, &tty);
    assert_eq!(quoted[1..], ["TTY,3,root,root,privileged-acct,typed,,\"\"\"a\"\",<ret>\",,keystrokes,\"a,", "b\""]);
}

#[test]
fn an_event_of_several_records_without_a_call_has_an_empty_row() {
    let paths = event(&[(Kind::CWD, "cwd=\"/\""), (Kind::PATH, "item=0 name=\"a\"")]);
    let mut out = Vec::new();
    let mut csv = Csv::new(Columns::default(), &DateForm::default(), Escape::Tty);
    csv.write(&paths, &mut out).unwrap();
    assert_eq!(csv.empty, 1);
    assert!(out.ends_with(b",42,,,,,,,,,,\n"), "{}", String::from_utf8_lossy(&out));
    let whole = rows(Columns { quoted: true, ..ALL }, &paths);
    assert_eq!(
        whole[1].split(',').count(),
        rows(ALL, &paths)[0].split("SERIAL_NUM,").nth(1).unwrap().split(',').count()
    );
}

#[test]
fn what_stands_behind_the_end_of_an_event_is_another() {
    let two = event(&[(Kind::PROCTITLE, "proctitle=\"a\""), (Kind::CWD, "cwd=\"/\"")]);
    assert_eq!(rows(Columns::default(), &two).len(), 3);
    assert!(rows(Columns::default(), &event(&[(Kind::EOE, "")])).is_empty());
}
