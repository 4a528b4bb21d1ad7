//! Finding events in a file where not all bytes need to be events: after a crash, or on a disk that fails.

use crate::frame::{self, MAX_PAYLOAD, parse};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The largest event.
const LARGEST: usize = frame::HEADER + MAX_PAYLOAD;
/// How much is read at once: more than two events.
const WINDOW: usize = 8 * MAX_PAYLOAD;

/// What lies in a file between two places.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Found {
    /// Where the first event begins.
    pub start: u64,
    /// Where the last whole one ends.
    pub end: u64,
    /// How many there are.
    pub events: u64,
    /// Bytes that belong to none of them, behind the last one included.
    pub other: u64,
}

/// Looks for events between `from` and `length`.
pub(super) fn all(file: &File, from: u64, length: u64) -> io::Result<Found> {
    let mut found = Found { start: from, end: from, ..Found::default() };
    let mut at = Some(from);
    while let Some(from) = at {
        let (end, events) = run(file, from, length)?;
        if events > 0 {
            found.other += from - found.end;
            if found.events == 0 {
                found.start = from;
            }
            found.events += events;
            found.end = end;
        }
        at = if end < length { next(file, end + 1, length)? } else { None };
    }
    found.other += length - found.end;
    Ok(found)
}

/// How far events follow each other without a gap, and how many.
fn run(file: &File, from: u64, length: u64) -> io::Result<(u64, u64)> {
    let (mut end, mut events) = (from, 0);
    let mut bytes = vec![0; WINDOW];
    while end < length {
        let mut rest = window(file, end, length, &mut bytes)?;
        let before = end;
        while let Ok(Some((_, size))) = parse(rest) {
            events += 1;
            end += size as u64;
            rest = rest.get(size..).unwrap_or_default();
        }
        if end == before {
            break;
        }
    }
    Ok((end, events))
}

/// Where events begin again, from `from` on: one that another follows, or the end of the file.
pub(super) fn next(file: &File, from: u64, length: u64) -> io::Result<Option<u64>> {
    let mut start = from;
    let mut bytes = vec![0; WINDOW];
    while start < length {
        let part = window(file, start, length, &mut bytes)?;
        let is_last = start + part.len() as u64 == length;
        let places = if is_last { part.len() } else { part.len().saturating_sub(2 * LARGEST) };
        if let Some(at) = (0..places).find(|at| begins_here(part.get(*at..).unwrap_or_default())) {
            return Ok(Some(start + at as u64));
        }
        start += places.max(1) as u64;
    }
    Ok(None)
}

/// Headers hold zeros, which no text of a record does: two in the right distance are no accident.
fn begins_here(bytes: &[u8]) -> bool {
    if bytes.get(4..8) != Some(&(frame::HEADER as u32).to_ne_bytes()) {
        return false;
    }
    matches!(parse(bytes), Ok(Some((_, size))) if parse(bytes.get(size..).unwrap_or_default()).is_ok())
}

fn window<'a>(file: &File, from: u64, length: u64, bytes: &'a mut [u8]) -> io::Result<&'a [u8]> {
    let size = usize::try_from(length - from).map_or(bytes.len(), |left| left.min(bytes.len()));
    let part = bytes.get_mut(..size).unwrap_or_default();
    file.read_exact_at(part, from)?;
    Ok(part)
}
