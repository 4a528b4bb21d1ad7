//! A trial of the hooks on the running kernel: do they see what kernel audit is known to record?
//!
//! Compilers put functions into their callers, where no program sees them, and BTF does not say so. So the only proof that the
//! hooks of this kernel see every name is to make the calls. One thread of ours makes a fixed list of them (`steps`), good
//! ones and bad, in a file system of its own (or, where it may have none, in a directory below /run that is removed again), and
//! what arrives in the ring is compared with what the kernel's audit would say. A call that differs is not served exactly.

mod older;
mod place;
mod raw;
mod steps;

use crate::calls::Call;
use crate::classify::ARCHES;
use crate::kernel::{Capture, CaptureError};
use crate::offer::Offer;
use crate::ring::End;
use crate::wire::{Event, Record, item};
use place::{Files, Seen};
use raudit_rules::{Action, Field, FieldId, List, Op, Rule, RuleSet, SyscallMask, Value};
use raudit_tables::syscall;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::{Duration, Instant};
use steps::{Expected, Inode, Step};

/// The mark of a step, its sixth argument, which none of the calls has.
const MARK: u64 = 0x7261_7564_0000;

/// What came of the trial.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum Trial {
    /// Not made: nobody is going to capture.
    #[default]
    Untried,
    /// It could not be made.
    Failed(String),
    /// It was: the calls that differ, and how.
    Made(BTreeMap<&'static str, String>),
}

/// A trial, and what it took.
#[derive(Clone, Debug)]
pub struct Report {
    /// The result.
    pub trial: Trial,
    /// Calls made.
    pub calls: usize,
    /// From attaching to the last comparison.
    pub took: Duration,
}

impl Trial {
    /// What stands against a call of this name and kind. A call that was not tried is judged by those of its kind.
    pub fn obstacle(&self, name: &str, kind: Call) -> Option<String> {
        let differing = match self {
            Self::Untried => return None,
            Self::Failed(why) => return Some(format!("the hooks could not be tried out: {why}")),
            Self::Made(differing) => differing,
        };
        let own = differing.get(name);
        let tried = || steps::tried(name);
        let found = own.or_else(|| {
            differing.iter().find(|(n, _)| !tried() && Call::of(n).map(|c| c.0) == Some(kind)).map(|d| d.1)
        });
        found.map(|difference| format!("tried out on this kernel, it differs from kernel audit: {difference}"))
    }
}

/// Makes the trial with the programs of a capture that is not yet in use. Afterwards hooks may still be attached; installing a
/// plan puts that right.
pub fn run(capture: &mut Capture, offer: &Offer) -> Report {
    let start = Instant::now();
    let steps = steps::all(offer);
    let trial = match attempt(capture, offer, &steps) {
        Ok(differing) => Trial::Made(differing),
        Err(why) => Trial::Failed(why),
    };
    Report { trial, calls: steps.len(), took: start.elapsed() }
}

fn attempt(capture: &mut Capture, offer: &Offer, steps: &[Step]) -> Result<BTreeMap<&'static str, String>, String> {
    let ring = capture.ring().map_err(|e| e.to_string())?;
    let reader = End::of(ring).map_err(|e| e.to_string())?;
    let place = place::Place::new()?;
    capture.rehearse(&rules(steps)?, offer).map_err(|e: CaptureError| e.to_string())?;
    let made = std::thread::scope(|scope| {
        let work = scope.spawn(|| place.visit(steps));
        work.join().map_err(|_| "its thread died".to_owned())
    });
    capture.end_rehearsal(offer).map_err(|e| e.to_string())?;
    let (thread, seen) = made??;
    // what was submitted is there at once: the calls are over
    let (mut records, mut position) = (Vec::new(), reader.dealt());
    while reader.next(&mut position, |bytes| records.push(bytes.to_vec())) {}
    reader.commit(position);
    let events = marked(&records, thread);
    Ok(differences(steps, &seen, &events))
}

/// One rule for each call: what this kernel does not serve at all is left out by the plan, and said by it.
fn rules(steps: &[Step]) -> Result<RuleSet, String> {
    let table = syscall::table(ARCHES[0]).ok_or("no table of system calls")?;
    let mut set = RuleSet::new();
    let field = |id, value| Field { id, op: Op::Eq, value: Value::Number(value) };
    for call in steps.iter().map(|s| s.call).collect::<BTreeSet<_>>() {
        let mut syscalls = SyscallMask::EMPTY;
        syscalls.insert(table.number(call).ok_or_else(|| format!("no system call {call}"))?);
        let fields = vec![field(FieldId::ARCH, ARCHES[0]), field(FieldId::PID, std::process::id())];
        let rule = Rule { list: List::Exit, action: Action::Always, syscalls, fields };
        set.add(rule, false).map_err(|e| e.to_string())?;
    }
    Ok(set)
}

/// The events of the steps that our thread made.
fn marked(records: &[Vec<u8>], thread: u32) -> HashMap<usize, Event<'_>> {
    let events = records.iter().filter_map(|bytes| match Record::decode(bytes) {
        Ok(Record::Syscall(event)) => Some(event),
        _ => None,
    });
    // bpf/syscall.h: the token has the thread in its low half
    let ours = events.filter(|e| (e.token ^ e.time) as u32 == thread);
    let mut steps = HashMap::new();
    for event in ours {
        if let Some(at) = event.args.last().and_then(|mark| mark.checked_sub(MARK)) {
            // calls that look at files between the steps may find the mark still in its register
            steps.entry(at as usize).or_insert(event);
        }
    }
    steps
}

/// The first difference of each call.
fn differences(steps: &[Step], seen: &[Files], events: &HashMap<usize, Event<'_>>) -> BTreeMap<&'static str, String> {
    let mut differing = BTreeMap::new();
    for (at, (step, inodes)) in steps.iter().zip(seen).enumerate() {
        let wanted: Vec<String> = step.items.iter().zip(inodes).map(|(e, i)| show_expected(e, *i)).collect();
        let got: Option<Vec<String>> =
            events.get(&at).map(|e| e.items().zip(shape(&step.items)).map(|(i, o)| show(&i, o)).collect());
        let count = events.get(&at).map_or(0, |e| e.items().count());
        if got.as_ref() != Some(&wanted) || count != wanted.len() {
            let names: Vec<&str> =
                step.args.iter().filter_map(|a| if let steps::Arg::Name(n) = a { Some(*n) } else { None }).collect();
            let got = got.map_or_else(|| "no event".to_owned(), |got| format!("{got:?} ({count})"));
            let text = format!("{}({}): expected {wanted:?}, seen {got}", step.call, names.join(", "));
            differing.entry(step.call).or_insert(text);
        }
    }
    differing
}

/// The expectation of each item, and of those beyond them none.
fn shape(items: &[Expected]) -> impl Iterator<Item = Option<&Expected>> {
    items.iter().map(Some).chain(std::iter::repeat(None))
}

fn kind_name(kind: u16) -> &'static str {
    match kind {
        item::NORMAL => "NORMAL",
        item::PARENT => "PARENT",
        item::DELETE => "DELETE",
        item::CREATE => "CREATE",
        _ => "UNKNOWN",
    }
}

fn show_expected(expected: &Expected, inode: Option<Seen>) -> String {
    let inode = match (expected.inode, inode) {
        (Inode::None, _) => "no inode".to_owned(),
        (Inode::Unlinked, _) => "an inode".to_owned(),
        (Inode::Of(_), Some(seen)) => format!("inode {} mode {:o}", seen.inode, seen.mode),
        (Inode::Of(path), None) => format!("inode of {path}"),
    };
    format!("{} {} {inode}", kind_name(expected.kind), expected.name.unwrap_or("(null)"))
}

fn show(got: &crate::wire::Item<'_>, expected: Option<&Expected>) -> String {
    let named = got.flags & item::F_UNNAMED == 0;
    let name = if named { String::from_utf8_lossy(got.name) } else { "(null)".into() };
    let inode = match expected.map(|e| e.inode) {
        _ if got.flags & item::F_INODE == 0 => "no inode".to_owned(),
        Some(Inode::Unlinked) => "an inode".to_owned(),
        _ => format!("inode {} mode {:o}", got.ino, got.mode),
    };
    format!("{} {name} {inode}", kind_name(got.kind))
}

#[cfg(test)]
mod tests;
