//! Fields that come again, and are known without being split.

use crate::field::{Field, Fields, skip_blanks};

/// No longer ones are noted: a forged one must not cost memory.
const LONGEST_MET: usize = 512;

/// A field as it stood in a body: many come again in the next record, and need not be split again.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// From its name to the end of its value, with what stands around it.
    text: Vec<u8>,
    /// Whether it began inside `msg='...'`.
    before: bool,
    /// Whether it ended there.
    after: bool,
}

impl Fields<'_> {
    /// Whether a field comes next that stands as this one did, where it had the same meaning to the reader.
    pub fn is_next(&self, met: &Met) -> bool {
        let rest = skip_blanks(self.rest);
        let is_same = met.before == self.inside && rest.starts_with(&met.text) && !met.text.is_empty();
        // the value must end where it did
        is_same && matches!(rest.get(met.text.len()), None | Some(b' '))
    }

    /// Passes over a field that comes next ([`is_next`](Self::is_next)).
    pub fn pass(&mut self, met: &Met) {
        let rest = skip_blanks(self.rest);
        self.rest = rest.get(met.text.len()..).unwrap_or_default();
        self.inside = met.after;
    }

    /// Notes the field just read, to know it again; `before` are the fields as they were before it.
    pub fn note(&self, before: &Self, field: &Field<'_>, met: &mut Met) {
        let text = skip_blanks(before.rest);
        let text = text.get(..text.len() - self.rest.len()).unwrap_or_default();
        // a quote that never closes is a matter of all that follows
        let is_closed = match field.value {
            [quote @ (b'"' | b'\''), .., last] => quote == last,
            [b'{', .., last] => *last == b'}',
            [b'"' | b'\'' | b'{'] => false,
            _ => true,
        };
        met.text.clear();
        if is_closed && text.len() <= LONGEST_MET {
            met.text.extend_from_slice(text);
        }
        (met.before, met.after) = (before.inside, self.inside);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Part;
    use proptest::prelude::*;

    proptest! {
        /// Whatever was met before, a field that comes next is passed over just as it is read.
        #[test]
        fn a_field_that_was_met_is_passed_over_to_the_same_place(
            first in "(msg='|[a=' \"{},()])[a=' \"{},()]{0,12}",
            second in "(msg='|[a=' \"{},()])[a=' \"{},()]{0,12}",
            same in 0_usize..12,
        ) {
            let second = format!("{}{second}", first.get(..same.min(first.len())).unwrap());
            let mut fields = Fields::new(first.as_bytes());
            loop {
                let before = fields.clone();
                let Some(part) = fields.next_part() else { break };
                let Part::Field(field) = part else { continue };
                let mut met = Met::default();
                fields.note(&before, &field, &mut met);
                let mut others = Fields::new(second.as_bytes());
                while !others.rest().is_empty() {
                    let is_next = others.is_next(&met);
                    let mut passing = others.clone();
                    let Some(part) = others.next_part() else { break };
                    if is_next {
                        passing.pass(&met);
                        prop_assert_eq!(part, Part::Field(field));
                        prop_assert_eq!((passing.rest(), passing.inside), (others.rest(), others.inside));
                    }
                }
            }
        }
    }
}
