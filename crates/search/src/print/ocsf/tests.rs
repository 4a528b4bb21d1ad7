//! Classes with what the schema (ocsf-schema 1.8.0) requires of each.

use super::*;
use crate::event::Event;
use raudit_record::EventId;
use serde_json::{Value, json};
use std::iter::repeat_n;

const CALL: &str = "items=1 ppid=10 pid=11 auid=1000 uid=1000 gid=1000 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts1 ses=4 \
                    comm=\"prog\" exe=\"/usr/bin/prog\" key=\"k\"";

fn ocsf(records: &[(&str, &str)]) -> Value {
    let mut event = Event::default();
    event.id = EventId { sec: 1_700_000_000, milli: 7, serial: 42 };
    for (kind, body) in records {
        let line = format!("type={kind} msg=audit(1700000000.007:42): {body}");
        event.push(Kind::from_name(kind).unwrap(), line.as_bytes());
    }
    let names = Names::fixed([(0, "root"), (1000, "anna")], [(7, "users")]);
    let value = written(Ocsf::new(names), &event);
    required(&value);
    value
}

/// What the schema requires: of all events, of each class, and that the numbers agree.
fn required(value: &Value) {
    let number = |name: &str| value[name].as_u64().unwrap();
    let class = number("class_uid");
    assert_eq!(number("category_uid"), class / 1000);
    assert_eq!(number("type_uid"), class * 100 + number("activity_id"));
    assert_eq!([number("severity_id"), number("time")], [1, 1_700_000_000_007]);
    assert!(number("status_id") <= 2);
    assert_eq!(value["metadata"]["version"], "1.8.0");
    assert!(value["metadata"]["product"]["name"].is_string());
    assert!(value["device"]["type_id"].is_u64());
    let own: &[&str] = match class {
        0 => &[],
        1001 => &["actor", "file"],
        1002 => &["actor", "driver"],
        1007 => &["actor", "process"],
        1008 => &["log_name"],
        3001 | 3003 => &["user"],
        3002 => &["user", "service"],
        3006 => &["group"],
        4001 => &["connection_info"],
        6002 => &["app"],
        _ => panic!("class {class}"),
    };
    own.iter().for_each(|name| assert!(!value[name].is_null(), "{name} in {value}"));
    let has = |object: &Value, names: &[&str]| names.iter().any(|name| !object[name].is_null());
    assert!(has(&value["actor"], &["process", "user", "session", "app_name"]));
    for (object, names) in [
        ("user", &["name", "uid"][..]),
        ("process", &["pid", "uid"]),
        ("file", &["name"]),
        ("dst_endpoint", &["ip", "name"]),
        ("src_endpoint", &["ip", "name", "hostname"]),
    ] {
        assert!(value[object].is_null() || has(&value[object], names), "{object} in {value}");
    }
    assert!(class != 4001 || has(value, &["src_endpoint", "dst_endpoint"]));
}

fn call(number: u32, result: &str) -> String {
    format!("arch=c000003e syscall={number} {result} a0=3e8 a1=9 a2=0 a3=0 {CALL}")
}

const GOOD: &str = "success=yes exit=0";

fn kind(value: &Value) -> (u64, u64) {
    (value["class_uid"].as_u64().unwrap(), value["activity_id"].as_u64().unwrap())
}

#[test]
fn a_program_is_launched_by_the_parent() {
    let value = ocsf(&[("SYSCALL", &call(59, GOOD)), ("EXECVE", "argc=2 a0=\"prog\" a1=6120"), ("CWD", "cwd=\"/w\"")]);
    assert_eq!((kind(&value), &value["status_id"]), ((1007, 1), &json!(1)));
    assert_eq!(
        value["process"],
        json!({"pid": 11, "name": "prog", "path": "/usr/bin/prog", "file": {"name": "prog", "path": "/usr/bin/prog", "type_id": 1},
            "cmd_line": "prog a ", "working_directory": "/w", "user": {"name": "root", "uid": "0"}, "parent_process": {"pid": 10}})
    );
    assert_eq!(
        value["actor"],
        json!({"user": {"name": "anna", "uid": "1000"}, "session": {"uid": "4"}, "process": {"pid": 10}})
    );
    assert_eq!(value["metadata"]["labels"], json!(["k"]));
    assert_eq!(
        value["unmapped"]["records"][1],
        json!({"type": "EXECVE", "fields": {"argc": "2", "a0": "prog", "a1": "a "}})
    );
}

#[test]
fn files() {
    let failed = call(257, "success=no exit=-13");
    let value = ocsf(&[
        ("SYSCALL", &failed),
        ("CWD", "cwd=\"/w\""),
        ("PATH", "name=\"a\" inode=7 mode=0100640 ouid=0 nametype=NORMAL"),
    ]);
    assert_eq!((kind(&value), &value["status_id"], &value["status_code"]), ((1001, 14), &json!(2), &json!("EACCES")));
    assert_eq!(
        value["file"],
        json!({"name": "a", "path": "/w/a", "type_id": 1, "uid": "7", "owner": {"name": "root", "uid": "0"}})
    );
    let renamed = ocsf(&[
        ("SYSCALL", &call(82, GOOD)),
        ("PATH", "name=\"/w\" mode=040700 nametype=PARENT"),
        ("PATH", "name=\"/w/old\" nametype=DELETE"),
        ("PATH", "name=\"/w/new\" nametype=CREATE"),
    ]);
    assert_eq!(kind(&renamed), (1001, 5));
    assert_eq!([&renamed["file"]["name"], &renamed["file_result"]["name"]], ["old", "new"]);
    let made = ocsf(&[("SYSCALL", &call(257, GOOD)), ("PATH", "name=\"/n\" nametype=CREATE")]);
    assert_eq!(kind(&made), (1001, 1));
    let no_path = ocsf(&[("SYSCALL", &call(91, GOOD))]);
    assert_eq!(kind(&no_path), (0, 99), "a class that requires a file needs one");
}

#[test]
fn connections() {
    let socket = ("SOCKADDR", "saddr=020001BBCB0071050000000000000000");
    for (result, activity, status) in
        [(GOOD, 1, 1), ("success=no exit=-111", 5, 2), ("success=no exit=-110", 4, 2), ("success=no exit=-115", 1, 0)]
    {
        let value = ocsf(&[("SYSCALL", &call(42, result)), socket]);
        assert_eq!((kind(&value), &value["status_id"]), ((4001, activity), &json!(status)), "{result}");
        assert_eq!(value["dst_endpoint"], json!({"ip": "203.0.113.5", "port": 443}));
        assert_eq!(value["connection_info"]["direction_id"], 2);
    }
    let accepted = ocsf(&[("SYSCALL", &call(288, "success=yes exit=5")), socket]);
    assert_eq!(
        [&accepted["src_endpoint"]["port"], &accepted["connection_info"]["direction_id"]],
        [&json!(443), &json!(1)]
    );
    assert_eq!(kind(&ocsf(&[("SYSCALL", &call(42, GOOD)), ("SOCKADDR", "saddr=10000000D204000001000000")])), (0, 99));
}

#[test]
fn users_log_in_and_act_for_others() {
    let said = "pid=5 uid=0 auid=1000 ses=4 msg='op=login acct=\"bob\" exe=\"/usr/sbin/sshd\" hostname=h addr=192.0.2.7 terminal=ssh res=failed'";
    let login = ocsf(&[("USER_LOGIN", said)]);
    assert_eq!((kind(&login), &login["status_id"]), ((3002, 1), &json!(2)));
    assert_eq!(login["user"], json!({"name": "bob"}));
    assert_eq!(login["src_endpoint"], json!({"ip": "192.0.2.7", "hostname": "h"}));
    assert_eq!([&login["service"], &login["is_remote"]], [&json!({"name": "sshd"}), &json!(true)]);
    let su = ocsf(&[(
        "USER_START",
        &said.replace("sshd", "sudo").replace("addr=192.0.2.7", "addr=?").replace("hostname=h", "hostname=?"),
    )]);
    assert_eq!((kind(&su), &su["account_switch_type_id"]), ((3002, 7), &json!(1)));
    assert_eq!(su.get("is_remote"), None);
    let command = ocsf(&[(
        "USER_CMD",
        "pid=5 uid=1000 auid=1000 ses=4 msg='cwd=\"/\" cmd=636174202F78 exe=\"/usr/bin/sudo\" res=success'",
    )]);
    assert_eq!((kind(&command), &command["process"]["cmd_line"]), ((1007, 1), &json!("cat /x")));
    assert_eq!(command["process"]["parent_process"]["pid"], 5);
}

#[test]
fn accounts_groups_services_modules_and_the_log() {
    let said = "pid=5 uid=0 auid=1000 ses=4 msg='op=x id=1000 acct=\"bob\" unit=ssh exe=\"/x\" hostname=? addr=? terminal=? res=success'";
    for (record, expected) in [
        ("ADD_USER", (3001, 1)),
        ("DEL_USER", (3001, 6)),
        ("USER_CHAUTHTOK", (3001, 3)),
        ("ACCT_LOCK", (3001, 9)),
        ("ADD_GROUP", (3006, 6)),
        ("SERVICE_STOP", (6002, 4)),
        ("DAEMON_ROTATE", (1008, 5)),
        ("USER_ROLE_CHANGE", (0, 99)),
        ("KERN_MODULE", (0, 99)),
        ("CONFIG_CHANGE", (0, 99)),
    ] {
        assert_eq!(kind(&ocsf(&[(record, said)])), expected, "{record}");
    }
    let module = ocsf(&[("SYSCALL", &call(313, GOOD)), ("KERN_MODULE", "name=\"dummy\"")]);
    assert_eq!((kind(&module), &module["driver"]["file"]["name"]), ((1002, 1), &json!("dummy")));
    let group = ocsf(&[("GRP_MGMT", "pid=5 uid=0 msg='op=x id=7 exe=\"/x\" res=success'")]);
    assert_eq!(group["group"], json!({"uid": "7", "name": "users"}));
}

#[test]
fn processes_are_ended_and_traced() {
    let killed =
        ocsf(&[("SYSCALL", &call(62, GOOD)), ("OBJ_PID", "opid=1000 oauid=1000 ouid=1000 oses=4 ocomm=\"sleep\"")]);
    assert_eq!(kind(&killed), (1007, 2));
    assert_eq!(killed["process"], json!({"pid": 1000, "name": "sleep", "user": {"name": "anna", "uid": "1000"}}));
    let alone = ocsf(&[("SYSCALL", &call(62, GOOD))]);
    assert_eq!(alone["process"], json!({"pid": 1000}), "by the call's argument");
    let group = call(62, GOOD).replace("a0=3e8", "a0=ffffffff");
    assert_eq!(kind(&ocsf(&[("SYSCALL", &group)])), (0, 99));
    let traced = call(101, GOOD).replace("a0=3e8 a1=9", "a0=10 a1=5");
    let traced = ocsf(&[("SYSCALL", &traced)]);
    assert_eq!((kind(&traced), &traced["process"]["pid"]), ((1007, 3), &json!(5)));
}

#[test]
fn what_fits_no_class_is_a_base_event_with_all_its_fields() {
    let value = ocsf(&[("AVC", "avc:  denied  { read } for  pid=5 a=1 a=2 \\=x\"")]);
    assert_eq!(kind(&value), (0, 99));
    assert_eq!(value["unmapped"], json!({"records": [{"type": "AVC", "fields": {"pid": "5", "a": "1", "\\": "x\""}}]}));
    assert_eq!(ocsf_of_nothing()["unmapped"], json!({"records": []}));
}

fn ocsf_of_nothing() -> Value {
    written(Ocsf::new(Names::fixed([], [])), &Event::default())
}

fn written(mut ocsf: Ocsf, event: &Event) -> Value {
    let (mut out, mut text) = (Writer::default(), Vec::new());
    ocsf.event(&Facts::of(event), &mut out, &mut text).unwrap();
    text.extend_from_slice(out.bytes());
    serde_json::from_slice(&text).unwrap()
}

#[test]
fn of_a_large_event_all_fields_are_there_and_it_says_what_is_not() {
    let path = format!("item=0 name=\"/{}\"", "x".repeat(60));
    let mut records = vec![("SYSCALL", "arch=c000003e syscall=2 success=yes exit=3 pid=7 uid=0")];
    records.extend(repeat_n(("PATH", path.as_str()), 15_000));
    records.push(("CWD", "cwd=\"/\""));
    let value = ocsf(&records);
    assert_eq!(value["metadata"]["is_truncated"], true);
    assert_eq!(value["unmapped"]["records"].as_array().unwrap().len(), records.len());
    assert_eq!(value["file"]["path"].as_str().unwrap().len(), 61);
    assert_eq!(value["actor"]["process"]["working_directory"], Value::Null, "its record was left out");
    assert_eq!(ocsf(&records[..5000])["metadata"]["is_truncated"], Value::Null);
}
