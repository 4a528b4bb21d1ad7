//! From lines to events: which records belong together, when an event is whole, and in which order events come out.
//!
//! Records of one event have the same time, serial and node, but events of several processors interleave in the log
//! and the kernel does not say which record is an event's last one. As in ausearch:
//!
//! * an event whose first record is of a type that comes alone is whole at once;
//! * any other is whole when a *new* event is at least `end_of_event_timeout` seconds younger, or at the end of the logs;
//! * events come out by (time, serial), so an open event holds back all younger ones.
//!
//! ausearch looks through all open events for every line and so takes quadratic time in a dense log; here a hash finds
//! an event's records and two queues its end. Memory is bounded by the events of one timeout, and those by [`MAX_OPEN`].

use crate::event::Event;
use crate::id_hash::IdHash;
use crate::nearly_sorted::NearlySorted;
use raudit_record::stamp::Stamp;
use raudit_record::{EventId, Kind};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::hash::{BuildHasher, RandomState};

/// Bytes kept for events that are not whole yet, with what each costs beside its text. Beyond, the oldest one counts as whole: a clock that stands
/// still, a dense or a forged log must not cost unbounded memory. An event's records are never so far apart, unless it was forged.
pub const MAX_OPEN: usize = 16 << 20;

/// What an event costs beside its text, and a record: places in tables.
const EVENT: usize = 256;
const RECORD: usize = 48;

/// Events kept for reuse of their memory, and how much memory that may be.
const MAX_SPARE: usize = 256;
const MAX_SPARE_EVENT: usize = 8 << 10;

/// Puts lines together to events.
#[derive(Debug)]
pub struct Grouper {
    timeout: u64,
    /// See [`Grouper::early`].
    early: bool,
    max_open: usize,
    slots: Vec<Slot>,
    /// Unused slots. The lowest is taken first because events that tie in time and serial come out in order of slots.
    free: BinaryHeap<Reverse<usize>>,
    open: HashMap<(EventId, u64), usize, IdHash>,
    /// All events held, in order of coming out.
    order: NearlySorted<(EventId, usize)>,
    /// Events that wait for a younger one. Entries of events whole for another reason are stale.
    waiting: NearlySorted<(u64, u64, usize)>,
    nodes: RandomState,
    /// The event of the last line: records of one event mostly follow each other.
    last: Option<usize>,
    held: usize,
    /// Whole events not handed out yet.
    ready: usize,
    births: u64,
    spare: Vec<Event>,
    /// The file that is being read.
    file: usize,
}

#[derive(Debug, Default)]
struct Slot {
    event: Event,
    /// See [`Grouper::node`].
    node: u64,
    whole: bool,
    /// Tells the present user of the slot from earlier ones.
    birth: u64,
}

impl Grouper {
    /// `timeout` is `end_of_event_timeout` in seconds.
    pub fn new(timeout: u64) -> Self {
        Self {
            timeout,
            early: false,
            max_open: MAX_OPEN,
            slots: Vec::new(),
            free: BinaryHeap::new(),
            open: HashMap::default(),
            order: NearlySorted::default(),
            waiting: NearlySorted::default(),
            nodes: RandomState::new(),
            last: None,
            held: 0,
            ready: 0,
            births: 0,
            spare: Vec::new(),
            file: 0,
        }
    }

    /// Events are whole as soon as a record says so, as for auparse: one that comes last, or LOGIN, of which what follows is an event of its own.
    pub(crate) fn early(&mut self) {
        self.early = true;
    }

    /// How many events have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.births
    }

    /// Whether one of the first `begun` events is held.
    pub(crate) fn holds_any_of(&self, begun: u64) -> bool {
        self.order.iter().any(|&(_, at)| self.slots.get(at).is_some_and(|slot| slot.birth <= begun))
    }

    /// As if nothing had been added, but for the count of events.
    pub(crate) fn forget(&mut self) {
        while let Some((_, at)) = self.order.pop() {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.whole = true;
            }
            self.free.push(Reverse(at));
        }
        self.open.clear();
        self.waiting = NearlySorted::default();
        (self.last, self.held, self.ready) = (None, 0, 0);
    }

    /// From now on lines come from this file.
    pub fn read_from(&mut self, file: usize) {
        self.file = file;
    }

    /// Adds the record in `line`.
    #[inline]
    pub fn add(&mut self, stamp: &Stamp<'_>, line: &[u8]) {
        if let Some(at) = self.find(stamp) {
            if let Some(slot) = self.slots.get_mut(at) {
                slot.event.push(stamp.kind, line);
                self.held += line.len() + 1 + RECORD;
                let birth = slot.birth;
                if self.ends_early(stamp.kind) {
                    self.close(at, birth);
                }
            }
        } else if stamp.kind != Kind::EOE {
            // An end of event without the event is nothing, and is no new event for others either.
            self.begin(stamp, line);
            self.held += line.len() + 1 + RECORD + stamp.node.len() + EVENT;
        }
        if self.held > self.max_open {
            self.close_oldest();
        }
    }

    /// Whether an event is whole; an older one may still be open.
    #[inline]
    pub(crate) fn has_ready(&self) -> bool {
        self.ready > 0
    }

    /// The next event that is whole, if no older one is still open.
    pub fn pop(&mut self) -> Option<Event> {
        // one large record may be worth many small events
        if self.held > self.max_open {
            self.close_oldest();
        }
        if self.ready == 0 {
            return None;
        }
        let &(_, at) = self.order.peek()?;
        let slot = self.slots.get_mut(at).filter(|slot| slot.whole)?;
        let mut event = std::mem::replace(&mut slot.event, self.spare.pop().unwrap_or_default());
        event.read = self.file;
        let _popped = self.order.pop();
        self.ready -= 1;
        self.free.push(Reverse(at));
        self.held = self.held.saturating_sub(event.len() + event.count() * RECORD + event.node.len() + EVENT);
        if self.last == Some(at) {
            self.last = None;
        }
        Some(event)
    }

    /// The input has ended: all events are whole.
    pub fn finish(&mut self) {
        while let Some(&(_, birth, at)) = self.waiting.peek() {
            let _popped = self.waiting.pop();
            self.close(at, birth);
        }
    }

    /// The input has ended, but goes on another time: whole are the events that have a record which comes last, or alone.
    pub fn finish_complete(&mut self) {
        let whole = |slot: &&Slot| !slot.whole && slot.event.records().any(|record| comes_alone(record.kind));
        let ended = self.slots.iter().enumerate().filter(|(_, slot)| whole(slot)).map(|(at, slot)| (at, slot.birth));
        for (at, birth) in ended.collect::<Vec<_>>() {
            self.close(at, birth);
        }
    }

    /// Takes back an event that is done with, for its memory.
    pub fn recycle(&mut self, event: Event) {
        if self.spare.len() < MAX_SPARE && event.memory() < MAX_SPARE_EVENT {
            self.spare.push(event);
        }
    }

    #[inline]
    fn find(&self, stamp: &Stamp<'_>) -> Option<usize> {
        if let Some(at) = self.last
            && let Some(slot) = self.slots.get(at)
            && slot.event.id == stamp.id
            && slot.event.node.len() == stamp.node.len()
            && (stamp.node.is_empty() || slot.event.node == stamp.node)
            && !slot.whole
        {
            return Some(at);
        }
        self.open.get(&(stamp.id, self.node(stamp.node))).copied()
    }

    fn begin(&mut self, stamp: &Stamp<'_>, line: &[u8]) {
        let node = self.node(stamp.node);
        let at = self.free.pop().map_or(self.slots.len(), |Reverse(at)| at);
        if at == self.slots.len() {
            self.slots.push(Slot::default());
        }
        self.births += 1;
        let birth = self.births;
        let whole = comes_alone(stamp.kind) || self.ends_early(stamp.kind);
        if let Some(slot) = self.slots.get_mut(at) {
            (slot.node, slot.whole, slot.birth) = (node, whole, birth);
            slot.event.begin(stamp.id, stamp.node, self.file);
            slot.event.push(stamp.kind, line);
        }
        self.order.push((stamp.id, at));
        if whole {
            self.ready += 1;
        } else {
            self.open.insert((stamp.id, node), at);
            self.waiting.push((stamp.id.sec, birth, at));
        }
        self.last = Some(at);
        while let Some(&(sec, birth, at)) = self.waiting.peek()
            && sec.saturating_add(self.timeout) <= stamp.id.sec
        {
            let _popped = self.waiting.pop();
            self.close(at, birth);
        }
    }

    /// What stands for a node: a keyed hash, since a forged log has any number of names. No two of them will have the same one.
    fn node(&self, name: &[u8]) -> u64 {
        if name.is_empty() { 0 } else { self.nodes.hash_one(name) }
    }

    fn ends_early(&self, kind: Kind) -> bool {
        self.early && (kind == Kind::LOGIN || comes_alone(kind))
    }

    fn close(&mut self, at: usize, birth: u64) {
        let Some(slot) = self.slots.get_mut(at).filter(|slot| slot.birth == birth && !slot.whole) else { return };
        slot.whole = true;
        self.ready += 1;
        self.open.remove(&(slot.event.id, slot.node));
    }

    fn close_oldest(&mut self) {
        if let Some(&(_, at)) = self.order.peek()
            && let Some(slot) = self.slots.get(at)
        {
            self.close(at, slot.birth);
        }
        while let Some(&(_, birth, at)) = self.waiting.peek()
            && self.slots.get(at).is_none_or(|slot| slot.birth != birth || slot.whole)
        {
            let _stale = self.waiting.pop();
        }
    }
}

/// Whether an event that starts with this type has no other record, so that nothing need be waited for.
///
/// User-space and daemon records, anomalies and others from 2100 on, KERNEL, MAC_UNLBL_ALLOW to MAC_CALIPSO_DEL, and the
/// two that end an event. A LOGIN record is followed by SYSCALL and PROCTITLE since Linux 5.
pub fn comes_alone(kind: Kind) -> bool {
    match kind.0 {
        1006 => false,
        0..1300 | 1320 | 1327 | 1406..=1419 | 2000 | 2100.. => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_record::stamp::StampReader;

    /// Events as `TYPE+TYPE@serial`.
    fn grouped_with(mut grouper: Grouper, lines: &[&str]) -> Vec<String> {
        let mut stamps = StampReader::default();
        let mut events = Vec::new();
        for line in lines {
            grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes());
            events.extend(std::iter::from_fn(|| grouper.pop()));
        }
        grouper.finish();
        events.extend(std::iter::from_fn(|| grouper.pop()));
        let show = |e: &Event| {
            let kinds: Vec<String> = e.records().map(|r| r.kind.to_string()).collect();
            format!("{}@{}", kinds.join("+"), e.id.serial)
        };
        events.iter().map(show).collect()
    }

    fn grouped(lines: &[&str]) -> Vec<String> {
        grouped_with(Grouper::new(2), lines)
    }

    #[test]
    fn interleaved_records_come_together_and_order_is_time_then_serial() {
        let events = grouped(&[
            "type=SYSCALL msg=audit(1010.001:2): ",
            "type=SYSCALL msg=audit(1010.001:1): ",
            "type=PATH msg=audit(1010.001:2): ",
            "type=PATH msg=audit(1010.001:1): ",
            "type=SYSCALL msg=audit(1009.999:3): ",
        ]);
        assert_eq!(events, ["SYSCALL@3", "SYSCALL+PATH@1", "SYSCALL+PATH@2"]);
    }

    #[test]
    fn an_event_may_be_whole_as_soon_as_a_record_says_so() {
        let lines = [
            "type=SYSCALL msg=audit(1010.500:1): ",
            "type=LOGIN msg=audit(1010.600:2): ",
            "type=SYSCALL msg=audit(1010.600:2): ",
            "type=PROCTITLE msg=audit(1010.500:1): ",
            "type=PROCTITLE msg=audit(1010.600:2): ",
            "type=LOGIN msg=audit(1010.400:3): ",
        ];
        let mut early = Grouper::new(2);
        early.early();
        assert_eq!(grouped_with(early, &lines), ["SYSCALL+PROCTITLE@1", "LOGIN@2", "SYSCALL+PROCTITLE@2", "LOGIN@3"]);
        assert_eq!(grouped(&lines), ["LOGIN@3", "SYSCALL+PROCTITLE@1", "LOGIN+SYSCALL+PROCTITLE@2"]);
    }

    #[test]
    fn the_same_stamp_on_another_node_is_another_event() {
        let events = grouped(&[
            "node=b type=CWD msg=audit(1010.001:1): ",
            "node=a type=PATH msg=audit(1010.001:1): ",
            "node=b type=PATH msg=audit(1010.001:1): ",
            "type=EXECVE msg=audit(1010.001:1): ",
        ]);
        assert_eq!(events, ["CWD+PATH@1", "PATH@1", "EXECVE@1"]);
    }

    #[test]
    fn a_new_event_two_seconds_younger_closes_but_an_old_ones_record_does_not() {
        let late =
            ["type=CWD msg=audit(1010.9:1): ", "type=CWD msg=audit(1012.0:2): ", "type=PATH msg=audit(1010.9:1): "];
        assert_eq!(grouped(&late), ["CWD@1", "PATH@1", "CWD@2"]);
        let soon =
            ["type=CWD msg=audit(1010.0:1): ", "type=CWD msg=audit(1011.9:2): ", "type=PATH msg=audit(1010.0:1): "];
        assert_eq!(grouped(&soon), ["CWD+PATH@1", "CWD@2"]);
        assert_eq!(grouped_with(Grouper::new(1), &soon), ["CWD@1", "PATH@1", "CWD@2"]);
    }

    #[test]
    fn types_that_come_alone_close_at_once_except_login() {
        let twice = ["type=USER_AUTH msg=audit(1010.0:1): ", "type=USER_AUTH msg=audit(1010.0:1): "];
        assert_eq!(grouped(&twice), ["USER_AUTH@1", "USER_AUTH@1"]);
        let login = ["type=LOGIN msg=audit(1010.0:1): ", "type=SYSCALL msg=audit(1010.0:1): "];
        assert_eq!(grouped(&login), ["LOGIN+SYSCALL@1"]);
        let later =
            ["type=SYSCALL msg=audit(1010.0:1): ", "type=EOE msg=audit(1010.0:1): ", "type=CWD msg=audit(1010.0:1): "];
        assert_eq!(grouped(&later), ["SYSCALL+EOE+CWD@1"]);
        let orphan =
            ["type=CWD msg=audit(1010.0:1): ", "type=EOE msg=audit(1020.0:2): ", "type=PATH msg=audit(1010.0:1): "];
        assert_eq!(grouped(&orphan), ["CWD+PATH@1"]);
    }

    #[test]
    fn only_events_that_have_their_last_record_are_whole_when_more_may_come() {
        let lines = [
            "type=CWD msg=audit(1010.0:1): ",
            "type=PROCTITLE msg=audit(1010.0:1): ",
            "type=CWD msg=audit(1010.0:2): ",
            "type=CWD msg=audit(1010.0:3): ",
            "type=EOE msg=audit(1010.0:3): ",
        ];
        let (mut grouper, mut stamps) = (Grouper::new(2), StampReader::default());
        for line in lines {
            grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes());
        }
        grouper.finish_complete();
        let out: Vec<u64> = std::iter::from_fn(|| grouper.pop()).map(|event| event.id.serial).collect();
        assert_eq!(out, [1], "the second holds back the third");
    }

    #[test]
    fn a_reused_slot_is_not_closed_for_its_former_event() {
        let mut lines: Vec<String> = Vec::new();
        for serial in 0..500 {
            for kind in ["SYSCALL", "PATH"] {
                lines.push(format!("type={kind} msg=audit({}.{:03}:{serial}): ", 1010 + serial / 3, serial % 7));
            }
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let events = grouped(&lines);
        assert_eq!(events.len(), 500);
        assert!(events.iter().all(|e| e.starts_with("SYSCALL+PATH@")));
    }

    #[test]
    fn a_clock_that_stands_still_does_not_cost_unbounded_memory() {
        let mut grouper = Grouper::new(2);
        grouper.max_open = 10_000;
        let lines: Vec<String> = (0..1000).map(|n| format!("type=CWD msg=audit(1010.0:{n}): ")).collect();
        let mut stamps = StampReader::default();
        let mut out = 0;
        for line in &lines {
            grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes());
            out += usize::from(grouper.pop().is_some());
            assert!(grouper.held < 10_500);
        }
        assert!(out > 900);
    }

    #[test]
    fn large_records_close_as_many_small_events_as_it_takes() {
        let (mut grouper, mut stamps) = (Grouper::new(2), StampReader::default());
        grouper.max_open = 100_000;
        for serial in 0..300 {
            let line = format!("type=CWD msg=audit(1010.0:{serial}): ");
            grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes());
        }
        for serial in 0..1000 {
            let line = format!("node=n{serial} type=PATH msg=audit(1010.1:{serial}): {}", "x".repeat(8000));
            grouper.add(&stamps.read(line.as_bytes()).unwrap(), line.as_bytes());
            while grouper.pop().is_some() {}
            assert!(grouper.held <= 100_000, "{} at {serial}", grouper.held);
        }
        grouper.finish();
        while grouper.pop().is_some() {}
        assert_eq!(grouper.held, 0);
    }
}
