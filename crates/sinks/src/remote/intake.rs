//! What of the input goes into the queue.

use raudit_dispatch::feed::Event;
use raudit_dispatch::frame::parse;
use raudit_remote::protocol::{RECORD_MAX, is_record};

/// What an event is for us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Taken {
    /// A line with its newline, and whether it was cut.
    Line(Vec<u8>, bool),
    /// The end of an event (EOE), which is not sent: the collector has no use for it.
    EndOfEvent,
    /// No record: the collector would close the connection.
    NotARecord,
}

/// The longest line, its newline included: what auditd's program reads at once.
pub const LINE_MAX: usize = RECORD_MAX - 1;

/// Takes an event.
pub fn take(event: &Event) -> Taken {
    let Ok(Some((frame, _))) = parse(event) else { return Taken::NotARecord };
    let mut line = Vec::with_capacity(frame.payload.len() + 32);
    frame.push_line(&mut line);
    if !is_record(&line) {
        return Taken::NotARecord;
    }
    if is_end_of_event(&line) {
        return Taken::EndOfEvent;
    }
    // in the queue's file a text ends with NUL
    line.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = b' ');
    let is_cut = line.len() > LINE_MAX;
    if is_cut {
        line.truncate(LINE_MAX - 1);
        line.push(b'\n');
    }
    Taken::Line(line, is_cut)
}

/// With or without `node=` in front.
fn is_end_of_event(line: &[u8]) -> bool {
    let kind = if line.starts_with(b"type=") {
        Some(line)
    } else {
        line.iter().position(|byte| *byte == b' ').and_then(|space| line.get(space + 1..))
    };
    kind.is_some_and(|kind| kind.starts_with(b"type=EOE"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn taken(line: &[u8]) -> Taken {
        let mut frame = Vec::new();
        for number in [1, 16, 1307, line.len() as u32] {
            frame.extend(number.to_ne_bytes());
        }
        take(&Arc::from([&frame[..], line].concat()))
    }

    #[test]
    fn records_are_lines_and_ends_of_events_are_left_out() {
        assert_eq!(taken(b"type=CWD msg=x"), Taken::Line(b"type=CWD msg=x\n".to_vec(), false));
        assert_eq!(taken(b"node=a type=CWD a\0b"), Taken::Line(b"node=a type=CWD a b\n".to_vec(), false));
        assert_eq!(taken(b"type=EOE msg=x"), Taken::EndOfEvent);
        assert_eq!(taken(b"node=a type=EOE msg=x"), Taken::EndOfEvent);
        for wrong in [&b"hello"[..], b" type=CWD", b"\xff\xfe"] {
            assert_eq!(taken(wrong), Taken::NotARecord);
        }
        let long = [b"type=PATH ".to_vec(), vec![b'x'; 10_000]].concat();
        let Taken::Line(line, true) = taken(&long) else { panic!("not cut") };
        assert!(line.len() == LINE_MAX && line.ends_with(b"x\n"));
    }
}
