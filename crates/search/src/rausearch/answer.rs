//! From an event to its part of the answer.

use super::request::Request;
use crate::crew::Hand;
use crate::event::Event;
use crate::expr::{Expression, Tester};
use crate::print::Printer;
use crate::print::colour::Painter;
use crate::query::{Judge, Verdict};
use crate::trouble::say_malformed;
use std::io::{self, Write};
use std::mem;

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
    /// If there are colours.
    painter: Option<Painter>,
    /// What is to be written before what a crew has made.
    header: Vec<u8>,
}

impl<'a> Answer<'a> {
    pub(super) fn new(request: &'a Request) -> Self {
        let printer = Printer::new(request.format, &request.date, request.escape);
        let painter = (request.colour && request.format.is_for_people()).then(Painter::default);
        Self {
            judge: Judge::new(&request.query),
            expressions: &request.expressions,
            tester: Tester::new(),
            printer,
            debug: request.debug,
            painter,
            header: Vec::new(),
        }
    }

    /// One of several. What they show has no header, as it comes in any order.
    pub(super) fn of_a_crew(request: &'a Request) -> Self {
        let mut answer = Self::new(request);
        answer.printer.without_header();
        answer.header = Printer::header(request.format);
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
                    say_malformed(why, &record, notes)?;
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
        let printed = match &mut self.painter {
            Some(painter) => self.printer.print(event, &mut painter.painting(out)),
            None => self.printer.print(event, out),
        };
        tally.empty += self.printer.take_empty();
        printed
    }
}

impl Hand for Answer<'_> {
    type Sum = Tally;

    fn take(
        &mut self,
        event: &Event,
        _number: u64,
        tally: &mut Tally,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        if self.is_asked_for(event, tally, notes)? { self.show(event, tally, out) } else { Ok(()) }
    }

    fn take_now(
        &mut self,
        event: &Event,
        _number: u64,
        tally: &mut Tally,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        if self.is_asked_for(event, tally, notes)? {
            out.write_all(&mem::take(&mut self.header))?;
            self.show(event, tally, out)?;
        }
        Ok(())
    }

    fn write(&mut self, made: &[u8], out: &mut impl Write) -> io::Result<()> {
        out.write_all(&mem::take(&mut self.header))?;
        out.write_all(made)
    }

    fn add(tally: &mut Tally, further: Tally) {
        tally.add(further);
    }
}
