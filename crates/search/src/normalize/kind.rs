//! What kind of event a record type stands for, what kind of account acts, and what kind of thing is acted on.

use raudit_record::Kind;

/// What kind of account acts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SubjectKind {
    Privileged,
    Unset,
    Service,
    User,
    Unknown,
    System,
    Auditd,
}

/// The first number of an account of a person, and the first beyond them.
const FIRST_USER: i32 = 1000;
const AFTER_USERS: i32 = 60_000;

impl SubjectKind {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged-acct",
            Self::Unset => "unset-acct",
            Self::Service => "service-acct",
            Self::User => "user-acct",
            Self::Unknown => "unknown-acct",
            Self::System => "system",
            Self::Auditd => "auditd",
        }
    }

    /// Of the account with this uid.
    pub(super) fn of(uid: i32) -> Self {
        match uid {
            0 => Self::Privileged,
            -1 => Self::Unset,
            uid if uid < FIRST_USER => Self::Service,
            uid if uid < AFTER_USERS => Self::User,
            _ => Self::Unknown,
        }
    }
}

/// What kind of thing is acted on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum ObjectKind {
    #[default]
    Unknown,
    Fifo,
    CharacterDevice,
    Directory,
    BlockDevice,
    File,
    FileSystem,
    Link,
    Socket,
    Process,
    Firewall,
    Service,
    Account,
    UserSession,
    VirtualMachine,
    Printer,
    System,
    AuditRule,
    AuditConfig,
    SecurityPolicy,
    Memory,
    Keystrokes,
    Software,
    SecurityModules,
    ProcessGroup,
}

impl ObjectKind {
    /// The word for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Fifo => "fifo",
            Self::CharacterDevice => "character-device",
            Self::Directory => "directory",
            Self::BlockDevice => "block-device",
            Self::File => "file",
            Self::FileSystem => "file-system",
            Self::Link => "symlink",
            Self::Socket => "socket",
            Self::Process => "process",
            Self::Firewall => "firewall",
            Self::Service => "service",
            Self::Account => "account",
            Self::UserSession => "user-session",
            Self::VirtualMachine => "virtual-machine",
            Self::Printer => "printer",
            Self::System => "system",
            Self::AuditRule => "admin-defined-rule",
            Self::AuditConfig => "audit-config",
            Self::SecurityPolicy => "security-policy",
            Self::Memory => "memory",
            Self::Keystrokes => "keystrokes",
            Self::Software => "software",
            Self::SecurityModules => "security-modules",
            Self::ProcessGroup => "process-group",
        }
    }

    /// The kind of file with this mode (`st_mode`), if it tells one.
    pub(super) fn of_mode(mode: u64) -> Option<Self> {
        Some(match mode & 0o170_000 {
            0o100_000 => Self::File,
            0o040_000 => Self::Directory,
            0o020_000 => Self::CharacterDevice,
            0o060_000 => Self::BlockDevice,
            0o010_000 => Self::Fifo,
            0o120_000 => Self::Link,
            0o140_000 => Self::Socket,
            _ => return None,
        })
    }
}

/// Kinds of events by record type: the first and the last type of each run, ascending. What is in none is `unknown`.
const EVENTS: [(u32, u32, &str); 52] = [
    (1006, 1006, "user-login"),       // LOGIN
    (1100, 1101, "user-login"),       // USER_AUTH, USER_ACCT
    (1102, 1102, "user-account"),     // USER_MGMT
    (1103, 1106, "user-login"),       // CRED_ACQ to USER_END
    (1107, 1107, "mac-decision"),     // USER_AVC
    (1108, 1110, "user-login"),       // USER_CHAUTHTOK to CRED_REFR
    (1111, 1111, "configuration"),    // USYS_CONFIG
    (1112, 1113, "user-login"),       // USER_LOGIN, USER_LOGOUT
    (1114, 1117, "user-account"),     // ADD_USER to DEL_GROUP
    (1119, 1119, "group-change"),     // CHGRP_ID
    (1120, 1121, "user-space"),       // TEST, TRUSTED_APP
    (1122, 1122, "mac-decision"),     // USER_SELINUX_ERR
    (1123, 1123, "user-space"),       // USER_CMD
    (1124, 1124, "TTY"),              // USER_TTY
    (1125, 1125, "user-space"),       // CHUSER_ID
    (1126, 1126, "group-change"),     // GRP_AUTH
    (1127, 1131, "system-services"),  // SYSTEM_BOOT to SERVICE_STOP
    (1132, 1133, "user-account"),     // GRP_MGMT, GRP_CHAUTHTOK
    (1135, 1136, "user-account"),     // ACCT_LOCK, ACCT_UNLOCK
    (1137, 1138, "configuration"),    // USER_DEVICE, SOFTWARE_UPDATE
    (1200, 1299, "audit-daemon"),     // the daemon's
    (1300, 1304, "audit-rule"),       // SYSCALL to SOCKETCALL
    (1305, 1305, "configuration"),    // CONFIG_CHANGE
    (1306, 1315, "audit-rule"),       // SOCKADDR to MQ_GETSETATTR
    (1317, 1318, "audit-rule"),       // FD_PAIR, OBJ_PID
    (1319, 1319, "TTY"),              // TTY
    (1321, 1324, "audit-rule"),       // BPRM_FCAPS to NETFILTER_PKT
    (1325, 1325, "configuration"),    // NETFILTER_CFG
    (1326, 1326, "dac-decision"),     // SECCOMP
    (1328, 1328, "configuration"),    // FEATURE_CHANGE
    (1331, 1331, "av-decision"),      // FANOTIFY
    (1332, 1333, "configuration"),    // TIME_INJOFFSET, TIME_ADJNTPVAL
    (1334, 1334, "bpf-program"),      // BPF
    (1335, 1335, "audit-daemon"),     // EVENT_LISTENER
    (1336, 1336, "audit-rule"),       // URINGOP
    (1400, 1402, "mac-decision"),     // AVC to AVC_PATH
    (1403, 1499, "mac"),              // what changes SELinux's policy, and labelled networking
    (1500, 1501, "mac"),              // APPARMOR, APPARMOR_AUDIT
    (1502, 1503, "mac-decision"),     // APPARMOR_ALLOWED, APPARMOR_DENIED
    (1504, 1505, "mac"),              // APPARMOR_HINT, APPARMOR_STATUS
    (1506, 1506, "mac-decision"),     // APPARMOR_ERROR
    (1600, 1699, "crypto"),           // the kernel's
    (1700, 1799, "anomaly"),          // the kernel's
    (1800, 1899, "integrity"),        // INTEGRITY_*
    (2000, 2000, "system-services"),  // KERNEL
    (2100, 2108, "anomaly"),          // ANOM_LOGIN_FAILURES to ANOM_RBAC_FAIL
    (2109, 2109, "integrity"),        // ANOM_RBAC_INTEGRITY_FAIL
    (2110, 2199, "anomaly"),          // ANOM_CRYPTO_FAIL and on
    (2200, 2299, "anomaly-response"), // RESP_*
    (2300, 2399, "mac"),              // USER_ROLE_CHANGE and on
    (2400, 2499, "crypto"),           // CRYPTO_*
    (2500, 2599, "virt"),             // VIRT_*
];

/// The kind of the event that begins with a record of this type.
pub(super) fn event_kind(kind: Kind) -> &'static str {
    if kind == Kind::SYSCALL {
        return "audit-rule";
    }
    let after = EVENTS.partition_point(|(first, ..)| *first <= kind.0);
    let run = after.checked_sub(1).and_then(|at| EVENTS.get(at));
    run.filter(|(_, last, _)| kind.0 <= *last).map_or("unknown", |(.., name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_ascend_and_do_not_overlap() {
        assert!(EVENTS.iter().all(|(first, last, _)| first <= last));
        assert!(EVENTS.windows(2).all(|two| two[0].1 < two[1].0));
    }

    #[test]
    fn kinds_of_events() {
        for (kind, name) in [
            (Kind::SYSCALL, "audit-rule"),
            (Kind::PATH, "audit-rule"),
            (Kind::USER_AVC, "mac-decision"),
            (Kind::USER, "unknown"),
            (Kind::KERN_MODULE, "unknown"),
            (Kind::MAC_CALIPSO_DEL, "mac"),
            (Kind::VIRT_CONTROL, "virt"),
            (Kind(3000), "unknown"),
            (Kind::UNNAMED, "unknown"),
        ] {
            assert_eq!(event_kind(kind), name, "{kind}");
        }
    }

    #[test]
    fn kinds_of_accounts_and_files() {
        for (uid, kind) in [(0, SubjectKind::Privileged), (-1, SubjectKind::Unset), (999, SubjectKind::Service)] {
            assert_eq!(SubjectKind::of(uid), kind);
        }
        assert_eq!(SubjectKind::of(1000), SubjectKind::User);
        assert_eq!(SubjectKind::of(60_000), SubjectKind::Unknown);
        assert_eq!(SubjectKind::of(-2), SubjectKind::Service);
        assert_eq!(ObjectKind::of_mode(0o104_755), Some(ObjectKind::File));
        assert_eq!(ObjectKind::of_mode(0), None);
    }
}
