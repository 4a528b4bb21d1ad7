//! The reading end of the ring: events in, records out.

use crate::clock::clock_offset;
use crate::files::Files;
use crate::judged::{Generations, Judged};
use crate::kernel::CaptureError;
use crate::render::{self, Besides};
use crate::wire::{EVENT_F_ALONE, EVENT_F_CUT, EVENT_F_EXEC, Event, Record, section};
use libbpf_rs::{MapHandle, RingBuffer, RingBufferBuilder};
use raudit_record::{EventId, Message};
use std::cell::RefCell;
use std::collections::HashMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Serials of BPF events are in the upper half of the 32 bits; the kernel counts from the bottom.
const SERIAL_BASE: u32 = 0x8000_0000;
/// Argument vectors waiting for their event; more means that their events were lost.
const ARGV_WAITING: usize = 256;
/// Calls that have not ended since an operation of theirs was recorded; more means that their ends were lost.
const CALLS_BEGUN: usize = 4096;
/// Events taken per call, so that a batch stays of a size the writer likes.
const BATCH: usize = 512;

/// What a consumer has seen.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Consumed {
    /// Events delivered.
    pub events: u64,
    /// Of them, with arguments or path items missing.
    pub cut: u64,
    /// Ring records that made no sense.
    pub broken: u64,
}

/// Reads the ring; made and used in one thread.
pub struct Consumer {
    ring: RingBuffer<'static>,
    map: MapHandle,
    state: Rc<RefCell<State>>,
}

impl std::fmt::Debug for Consumer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Consumer").field("seen", &self.seen()).finish_non_exhaustive()
    }
}

struct State {
    generations: Generations,
    latest: Option<(u32, Arc<Judged>)>,
    files: Files,
    argv: HashMap<u64, Vec<u8>>,
    targets: HashMap<u64, Vec<u8>>,
    /// Calls of which some records are out, those of their operations.
    begun: HashMap<u64, EventId>,
    all_arguments: bool,
    serial: u32,
    /// `CLOCK_REALTIME` minus `CLOCK_MONOTONIC`, nanoseconds.
    clock_offset: i128,
    out: Vec<Message>,
    seen: Consumed,
}

impl Consumer {
    /// A consumer of this ring.
    pub fn new(map: MapHandle, generations: Generations) -> Result<Self, CaptureError> {
        let state = Rc::new(RefCell::new(State {
            generations,
            latest: None,
            files: Files::default(),
            argv: HashMap::new(),
            targets: HashMap::new(),
            begun: HashMap::new(),
            all_arguments: false,
            serial: SERIAL_BASE,
            clock_offset: 0,
            out: Vec::new(),
            seen: Consumed::default(),
        }));
        let sink = Rc::clone(&state);
        let mut builder = RingBufferBuilder::new();
        builder
            .add(&map, move |bytes| {
                sink.borrow_mut().take(bytes);
                0
            })
            .map_err(|e| CaptureError::Bpf("map the ring buffer".into(), e))?;
        let ring = builder.build().map_err(|e| CaptureError::Bpf("map the ring buffer".into(), e))?;
        Ok(Self { ring, map, state })
    }

    /// Whether SYSCALL shows all six arguments, with `a4=` and `a5=` at its end, which the kernel's has not.
    pub fn show_all_arguments(&mut self, show: bool) {
        self.state.borrow_mut().all_arguments = show;
    }

    /// Waits until there is something, or the time is over; then appends the records of up to a batch of events.
    /// A full ring sends no wake-up: look whether or not one came.
    pub fn poll(&mut self, timeout: Duration, out: &mut Vec<Message>) -> usize {
        let taken = self.drain(out);
        if taken > 0 {
            return taken;
        }
        let mut fds = [nix::poll::PollFd::new(self.map.as_fd(), nix::poll::PollFlags::POLLIN)];
        let limit = nix::poll::PollTimeout::try_from(timeout).unwrap_or(nix::poll::PollTimeout::MAX);
        // a signal is as good a reason to look as data
        let _ = nix::poll::poll(&mut fds, limit);
        self.drain(out)
    }

    /// Takes what is there, up to a batch of events, without waiting.
    pub fn drain(&mut self, out: &mut Vec<Message>) -> usize {
        let before = {
            let mut state = self.state.borrow_mut();
            state.clock_offset = clock_offset();
            state.seen.events
        };
        let _ = self.ring.consume_raw_n(BATCH);
        let mut state = self.state.borrow_mut();
        out.append(&mut state.out);
        (state.seen.events - before) as usize
    }

    /// What was seen so far.
    pub fn seen(&self) -> Consumed {
        self.state.borrow().seen
    }
}

impl AsFd for Consumer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.map.as_fd()
    }
}

impl State {
    fn take(&mut self, bytes: &[u8]) {
        match Record::decode(bytes) {
            Ok(Record::Syscall(event)) => self.event(&event),
            Ok(Record::Operation(event)) => self.operation(&event),
            Ok(Record::Argv(chunk)) => {
                if self.argv.len() >= ARGV_WAITING {
                    self.argv.clear();
                }
                let argv = self.argv.entry(chunk.token).or_default();
                if argv.len() == chunk.offset as usize {
                    argv.extend_from_slice(chunk.data);
                }
            }
            Ok(Record::Targets(targets)) => {
                if self.targets.len() >= ARGV_WAITING {
                    self.targets.clear();
                }
                self.targets.entry(targets.token).or_default().extend_from_slice(targets.data);
            }
            Err(_) => self.seen.broken += 1,
        }
    }

    fn event(&mut self, event: &Event<'_>) {
        let judged = self.judged(event.generation);
        let waiting = self.argv.remove(&event.token);
        let inline = event.section(section::ARGV).map_or(&[][..], |s| s.data);
        let argv = waiting.as_deref().unwrap_or(inline);
        let begun = self.begun.remove(&event.token);
        let id = begun.unwrap_or_else(|| self.stamp(event.time));
        let from = self.out.len();
        let key = judged.as_ref().and_then(|j| j.key(event.rule));
        let signalled = self.targets.remove(&event.token);
        let targets = signalled.as_deref().unwrap_or_default();
        let besides = Besides { argv, targets, key, all_arguments: self.all_arguments };
        render::render(event, id, besides, &mut self.files, &mut self.out);
        self.exclude(event, judged.as_deref(), from);
        self.seen.events += 1;
        let argv_missing = event.flags & EVENT_F_EXEC != 0 && argv.len() < event.argv_len as usize;
        self.seen.cut += u64::from(event.flags & EVENT_F_CUT != 0 || argv_missing);
    }

    /// An operation of io_uring: an event, or a record of its call's, which then goes on under the same serial.
    fn operation(&mut self, event: &Event<'_>) {
        let judged = self.judged(event.generation);
        let alone = event.flags & EVENT_F_ALONE != 0;
        let known = self.begun.get(&event.token).copied().filter(|_| !alone);
        let id = known.unwrap_or_else(|| self.stamp(event.time));
        if !alone {
            if self.begun.len() >= CALLS_BEGUN {
                self.begun.clear();
            }
            self.begun.insert(event.token, id);
        }
        let from = self.out.len();
        let key = judged.as_ref().and_then(|j| j.key(event.rule));
        render::operation(event, id, key, &mut self.files, &mut self.out);
        self.exclude(event, judged.as_deref(), from);
        self.seen.events += 1;
        self.seen.cut += u64::from(event.flags & EVENT_F_CUT != 0);
    }

    /// Takes back the records from `from` on that the exclude list leaves out.
    fn exclude(&mut self, event: &Event<'_>, judged: Option<&Judged>, from: usize) {
        if let Some(judged) = judged.filter(|j| j.has_exclusions()) {
            let records = self.out.split_off(from);
            self.out.extend(records.into_iter().filter(|m| !judged.excludes(event, m.kind)));
        }
    }

    fn judged(&mut self, generation: u32) -> Option<Arc<Judged>> {
        if self.latest.as_ref().is_none_or(|(known, _)| *known != generation) {
            self.latest = self.generations.get(generation).map(|j| (generation, j));
        }
        self.latest.as_ref().map(|(_, judged)| Arc::clone(judged))
    }

    fn stamp(&mut self, monotonic: u64) -> EventId {
        self.serial = self.serial.wrapping_add(1) | SERIAL_BASE;
        let real = (i128::from(monotonic) + self.clock_offset).max(0) as u64;
        EventId { sec: real / 1_000_000_000, milli: (real / 1_000_000 % 1000) as u16, serial: self.serial.into() }
    }
}
