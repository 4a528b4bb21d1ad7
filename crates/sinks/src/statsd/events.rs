//! What is counted of events.

use raudit_record::field::Fields;
use raudit_record::{EventId, Kind, Line};
use std::collections::{HashSet, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::ops::RangeInclusive;

/// Anomalies that programs found, and what was done about them (libaudit.h).
const ANOMALIES: RangeInclusive<u32> = 2100..=2199;
const RESPONSES: RangeInclusive<u32> = 2200..=2299;

/// How many events are remembered. The records of one are not so far apart, on however many processors others begin.
const REMEMBERED: usize = 4096;

/// Counters since they were last sent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Counters {
    /// Events.
    pub total: u64,
    /// Events whose result is failure.
    pub failed: u64,
    /// Events that begin with AVC.
    pub avc: u64,
    /// Events that begin with FANOTIFY.
    pub fanotify: u64,
    /// USER_LOGIN with success.
    pub logins_success: u64,
    /// USER_LOGIN without.
    pub logins_failed: u64,
    /// Events that begin with a record of an anomaly.
    pub anomalies: u64,
    /// Events that begin with a record of what was done about one.
    pub responses: u64,
}

/// An event: its stamp, and a hash of its node.
type Identity = (EventId, u64);

/// Tells records that begin an event from those that go on with one, and counts.
#[derive(Debug, Default)]
pub struct Events {
    counters: Counters,
    seen: HashSet<Identity>,
    order: VecDeque<Identity>,
    nodes: RandomState,
}

impl Events {
    /// What has been counted.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// Begins to count anew.
    pub fn clear(&mut self) {
        self.counters = Counters::default();
    }

    /// Counts a record, given as a line of the log. What is no record is passed over.
    pub fn add(&mut self, line: &[u8]) {
        let Ok(line) = Line::parse(line) else { return };
        if line.kind == Kind::EOE {
            return;
        }
        let begins = self.begins((line.id, line.node.map_or(0, |node| self.nodes.hash_one(node))));
        let result = match line.kind {
            Kind::SYSCALL | Kind::URINGOP => succeeded(line.body, b"success"),
            _ if begins => succeeded(line.body, b"res"),
            _ => None,
        };
        let counters = &mut self.counters;
        counters.failed += u64::from(result == Some(false));
        if !begins {
            return;
        }
        counters.total += 1;
        match line.kind {
            Kind::USER_LOGIN => {
                counters.logins_success += u64::from(result == Some(true));
                counters.logins_failed += u64::from(result == Some(false));
            }
            Kind::FANOTIFY => counters.fanotify += 1,
            Kind::AVC => counters.avc += 1,
            Kind(number) if ANOMALIES.contains(&number) => counters.anomalies += 1,
            Kind(number) if RESPONSES.contains(&number) => counters.responses += 1,
            _ => {}
        }
    }

    /// Whether this event has not been seen before.
    fn begins(&mut self, event: Identity) -> bool {
        // Records of one event mostly follow each other.
        if self.order.back() == Some(&event) || !self.seen.insert(event) {
            return false;
        }
        self.order.push_back(event);
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.seen.remove(&oldest);
        }
        true
    }
}

/// What a field says of success, if it is there: `yes`, `success` and `1`, or `no`, `failed` and `0`.
fn succeeded(body: &[u8], field: &[u8]) -> Option<bool> {
    match Fields::find(body, field)?.unquoted() {
        b"yes" | b"1" | b"success" => Some(true),
        b"no" | b"0" | b"failed" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(lines: &[&str]) -> Counters {
        let mut events = Events::default();
        lines.iter().for_each(|line| events.add(line.as_bytes()));
        let counters = events.counters();
        events.clear();
        assert_eq!(events.counters(), Counters::default());
        counters
    }

    #[test]
    fn events_are_counted_once_by_their_first_record() {
        let counters = count(&[
            "type=AVC msg=audit(1.000:1): avc:  denied  { read } for  pid=1 comm=\"a\"",
            "type=SYSCALL msg=audit(1.000:2): arch=c000003e syscall=2 success=yes exit=3",
            "type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=2 success=no exit=-13",
            "type=PATH msg=audit(1.000:2): item=0 name=\"res=failed\"",
            "type=EOE msg=audit(1.000:1): ",
            "type=FANOTIFY msg=audit(1.000:3): resp=2",
            "node=a type=ANOM_ADD_ACCT msg=audit(1.000:4): res=success",
            "node=b type=RESP_ALERT msg=audit(1.000:4): res=success",
            "type=EOE msg=audit(1.000:99): ",
            "no record at all",
        ]);
        let expected =
            Counters { total: 5, failed: 1, avc: 1, fanotify: 1, anomalies: 1, responses: 1, ..Counters::default() };
        assert_eq!(counters, expected);
    }

    #[test]
    fn logins_are_told_by_their_result() {
        let login = |serial: u32, result: &str| {
            format!(
                "type=USER_LOGIN msg=audit(1.000:{serial}): pid=1 msg='op=login acct=\"x\" exe=\"/sbin/sshd\" res={result}'"
            )
        };
        let lines = [login(1, "success"), login(2, "failed"), login(3, "failed"), login(4, "1"), login(5, "?")];
        let counters = count(&lines.each_ref().map(String::as_str));
        let expected = Counters { total: 5, failed: 2, logins_success: 2, logins_failed: 2, ..Counters::default() };
        assert_eq!(counters, expected);
    }

    #[test]
    fn memory_is_bounded_by_events() {
        let mut events = Events::default();
        for serial in 0..20_000 {
            events.add(format!("type=CWD msg=audit(1.000:{serial}): ").as_bytes());
        }
        assert_eq!((events.counters().total, events.seen.len(), events.order.len()), (20_000, REMEMBERED, REMEMBERED));
    }
}
