//! A log with an event of every kind the normaliser of csv and text tells apart, as the kernel and programs write them.

use std::fmt::Write;

/// What records come with a system call.
#[derive(Clone, Copy)]
enum Shape {
    /// None.
    Bare,
    /// A file that is there.
    File,
    /// A file and the directory it is made in or taken from.
    Parent,
    /// A file that is open already.
    Descriptor,
    /// Two files.
    Two,
    Exec,
    Socket,
    Kill,
}

use Shape::{Bare, Descriptor, Exec, File, Kill, Parent, Socket, Two};

/// System calls of x86_64.
#[rustfmt::skip]
const CALLS: [(u32, Shape); 84] = [
    (2, File), (2, Parent), (257, File), (257, Parent), (437, Parent), (85, Parent), (76, File), (77, Descriptor),
    (285, Bare), (319, Bare), (447, Bare), (89, File), (267, File), (304, Bare), (438, Bare), (21, File), (269, File),
    (439, File), (4, File), (5, Descriptor), (6, File), (262, File), (332, File), (137, File), (138, Descriptor),
    (90, File), (91, Descriptor), (268, File), (92, File), (93, Descriptor), (94, File), (260, File), (188, File),
    (189, File), (190, Descriptor), (197, File), (198, File), (199, Descriptor), (442, File), (83, Parent),
    (258, Parent), (84, Parent), (87, Parent), (263, Parent), (82, Two), (264, Two), (316, Two), (88, Parent),
    (266, Parent), (165, Two), (165, File), (429, File), (432, Bare), (166, File), (132, File), (235, File),
    (261, File), (280, File), (133, Parent), (259, Parent), (59, Exec), (322, Exec), (42, Socket), (43, Socket),
    (288, Socket), (49, Socket), (44, Socket), (45, Socket), (46, Socket), (47, Socket), (62, Kill), (200, Kill),
    (234, Kill), (105, Bare), (106, Bare), (113, Bare), (114, Bare), (117, Bare), (119, Bare), (122, Bare), (176, Bare),
    (170, Bare), (9, Bare), (101, Bare),
];

/// More calls without further records: time, scheduling, security, modules.
#[rustfmt::skip]
const BARE: [u32; 17] = [10, 12, 123, 142, 144, 159, 164, 171, 175, 227, 313, 314, 444, 445, 446, 321, 999];

const TASK: &str = "ppid=1 pid=700 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=3";

/// Addresses: IPv4, IPv6, a local path, an abstract name, netlink.
const ADDRESSES: [&str; 5] = [
    "0200005035B9D0DA0000000000000000",
    "0A0000350000000020010DB80000000000000000000000010000000000",
    "01002F72756E2F78797A00",
    "0100002F61627374726163740000",
    "100000000000000000000000",
];

/// Records of programs, in `msg=''`.
#[rustfmt::skip]
const OF_PROGRAMS: [&str; 66] = [
    "USER", "USER_AUTH", "USER_ACCT", "USER_MGMT", "CRED_ACQ", "CRED_DISP", "USER_START", "USER_END", "USER_CHAUTHTOK",
    "USER_ERR", "CRED_REFR", "USYS_CONFIG", "USER_LOGIN", "USER_LOGOUT", "ADD_USER", "DEL_USER", "ADD_GROUP",
    "DEL_GROUP", "DAC_CHECK", "CHGRP_ID", "TEST", "USER_SELINUX_ERR", "USER_CMD", "CHUSER_ID", "GRP_AUTH",
    "SYSTEM_BOOT", "SYSTEM_SHUTDOWN", "SYSTEM_RUNLEVEL", "SERVICE_START", "SERVICE_STOP", "GRP_MGMT", "GRP_CHAUTHTOK",
    "MAC_CHECK", "ACCT_LOCK", "ACCT_UNLOCK", "USER_DEVICE", "SOFTWARE_UPDATE", "ANOM_LOGIN_FAILURES", "ANOM_LOGIN_TIME",
    "ANOM_LOGIN_SESSIONS", "ANOM_LOGIN_LOCATION", "ANOM_RBAC_INTEGRITY_FAIL", "ANOM_EXEC", "ANOM_ROOT_TRANS",
    "RESP_ANOMALY", "RESP_ACCT_LOCK", "USER_ROLE_CHANGE", "ROLE_ASSIGN", "ROLE_REMOVE", "LABEL_OVERRIDE",
    "LABEL_LEVEL_CHANGE", "USER_LABELED_EXPORT", "DEV_ALLOC", "FS_RELABEL", "USER_MAC_POLICY_LOAD", "ROLE_MODIFY",
    "USER_MAC_CONFIG_CHANGE", "CRYPTO_LOGIN", "CRYPTO_KEY_USER", "CRYPTO_SESSION", "VIRT_CONTROL", "VIRT_RESOURCE",
    "VIRT_MACHINE_ID", "VIRT_CREATE", "VIRT_MIGRATE_IN", "VIRT_INTEGRITY_CHECK",
];

/// Single records of the kernel and the daemon.
#[rustfmt::skip]
const SINGLE: [(&str, &str); 32] = [
    ("CONFIG_CHANGE", "auid=1000 ses=3 subj=x op=add_rule key=\"k\" list=4 res=1"),
    ("CONFIG_CHANGE", "audit_enabled=1 old=0 auid=4294967295 ses=4294967295 res=1"),
    ("CONFIG_CHANGE", "op=set audit_backlog_limit=8192 old=64 auid=0 ses=1 subj=x res=1"),
    ("CONFIG_CHANGE", "op=seccomp-logging actions=kill_process old-actions=log auid=0 ses=1 res=1"),
    ("FEATURE_CHANGE", "auid=0 uid=0 ses=1 comm=\"c\" exe=\"/sbin/auditctl\" feature=loginuid_immutable old=0 new=1 res=1"),
    ("SECCOMP", "auid=1000 uid=1000 gid=0 ses=1 subj=x pid=12 comm=\"a\" exe=\"/usr/bin/a\" sig=31 arch=c000003e syscall=56 compat=0 ip=0x7f code=0x0"),
    ("SECCOMP", "auid=1000 uid=1000 gid=0 ses=1 subj=x pid=12 comm=\"a\" exe=\"/usr/bin/a\" sig=0 arch=c000003e syscall=1 compat=0 ip=0x7f code=0x7fff0000"),
    ("ANOM_ABEND", "auid=1000 uid=33 gid=0 ses=1 subj=x pid=12 comm=\"a\" exe=\"/usr/bin/a\" sig=11 res=1"),
    ("ANOM_PROMISCUOUS", "dev=eth0 prom=256 old_prom=0 auid=1000 uid=0 gid=0 ses=1"),
    ("LOGIN", "pid=1 uid=0 subj=x old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=2 res=1"),
    ("NETFILTER_CFG", "table=filter family=2 entries=0 op=xt_register pid=1 subj=x comm=\"iptables\""),
    ("AVC", "avc:  denied  { read write } for  pid=1 comm=\"httpd\" name=\"x\" scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=file"),
    ("USER_AVC", "pid=1 uid=81 auid=4294967295 ses=4294967295 subj=s msg='avc:  denied  { send_msg } for scontext=a tcontext=b tclass=dbus  exe=\"/usr/bin/dbus-daemon\" sauid=81 hostname=? addr=? terminal=?'"),
    ("BPF", "prog-id=12 op=LOAD"),
    ("EVENT_LISTENER", "pid=1 uid=0 auid=4294967295 tty=(none) ses=4294967295 subj=x comm=\"systemd\" exe=\"/usr/lib/systemd/systemd\" nl-mcgrp=1 op=connect res=1"),
    ("TTY", "tty pid=1 uid=0 auid=1000 ses=3 major=136 minor=1 comm=\"bash\" data=6C73202D6C0D"),
    ("USER_TTY", "pid=1 uid=0 auid=1000 ses=3 data=6C73"),
    ("MAC_STATUS", "enforcing=1 old_enforcing=0 auid=1000 ses=1 res=1"),
    ("MAC_CONFIG_CHANGE", "bool=httpd_x val=1 old_val=0 auid=0 ses=1"),
    ("MAC_POLICY_LOAD", "auid=0 ses=1 lsm=selinux res=1"),
    ("MAC_UNLBL_ALLOW", "netlabel: auid=1000 ses=1 subj=x unlbl_accept=1 old=0"),
    ("MAC_MAP_ADD", "netlabel: auid=0 ses=1 subj=x nlbl_domain=d nlbl_protocol=unlbl res=1"),
    ("MAC_IPSEC_EVENT", "op=SAD-add auid=0 ses=1 subj=x src=1.2.3.4 res=1"),
    ("INTEGRITY_DATA", "pid=1 uid=0 auid=1000 ses=1 subj=x op=appraise_data cause=missing-hash comm=\"a\" name=\"/x\" res=0"),
    ("KERNEL", "initialized"),
    ("DAEMON_START", "op=start ver=3.0.9 format=enriched kernel=6.1 auid=4294967295 pid=1 uid=0 ses=4294967295 subj=x res=success"),
    ("DAEMON_END", "op=terminate auid=0 uid=0 ses=1 pid=1 subj=x res=success"),
    ("DAEMON_ABORT", "op=error-halt auid=0 pid=1 res=failed"),
    ("DAEMON_CONFIG", "op=reconfigure state=changed auid=1000 pid=1 subj=x res=success"),
    ("DAEMON_ROTATE", "op=rotate-logs auid=1000 pid=1 subj=x res=success"),
    ("DAEMON_ACCEPT", "addr=10.0.0.1:60 port=60 res=success"),
    ("DAEMON_ERR", "op=x auid=0 pid=1 res=failed"),
];

/// Records that come before or behind that of the call, and tell more than it.
#[rustfmt::skip]
const BESIDE: [(bool, &str, &str); 12] = [
    (true, "AVC", "avc:  denied  { open } for  pid=1 comm=\"a\" path=\"/x\" scontext=a:b:c:s0 tcontext=d:e:f:s0 tclass=file"),
    (true, "SELINUX_ERR", "op=security_compute_av reason=bounds scontext=a tcontext=b tclass=x perms=y"),
    (true, "NETFILTER_CFG", "table=nat family=2 entries=5"),
    (true, "ANOM_PROMISCUOUS", "dev=eth1 prom=0 old_prom=256 auid=1000 uid=0 gid=0 ses=1"),
    (true, "MAC_STATUS", "enforcing=0 old_enforcing=1 auid=1000 ses=1"),
    (true, "MAC_CONFIG_CHANGE", "bool=b val=1 old_val=0 auid=1000 ses=1"),
    (false, "KERN_MODULE", "name=\"dummy\""),
    (false, "BPF", "prog-id=7 op=UNLOAD"),
    (false, "TIME_INJOFFSET", "sec=1 nsec=2"),
    (true, "EVENT_LISTENER", "pid=1 uid=0 auid=1000 ses=1 comm=\"x\" exe=\"/x\" nl-mcgrp=1 op=disconnect res=1"),
    (true, "CONFIG_CHANGE", "auid=1000 ses=1 op=updated_rules path=\"/etc/passwd\" key=\"k\" list=4 res=1"),
    (true, "CONFIG_CHANGE", "op=set audit_enabled=1 old=1 auid=1000 ses=3 res=1"),
];

struct Log {
    text: String,
    serial: u32,
    enriched: bool,
}

impl Log {
    fn event(&mut self, records: &[(&str, String)]) {
        self.serial += 1;
        for (kind, body) in records {
            let (sec, serial) = (1_700_000_000 + self.serial / 7, self.serial);
            let translation = if self.enriched { translation(body) } else { String::new() };
            writeln!(self.text, "type={kind} msg=audit({sec}.{:03}:{serial}): {body}{translation}", serial % 1000)
                .unwrap();
        }
    }
}

/// What a daemon adds: the names of ids.
fn translation(body: &str) -> String {
    let mut names = Vec::new();
    for word in body.split(' ') {
        let Some((name, id)) = word.trim_start_matches("msg='").split_once('=') else { continue };
        if ["auid", "uid", "gid", "euid", "suid", "fsuid", "egid", "sgid", "fsgid", "ouid", "ogid", "old-auid", "id"]
            .contains(&name)
        {
            let user = match id {
                "0" => "root",
                "1000" => "jo",
                "4294967295" => "unset",
                _ => "other",
            };
            names.push(format!("{}=\"{user}\"", name.to_uppercase()));
        }
    }
    if names.is_empty() { String::new() } else { format!("\x1d{}", names.join(" ")) }
}

fn path(item: usize, name: &str, mode: &str, nametype: &str) -> (&'static str, String) {
    let inode = 100 + item;
    (
        "PATH",
        format!(
            "item={item} name={name} inode={inode} dev=fe:01 mode={mode} ouid=0 ogid=0 rdev=00:00 obj=a:b:c:s0 nametype={nametype} cap_fp=0"
        ),
    )
}

/// A call and its records.
fn call(number: u32, shape: Shape, variant: usize, succeeded: bool) -> Vec<(&'static str, String)> {
    let (exe, comm) = [("/usr/bin/cat", "cat"), ("/usr/bin/python3.11", "tool"), ("/opt/x", "x")][variant % 3];
    let key = ["key=\"k\"", "key=(null)", "key=610162"][variant % 3];
    let (success, exit) = if succeeded { ("yes", 0) } else { ("no", -13) };
    let mut records = vec![(
        "SYSCALL",
        format!(
            "arch=c000003e syscall={number} success={success} exit={exit} a0=3e8 a1=1a4 a2=21 a3=0 items=2 {TASK} comm=\"{comm}\" exe=\"{exe}\" subj=s {key}"
        ),
    )];
    let name = ["\"/etc/passwd\"", "\"file\"", "2F746D702F6120622F63"][variant % 3];
    let mode = ["0100644", "040755", "0120777", "020666", "060660", "010644", "0140777"][variant % 7];
    let cwd = ("CWD", "cwd=\"/root\"".to_owned());
    match shape {
        Bare => {}
        File => records.extend([cwd, path(0, name, mode, "NORMAL")]),
        Parent if succeeded => {
            records.extend([cwd, path(0, "\"/root/\"", "040755", "PARENT"), path(1, name, mode, "CREATE")])
        }
        Parent => records.extend([cwd, path(0, "\"/root/\"", "040755", "PARENT")]),
        Descriptor => records.extend([path(0, name, mode, "NORMAL")]),
        Two => {
            records.extend([cwd, path(0, "\"/a/\"", "040755", "PARENT"), path(1, "\"/b/\"", "040755", "PARENT")]);
            records.extend([path(2, name, mode, "DELETE"), path(3, "\"/b/new\"", mode, "CREATE")]);
        }
        Exec => {
            let arguments = ("EXECVE", "argc=2 a0=\"cat\" a1=\"x\"".to_owned());
            records.extend([
                arguments,
                cwd,
                path(0, name, mode, "NORMAL"),
                path(1, "\"/lib64/ld.so\"", "0100755", "NORMAL"),
            ]);
        }
        Socket => records.push(("SOCKADDR", format!("saddr={}", ADDRESSES[variant % 5]))),
        Kill => {
            for process in 0..=variant % 5 {
                records.push(("OBJ_PID", format!("opid={} oauid=1000 ouid=0 oses=1 ocomm=\"p\"", 50 + process)));
            }
        }
    }
    records.push(("PROCTITLE", "proctitle=\"x\"".to_owned()));
    records
}

/// The log.
pub fn log(enriched: bool) -> String {
    let mut log = Log { text: String::new(), serial: 100, enriched };
    let calls = CALLS.into_iter().chain(BARE.map(|number| (number, Bare)));
    for (variant, (number, shape)) in calls.enumerate() {
        for more in 0..4 {
            log.event(&call(number, shape, variant + more, more % 2 == 0));
        }
    }
    for (variant, (before, kind, body)) in BESIDE.into_iter().enumerate() {
        for number in [1, 257, 90, 59, 105] {
            let mut records = call(number, if number == 257 { File } else { Bare }, variant, true);
            records.insert(usize::from(!before), (kind, body.to_owned()));
            log.event(&records);
        }
    }
    for (kind, body) in SINGLE {
        log.event(&[(kind, body.to_owned())]);
    }
    for (variant, kind) in OF_PROGRAMS.into_iter().enumerate() {
        for more in 0..3 {
            log.event(&[(kind, of_program(variant + more))]);
        }
    }
    log.text
}

/// What a program says: all that it may say of any kind, or a part.
fn of_program(variant: usize) -> String {
    let whom = ["acct=\"root\"", "id=0", "acct=6D79206D65", "acct=nosuch id=1000"][variant % 4];
    let exe = ["\"/usr/sbin/sshd\"", "\"/usr/bin/python3\"", "\"/usr/bin/su\""][variant % 3];
    let more = "unit=sshd old-level=3 new-level=5 selected-context=a:b:c cmd=6C73202D6C cwd=\"/\" device=\"/dev/sda\" \
                sw=\"p-1.0\" sw_type=rpm key_enforce=0 gpg_res=1 root_dir=\"/\" resrc=disk reason=start vm=\"m 1\" uuid=4a3 \
                printer=lp0 fp=SHA256:aa:bb rport=22";
    let (more, result) = if variant % 3 == 2 { ("", "failed") } else { (more, "success") };
    let who =
        ["uid=0 auid=1000 ses=3", "uid=0 auid=4294967295 ses=4294967295", "uid=1000 auid=1000 ses=1"][variant % 3];
    format!(
        "pid=800 {who} subj=a:b:c:s0 msg='op=do:it {whom} {more} exe={exe} comm=\"c\" hostname=h addr=10.0.0.1 terminal=ssh res={result}'"
    )
}
