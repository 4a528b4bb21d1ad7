//! The fields of a record by name, and the words between them.

use super::layout::Layouts;
use super::part;
use crate::print::writer::Writer;
use raudit_record::field::Part;
use raudit_record::interpret::Meaning;
use raudit_record::{Fields, Kind};
use std::ops::Range;

/// One field of a record.
#[derive(Debug)]
pub(super) struct Member {
    /// In the record's body.
    pub(super) name: Range<usize>,
    /// In the record's body.
    pub(super) value: Range<usize>,
    /// Where its meaning is, if it is another than the value.
    pub(super) meaning: Option<Range<usize>>,
    /// The next field of this name.
    next: Option<usize>,
    /// It is not the first of its name.
    is_later: bool,
}

/// The fields and words of a record.
#[derive(Debug, Default)]
pub(super) struct Members {
    layouts: Layouts,
    /// The place of the layout whose names the fields have, one by one and none twice.
    known: Option<usize>,
    fields: Vec<Member>,
    words: Vec<Range<usize>>,
    /// The fields in the order of their names.
    order: Vec<usize>,
}

/// Up to so many fields each name is compared with all others.
const FEW: usize = 32;

impl Members {
    /// Splits a body. What a value means is for the caller to say, who is told its kind. A field whose name is not UTF-8
    /// cannot be a member: it is taken for a word.
    pub(super) fn split(
        &mut self,
        kind: Kind,
        body: &[u8],
        mut meaning: impl FnMut(Meaning, &[u8], &[u8]) -> Option<Range<usize>>,
    ) {
        self.fields.clear();
        self.words.clear();
        self.known = None;
        let Some(layout) = self.layouts.of(kind) else { return };
        let range = |part: &[u8]| {
            let from = part.as_ptr().addr() - body.as_ptr().addr();
            from..from + part.len()
        };
        let mut parts = Fields::new(body);
        let mut all_known = true;
        while let Some(part) = parts.next_part() {
            let field = match part {
                Part::Words(text) => {
                    self.words.push(range(text));
                    continue;
                }
                Part::Field(field) => field,
            };
            let kind_of_value = if let Some(known) = layout.known(self.fields.len(), field.name) {
                known.meaning
            } else if str::from_utf8(field.name).is_err() {
                self.words.push(range(field.name).start..range(field.value).end);
                continue;
            } else {
                all_known = false;
                let kind_of_value = Meaning::of(kind, field.name);
                layout.learn(self.fields.len(), field.name, kind_of_value);
                kind_of_value
            };
            let meaning = meaning(kind_of_value, field.name, field.value);
            let (name, value) = (range(field.name), range(field.value));
            self.fields.push(Member { name, value, meaning, next: None, is_later: false });
        }
        if all_known && layout.is_distinct {
            self.known = Some(Layouts::place(kind));
        } else {
            let count = self.fields.len();
            if !link(&mut self.fields, &mut self.order, body) {
                layout.say_distinct(count);
            }
        }
    }

    /// Writes each field as a member; several of one name as one, whose value is a list.
    pub(super) fn write(&self, body: &[u8], out: &mut Writer, mut value: impl FnMut(&Member, &mut Writer)) {
        if let Some(layout) = self.known.and_then(|place| self.layouts.get(place)) {
            for (at, field) in self.fields.iter().enumerate() {
                out.plain_name(layout.text(at).unwrap_or_default());
                value(field, out);
            }
            return;
        }
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

    /// Writes the words, if there are any.
    pub(super) fn write_words(&self, name: &str, body: &[u8], out: &mut Writer) {
        if !self.words.is_empty() {
            out.array(name, |out| self.words.iter().for_each(|words| out.text(part(body, words))));
        }
    }
}

/// Links each field with the next one of its name. Whether there are any.
fn link(fields: &mut [Member], order: &mut Vec<usize>, body: &[u8]) -> bool {
    let name = |field: Option<&Member>| field.map(|field| part(body, &field.name));
    if fields.len() <= FEW {
        let is_new = |(at, field)| !fields.iter().take(at).any(|before| name(Some(before)) == name(Some(field)));
        if fields.iter().enumerate().all(is_new) {
            return false;
        }
    }
    order.clear();
    order.extend(0..fields.len());
    order.sort_by_key(|&at| (name(fields.get(at)), at));
    let mut any = false;
    for pair in order.windows(2) {
        let &[before, after] = pair else { continue };
        if name(fields.get(before)) == name(fields.get(after)) {
            fields.get_mut(before).into_iter().for_each(|field| field.next = Some(after));
            fields.get_mut(after).into_iter().for_each(|field| field.is_later = true);
            any = true;
        }
    }
    any
}
