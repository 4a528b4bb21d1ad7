//! Counts of values of which a log may have any number, in bounded memory.

use raudit_record::EventId;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// So many different values are kept.
const MOST: usize = 10_000;

/// How often something came, and when first and last.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Seen {
    /// How often; the times mean something if it is not 0.
    pub(super) count: u64,
    /// When first.
    pub(super) first: EventId,
    /// When last.
    pub(super) last: EventId,
}

impl Seen {
    /// Counts an event.
    pub(super) fn add(&mut self, id: EventId) {
        self.merge(&Self { count: 1, first: id, last: id });
    }

    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: &Self) {
        if self.count == 0 {
            *self = *other;
        } else if other.count > 0 {
            self.count += other.count;
            self.first = self.first.min(other.first);
            self.last = self.last.max(other.last);
        }
    }
}

/// Counts values. Those with the lowest hashes are kept: which ones that are does not depend on the order in which they come, nor
/// on who counted which part of them, and what was counted of them is all there is.
#[derive(Debug)]
pub(super) struct Few<T> {
    kept: BTreeMap<(u64, T), Seen>,
    most: usize,
    /// Of all values.
    pub(super) total: Seen,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), most: MOST, total: Seen::default() }
    }
}

impl<T: Hash + Ord> Few<T> {
    /// Counts a value.
    pub(super) fn add(&mut self, value: T, id: EventId) {
        self.total.add(id);
        let mut hasher = DefaultHasher::new();
        value.hash(&mut hasher);
        self.keep((hasher.finish(), value), &Seen { count: 1, first: id, last: id });
    }

    fn keep(&mut self, place: (u64, T), seen: &Seen) {
        if self.kept.len() >= self.most && self.kept.last_key_value().is_some_and(|(last, _)| *last < place) {
            return;
        }
        self.kept.entry(place).or_default().merge(seen);
        if self.kept.len() > self.most {
            self.kept.pop_last();
        }
    }

    /// How many values are kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Adds what was counted elsewhere.
    pub(super) fn merge(&mut self, other: Self) {
        self.total.merge(&other.total);
        other.kept.into_iter().for_each(|(place, seen)| self.keep(place, &seen));
    }

    /// The values that were kept, the most frequent first.
    pub(super) fn rows(&self) -> Vec<(&T, &Seen)> {
        let mut rows: Vec<(&T, &Seen)> = self.kept.iter().map(|((_, value), seen)| (value, seen)).collect();
        rows.sort_unstable_by(|(value, seen), (other, others)| others.count.cmp(&seen.count).then(value.cmp(other)));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(values: impl Iterator<Item = u64>, most: usize) -> Few<u64> {
        let mut few = Few { most, ..Few::default() };
        values.for_each(|value| few.add(value % 100, EventId { sec: value, milli: 0, serial: 0 }));
        few
    }

    fn shown(few: &Few<u64>) -> Vec<(u64, Seen)> {
        few.rows().into_iter().map(|(value, seen)| (*value, *seen)).collect()
    }

    #[test]
    fn what_is_kept_and_counted_does_not_depend_on_who_counts_what() {
        let whole = counted(0..1050, 10);
        assert_eq!((whole.rows().len(), whole.total.count), (10, 1050));
        assert!(whole.rows().iter().all(|(value, seen)| {
            seen.count == if **value < 50 { 11 } else { 10 } && seen.first.sec == **value && seen.last.sec >= 950
        }));
        for cut in [0, 1, 37, 500, 1049] {
            let mut parts = counted(cut..1050, 10);
            parts.merge(counted((0..cut).rev(), 10));
            assert_eq!((shown(&parts), parts.total), (shown(&whole), whole.total), "{cut}");
        }
    }

    #[test]
    fn rows_begin_with_the_most_frequent() {
        let few = counted([1, 2, 3, 2, 3, 3, 0, 0, 0].into_iter(), 100);
        assert_eq!(few.rows().iter().map(|(value, _)| **value).collect::<Vec<_>>(), [0, 3, 2, 1]);
    }
}
