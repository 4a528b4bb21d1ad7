//! Sets of 32-bit values: what a number must be for conditions to hold.

use crate::Op;

/// Values as intervals that ascend and do not touch, both ends included.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Values(Vec<(u32, u32)>);

impl Values {
    /// Every value.
    pub(super) fn all() -> Self {
        Self(vec![(0, u32::MAX)])
    }

    /// The values for which `op value` holds; `None` for questions about bits, which intervals do not answer.
    pub(super) fn of(op: Op, value: u32) -> Option<Self> {
        let below = value.checked_sub(1).map(|last| (0, last));
        let above = value.checked_add(1).map(|first| (first, u32::MAX));
        Some(Self(match op {
            Op::Eq => vec![(value, value)],
            Op::Ne => below.into_iter().chain(above).collect(),
            Op::Lt => below.into_iter().collect(),
            Op::Le => vec![(0, value)],
            Op::Gt => above.into_iter().collect(),
            Op::Ge => vec![(value, u32::MAX)],
            Op::BitMask | Op::BitTest => return None,
        }))
    }

    /// Just these.
    pub(super) fn only(values: &[u32]) -> Self {
        Self(values.iter().map(|&value| (value, value)).collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value, when there is just one.
    pub(super) fn single(&self) -> Option<u32> {
        match self.0.as_slice() {
            [(low, high)] if low == high => Some(*low),
            _ => None,
        }
    }

    pub(super) fn contains(&self, value: u32) -> bool {
        self.0.iter().any(|&(low, high)| (low..=high).contains(&value))
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for &(low, high) in &self.0 {
            let cut = other.0.iter().map(|&(l, h)| (l.max(low), h.min(high)));
            both.extend(cut.filter(|(l, h)| l <= h));
        }
        Self(both)
    }

    /// Whether every value is also in `other`.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.0.iter().all(|&(low, high)| other.0.iter().any(|&(l, h)| l <= low && high <= h))
    }

    /// Whether `op value` holds for every one of them.
    pub(super) fn imply(&self, op: Op, value: u32) -> bool {
        match Self::of(op, value) {
            Some(wanted) => self.within(&wanted),
            None => self.0.iter().all(|&(low, high)| low == high && op.holds(low, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPS: [Op; 8] = [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::BitMask, Op::BitTest];
    const EDGES: [u32; 8] = [0, 1, 2, 5, 999, 1000, u32::MAX - 1, u32::MAX];

    #[test]
    fn holds_what_the_operator_says() {
        for (op, value, fact) in OPS.into_iter().flat_map(|op| EDGES.map(|v| EDGES.map(|f| (op, v, f)))).flatten() {
            if let Some(values) = Values::of(op, value) {
                assert_eq!(values.contains(fact), op.holds(fact, value), "{fact} {op:?} {value}");
            }
        }
    }

    #[test]
    fn implication_is_never_wrong() {
        for (op, value) in OPS.into_iter().flat_map(|op| EDGES.map(|v| (op, v))) {
            let Some(one) = Values::of(op, value) else { continue };
            for (other, limit) in OPS.into_iter().flat_map(|op| EDGES.map(|v| (op, v))) {
                let claimed = one.imply(other, limit);
                let counter = EDGES.into_iter().find(|&fact| one.contains(fact) && !other.holds(fact, limit));
                assert!(!claimed || counter.is_none(), "{op:?} {value} => {other:?} {limit}: {counter:?}");
            }
        }
        let range = |low, high| Values::of(Op::Ge, low).unwrap().and(&Values::of(Op::Le, high).unwrap());
        assert!(range(5, 9).imply(Op::Ne, 4) && range(5, 9).imply(Op::Lt, 10) && !range(5, 9).imply(Op::Lt, 9));
        assert!(range(9, 5).is_empty() && Values::of(Op::Lt, 0).unwrap().is_empty());
        assert!(range(6, 6).imply(Op::BitTest, 2) && !range(6, 7).imply(Op::BitTest, 2));
        assert!(Values::only(&[1, 2]).within(&Values::all()));
    }
}
