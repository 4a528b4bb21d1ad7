//! The one shape all tables have.

/// Number and name pairs, sorted by number.
///
/// Number to name is the hot direction (rendering, interpreting): binary search. Name to number is cold (parsing a rule
/// or an option): a scan.
#[derive(Debug)]
pub struct Table {
    entries: &'static [(u32, &'static str)],
}

impl Table {
    /// A table over `entries`, which must be sorted by number; a test in each table's file says so.
    pub const fn new(entries: &'static [(u32, &'static str)]) -> Self {
        Self { entries }
    }

    /// The name of `number`; the first one where a number has several.
    pub fn name(&self, number: u32) -> Option<&'static str> {
        let at = self.first(number);
        self.entries.get(at).filter(|&&(n, _)| n == number).map(|&(_, name)| name)
    }

    /// Where `number` stands, or would stand.
    fn first(&self, number: u32) -> usize {
        // as far as there is neither a gap nor a second name, as in tables of system calls, a number's place is the number
        let at = number as usize;
        let is = |at: usize, number| self.entries.get(at).is_some_and(|&(n, _)| n == number);
        if is(at, number) && (at == 0 || is(at - 1, number - 1)) {
            return at;
        }
        self.entries.partition_point(|&(n, _)| n < number)
    }

    /// The number of `name`, compared exactly.
    pub fn number(&self, name: &str) -> Option<u32> {
        self.entries.iter().find(|&&(_, n)| n == name).map(|&(number, _)| number)
    }

    /// All pairs, ascending by number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &'static str)> + '_ {
        self.entries.iter().copied()
    }

    /// True when numbers ascend: what [`name`](Self::name) relies on.
    pub fn is_sorted(&self) -> bool {
        self.entries.is_sorted_by_key(|&(number, _)| number)
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    static DENSE: Table = Table::new(&[(0, "zero"), (1, "one"), (2, "two"), (2, "zwei"), (3, "three"), (4, "four")]);
    static T: Table = Table::new(&[(1, "one"), (2, "two"), (2, "zwei"), (9, "nine")]);

    #[test]
    fn finds_both_ways() {
        assert_eq!(T.name(2), Some("two"));
        assert_eq!(T.number("zwei"), Some(2));
        assert_eq!(T.name(1), Some("one"));
        assert_eq!(T.name(9), Some("nine"));
        assert_eq!(T.name(3), None);
        assert_eq!(T.name(10), None);
        assert!(T.is_sorted());
        for (number, name) in [(0, "zero"), (1, "one"), (2, "two"), (3, "three"), (4, "four")] {
            assert_eq!(DENSE.name(number), Some(name));
        }
        assert_eq!(DENSE.name(5), None);
    }
}
