//! The cells of a report's rows, and how rows are written.

use crate::locale::DateForm;
use crate::print::clock::Clock;
use crate::print::csv::quote;
use crate::print::utc;
use crate::print::writer::Writer;
use raudit_record::EventId;
use raudit_record::interpret::Escape;
use raudit_record::text::{push_decimal, push_signed};
use std::io::{self, Write};

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Form {
    /// As aureport writes it.
    #[default]
    Text,
    /// Values separated by commas (RFC 4180), with a line of names.
    Csv,
    /// An object for each row, on a line of its own.
    Json,
}

/// How a text is shown on a terminal.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Show {
    /// Escaped as the user has asked.
    Escaped,
    /// aureport escapes nothing here; it still must not drive a terminal.
    Plain,
    /// Digits: in JSON a number.
    Number,
    /// It is escaped already.
    Ready,
}

/// Writes one row after the other.
#[derive(Debug)]
pub(crate) struct Cells {
    form: Form,
    escape: Escape,
    names: Vec<&'static str>,
    /// Which of them is the next.
    at: usize,
    /// What is between cells of a text. Counts have two spaces behind them.
    gap: &'static str,
    clock: Clock,
    utc: utc::Clock,
    row: Vec<u8>,
    json: Writer,
}

impl Cells {
    /// Rows of columns of these names.
    pub(crate) fn new(form: Form, escape: Escape, names: Vec<&'static str>, dates: &DateForm) -> Self {
        let dates = if form == Form::Csv { &DateForm::iso() } else { dates };
        Self {
            form,
            escape,
            names,
            at: 0,
            gap: " ",
            clock: Clock::new(dates),
            utc: utc::Clock::default(),
            row: Vec::new(),
            json: Writer::default(),
        }
    }

    /// The line of names, where there is one.
    pub(crate) fn header(&self, first: &str) -> String {
        match self.form {
            Form::Csv => format!("{first}{}\n", self.names.join(",")),
            Form::Text | Form::Json => String::new(),
        }
    }

    /// Begins a row with a time.
    pub(crate) fn begin_at(&mut self, id: EventId) {
        self.begin();
        self.gap = " ";
        if self.form == Form::Json {
            self.json.text_or_null("time", self.utc.rfc3339(id));
            self.json.name("epoch");
            return self.json.seconds(id.sec, id.milli);
        }
        self.clock.set(id.sec);
        match self.form {
            Form::Csv => {
                self.row.extend_from_slice(self.clock.date.as_bytes());
                self.row.push(b',');
                self.row.extend_from_slice(&self.clock.time);
            }
            _ if self.clock.date.is_empty() => self.row.push(b'?'),
            _ => {
                self.row.extend_from_slice(self.clock.date.as_bytes());
                self.row.push(b' ');
                self.row.extend_from_slice(&self.clock.time);
            }
        }
    }

    /// Begins a row.
    pub(crate) fn begin(&mut self) {
        self.row.clear();
        self.json.clear();
        self.at = 0;
        self.gap = "  ";
        if self.form == Form::Json {
            self.json.open();
        }
    }

    /// The next cell: a text, or `missing` where there is none.
    pub(crate) fn text(&mut self, show: Show, text: Option<&[u8]>, missing: &str) {
        let name = self.names.get(self.at).copied().unwrap_or_default();
        self.at += 1;
        if self.form == Form::Json {
            self.json.name(name);
            return match text {
                Some(digits) if show == Show::Number => self.json.value(digits),
                Some(text) => self.json.text(text),
                None => self.json.null(),
            };
        }
        let first = self.row.is_empty();
        match self.form {
            Form::Csv if !first => self.row.push(b','),
            Form::Text if !first => self.row.extend_from_slice(self.gap.as_bytes()),
            _ => {}
        }
        let Some(text) = text else {
            let missing = if self.form == Form::Csv { "" } else { missing };
            return self.row.extend_from_slice(missing.as_bytes());
        };
        let start = self.row.len();
        match show {
            Show::Escaped => self.row.extend_from_slice(&self.escape.show(text)),
            Show::Plain => self.row.extend_from_slice(&self.escape.at_most_control().show(text)),
            Show::Number | Show::Ready => self.row.extend_from_slice(text),
        }
        if self.form == Form::Csv {
            quote(start, &mut self.row);
        }
    }

    /// The next cell: a number.
    pub(crate) fn number(&mut self, number: u64) {
        let mut digits = Vec::with_capacity(20);
        push_decimal(&mut digits, number);
        self.text(Show::Number, Some(&digits), "");
    }

    /// The next cell: a number that may be less than nothing.
    pub(crate) fn signed(&mut self, number: i64) {
        let mut digits = Vec::with_capacity(20);
        push_signed(&mut digits, number);
        self.text(Show::Number, Some(&digits), "");
    }

    /// The row, with the end of its line.
    pub(crate) fn end(&mut self) -> &[u8] {
        if self.form == Form::Json {
            self.json.close();
            self.json.end_line();
            return self.json.bytes();
        }
        self.row.push(b'\n');
        &self.row
    }
}

/// Appends a row as one of those that get their numbers when they are written.
pub(crate) fn push_unnumbered(row: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&row.len().to_le_bytes());
    out.extend_from_slice(row);
}

/// Writes rows that have no numbers yet, with them or without. `last` is the number of the row before.
///
/// # Errors
/// What writing gives.
pub(crate) fn write_numbered(mut rows: &[u8], shown: bool, last: &mut u64, out: &mut impl Write) -> io::Result<()> {
    let mut number = Vec::new();
    while let Some((length, rest)) = rows.split_first_chunk()
        && let Some((row, rest)) = rest.split_at_checked(usize::from_le_bytes(*length))
    {
        rows = rest;
        *last += 1;
        if shown {
            number.clear();
            push_decimal(&mut number, *last);
            number.extend_from_slice(b". ");
            out.write_all(&number)?;
        }
        out.write_all(row)?;
    }
    Ok(())
}
