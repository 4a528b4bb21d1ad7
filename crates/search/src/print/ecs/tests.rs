//! What auditbeat makes of the same records (go-libaudit's own examples give the same; those whose words differ are in docs/json.md).

use super::*;
use crate::event::Event;
use raudit_record::{EventId, Kind};
use serde_json::{Value, json};
use std::iter::repeat_n;

const CALL: &str = "items=1 ppid=10 pid=11 auid=1000 uid=1000 gid=1000 euid=0 suid=0 fsuid=0 egid=1000 sgid=1000 fsgid=1000 \
                    tty=pts1 ses=4";

/// An event of records, each given as its type and body.
fn ecs(records: &[(&str, &str)]) -> Value {
    let mut event = Event::default();
    event.id = EventId { sec: 1_700_000_000, milli: 7, serial: 42 };
    for (kind, body) in records {
        let line = format!("type={kind} msg=audit(1700000000.007:42): {body}");
        event.push(Kind::from_name(kind).unwrap(), line.as_bytes());
    }
    let mut out = Writer::default();
    let names = Names::fixed([(0, "root"), (1000, "anna")], [(0, "root"), (1000, "anna")]);
    Ecs::new(names).event(&Facts::of(&event), &mut out);
    serde_json::from_slice(out.bytes()).unwrap()
}

#[test]
fn a_program_is_executed() {
    let call = format!(
        "arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=8 {CALL} comm=\"sudo\" exe=\"/usr/bin/sudo\" subj=unconfined key=\"su\""
    );
    let value = ecs(&[
        ("SYSCALL", &call),
        ("EXECVE", "argc=3 a0=\"sudo\" a1=\"cat\" a2=\"/etc/shadow\""),
        ("CWD", "cwd=\"/home/anna\""),
        (
            "PATH",
            "item=0 name=\"/usr/bin/sudo\" inode=262310 dev=fe:01 mode=0104755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL",
        ),
        ("PROCTITLE", "proctitle=7375646F00636174"),
        ("EOE", ""),
    ]);
    let root = json!({"id": "0", "name": "root"});
    let anna = json!({"id": "1000", "name": "anna"});
    assert_eq!(
        value,
        json!({
            "@timestamp": "2023-11-14T22:13:20.007Z",
            "ecs": {"version": "8.0.0"},
            "service": {"type": "auditd"},
            "event": {"kind": "event", "module": "auditd", "category": ["process"], "type": ["start"],
                "action": "executed", "outcome": "success"},
            "auditd": {
                "message_type": "syscall", "sequence": 42, "result": "success", "session": "4",
                "summary": {"actor": {"primary": "anna", "secondary": "anna"}, "how": "/usr/bin/sudo",
                    "object": {"type": "file", "primary": "/usr/bin/sudo"}},
                "data": {"a0": "1", "a1": "2", "a2": "3", "a3": "8", "arch": "x86_64", "argc": "3", "exit": "0",
                    "syscall": "execve", "tty": "pts1"},
                "paths": [{"item": "0", "name": "/usr/bin/sudo", "inode": "262310", "dev": "fe:01", "mode": "0104755",
                    "ouid": "0", "ogid": "0", "rdev": "00:00", "nametype": "NORMAL"}],
            },
            "user": {
                "id": "1000", "name": "anna", "group": anna, "audit": anna, "selinux": {"user": "unconfined"},
                "effective": {"id": "0", "name": "root", "group": anna},
                "saved": {"id": "0", "name": "root", "group": anna},
                "filesystem": {"id": "0", "name": "root", "group": anna},
            },
            "process": {"pid": 11, "parent": {"pid": 10}, "name": "sudo", "executable": "/usr/bin/sudo", "title": "sudo cat",
                "working_directory": "/home/anna", "args": ["sudo", "cat", "/etc/shadow"]},
            "file": {"path": "/usr/bin/sudo", "inode": "262310", "device": "00:00", "mode": "4755",
                "uid": "0", "owner": root["name"], "gid": "0", "group": "root"},
            "tags": ["su"],
        })
    );
}

#[test]
fn a_login_fails() {
    let value = ecs(&[(
        "USER_LOGIN",
        "pid=22 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct=28756E6B6E6F776E2075736572 exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=ssh res=failed'",
    )]);
    assert_eq!(value["event"]["outcome"], "failure");
    assert_eq!([&value["event"]["category"], &value["event"]["type"]], [&json!(["authentication"]), &json!(["start"])]);
    assert_eq!(value["event"]["action"], "logged-in");
    assert_eq!([&value["source"], &value["network"]], [&json!({"ip": "192.0.2.7"}), &json!({"direction": "ingress"})]);
    assert_eq!(value["user"], json!({"effective": {"name": "(unknown user"}}), "who has not logged in has no id");
    assert_eq!(value["auditd"]["data"], json!({"acct": "(unknown user", "op": "login", "terminal": "ssh"}));
    assert_eq!(value["auditd"].get("session"), None);
}

#[test]
fn sudo_runs_a_command_and_a_service_starts() {
    let sudo = ecs(&[(
        "USER_CMD",
        "pid=23 uid=1000 auid=1000 ses=4 msg='cwd=\"/\" cmd=636174202F78 exe=\"/usr/bin/sudo\" terminal=pts/1 res=success'",
    )]);
    assert_eq!(sudo["event"]["action"], "ran-command");
    assert_eq!(sudo["auditd"]["summary"]["object"], json!({"type": "process", "primary": "cat /x"}));
    assert_eq!(sudo["process"], json!({"pid": 23, "executable": "/usr/bin/sudo", "working_directory": "/"}));
    let service = ecs(&[(
        "SERVICE_START",
        "pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=ssh comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'",
    )]);
    assert_eq!(service["event"]["action"], "started-service");
    assert_eq!(service["auditd"]["summary"]["object"], json!({"type": "service", "primary": "ssh"}));
    assert_eq!(service["user"], json!({"id": "0", "name": "root"}));
}

#[test]
fn an_open_fails_and_the_directory_before_the_file_is_not_the_object() {
    let call = format!(
        "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=1 a2=0 a3=0 {CALL} comm=\"cat\" exe=\"/usr/bin/cat\" key=(null)"
    );
    let value = ecs(&[
        ("SYSCALL", &call),
        ("PATH", "item=0 name=\"/etc\" mode=040755 nametype=PARENT"),
        ("PATH", "item=1 name=\"/etc/shadow\" mode=0100640 obj=u:object_r:shadow_t:s0 nametype=NORMAL"),
    ]);
    assert_eq!(value["event"]["action"], "opened-file");
    assert_eq!([&value["event"]["outcome"], &value["auditd"]["result"]], ["failure", "fail"]);
    assert_eq!(value["auditd"]["data"]["exit"], "EACCES");
    assert_eq!(value["file"]["path"], "/etc/shadow");
    assert_eq!(value["file"]["selinux"], json!({"user": "u", "role": "object_r", "domain": "shadow_t", "level": "s0"}));
    assert_eq!(value.get("tags"), None);
}

#[test]
fn a_connection_has_a_destination() {
    let call = format!(
        "arch=c000003e syscall=42 success=yes exit=0 a0=5 a1=7 a2=10 a3=0 {CALL} comm=\"curl\" exe=\"/usr/bin/curl\""
    );
    let value = ecs(&[("SYSCALL", &call), ("SOCKADDR", "saddr=020001BBCB0071050000000000000000")]);
    assert_eq!(value["destination"], json!({"ip": "203.0.113.5", "port": 443}));
    assert_eq!(value["network"], json!({"direction": "egress"}));
    assert_eq!(value["auditd"]["data"]["socket"], json!({"family": "ipv4", "addr": "203.0.113.5", "port": "443"}));
    assert_eq!(
        value["auditd"]["summary"]["object"],
        json!({"type": "socket", "primary": "203.0.113.5", "secondary": "443"})
    );
    assert_eq!(value["event"]["type"], json!(["connection", "start"]));
}

#[test]
fn selinux_denies() {
    let call = format!(
        "arch=c000003e syscall=2 success=no exit=-13 a0=1 a1=0 a2=0 a3=0 {CALL} comm=\"x\" exe=\"/bin/x\" subj=a:b:c:s0"
    );
    let value = ecs(&[
        (
            "AVC",
            "avc:  denied  { read write } for  pid=11 comm=\"x\" scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=file permissive=0",
        ),
        ("SYSCALL", &call),
    ]);
    assert_eq!(value["event"]["action"], "violated-selinux-policy");
    assert_eq!(value["event"]["category"], json!(["file"]), "that of the call");
    assert_eq!(value["auditd"]["message_type"], "avc");
    assert_eq!(value["auditd"]["summary"]["actor"]["primary"], "a:b:c:s0");
    assert_eq!(value["auditd"]["summary"]["object"], json!({"primary": "d:e:f:s0", "secondary": "file"}));
    assert_eq!(value["auditd"]["data"]["seperms"], "read,write");
    let alone = ecs(&[(
        "AVC",
        "apparmor=\"DENIED\" operation=\"open\" profile=\"/x\" name=\"/y\" pid=5 comm=\"man\" requested_mask=\"r\"",
    )]);
    assert_eq!(alone["event"]["action"], "violated-apparmor-policy");
    assert_eq!(alone["event"]["category"], json!(["mac-decision"]));
}

#[test]
fn accounts_are_changed() {
    let value = ecs(&[(
        "ADD_USER",
        "pid=9 uid=0 auid=1000 ses=3 msg='op=add-user id=1002 exe=\"/usr/sbin/useradd\" hostname=h addr=127.0.0.1 terminal=pts/1 res=success'",
    )]);
    assert_eq!(value["user"]["target"], json!({"id": "1002"}));
    assert_eq!(value["user"]["effective"], json!({"id": "0", "name": "root"}));
    assert_eq!(value["related"]["user"], json!(["anna", "root"]));
    let group = ecs(&[(
        "ADD_GROUP",
        "pid=9 uid=0 auid=1000 ses=3 msg='op=add-group acct=\"bob\" exe=\"/usr/sbin/groupadd\" hostname=? addr=? terminal=? res=success'",
    )]);
    assert_eq!(group["group"], json!({"name": "bob"}));
}

#[test]
fn any_bytes_give_an_object_whose_names_stand_once() {
    let value = ecs(&[
        ("USER", "socket=1 socket_x=2 socket_x=3 socket=4 a=1 a=2 \u{1d}é"),
        ("SYSCALL", "syscall=x arch= a0=\\ ="),
    ]);
    assert_eq!(value["auditd"]["data"]["socket"], json!({"x": "2"}));
    assert_eq!(value["auditd"]["data"]["a"], "1");
    assert_eq!(ecs(&[("UNKNOWN[1999]", "a=1")])["auditd"]["message_type"], "unknown[1999]");
    let empty = ecs(&[]);
    assert_eq!(empty["auditd"], json!({"sequence": 42}));
}

#[test]
fn of_a_large_event_records_are_left_out_and_told() {
    let argument = format!("a1=\"{}\"", "x".repeat(60));
    let mut records = vec![("SYSCALL", "arch=c000003e syscall=59 success=yes exit=0 pid=7")];
    records.extend(repeat_n(("EXECVE", argument.as_str()), 15_000));
    records.push(("CWD", "cwd=\"/tmp\""));
    let value = ecs(&records);
    let arguments = value["process"]["args"].as_array().unwrap().len();
    let message = format!("{} of 15002 records are left out: the event is too large", 15_000 - arguments);
    assert_eq!(value["error"]["message"], message);
    assert!((5000..14_000).contains(&arguments), "{arguments}");
    assert_eq!(value["process"]["working_directory"], "/tmp", "arguments leave room to others");
    records.truncate(5000);
    assert_eq!(ecs(&records)["error"], Value::Null);
}
