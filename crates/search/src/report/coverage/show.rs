//! What was counted, as raureport shows it.

use super::count::{Coverage, Fired, Unexplained};
use super::explain::Why;
use super::few::Seen;
use super::rules::Entry;
use crate::report::made::Style;
use crate::report::times;
use raudit_record::Kind;
use raudit_rules::{Field, FieldId, Op, Value};
use raudit_tables::arch;
use std::cmp::Reverse;
use std::io::{self, Write};

/// What stands over the report.
pub(crate) const HEADING: &str = "Coverage Report\n======================\n";

/// So many rows are shown of what no rule explains.
const MOST_ROWS: usize = 20;

/// Why a rule is where it is in the report.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    Fired,
    Never,
    /// The log has calls, but none of this machine.
    Foreign,
    /// Nothing is recorded because of it.
    Silent,
}

impl Coverage {
    /// Writes the report, without its heading.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn print(&self, style: &Style, out: &mut impl Write) -> io::Result<()> {
        self.totals(out)?;
        self.unfired(State::Never, "Rules that never fired", style, out)?;
        self.unfired(State::Foreign, "Rules of other architectures", style, out)?;
        self.fired(style, out)?;
        self.unexplained(style, out)?;
        self.others(out)
    }

    fn state(&self, entry: &Entry, fired: &Fired) -> State {
        let of_machine = |wanted: u32| {
            let is_it = |&seen: &u32| {
                wanted == seen || arch::compat(seen) == Some(wanted) || arch::compat(wanted) == Some(seen)
            };
            self.arches.is_empty() || self.arches.iter().any(is_it)
        };
        let is_foreign = |field: &Field| match field.value {
            Value::Number(wanted) => field.id == FieldId::ARCH && field.op == Op::Eq && !of_machine(wanted),
            Value::Text(_) => false,
        };
        match entry.conditions.iter().any(is_foreign) {
            _ if !entry.records() => State::Silent,
            _ if fired.seen.count > 0 => State::Fired,
            true => State::Foreign,
            false => State::Never,
        }
    }

    /// The rules in this state, in their order.
    fn rules(&self, state: State) -> impl Iterator<Item = (&Entry, &Fired)> {
        let all = self.rules.entries.iter().zip(&self.fired);
        all.filter(move |(entry, fired)| self.state(entry, fired) == state)
    }

    fn totals(&self, out: &mut impl Write) -> io::Result<()> {
        let number = |state| self.rules(state).count();
        write!(
            out,
            "Rules: {}, fired: {}, never fired: {}",
            self.rules.entries.len(),
            number(State::Fired),
            number(State::Never)
        )?;
        for (state, what) in
            [(State::Foreign, "of other architectures"), (State::Silent, "recording nothing (never or exclude)")]
        {
            if number(state) > 0 {
                write!(out, ", {what}: {}", number(state))?;
            }
        }
        write!(out, "\nEvents: {}, explained: {}", self.events, self.explained)?;
        if self.unsure > 0 {
            write!(out, " (uncertain: {})", self.unsure)?;
        }
        writeln!(out, ", unexplained: {}, not of rules: {}", self.unexplained.total.count, self.others.total.count)?;
        if self.fired.iter().any(|fired| fired.unsure + fired.elsewhere > 0) {
            writeln!(
                out,
                "N (A-B): at least A and at most B events; their records do not tell whether they are of this rule"
            )?;
        }
        writeln!(out)
    }

    fn unfired(&self, state: State, title: &str, style: &Style, out: &mut impl Write) -> io::Result<()> {
        let mut rows = self.rules(state).peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        heading(title, "rule", out)?;
        for (entry, fired) in rows {
            if fired.elsewhere > 0 {
                write!(out, "{}  ", counted(fired))?;
            }
            self.rule(entry, style, out)?;
        }
        writeln!(out)
    }

    fn fired(&self, style: &Style, out: &mut impl Write) -> io::Result<()> {
        let mut rows: Vec<(&Entry, &Fired)> = self.rules(State::Fired).collect();
        if rows.is_empty() {
            return Ok(());
        }
        heading("Rules that fired", "total  first  last  rule", out)?;
        rows.sort_by_key(|(_, fired)| Reverse(fired.seen.count));
        for (entry, fired) in rows {
            write!(out, "{}  {}  ", counted(fired), span(&fired.seen, style))?;
            self.rule(entry, style, out)?;
        }
        writeln!(out)
    }

    fn rule(&self, entry: &Entry, style: &Style, out: &mut impl Write) -> io::Result<()> {
        let file = self.rules.files.get(entry.file).map(Vec::as_slice).unwrap_or_default();
        let place = [file, format!(":{}  ", entry.line).as_bytes(), &entry.text].concat();
        out.write_all(&style.escape.at_most_control().show(&place))?;
        writeln!(out)
    }

    fn unexplained(&self, style: &Style, out: &mut impl Write) -> io::Result<()> {
        let total = self.unexplained.total.count;
        if total == 0 {
            return Ok(());
        }
        heading("Events that no rule explains", "total  first  last  what", out)?;
        let rows = self.unexplained.rows();
        let mut shown = 0;
        for (value, seen) in rows.iter().take(MOST_ROWS) {
            shown += seen.count;
            write!(out, "{}  {}  ", seen.count, span(seen, style))?;
            out.write_all(&style.escape.at_most_control().show(&described(value, style)))?;
            writeln!(out)?;
        }
        let kept: u64 = rows.iter().map(|(_, seen)| seen.count).sum();
        match (total - shown, total - kept) {
            (0, _) => {}
            (rest, 0) => writeln!(out, "{rest}  of {} others", rows.len().saturating_sub(MOST_ROWS))?,
            (rest, _) => writeln!(out, "{rest}  of others: too many to look which are the most frequent")?,
        }
        writeln!(out, "{total}  {}  in all\n", span(&self.unexplained.total, style))
    }

    fn others(&self, out: &mut impl Write) -> io::Result<()> {
        if self.others.total.count == 0 {
            return Ok(());
        }
        heading("Events that are not of rules", "total  type", out)?;
        let mut rest = self.others.total.count;
        for (kind, seen) in self.others.rows() {
            rest -= seen.count;
            let mut row = format!("{}  ", seen.count).into_bytes();
            Kind(*kind).push(&mut row);
            row.push(b'\n');
            out.write_all(&row)?;
        }
        if rest > 0 {
            writeln!(out, "{rest}  of other types")?;
        }
        writeln!(out)
    }
}

fn heading(title: &str, columns: &str, out: &mut impl Write) -> io::Result<()> {
    let rule = "=".repeat(title.len().max(columns.len()));
    writeln!(out, "{title}\n{rule}\n{columns}\n{rule}")
}

/// `12`, or `12 (10-15)` where it is not certain.
fn counted(fired: &Fired) -> String {
    match fired.range() {
        (least, most) if least == most => fired.seen.count.to_string(),
        (least, most) => format!("{} ({least}-{most})", fired.seen.count),
    }
}

fn span(seen: &Seen, style: &Style) -> String {
    format!("{}  {}", times::exact(&seen.first, &style.dates), times::exact(&seen.last, &style.dates))
}

/// `key=K (in no rule)`, `arch=c000003e syscall=257 exe=/usr/bin/cat (no key)`
fn described(value: &Unexplained, style: &Style) -> Vec<u8> {
    let mut text = Vec::new();
    let mut part = |name: &[u8], value: &[u8]| {
        let blank: &[u8] = if text.is_empty() { b"" } else { b" " };
        text.extend_from_slice(&[blank, name, b"=", value].concat());
    };
    // the separator of several keys is a control character
    let keys: Vec<&[u8]> = value.key.split(|&byte| byte == 1).filter(|key| !key.is_empty()).collect();
    keys.into_iter().for_each(|key| part(b"key", key));
    if let Some((machine, number)) = value.call {
        let named =
            |name: Option<&str>, otherwise: String| name.filter(|_| style.interprets).map_or(otherwise, str::to_owned);
        if machine == 0 {
            let name = raudit_rules::names::IO_URING.name(number);
            part(b"uring_op", named(name, number.to_string()).as_bytes());
        } else {
            part(b"arch", named(arch::name(machine), format!("{machine:x}")).as_bytes());
            part(b"syscall", named(raudit_tables::syscall::name(machine, number), number.to_string()).as_bytes());
        }
    }
    if let Some(exe) = &value.exe {
        part(b"exe", exe);
    }
    text.extend_from_slice(match value.why {
        Why::NoKey => b" (no key)",
        Why::UnknownKey => b" (in no rule)",
        Why::NoFit => b" (not as in the rules with this key)",
    });
    text
}
