//! The fields of a record by name, of a record unlike those before.

use super::part;
use crate::print::writer::Writer;
use raudit_record::Fields;
use raudit_record::field::Part;
use std::ops::Range;

/// One field of a record.
#[derive(Debug)]
pub(super) struct Member {
    /// In the record's body.
    pub(super) name: Range<usize>,
    /// In the record's body.
    pub(super) value: Range<usize>,
    /// Where its meaning is.
    pub(super) meaning: Range<usize>,
    /// The next field of this name.
    next: Option<usize>,
    /// It is not the first of its name.
    is_later: bool,
}

/// The fields of a record.
#[derive(Debug, Default)]
pub(super) struct Members {
    fields: Vec<Member>,
    /// The fields in the order of their names.
    order: Vec<usize>,
}

impl Members {
    /// Splits a body. What a value means is for the caller to say. A field whose name is not UTF-8 cannot be a member: it is
    /// taken for a word. Whether every name is there once.
    pub(super) fn split(
        &mut self,
        body: &[u8],
        words: &mut Vec<Range<usize>>,
        mut meaning: impl FnMut(&[u8], &[u8]) -> Range<usize>,
    ) -> bool {
        self.fields.clear();
        words.clear();
        let mut parts = Fields::new(body);
        while let Some(part) = parts.next_part() {
            match part {
                Part::Words(text) => words.push(place(body, text)),
                Part::Field(field) if str::from_utf8(field.name).is_err() => {
                    words.push(place(body, field.name).start..place(body, field.value).end);
                }
                Part::Field(field) => {
                    let meaning = meaning(field.name, field.value);
                    let (name, value) = (place(body, field.name), place(body, field.value));
                    self.fields.push(Member { name, value, meaning, next: None, is_later: false });
                }
            }
        }
        !self.link(body)
    }

    /// The names, in their order.
    pub(super) fn names<'b>(&self, body: &'b [u8]) -> impl Iterator<Item = &'b [u8]> {
        self.fields.iter().map(move |field| part(body, &field.name))
    }

    /// Writes each field as a member; several of one name as one, whose value is a list.
    pub(super) fn write(&self, body: &[u8], out: &mut Writer, mut value: impl FnMut(&Member, &mut Writer)) {
        for field in self.fields.iter().filter(|field| !field.is_later) {
            out.any_name(part(body, &field.name));
            let Some(next) = field.next else {
                value(field, out);
                continue;
            };
            out.values(|out| {
                value(field, out);
                let mut next = Some(next);
                while let Some(field) = next.and_then(|at| self.fields.get(at)) {
                    value(field, out);
                    next = field.next;
                }
            });
        }
    }

    /// Links each field with the next one of its name. Whether there are any.
    fn link(&mut self, body: &[u8]) -> bool {
        let name = |fields: &[Member], at: usize| fields.get(at).map(|field| part(body, &field.name));
        self.order.clear();
        self.order.extend(0..self.fields.len());
        self.order.sort_by_key(|&at| (name(&self.fields, at), at));
        let mut any = false;
        for pair in self.order.windows(2) {
            let &[before, after] = pair else { continue };
            if name(&self.fields, before) == name(&self.fields, after) {
                self.fields.get_mut(before).into_iter().for_each(|field| field.next = Some(after));
                self.fields.get_mut(after).into_iter().for_each(|field| field.is_later = true);
                any = true;
            }
        }
        any
    }
}

/// Where a part of a body is.
pub(super) fn place(body: &[u8], part: &[u8]) -> Range<usize> {
    let from = part.as_ptr().addr() - body.as_ptr().addr();
    from..from + part.len()
}
