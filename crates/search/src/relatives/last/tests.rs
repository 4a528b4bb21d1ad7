use super::*;
use proptest::prelude::*;

const LOGIN: &str = "pid=5 uid=0 old-auid=4294967295 auid=0 old-ses=4294967295 ses=1 res=1";
const USER_LOGIN: &str =
    "pid=5 uid=0 auid=0 ses=1 msg='op=login id=0 hostname=h addr=? terminal=/dev/tty7 res=success'";
const END: &str = "pid=5 uid=0 auid=0 ses=1 msg='op=PAM:session_close res=success'";

/// What is said of records, of which each is a minute younger than the one before; their serials begin with 1.
fn told(options: &str, records: &[(&str, &str)]) -> String {
    let line = |(at, (kind, body)): (usize, &(&str, &str))| {
        format!("type={kind} msg=audit({}.000:{}): {body}\n", 1_700_000_000 + 60 * at, at + 1)
    };
    let text: String = records.iter().enumerate().map(line).collect();
    let log = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(log.path(), text).unwrap();
    let mut args: Vec<OsString> = options.split_whitespace().map(OsString::from).collect();
    args.extend(["-f".into(), log.path().into()]);
    let (mut out, mut notes) = (Vec::new(), Vec::new());
    assert_eq!(run(&args, &mut out, &mut notes), 0, "{}", String::from_utf8_lossy(&notes));
    String::from_utf8(out).unwrap()
}

/// The ends of lines, behind the time of day.
fn ends(text: &str) -> Vec<&str> {
    text.lines().map(|line| line.get(55..).unwrap()).collect()
}

#[test]
fn a_session_ends_in_one_of_several_ways() {
    let begun = [("LOGIN", LOGIN), ("USER_LOGIN", USER_LOGIN)];
    let with = |more: &[(&str, &str)]| told("", &[&begun, more].concat());
    assert!(with(&[]).starts_with("root     tty7         h                "), "{}", with(&[]));
    assert_eq!(ends(&with(&[])), ["   still logged in"]);
    assert!(ends(&with(&[("USER_END", END)]))[0].ends_with("  (00:02)"));
    assert_eq!(ends(&with(&[("LOGIN", LOGIN)])), ["   gone - no logout"]);
    let booted = with(&[("DAEMON_START", "op=start kernel=6.1.0-9-amd64 x=1"), ("SYSTEM_BOOT", "pid=1")]);
    assert_eq!(ends(&booted), [" - crash", " "]);
    assert!(booted.lines().nth(1).unwrap().starts_with("reboot   system boot  6.1.0-9-amd64    "));
    let down = [("SYSTEM_BOOT", "pid=1"), begun[0], begun[1], ("SYSTEM_SHUTDOWN", "pid=1")];
    assert!(ends(&told("", &down))[0].ends_with("  (00:03)"));
    assert_eq!(ends(&told("", &down))[1], "   still logged in");
}

#[test]
fn what_is_no_login_is_not_shown() {
    assert_eq!(told("", &[("LOGIN", LOGIN), ("USER_END", END)]), "");
    assert_eq!(told("", &[("USER_LOGIN", USER_LOGIN), ("USER_END", END)]), "");
    let others = END.replace("pid=5", "pid=6");
    let text = told("", &[("LOGIN", LOGIN), ("USER_LOGIN", USER_LOGIN), ("USER_END", &others)]);
    assert_eq!(ends(&text), ["   still logged in"]);
}

#[test]
fn users_and_terminals_are_chosen() {
    let session = [("LOGIN", LOGIN), ("USER_LOGIN", USER_LOGIN), ("USER_END", END)];
    for (options, count) in [("--user root", 1), ("--user nobody", 0), ("--tty 7", 1), ("--tty pts", 0), ("--bad", 0)] {
        assert_eq!(told(options, &session).lines().count(), count, "{options}");
    }
}

#[test]
fn failed_logins_have_what_proves_them() {
    let failed = |who: &str| {
        format!(
            "pid=5 uid=0 auid=4294967295 ses=4294967295 msg='op=login {who} hostname=? addr=::1 terminal=ssh res=failed'"
        )
    };
    let text = told("--bad --proof", &[("USER_LOGIN", &failed("acct=28756E6B6E6F776E207573657229"))]);
    assert!(text.starts_with("(unknown ssh          ::1              "), "{text}");
    assert!(text.contains("serial number: 1\n") && text.ends_with(" -a 1\n\n"), "{text}");
    let text = told("--bad", &[("USER_LOGIN", &failed("id=4242")), ("USER_LOGIN", &failed("id=0"))]);
    let users: Vec<&str> = text.lines().map(|line| &line[..9]).collect();
    assert_eq!(users, ["4242     ", "         "]);
}

#[test]
fn sessions_have_what_proves_them() {
    let text = told("--proof", &[("LOGIN", LOGIN), ("USER_LOGIN", USER_LOGIN), ("USER_END", END)]);
    assert!(text.contains("    audit event proof serial numbers: 1, 2, 3\n"), "{text}");
    assert!(text.contains("    ausearch --start ") && text.contains(" --end "), "{text}");
}

#[test]
fn wrong_words_are_refused() {
    for words in
        ["--bogus", "root", "-f", "--user", "--stdin -f x", "-f x --stdin", "-f x --stdin -f x", "--tty a --tty b"]
    {
        let args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        let (mut out, mut notes) = (Vec::new(), Vec::new());
        assert_eq!((run(&args, &mut out, &mut notes), out.len()), (1, 0), "{words}");
        assert!(String::from_utf8(notes).unwrap().starts_with("usage: aulast"), "{words}");
    }
}

proptest! {
    /// Whatever the records say: there is an answer, and all options are content with it.
    #[test]
    fn any_records_have_an_answer(records in prop::collection::vec(
        (0..6_usize, "( |=|'|,|\u{1d}|(pid|ses|uid|auid|old-auid|old-ses|id)=(0|1|4294967295|-1|99999999999999999999|x| )|hostname=[?a]|addr=b|terminal=(/dev/|x)|res=(success|failed|1)|acct=(\"a\"|61| ) ){0,14}"),
        0..12,
    )) {
        const KINDS: [&str; 6] = ["LOGIN", "USER_LOGIN", "USER_END", "SYSTEM_BOOT", "SYSTEM_SHUTDOWN", "DAEMON_START"];
        let records: Vec<(&str, &str)> = records.iter().map(|(kind, body)| (KINDS[*kind], body.as_str())).collect();
        for options in ["", "--bad --proof --debug", "--proof --user root --tty x"] {
            told(options, &records);
        }
    }
}
