//! Rules by key and system call: most events need a look at a few.

use super::rules::Entry;
use raudit_rules::List;
use std::collections::HashMap;

/// Finds the rules an event may be of.
#[derive(Debug, Default)]
pub(crate) struct Index {
    /// Of the exit list, and of that of io_uring.
    calls: [Keys; 2],
    /// Those that are asked when a task is made, by key; no key is the empty one.
    tasks: HashMap<Box<[u8]>, Vec<usize>>,
    /// The rules about messages of programs, those that record nothing too.
    messages: Vec<usize>,
}

/// By key; no key is the empty one.
type Keys = HashMap<Box<[u8]>, Calls>;

/// Rules by what they name.
#[derive(Debug, Default)]
struct Calls {
    /// Those that name some calls.
    some: HashMap<u32, Vec<usize>>,
    /// Those that name all.
    all: Vec<usize>,
}

impl Index {
    /// Of these rules, by their places.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut index = Self::default();
        for (at, entry) in entries.iter().enumerate() {
            let key = || Box::from(entry.key());
            let [exit, io_uring] = &mut index.calls;
            let keys = match entry.rule.list {
                List::User => {
                    index.messages.push(at);
                    continue;
                }
                List::Task if entry.records() => {
                    index.tasks.entry(key()).or_default().push(at);
                    continue;
                }
                List::Exit if entry.records() => exit,
                List::IoUring if entry.records() => io_uring,
                _ => continue,
            };
            let calls = keys.entry(key()).or_default();
            if entry.rule.syscalls.is_all() {
                calls.all.push(at);
            } else {
                entry.rule.syscalls.iter().for_each(|call| calls.some.entry(call).or_default().push(at));
            }
        }
        index
    }

    /// The rules of a list with this key that may name this call, in no order.
    pub(super) fn calls(&self, list: List, key: &[u8], call: u32) -> impl Iterator<Item = usize> + '_ {
        let [exit, io_uring] = &self.calls;
        let keys = if list == List::IoUring { io_uring } else { exit };
        let calls = keys.get(key);
        let some = calls.and_then(|calls| calls.some.get(&call)).into_iter().flatten();
        some.chain(calls.into_iter().flat_map(|calls| &calls.all)).copied()
    }

    /// The rules about new tasks that have this key.
    pub(super) fn tasks(&self, key: &[u8]) -> impl Iterator<Item = usize> + '_ {
        self.tasks.get(key).into_iter().flatten().copied()
    }

    /// The rules about messages, in their order.
    pub(super) fn messages(&self) -> &[usize] {
        &self.messages
    }

    /// Whether a rule that records calls has this key.
    pub(super) fn has_key(&self, key: &[u8]) -> bool {
        self.calls.iter().any(|keys| keys.contains_key(key)) || self.tasks.contains_key(key)
    }
}
