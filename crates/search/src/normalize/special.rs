//! Records with a shape of their own: the kernel's, the daemon's and those of labelled networking.

use super::Words;
use super::Work;
use super::action::action;
use super::kind::{ObjectKind, SubjectKind};
use raudit_record::Kind;

impl Work<'_, '_> {
    /// Normalises a record of such a type; false if it is none.
    pub(super) fn special(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::CONFIG_CHANGE | Kind::FEATURE_CHANGE | Kind::SECCOMP | Kind::ANOM_ABEND | Kind::ANOM_PROMISCUOUS => {
                self.tell_task(kind);
            }
            Kind::LOGIN => self.tell_login(),
            Kind::NETFILTER_CFG => self.tell_firewall(),
            Kind::AVC => self.tell_denial(),
            Kind::BPF => {
                self.found.subject_kind = Some(SubjectKind::System);
                self.tell_bpf();
                self.find_program();
            }
            Kind::EVENT_LISTENER => self.tell_listening(),
            kind if (1200..1299).contains(&kind.0) => self.tell_daemon(kind),
            kind if (Kind::MAC_UNLBL_ALLOW.0..=Kind::MAC_CALIPSO_DEL.0).contains(&kind.0) => {
                self.tell_network_label(kind)
            }
            _ => return false,
        }
        true
    }

    fn act_by_type(&mut self, kind: Kind) {
        self.found.action = action(kind).map_or(Words::None, Words::Known);
    }

    fn find_second_or_back(&mut self, name: &[u8]) {
        if !self.find_second_subject(name) {
            self.cursor.first_record();
        }
    }

    fn find_object_or_back(&mut self, name: &[u8]) {
        if !self.find_object(name) {
            self.cursor.first_record();
        }
    }

    fn find_how(&mut self, name: &[u8]) {
        if self.cursor.find(name) {
            self.say_how();
        }
    }

    /// What a task did that needs no rule to be recorded.
    fn tell_task(&mut self, kind: Kind) {
        self.find_subject(b"auid");
        self.find_session();
        self.collect_simple_subject();
        if kind == Kind::CONFIG_CHANGE {
            self.tell_simple_change();
        } else {
            self.act_by_type(kind);
            self.cursor.first_record();
        }
        match kind {
            Kind::FEATURE_CHANGE => {
                self.cursor.first_field();
                self.find_second_or_back(b"uid");
                self.find_how(b"exe");
                self.find_object(b"feature");
                self.found.object_kind = ObjectKind::System;
            }
            Kind::SECCOMP => {
                self.cursor.first_field();
                self.find_second_or_back(b"uid");
                self.find_how(b"exe");
                self.find_object_or_back(b"syscall");
                self.found.object_kind = ObjectKind::Process;
                self.found.result = self.found(b"code");
                return;
            }
            Kind::ANOM_ABEND => {
                self.cursor.first_field();
                self.find_second_or_back(b"uid");
                self.find_object_or_back(b"exe");
                self.found.object_kind = ObjectKind::Process;
                self.find_how(b"sig");
            }
            Kind::ANOM_PROMISCUOUS => {
                self.cursor.first_field();
                self.find_object(b"dev");
                self.find_second_subject(b"uid");
                self.found.object_kind = ObjectKind::Socket;
            }
            _ => {}
        }
        self.find_result();
    }

    /// A change of audit's rules or configuration.
    fn tell_simple_change(&mut self) {
        self.cursor.first_field();
        let words = if self.cursor.find(b"op") {
            self.say_action();
            let op = self.found.said_action.strip_prefix(b"\"").unwrap_or(&self.found.said_action);
            match op {
                op if op.starts_with(b"add_rule") => Some("added-audit-rule"),
                op if op.starts_with(b"remove_rule") => Some("deleted-audit-rule"),
                _ => None,
            }
        } else {
            None
        };
        match words {
            Some(words) => {
                self.act(words);
                self.found.object = self.simple_object(Kind::CONFIG_CHANGE);
            }
            None => {
                self.act_by_type(Kind::CONFIG_CHANGE);
                self.found.object = self.simple_object(Kind::CONFIG_CHANGE);
                self.cursor.first_record();
            }
        }
    }

    /// A task got its login uid.
    fn tell_login(&mut self) {
        self.find_second_or_back(b"uid");
        self.collect_simple_subject();
        if !self.find_subject(b"old-auid") {
            self.cursor.first_record();
        }
        self.find_object_or_back(b"auid");
        self.found.object_kind = ObjectKind::UserSession;
        self.find_session();
        self.find_result();
        self.act_by_type(Kind::LOGIN);
    }

    fn tell_firewall(&mut self) {
        self.collect_simple_subject();
        self.find_how(b"comm");
        self.act("loaded-firewall-rule-to");
        self.find_object_anywhere(b"table");
        self.found.subject_kind = Some(SubjectKind::System);
        self.found.object_kind = ObjectKind::Firewall;
    }

    /// A decision of SELinux without the call that it was made for.
    fn tell_denial(&mut self) {
        if self.cursor.find(b"comm") {
            self.say_how();
        } else {
            self.cursor.first_record();
        }
        self.find_subject(b"scontext");
        self.found.subject_kind = Some(SubjectKind::Unknown);
        self.cursor.first_record();
        if self.labels {
            self.find_object_or_back(b"tcontext");
        }
        self.act_by_type(Kind::AVC);
        self.cursor.first_record();
        self.found.result = self.found(b"seresult");
    }

    /// The daemon's own records, which the kernel never saw.
    fn tell_daemon(&mut self, kind: Kind) {
        self.find_subject(b"auid");
        self.find_second_or_back(b"uid");
        self.find_session();
        self.collect_simple_subject();
        self.found.subject_kind = Some(SubjectKind::Auditd);
        self.act_by_type(kind);
        self.found.object_kind = ObjectKind::Service;
        if kind == Kind::DAEMON_START {
            self.found.how = Words::Known("init");
        } else if kind.0 < Kind::DAEMON_ACCEPT.0 && kind != Kind::DAEMON_ABORT {
            self.found.how = Words::Known("signal");
        }
        self.find_result();
    }

    /// Somebody listens to the kernel's multicast of audit events.
    fn tell_listening(&mut self) {
        self.find_subject(b"auid");
        self.cursor.first_record();
        self.find_second_subject(b"uid");
        self.cursor.first_record();
        self.find_session();
        self.collect_simple_subject();
        self.tell_listener();
        self.find_program();
        self.found.object_kind = ObjectKind::Socket;
        self.cursor.first_record();
        self.find_how(b"exe");
        self.cursor.first_record();
        self.find_result();
    }

    /// Labelled networking.
    fn tell_network_label(&mut self, kind: Kind) {
        self.find_subject(b"auid");
        // there is no other account to tell the kind by
        self.set_subject_kind();
        self.find_session();
        self.collect_subject(&[b"subj"], 0);
        if kind == Kind::MAC_UNLBL_ALLOW {
            if self.cursor.find(b"unlbl_accept") {
                let is_allowed = self.here_as_number() == 1;
                self.act(if is_allowed {
                    "is-allowing-unlabeled-network-traffic"
                } else {
                    "is-disallowing-unlabeled-network-traffic"
                });
            } else {
                self.cursor.first_record();
            }
        } else {
            self.act_by_type(kind);
        }
        if matches!(kind, Kind::MAC_MAP_ADD | Kind::MAC_MAP_DEL) {
            self.find_object_or_back(b"nlbl_domain");
        }
        self.found.object_kind = ObjectKind::SecurityPolicy;
        self.find_result();
    }
}
