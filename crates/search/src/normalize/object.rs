//! What is acted on: looking for the fields that tell.

use super::Work;
use super::cursor::Place;
use super::kind::ObjectKind;
use super::subject::is_interpreter;
use super::value::number;
use raudit_record::Kind;

impl Work<'_, '_> {
    /// The object is this field, looked for from here on.
    pub(super) fn find_object(&mut self, name: &[u8]) -> bool {
        let place = self.found(name);
        self.found.object = place.or(self.found.object);
        place.is_some()
    }

    /// The object is this field of the event, wherever it stands.
    pub(super) fn find_object_anywhere(&mut self, name: &[u8]) {
        self.cursor.first_record();
        self.found.object = self.found(name).or(self.found.object);
    }

    /// The object is a file: the first path item from this record on that is not a directory's, or else the first directory's.
    pub(super) fn find_file(&mut self, record: usize) {
        self.cursor.go_to(record);
        self.cursor.first_field();
        let mut parent = None;
        loop {
            if !self.cursor.find(b"nametype") {
                // an open that failed at the directory has no other item
                let Some(parent) = parent else { return };
                self.cursor.go_to(parent);
                break;
            }
            if self.cursor.value() != b"PARENT" {
                break;
            }
            parent = parent.or(Some(self.cursor.record()).filter(|&number| number > 0));
            if !self.cursor.next_record() {
                // without a record behind the last item it is not known to be all
                return;
            }
        }
        if self.kind() == Kind::PATH {
            self.take_file();
        }
    }

    /// The object is the file of the current path item.
    fn take_file(&mut self) {
        self.cursor.first_field();
        self.found.object = self.found_or_back(b"name").or(self.found.object);
        self.found.second_object = self.found_or_back(b"inode").or(self.found.second_object);
        if self.found_in_record(b"mode").is_some() {
            let kind = octal(self.cursor.value()).and_then(ObjectKind::of_mode);
            self.found.object_kind = kind.unwrap_or(self.found.object_kind);
        }
    }

    /// Attributes of the file that is acted on, of the working directory and of an address; if labels are asked for.
    pub(super) fn collect_file(&mut self) {
        if !self.labels {
            return;
        }
        self.cursor.first_record();
        let mut parent = None;
        loop {
            let record = self.cursor.record();
            match self.kind() {
                Kind::PATH => {
                    if self.cursor.find(b"nametype") && self.cursor.value() == b"PARENT" {
                        parent = parent.or(Some(self.cursor.record()).filter(|&number| number > 0));
                    } else {
                        self.collect_path_item();
                        return;
                    }
                }
                Kind::CWD => {
                    self.collect_object(b"cwd", record);
                }
                Kind::SOCKADDR => {
                    self.collect_object(b"saddr", record);
                }
                _ => {}
            }
            if !self.cursor.next_record() {
                break;
            }
        }
        if let Some(parent) = parent {
            self.cursor.go_to(parent);
            self.collect_path_item();
        }
    }

    /// All fields of the current path item from `mode` on.
    pub(super) fn collect_path_item(&mut self) {
        let record = self.cursor.record();
        self.cursor.first_field();
        if !self.collect_object(b"mode", record) {
            return;
        }
        while self.cursor.next_field() {
            let place = self.here();
            self.found.object_attributes.push(place);
        }
    }

    /// A file's other name, in this record.
    pub(super) fn find_other_file(&mut self, record: usize) {
        self.cursor.go_to(record);
        self.cursor.first_field();
        self.found.other_object = self.found_in_record(b"name").or(self.found.other_object);
    }

    /// The object is the program at work, or what a record about a program says of it.
    pub(super) fn find_program(&mut self) {
        self.cursor.first_record();
        match self.kind() {
            Kind::BPF => self.find_object_anywhere(b"prog-id"),
            Kind::EVENT_LISTENER => self.find_object_anywhere(b"nl-mcgrp"),
            Kind::MAC_POLICY_LOAD => self.find_object_anywhere(b"lsm"),
            _ => {
                let Some(mut place) = self.found(b"exe") else { return };
                let mut program = Vec::new();
                Self::say(self.cursor, self.values, &mut program);
                if is_interpreter(&program) {
                    self.back_before_program();
                    place = self.found(b"comm").unwrap_or(place);
                }
                self.found.object = Some(place);
            }
        }
    }

    /// What a change of audit's configuration is about: a rule's key, or the setting. The key of the call's own rule is not meant.
    pub(super) fn find_setting(&mut self) -> Option<Place> {
        self.cursor.first_record();
        let key = self.found_in_record(b"key").filter(|_| self.cursor.value() != b"(null)");
        let settings: [&[u8]; 6] =
            [b"audit_enabled", b"audit_pid", b"audit_backlog_limit", b"audit_failure", b"actions", b"list"];
        key.or_else(|| {
            settings.iter().find_map(|name| {
                self.cursor.first_record();
                self.found_in_record(name)
            })
        })
    }

    /// A number that the current field begins with.
    pub(super) fn here_as_number(&self) -> i32 {
        number(self.cursor.value()).unwrap_or(-1)
    }
}

/// The octal digits a value begins with.
fn octal(value: &[u8]) -> Option<u64> {
    crate::text::leading(value, 8)
}
