//! The record type.

use crate::text::push_decimal;
use raudit_tables::record_type;
use std::fmt;

/// A record type: the `nlmsg_type` of the message, `type=NAME` in the log.
///
/// An open enumeration: numbers without a name print as `UNKNOWN[1999]` and read back the same.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Kind(pub u32);

/// Constants for the types this project treats specially; names of all are in `tables::record_type`.
#[allow(missing_docs, reason = "the names are linux/audit.h's and libaudit.h's, without AUDIT_")]
impl Kind {
    pub const USER: Self = Self(1005);
    pub const LOGIN: Self = Self(1006);
    pub const USER_AUTH: Self = Self(1100);
    pub const USER_ACCT: Self = Self(1101);
    pub const USER_MGMT: Self = Self(1102);
    pub const CRED_ACQ: Self = Self(1103);
    pub const CRED_DISP: Self = Self(1104);
    pub const USER_START: Self = Self(1105);
    pub const USER_END: Self = Self(1106);
    pub const USER_AVC: Self = Self(1107);
    pub const USER_CHAUTHTOK: Self = Self(1108);
    pub const USER_ERR: Self = Self(1109);
    pub const CRED_REFR: Self = Self(1110);
    pub const USYS_CONFIG: Self = Self(1111);
    pub const USER_LOGIN: Self = Self(1112);
    pub const USER_LOGOUT: Self = Self(1113);
    pub const ADD_USER: Self = Self(1114);
    pub const DEL_USER: Self = Self(1115);
    pub const ADD_GROUP: Self = Self(1116);
    pub const DEL_GROUP: Self = Self(1117);
    pub const TRUSTED_APP: Self = Self(1121);
    pub const USER_CMD: Self = Self(1123);
    pub const USER_TTY: Self = Self(1124);
    pub const SYSTEM_BOOT: Self = Self(1127);
    pub const SYSTEM_SHUTDOWN: Self = Self(1128);
    pub const SYSTEM_RUNLEVEL: Self = Self(1129);
    pub const SERVICE_START: Self = Self(1130);
    pub const SERVICE_STOP: Self = Self(1131);
    pub const GRP_MGMT: Self = Self(1132);
    pub const GRP_CHAUTHTOK: Self = Self(1133);
    pub const ACCT_LOCK: Self = Self(1135);
    pub const ACCT_UNLOCK: Self = Self(1136);
    pub const USER_DEVICE: Self = Self(1137);
    pub const SOFTWARE_UPDATE: Self = Self(1138);
    pub const DAEMON_START: Self = Self(1200);
    pub const DAEMON_END: Self = Self(1201);
    pub const DAEMON_ABORT: Self = Self(1202);
    pub const DAEMON_CONFIG: Self = Self(1203);
    pub const DAEMON_ROTATE: Self = Self(1205);
    pub const DAEMON_RESUME: Self = Self(1206);
    pub const DAEMON_ACCEPT: Self = Self(1207);
    pub const DAEMON_CLOSE: Self = Self(1208);
    pub const DAEMON_ERR: Self = Self(1209);
    pub const SYSCALL: Self = Self(1300);
    pub const PATH: Self = Self(1302);
    pub const IPC: Self = Self(1303);
    pub const SOCKETCALL: Self = Self(1304);
    pub const CONFIG_CHANGE: Self = Self(1305);
    pub const SOCKADDR: Self = Self(1306);
    pub const CWD: Self = Self(1307);
    pub const EXECVE: Self = Self(1309);
    pub const IPC_SET_PERM: Self = Self(1311);
    pub const MQ_OPEN: Self = Self(1312);
    pub const MQ_SENDRECV: Self = Self(1313);
    pub const MQ_NOTIFY: Self = Self(1314);
    pub const MQ_GETSETATTR: Self = Self(1315);
    pub const FD_PAIR: Self = Self(1317);
    pub const OBJ_PID: Self = Self(1318);
    pub const TTY: Self = Self(1319);
    pub const EOE: Self = Self(1320);
    pub const BPRM_FCAPS: Self = Self(1321);
    pub const CAPSET: Self = Self(1322);
    pub const MMAP: Self = Self(1323);
    pub const NETFILTER_PKT: Self = Self(1324);
    pub const NETFILTER_CFG: Self = Self(1325);
    pub const SECCOMP: Self = Self(1326);
    pub const PROCTITLE: Self = Self(1327);
    pub const FEATURE_CHANGE: Self = Self(1328);
    pub const KERN_MODULE: Self = Self(1330);
    pub const FANOTIFY: Self = Self(1331);
    pub const TIME_INJOFFSET: Self = Self(1332);
    pub const TIME_ADJNTPVAL: Self = Self(1333);
    pub const BPF: Self = Self(1334);
    pub const EVENT_LISTENER: Self = Self(1335);
    pub const URINGOP: Self = Self(1336);
    pub const OPENAT2: Self = Self(1337);
    pub const AVC: Self = Self(1400);
    pub const SELINUX_ERR: Self = Self(1401);
    pub const MAC_POLICY_LOAD: Self = Self(1403);
    pub const MAC_STATUS: Self = Self(1404);
    pub const MAC_CONFIG_CHANGE: Self = Self(1405);
    pub const MAC_UNLBL_ALLOW: Self = Self(1406);
    pub const MAC_MAP_ADD: Self = Self(1409);
    pub const MAC_MAP_DEL: Self = Self(1410);
    pub const MAC_CALIPSO_DEL: Self = Self(1419);
    pub const ANOM_PROMISCUOUS: Self = Self(1700);
    pub const ANOM_ABEND: Self = Self(1701);
    pub const ANOM_LINK: Self = Self(1702);
    pub const KERNEL: Self = Self(2000);
    pub const ANOM_LOGIN_FAILURES: Self = Self(2100);
    pub const ANOM_LOGIN_TIME: Self = Self(2101);
    pub const ANOM_LOGIN_SESSIONS: Self = Self(2102);
    pub const ANOM_LOGIN_LOCATION: Self = Self(2104);
    pub const ANOM_RBAC_INTEGRITY_FAIL: Self = Self(2109);
    pub const ANOM_EXEC: Self = Self(2112);
    pub const USER_ROLE_CHANGE: Self = Self(2300);
    pub const ROLE_ASSIGN: Self = Self(2301);
    pub const ROLE_REMOVE: Self = Self(2302);
    pub const LABEL_OVERRIDE: Self = Self(2303);
    pub const LABEL_LEVEL_CHANGE: Self = Self(2304);
    pub const DEV_ALLOC: Self = Self(2307);
    pub const USER_MAC_CONFIG_CHANGE: Self = Self(2312);
    pub const CRYPTO_KEY_USER: Self = Self(2404);
    pub const CRYPTO_SESSION: Self = Self(2407);
    pub const VIRT_CONTROL: Self = Self(2500);
    pub const VIRT_RESOURCE: Self = Self(2501);
    pub const VIRT_MACHINE_ID: Self = Self(2502);
}

impl Kind {
    /// What a line's type is when no table has its name: 0, which the kernel uses for nothing.
    pub const UNNAMED: Self = Self(0);

    /// The name without `AUDIT_`, if this type has one.
    pub fn name(self) -> Option<&'static str> {
        record_type::RECORD_TYPE.name(self.0)
    }

    /// Appends what a line of the log has after `type=`; as [`Display`](fmt::Display), but fast.
    pub fn push(self, out: &mut Vec<u8>) {
        match self.name() {
            Some(name) => out.extend_from_slice(name.as_bytes()),
            None => {
                out.extend_from_slice(b"UNKNOWN[");
                push_decimal(out, u64::from(self.0));
                out.push(b']');
            }
        }
    }

    /// The type with this name (exact, upper case), or of the form `UNKNOWN[n]`.
    pub fn from_name(name: &str) -> Option<Self> {
        if let Some(n) = name.strip_prefix("UNKNOWN[").and_then(|n| n.strip_suffix(']')) {
            return n.parse().ok().map(Self);
        }
        record_type::RECORD_TYPE.number(name).map(Self)
    }
}

impl Kind {
    /// Records about a group, whose `id=` is a gid.
    pub fn is_about_groups(self) -> bool {
        matches!(self, Self::ADD_GROUP | Self::DEL_GROUP | Self::GRP_MGMT | Self::GRP_CHAUTHTOK)
    }

    /// Records that say that names of users or groups may have changed.
    pub fn changes_accounts(self) -> bool {
        let users = matches!(self, Self::ADD_USER | Self::DEL_USER | Self::USER_MGMT);
        users || matches!(self, Self::ADD_GROUP | Self::DEL_GROUP | Self::GRP_MGMT)
    }

    /// The type that a log line names: any case, a number, or [`Kind::UNNAMED`].
    pub fn from_log(text: &[u8]) -> Self {
        // Three of four lines have one of these, which spares the scan of the table.
        match text {
            b"SYSCALL" => return Self::SYSCALL,
            b"PATH" => return Self::PATH,
            b"CWD" => return Self::CWD,
            b"PROCTITLE" => return Self::PROCTITLE,
            b"EXECVE" => return Self::EXECVE,
            b"EOE" => return Self::EOE,
            b"SOCKADDR" => return Self::SOCKADDR,
            _ => {}
        }
        let Ok(name) = str::from_utf8(text) else { return Self::UNNAMED };
        let other_case = || Self::from_name(&name.to_ascii_uppercase());
        let number = || name.parse().ok().map(Self);
        Self::from_name(name).or_else(number).or_else(other_case).unwrap_or(Self::UNNAMED)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "UNKNOWN[{}]", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_numbers_print_and_read_back() {
        assert_eq!(Kind(1999).to_string(), "UNKNOWN[1999]");
        assert_eq!(Kind::from_name("UNKNOWN[1999]"), Some(Kind(1999)));
        assert_eq!(Kind::from_name("UNKNOWN[x]"), None);
    }

    #[test]
    fn constants_agree_with_the_table() {
        for (kind, name) in
            [(Kind::SYSCALL, "SYSCALL"), (Kind::PROCTITLE, "PROCTITLE"), (Kind::DAEMON_ERR, "DAEMON_ERR")]
        {
            assert_eq!(kind.name(), Some(name));
            assert_eq!(Kind::from_name(name), Some(kind));
            let mut pushed = Vec::new();
            kind.push(&mut pushed);
            Kind(1999).push(&mut pushed);
            assert_eq!(pushed, format!("{kind}UNKNOWN[1999]").into_bytes());
        }
    }
}
