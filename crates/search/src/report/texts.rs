//! A table by text for very many texts.
//!
//! The texts stand one after the other in one piece of memory, what is known of each in another, and the table proper has their numbers: some 16 bytes for a text
//! beside itself and its value. An allocation for each, as in a map of the standard library, costs as much again as the text.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Texts with a value each, in order of their first appearance.
#[derive(Debug, Default)]
pub(crate) struct Texts<V> {
    text: Vec<u8>,
    /// Where each ends, and its value.
    ends: Vec<(usize, V)>,
    numbers: HashTable<u32>,
    hasher: RandomState,
}

fn text_of<'a, V>(text: &'a [u8], ends: &[(usize, V)], number: u32) -> &'a [u8] {
    let number = number as usize;
    let start = number.checked_sub(1).and_then(|before| ends.get(before)).map_or(0, |(end, _)| *end);
    let end = ends.get(number).map_or(start, |(end, _)| *end);
    text.get(start..end).unwrap_or_default()
}

impl<V: Default> Texts<V> {
    /// How many texts there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The value of a text that is there.
    pub(crate) fn known(&mut self, text: &[u8]) -> Option<&mut V> {
        let number = self.number(self.hasher.hash_one(text), text)?;
        self.ends.get_mut(number).map(|(_, value)| value)
    }

    fn number(&self, hash: u64, text: &[u8]) -> Option<usize> {
        let is_it = |&number: &u32| text_of(&self.text, &self.ends, number) == text;
        self.numbers.find(hash, is_it).map(|&number| number as usize)
    }

    /// How many bytes all texts have.
    pub(crate) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// The value of a text, which is added if it is new. There is no room for more than 2^32 texts: then there is none for a new one.
    pub(crate) fn value(&mut self, text: &[u8]) -> Option<&mut V> {
        let hash = self.hasher.hash_one(text);
        if let Some(number) = self.number(hash, text) {
            return self.ends.get_mut(number).map(|(_, value)| value);
        }
        let number = u32::try_from(self.ends.len()).ok()?;
        self.text.extend_from_slice(text);
        self.ends.push((self.text.len(), V::default()));
        let hash_of = |&number: &u32| self.hasher.hash_one(text_of(&self.text, &self.ends, number));
        self.numbers.insert_unique(hash, number, hash_of);
        self.ends.last_mut().map(|(_, value)| value)
    }

    /// Adds a text, if it is new.
    pub(crate) fn note(&mut self, text: &[u8]) {
        let _value = self.value(text);
    }

    /// Texts and values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&[u8], &V)> {
        let mut start = 0;
        self.ends.iter().map(move |(end, value)| {
            let text = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            (text, value)
        })
    }

    /// Forgets them. Some memory stays.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.text.shrink_to(1 << 20);
        self.ends.clear();
        self.numbers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn as_a_map() {
        let (mut texts, mut map) = (Texts::<u64>::default(), BTreeMap::new());
        for number in 0..100_000_u64 {
            let text = (number * number % 7919).to_string().repeat(usize::try_from(number % 3).unwrap());
            *texts.value(text.as_bytes()).unwrap() += number;
            *map.entry(text.into_bytes()).or_insert(0) += number;
        }
        assert_eq!(texts.len(), map.len());
        assert_eq!(texts.iter().map(|(text, value)| (text.to_vec(), *value)).collect::<BTreeMap<_, _>>(), map);
        texts.clear();
        assert!(texts.len() == 0 && texts.iter().next().is_none());
        assert_eq!(*texts.value(b"x").unwrap(), 0);
    }
}
