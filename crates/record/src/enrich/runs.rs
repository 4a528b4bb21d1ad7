//! Runs of fields and what they mean, remembered: ids that stand together are those of one task, whose records come in numbers.

use super::Identity;
use crate::Kind;

/// A run that was met.
#[derive(Clone, Debug)]
pub struct Run {
    kind: Kind,
    /// Of the machine that was known when it began depends what a system call's number means.
    before: u32,
    /// As it stands in the record, from its first name to its last value.
    pub text: Vec<u8>,
    /// The machine after it.
    pub machine: u32,
    /// Its translations, blanks between them.
    pub meaning: Vec<u8>,
}

/// The run met last of each kind of record and of first field, each in the place that these give it.
#[derive(Clone, Debug)]
pub struct Runs([Run; PLACES]);

/// As many as there are kinds of record in some events.
const PLACES: usize = 64;

impl Default for Runs {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Run {
            kind: Kind::UNNAMED,
            before: 0,
            text: Vec::new(),
            machine: 0,
            meaning: Vec::new(),
        }))
    }
}

impl Runs {
    fn place(kind: Kind, first: Identity) -> usize {
        (kind.0 as usize * 5 + first as usize) % PLACES
    }

    /// What is known of the run that a record goes on with.
    pub fn find(&self, kind: Kind, first: Identity, before: u32, rest: &[u8]) -> Option<&Run> {
        let run = self.0.get(Self::place(kind, first))?;
        let known = run.kind == kind && run.before == before && !run.text.is_empty();
        (known && rest.strip_prefix(&run.text[..]).is_some_and(|after| matches!(after, [] | [b' ', ..]))).then_some(run)
    }

    /// Remembers a run, instead of that in its place.
    pub fn remember(&mut self, kind: Kind, first: Identity, before: u32, text: &[u8], machine: u32, meaning: &[u8]) {
        let Some(run) = self.0.get_mut(Self::place(kind, first)) else { return };
        (run.kind, run.before, run.machine) = (kind, before, machine);
        text.clone_into(&mut run.text);
        meaning.clone_into(&mut run.meaning);
    }
}
