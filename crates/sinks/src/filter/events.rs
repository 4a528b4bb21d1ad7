//! Records of one event, brought together from a stream without an end.
//!
//! An event is whole when its EOE has come; at once, if its first record is of a type that comes alone; else when one
//! has begun that is [`TIMEOUT`] younger, or nothing has ended it for so long. Events come out as they get whole.

use raudit_dispatch::feed::Event as Frame;
use raudit_dispatch::frame::parse;
use raudit_dispatch::queue::cost;
use raudit_record::stamp::StampReader;
use raudit_record::{EventId, Kind};
use raudit_search::event::Event;
use raudit_search::group::comes_alone;
use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

/// How long an event may take: `end_of_event_timeout` of auditd.conf, as it is by default and as auditd's filter has
/// it.
const TIMEOUT: Duration = Duration::from_secs(2);
/// What open events may take in memory; beyond it the oldest one counts as whole.
const MAX_OPEN: usize = 16 << 20;
/// What an open event takes besides its records, and a record besides its bytes, which are held twice.
const OVERHEAD: usize = 512;

/// A whole event.
#[derive(Debug, Default)]
pub(super) struct Whole {
    /// Its records as expressions see them: lines.
    pub(super) records: Event,
    /// Its records as they came.
    pub(super) frames: Vec<Frame>,
}

#[derive(Debug)]
struct Open {
    event: Whole,
    key: Key,
    since: Instant,
    size: usize,
}

type Key = (EventId, Vec<u8>);

/// Events that are not whole yet, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Events {
    stamps: StampReader,
    open: BTreeMap<u64, Open>,
    births: HashMap<Key, u64>,
    born: u64,
    held: usize,
    line: Vec<u8>,
}

impl Events {
    /// Adds a record. Gives what is whole now.
    pub(super) fn add(&mut self, frame: Frame, now: Instant) -> Vec<Whole> {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        if let Ok(Some((frame, _))) = parse(&frame) {
            frame.push_line(&mut line);
            line.truncate(line.len().saturating_sub(1));
        }
        let whole = self.add_line(frame, &line, now);
        self.line = line;
        whole
    }

    fn add_line(&mut self, frame: Frame, line: &[u8], now: Instant) -> Vec<Whole> {
        // As a log's reader sees it: a NUL ends a line.
        let text = line.split(|&byte| byte == 0).next().unwrap_or_default();
        let Ok(stamp) = self.stamps.read(text) else {
            // What belongs to no event is one by itself.
            let mut records = Event::default();
            records.push(raudit_record::stamp::UNKNOWN, line);
            return vec![Whole { records, frames: vec![frame] }];
        };
        let (id, kind, key) = (stamp.id, stamp.kind, (stamp.id, stamp.node.to_vec()));
        let mut whole = Vec::new();
        let birth = match self.births.get(&key) {
            Some(birth) => *birth,
            None => {
                whole = self.younger(id);
                self.begin(key, now)
            }
        };
        let mut ended = kind == Kind::EOE;
        if let Some(open) = self.open.get_mut(&birth) {
            ended |= open.event.frames.is_empty() && comes_alone(kind) && kind != Kind::PROCTITLE;
            let size = cost(&frame) + line.len() + OVERHEAD;
            open.size += size;
            self.held += size;
            open.event.records.push(kind, line);
            open.event.frames.push(frame);
        }
        if ended {
            whole.extend(self.close(birth));
        }
        while self.held > MAX_OPEN {
            let Some(oldest) = self.open.keys().next().copied() else { break };
            whole.extend(self.close(oldest));
        }
        whole
    }

    fn begin(&mut self, key: Key, now: Instant) -> u64 {
        self.born += 1;
        let mut event = Whole::default();
        event.records.begin(key.0, &key.1, 0);
        self.births.insert(key.clone(), self.born);
        self.held += OVERHEAD;
        self.open.insert(self.born, Open { event, key, since: now, size: OVERHEAD });
        self.born
    }

    fn close(&mut self, birth: u64) -> Option<Whole> {
        let open = self.open.remove(&birth)?;
        self.births.remove(&open.key);
        self.held = self.held.saturating_sub(open.size);
        Some(open.event)
    }

    /// Closes the oldest events that a new one of this time shows to be whole.
    fn younger(&mut self, id: EventId) -> Vec<Whole> {
        self.close_while(|open| open.key.0.sec.saturating_add(TIMEOUT.as_secs()) <= id.sec)
    }

    /// Closes those that nothing has ended for too long.
    pub(super) fn aged(&mut self, now: Instant) -> Vec<Whole> {
        self.close_while(|open| now.saturating_duration_since(open.since) >= TIMEOUT)
    }

    /// When [`Self::aged`] has something to do.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.open.values().next().map(|open| open.since + TIMEOUT)
    }

    /// Nothing follows: all are whole.
    pub(super) fn finish(&mut self) -> Vec<Whole> {
        self.close_while(|_| true)
    }

    fn close_while(&mut self, is_whole: impl Fn(&Open) -> bool) -> Vec<Whole> {
        let mut whole = Vec::new();
        while let Some((&birth, _)) = self.open.first_key_value().filter(|(_, open)| is_whole(open)) {
            whole.extend(self.close(birth));
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use raudit_dispatch::frame::{Version, push};
    use std::sync::Arc;

    fn frame(text: &str) -> Frame {
        let mut bytes = Vec::new();
        push(&mut bytes, Version::Line, Kind::UNNAMED, text.as_bytes()).unwrap();
        Arc::from(bytes)
    }

    fn add(events: &mut Events, kind: &str, stamp: &str, now: Instant) -> Vec<usize> {
        let whole = events.add(frame(&format!("type={kind} msg=audit({stamp}): a=1")), now);
        whole.iter().map(|whole| whole.frames.len()).collect()
    }

    #[test]
    fn events_end_by_eoe_by_type_by_others_and_by_time() {
        let (mut events, now) = (Events::default(), Instant::now());
        let none: [usize; 0] = [];
        assert_eq!(add(&mut events, "SYSCALL", "10.000:1", now), none);
        assert_eq!(add(&mut events, "SYSCALL", "10.000:2", now), none);
        assert_eq!(add(&mut events, "USER_LOGIN", "10.000:3", now), [1]);
        assert_eq!(add(&mut events, "PROCTITLE", "10.000:1", now), none);
        assert_eq!(add(&mut events, "EOE", "10.000:1", now), [3]);
        assert_eq!(add(&mut events, "PATH", "12.000:4", now), [1], "2 is too old to get more");
        assert!(events.aged(now + TIMEOUT / 2).is_empty());
        assert_eq!(events.aged(now + TIMEOUT).len(), 1);
        assert_eq!((events.held, events.deadline()), (0, None));
        assert_eq!(events.add(frame("node=x nonsense"), now).len(), 1);
    }

    #[test]
    fn memory_is_bounded() {
        let (mut events, now) = (Events::default(), Instant::now());
        let mut out = 0;
        for n in 0..40_000 {
            out += add(&mut events, "SYSCALL", &format!("10.000:{n}"), now).len();
            assert!(events.held <= MAX_OPEN);
        }
        assert!(out > 1000);
        assert_eq!(out + events.finish().len(), 40_000);
    }
}
