//! What a system call did, and to what.

use super::Words;
use super::Work;
use super::action::action;
use super::class::Class;
use super::cursor::Place;
use super::kind::ObjectKind;
use raudit_record::Kind;

/// The processes that are acted on are all counted, and so many can be shown.
const MOST_SHOWN: usize = 8;

/// Whether a record of this type tells what an event is about, whatever the call was.
fn is_telling(kind: Kind) -> bool {
    matches!(kind, Kind::AVC | Kind::SELINUX_ERR | Kind::NETFILTER_CFG | Kind::ANOM_PROMISCUOUS | Kind::KERN_MODULE)
        || matches!(kind, Kind::MAC_POLICY_LOAD | Kind::MAC_STATUS | Kind::MAC_CONFIG_CHANGE | Kind::FANOTIFY)
        || matches!(kind, Kind::TIME_INJOFFSET | Kind::TIME_ADJNTPVAL | Kind::BPF | Kind::EVENT_LISTENER)
}

impl Work<'_, '_> {
    /// Tells action and object of the call whose name was found.
    pub(super) fn tell_call(&mut self) {
        self.cursor.first_record();
        let telling = loop {
            let kind = self.kind();
            if is_telling(kind) {
                break kind;
            }
            if !self.cursor.next_record() {
                break Kind::UNNAMED;
            }
        };
        if !self.tell_by_record(telling) {
            match self.class {
                Some(class) => self.tell_class(class),
                None => self.tell_rule(),
            }
        }
        // objects are those of the call, but what happened is the decision
        match telling {
            Kind::AVC => self.act("accessed-mac-policy-controlled-object"),
            Kind::FANOTIFY => self.act("accessed-policy-controlled-file"),
            _ => {}
        }
    }

    /// Action and object where a record tells them; the cursor stands there.
    fn tell_by_record(&mut self, kind: Kind) -> bool {
        match kind {
            Kind::SELINUX_ERR => {
                self.act("caused-mac-policy-error");
                self.found.object_kind = ObjectKind::System;
            }
            Kind::NETFILTER_CFG => {
                self.act("loaded-firewall-rule-to");
                self.find_object_anywhere(b"table");
                self.found.object_kind = ObjectKind::Firewall;
            }
            Kind::ANOM_PROMISCUOUS => self.tell_promiscuous(),
            Kind::KERN_MODULE => self.tell_module(),
            Kind::MAC_POLICY_LOAD | Kind::MAC_STATUS | Kind::MAC_CONFIG_CHANGE => {
                self.found.action = action(kind).map_or(Words::None, Words::Known);
                let setting: Option<&[u8]> = match kind {
                    Kind::MAC_STATUS => Some(b"enforcing"),
                    Kind::MAC_CONFIG_CHANGE => Some(b"bool"),
                    _ => None,
                };
                if let Some(place) = setting.and_then(|name| self.found(name)) {
                    self.found.object = Some(place);
                }
                self.found.object_kind = ObjectKind::SecurityPolicy;
            }
            Kind::TIME_INJOFFSET | Kind::TIME_ADJNTPVAL => self.tell_class(Class::Time),
            Kind::BPF => {
                self.tell_bpf();
                self.find_program();
            }
            Kind::EVENT_LISTENER => {
                self.tell_listener();
                self.found.object_kind = ObjectKind::Socket;
                self.find_program();
            }
            _ => return false,
        }
        true
    }

    /// A module of the kernel, whose name stands here.
    fn tell_module(&mut self) {
        self.act("loaded-kernel-module");
        self.found.object_kind = ObjectKind::File;
        self.find_object(b"name");
    }

    fn tell_promiscuous(&mut self) {
        self.find_object_anywhere(b"dev");
        if self.cursor.find(b"prom") {
            let left = self.here_as_number() == 0;
            self.act(if left { "left-promiscuous-mode-on-device" } else { "entered-promiscuous-mode-on-device" });
        }
        self.found.object_kind = ObjectKind::Socket;
    }

    /// What was done with a program of BPF.
    pub(super) fn tell_bpf(&mut self) {
        self.cursor.first_record();
        let is_said = self.cursor.find(b"op");
        self.act(match self.cursor.value() {
            _ if !is_said => "bpf-program",
            b"LOAD" => "loaded-bpf-program",
            _ => "unloaded-bpf-program",
        });
        self.found.object_kind = ObjectKind::Process;
    }

    /// What was done with the kernel's multicast of audit events.
    pub(super) fn tell_listener(&mut self) {
        self.cursor.first_record();
        let is_said = self.cursor.find(b"op");
        self.act(match self.cursor.value() {
            _ if !is_said => "connected",
            b"connect" => "connected-to",
            _ => "disconnected-from",
        });
    }

    /// A call about which nothing more is told than the rule that it met.
    fn tell_rule(&mut self) {
        self.cursor.first_record();
        let key = self.found(b"key").filter(|_| self.cursor.value() != b"(null)");
        self.act(if key.is_some() { "triggered-audit-rule" } else { "triggered-unknown-audit-rule" });
        self.found.object = key.or(self.found.object);
        self.found.object_kind = ObjectKind::AuditRule;
    }

    /// Action and object of a call by its class.
    fn tell_class(&mut self, class: Class) {
        if self.tell_file(class) {
            return;
        }
        if let Some(words) = of_socket(class) {
            self.act(words);
            self.found.object_kind = ObjectKind::Socket;
            self.cursor.go_to(1);
            self.cursor.first_field();
            self.find_object(b"saddr");
            return;
        }
        match class {
            Class::LoadModule => {
                self.cursor.go_to(1);
                self.tell_module();
            }
            Class::UnloadModule => {
                self.act("unloaded-kernel-module");
                self.found.object_kind = ObjectKind::File;
            }
            _ => self.tell_process(class),
        }
    }

    fn tell_process(&mut self, class: Class) {
        match class {
            Class::Kill => self.tell_kill(),
            Class::Identity => {
                self.tell_program("changed-identity-of", true);
                self.find_new_identity();
            }
            Class::Scheduler => self.tell_program("adjusted-scheduling-policy-of", true),
            Class::SecurityPolicy => self.tell_program("adjusted-security-policy-of", true),
            Class::SecurityAttribute => self.tell_program("retrieved-security-attr-of", false),
            Class::SecurityModules => {
                self.act("listed-security-modules");
                self.found.object_kind = ObjectKind::SecurityModules;
            }
            Class::Memory => {
                self.act("allocated-memory");
                if self.succeeded == Some(true) {
                    self.act("allocated-memory-in");
                    self.find_object_anywhere(b"comm");
                }
                self.found.object_kind = ObjectKind::Memory;
            }
            _ => {
                self.act(if class == Class::Name { "changed-system-name" } else { "changed-system-time" });
                self.found.object_kind = ObjectKind::System;
            }
        }
    }

    /// A program does something to itself, by this call.
    fn tell_program(&mut self, words: &'static str, by_call: bool) {
        self.act(words);
        self.found.object_kind = ObjectKind::Process;
        self.find_program();
        if by_call && self.found.how != Words::None {
            self.found.how = Words::Said;
            self.found.said_how.clone_from(self.call);
        }
    }

    fn tell_kill(&mut self) {
        self.act("killed-pid");
        self.found.object_kind = ObjectKind::Process;
        for record in 1..self.cursor.len() {
            if self.cursor.records().get(record).is_some_and(|record| record.kind == Kind::OBJ_PID) {
                let is_shown = self.found.object_attributes.len() < MOST_SHOWN;
                let field = self.cursor.position_of(b"opid", record, is_shown);
                self.found.object_attributes.extend(field.map(|field| Place { record, field }));
            }
        }
        if self.found.object_attributes.len() > 1 {
            self.act("killed-list-of-pids");
            self.found.object_kind = ObjectKind::ProcessGroup;
        }
    }

    /// The first id that the call sets.
    fn find_new_identity(&mut self) {
        let most = match &**self.call {
            b"setuid" | b"setgid" => 1,
            b"setreuid" | b"setregid" => 2,
            b"setresuid" | b"setresgid" => 3,
            _ => return,
        };
        self.cursor.first_record();
        if !self.cursor.find(b"a0") {
            return;
        }
        let mut text = Vec::new();
        for argument in 1..=most {
            Self::say(self.cursor, self.values, &mut text);
            if text != b"unset" {
                break;
            }
            if argument == most || !self.cursor.next_field() {
                return;
            }
        }
        self.found.other_object = Some(self.here());
    }
}

/// Words of calls about the other end of a socket, whose address is in the second record.
fn of_socket(class: Class) -> Option<&'static str> {
    Some(match class {
        Class::Accept => "accepted-connection-from",
        Class::Bind => "bound-socket",
        Class::Connect => "connected-to",
        Class::Receive => "received-from",
        Class::Send => "sent-to",
        _ => return None,
    })
}
