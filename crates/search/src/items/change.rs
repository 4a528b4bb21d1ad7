//! Records of changed settings: CONFIG_CHANGE, and MAC_POLICY_LOAD to MAC_UNLBL_STCDEL, which have its form.

use super::reader::{Reader, Unreadable};
use super::{Items, Read, Wanted};
use crate::text::word;
use raudit_record::Kind;
use std::borrow::Cow;

const CONFIG_CHANGE: Kind = Kind(1305);

impl<'a> Items<'a> {
    pub(super) fn change(&mut self, kind: Kind, mut reader: Reader<'a>) -> Read {
        if self.wants(Wanted::AUID) {
            match reader.last(b"auid=", 2)? {
                Some(auid) => self.auid = Some(auid),
                // older kernels say nothing of who changes a rule
                None if kind == CONFIG_CHANGE => {}
                None => return Err(Unreadable(1)),
            }
        }
        if self.wants(Wanted::SESSION)
            && let Some(session) = reader.last(b"ses=", 3)?
        {
            self.session = Some(session);
        }
        if self.wants(Wanted::SUBJECT)
            && let Some(value) = reader.find(b"subj=")
        {
            self.subjects.push(Cow::Borrowed(reader.last_word(value)));
        }
        if self.wants(Wanted::KEYS)
            && let Some(value) = reader.find(b"key=")
        {
            self.add_keys(&mut reader, value, [6, 8])?;
        }
        if kind == CONFIG_CHANGE && self.wants(Wanted::SUCCESS) {
            self.success = Some(1);
        }
        self.result(&mut reader, 7)
    }

    /// The path of a rule that was changed, or of an old denial.
    pub(super) fn change_path(&mut self, reader: Reader<'a>) -> Read {
        if !self.wants(Wanted::FILES) {
            return Ok(());
        }
        let value = reader.find(b" path=").ok_or(Unreadable(1))?;
        self.file(value).map(drop)
    }

    /// IPC and OBJ_PID.
    pub(super) fn object(&mut self, reader: Reader<'a>) -> Read {
        if self.wants(Wanted::OBJECT) {
            self.objects.extend(reader.find(b"obj=").map(|value| Cow::Borrowed(word(value))));
        }
        Ok(())
    }
}
