//! Ring bytes to the records of the log: what belongs to one event is brought together, stamped, rendered and passed by the exclude list.

use crate::clock::clock_offset;
use crate::files::Files;
use crate::judged::{Generations, Judged};
use crate::render::{Besides, Renderer};
use crate::wire::{EVENT_F_ALONE, EVENT_F_CUT, EVENT_F_EXEC, Event, Record, section};
use raudit_record::{EventId, Records};
use std::collections::HashMap;
use std::sync::Arc;

/// Argument vectors waiting for their event; more means that their events were lost.
const ARGV_WAITING: usize = 256;
/// Calls that have not ended since an operation of theirs was recorded; more means that their ends were lost.
const CALLS_BEGUN: usize = 4096;

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Consumed {
    /// Events delivered.
    pub events: u64,
    /// Of them, with arguments or path items missing.
    pub cut: u64,
    /// Ring records that made no sense.
    pub broken: u64,
}

/// What has to be known of the ring records that came before. Once it is warm, an event takes no memory but in `out`.
#[derive(Debug)]
pub struct Decoder {
    generations: Generations,
    latest: Option<(u32, Arc<Judged>)>,
    renderer: Renderer,
    files: Files,
    argv: HashMap<u64, Vec<u8>>,
    targets: HashMap<u64, Vec<u8>>,
    /// Calls of which some records are out, those of their operations.
    begun: HashMap<u64, EventId>,
    /// `CLOCK_REALTIME` minus `CLOCK_MONOTONIC`, nanoseconds.
    clock_offset: i128,
    seen: Consumed,
}

impl Decoder {
    /// A decoder of events that these generations judged.
    pub fn new(generations: Generations) -> Self {
        Self {
            generations,
            latest: None,
            renderer: Renderer::default(),
            files: Files::default(),
            argv: HashMap::new(),
            targets: HashMap::new(),
            begun: HashMap::new(),
            clock_offset: clock_offset(),
            seen: Consumed::default(),
        }
    }

    /// Whether SYSCALL shows all six arguments, with `a4=` and `a5=` at its end, which the kernel's has not.
    pub fn show_all_arguments(&mut self, show: bool) {
        self.renderer.all_arguments = show;
    }

    /// Somebody may have set the time: looks at the clock anew.
    pub fn look_at_clock(&mut self) {
        self.clock_offset = clock_offset();
    }

    /// What was seen so far.
    pub fn seen(&self) -> Consumed {
        self.seen
    }

    /// Whether records were taken that belong to an event yet to come.
    pub fn waits_for_more(&self) -> bool {
        !(self.argv.is_empty() && self.targets.is_empty() && self.begun.is_empty())
    }

    /// The serial given last.
    pub fn serial(&self) -> u32 {
        self.generations.serial()
    }

    /// Takes one record of the ring, and appends the records of the event that it completes, if it does.
    pub fn take(&mut self, bytes: &[u8], out: &mut Records) {
        match Record::decode(bytes) {
            Ok(Record::Syscall(event)) => self.event(&event, out),
            Ok(Record::Operation(event)) => self.operation(&event, out),
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

    fn event(&mut self, event: &Event<'_>, out: &mut Records) {
        let judged = self.judged(event.generation);
        let waiting = remove(&mut self.argv, event.token);
        let inline = event.section(section::ARGV).map_or(&[][..], |s| s.data);
        let argv = waiting.as_deref().unwrap_or(inline);
        let begun = remove(&mut self.begun, event.token);
        let id = begun.unwrap_or_else(|| self.stamp(event.time));
        let from = out.len();
        let key = judged.as_ref().and_then(|j| j.key(event.rule));
        let signalled = remove(&mut self.targets, event.token);
        let targets = signalled.as_deref().unwrap_or_default();
        self.renderer.event(event, id, Besides { argv, targets, key }, &mut self.files, out);
        exclude(event, judged.as_deref(), from, out);
        self.seen.events += 1;
        let argv_missing = event.flags & EVENT_F_EXEC != 0 && argv.len() < event.argv_len as usize;
        self.seen.cut += u64::from(event.flags & EVENT_F_CUT != 0 || argv_missing);
    }

    /// An operation of io_uring: an event, or a record of its call's, which then goes on under the same serial.
    fn operation(&mut self, event: &Event<'_>, out: &mut Records) {
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
        let from = out.len();
        let key = judged.as_ref().and_then(|j| j.key(event.rule));
        self.renderer.operation(event, id, key, &mut self.files, out);
        exclude(event, judged.as_deref(), from, out);
        self.seen.events += 1;
        self.seen.cut += u64::from(event.flags & EVENT_F_CUT != 0);
    }

    fn judged(&mut self, generation: u32) -> Option<Arc<Judged>> {
        if self.latest.as_ref().is_none_or(|(known, _)| *known != generation) {
            self.latest = self.generations.get(generation).map(|j| (generation, j));
        }
        self.latest.as_ref().map(|(_, judged)| Arc::clone(judged))
    }

    fn stamp(&mut self, monotonic: u64) -> EventId {
        let real = (i128::from(monotonic) + self.clock_offset).max(0) as u64;
        EventId {
            sec: real / 1_000_000_000,
            milli: (real / 1_000_000 % 1000) as u16,
            serial: self.generations.next_serial().into(),
        }
    }
}

/// What is waiting for this token: as a rule nothing is waiting at all.
fn remove<T>(waiting: &mut HashMap<u64, T>, token: u64) -> Option<T> {
    if waiting.is_empty() { None } else { waiting.remove(&token) }
}

/// Takes back the records from `from` on that the exclude list leaves out.
fn exclude(event: &Event<'_>, judged: Option<&Judged>, from: usize, out: &mut Records) {
    if let Some(judged) = judged.filter(|j| j.has_exclusions()) {
        out.retain_from(from, |kind, _| !judged.excludes(event, kind));
    }
}
