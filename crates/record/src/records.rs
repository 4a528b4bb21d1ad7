//! Records in one piece of memory: what sources hand to the writer.

use crate::{Kind, Message};

/// Some records, in order. Filled, handed over and filled again: once it is warm, a record takes no memory of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Records {
    text: Vec<u8>,
    /// Of each record its type, and where its text ends.
    ends: Vec<(Kind, usize)>,
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Bytes of all texts.
    pub fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Forgets them, and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Appends a record whose text `write` appends to what it is given, and does nothing else to it.
    pub fn write(&mut self, kind: Kind, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.text.len();
        write(&mut self.text);
        debug_assert!(self.text.len() >= start);
        self.ends.push((kind, self.text.len()));
    }

    /// Appends a record with this text: see [`Message::text`].
    pub fn push(&mut self, kind: Kind, text: &[u8]) {
        self.write(kind, |out| out.extend_from_slice(text));
    }

    /// Type and text of each.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &[u8])> {
        let mut start = 0;
        self.ends.iter().map(move |&(kind, end)| {
            let text = self.text.get(start..end).unwrap_or_default();
            start = end;
            (kind, text)
        })
    }

    /// Each as a message of its own.
    pub fn messages(&self) -> Vec<Message> {
        self.iter().map(|(kind, text)| Message { kind, text: text.to_vec() }).collect()
    }

    /// Takes back those records from the `from`th on that `keep` does not want.
    pub fn retain_from(&mut self, from: usize, mut keep: impl FnMut(Kind, &[u8]) -> bool) {
        let end_of =
            |ends: &[(Kind, usize)], at: usize| at.checked_sub(1).and_then(|at| ends.get(at)).map_or(0, |e| e.1);
        let from = from.min(self.ends.len());
        let mut kept = from;
        let (mut start, mut to) = (end_of(&self.ends, from), end_of(&self.ends, from));
        for at in from..self.ends.len() {
            let Some(&(kind, end)) = self.ends.get(at) else { break };
            if self.text.get(start..end).is_some_and(|text| keep(kind, text)) {
                self.text.copy_within(start..end, to);
                to += end - start;
                if let Some(slot) = self.ends.get_mut(kept) {
                    *slot = (kind, to);
                    kept += 1;
                }
            }
            start = end;
        }
        self.ends.truncate(kept);
        self.text.truncate(to);
    }
}

impl From<Message> for Records {
    fn from(message: Message) -> Self {
        Self { ends: vec![(message.kind, message.text.len())], text: message.text }
    }
}

impl FromIterator<Message> for Records {
    fn from_iter<I: IntoIterator<Item = Message>>(messages: I) -> Self {
        let mut records = Self::default();
        messages.into_iter().for_each(|message| records.push(message.kind, &message.text));
        records
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn listed(records: &Records) -> Vec<(Kind, Vec<u8>)> {
        records.iter().map(|(kind, text)| (kind, text.to_vec())).collect()
    }

    proptest! {
        #[test]
        fn what_is_pushed_is_there_and_what_is_not_kept_is_not(
            texts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..9), 0..9),
            from in 0_usize..10,
            odd: bool,
        ) {
            let mut all: Vec<_> = texts.into_iter().enumerate().map(|(n, text)| (Kind(n as u32), text)).collect();
            let mut records = Records::default();
            all.iter().for_each(|(kind, text)| records.push(*kind, text));
            prop_assert_eq!(listed(&records), all.clone());
            records.retain_from(from, |kind, _| (kind.0 % 2 == 1) == odd);
            all.retain(|(kind, _)| (kind.0 as usize) < from || (kind.0 % 2 == 1) == odd);
            prop_assert_eq!(listed(&records), all.clone());
            prop_assert_eq!(records.bytes(), all.iter().map(|(_, text)| text.len()).sum::<usize>());
            records.push(Kind(77), b"last");
            prop_assert_eq!(records.iter().last(), Some((Kind(77), &b"last"[..])));
        }
    }
}
