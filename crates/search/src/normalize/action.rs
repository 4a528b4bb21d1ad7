//! What was done, in words, by the type of the record that says so.

use raudit_record::Kind;

/// The words of types, by name.
const ACTIONS: [(&str, &str); 97] = [
    ("ACCT_LOCK", "locked-account"),
    ("ACCT_UNLOCK", "unlocked-account"),
    ("ADD_GROUP", "added-group-account-to"),
    ("ADD_USER", "added-user-account"),
    ("ANOM_ABEND", "crashed-program"),
    ("ANOM_CREAT", "created-suspicious-file"),
    ("ANOM_EXEC", "attempted-execution-of-forbidden-program"),
    ("ANOM_LINK", "used-suspcious-link"),
    ("ANOM_LOGIN_FAILURES", "failed-log-in-too-many-times-to"),
    ("ANOM_LOGIN_LOCATION", "attempted-log-in-from-unusual-place-to"),
    ("ANOM_LOGIN_SESSIONS", "opened-too-many-sessions-to"),
    ("ANOM_LOGIN_TIME", "attempted-log-in-during-unusual-hour-to"),
    ("ANOM_PROMISCUOUS", "changed-socket-promiscuous-mode"),
    ("ANOM_RBAC_INTEGRITY_FAIL", "tested-file-system-integrity-of"),
    ("AVC", "accessed-mac-policy-controlled-object"),
    ("CHGRP_ID", "changed-group"),
    ("CHUSER_ID", "changed-user-id"),
    ("CONFIG_CHANGE", "changed-audit-configuration"),
    ("CRED_ACQ", "acquired-credentials"),
    ("CRED_DISP", "disposed-credentials"),
    ("CRED_REFR", "refreshed-credentials"),
    ("CRYPTO_KEY_USER", "negotiated-crypto-key"),
    ("CRYPTO_LOGIN", "crypto-officer-logged-in"),
    ("CRYPTO_LOGOUT", "crypto-officer-logged-out"),
    ("CRYPTO_SESSION", "started-crypto-session"),
    ("DAC_CHECK", "access-result"),
    ("DAEMON_ABORT", "aborted-auditd-startup"),
    ("DAEMON_ACCEPT", "remote-audit-connected"),
    ("DAEMON_CLOSE", "remote-audit-disconnected"),
    ("DAEMON_CONFIG", "changed-auditd-configuration"),
    ("DAEMON_END", "shutdown-audit"),
    ("DAEMON_ERR", "audit-error"),
    ("DAEMON_RECONFIG", "reconfigured-auditd"),
    ("DAEMON_RESUME", "resumed-audit-logging"),
    ("DAEMON_ROTATE", "rotated-audit-logs"),
    ("DAEMON_START", "started-audit"),
    ("DEL_GROUP", "deleted-group-account-from"),
    ("DEL_USER", "deleted-user-account"),
    ("FANOTIFY", "accessed-policy-controlled-file"),
    ("FEATURE_CHANGE", "changed-audit-feature"),
    ("FS_RELABEL", "relabeled-filesystem"),
    ("GRP_AUTH", "authenticated-to-group"),
    ("GRP_CHAUTHTOK", "changed-group-password"),
    ("GRP_MGMT", "modified-group-account"),
    ("KERNEL", "initialized-audit-subsystem"),
    ("KERN_MODULE", "loaded-kernel-module"),
    ("LABEL_LEVEL_CHANGE", "modified-level-of"),
    ("LABEL_OVERRIDE", "overrode-label-of"),
    ("LOGIN", "changed-login-id-to"),
    ("MAC_CHECK", "mac-permission"),
    ("MAC_CONFIG_CHANGE", "changed-selinux-boolean"),
    ("MAC_MAP_ADD", "added-mac-network-domain-mapping-to"),
    ("MAC_MAP_DEL", "deleted-mac-network-domain-mapping-from"),
    ("MAC_POLICY_LOAD", "loaded-selinux-policy"),
    ("MAC_STATUS", "changed-selinux-enforcement-to"),
    ("ROLE_ASSIGN", "assigned-user-role-to"),
    ("ROLE_MODIFY", "modified-role"),
    ("ROLE_REMOVE", "removed-use-role-from"),
    ("SECCOMP", "called-seccomp-controlled-syscall"),
    ("SERVICE_START", "started-service"),
    ("SERVICE_STOP", "stopped-service"),
    ("SOFTWARE_UPDATE", "installed-software"),
    ("SYSTEM_BOOT", "booted-system"),
    ("SYSTEM_RUNLEVEL", "changed-to-runlevel"),
    ("SYSTEM_SHUTDOWN", "shutdown-system"),
    ("TEST", "sent-test"),
    ("TRUSTED_APP", "unknown"),
    ("TTY", "typed"),
    ("URINGOP", "io_uring-operation"),
    ("USER", "sent-message"),
    ("USER_ACCT", "was-authorized"),
    ("USER_AUTH", "authenticated"),
    ("USER_AVC", "accessed-mac-policy-controlled-object"),
    ("USER_CHAUTHTOK", "changed-password"),
    ("USER_CMD", "ran-command"),
    ("USER_DEVICE", "configured-device"),
    ("USER_END", "ended-session"),
    ("USER_ERR", "caused-account-error"),
    ("USER_LOGIN", "logged-in"),
    ("USER_LOGOUT", "logged-out"),
    ("USER_MAC_CONFIG_CHANGE", "changed-mac-configuration"),
    ("USER_MAC_POLICY_LOAD", "loaded-mac-policy"),
    ("USER_MAC_STATUS", "changed-selinux-enforcement-to"),
    ("USER_MGMT", "modified-user-account"),
    ("USER_ROLE_CHANGE", "changed-role-to"),
    ("USER_SELINUX_ERR", "access-error"),
    ("USER_START", "started-session"),
    ("USER_TTY", "typed"),
    ("USYS_CONFIG", "changed-configuration"),
    ("VIRT_CONTROL", "issued-vm-control"),
    ("VIRT_CREATE", "created-vm-image"),
    ("VIRT_DESTROY", "deleted-vm-image"),
    ("VIRT_INTEGRITY_CHECK", "checked-integrity-of"),
    ("VIRT_MACHINE_ID", "assigned-vm-id"),
    ("VIRT_MIGRATE_IN", "migrated-vm-from"),
    ("VIRT_MIGRATE_OUT", "migrated-vm-to"),
    ("VIRT_RESOURCE", "assigned-vm-resource"),
];

/// The words for a record of this type, if there are any.
pub(super) fn action(kind: Kind) -> Option<&'static str> {
    let name = kind.name()?;
    let at = ACTIONS.binary_search_by_key(&name, |(known, _)| known).ok()?;
    ACTIONS.get(at).map(|(_, words)| *words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_record_types() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.0 < b.0));
        for (name, words) in ACTIONS {
            let kind = Kind::from_name(name).unwrap();
            assert_eq!(action(kind), Some(words), "{name}");
        }
        assert_eq!(action(Kind::SYSCALL), None);
        assert_eq!(action(Kind(3000)), None);
    }
}
