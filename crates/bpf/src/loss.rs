//! Why an event is lost, and whose are lost last.

use crate::classify::{Policy, RULES_MAX, RuleBits};

/// A reason. All but the last are `enum loss` of bpf/event.h, in its order.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Loss {
    /// The ring buffer was full.
    Ring,
    /// What was free of it is for critical rules.
    Shed,
    /// No buffer was free to build the event in.
    Scratch,
    /// The event outgrew its buffer.
    Size,
    /// Calls or names that could not be remembered between entry and exit.
    State,
    /// Calls that could not be judged, because the rules changed again and again meanwhile.
    Policy,
    /// Runs the kernel skipped because the program was already running on the CPU. Of several copies,
    /// what was skipped of the one that was skipped least: all of them together were not skipped more often.
    Missed,
}

impl Loss {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Ring, Self::Shed, Self::Scratch, Self::Size, Self::State, Self::Policy, Self::Missed];
    /// Those that come after a rule has matched, and are counted for each: the first of them.
    pub const RULED: usize = 4;
    /// Those that the programs count.
    pub(crate) const COUNTED: usize = 6;

    /// Its name, wherever it is shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Shed => "shed",
            Self::Scratch => "scratch",
            Self::Size => "size",
            Self::State => "state",
            Self::Policy => "policy",
            Self::Missed => "missed",
        }
    }

    /// Whether the rule is known by then.
    pub fn has_rule(self) -> bool {
        (self as usize) < Self::RULED
    }
}

/// How much was lost, by reason.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Lost([u64; Loss::ALL.len()]);

impl Lost {
    /// For this reason.
    pub fn of(&self, reason: Loss) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    /// Adds to a reason.
    pub fn add(&mut self, reason: Loss, count: u64) {
        if let Some(sum) = self.0.get_mut(reason as usize) {
            *sum += count;
        }
    }

    /// For any reason.
    pub fn sum(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Reason by reason, those that cost nothing too.
    pub fn each(&self) -> impl Iterator<Item = (Loss, u64)> {
        Loss::ALL.into_iter().zip(self.0)
    }

    /// Both together.
    #[must_use]
    pub fn plus(mut self, other: Self) -> Self {
        other.each().for_each(|(reason, count)| self.add(reason, count));
        self
    }

    /// What is more than there was before.
    #[must_use]
    pub fn since(self, before: Self) -> Self {
        let mut more = Self::default();
        for (reason, count) in self.each() {
            more.add(reason, count.saturating_sub(before.of(reason)));
        }
        more
    }
}

/// Which rules' events have a part of the ring for themselves, by their keys.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Critical {
    /// A rule with one of these keys is critical.
    pub keys: Vec<String>,
    /// Percent of the ring that others leave free. Unless a rule is critical, there is no such share.
    pub share: u32,
}

/// What the programs are told of it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Reserve {
    /// The critical rules.
    pub rules: RuleBits,
    /// Bytes of the ring that other events may fill; 0 where no rule is critical.
    pub others: u32,
}

impl Reserve {
    /// Whether one of a row's rules is critical.
    pub(crate) fn names(&self, policy: &Policy, row: u16) -> bool {
        let row = policy.rows.get(usize::from(row)).into_iter().flatten();
        self.others != 0 && row.zip(&self.rules).any(|(a, b)| a & b != 0)
    }
}

impl Critical {
    fn has(&self, keys: &[u8]) -> bool {
        // of a rule with several keys they are one text (AUDIT_KEY_SEPARATOR)
        keys.split(|&b| b == 1).any(|key| self.keys.iter().any(|critical| critical.as_bytes() == key))
    }

    /// For rules with these keys, and a ring of this size.
    pub(crate) fn reserve(&self, keys: &[Option<Vec<u8>>], ring_size: u32) -> Reserve {
        let mut rules = vec![0; RULES_MAX / 64];
        let mut others = 0;
        let free = |share: u32| ring_size - (u64::from(ring_size) * u64::from(share.min(100)) / 100) as u32;
        for (at, _) in keys.iter().enumerate().filter(|(_, key)| key.as_deref().is_some_and(|key| self.has(key))) {
            if let Some(word) = rules.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
            // with no share, others are still to be told apart
            others = if self.share == 0 { u32::MAX } else { free(self.share).max(1) };
        }
        Reserve { rules, others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::skel;

    #[test]
    fn reasons_are_those_of_the_programs() {
        let names =
            ["LOSS_RING", "LOSS_SHED", "LOSS_SCRATCH", "LOSS_TOO_BIG", "LOSS_STATE", "LOSS_POLICY", "LOSS_COUNT"];
        for (reason, name) in Loss::ALL.into_iter().zip(names) {
            assert_eq!(skel::enum_value("loss", name), Some(reason as u32), "{name}");
        }
        assert_eq!(skel::enum_value("loss", "LOSS_RULED"), Some(Loss::RULED as u32));
        assert_eq!(Loss::Missed as usize, Loss::COUNTED);
    }

    #[test]
    fn a_rule_with_any_critical_key_is_critical_and_without_one_nothing_is_reserved() {
        let keys = |texts: &[&str]| -> Vec<_> { texts.iter().map(|t| Some(t.as_bytes().to_vec())).collect() };
        let critical = Critical { keys: vec!["identity".into(), "exec".into()], share: 25 };
        let reserve = critical.reserve(&keys(&["net", "exec", "file\u{1}identity", "execs", "identit"]), 1 << 16);
        assert_eq!((reserve.rules[0], reserve.others), (0b110, 3 << 14));
        assert_eq!(critical.reserve(&[None, Some(b"net".to_vec())], 1 << 16).others, 0);
        let far = vec![None; 100].into_iter().chain(keys(&["exec"])).collect::<Vec<_>>();
        assert_eq!(critical.reserve(&far, 1 << 31).rules[1], 1 << 36);
        assert_eq!(critical.reserve(&far, 1 << 31).others, 3 << 29);
        assert_eq!(Critical { share: 0, ..critical }.reserve(&far, 1 << 16).others, u32::MAX);
        assert_eq!(Critical::default().reserve(&far, 1 << 16).others, 0);
    }
}
