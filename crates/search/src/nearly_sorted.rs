//! A queue ordered by key, cheap because log events come almost in order.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// A min-queue: what comes in order costs O(1), only stragglers go through a heap.
#[derive(Debug)]
pub(crate) struct NearlySorted<T> {
    in_order: VecDeque<T>,
    stragglers: BinaryHeap<Reverse<T>>,
}

impl<T: Ord> Default for NearlySorted<T> {
    fn default() -> Self {
        Self { in_order: VecDeque::new(), stragglers: BinaryHeap::new() }
    }
}

impl<T: Ord> NearlySorted<T> {
    pub(crate) fn push(&mut self, item: T) {
        match self.in_order.back() {
            Some(last) if *last > item => self.stragglers.push(Reverse(item)),
            _ => self.in_order.push_back(item),
        }
    }

    /// All items, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.in_order.iter().chain(self.stragglers.iter().map(|Reverse(item)| item))
    }

    /// The lowest item.
    pub(crate) fn peek(&self) -> Option<&T> {
        match (self.in_order.front(), self.stragglers.peek()) {
            (Some(first), Some(Reverse(late))) => Some(first.min(late)),
            (first, late) => first.or(late.map(|Reverse(late)| late)),
        }
    }

    pub(crate) fn pop(&mut self) -> Option<T> {
        let straggler_first = match (self.in_order.front(), self.stragglers.peek()) {
            (Some(first), Some(Reverse(late))) => late < first,
            (first, _) => first.is_none(),
        };
        if straggler_first { self.stragglers.pop().map(|Reverse(item)| item) } else { self.in_order.pop_front() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pops_in_order_whatever_the_order_of_pushes() {
        let mut queue = NearlySorted::default();
        for n in [5, 1, 9, 7, 7, 2, 10, 3] {
            queue.push(n);
        }
        assert_eq!(queue.peek(), Some(&1));
        let mut popped = Vec::new();
        while let Some(n) = queue.pop() {
            popped.push(n);
        }
        assert_eq!(popped, [1, 2, 3, 5, 7, 7, 9, 10]);
    }
}
