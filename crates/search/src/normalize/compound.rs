//! Events of several records, which are about a system call.

use super::Work;
use super::action::action;
use super::kind::{ObjectKind, event_kind};
use super::{Kind, Words};

impl Work<'_, '_> {
    /// Normalises an event that has a SYSCALL record; false if it has none.
    pub(super) fn compound(&mut self) -> bool {
        // the first record is why there is an event, the call what led to it
        let first = self.kind();
        while self.kind() != Kind::SYSCALL {
            if !self.cursor.next_record() {
                return false;
            }
        }
        self.found.event_kind = Some(event_kind(first));
        let record = self.cursor.record();
        self.call.clear();
        if self.found_or_back(b"syscall").is_some() {
            Self::say(self.cursor, self.values, self.call);
            let number = crate::text::leading(self.cursor.value(), 10).and_then(|number| usize::try_from(number).ok());
            self.class = self.classes.of(number.unwrap_or(0), self.call);
        }
        self.found.result = self.found_or_back(b"success");
        if self.found.result.is_some() {
            self.succeeded = Some(self.cursor.value() != b"no");
        }
        if !self.find_subject(b"auid") {
            self.cursor.go_to(record);
        }
        if !self.find_second_subject(b"uid") {
            self.cursor.go_to(record);
        }
        self.collect_task();
        self.cursor.first_field();
        if !self.find_how_by_program() {
            self.cursor.go_to(record);
        }
        self.found.key = self.found_in_record(b"key").filter(|_| self.cursor.value() != b"(null)");
        match first {
            Kind::ANOM_LINK => self.tell_link(),
            Kind::CONFIG_CHANGE => self.tell_change(),
            _ => {
                self.tell_call();
                if first == Kind::MAC_POLICY_LOAD {
                    self.find_program();
                }
            }
        }
        true
    }

    /// Session and, if labels are asked for, attributes of the task that made the call.
    fn collect_task(&mut self) {
        self.cursor.first_record();
        while self.kind() != Kind::SYSCALL {
            if !self.cursor.next_record() {
                return;
            }
        }
        let record = self.cursor.record();
        if self.labels {
            let names: [&[u8]; 10] =
                [b"ppid", b"pid", b"gid", b"euid", b"suid", b"fsuid", b"egid", b"sgid", b"fsgid", b"tty"];
            self.collect_subject(&names, record);
        }
        self.find_session();
        if self.labels {
            self.collect_subject(&[b"subj"], record);
        }
    }

    /// A link that looks like an attack.
    fn tell_link(&mut self) {
        self.found.action = action(Kind::ANOM_LINK).map_or(Words::None, Words::Known);
        self.find_file(3);
        if self.found.object.is_some() {
            return;
        }
        for record in 1..self.cursor.len() {
            self.cursor.go_to(record);
            if self.kind() == Kind::PATH {
                self.find_object(b"name");
                self.found.object_kind = ObjectKind::Link;
                break;
            }
        }
        if self.found.object.is_none() {
            self.cursor.first_record();
            if let Some(place) = self.found(b"path").or_else(|| self.found(b"cwd")) {
                self.found.object = Some(place);
                self.found.object_kind = ObjectKind::Link;
            }
        }
    }

    /// A change of audit's configuration.
    fn tell_change(&mut self) {
        self.cursor.first_record();
        if self.cursor.find(b"op") {
            self.say_action();
            self.found.object = self.simple_object(Kind::CONFIG_CHANGE);
        }
    }
}
