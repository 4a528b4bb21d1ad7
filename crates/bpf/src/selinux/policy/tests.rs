//! A policy made by hand in memory made by hand, laid out otherwise than any kernel's.
use super::super::layout::Place;
use super::*;
use std::collections::BTreeMap;

const STATE: u64 = 0x1000;
const POLICY: u64 = 0x2000;
const SIDTAB: u64 = 0x3000;
const LEAVES: u64 = 0x10_0000;

/// Bytes by address; what was never put there cannot be read.
#[derive(Debug, Default)]
struct Made {
    bytes: BTreeMap<u64, u8>,
    free: u64,
    /// When this address is read for the n-th time, another policy has come.
    reload: Option<(u64, u32)>,
}

impl Made {
    fn put(&mut self, at: u64, value: &[u8]) {
        self.bytes.extend((at..).zip(value.iter().copied()));
    }
    fn word_at(&mut self, at: u64, value: u32) {
        self.put(at, &value.to_ne_bytes());
    }
    fn pointer_at(&mut self, at: u64, value: u64) {
        self.put(at, &value.to_ne_bytes());
    }
    fn string(&mut self, text: &str) -> u64 {
        self.free += 0x100;
        let at = 0x40_0000 + self.free;
        self.put(at, text.as_bytes());
        self.put(at + text.len() as u64, &[0]);
        at
    }
}

impl Memory for Made {
    fn read(&mut self, at: u64, into: &mut [u8]) -> Option<()> {
        if let Some((watched, left)) = &mut self.reload
            && *watched == at
        {
            *left -= 1;
            if *left == 0 {
                self.reload = None;
                self.word_at(POLICY + 4, 12);
            }
        }
        for (at, to) in (at..).zip(into) {
            *to = *self.bytes.get(&at)?;
        }
        Some(())
    }
    fn text(&mut self, at: u64) -> Option<Vec<u8>> {
        let bytes = (at..).map_while(|at| self.bytes.get(&at).copied());
        Some(bytes.take_while(|&b| b != 0).collect())
    }
}

/// Two entries in a leaf, four pointers in an inner node, two of the kernel's own SIDs more than there were.
fn layout() -> Layout {
    let at = |at| Place { at, size: 4, count: 1 };
    let many = |at, size, count| Place { at, size, count };
    Layout {
        state_initialized: at(1),
        state_policy: at(8),
        policy_sidtab: at(8),
        policy_sequence: at(4),
        policy_mls: at(16),
        policy_names: many(0x20, 8, 8),
        sidtab_count: at(0),
        sidtab_roots: many(8, 8, 3),
        sidtab_initial: many(0x40, 0x60, 5),
        initial_set: at(0),
        initial_entry: at(8),
        leaf: many(0, 0x50, 2),
        inner: many(0, 8, 4),
        entry_user: at(4),
        entry_role: at(8),
        entry_type: at(12),
        entry_len: at(16),
        entry_text: at(24),
        entry_level: many(32, 16, 2),
        level_sensitivity: at(0),
        level_categories: at(8),
        node_next: at(0),
        node_bits: many(8, 8, 2),
        node_start: at(24),
        policy_tables: many(0x80, 24, 8),
        table_chains: at(8),
        table_size: at(16),
        link_key: at(0),
        link_datum: at(8),
        link_next: at(16),
        type_value: at(4),
        level_value: many(8, 8, 1),
        entry_size: 0x50,
        ..Layout::default()
    }
}

fn entry(made: &mut Made, at: u64, kind: u32) {
    for (offset, value) in [(4, 1), (8, 1), (12, kind), (16, 0), (32, 1), (48, 1)] {
        made.word_at(at + offset, value);
    }
    for offset in [24, 40, 56] {
        made.pointer_at(at + offset, 0);
    }
}

fn names(made: &mut Made, kind: Kind, of: &[&str]) {
    let array = 0x5000 + kind as u64 * 0x100;
    made.pointer_at(POLICY + 0x20 + kind as u64 * 8, array);
    for (at, name) in of.iter().enumerate() {
        let name = made.string(name);
        made.pointer_at(array + at as u64 * 8, name);
    }
}

/// Eleven SIDs behind the five initial ones: a tree of three levels, where two entries are a leaf and four leaves a node.
fn made() -> Walker<Made> {
    let mut made = Made::default();
    made.put(STATE + 1, &[1]);
    made.pointer_at(STATE + 8, POLICY);
    made.word_at(POLICY + 4, 11);
    made.pointer_at(POLICY + 8, SIDTAB);
    made.word_at(POLICY + 16, 1);
    names(&mut made, Kind::User, &["sys_u"]);
    names(&mut made, Kind::Role, &["obj_r"]);
    let kinds: Vec<String> = (0..20).map(|n| format!("t{n}")).collect();
    names(&mut made, Kind::Type, &kinds.iter().map(String::as_str).collect::<Vec<_>>());
    names(&mut made, Kind::Level, &["s0", "s1"]);
    let categories: Vec<String> = (0..200).map(|n| format!("c{n}")).collect();
    made.pointer_at(POLICY + 0x20 + 7 * 8, 0x9000);
    for (at, name) in (0..).step_by(8).zip(&categories) {
        let name = made.string(name);
        made.pointer_at(0x9000 + at, name);
    }
    for sid in 1..=5 {
        let at = SIDTAB + 0x40 + (sid - 1) * 0x60;
        made.word_at(at, u32::from(sid != 2));
        entry(&mut made, at + 8, sid as u32);
    }
    made.word_at(SIDTAB, 11);
    for index in 0..11 {
        entry(&mut made, LEAVES + index / 2 * 0x1000 + index % 2 * 0x50, 6 + index as u32);
    }
    // roots of one leaf, of one node, and of nodes of nodes
    let (low, high, other) = (0x20_0000, 0x21_0000, 0x22_0000);
    for (at, node) in [LEAVES, low, high].into_iter().enumerate() {
        made.pointer_at(SIDTAB + 8 + at as u64 * 8, node);
    }
    for leaf in 0..4 {
        made.pointer_at(low + leaf * 8, LEAVES + leaf * 0x1000);
        made.pointer_at(other + leaf * 8, if leaf < 2 { LEAVES + (4 + leaf) * 0x1000 } else { 0 });
    }
    made.pointer_at(high, low);
    made.pointer_at(high + 8, other);
    Walker::new(made, layout(), Addresses { state: STATE, initial_names: 0 })
}

fn label(walker: &mut Walker<Made>, sid: u32) -> String {
    String::from_utf8(walker.label(sid).unwrap().0).unwrap()
}

#[test]
fn every_floor_of_the_tree_is_reached() {
    let mut walker = made();
    for sid in 6..=16 {
        assert_eq!(label(&mut walker, sid), format!("sys_u:obj_r:t{}:s0", sid - 1), "SID {sid}");
    }
    assert_eq!(walker.label(6).unwrap().1, 11);
}

#[test]
fn what_has_no_label_is_unlabeled() {
    let mut walker = made();
    assert_eq!(label(&mut walker, 1), "sys_u:obj_r:t0:s0");
    for sid in [2, 17, 4711] {
        assert_eq!(label(&mut walker, sid), "sys_u:obj_r:t2:s0", "not set, and beyond the end: SID {sid}");
    }
    walker.memory.word_at(LEAVES + 16, 9);
    assert_eq!(label(&mut walker, 6), "sys_u:obj_r:t2:s0", "not allowed by this policy");
    let text = walker.memory.string("as:it:was");
    walker.memory.word_at(SIDTAB + 0x40 + 2 * 0x60 + 8 + 16, 9);
    walker.memory.pointer_at(SIDTAB + 0x40 + 2 * 0x60 + 8 + 24, text);
    assert_eq!(label(&mut walker, 6), "as:it:was");
}

#[test]
fn categories_are_read_from_all_nodes() {
    let mut walker = made();
    let (one, other) = (0x30_0000, 0x30_0100);
    for (node, next, bits, start) in [(one, other, [1 << 63, 1], 0), (other, 0, [0b111, 0], 128)] {
        walker.memory.pointer_at(node, next);
        walker.memory.pointer_at(node + 8, bits[0]);
        walker.memory.pointer_at(node + 16, bits[1]);
        walker.memory.word_at(node + 24, start);
    }
    walker.memory.pointer_at(LEAVES + 56, one);
    assert_eq!(label(&mut walker, 6), "sys_u:obj_r:t5:s0-s0:c63,c64,c128.c130");
    // a list without an end
    walker.memory.pointer_at(other, one);
    assert_eq!(walker.label(6), None);
}

#[test]
fn a_policy_that_changes_meanwhile_is_read_again() {
    let mut walker = made();
    walker.memory.reload = Some((LEAVES + 16, 1));
    assert_eq!(walker.label(6).unwrap(), (b"sys_u:obj_r:t5:s0".to_vec(), 12));
    assert_eq!(walker.memory.reload, None);
}

#[test]
fn without_a_policy_there_are_a_few_names() {
    let mut walker = made();
    walker.memory.put(STATE + 1, &[0]);
    assert_eq!(walker.label(1), Some((b"kernel".to_vec(), 0)));
    assert_eq!(walker.label(3), None);
    walker.addresses.initial_names = 0x60_0000;
    let name = walker.memory.string("unlabeled");
    walker.memory.pointer_at(0x60_0000 + 3 * 8, name);
    walker.memory.pointer_at(0x60_0000 + 2 * 8, 0);
    assert_eq!(walker.label(3), Some((b"unlabeled".to_vec(), 0)));
    assert_eq!(walker.label(2), None);
    assert_eq!(walker.label(6), None, "no policy made it");
}

#[test]
fn memory_that_cannot_be_read_gives_no_label() {
    let mut walker = made();
    walker.memory.pointer_at(SIDTAB + 8 + 8, 0x7777_0000);
    assert_eq!(walker.label(8), None);
    walker.memory.bytes.remove(&(POLICY + 4));
    assert_eq!(walker.label(6), None);
}

/// A chain of names at `at`, each with the number behind it.
fn chain(made: &mut Made, at: u64, links: &[(&str, u32)]) -> u64 {
    let mut next = 0;
    for (link, (name, value)) in (at..).step_by(0x100).zip(links) {
        let name = made.string(name);
        made.pointer_at(link, name);
        made.pointer_at(link + 8, link + 0x40);
        made.pointer_at(link + 16, next);
        made.word_at(link + 0x44, *value);
        // of a sensitivity: a pointer to its level
        made.pointer_at(link + 0x48, link + 0x60);
        made.word_at(link + 0x60, *value);
        next = link;
    }
    next
}

#[test]
fn names_have_the_numbers_of_the_tables() {
    let mut walker = made();
    let made = &mut walker.memory;
    for (kind, links) in
        [(Kind::Type, &[("a_t", 5), ("alias_t", 5), ("b_t", 6)]), (Kind::Level, &[("s0", 1), ("s1", 2), ("s2", 3)])]
    {
        let table = POLICY + 0x80 + kind as u64 * 24;
        let at = 0x50_0000 + kind as u64 * 0x1_0000;
        made.pointer_at(table + 8, at);
        made.word_at(table + 16, 3);
        let first = chain(made, at + 0x1000, &links[..2]);
        let last = chain(made, at + 0x2000, &links[2..]);
        for (slot, link) in [first, 0, last].into_iter().enumerate() {
            made.pointer_at(at + slot as u64 * 8, link);
        }
    }
    let wanted = [(Kind::Type, "alias_t"), (Kind::Type, "b_t"), (Kind::Type, "c_t"), (Kind::Level, "s1")];
    let wanted = wanted.map(|(kind, name)| (kind, name.as_bytes().to_vec()));
    let (found, sequence) = walker.numbers(&wanted.clone().into()).unwrap();
    assert_eq!(wanted.map(|name| found.get(&name).copied()), [Some(5), Some(6), None, Some(2)]);
    assert_eq!(sequence, 11);
    walker.memory.put(STATE + 1, &[0]);
    assert_eq!(walker.numbers(&Names::new()), None, "no policy");
}
