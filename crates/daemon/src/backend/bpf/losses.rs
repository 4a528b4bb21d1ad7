//! What was lost, for the log itself: once a second records of the daemon's own say how many events, of which rule's key, and why.

use crate::event::Stamps;
use crate::say;
use crate::work::{Outbox, Work};
use raudit_bpf::loss::{Loss, Lost};
use raudit_record::Records;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// So long after a look for losses the next follows. The first of a series is told as late, too.
const LOOK: Duration = Duration::from_secs(1);
/// What the kernel skipped is asked of each program: less often.
const FULL_LOOK: u32 = 10;
/// Keys told of one by one, for each reason; the others are one record.
const KEYS: usize = 8;

/// Whose events.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Whose {
    /// Of rules with this key.
    Key(Vec<u8>),
    /// Of rules without a key, or that are gone too long.
    Keyless,
    /// No rule had matched.
    NoRule,
}

/// Losses that are not in the log yet.
#[derive(Debug)]
pub(super) struct Losses {
    unsaid: BTreeMap<(Loss, Whose), u64>,
    /// What is known of the programs that run, as far as it went into `unsaid`.
    seen: Lost,
    stamps: Stamps,
    next: Instant,
    looks: u32,
    /// For the system log: all that were told here, and how many there were when it was last told.
    told: u64,
    complained: u64,
}

impl Losses {
    pub(super) fn new() -> Self {
        Self {
            unsaid: BTreeMap::new(),
            seen: Lost::default(),
            stamps: Stamps::new(),
            next: Instant::now() + LOOK,
            looks: 0,
            told: 0,
            complained: 0,
        }
    }

    /// When to look next.
    pub(super) fn due(&self) -> Instant {
        self.next
    }

    /// Whether it is time to look, and then whether at what the kernel skipped as well.
    pub(super) fn begin_look(&mut self) -> Option<bool> {
        let now = Instant::now();
        if now < self.next {
            return None;
        }
        self.next = now + LOOK;
        self.looks = self.looks.wrapping_add(1);
        Some(self.looks.is_multiple_of(FULL_LOOK))
    }

    /// Whether events of rules were lost that have not been added yet.
    pub(super) fn is_behind(&self, now: &Lost) -> bool {
        now.each().any(|(reason, count)| reason.has_rule() && count > self.seen.of(reason))
    }

    /// Events of a rule were lost.
    pub(super) fn add(&mut self, reason: Loss, key: Option<&[u8]>, count: u64) {
        let whose = key.map_or(Whose::Keyless, |key| Whose::Key(key.to_vec()));
        self.seen.add(reason, count);
        *self.unsaid.entry((reason, whose)).or_default() += count;
    }

    /// Adds what was lost before a rule had matched. While programs run, an event may be in the sum and not yet in its rule's count:
    /// for reasons that have a rule, the rules' counts are believed. In the end all is told: `last`.
    pub(super) fn add_rest(&mut self, now: &Lost, last: bool) {
        for (reason, count) in
            now.since(self.seen).each().filter(|(reason, count)| *count > 0 && (last || !reason.has_rule()))
        {
            let whose = if reason.has_rule() { Whose::Keyless } else { Whose::NoRule };
            self.seen.add(reason, count);
            *self.unsaid.entry((reason, whose)).or_default() += count;
        }
        if last {
            self.seen = Lost::default();
        }
    }

    /// Writes what was not said yet. If the writer is busy the next look does, unless it is the last.
    pub(super) fn tell(&mut self, work: &Outbox, last: bool) {
        if self.unsaid.is_empty() {
            return;
        }
        let records = Work::Records(self.records());
        if !(if last { work.send(records) } else { work.try_send(records) }) {
            return;
        }
        self.told += std::mem::take(&mut self.unsaid).into_values().sum::<u64>();
        // not a line for each second: at powers of two
        if self.told >= self.complained.max(1) * 2 || self.complained == 0 {
            self.complained = self.told;
            say::warning(format!(
                "{} events were lost so far; rauditctl -s says why, rauditctl -l --stats of which rules",
                self.told
            ));
        }
    }

    fn records(&mut self) -> Records {
        let mut bodies = Vec::new();
        for reason in Loss::ALL {
            let mut of_reason: Vec<_> = self
                .unsaid
                .iter()
                .filter(|((r, _), _)| *r == reason)
                .map(|((_, whose), count)| (whose, *count))
                .collect();
            of_reason.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let others = of_reason.split_off(of_reason.len().min(KEYS));
            bodies.extend(of_reason.into_iter().map(|(whose, count)| (reason, count, field(whose))));
            if !others.is_empty() {
                let count = others.iter().map(|(_, count)| count).sum();
                bodies.push((reason, count, format!(" keys={}", others.len()).into_bytes()));
            }
        }
        bodies.into_iter().map(|(reason, count, whose)| self.stamps.lost(reason.name(), count, &whose)).collect()
    }
}

/// The field of a record that says whose events they were.
fn field(whose: &Whose) -> Vec<u8> {
    match whose {
        Whose::NoRule => Vec::new(),
        Whose::Keyless => b" key=(null)".to_vec(),
        Whose::Key(key) => {
            let mut field = b" key=".to_vec();
            raudit_record::text::push_untrusted(&mut field, key);
            field
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::channel;

    fn told(losses: &mut Losses, last: bool) -> Vec<String> {
        let (outbox, inbox) = channel();
        losses.tell(&outbox, last);
        drop(outbox);
        let mut lines = Vec::new();
        while let Some(Work::Records(records)) = inbox.next() {
            for (kind, text) in records.iter() {
                assert_eq!(kind, raudit_record::Kind::DAEMON_ERR);
                let text = String::from_utf8(text.to_vec()).unwrap();
                let body = text.split_once("op=events-lost ").unwrap().1;
                lines.push(body.split_once(" auid=").unwrap().0.to_owned());
            }
        }
        lines
    }

    fn lost(counts: &[(Loss, u64)]) -> Lost {
        let mut lost = Lost::default();
        counts.iter().for_each(|&(reason, count)| lost.add(reason, count));
        lost
    }

    #[test]
    fn what_was_lost_is_told_once_by_reason_and_key() {
        let mut losses = Losses::new();
        let sums = lost(&[(Loss::Ring, 9), (Loss::State, 2)]);
        assert!(losses.is_behind(&sums));
        losses.add(Loss::Ring, Some(b"a key"), 5);
        losses.add(Loss::Ring, None, 1);
        losses.add_rest(&sums, false);
        assert_eq!(
            told(&mut losses, false),
            ["reason=ring lost=5 key=61206B6579", "reason=ring lost=1 key=(null)", "reason=state lost=2"]
        );
        assert!(told(&mut losses, false).is_empty());
        // three are in the sum alone: events under way, or of rules that are forgotten
        assert!(losses.is_behind(&sums));
        losses.add_rest(&sums, true);
        assert_eq!(told(&mut losses, true), ["reason=ring lost=3 key=(null)"]);
        // the next programs count from 0
        losses.add_rest(&lost(&[(Loss::Missed, 4)]), true);
        assert_eq!(told(&mut losses, true), ["reason=missed lost=4"]);
    }

    #[test]
    fn many_keys_take_few_records_and_the_numbers_add_up() {
        let mut losses = Losses::new();
        (1..=100u64).for_each(|n| losses.add(Loss::Shed, Some(format!("key{n}").as_bytes()), n));
        let lines = told(&mut losses, false);
        assert_eq!((lines.len(), lines[0].as_str()), (9, "reason=shed lost=100 key=\"key100\""));
        assert_eq!(lines[8], format!("reason=shed lost={} keys=92", (1..=92).sum::<u64>()));
    }

    #[test]
    fn a_busy_writer_is_not_waited_for() {
        let mut losses = Losses::new();
        let (outbox, inbox) = channel();
        while outbox.try_send(Work::Rotate) {}
        losses.add(Loss::Ring, None, 7);
        losses.tell(&outbox, false);
        drop((outbox, inbox));
        assert_eq!(told(&mut losses, false), ["reason=ring lost=7 key=(null)"]);
    }
}
