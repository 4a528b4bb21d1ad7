//! What was done, in words, by the type of the record that says so.

use raudit_record::Kind;

/// The words of types, ascending.
#[rustfmt::skip]
const ACTIONS: [(u32, &str); 97] = [
    (1005, "sent-message"), // USER
    (1006, "changed-login-id-to"), // LOGIN
    (1100, "authenticated"), // USER_AUTH
    (1101, "was-authorized"), // USER_ACCT
    (1102, "modified-user-account"), // USER_MGMT
    (1103, "acquired-credentials"), // CRED_ACQ
    (1104, "disposed-credentials"), // CRED_DISP
    (1105, "started-session"), // USER_START
    (1106, "ended-session"), // USER_END
    (1107, "accessed-mac-policy-controlled-object"), // USER_AVC
    (1108, "changed-password"), // USER_CHAUTHTOK
    (1109, "caused-account-error"), // USER_ERR
    (1110, "refreshed-credentials"), // CRED_REFR
    (1111, "changed-configuration"), // USYS_CONFIG
    (1112, "logged-in"), // USER_LOGIN
    (1113, "logged-out"), // USER_LOGOUT
    (1114, "added-user-account"), // ADD_USER
    (1115, "deleted-user-account"), // DEL_USER
    (1116, "added-group-account-to"), // ADD_GROUP
    (1117, "deleted-group-account-from"), // DEL_GROUP
    (1118, "access-result"), // DAC_CHECK
    (1119, "changed-group"), // CHGRP_ID
    (1120, "sent-test"), // TEST
    (1121, "unknown"), // TRUSTED_APP
    (1122, "access-error"), // USER_SELINUX_ERR
    (1123, "ran-command"), // USER_CMD
    (1124, "typed"), // USER_TTY
    (1125, "changed-user-id"), // CHUSER_ID
    (1126, "authenticated-to-group"), // GRP_AUTH
    (1127, "booted-system"), // SYSTEM_BOOT
    (1128, "shutdown-system"), // SYSTEM_SHUTDOWN
    (1129, "changed-to-runlevel"), // SYSTEM_RUNLEVEL
    (1130, "started-service"), // SERVICE_START
    (1131, "stopped-service"), // SERVICE_STOP
    (1132, "modified-group-account"), // GRP_MGMT
    (1133, "changed-group-password"), // GRP_CHAUTHTOK
    (1134, "mac-permission"), // MAC_CHECK
    (1135, "locked-account"), // ACCT_LOCK
    (1136, "unlocked-account"), // ACCT_UNLOCK
    (1137, "configured-device"), // USER_DEVICE
    (1138, "installed-software"), // SOFTWARE_UPDATE
    (1200, "started-audit"), // DAEMON_START
    (1201, "shutdown-audit"), // DAEMON_END
    (1202, "aborted-auditd-startup"), // DAEMON_ABORT
    (1203, "changed-auditd-configuration"), // DAEMON_CONFIG
    (1204, "reconfigured-auditd"), // DAEMON_RECONFIG
    (1205, "rotated-audit-logs"), // DAEMON_ROTATE
    (1206, "resumed-audit-logging"), // DAEMON_RESUME
    (1207, "remote-audit-connected"), // DAEMON_ACCEPT
    (1208, "remote-audit-disconnected"), // DAEMON_CLOSE
    (1209, "audit-error"), // DAEMON_ERR
    (1305, "changed-audit-configuration"), // CONFIG_CHANGE
    (1319, "typed"), // TTY
    (1326, "called-seccomp-controlled-syscall"), // SECCOMP
    (1328, "changed-audit-feature"), // FEATURE_CHANGE
    (1330, "loaded-kernel-module"), // KERN_MODULE
    (1331, "accessed-policy-controlled-file"), // FANOTIFY
    (1336, "io_uring-operation"), // URINGOP
    (1400, "accessed-mac-policy-controlled-object"), // AVC
    (1403, "loaded-selinux-policy"), // MAC_POLICY_LOAD
    (1404, "changed-selinux-enforcement-to"), // MAC_STATUS
    (1405, "changed-selinux-boolean"), // MAC_CONFIG_CHANGE
    (1409, "added-mac-network-domain-mapping-to"), // MAC_MAP_ADD
    (1410, "deleted-mac-network-domain-mapping-from"), // MAC_MAP_DEL
    (1700, "changed-socket-promiscuous-mode"), // ANOM_PROMISCUOUS
    (1701, "crashed-program"), // ANOM_ABEND
    (1702, "used-suspcious-link"), // ANOM_LINK
    (1703, "created-suspicious-file"), // ANOM_CREAT
    (2000, "initialized-audit-subsystem"), // KERNEL
    (2100, "failed-log-in-too-many-times-to"), // ANOM_LOGIN_FAILURES
    (2101, "attempted-log-in-during-unusual-hour-to"), // ANOM_LOGIN_TIME
    (2102, "opened-too-many-sessions-to"), // ANOM_LOGIN_SESSIONS
    (2104, "attempted-log-in-from-unusual-place-to"), // ANOM_LOGIN_LOCATION
    (2109, "tested-file-system-integrity-of"), // ANOM_RBAC_INTEGRITY_FAIL
    (2112, "attempted-execution-of-forbidden-program"), // ANOM_EXEC
    (2300, "changed-role-to"), // USER_ROLE_CHANGE
    (2301, "assigned-user-role-to"), // ROLE_ASSIGN
    (2302, "removed-use-role-from"), // ROLE_REMOVE
    (2303, "overrode-label-of"), // LABEL_OVERRIDE
    (2304, "modified-level-of"), // LABEL_LEVEL_CHANGE
    (2309, "relabeled-filesystem"), // FS_RELABEL
    (2310, "loaded-mac-policy"), // USER_MAC_POLICY_LOAD
    (2311, "modified-role"), // ROLE_MODIFY
    (2312, "changed-mac-configuration"), // USER_MAC_CONFIG_CHANGE
    (2313, "changed-selinux-enforcement-to"), // USER_MAC_STATUS
    (2402, "crypto-officer-logged-in"), // CRYPTO_LOGIN
    (2403, "crypto-officer-logged-out"), // CRYPTO_LOGOUT
    (2404, "negotiated-crypto-key"), // CRYPTO_KEY_USER
    (2407, "started-crypto-session"), // CRYPTO_SESSION
    (2500, "issued-vm-control"), // VIRT_CONTROL
    (2501, "assigned-vm-resource"), // VIRT_RESOURCE
    (2502, "assigned-vm-id"), // VIRT_MACHINE_ID
    (2503, "checked-integrity-of"), // VIRT_INTEGRITY_CHECK
    (2504, "created-vm-image"), // VIRT_CREATE
    (2505, "deleted-vm-image"), // VIRT_DESTROY
    (2506, "migrated-vm-from"), // VIRT_MIGRATE_IN
    (2507, "migrated-vm-to"), // VIRT_MIGRATE_OUT
];

/// The words for a record of this type, if there are any.
pub(super) fn action(kind: Kind) -> Option<&'static str> {
    let at = ACTIONS.binary_search_by_key(&kind.0, |(known, _)| *known).ok()?;
    ACTIONS.get(at).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_ascend_and_have_names() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.0 < b.0));
        // no header has 1204, which an auditd of old wrote
        assert!(ACTIONS.iter().all(|(number, _)| *number == 1204 || Kind(*number).name().is_some()));
        for (kind, words) in [
            (Kind::USER, "sent-message"),
            (Kind::ROLE_REMOVE, "removed-use-role-from"),
            (Kind::MAC_MAP_DEL, "deleted-mac-network-domain-mapping-from"),
            (Kind::SOFTWARE_UPDATE, "installed-software"),
            (Kind::VIRT_MACHINE_ID, "assigned-vm-id"),
        ] {
            assert_eq!(action(kind), Some(words), "{kind}");
        }
        assert_eq!(action(Kind::SYSCALL), None);
        assert_eq!(action(Kind(3000)), None);
    }
}
