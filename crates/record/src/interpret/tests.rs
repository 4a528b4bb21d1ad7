use super::*;
use crate::{Kind, Line};
use proptest::prelude::*;

fn interpreter() -> Interpreter {
    Interpreter::new(Names::fixed([(0, "root"), (1000, "alice")], [(0, "root"), (42, "shadow")]))
}

fn body(kind: &str, body: &str) -> String {
    let text = format!("type={kind} msg=audit(1.5:7): {body}");
    let mut out = Vec::new();
    interpreter().body(&Line::parse(text.as_bytes()).unwrap(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn a_system_call() {
    let text = "arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7ffe a2=80241 a3=1b6 items=1 ppid=1 pid=2 \
                auid=4294967295 uid=0 gid=42 euid=77 ses=4294967295 tty=pts0 comm=\"cat\" exe=2F612062 key=6162016364";
    assert_eq!(
        body("SYSCALL", text),
        "arch=x86_64 syscall=openat success=no exit=EACCES(Permission denied) a0=AT_FDCWD a1=0x7ffe \
         a2=O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC a3=0x1b6 items=1 ppid=1 pid=2 auid=unset uid=root gid=shadow \
         euid=unknown(77) ses=unset tty=pts0 comm=cat exe=/a b key=ab key=cd "
    );
}

#[test]
fn names_do_not_drive_a_terminal_either() {
    assert_eq!(body("SYSCALL", "a\u{1b}[1mb=1 items=1 c\rd"), "a\\033[1mb=1 items=1 c\\015d ");
}

#[test]
fn the_log_knows_better_than_this_host() {
    assert_eq!(body("USER", "uid=0 gid=0\x1dUID=\"bob\" GID=612062"), "uid=bob gid=a b ");
    assert_eq!(body("USER", "uid=0 gid=0 uid=1\x1dUID=\"a\" GID=\"b\" UID=\"c\""), "uid=a gid=b uid=c ");
    assert_eq!(body("SYSCALL", "arch=0 syscall=1\x1dARCH=mips SYSCALL=exit"), "arch=mips syscall=exit ");
    assert_eq!(body("SYSCALL", "arch=c000003e syscall=1\x1dSYSCALL=unknown-syscall(1)"), "arch=x86_64 syscall=write ");
    assert_eq!(
        body("SOCKADDR", "saddr=00\x1dSADDR={ saddr_fam=inet laddr=1.2.3.4 lport=1 }"),
        "saddr={ saddr_fam=inet laddr=1.2.3.4 lport=1 } "
    );
}

/// The right column is what ausearch 3.0.9 prints.
#[test]
fn records_of_every_family() {
    for (kind, text, printed) in [
        (
            "PATH",
            "item=0 name=\"/etc/x\" mode=0104755 ouid=0 ogid=42 cap_fp=21 cap_fe=1",
            "item=0 name=/etc/x mode=file,suid,755 ouid=root ogid=shadow cap_fp=chown,kill cap_fe=1 ",
        ),
        ("EXECVE", "argc=3 a0=\"ls\" a1=2D6C a2=\"uid=0\"", "argc=3 a0=ls a1=-l a2=uid=0 "),
        ("PROCTITLE", "proctitle=6C73002D6C0A61", "proctitle=ls -l\\012a "),
        (
            "LOGIN",
            "pid=3 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=1 res=1",
            "pid=3 uid=root old-auid=unset auid=alice tty=(none) old-ses=4294967295 ses=1 res=yes ",
        ),
        (
            "CONFIG_CHANGE",
            "auid=0 ses=1 op=add_rule key=(null) list=4 res=1",
            "auid=root ses=1 op=add_rule key=(null) list=exit res=yes ",
        ),
        (
            "USER_LOGIN",
            "pid=1 uid=0 msg='op=login id=0 exe=\"/x\" hostname=?, addr=?, terminal=ssh res=failed'",
            "pid=1 uid=root msg='op=login id=root exe=/x hostname=?, addr=?  terminal=ssh res=failed' ",
        ),
        ("ADD_GROUP", "pid=1 msg='op=add id=42 res=success'", "pid=1 msg='op=add id=shadow res=success' "),
        (
            "AVC",
            "avc:  denied  { read } for  pid=7 comm=\"x\" scontext=a:b:c:s0,c1 tcontext=b tclass=file",
            "avc:  denied  { read } for  pid=7 comm=x scontext=a:b:c:s0,c1 tcontext=b tclass=file ",
        ),
        ("TTY", "tty pid=1 uid=0 comm=\"bash\" data=6C730D", "tty pid=1 uid=root comm=bash data=\"ls\",<ret>"),
        ("ANOM_PROMISCUOUS", "dev=eth0 prom=256 old_prom=0", "dev=eth0 prom=yes old_prom=no "),
        ("NETFILTER_CFG", "table=filter family=2 entries=4", "table=filter family=ipv4 entries=4 "),
        ("ANOM_ABEND", "uid=0 sig=11 res=1", "uid=root sig=SIGSEGV res=yes "),
        ("MQ_OPEN", "oflag=0x42 mode=0600 mq_flags=0x0", "oflag=O_RDWR|O_CREAT mode=0600 mq_flags=0x0 "),
        ("MMAP", "fd=3 flags=0x22", "fd=3 flags=MAP_PRIVATE|MAP_ANONYMOUS "),
        ("BPF", "prog-id=75 op=LOAD", "prog-id=75 op=LOAD "),
        (
            "CRYPTO_KEY_USER",
            "pid=1 msg='op=start fp=SHA256:aa suid=0 res=success'",
            "pid=1 msg='op=start fp=SHA256:aa suid=root res=success' ",
        ),
        (
            "USER_CMD",
            "pid=1 msg='cwd=\"/root\" cmd=6C73202D6C terminal=pts/0 res=success'",
            "pid=1 msg='cwd=/root cmd=ls -l terminal=pts/0 res=success' ",
        ),
    ] {
        assert_eq!(body(kind, text), printed, "{kind}");
    }
}

#[test]
fn arguments_of_calls() {
    for (call, arguments, printed) in [
        (2, "a0=1 a1=41 a2=1b6 a3=0", "a0=0x1 a1=O_WRONLY|O_CREAT a2=0666 a3=0x0 "),
        (2, "a0=1 a1=0 a2=1b6 a3=0", "a0=0x1 a1=O_RDONLY a2=0x1b6 a3=0x0 "),
        (9, "a0=0 a1=1000 a2=3 a3=22", "a0=0x0 a1=0x1000 a2=PROT_READ|PROT_WRITE a3=MAP_PRIVATE|MAP_ANONYMOUS "),
        (41, "a0=2 a1=80801 a2=6", "a0=inet a1=SOCK_STREAM a2=tcp "),
        (54, "a0=3 a1=1 a2=2", "a0=0x3 a1=SOL_SOCKET a2=SO_REUSEADDR "),
        (62, "a0=1 a1=9", "a0=0x1 a1=SIGKILL "),
        (90, "a0=1 a1=9ed", "a0=0x1 a1=suid,0755 "),
        (105, "a0=3e8", "a0=alice "),
        (157, "a0=18 a1=15", "a0=PR_CAPBSET_DROP a1=sys_admin "),
        (165, "a0=0 a1=0 a2=0 a3=1001", "a0=0x0 a1=0x0 a2=0x0 a3=MS_RDONLY|MS_BIND "),
        (56, "a0=1200011 a1=0", "a0=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD a1=0x0 "),
        (29, "a0=0 a1=1 a2=3b6", "a0=0x0 a1=0x1 a2=IPC_CREAT|0666 "),
    ] {
        let text = format!("arch=c000003e syscall={call} success=yes exit=0 {arguments}");
        let shown = body("SYSCALL", &text);
        assert!(shown.ends_with(&format!("exit=0 {printed}")), "{call}: {shown}");
    }
}

#[test]
fn what_does_not_fit_its_field_is_shown_as_it_is() {
    let odd = "uid=abc ses=x exit=abc mode=xyz sig=abc res=success list=exit perm=r prom=? ";
    assert_eq!(body("USER", odd), odd);
    assert_eq!(body("USER", "text without fields"), "text without fields ");
}

#[test]
fn a_set_of_capabilities_is_the_number_its_text_starts_with() {
    let sets = "cap_fp=? cap_fi=zz cap_pe=3zz cap_pi=(null) cap_pa=fffffffffffffffffff cap_fver=?";
    let meant = "cap_fp=none cap_fi=none cap_pe=chown,dac_override cap_pi=none cap_pa=conversion error(fffffffffffffffffff) cap_fver=? ";
    assert_eq!(body("PATH", sets), meant);
}

#[test]
fn calls_interrupted_by_signals_have_a_name() {
    assert!(body("SYSCALL", "exit=-512").starts_with("exit=ERESTARTSYS("));
    assert_eq!(body("SYSCALL", "exit=-9999"), "exit=(null)(Unknown error 9999) ");
    assert_eq!(body("SYSCALL", "exit=-9223372036854775808"), "exit=-9223372036854775808 ");
}

proptest! {
    #[test]
    fn any_body_can_be_interpreted(kind in 1000_u32..2600, text: Vec<u8>) {
        let mut line = format!("type=UNKNOWN[{kind}] msg=audit(1.5:7): ").into_bytes();
        line.extend(text);
        let line = Line::parse(&line).unwrap();
        interpreter().body(&line, &mut Vec::new());
    }

    #[test]
    fn any_value_of_any_field_can_be_interpreted(name in "a[0-3]|mode|cap_fp|exit|saddr|per|code|data|key|resolve|sig|ses|perm", call in 0_u32..470, value: Vec<u8>, number: u64) {
        let context = Context { kind: Kind::SYSCALL, arch: Some(arch::X86_64), syscall: Some(call), ..Context::default() };
        let mut out = Vec::new();
        interpreter().value(&context, name.as_bytes(), &value, &mut out);
        interpreter().value(&context, name.as_bytes(), format!("{number:x}").as_bytes(), &mut out);
        prop_assert!(out.iter().all(|&byte| byte >= 0x20));
    }
}
