//! Names that rules watch (`path=`, `dir=`, `exe=`), and how the kernel is made to follow them.
//!
//! For each name there is a *marker*: a rule in the kernel's own exit list that names no system call, so that it never matches
//! and costs nothing. Its watch, tree or mark is kept up to date by the kernel as for any rule, and read by our programs
//! (`bpf/place.h`). The name's number, its place, is in the marker as a condition on `a3`.

use raudit_rules::{Action, Field, FieldId, List, Op, Rule, SyscallMask, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Places at most (`PLACES_MAX`); 0 is none.
pub const PLACES_MAX: u16 = 4096;
/// In the upper half of a marker's condition (`PLACE_MARK`).
const MARK: u32 = 0x5241_0000;

/// What follows a name (`enum place_kind`).
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(u32)]
pub enum Kind {
    /// `path=`: the inode that bears the name.
    Watch = 0,
    /// `dir=`: all below it.
    Tree = 1,
    /// `exe=`: the program that bears it.
    Exe = 2,
}

/// All kinds.
pub const KINDS: [Kind; 3] = [Kind::Watch, Kind::Tree, Kind::Exe];

/// A name and what follows it.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Key {
    /// What follows it.
    pub kind: Kind,
    /// The name, as the rule has it.
    pub path: Vec<u8>,
}

impl Key {
    /// The name of a rule's field.
    pub fn new(kind: Kind, path: &[u8]) -> Self {
        Self { kind, path: path.to_vec() }
    }

    /// The kernel's rule that follows the name under this number; `key` is to tell it from others' rules.
    pub fn marker(&self, place: u16, key: &[u8]) -> Rule {
        let id = match self.kind {
            Kind::Watch => FieldId::WATCH,
            Kind::Tree => FieldId::DIR,
            Kind::Exe => FieldId::EXE,
        };
        let field = |id, value| Field { id, op: Op::Eq, value };
        let fields = vec![
            field(id, Value::Text(self.path.clone())),
            field(FieldId::ARG3, Value::Number(MARK | u32::from(place))),
            field(FieldId::FILTERKEY, Value::Text(key.to_vec())),
        ];
        Rule { list: List::Exit, action: Action::Never, syscalls: SyscallMask::EMPTY, fields }
    }
}

/// Whether a rule of the kernel's list is a marker, ours or one that a crash left.
pub fn is_marker(rule: &Rule) -> bool {
    let marked = |f: &Field| f.id == FieldId::ARG3 && matches!(f.value, Value::Number(v) if v & 0xffff_0000 == MARK);
    rule.list == List::Exit && rule.syscalls.is_empty() && rule.fields.iter().any(marked)
}

/// The names that the fields of a rule watch.
pub fn of_rule(rule: &Rule) -> impl Iterator<Item = Key> + '_ {
    rule.fields.iter().filter_map(|field| {
        let kind = match field.id {
            FieldId::WATCH => Kind::Watch,
            FieldId::DIR => Kind::Tree,
            FieldId::EXE => Kind::Exe,
            _ => return None,
        };
        let Value::Text(path) = &field.value else { return None };
        Some(Key::new(kind, path))
    })
}

/// The numbers given to names. A name keeps its number as long as rules watch it, through changes of other rules.
#[derive(Clone, Debug, Default)]
pub struct Places {
    numbers: BTreeMap<Key, u16>,
}

impl Places {
    /// The number of a name, if it has one.
    pub fn get(&self, key: &Key) -> Option<u16> {
        self.numbers.get(key).copied()
    }

    /// Gives numbers to the names of rules that have none yet; false when there are too many names.
    pub fn assign<'a>(&mut self, rules: impl Iterator<Item = &'a Rule>) -> bool {
        let new: BTreeSet<Key> = rules.flat_map(of_rule).filter(|key| !self.numbers.contains_key(key)).collect();
        if new.is_empty() {
            return true;
        }
        let taken: BTreeSet<u16> = self.numbers.values().copied().collect();
        let mut free = (1..PLACES_MAX).filter(|n| !taken.contains(n));
        new.into_iter().all(|key| free.next().is_some_and(|number| self.numbers.insert(key, number).is_none()))
    }

    /// Takes the number that a marker has, unless its name or the number is taken.
    pub fn adopt(&mut self, marker: &Rule) -> Option<(Key, u16)> {
        let number = marker.fields.iter().find_map(|f| match f.value {
            Value::Number(v) if f.id == FieldId::ARG3 && v & 0xffff_0000 == MARK => u16::try_from(v & 0xffff).ok(),
            _ => None,
        })?;
        let key = of_rule(marker).next()?;
        let free = (1..PLACES_MAX).contains(&number)
            && !self.numbers.contains_key(&key)
            && self.numbers.values().all(|taken| *taken != number);
        free.then(|| self.numbers.insert(key.clone(), number));
        free.then_some((key, number))
    }

    /// Takes back the numbers of names that none of these rules watches.
    pub fn retain<'a>(&mut self, rules: impl Iterator<Item = &'a Rule>) {
        let used: BTreeSet<Key> = rules.flat_map(of_rule).collect();
        self.numbers.retain(|key, _| used.contains(key));
    }

    /// All names with their numbers.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, u16)> {
        self.numbers.iter().map(|(key, &number)| (key, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;

    fn watch(path: &str) -> Rule {
        let field = Field { id: FieldId::WATCH, op: Op::Eq, value: Value::Text(path.into()) };
        Rule { list: List::Exit, action: Action::Always, syscalls: SyscallMask::ALL, fields: vec![field] }
    }

    #[test]
    fn a_name_keeps_its_number_while_it_is_watched() {
        let mut places = Places::default();
        assert!(places.assign([watch("/b"), watch("/a"), watch("/b")].iter()));
        let number = |places: &Places, path: &str| places.get(&Key::new(Kind::Watch, path.as_bytes()));
        let b = number(&places, "/b");
        assert_eq!(places.iter().count(), 2);
        places.retain([watch("/b")].iter());
        assert!(places.assign([watch("/0"), watch("/b")].iter()));
        assert_eq!((number(&places, "/b"), number(&places, "/a")), (b, None));
        assert_ne!(number(&places, "/0"), b);
    }

    #[test]
    fn markers_never_match_and_are_known_again() {
        let marker = Key::new(Kind::Tree, b"/etc").marker(7, b"rauditd");
        assert!(is_marker(&marker) && !is_marker(&watch("/etc")));
        assert!(marker.validate().is_ok());
    }

    #[test]
    fn names_keep_the_numbers_that_markers_of_an_earlier_rauditd_have() {
        let key = |path: &str| Key::new(Kind::Watch, path.as_bytes());
        let mut places = Places::default();
        assert_eq!(places.adopt(&key("/a").marker(1, b"rauditd")), Some((key("/a"), 1)));
        assert_eq!(places.adopt(&key("/b").marker(1, b"rauditd")), None);
        assert_eq!(places.adopt(&key("/a").marker(2, b"rauditd")), None);
        assert_eq!(places.adopt(&watch("/c")), None);
        assert!(places.assign([watch("/a"), watch("/b")].iter()));
        assert_eq!((places.get(&key("/a")), places.get(&key("/b"))), (Some(1), Some(2)));
    }

    #[test]
    fn there_are_numbers_for_thousands_of_names() {
        let rules: Vec<Rule> = (0..4096).map(|n| watch(&format!("/{n}"))).collect();
        assert!(Places::default().assign(rules[1..].iter()));
        assert!(!Places::default().assign(rules.iter()));
    }

    #[test]
    fn both_sides_number_alike() {
        let names = ["PLACE_WATCH", "PLACE_TREE", "PLACE_EXE"];
        for (name, kind) in names.into_iter().zip(KINDS) {
            assert_eq!(skel::enum_value("place_kind", name), Some(kind as u32), "{name}");
        }
        assert_eq!(skel::enum_value("policy_limit", "PLACES_MAX"), Some(PLACES_MAX.into()));
    }
}
