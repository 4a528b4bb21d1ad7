//! What a system call did to files, and to which.

use super::Work;
use super::class::Class;
use super::kind::ObjectKind;
use super::value::number;

impl Work<'_, '_> {
    /// Action and object of a call about files; false if this class is none.
    pub(super) fn tell_file(&mut self, class: Class) -> bool {
        if let Some((words, kind, record)) = of_file(class) {
            self.act(words);
            self.found.object_kind = kind;
            self.find_file(record);
            if class == Class::Open {
                // what was opened counts as a file, whatever its mode says
                self.found.object_kind = ObjectKind::File;
            }
            self.collect_file();
            return true;
        }
        match class {
            Class::Attributes | Class::Permissions | Class::Ownership => self.tell_change_of_file(class),
            Class::Mount | Class::Rename | Class::Symlink => self.tell_two_files(class),
            Class::MakeDevice => {
                self.find_file(2);
                self.collect_file();
                self.act(match self.found.object_kind {
                    ObjectKind::CharacterDevice => "made-character-device",
                    ObjectKind::BlockDevice => "made-block-device",
                    _ => "make-device",
                });
            }
            _ => return false,
        }
        true
    }

    fn tell_change_of_file(&mut self, class: Class) {
        self.found.object_kind = ObjectKind::File;
        let by_descriptor = matches!(&**self.call, b"fsetxattr" | b"fchmod" | b"fchown");
        match class {
            Class::Attributes => self.act("changed-file-attributes-of"),
            Class::Permissions => self.act("changed-file-permissions-of"),
            _ => {
                self.act("changed-file-ownership-of");
                self.find_new_owner();
            }
        }
        if class == Class::Ownership && by_descriptor {
            // there is no path item
            return;
        }
        self.find_file(if by_descriptor { 1 } else { 2 });
        if class == Class::Permissions {
            self.cursor.first_record();
            let mode: &[u8] = if self.call.starts_with(b"fchmodat") { b"a2" } else { b"a1" };
            self.found.other_object = self.found(mode).or(self.found.other_object);
        }
        self.collect_file();
    }

    /// The new user of a file, or the group if the user stays.
    fn find_new_owner(&mut self) {
        self.cursor.first_record();
        let user: &[u8] = if *self.call == b"fchownat" { b"a2" } else { b"a1" };
        if self.cursor.find(user) {
            if number(self.cursor.value()) == Some(-1) {
                self.cursor.next_field();
            }
            self.found.other_object = Some(self.here());
        }
    }

    fn tell_two_files(&mut self, class: Class) {
        match class {
            Class::Mount => {
                self.act("mounted");
                self.found.object_kind = ObjectKind::FileSystem;
                if self.succeeded == Some(true) {
                    self.find_other_file(2);
                }
                self.find_file(match self.succeeded {
                    None => 1,
                    Some(false) => 2,
                    Some(true) => 3,
                });
                // there may be four path items: the one at hand is meant
                return self.collect_path_item();
            }
            Class::Rename => {
                self.act("renamed");
                self.found.object_kind = ObjectKind::File;
                // the directories come first, the new name behind the old one
                self.find_other_file(5);
            }
            _ => {
                self.act("symlinked");
                self.found.object_kind = ObjectKind::File;
                self.find_other_file(2);
            }
        }
        self.find_file(4);
        self.collect_file();
    }
}

/// Words, object and the record from which on the file is looked for, of calls about one file.
fn of_file(class: Class) -> Option<(&'static str, ObjectKind, usize)> {
    Some(match class {
        Class::Open => ("opened-file", ObjectKind::File, 2),
        // the new directory stands behind the one it is in
        Class::MakeDirectory => ("created-directory", ObjectKind::File, 3),
        Class::Stat => ("checked-metadata-of", ObjectKind::File, 2),
        Class::StatFileSystem => ("checked-filesystem-metadata-of", ObjectKind::FileSystem, 2),
        Class::Unmount => ("unmounted", ObjectKind::FileSystem, 2),
        Class::Delete => ("deleted", ObjectKind::File, 2),
        Class::Touch => ("changed-timestamp-of", ObjectKind::File, 2),
        Class::Execute => ("executed", ObjectKind::File, 3),
        _ => return None,
    })
}
