//! Charts. Widths are percentages and heights pixels, so that lettering has its size on a phone, too.

use super::text::Escaped;
use crate::report::picture::axis::{Tick, round, ticks};
use crate::report::picture::counts::Count;
use crate::report::picture::figures::Bars;
use crate::report::picture::show::{grouped, local, moment};
use crate::report::picture::timeline::{DAY, SECOND};
use std::fmt::{self, Write};

/// The two panels: events above, below those that failed, each with a scale of its own.
const EVENTS: Panel = Panel { top: 20, height: 116 };
const FAILED: Panel = Panel { top: 162, height: 44 };
/// Where the axis of time ends, and the base lines of its labels.
const END: i64 = FAILED.top + FAILED.height;
const LABEL: i64 = END + 17;
const DAYS: i64 = END + 33;
/// Of a bar's place so much is bar.
const THICK: f64 = 0.84;
/// There is room for so many labels like 22:15, and for so many longer ones.
const LABELS: i64 = 7;
const LONG_LABELS: i64 = 4;

struct Panel {
    top: i64,
    height: i64,
}

/// The chart of events by time; `summary` is what it says, in words.
pub(super) fn timeline(bars: &Bars, summary: &str, out: &mut String) -> fmt::Result {
    let greatest = bars.greatest();
    let (most, most_failed) = (round(greatest.events), round(greatest.failed));
    writeln!(out, "<svg class=\"timeline\" role=\"img\" aria-label=\"{}\">", Escaped(summary))?;
    grid(&EVENTS, &counted(most, "event"), out)?;
    grid(&FAILED, &format!("{} failed", grouped(most_failed)), out)?;
    let place = 100.0 / bars.bars.len().max(1) as f64;
    for (at, (from, bar)) in bars.iter().enumerate().filter(|(_, (_, bar))| bar.events > 0) {
        let left = place * at as f64;
        let when = beginning(from, bars.width);
        write!(out, "<g><title>{when}: {}, {} failed</title>", counted(bar.events, "event"), grouped(bar.failed))?;
        column(&EVENTS, "e", (left, place), (bar.events, most), out)?;
        if bar.failed > 0 {
            column(&FAILED, "f", (left, place), (bar.failed, most_failed), out)?;
        }
        let (top, height) = (EVENTS.top, END - EVENTS.top);
        writeln!(
            out,
            "<rect class=\"h\" x=\"{left:.2}%\" y=\"{top}\" width=\"{place:.2}%\" height=\"{height}\"/></g>"
        )?;
    }
    let span = (bars.to() - bars.from) as f64;
    let mut labels = ticks(bars.from, bars.to(), LABELS);
    if labels.iter().any(|tick| tick.label.len() > "22:15".len()) {
        labels = ticks(bars.from, bars.to(), LONG_LABELS);
    }
    for (at, tick) in labels.iter().enumerate() {
        label(tick, 100.0 * (tick.time - bars.from) as f64 / span, at % 2 == 1, out)?;
    }
    out.push_str("</svg>\n");
    Ok(())
}

/// A panel's base, half and top, and what its top stands for.
fn grid(panel: &Panel, top: &str, out: &mut String) -> fmt::Result {
    let bottom = panel.top + panel.height;
    for (class, y) in [("grid", panel.top), ("grid", panel.top + panel.height / 2), ("base", bottom)] {
        writeln!(out, "<line class=\"{class}\" x1=\"0\" x2=\"100%\" y1=\"{y}.5\" y2=\"{y}.5\"/>")?;
    }
    writeln!(out, "<text x=\"0\" y=\"{}\">{top}</text>", panel.top - 5)
}

/// A bar at (left, width) percent, as high as its part of the most.
fn column(
    panel: &Panel,
    class: &str,
    (left, place): (f64, f64),
    (number, most): (u64, u64),
    out: &mut String,
) -> fmt::Result {
    let height = panel.height as f64 * number as f64 / most.max(1) as f64;
    let (x, y) = (left + place * (1.0 - THICK) / 2.0, (panel.top + panel.height) as f64 - height);
    let width = place * THICK;
    write!(out, "<rect class=\"{class}\" x=\"{x:.2}%\" y=\"{y:.1}\" width=\"{width:.2}%\" height=\"{height:.1}\"/>")
}

/// A label of the axis of time; every second one may be left out where there is little room.
fn label(tick: &Tick, x: f64, even: bool, out: &mut String) -> fmt::Result {
    let anchor = match x {
        ..6.0 => "start",
        94.0.. => "end",
        _ => "middle",
    };
    let class = if even { " class=\"even\"" } else { "" };
    writeln!(
        out,
        "<g{class}><line class=\"base\" x1=\"{x:.2}%\" x2=\"{x:.2}%\" y1=\"{END}\" y2=\"{}\"/>\
         <text x=\"{x:.2}%\" y=\"{LABEL}\" text-anchor=\"{anchor}\">{}</text>",
        END + 4,
        tick.label
    )?;
    if !tick.day.is_empty() {
        writeln!(out, "<text x=\"{x:.2}%\" y=\"{DAYS}\" text-anchor=\"{anchor}\">{}</text>", tick.day)?;
    }
    out.push_str("</g>\n");
    Ok(())
}

fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// The bar of a row: as long as its part of the most, and of that what failed.
pub(super) fn bar(count: &Count, most: u64, out: &mut String) -> fmt::Result {
    let percent = |number: u64| 100.0 * number as f64 / most.max(1) as f64;
    out.push_str("<svg class=\"bar\" aria-hidden=\"true\"><rect class=\"b\" width=\"100%\" height=\"100%\"/>");
    write!(out, "<rect class=\"e\" width=\"{:.2}%\" height=\"100%\"/>", percent(count.events))?;
    if count.failed > 0 {
        write!(out, "<rect class=\"f\" width=\"{:.2}%\" height=\"100%\"/>", percent(count.failed))?;
    }
    out.push_str("</svg>");
    Ok(())
}

/// The local time's distance from UTC then: `UTC+01:00`.
pub(super) fn zone(time: i64) -> String {
    local(time).map_or_else(|| "UTC".to_owned(), |time| time.format("UTC%:z").to_string())
}

/// How the beginning of a bar of this length is written.
pub(super) fn beginning(from: i64, width: i64) -> String {
    moment(
        from,
        match width {
            DAY.. => "%Y-%m-%d",
            SECOND.. => "%Y-%m-%d %H:%M:%S",
            _ => "%Y-%m-%d %H:%M:%S%.3f",
        },
    )
}
