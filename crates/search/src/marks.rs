//! Quick looks at an event's text that rule most events out: what must stand in it, somewhere, if a condition is to hold.
//!
//! A mark may be found where the condition does not hold, but not the other way round: an event without it need not be read.

use memchr::memmem::Finder;
use raudit_index::filter::{Suffix, Term};

/// What leads to the events that are asked for: a mark in a record of each, and what an index calls it.
#[derive(Clone, Debug)]
pub struct Lead {
    /// In the text of a record.
    pub mark: Mark,
    /// In an index.
    pub term: Term,
}

impl Lead {
    /// A number; nothing for one that may be written in several ways.
    pub fn number(field: &str, suffix: Suffix, number: u32) -> Option<Self> {
        Some(Self { mark: Mark::number(field, number)?, term: Term::Number(suffix, number.into()) })
    }

    /// One of these; nothing for none.
    pub fn one_of(leads: Vec<Self>) -> Option<Self> {
        let (marks, terms): (Vec<_>, Vec<_>) = leads.into_iter().map(|lead| (lead.mark, lead.term)).unzip();
        (!marks.is_empty()).then(|| Self { mark: Mark::one_of(marks), term: Term::Any(terms) })
    }
}

/// One of these texts, or one of these fields with a text that cannot be looked into.
#[derive(Clone, Debug)]
pub struct Mark {
    texts: Vec<Finder<'static>>,
    fields: Vec<Finder<'static>>,
}

fn finders<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Vec<Finder<'static>> {
    texts.into_iter().map(|text| Finder::new(text.as_ref()).into_owned()).collect()
}

impl Mark {
    /// This text stands as it is wherever the condition looks.
    pub fn plain(text: &[u8]) -> Self {
        Self::any([text])
    }

    /// One of these texts does.
    pub fn any<T: AsRef<[u8]>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self { texts: finders(texts), fields: Vec::new() }
    }

    /// The number stands there in decimal digits behind a field's name, or the end of it; nothing for one that may be written as a negative, or not at all.
    pub fn number(field: &str, number: u32) -> Option<Self> {
        (1..=i32::MAX.unsigned_abs()).contains(&number).then(|| Self::plain(format!("{field}={number}").as_bytes()))
    }

    /// One of these marks does.
    pub fn one_of(marks: Vec<Self>) -> Self {
        let (texts, fields) = marks.into_iter().map(|mark| (mark.texts, mark.fields)).unzip::<_, _, Vec<_>, Vec<_>>();
        let mut texts: Vec<_> = texts.into_iter().flatten().collect();
        texts.dedup_by(|one, other| one.needle() == other.needle());
        Self { texts, fields: fields.into_iter().flatten().collect() }
    }

    /// The text stands as it is, or in one of these fields (named with their `=`, and what hexadecimal digits they begin with) in hexadecimal.
    pub fn coded(text: &[u8], fields: &[&str]) -> Self {
        Self { fields: finders(fields), ..Self::plain(text) }
    }

    /// The text stands as it is, or in hexadecimal digits as the kernel and user space write them.
    pub fn spelled(text: &[u8]) -> Self {
        let mut digits: String = text.iter().map(|byte| format!("{byte:02X}")).collect();
        if digits.ends_with('0') {
            // a last digit without another is read as a byte's high half
            digits.pop();
        }
        let mut forms = vec![text.to_vec(), digits.to_ascii_lowercase().into_bytes(), digits.into_bytes()];
        forms.dedup();
        Self::any(forms)
    }

    /// What of it is looked for has so many bytes at least: the more, the rarer.
    pub fn len(&self) -> usize {
        self.texts.iter().map(|text| text.needle().len()).min().unwrap_or_default()
    }

    /// Whether it is in any text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether an event with this text may have what is looked for.
    pub fn may_be_in(&self, text: &[u8]) -> bool {
        let is_coded = |field: &Finder<'static>| {
            let coded = |at: usize| text.get(at + field.needle().len()).is_some_and(u8::is_ascii_hexdigit);
            field.find_iter(text).any(coded)
        };
        self.texts.iter().any(|mark| mark.find(text).is_some()) || self.fields.iter().any(is_coded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_in_clear_or_in_hexadecimal() {
        let mark = Mark::coded(b"my prog", &["comm=", "exe="]);
        assert!(mark.may_be_in(b"x comm=\"my prog\"") && mark.may_be_in(b"x exe=2F"));
        assert!(!mark.may_be_in(b"x comm=\"cat\" exe=\"/bin/cat\" key=2F") && !mark.may_be_in(b"comm=(null) exe="));
        assert!(Mark::plain(b"").may_be_in(b""));
    }

    #[test]
    fn a_text_in_hexadecimal_may_lack_its_last_digit() {
        let mark = Mark::spelled(b"1`");
        assert!(mark.may_be_in(b"vm=3160") && mark.may_be_in(b"vm=316") && mark.may_be_in(b"vm=\"1`\""));
        assert!(!mark.may_be_in(b"vm=31") && Mark::spelled(b"my").may_be_in(b"comm=6d79"));
    }

    #[test]
    fn numbers_that_are_always_written_alike() {
        assert!(Mark::number("pid", 42).unwrap().may_be_in(b"ppid=42 "));
        assert!(!Mark::number("pid", 42).unwrap().may_be_in(b"pid=24 "));
        assert!(Mark::number("pid", 0).is_none() && Mark::number("pid", u32::MAX).is_none());
    }
}
