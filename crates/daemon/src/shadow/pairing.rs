//! Which event of the kernel's is which of BPF's. Serials and order differ; what a call was is the same.

use super::event::Event;
use std::collections::{HashMap, VecDeque};

/// Events that wait for their other half on one side, at most.
const WAITING_MAX: usize = 262_144;

/// Who recorded an event.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Side {
    /// The kernel.
    Kernel,
    /// Our programs.
    Bpf,
}

/// Events whose other half has not come yet.
#[derive(Debug, Default)]
pub struct Pairing {
    waiting: [HashMap<Vec<u8>, VecDeque<Event>>; 2],
    count: [usize; 2],
    /// Events that were given up because too many waited.
    pub given_up: u64,
}

impl Pairing {
    /// Adds an event that has this identity. With its other half it makes a pair: the kernel's, BPF's. Of several alike the oldest is
    /// taken.
    pub fn add(&mut self, side: Side, identity: Vec<u8>, event: Event) -> Option<(Event, Event)> {
        let (own, other) = match side {
            Side::Kernel => (0, 1),
            Side::Bpf => (1, 0),
        };
        let [own_count, other_count] = [own, other].map(|side| self.count.get(side).copied().unwrap_or_default());
        if let Some(found) = self.waiting.get_mut(other).and_then(|waiting| take(waiting, &identity)) {
            self.set_count(other, other_count.saturating_sub(1));
            return Some(if side == Side::Kernel { (event, found) } else { (found, event) });
        }
        if own_count >= WAITING_MAX {
            self.given_up += 1;
            return None;
        }
        self.set_count(own, own_count + 1);
        self.waiting.get_mut(own)?.entry(identity).or_default().push_back(event);
        None
    }

    fn set_count(&mut self, side: usize, count: usize) {
        if let Some(own) = self.count.get_mut(side) {
            *own = count;
        }
    }

    /// Takes out the events before a time, in milliseconds since 1970, that have no other half: the kernel's, BPF's.
    pub fn alone(&mut self, before: u64) -> [Vec<Event>; 2] {
        let Self { waiting: [kernel, bpf], count: [kernel_count, bpf_count], .. } = self;
        [(kernel, kernel_count), (bpf, bpf_count)].map(|(waiting, count)| {
            let mut alone = Vec::new();
            waiting.retain(|_, events| {
                while events.front().is_some_and(|event| event.at() < before) {
                    alone.extend(events.pop_front());
                }
                !events.is_empty()
            });
            *count = count.saturating_sub(alone.len());
            alone.sort_by_key(|event| event.id);
            alone
        })
    }
}

fn take(waiting: &mut HashMap<Vec<u8>, VecDeque<Event>>, identity: &[u8]) -> Option<Event> {
    let events = waiting.get_mut(identity)?;
    let found = events.pop_front();
    if events.is_empty() {
        waiting.remove(identity);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::event::tests::event;
    use super::*;

    fn call(milli: u16, serial: u64, pid: u32) -> (Vec<u8>, Event) {
        let event = event(milli, serial, &[&format!("SYSCALL syscall=2 pid={pid}")]);
        (event.identity().unwrap(), event)
    }

    #[test]
    fn the_same_calls_are_paired_oldest_first_whoever_comes_first() {
        let mut pairing = Pairing::default();
        let mut add = |side, milli, serial, pid| {
            let (identity, event) = call(milli, serial, pid);
            pairing.add(side, identity, event).map(|(kernel, bpf)| (kernel.id.serial, bpf.id.serial))
        };
        assert_eq!(add(Side::Kernel, 1, 10, 1), None);
        assert_eq!(add(Side::Kernel, 2, 11, 1), None);
        assert_eq!(add(Side::Bpf, 1, 90, 2), None);
        assert_eq!(add(Side::Bpf, 1, 91, 1), Some((10, 91)));
        assert_eq!(add(Side::Kernel, 3, 12, 2), Some((12, 90)));
        assert_eq!(add(Side::Bpf, 900, 92, 3), None);
        let serials = |events: &[Event]| events.iter().map(|event| event.id.serial).collect::<Vec<_>>();
        let [kernel, bpf] = pairing.alone(1_700_000_000_900);
        assert_eq!((serials(&kernel), serials(&bpf)), (vec![11], vec![]));
        let [kernel, bpf] = pairing.alone(1_700_000_000_901);
        assert_eq!((serials(&kernel), serials(&bpf)), (vec![], vec![92]));
        assert_eq!((pairing.count, pairing.given_up), ([0, 0], 0));
    }
}
