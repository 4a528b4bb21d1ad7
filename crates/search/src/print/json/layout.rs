//! The names that the records of a type have: nearly always those of the record before it, and many of their values too. So what
//! names mean, that none stands twice, and what becomes of a value need not be found out each time.

use crate::print::writer::push_text;
use raudit_record::interpret::Meaning;
use raudit_record::{Kind, Met};

/// The names of the last record of each type, each type in the place that its number gives it.
#[derive(Debug)]
pub(super) struct Layouts {
    places: Vec<Layout>,
    /// How many fields they have.
    fields: usize,
}

/// So many that the types of a log rarely share a place.
const PLACES: usize = 256;

/// More fields than the types of a log have: with them all is forgotten.
const MOST_OF_ALL: usize = 1024;

/// A record with more fields, or longer names, is not remembered: a forged one must not cost memory.
const MOST: usize = 64;
const LONGEST: usize = 32;

/// Nor are longer values, or those that mean so much more.
const LONGEST_VALUE: usize = 200;
const LONGEST_MEMBER: usize = 512;

/// The names of a record.
#[derive(Debug, Default)]
pub(super) struct Layout {
    kind: Kind,
    fields: Vec<Known>,
    /// None stands twice, and none needs escapes.
    is_plain: bool,
}

/// A field that was met.
#[derive(Debug)]
pub(super) struct Known {
    /// `,"name":`
    name: Vec<u8>,
    /// What kind of value it has.
    pub(super) meaning: Meaning,
    /// The field as it stood last.
    pub(super) met: Met,
    /// The last value is known, and its meaning hangs on nothing else.
    is_certain: bool,
    /// What was recorded of it.
    recorded: Vec<u8>,
    is_recorded: bool,
    /// The last value as a member: `,"name":"value"`.
    pub(super) raw: Vec<u8>,
    /// Its meaning as a member.
    pub(super) meant: Vec<u8>,
}

impl Default for Layouts {
    fn default() -> Self {
        Self { places: (0..PLACES).map(|_| Layout::default()).collect(), fields: 0 }
    }
}

impl Layouts {
    /// The layout of a type, emptied if another type had the place.
    pub(super) fn of(&mut self, kind: Kind) -> Option<&mut Layout> {
        let layout = self.places.get_mut(kind.0 as usize % PLACES)?;
        if layout.kind != kind {
            self.fields -= layout.fields.len();
            *layout = Layout { kind, ..Layout::default() };
        }
        Some(layout)
    }

    /// Remembers the names of a record of this type, none of which stands twice.
    pub(super) fn learn<'n>(&mut self, kind: Kind, names: impl Iterator<Item = &'n [u8]>) {
        if self.fields > MOST_OF_ALL {
            *self = Self::default();
        }
        let Some(layout) = self.of(kind) else { return };
        let before = layout.fields.len();
        layout.learn(names);
        let after = layout.fields.len();
        self.fields = self.fields + after - before;
    }
}

impl Layout {
    /// The field at this place; none if the names are not all plain.
    pub(super) fn at(&mut self, at: usize) -> Option<&mut Known> {
        self.fields.get_mut(at).filter(|_| self.is_plain)
    }

    fn learn<'n>(&mut self, names: impl Iterator<Item = &'n [u8]>) {
        self.is_plain = true;
        for (at, name) in names.enumerate() {
            if self.fields.get(at).is_some_and(|known| known.name() == name) {
                continue;
            }
            // those behind it may be of another record
            self.fields.truncate(at);
            let is_plain = name.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            if !is_plain || name.len() > LONGEST || at == MOST {
                return;
            }
            self.fields.push(Known::new(name, Meaning::of(self.kind, name)));
        }
    }
}

impl Known {
    fn new(name: &[u8], meaning: Meaning) -> Self {
        Self {
            name: [b",\"", name, b"\":"].concat(),
            meaning,
            met: Met::default(),
            is_certain: false,
            recorded: Vec::new(),
            is_recorded: false,
            raw: Vec::new(),
            meant: Vec::new(),
        }
    }

    /// Its name.
    pub(super) fn name(&self) -> &[u8] {
        self.name.get(2..self.name.len() - 2).unwrap_or_default()
    }

    /// Whether the last value means the same again, when this is recorded of it.
    pub(super) fn means_the_same(&self, recorded: Option<&[u8]>) -> bool {
        // two empty texts are not compared: the C library's comparison is slow where there is nothing to read
        self.is_certain
            && match recorded {
                Some(text) => self.is_recorded && self.recorded == text,
                None => !self.is_recorded,
            }
    }

    /// Remembers a value, and what becomes of it; false if that is too long. One whose meaning hangs on more is not known the next time.
    pub(super) fn set(
        &mut self,
        value: &[u8],
        recorded: Option<&[u8]>,
        push_meaning: impl FnOnce(&mut Vec<u8>),
    ) -> bool {
        if value.len().max(recorded.map_or(0, <[u8]>::len)) > LONGEST_VALUE {
            return false;
        }
        self.raw.clear();
        self.raw.extend_from_slice(&self.name);
        push_text(value, &mut self.raw);
        self.meant.clear();
        self.meant.extend_from_slice(&self.name);
        push_meaning(&mut self.meant);
        if self.raw.len().max(self.meant.len()) > LONGEST_MEMBER {
            (self.raw, self.meant, self.is_certain) = (Vec::new(), Vec::new(), false);
            return false;
        }
        self.is_certain = !matches!(self.meaning, Meaning::Argument(_) | Meaning::Syscall);
        self.is_recorded = recorded.is_some();
        self.recorded.clear();
        self.recorded.extend_from_slice(recorded.unwrap_or_default());
        true
    }
}

#[cfg(test)]
impl Layouts {
    /// How many bytes of memory its fields have allocated.
    pub(super) fn memory(&self) -> usize {
        let of = |known: &Known| {
            let texts = [&known.name, &known.recorded, &known.raw, &known.meant].map(Vec::capacity);
            size_of::<Known>() + texts.iter().sum::<usize>()
        };
        self.places.iter().flat_map(|layout| &layout.fields).map(of).sum()
    }
}
