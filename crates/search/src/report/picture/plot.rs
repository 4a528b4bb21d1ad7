//! A plot on a terminal: the timeline, and bars for what is most frequent.

use super::figures::{Bars, Figures, Ranking, Row};
use super::screen::{BLUE, BOLD, RED, Screen};
use super::show::{grouped, second};
use super::timeline::Bar;
use std::fmt::{self, Write};
use unicode_width::UnicodeWidthStr;

/// How high the chart of all events is, in lines, and that of those that failed.
const HIGH: usize = 6;
const FAILED_HIGH: usize = 2;
/// So many of each list.
const ROWS: usize = 10;

/// The plot.
pub(crate) fn plot(figures: &Figures, screen: Screen) -> String {
    let mut out = String::new();
    // a String takes everything
    let _written = write(figures, screen, &mut out);
    out
}

fn write(figures: &Figures, screen: Screen, out: &mut String) -> fmt::Result {
    timeline(&figures.timeline, screen, out)?;
    let one = |row: &Row| row.texts.first().cloned().unwrap_or_default();
    let login = |row: &Row| match &row.texts[..] {
        [account, from, program] => format!("{account} from {from} by {program}"),
        _ => String::new(),
    };
    list("Users", &figures.users, one, screen, out)?;
    list("Executables", &figures.executables, one, screen, out)?;
    list("Keys", &figures.keys, one, screen, out)?;
    list("Failed logins", &figures.logins, login, screen, out)
}

fn timeline(bars: &Bars, screen: Screen, out: &mut String) -> fmt::Result {
    if bars.bars.is_empty() {
        return writeln!(out, "There are no events to plot.\n");
    }
    let gutter = grouped(bars.greatest().events).len();
    let room = screen.width.saturating_sub(gutter + 2).max(1);
    // as many to a column as needed, or as many columns for each as there is room
    let (together, wide) = (bars.bars.len().div_ceil(room), (room / bars.bars.len()).max(1));
    let sum = |some: &[Bar]| {
        some.iter()
            .fold(Bar::default(), |sum, bar| Bar { events: sum.events + bar.events, failed: sum.failed + bar.failed })
    };
    let columns: Vec<Bar> = bars.bars.chunks(together).map(sum).collect();
    let each = super::axis::length(bars.width.saturating_mul(together as i64));
    screen.paint(BOLD, "Events by time", out);
    writeln!(out, ", {each} to a bar")?;
    let all: Vec<u64> = columns.iter().map(|bar| bar.events).collect();
    let failed: Vec<u64> = columns.iter().map(|bar| bar.failed).collect();
    chart(&all, HIGH, (gutter, wide), (BLUE, screen), out)?;
    let (from, to) = (second_of(bars.from), second_of(bars.to()));
    write!(out, "{:gutter$}  {from}", "")?;
    match (columns.len() * wide).checked_sub(from.len()) {
        Some(rest) if rest > to.len() => writeln!(out, "{to:>rest$}")?,
        // no room for the end
        _ => writeln!(out)?,
    }
    if failed.iter().any(|&number| number > 0) {
        writeln!(out, "Those that failed")?;
        chart(&failed, FAILED_HIGH, (gutter, wide), (RED, screen), out)?;
    }
    writeln!(out)
}

fn second_of(time: i64) -> String {
    second(u64::try_from(time / 1000).unwrap_or(0))
}

/// Columns so many lines high; the first line says what the greatest is.
fn chart(
    numbers: &[u64],
    high: usize,
    (gutter, wide): (usize, usize),
    (colour, screen): (&str, Screen),
    out: &mut String,
) -> fmt::Result {
    let parts = screen.upwards();
    let most = numbers.iter().copied().max().unwrap_or(0).max(1);
    let total = high * parts.len();
    for line in (0..high).rev() {
        let label = if line + 1 == high {
            grouped(most)
        } else if line == 0 {
            "0".to_owned()
        } else {
            String::new()
        };
        write!(out, "{label:>gutter$}  ")?;
        let mut cells = String::new();
        for &number in numbers {
            // what is there is seen, be it ever so little
            let filled = parts_of(number, most, total).max(usize::from(number > 0));
            let here = filled.saturating_sub(line * parts.len()).min(parts.len());
            let cell = here.checked_sub(1).and_then(|at| parts.get(at)).copied().unwrap_or(' ');
            cells.extend(std::iter::repeat_n(cell, wide));
        }
        screen.paint(colour, cells.trim_end(), out);
        out.push('\n');
    }
    Ok(())
}

/// Of `total` parts those that a number has of the most, rounded.
fn parts_of(number: u64, most: u64, total: usize) -> usize {
    let parts = (u128::from(number) * total as u128 * 2 + u128::from(most)) / (u128::from(most) * 2).max(1);
    usize::try_from(parts).unwrap_or(total).min(total)
}

fn list(
    title: &str,
    ranking: &Ranking,
    name: impl Fn(&Row) -> String,
    screen: Screen,
    out: &mut String,
) -> fmt::Result {
    screen.paint(BOLD, title, out);
    let rows = ranking.rows.get(..ROWS).unwrap_or(&ranking.rows);
    if rows.is_empty() {
        return writeln!(out, ": none\n");
    }
    let more = if ranking.more { "more than " } else { "" };
    writeln!(out, ", {} of {more}{}", rows.len(), grouped(ranking.distinct as u64))?;
    let names: Vec<String> = rows.iter().map(name).collect();
    let longest = names.iter().map(|name| name.width()).max().unwrap_or(0);
    let left = longest.min(screen.width * 9 / 20);
    let most = rows.iter().map(|row| row.count.events).max().unwrap_or(0);
    let (digits, failed) = (grouped(most).len(), rows.iter().map(|row| row.count.failed).max().unwrap_or(0));
    // of failures all have failed
    let tells = failed > 0 && rows.iter().any(|row| row.count.failed != row.count.events);
    let right = if tells { grouped(failed).len() + " failed".len() + 1 } else { 0 };
    let room = screen.width.saturating_sub(2 + left + 1 + digits + 1 + right).max(4);
    for (row, name) in rows.iter().zip(&names) {
        write!(out, "  {} {:>digits$} ", screen.fit(name, left), grouped(row.count.events))?;
        let used = bar(row, (most, room), screen, out);
        if tells && row.count.failed > 0 {
            let number = grouped(row.count.failed);
            write!(out, "{:used$}", "", used = room - used + 1)?;
            screen.paint(RED, &format!("{number:>0$} failed", grouped(failed).len()), out);
        }
        out.push('\n');
    }
    writeln!(out)
}

/// A bar; what failed comes first, if there are colours to tell. Gives how many cells it takes.
fn bar(row: &Row, (most, room): (u64, usize), screen: Screen, out: &mut String) -> usize {
    let parts = screen.rightwards();
    let filled = parts_of(row.count.events, most, room * parts.len()).max(1);
    let (whole, rest) = (filled / parts.len(), filled % parts.len());
    let mut cells: Vec<char> = std::iter::repeat_n(parts.last().copied().unwrap_or('#'), whole).collect();
    cells.extend(rest.checked_sub(1).and_then(|at| parts.get(at)));
    let red = parts_of(row.count.failed, most, room).max(usize::from(row.count.failed > 0)).min(cells.len());
    let (failed, others) = cells.split_at_checked(red).unwrap_or((&cells, &[]));
    screen.paint(RED, &failed.iter().collect::<String>(), out);
    screen.paint(BLUE, &others.iter().collect::<String>(), out);
    cells.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::overview::Overview;
    use crate::report::picture::collect::Collected;
    use crate::report::picture::counts::{Count, join};
    use crate::report::picture::screen::OFF;

    const PLAIN: Screen = Screen { width: 80, utf8: true, colours: false };

    fn figures() -> Figures {
        let mut collected = Collected::default();
        for (name, events, failed) in [("root", 100, 25), ("ä".repeat(60).as_str(), 50, 0), ("名前", 1, 1)] {
            collected.users.add(name.as_bytes(), Count { events, failed, last: 0 });
        }
        let mut whole = Vec::new();
        join(&[b"jo", b"10.0.0.1", b"/usr/sbin/sshd"], &mut whole);
        collected.logins.add(&whole, Count { events: 2, failed: 2, last: 0 });
        for milli in 0..1000 {
            collected.timeline.add(1_700_000_000_000 + milli * milli / 1000, milli == 999);
        }
        Figures::of(&Overview::default(), collected, Vec::new())
    }

    #[test]
    fn nothing_is_wider_than_the_terminal_and_bars_have_their_length() {
        let figures = figures();
        for width in [40, 41, 80, 133] {
            for utf8 in [true, false] {
                let screen = Screen { width, utf8, ..PLAIN };
                let text = plot(&figures, screen);
                assert!(text.lines().all(|line| line.width() <= width), "{width}: {text}");
                assert!(text.is_ascii() != utf8 && !text.contains('\u{1b}'));
                let full = |name: &str| {
                    let line = text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
                    line.chars().filter(|c| ['█', '#'].contains(c)).count()
                };
                let other = if utf8 { "ä" } else { "?" };
                assert!(full("root").abs_diff(2 * full(other)) <= 1, "{text}");
            }
        }
    }

    #[test]
    fn lists_say_how_much_they_show() {
        let text = plot(&figures(), PLAIN);
        for part in [
            "Users, 3 of 3\n",
            " 25 failed\n",
            "jo from 10.0.0.1 by /usr/sbin/sshd 2 █",
            "Keys: none\n",
            "20 milliseconds to a bar\n",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
        let empty = Figures::of(&Overview::default(), Collected::default(), Vec::new());
        assert!(plot(&empty, PLAIN).starts_with("There are no events to plot.\n"));
    }

    #[test]
    fn colours_only_where_they_are_wanted() {
        let text = plot(&figures(), Screen { colours: true, ..PLAIN });
        assert_eq!(
            text.matches(RED).count() + text.matches(BLUE).count() + text.matches(BOLD).count(),
            text.matches(OFF).count()
        );
        assert!(text.contains(RED) && text.contains(BLUE));
    }

    #[test]
    fn parts_are_rounded_and_never_too_many() {
        assert_eq!([0, 1, 49, 50, 99, 100].map(|number| parts_of(number, 100, 10)), [0, 0, 5, 5, 10, 10]);
        assert_eq!(parts_of(u64::MAX, u64::MAX, 8), 8);
    }
}
