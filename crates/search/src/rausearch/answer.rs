//! From an event to its part of the answer.

use super::request::Request;
use crate::event::Event;
use crate::expr::{Expression, Tester};
use crate::print::Printer;
use crate::print::colour::paint;
use crate::query::{Judge, Verdict};
use raudit_record::interpret::Escape;
use std::io::{self, Write};

/// What became of the events that were read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    /// Events the query asked for.
    pub(super) matched: u64,
    /// Events with a record that cannot be read.
    pub(super) malformed: u64,
    /// Events whose row in csv has nothing in it.
    pub(super) empty: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.matched += other.matched;
        self.malformed += other.malformed;
        self.empty += other.empty;
    }
}

/// Judges events, and shows those that are asked for. One per thread.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    judge: Judge<'a>,
    /// These must hold, too.
    expressions: &'a [Expression],
    tester: Tester,
    printer: Printer,
    debug: bool,
    /// What is to be painted, and painted, if there are colours.
    colour: Option<(Vec<u8>, Vec<u8>)>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        let printer = Printer::new(request.format, &request.date, request.escape);
        let colour = (request.colour && request.format.is_for_people()).then(Default::default);
        Self {
            judge: Judge::new(&request.query),
            expressions: &request.expressions,
            tester: Tester::new(),
            printer,
            debug: request.debug,
            colour,
        }
    }

    /// One of several, which show no header: their results come in any order.
    pub(super) fn of_a_crew(request: &'a Request) -> Self {
        let mut answer = Self::new(request);
        answer.printer.without_header();
        answer
    }

    /// Whether the event is asked for. One that cannot be read is counted, and named on `notes` if that is wanted.
    ///
    /// # Errors
    /// What writing to `notes` gives.
    pub(super) fn is_asked_for(&mut self, event: &Event, tally: &mut Tally, notes: &mut dyn Write) -> io::Result<bool> {
        match self.judge.judge(event) {
            Verdict::Match => Ok(self.tester.all_hold(self.expressions, event)),
            Verdict::Other => Ok(false),
            Verdict::Malformed(why, record) => {
                tally.malformed += 1;
                if self.debug {
                    write!(notes, "Malformed event skipped, rc={}. ", why.0)?;
                    notes.write_all(&Escape::Tty.show(record.text()))?;
                    writeln!(notes)?;
                }
                Ok(false)
            }
        }
    }

    /// Shows an event.
    ///
    /// # Errors
    /// What writing gives.
    pub(super) fn show(&mut self, event: &Event, tally: &mut Tally, out: &mut impl Write) -> io::Result<()> {
        tally.matched += 1;
        let Some((plain, painted)) = &mut self.colour else {
            self.printer.print(event, out)?;
            tally.empty += self.printer.take_empty();
            return Ok(());
        };
        plain.clear();
        painted.clear();
        self.printer.print(event, plain)?;
        paint(plain, painted);
        out.write_all(painted)
    }
}
