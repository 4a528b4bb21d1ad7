//! Quick looks at an event's text that rule most events out: what must stand in it, somewhere, if a condition is to hold.
//!
//! A mark may be found where the condition does not hold, but not the other way round: an event without it need not be read.

use memchr::memmem::Finder;

/// A text, or one of these fields with a text that cannot be looked into.
#[derive(Clone, Debug)]
pub struct Mark {
    text: Finder<'static>,
    fields: Vec<Finder<'static>>,
}

impl Mark {
    /// This text stands as it is wherever the condition looks.
    pub fn plain(text: &[u8]) -> Self {
        Self { text: Finder::new(text).into_owned(), fields: Vec::new() }
    }

    /// The number stands there in decimal digits; nothing for one that may be written as a negative, or not at all.
    pub fn number(number: u32) -> Option<Self> {
        (1..=i32::MAX.unsigned_abs()).contains(&number).then(|| Self::plain(number.to_string().as_bytes()))
    }

    /// The text stands as it is, or in one of these fields (named with their `=`) in hexadecimal.
    pub fn coded(text: &[u8], fields: &[&str]) -> Self {
        Self {
            fields: fields.iter().map(|field| Finder::new(field.as_bytes()).into_owned()).collect(),
            ..Self::plain(text)
        }
    }

    /// Whether an event with this text may have what is looked for.
    pub fn may_be_in(&self, text: &[u8]) -> bool {
        let is_coded = |field: &Finder<'static>| {
            let coded = |at: usize| text.get(at + field.needle().len()).is_some_and(u8::is_ascii_hexdigit);
            field.find_iter(text).any(coded)
        };
        self.text.find(text).is_some() || self.fields.iter().any(is_coded)
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
    fn numbers_that_are_always_written_alike() {
        assert!(Mark::number(42).unwrap().may_be_in(b"pid=042 "));
        assert!(!Mark::number(42).unwrap().may_be_in(b"pid=24 "));
        assert!(Mark::number(0).is_none() && Mark::number(u32::MAX).is_none());
    }
}
