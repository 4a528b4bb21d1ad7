use super::*;
use crate::{Action, FieldId, List, Op, SyscallMask, Value};

fn read(line: &str) -> Parsed {
    let words: Vec<&[u8]> = line.split(' ').filter(|word| !word.is_empty()).map(str::as_bytes).collect();
    parse(&words, Context::default())
}

fn steps(line: &str) -> Vec<Step> {
    let parsed = read(line);
    parsed.steps.unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn error(line: &str) -> String {
    match read(line).steps {
        Err(error) => error.to_string(),
        Ok(steps) => panic!("{line}: {steps:?}"),
    }
}

fn rule(line: &str) -> Rule {
    match steps(line).pop() {
        Some(Step::Add(rule, _) | Step::Delete(rule)) => rule,
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_rule_is_what_was_said() {
    let rule = rule("-A exit,never -F arch=b64 -S open,close -S 59 -F auid>=1000 -F auid!=unset -k a -F key=b");
    assert_eq!((rule.list, rule.action), (List::Exit, Action::Never));
    assert_eq!(rule.syscalls.iter().collect::<Vec<_>>(), [2, 3, 59]);
    let fields: Vec<_> = rule.fields.iter().map(|f| (f.id, f.op)).collect();
    assert_eq!(
        fields,
        [
            (FieldId::ARCH, Op::Eq),
            (FieldId::LOGINUID, Op::Ge),
            (FieldId::LOGINUID, Op::Ne),
            (FieldId::FILTERKEY, Op::Eq)
        ]
    );
    assert_eq!(rule.key(), Some(b"a\x01b".as_slice()));
    assert!(matches!(steps("-A exit,never -S all")[0], Step::Add(_, true)));
}

#[test]
fn without_calls_every_list_but_task_means_all() {
    for list in ["exit", "user", "exclude", "filesystem", "io_uring"] {
        assert_eq!(rule(&format!("-a always,{list}")).syscalls, SyscallMask::ALL, "{list}");
    }
    assert_eq!(rule("-a always,task").syscalls, SyscallMask::EMPTY);
}

#[test]
fn settings_are_followed_by_the_status_unless_something_else_is_asked() {
    use Setting::{BacklogLimit, BacklogWaitTime, Enabled, Failure, RateLimit};
    assert_eq!(
        steps("-e 1 -b 0x10 -r 010 --backlog_wait_time 5 -f 0"),
        [
            Step::Set(Enabled, 1),
            Step::Set(BacklogLimit, 16),
            Step::Set(RateLimit, 8),
            Step::Set(BacklogWaitTime, 5),
            Step::Set(Failure, 0),
            Step::ShowSettings
        ]
    );
    assert!(matches!(steps("-e 1 -a always,exit -S all")[..], [Step::Set(Enabled, 1), Step::Add(..)]));
    assert_eq!(error("-e 01"), "Enable must be 0, 1, or 2 was 01");
    assert_eq!(error("-b 99999999999999999999999"), "Error converting backlog");
}

#[test]
fn listing_and_deleting_take_a_key() {
    assert_eq!(steps("-l"), [Step::List { interpret: false, key: vec![] }]);
    assert_eq!(steps("-l -i"), [Step::List { interpret: true, key: vec![] }]);
    assert_eq!(steps("-l -k ab"), [Step::List { interpret: false, key: b"ab".to_vec() }]);
    assert_eq!(steps("-D"), [Step::DeleteAll(vec![])]);
    assert_eq!(steps("-D -k ab"), [Step::DeleteAll(b"ab".to_vec())]);
    assert_eq!(error("-e 1 -l"), "Only -k or -i options are allowed");
    assert_eq!(error("-D -i x"), "Only the -k option is allowed");
    assert_eq!(steps("-s -i"), [Step::Status(true)]);
}

#[test]
fn fields_and_keys_have_limits() {
    let many = |n: usize| format!("-a always,exit -S all{}", " -F a0=1".repeat(n));
    assert_eq!(rule(&many(63)).fields.len(), 63);
    assert_eq!(error(&many(64)), "Too many fields in rule: a0=1");
    assert_eq!(error(&(many(63) + " -k x")), "Too many fields in rule: key=x");
    let key = |n: usize| format!("-a always,exit -S all -k {} -k y", "x".repeat(n));
    assert_eq!(rule(&key(254)).key().map(<[u8]>::len), Some(256));
    assert_eq!(error(&key(255)), "key option exceeds size limit");
    let path = |n: usize| format!("-a always,exit -F path=/{}", "x".repeat(n));
    assert!(matches!(&rule(&path(4095)).fields[0].value, Value::Text(path) if path.len() == 4096));
    assert_eq!(error(&path(4096)), "String value too long");
}

#[test]
fn requests_that_are_no_rules() {
    assert_eq!(steps("-t"), [Step::Trim]);
    assert_eq!(steps("-t whatever -z"), [Step::Trim]);
    assert_eq!(steps("-q /mnt,/srv -l"), [Step::MakeEquivalent(b"/mnt".to_vec(), b"/srv".to_vec())]);
    for wrong in ["-q a", "-q a,", "-q a,b,c", "-q ,"] {
        assert_eq!(error(wrong), "Error parsing equivalent parts", "{wrong}");
    }
    assert_eq!(steps("--signal HUP"), [Step::Signal(b"HUP".to_vec())]);
    assert_eq!(error("--signal HUP -l"), "parameter passed without an option given");
    assert_eq!(steps("--loginuid-immutable"), [Step::LoginUidImmutable]);
    assert_eq!(steps("--reset_backlog_wait_time_actual"), [Step::ResetBacklogWaitTimeActual]);
}

#[test]
fn words_after_the_last_option_are_errors() {
    assert_eq!(error("-v x"), "parameter passed without an option given");
    assert_eq!(error("foo"), "");
    assert_eq!(error("-e 1 foo"), "parameter passed without an option given");
    assert_eq!(error("-i -R f"), "parameter passed without an option given");
    assert_eq!(error("-e 1 -R f"), "Error - nested rule files not supported");
    assert_eq!(steps("-R f"), [Step::ReadFile(b"f".to_vec())]);
    let in_file = Context { line: Some(3), ..Context::default() };
    assert!(parse(&[b"-R", b"f"], in_file).steps.is_err());
    let error = parse(&[b"-z"], in_file).steps.unwrap_err();
    assert_eq!(error.to_string(), "Option -z on line 3 is invalid");
}

#[test]
fn old_kernels_limit_what_a_rule_may_say() {
    let old = Context { features: 0, line: None };
    let message = |words: &[&[u8]]| parse(words, old).steps.unwrap_err().to_string();
    assert_eq!(message(&[b"-a", b"always,exit", b"-F", b"exe=/x"]), "Field option not supported by kernel: exe");
    assert_eq!(
        message(&[b"-a", b"always,exit", b"-F", b"sessionid=1"]),
        "Field option not supported by kernel: sessionid"
    );
    assert_eq!(
        message(&[b"-a", b"always,exclude", b"-F", b"a0=1"]),
        "Only msgtype, *uid, *gid, pid, and subj* fields can be used with exclude filter"
    );
    assert_eq!(
        message(&[b"-a", b"never,filesystem", b"-F", b"fstype=debugfs"]),
        "fstype filter is not supported by the kernel"
    );
}

#[test]
fn bytes_of_any_kind_are_an_error_or_a_rule() {
    for bytes in [&b"\xff\xfe"[..], b"", b"=", b"\x01", b"-", b"--", b"key=", b"!="] {
        for option in [&b"-a"[..], b"-F", b"-S", b"-C", b"-k", b"-w", b"-p", b"-m", b"-e", b"-l", b"-D", b"--"] {
            drop(parse(&[option, bytes], Context::default()));
            drop(parse(&[b"-a", b"always,exit", option, bytes], Context::default()));
        }
    }
}

/// What an error is about, between brackets in its line.
fn marked(line: &str) -> String {
    let words: Vec<&[u8]> = line.split(' ').filter(|word| !word.is_empty()).map(str::as_bytes).collect();
    let error = parse(&words, Context::default()).steps.unwrap_err();
    let Some(place) = error.place else { return "-".into() };
    let word = std::str::from_utf8(words[place.word]).unwrap();
    let (start, end) = (place.bytes.start, place.bytes.end);
    format!("{}[{}]{}", &word[..start], &word[start..end], &word[end..])
}

#[test]
fn errors_say_what_they_are_about() {
    for (line, expected) in [
        ("-a always,exit -S open,opne,close -k x", "open,[opne],close"),
        ("-a always,exit -Sopne", "-S[opne]"),
        ("-a always,exit -F auid>=abc -k x", "auid>=[abc]"),
        ("-a always,exit -Fuaid=1", "-F[uaid]=1"),
        ("-a always,exit -F perm!=wa", "perm[!=]wa"),
        ("-a always,exti -S open", "always,[exti]"),
        ("-a exit,awlays -S open", "exit,[awlays]"),
        ("-a always -S open", "[always]"),
        ("-a always,exit -C uid!=nobody", "uid!=[nobody]"),
        ("-a always,exit -S open # why", "[#]"),
        ("-a always,exit -S open -- -x y", "[-x]"),
        ("-v x", "[x]"),
        ("-sl", "[-sl]"),
        ("-a always,exit -z -S open", "[-z]"),
        ("-w /x -p wq", "w[q]"),
        ("-w /x -k", "[-k]"),
        ("-F auid=0 -a always,exit", "[auid=0]"),
        ("-e 3", "[3]"),
        ("--backlog_wait_time=x", "--backlog_wait_time=[x]"),
        ("-k x", "[x]"),
        ("-S open", "-"),
        ("-a always,io_uring -S openat,opne", "openat,[opne]"),
    ] {
        assert_eq!(marked(line), expected, "{line}");
    }
}

#[test]
fn the_parts_of_a_rule_and_the_warnings_have_places() {
    let parsed = read("-w /x/.. -F uid=1 -k a -p w -k b");
    let words = |places: &[Place]| places.iter().map(|place| place.word).collect::<Vec<_>>();
    assert_eq!(words(&parsed.places.fields), [1, 7, 3, 5], "path, perm, uid, key");
    assert_eq!((parsed.places.list.unwrap().word, words(&parsed.places.keys)), (1, vec![5, 9]));
    let warned: Vec<_> = parsed.warnings.iter().map(|w| (w.place.word, w.text.as_str())).collect();
    assert_eq!(
        warned,
        [(1, "Warning - relative path notation is not supported"), (1, "Old style watch rules are slower")]
    );
    let parsed = read("-a always,exit -F key=a -S open -S 3 -F key=b");
    assert_eq!((words(&parsed.places.syscalls), words(&parsed.places.keys)), (vec![5, 7], vec![3, 9]));
}
