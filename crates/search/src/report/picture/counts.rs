//! How often each text came, in little memory.

use crate::report::texts::Texts;

/// So many different texts are told apart,
const MOST: usize = 1 << 20;
/// of so many bytes in all. What comes after is counted together.
const MOST_BYTES: usize = 64 << 20;

/// How often something came.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Count {
    /// How many events had it.
    pub(crate) events: u64,
    /// How many of them failed.
    pub(crate) failed: u64,
    /// The second of the last of them.
    pub(crate) last: u64,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.events += other.events;
        self.failed += other.failed;
        self.last = self.last.max(other.last);
    }
}

/// Counts texts.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    texts: Texts<Count>,
    others: Count,
}

impl Counts {
    /// Counts a text so many times more.
    pub(crate) fn add(&mut self, text: &[u8], count: Count) {
        let has_room = self.texts.len() < MOST && text.len() <= MOST_BYTES.saturating_sub(self.texts.bytes());
        let place = if has_room { self.texts.value(text) } else { self.texts.known(text) };
        place.unwrap_or(&mut self.others).add(count);
    }

    /// Counts what another counted, too.
    pub(crate) fn merge(&mut self, other: &Self) {
        other.texts.iter().for_each(|(text, count)| self.add(text, *count));
        self.others.add(other.others);
    }

    /// How many different texts there were.
    pub(crate) fn distinct(&self) -> usize {
        self.texts.len()
    }

    /// What is not told apart any more.
    pub(crate) fn others(&self) -> Count {
        self.others
    }

    /// So many at most, the most frequent first, those that are equally frequent by their text.
    pub(crate) fn top(&self, most: usize) -> Vec<(&[u8], Count)> {
        let mut all: Vec<(&[u8], &Count)> = self.texts.iter().collect();
        let order = |one: &(&[u8], &Count), other: &(&[u8], &Count)| {
            other.1.events.cmp(&one.1.events).then_with(|| one.0.cmp(other.0))
        };
        if all.len() > most {
            all.select_nth_unstable_by(most, order);
            all.truncate(most);
        }
        all.sort_unstable_by(order);
        all.into_iter().map(|(text, count)| (text, *count)).collect()
    }
}

/// Makes one text of several, and gives it back.
pub(crate) fn join(parts: &[&[u8]], whole: &mut Vec<u8>) {
    whole.clear();
    for part in parts {
        whole.extend_from_slice(&u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
        whole.extend_from_slice(part);
    }
}

/// The texts that [`join`] made one.
pub(crate) fn split(whole: &[u8]) -> Vec<&[u8]> {
    let mut rest = whole;
    let part = || {
        let (len, after) = rest.split_first_chunk::<4>()?;
        let (part, after) = after.split_at_checked(u32::from_le_bytes(*len) as usize)?;
        rest = after;
        Some(part)
    };
    std::iter::from_fn(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn once(last: u64, failed: bool) -> Count {
        Count { events: 1, failed: u64::from(failed), last }
    }

    #[test]
    fn the_most_frequent_first_then_by_text() {
        let mut counts = Counts::default();
        for (second, text) in ["b", "a", "c", "c", "", "d"].into_iter().enumerate() {
            counts.add(text.as_bytes(), once(second as u64, text == "c"));
        }
        assert_eq!(counts.distinct(), 5);
        let top = counts.top(3);
        assert_eq!(top.iter().map(|(text, _)| *text).collect::<Vec<_>>(), [&b"c"[..], b"", b"a"]);
        assert_eq!(top[0].1, Count { events: 2, failed: 2, last: 3 });
        assert_eq!(counts.top(99).len(), 5);
    }

    #[test]
    fn what_is_too_much_is_counted_together() {
        let mut counts = Counts::default();
        counts.add(b"a", once(1, false));
        counts.add(&vec![0; MOST_BYTES], once(2, true));
        counts.add(b"a", once(3, false));
        assert_eq!((counts.distinct(), counts.others()), (1, once(2, true)));
        for number in 0..MOST + 10 {
            counts.add(&number.to_le_bytes(), once(4, false));
        }
        assert_eq!((counts.distinct(), counts.others().events), (MOST, 12));
    }

    #[test]
    fn it_does_not_matter_who_counted_what() {
        let (mut whole, mut parts) = (Counts::default(), [Counts::default(), Counts::default()]);
        for number in 0..1000_u64 {
            let text = (number * number % 97).to_string();
            whole.add(text.as_bytes(), once(number, number % 3 == 0));
            parts[usize::from(number % 7 > 3)].add(text.as_bytes(), once(number, number % 3 == 0));
        }
        let [one, mut other] = parts;
        other.merge(&one);
        assert_eq!(whole.top(50), other.top(50));
        assert_eq!(whole.distinct(), other.distinct());
    }

    #[test]
    fn several_texts_in_one() {
        let mut whole = vec![1];
        for parts in [vec![], vec![&b""[..]], vec![b"a\0", b"", b"b"]] {
            join(&parts, &mut whole);
            assert_eq!(split(&whole), parts);
        }
        assert_eq!(split(b"\xff\xff\xff\xffx"), Vec::<&[u8]>::new());
    }
}
