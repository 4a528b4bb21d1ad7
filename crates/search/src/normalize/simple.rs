//! Events of one record.

use super::Words;
use super::Work;
use super::action::action;
use super::cursor::Place;
use super::kind::{ObjectKind, event_kind};
use raudit_record::Kind;

impl Work<'_, '_> {
    /// Normalises an event of one record; false if it is of none.
    pub(super) fn simple(&mut self) -> bool {
        let kind = self.kind();
        if kind == Kind::SYSCALL {
            return self.compound();
        }
        self.found.event_kind = Some(event_kind(kind));
        if !self.special(kind) {
            self.usual(kind);
        }
        true
    }

    /// A record with `uid`, `auid`, `ses` and `res`, as most programs' are.
    fn usual(&mut self, kind: Kind) {
        if kind == Kind::USER_LOGIN {
            self.find_login();
        } else {
            if !self.find_second_subject(b"uid") {
                self.cursor.first_record();
            }
            self.find_subject(b"auid");
        }
        self.find_session();
        self.collect_simple_subject();
        if self.labels && is_user_space(kind) {
            self.collect_subject(&[b"hostname", b"addr"], 0);
            // the terminal is the object of these
            if !matches!(kind, Kind::USER_START | Kind::USER_END | Kind::USER_ERR) {
                self.collect_subject(&[b"terminal"], 0);
            }
        }
        if kind == Kind::USER_AVC {
            self.tell_decision();
        } else {
            self.find_result();
        }
        self.tell_action(kind);
        if kind != Kind::USER_AVC {
            self.cursor.first_record();
            self.found.object = self.simple_object(kind);
            self.found.second_object = self.simple_second(kind);
            self.found.other_object = self.simple_other(kind);
            if self.labels {
                self.collect_simple_object(kind);
            }
        }
        self.tell_how(kind);
    }

    /// Who logs in may not have got an auid.
    fn find_login(&mut self) {
        if self.find_subject(b"id") {
            self.set_subject_kind();
        } else {
            self.cursor.first_record();
            if self.find_subject(b"acct") {
                self.set_subject_kind();
            }
        }
        self.cursor.first_record();
    }

    /// A decision of SELinux: between which labels, and how it ended.
    fn tell_decision(&mut self) {
        self.cursor.first_record();
        self.found.result = self.found(b"seresult");
        self.cursor.first_record();
        self.find_subject(b"scontext");
        if self.labels {
            self.cursor.first_record();
            self.find_object(b"tcontext");
        }
    }

    fn tell_action(&mut self, kind: Kind) {
        if kind == Kind::USER_DEVICE {
            self.cursor.first_record();
            if self.cursor.find(b"op") {
                return self.say_action();
            }
        }
        self.found.action = action(kind).map_or(Words::None, Words::Known);
    }

    fn tell_how(&mut self, kind: Kind) {
        if kind == Kind::SYSTEM_BOOT || kind == Kind::SYSTEM_SHUTDOWN {
            self.found.object_kind = if kind == Kind::SYSTEM_BOOT { ObjectKind::System } else { ObjectKind::Service };
            // from where the search for an object ended
            if self.cursor.find(b"exe") {
                self.say_how();
            }
            return;
        }
        self.cursor.first_record();
        let name: &[u8] = match kind {
            Kind::ANOM_EXEC => b"terminal",
            Kind::TTY => b"comm",
            _ => {
                self.find_how_by_program();
                return;
            }
        };
        if self.cursor.find(name) {
            self.say_how();
        }
    }

    /// What an event of this type is about, and of what kind that is.
    pub(super) fn simple_object(&mut self, kind: Kind) -> Option<Place> {
        let (name, object): (&[u8], ObjectKind) = match kind {
            Kind::SERVICE_START | Kind::SERVICE_STOP => (b"unit", ObjectKind::Service),
            Kind::SYSTEM_RUNLEVEL => (b"new-level", ObjectKind::System),
            Kind::USER_ROLE_CHANGE => (b"selected-context", ObjectKind::UserSession),
            Kind::USER_START | Kind::USER_END | Kind::USER_ERR | Kind::USER_LOGIN | Kind::USER_LOGOUT => {
                (b"terminal", ObjectKind::UserSession)
            }
            Kind::USER_AUTH | Kind::USER_ACCT | Kind::USER_CHAUTHTOK | Kind::GRP_CHAUTHTOK => {
                (b"acct", ObjectKind::UserSession)
            }
            Kind::CRED_ACQ | Kind::CRED_REFR | Kind::CRED_DISP => (b"acct", ObjectKind::UserSession),
            Kind::ANOM_LOGIN_FAILURES
            | Kind::ANOM_LOGIN_TIME
            | Kind::ANOM_LOGIN_SESSIONS
            | Kind::ANOM_LOGIN_LOCATION => (b"acct", ObjectKind::UserSession),
            Kind::ANOM_EXEC | Kind::USER_CMD => (b"cmd", ObjectKind::Process),
            Kind::USER_TTY | Kind::TTY => (b"data", ObjectKind::Keystrokes),
            Kind::USER_DEVICE => (b"device", ObjectKind::Keystrokes),
            Kind::SOFTWARE_UPDATE => (b"sw", ObjectKind::Software),
            Kind::VIRT_MACHINE_ID => (b"vm", ObjectKind::VirtualMachine),
            Kind::VIRT_RESOURCE => (b"resrc", ObjectKind::VirtualMachine),
            Kind::VIRT_CONTROL => (b"op", ObjectKind::VirtualMachine),
            Kind::LABEL_LEVEL_CHANGE => (b"printer", ObjectKind::Printer),
            Kind::MAC_CONFIG_CHANGE => (b"bool", ObjectKind::SecurityPolicy),
            Kind::MAC_STATUS => (b"enforcing", ObjectKind::SecurityPolicy),
            Kind::CRYPTO_KEY_USER => (b"fp", ObjectKind::UserSession),
            Kind::CRYPTO_SESSION => (b"addr", ObjectKind::UserSession),
            Kind::ANOM_RBAC_INTEGRITY_FAIL => (b"hostname", ObjectKind::FileSystem),
            Kind::USER => (b"addr", self.found.object_kind),
            _ => return self.odd_object(kind),
        };
        self.cursor.first_field();
        if matches!(kind, Kind::USER_TTY | Kind::TTY | Kind::USER_DEVICE | Kind::SOFTWARE_UPDATE) {
            self.cursor.first_record();
        }
        self.found.object_kind = object;
        self.found(name)
    }

    /// The same of types for which it is not one field.
    fn odd_object(&mut self, kind: Kind) -> Option<Place> {
        self.cursor.first_field();
        match kind {
            _ if is_about_account(kind) => {
                self.found.object_kind = ObjectKind::Account;
                self.found(b"id").or_else(|| {
                    self.cursor.first_record();
                    self.found(b"acct")
                })
            }
            Kind::CONFIG_CHANGE => {
                self.found.object_kind = ObjectKind::AuditConfig;
                self.find_setting()
            }
            Kind::USYS_CONFIG => {
                self.found.object_kind = ObjectKind::System;
                if self.cursor.find(b"op") {
                    self.say_action();
                }
                None
            }
            kind if kind == Kind::MAC_POLICY_LOAD || is_about_policy(kind) => {
                self.found.object_kind = ObjectKind::SecurityPolicy;
                None
            }
            _ => None,
        }
    }

    fn simple_second(&mut self, kind: Kind) -> Option<Place> {
        self.cursor.first_field();
        match kind {
            Kind::CRYPTO_SESSION => self.found(b"rport"),
            Kind::SOFTWARE_UPDATE => self.found(b"sw_type"),
            _ => None,
        }
    }

    fn simple_other(&mut self, kind: Kind) -> Option<Place> {
        self.cursor.first_field();
        match kind {
            Kind::VIRT_CONTROL | Kind::VIRT_RESOURCE => self.found(b"vm"),
            Kind::SOFTWARE_UPDATE => self.found(b"root_dir"),
            _ => None,
        }
    }

    fn collect_simple_object(&mut self, kind: Kind) {
        if kind == Kind::USER_DEVICE {
            self.collect_object(b"uuid", 0);
        } else if kind == Kind::SOFTWARE_UPDATE {
            self.cursor.first_record();
            self.collect_object(b"key_enforce", 0);
            self.collect_object(b"gpg_res", 0);
        }
    }
}

/// Records of programs, not of the kernel or the daemon. The last number of each range is left out, as it always was.
fn is_user_space(kind: Kind) -> bool {
    (1100..1199).contains(&kind.0) || (2100..2999).contains(&kind.0)
}

fn is_about_account(kind: Kind) -> bool {
    matches!(kind, Kind::ROLE_ASSIGN | Kind::ROLE_REMOVE | Kind::USER_MGMT | Kind::ACCT_LOCK | Kind::ACCT_UNLOCK)
        || matches!(kind, Kind::ADD_USER | Kind::DEL_USER | Kind::ADD_GROUP | Kind::DEL_GROUP | Kind::GRP_MGMT)
}

fn is_about_policy(kind: Kind) -> bool {
    kind == Kind::LABEL_OVERRIDE || (Kind::DEV_ALLOC.0..=Kind::USER_MAC_CONFIG_CHANGE.0).contains(&kind.0)
}
