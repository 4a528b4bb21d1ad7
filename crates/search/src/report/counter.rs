//! The hands that make a report: each counts for itself, and adds that to the whole now and then.

use super::cells::{Form, write_numbered};
use super::choose::Filter;
use super::coverage::Rules;
use super::made::{Kind, Made, Style};
use crate::crew::Hand;
use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::trouble::say_malformed;
use std::io::{self, Write};
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// Distinct values a hand has before it adds them to the whole: memory is needed for the whole, and not for each hand as much.
const MOST: usize = 1 << 14;

/// What is asked of events, and made of them.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) kind: Kind,
    pub(crate) filter: Filter,
    pub(crate) wanted: Wanted,
    pub(crate) style: Style,
    /// What events are held against, for coverage.
    pub(crate) rules: Arc<Rules>,
    /// Events that cannot be read are named.
    pub(crate) debug: bool,
}

/// What is known of events that were taken.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sum {
    /// Those that cannot be read.
    pub(crate) malformed: u64,
    /// Those that have a row.
    pub(crate) shown: u64,
}

/// Counts, or makes rows.
#[derive(Debug)]
pub(crate) struct Counter<'a> {
    job: &'a Job,
    own: Made,
    whole: &'a Mutex<Made>,
    /// Rows of one event.
    rows: Vec<u8>,
    /// The number of the last row that was written.
    last: u64,
}

impl<'a> Counter<'a> {
    /// One that adds to that whole.
    pub(crate) fn new(job: &'a Job, whole: &'a Mutex<Made>) -> Self {
        Self { job, own: Made::new(job), whole, rows: Vec::new(), last: 0 }
    }

    /// Makes the rows of an event, or counts it.
    fn make(&mut self, event: &Event, number: u64, sum: &mut Sum, notes: &mut dyn Write) -> io::Result<()> {
        self.rows.clear();
        match Items::of(event, self.job.wanted) {
            Ok(items) if self.job.filter.passes(event, &items) => {
                self.own.add(self.job.kind, number, event, &items, &mut self.rows);
                sum.shown += u64::from(!self.rows.is_empty());
            }
            Ok(_) => {}
            Err((why, record)) => {
                sum.malformed += 1;
                if self.job.debug {
                    say_malformed(why, &record, notes)?;
                }
            }
        }
        if self.own.size() >= MOST {
            self.hand_over();
        }
        Ok(())
    }

    fn hand_over(&mut self) {
        // another hand that broke off has counted what it has counted
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.merge(&mut self.own);
    }
}

impl Hand for Counter<'_> {
    type Sum = Sum;

    fn take(
        &mut self,
        event: &Event,
        number: u64,
        sum: &mut Sum,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        self.make(event, number, sum, notes)?;
        out.write_all(&self.rows)
    }

    fn take_now(
        &mut self,
        event: &Event,
        number: u64,
        sum: &mut Sum,
        out: &mut impl Write,
        notes: &mut dyn Write,
    ) -> io::Result<()> {
        self.make(event, number, sum, notes)?;
        let rows = mem::take(&mut self.rows);
        self.write(&rows, out)?;
        self.rows = rows;
        Ok(())
    }

    fn write(&mut self, made: &[u8], out: &mut impl Write) -> io::Result<()> {
        write_numbered(made, self.job.style.form == Form::Text, &mut self.last, out)
    }

    fn add(sum: &mut Sum, further: Sum) {
        sum.malformed += further.malformed;
        sum.shown += further.shown;
    }

    fn end(&mut self) {
        self.hand_over();
    }
}
