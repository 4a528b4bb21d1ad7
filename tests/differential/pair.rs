//! Which event of the kernel is which of BPF's: task by task, in order.

use crate::event::Event;
use std::collections::BTreeMap;

/// How far ahead a twin is looked for where the two sides part. More than this missing in one row is a failure anyway.
const AHEAD: usize = 200;

/// The events of a case, paired; what has no twin is a difference.
#[derive(Debug, Default)]
pub struct Pairs<'a> {
    pub pairs: Vec<(&'a Event, &'a Event)>,
    pub only_kernel: Vec<&'a Event>,
    pub only_bpf: Vec<&'a Event>,
}

fn by_task(events: &[Event]) -> BTreeMap<&str, Vec<&Event>> {
    let mut tasks: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        tasks.entry(&event.task).or_default().push(event);
    }
    tasks
}

impl<'a> Pairs<'a> {
    pub fn new(kernel: &'a [Event], bpf: &'a [Event]) -> Self {
        let (mut theirs, mut pairs) = (by_task(bpf), Self::default());
        for (task, events) in by_task(kernel) {
            pairs.task(&events, &theirs.remove(task).unwrap_or_default());
        }
        pairs.only_bpf.extend(theirs.into_values().flatten());
        pairs
    }

    fn task(&mut self, kernel: &[&'a Event], bpf: &[&'a Event]) {
        let (mut k, mut b) = (0, 0);
        while let (Some(&one), Some(&other)) = (kernel.get(k), bpf.get(b)) {
            let same = |k: usize, b: usize| match (kernel.get(k), bpf.get(b)) {
                (Some(one), Some(other)) => one.identity == other.identity,
                (None, None) => true,
                _ => false,
            };
            // if the next two are twins, these are as well, and the identity differs
            if same(k, b) || same(k + 1, b + 1) {
                self.pairs.push((one, other));
                (k, b) = (k + 1, b + 1);
                continue;
            }
            let step = (1..AHEAD).find_map(|far| (0..=far).map(|n| (n, far - n)).find(|&(n, m)| same(k + n, b + m)));
            let (n, m) = step.unwrap_or((1, 1));
            self.only_kernel.extend(kernel.iter().skip(k).take(n));
            self.only_bpf.extend(bpf.iter().skip(b).take(m));
            (k, b) = (k + n, b + m);
        }
        self.only_kernel.extend(kernel.iter().skip(k));
        self.only_bpf.extend(bpf.iter().skip(b));
    }
}
