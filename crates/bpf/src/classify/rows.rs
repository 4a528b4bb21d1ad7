//! Rows: sets of rules, each kept once.

use super::{CELLS_MAX, ClassifyError, ROWS_MAX};
use std::collections::HashMap;

/// A set of rules: bit *r* is the *r*-th rule of the exit list.
pub type RuleBits = Vec<u64>;

/// The rows so far, and where each is.
pub(super) struct Rows {
    pub(super) rows: Vec<RuleBits>,
    at: HashMap<RuleBits, u16>,
    most: usize,
    everyone: RuleBits,
}

impl Rows {
    /// With row 0, the empty one.
    pub(super) fn new(rules: usize, words: usize) -> Self {
        let empty = vec![0; words];
        let everyone = bits(words, (0..rules).map(|_| true));
        let most = (CELLS_MAX / words).min(ROWS_MAX);
        Self { rows: vec![empty.clone()], at: HashMap::from([(empty, 0)]), most, everyone }
    }

    /// The row of this set.
    pub(super) fn add(&mut self, row: RuleBits) -> Result<u16, ClassifyError> {
        if let Some(&at) = self.at.get(&row) {
            return Ok(at);
        }
        if self.rows.len() >= self.most {
            return Err(ClassifyError::TooManyValues);
        }
        let at = self.rows.len() as u16;
        self.rows.push(row.clone());
        self.at.insert(row, at);
        Ok(at)
    }

    /// All rules.
    pub(super) fn everyone(&self) -> RuleBits {
        self.everyone.clone()
    }

    /// No rule.
    pub(super) fn nobody(&self) -> RuleBits {
        vec![0; self.everyone.len()]
    }

    /// All rules but these.
    pub(super) fn without(&self, rules: impl IntoIterator<Item = usize>) -> RuleBits {
        let mut row = self.everyone();
        rules.into_iter().for_each(|rule| clear(&mut row, rule));
        row
    }

    /// Just these.
    pub(super) fn of(&self, rules: impl IntoIterator<Item = usize>) -> RuleBits {
        let mut row = self.nobody();
        rules.into_iter().for_each(|rule| set(&mut row, rule));
        row
    }
}

pub(super) fn bits(words: usize, flags: impl Iterator<Item = bool>) -> RuleBits {
    let mut bits = vec![0; words];
    flags.enumerate().filter(|&(_, flag)| flag).for_each(|(at, _)| set(&mut bits, at));
    bits
}

pub(super) fn set(bits: &mut RuleBits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

pub(super) fn clear(bits: &mut RuleBits, at: usize) {
    if let Some(word) = bits.get_mut(at / 64) {
        *word &= !(1 << (at % 64));
    }
}

/// Whether two sets have a rule in common.
pub(super) fn meet(one: &RuleBits, other: &RuleBits) -> bool {
    one.iter().zip(other).any(|(a, b)| a & b != 0)
}
