//! What a report makes of events: rows, or counts.

use super::Report;
use super::cells::{Cells, Form};
use super::counter::Job;
use super::coverage::{self, Coverage};
use super::overview::{Overview, Span};
use super::picture::Picture;
use super::rows::Rows;
use super::series::Series;
use super::tally::Tally;
use crate::event::Event;
use crate::items::{Items, Wanted};
use crate::locale::DateForm;
use raudit_record::interpret::Escape;
use std::io::{self, Write};
use std::sync::Arc;

/// Which report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    /// The one without a name.
    Overview,
    /// A row for each event.
    Rows(Report),
    /// How often each value comes.
    Summary(Report),
    /// The one without a name, as a page, or text and a plot.
    Picture {
        /// Nothing but the page is written.
        page: bool,
    },
    /// How often, in each period.
    Series(super::series::By, u64),
    /// Which rules fired.
    Coverage,
}

impl Kind {
    /// What has to be read of an event.
    pub(crate) fn wanted(self) -> Wanted {
        match self {
            Self::Overview | Self::Picture { .. } => super::overview::WANTED,
            Self::Rows(report) | Self::Summary(report) => report.wanted(),
            Self::Series(by, _) => by.wanted(),
            Self::Coverage => coverage::WANTED,
        }
    }

    /// Whether an event may be in it; others need not be read.
    pub(crate) fn concerns(self, event: &Event) -> bool {
        match self {
            Self::Overview | Self::Picture { .. } | Self::Series(..) | Self::Coverage => true,
            Self::Rows(report) | Self::Summary(report) => report.concerns(event),
        }
    }
}

/// How it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Style {
    pub(crate) form: Form,
    /// `-i`
    pub(crate) interprets: bool,
    pub(crate) escape: Escape,
    pub(crate) dates: DateForm,
}

/// What events were made into.
#[derive(Debug)]
pub(crate) enum Made {
    Overview(Box<Overview>),
    Picture(Box<Picture>),
    Rows(Box<Rows>),
    Tally(Tally),
    Series(Box<Series>),
    Coverage(Box<Coverage>),
}

impl Made {
    /// Nothing yet.
    pub(crate) fn new(job: &Job) -> Self {
        let Style { form, interprets, escape, ref dates } = job.style;
        match job.kind {
            Kind::Overview => Self::Overview(Box::default()),
            Kind::Picture { .. } => Self::Picture(Box::default()),
            Kind::Rows(report) => Self::Rows(Box::new(Rows::new(report, form, interprets, escape, dates))),
            Kind::Summary(report) => Self::Tally(Tally::new(report, interprets)),
            Kind::Series(by, period) => Self::Series(Box::new(Series::new(by, period, interprets))),
            Kind::Coverage => Self::Coverage(Box::new(Coverage::new(Arc::clone(&job.rules)))),
        }
    }

    /// Takes the event of that number. Its rows, if there are any, are appended to `out`, without their numbers.
    pub(crate) fn add(&mut self, kind: Kind, number: u64, event: &Event, items: &Items<'_>, out: &mut Vec<u8>) {
        match (self, kind) {
            (Self::Overview(overview), _) => overview.add(event, items),
            (Self::Picture(picture), _) => picture.add(event, items),
            (Self::Series(series), _) => series.add(event, items),
            (Self::Coverage(coverage), _) => coverage.add(event),
            (Self::Rows(rows), Kind::Rows(report)) if report.covers(event, items) => rows.push(event, items, out),
            (Self::Tally(tally), Kind::Summary(report)) if report.counts(event, items) => {
                tally.add(number, event, items);
            }
            _ => {}
        }
    }

    /// How many values it holds.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Overview(overview) => overview.size(),
            Self::Picture(picture) => picture.size(),
            Self::Tally(tally) => tally.size(),
            Self::Series(series) => series.size(),
            Self::Coverage(coverage) => coverage.size(),
            Self::Rows(_) => 0,
        }
    }

    /// Moves what the other has counted here.
    pub(crate) fn merge(&mut self, other: &mut Self) {
        match (self, other) {
            (Self::Overview(one), Self::Overview(other)) => one.merge(std::mem::take(other)),
            (Self::Picture(one), Self::Picture(other)) => one.merge(std::mem::take(other)),
            (Self::Tally(one), Self::Tally(other)) => one.merge(other),
            (Self::Series(one), Self::Series(other)) => one.merge(other),
            (Self::Coverage(one), Self::Coverage(other)) => one.merge(other.take()),
            // rows are written at once
            _ => {}
        }
    }

    /// Writes what was counted, and tells whether there is something. Rows are written already.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn print(self, kind: Kind, span: &Span, style: &Style, out: &mut impl Write) -> io::Result<bool> {
        match self {
            Self::Overview(overview) => overview.print_as(style.form, span, &style.dates, out).map(|()| true),
            Self::Series(series) => series.print(style, out),
            Self::Coverage(coverage) => coverage.print(style, out).map(|()| true),
            Self::Tally(mut tally) => {
                let Kind::Summary(report) = kind else { return Ok(true) };
                let mut cells = Cells::new(style.form, style.escape, report.summary_columns(), &style.dates);
                out.write_all(cells.header("").as_bytes())?;
                tally.print(&mut cells, out)
            }
            // it is shown where it is asked for
            Self::Rows(_) | Self::Picture(_) => Ok(true),
        }
    }
}
