//! `--format text`: a sentence for each event, in the normaliser's words.

use super::clock::Clock;
use crate::event::Event;
use crate::locale::DateForm;
use crate::normalize::{Normal, Normalizer, ObjectKind, Part};
use memchr::memmem;
use raudit_record::interpret::Escape;

/// Of several processes that are acted on, this many are named.
const MOST_PROCESSES: usize = 3;

/// Writes sentences.
#[derive(Debug)]
pub(super) struct Text {
    clock: Clock,
    normalizer: Normalizer,
    scratch: Vec<u8>,
}

impl Text {
    /// Dates in the locale's form, text escaped in this way.
    pub(super) fn new(date: &DateForm, escape: Escape) -> Self {
        Self { clock: Clock::new(date), normalizer: Normalizer::new(escape, false), scratch: Vec::new() }
    }

    /// Appends the sentence of an event, or several if it has records behind one that ends an event.
    pub(super) fn push(&mut self, event: &Event, out: &mut Vec<u8>) {
        let Self { clock, normalizer, scratch } = self;
        clock.set(event.id.sec);
        normalizer.each(event, |mut normal| {
            push_time(clock, !event.node.is_empty(), &mut normal, out);
            push_subject(&mut normal, out);
            match normal.succeeded(scratch) {
                Some(true) => out.extend_from_slice(b" successfully "),
                Some(false) => out.extend_from_slice(b" unsuccessfully "),
                None => out.push(b' '),
            }
            out.extend_from_slice(normal.action().unwrap_or(b"did-unknown"));
            out.push(b' ');
            push_object(&mut normal, scratch, out);
            push_processes(&mut normal, out);
            // "started-session using ..." would not be English
            if let (Some(how), Some(action)) = (normal.how(), normal.action())
                && action.first() != Some(&b'e')
            {
                out.extend_from_slice(b"using ");
                out.extend_from_slice(how);
            }
            out.push(b'\n');
        });
    }
}

fn push_time(clock: &Clock, has_node: bool, normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    if has_node {
        out.extend_from_slice(b"On ");
        normal.push_first(out);
        out.extend_from_slice(b" at ");
    } else {
        out.extend_from_slice(b"At ");
    }
    let words = if clock.time.is_empty() { [&b"?"[..], b"", b""] } else { [&clock.time[..], b" ", clock.date.as_bytes()] };
    for word in words {
        out.extend_from_slice(word);
    }
    out.push(b' ');
}

/// Who: the account of the login, and the one acted as if that is another.
fn push_subject(normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    /// Nobody's number.
    const NOBODY: i32 = -2;
    let start = out.len();
    let mut login = NOBODY;
    if normal.push(Part::Subject, out) {
        login = normal.number(Part::Subject).unwrap_or(NOBODY);
        if out.get(start..) == Some(b"unset") {
            out.truncate(start);
            out.extend_from_slice(b"system");
        }
    }
    if let Some(uid) = normal.number(Part::SecondSubject)
        && uid != login
        && login != NOBODY
        && uid != -1
    {
        out.extend_from_slice(b", acting as ");
        normal.push(Part::SecondSubject, out);
        out.push(b',');
    }
}

/// What is acted on; of an address only the host, or the family if it has none.
fn push_object(normal: &mut Normal<'_, '_>, scratch: &mut Vec<u8>, out: &mut Vec<u8>) {
    scratch.clear();
    if normal.push_object(Part::Object, scratch) {
        let host = normal.object_is_address().then(|| host(scratch)).flatten();
        out.extend_from_slice(host.unwrap_or(scratch));
        out.push(b' ');
    }
    scratch.clear();
    if normal.push_object(Part::OtherObject, scratch) {
        out.extend_from_slice(b"to ");
        out.extend_from_slice(scratch);
        out.push(b' ');
    }
}

/// What stands behind `laddr=`, or `fam=`, up to a blank.
fn host(address: &[u8]) -> Option<&[u8]> {
    [&b"laddr="[..], b"fam="].iter().find_map(|name| {
        let value = address.get(memmem::find(address, name)? + name.len()..)?;
        value.get(..memchr::memchr(b' ', value)?)
    })
}

/// The processes that were acted on.
fn push_processes(normal: &mut Normal<'_, '_>, out: &mut Vec<u8>) {
    let count = normal.object_attributes();
    if !matches!(normal.object_kind(), ObjectKind::Process | ObjectKind::ProcessGroup) || count == 0 {
        return;
    }
    out.push(b'(');
    for attribute in 0..count.min(MOST_PROCESSES) {
        let start = out.len();
        if attribute > 0 {
            out.push(b',');
        }
        if !normal.push_process(attribute, out) {
            out.truncate(start);
        }
    }
    // there are dots also where nothing is left out
    out.extend_from_slice(if count < MOST_PROCESSES { b") " } else { b",...) " });
}
