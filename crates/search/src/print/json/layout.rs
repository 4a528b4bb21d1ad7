//! The names that the records of a type have: nearly always those of the record before it. So what they mean, that none stands
//! twice and how they are written need not be found out each time.

use raudit_record::Kind;
use raudit_record::interpret::Meaning;

/// The names of the last record of each type, each type in the place that its number gives it.
#[derive(Debug)]
pub(super) struct Layouts(Vec<Layout>);

/// As many as there are types in some events.
const PLACES: usize = 64;

/// A record with more fields, or longer names, is not remembered: a forged one must not cost memory.
const MOST: usize = 64;
const LONGEST: usize = 32;

/// The names of a record.
#[derive(Debug, Default)]
pub(super) struct Layout {
    kind: Kind,
    names: Vec<Name>,
    /// None stands twice.
    pub(super) is_distinct: bool,
}

/// A name that was met.
#[derive(Debug)]
pub(super) struct Name {
    text: Vec<u8>,
    /// What kind of value it has.
    pub(super) meaning: Meaning,
}

impl Default for Layouts {
    fn default() -> Self {
        Self((0..PLACES).map(|_| Layout::default()).collect())
    }
}

impl Layouts {
    /// Where the layout of a type is.
    pub(super) fn place(kind: Kind) -> usize {
        kind.0 as usize % PLACES
    }

    /// The layout in a place.
    pub(super) fn get(&self, place: usize) -> Option<&Layout> {
        self.0.get(place)
    }

    /// The layout of a type, emptied if another type had the place.
    pub(super) fn of(&mut self, kind: Kind) -> Option<&mut Layout> {
        let layout = self.0.get_mut(Self::place(kind))?;
        if layout.kind != kind {
            *layout = Layout { kind, ..Layout::default() };
        }
        Some(layout)
    }
}

impl Layout {
    /// The name at this place, if it is the same as before.
    pub(super) fn known(&self, at: usize, name: &[u8]) -> Option<&Name> {
        self.names.get(at).filter(|known| known.text == name)
    }

    /// Remembers the name at this place. What was known of those behind it may be of another record: it is forgotten.
    pub(super) fn learn(&mut self, at: usize, name: &[u8], meaning: Meaning) {
        self.is_distinct = false;
        self.names.truncate(at);
        if at < MOST && self.names.len() == at && name.len() <= LONGEST {
            self.names.push(Name { text: name.to_vec(), meaning });
        }
    }

    /// The text of the name at this place; it is ASCII, and needs no escapes.
    pub(super) fn text(&self, at: usize) -> Option<&[u8]> {
        self.names.get(at).map(|name| &name.text[..])
    }

    /// Remembers that no name stands twice among so many, if these are all that are known.
    pub(super) fn say_distinct(&mut self, count: usize) {
        let is_plain =
            |name: &Name| name.text.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
        self.is_distinct = self.names.len() == count && self.names.iter().all(is_plain);
    }
}
