//! Hooks on their way out. To detach a program takes the kernel grace periods, some 10 ms of them and much more on a slow machine, and
//! a rule may have had dozens of programs: a thread does it, so that who deletes a rule need not wait. What is needed again before its
//! turn is taken back, and has not been away.

use crate::clone;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle, sleep};
use std::time::{Duration, Instant};

/// What is detached by being dropped, by name. Dropping this waits for the last of them.
#[derive(Debug)]
pub(super) struct Leaving<T: Send + 'static> {
    queue: Arc<Queue<T>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<(&'static str, T)>,
    /// The one being detached.
    current: Option<&'static str>,
    /// A thread looks at the queue.
    attended: bool,
}

impl<T: Send + 'static> Leaving<T> {
    pub(super) fn new() -> Self {
        let state = State { waiting: VecDeque::new(), current: None, attended: false };
        Self { queue: Arc::new(Queue { state: Mutex::new(state), changed: Condvar::new() }), thread: None }
    }

    /// Detaches a hook in its turn.
    pub(super) fn add(&mut self, name: &'static str, hooked: T) {
        let mut state = self.queue.lock();
        state.waiting.push_back((name, hooked));
        if state.attended {
            return;
        }
        state.attended = true;
        drop(state);
        let queue = Arc::clone(&self.queue);
        match Builder::new().name("bpf-detach".into()).spawn(move || queue.work()) {
            Ok(thread) => self.thread = Some(thread),
            Err(_) => self.queue.work(),
        }
    }

    /// A hook that is still attached, when it is; one just being detached is waited for.
    pub(super) fn take_back(&mut self, name: &str) -> Option<T> {
        let mut state = self.queue.lock();
        if let Some(at) = state.waiting.iter().position(|(n, _)| *n == name) {
            return state.waiting.remove(at).map(|(_, hooked)| hooked);
        }
        while state.current == Some(name) {
            state = self.queue.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    /// Waits until all are detached.
    pub(super) fn finish(&mut self) {
        if let Some(thread) = self.thread.take() {
            // it does not panic: it only drops
            drop(thread.join());
        }
    }
}

impl<T: Send + 'static> Drop for Leaving<T> {
    fn drop(&mut self) {
        self.finish();
    }
}

impl<T: Send + 'static> Queue<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut state = self.lock();
        while let Some((name, hooked)) = state.waiting.pop_front() {
            state.current = Some(name);
            drop(state);
            drop(hooked);
            state = self.lock();
            state.current = None;
            self.changed.notify_all();
        }
        state.attended = false;
    }
}

/// A name in bpffs lets go of its link a grace period after it was taken away, from a thread of the kernel's. Whose descriptor is
/// closed later detaches the link himself, and waits for it.
const NAMES: Duration = Duration::from_millis(50);

/// How long links may take that are detached by the kernel all the same.
const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for that.
pub(super) fn until_names_are_gone() {
    sleep(NAMES);
}

/// Waits until these links are detached.
pub(super) fn until_links_are_gone(ids: &[u32]) {
    let end = Instant::now() + PATIENCE;
    let mut late = false;
    for &id in ids {
        while !clone::link_is_gone(id) && Instant::now() < end {
            late = true;
            sleep(Duration::from_millis(1));
        }
    }
    if late {
        // the id goes just before the link
        sleep(NAMES);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_can_be_taken_back_and_the_rest_goes() {
        let mut leaving = Leaving::new();
        // nobody attends while this is held
        leaving.queue.lock().attended = true;
        leaving.add("one", 1);
        leaving.add("two", 2);
        assert_eq!(leaving.take_back("two"), Some(2));
        assert_eq!(leaving.take_back("two"), None);
        leaving.queue.lock().attended = false;
        leaving.add("three", 3);
        leaving.finish();
        assert!(leaving.queue.lock().waiting.is_empty());
        assert_eq!(leaving.take_back("one"), None);
    }
}
