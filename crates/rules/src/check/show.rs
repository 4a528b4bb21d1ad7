//! Problems as a compiler shows them: the place, the line, and a mark under what is meant.
//!
//! Whatever is in a file, what is shown is printable: control characters, bytes that are no UTF-8, and characters without a
//! width of their own are written as escapes.

use super::problem::{Problem, Severity, Spot};
use crate::rules_dir::Source;
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthChar;

/// Widest piece of a line that is shown.
const WIDTH: usize = 120;
/// Of a line that is cut, how much is shown before the mark.
const BEFORE: usize = 40;
/// Bytes on either side of the mark that can be enough for that.
const AROUND: usize = 4 * WIDTH;
/// Most ranges of lines that are listed.
const MOST_RANGES: usize = 12;

/// Shows problems of these files.
#[derive(Debug)]
pub struct Shower<'a> {
    sources: &'a [Source],
    /// For each file, where its lines start.
    starts: Vec<Vec<usize>>,
    colour: bool,
}

/// The colours of a terminal.
enum Colour {
    Bold,
    Of(Severity),
    Hint,
}

impl<'a> Shower<'a> {
    /// For these files, with colours or without.
    pub fn new(sources: &'a [Source], colour: bool) -> Self {
        let starts = |source: &Source| {
            let ends = source.content.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect()
        };
        Self { sources, starts: sources.iter().map(starts).collect(), colour }
    }

    /// A problem, several lines.
    pub fn problem(&self, problem: &Problem) -> String {
        let spot = &problem.spot;
        let kind = match problem.severity {
            Severity::Error => "error:",
            Severity::Warning => "warning:",
        };
        let kind = self.paint(Colour::Of(problem.severity), kind);
        let place = self.paint(Colour::Bold, &format!("{}:{}:{}:", self.name(spot), spot.line, self.column(spot)));
        let mut out = format!("{place} {kind} {}\n", printable(&problem.message));
        let (text, before, length) = excerpt(self.line(spot), spot.bytes);
        let mark = format!("^{}", "~".repeat(length.saturating_sub(1)));
        let mark = self.paint(Colour::Of(problem.severity), &mark);
        out += &format!("{:>7} | {text}\n        | {}{mark}\n", spot.line, " ".repeat(before));
        for hint in &problem.hints {
            let mut lines = hint.lines();
            let label = self.paint(Colour::Hint, "hint:");
            out += &format!("        = {label} {}\n", printable(lines.next().unwrap_or_default()));
            lines.for_each(|line| out += &format!("            {}\n", printable(line)));
        }
        if let Some(see) = &problem.see {
            let (text, ..) = excerpt(self.line(see), see.bytes);
            out += &format!("        = see {}:{}: {text}\n", self.name(see), see.line);
        }
        if !problem.also.is_empty() {
            out += &format!("        = also {}\n", self.also(spot, &problem.also));
        }
        out
    }

    fn paint(&self, colour: Colour, text: &str) -> String {
        let code = match colour {
            _ if !self.colour => return text.to_owned(),
            Colour::Bold => "1",
            Colour::Of(Severity::Error) => "1;31",
            Colour::Of(Severity::Warning) => "1;35",
            Colour::Hint => "1;36",
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }

    fn name(&self, spot: &Spot) -> String {
        let path = self.sources.get(spot.file).map(|source| source.path.to_string_lossy());
        printable(&path.unwrap_or_default())
    }

    /// The text of a line, without its newline.
    fn line(&self, spot: &Spot) -> &'a [u8] {
        let start = |line: usize| self.starts.get(spot.file).and_then(|starts| starts.get(line)).copied();
        let Some(content) = self.sources.get(spot.file).map(|source| source.content.as_slice()) else { return b"" };
        let Some(first) = start(spot.line.saturating_sub(1)) else { return b"" };
        let end = start(spot.line).map_or(content.len(), |next| next - 1);
        content.get(first..end).unwrap_or_default()
    }

    /// The column, from 1: characters where the line is text, else bytes.
    fn column(&self, spot: &Spot) -> usize {
        let line = self.line(spot);
        let before = line.get(..spot.bytes.0).unwrap_or(line);
        match (std::str::from_utf8(line), std::str::from_utf8(before)) {
            (Ok(_), Ok(text)) => text.chars().count() + 1,
            _ => before.len() + 1,
        }
    }

    /// Other lines, as ranges: `lines 3-5, 9; b.rules 2`.
    fn also(&self, spot: &Spot, lines: &[(usize, usize)]) -> String {
        let mut files: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &(file, line) in lines {
            files.entry(file).or_default().push(line);
        }
        let mut parts = Vec::new();
        let mut left = MOST_RANGES;
        let mut shown = 0;
        for (file, numbers) in &mut files {
            numbers.sort_unstable();
            let ranges: Vec<(usize, usize)> = ranges(numbers).into_iter().take(left).collect();
            if ranges.is_empty() {
                break;
            }
            left -= ranges.len();
            shown += ranges.iter().map(|(first, last)| last - first + 1).sum::<usize>();
            let texts = ranges.iter().map(|&(first, last)| match last - first {
                0 => first.to_string(),
                _ => format!("{first}-{last}"),
            });
            let texts = texts.collect::<Vec<_>>().join(", ");
            let of = Spot { file: *file, ..spot.clone() };
            let name = if *file == spot.file { String::new() } else { format!("{} ", self.name(&of)) };
            parts.push(format!("{name}line{} {texts}", if texts.contains([',', '-']) { "s" } else { "" }));
        }
        let more = match lines.len().saturating_sub(shown) {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        parts.join("; ") + &more
    }
}

/// Ascending numbers as ranges.
fn ranges(numbers: &[usize]) -> Vec<(usize, usize)> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last == number => {}
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => ranges.push((number, number)),
        }
    }
    ranges
}

/// Text without anything that a terminal acts on.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| shown(c).0).collect()
}

/// A character as it is shown, and how wide that is.
fn shown(c: char) -> (String, usize) {
    let escape = match (c, c.width()) {
        ('\t', _) => "\\t".into(),
        ('\r', _) => "\\r".into(),
        (_, Some(width @ 1..)) => return (c.into(), width),
        (c, _) if c.is_ascii() => format!("\\x{:02x}", u32::from(c)),
        _ => format!("\\u{{{:x}}}", u32::from(c)),
    };
    let width = escape.len();
    (escape, width)
}

/// What a piece of the line is shown as: where it starts in the line, the text, its width.
type Cell = (usize, String, usize);

/// The cells of a part of a line.
fn cells(line: &[u8], from: usize, to: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut at = from;
    for chunk in line.get(from..to).unwrap_or_default().utf8_chunks() {
        for c in chunk.valid().chars() {
            let (text, width) = shown(c);
            cells.push((at, text, width));
            at += c.len_utf8();
        }
        for byte in chunk.invalid() {
            cells.push((at, format!("\\x{byte:02x}"), 4));
            at += 1;
        }
    }
    cells
}

/// The part of a line that is shown, how far in the mark starts, and how long it is.
fn excerpt(line: &[u8], (start, end): (usize, usize)) -> (String, usize, usize) {
    let (start, end) = (start.min(line.len()), end.min(line.len()).max(start));
    let around = |from: usize, to: usize| (from.saturating_sub(AROUND), (to + AROUND).min(line.len()));
    let (from, to) = around(start, end.min(start + AROUND));
    let cells = cells(line, from, to);
    let width = |cells: &[Cell]| cells.iter().map(|cell| cell.2).sum::<usize>();
    let (before, rest) = cells.split_at(cells.partition_point(|cell| cell.0 < start));
    let fits = from == 0 && to == line.len() && width(&cells) <= WIDTH;
    let mut kept = before.len();
    let mut room = if fits { usize::MAX } else { BEFORE };
    while let Some(cell) = kept.checked_sub(1).and_then(|at| before.get(at)).filter(|cell| cell.2 <= room) {
        room -= cell.2;
        kept -= 1;
    }
    let cut_left = kept > 0 || from > 0;
    let before = before.get(kept..).unwrap_or_default();
    let mut room = if fits { usize::MAX } else { WIDTH.saturating_sub(width(before)) };
    let fitting = rest.iter().take_while(|cell| {
        let fits = cell.2 <= room;
        room = room.saturating_sub(cell.2);
        fits
    });
    let after = rest.get(..fitting.count()).unwrap_or_default();
    let cut_right = after.len() < rest.len() || to < line.len();
    let dots = |cut: bool| if cut { "..." } else { "" };
    let texts: String = before.iter().chain(after).map(|cell| cell.1.as_str()).collect();
    let marked: Vec<Cell> = after.iter().filter(|cell| cell.0 < end).cloned().collect();
    let text = format!("{}{texts}{}", dots(cut_left), dots(cut_right));
    (text, width(before) + dots(cut_left).len(), width(&marked).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_under_what_is_meant() {
        let line = "-k \u{4f60}\u{597d} x";
        assert_eq!(excerpt(line.as_bytes(), (3, 9)), (line.into(), 3, 4), "wide characters take two columns");
        assert_eq!(excerpt(b"a\tb\xff", (1, 2)), ("a\\tb\\xff".into(), 1, 2));
        assert_eq!(excerpt(b"a\tb\xff", (3, 4)), ("a\\tb\\xff".into(), 4, 4));
        assert_eq!(excerpt(b"", (0, 0)), (String::new(), 0, 1));
        assert_eq!(excerpt(b"ab", (7, 9)), ("ab".into(), 2, 1), "past the end");
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = [b"x".repeat(5000), b"HERE".to_vec(), b"y".repeat(5000)].concat();
        let (text, before, length) = excerpt(&line, (5000, 5004));
        assert_eq!((text.len(), before, length), (WIDTH + 6, BEFORE + 3, 4));
        assert_eq!(&text[before..before + length], "HERE");
        let (text, before, length) = excerpt(&line, (0, 10_004));
        assert_eq!((text.len(), before, length), (WIDTH + 3, 0, WIDTH));
    }

    #[test]
    fn nothing_reaches_the_terminal_that_it_acts_on() {
        assert_eq!(printable("a\x1b[31mb\u{202e}c\u{0}"), "a\\x1b[31mb\\u{202e}c\\x00");
        let bytes: Vec<u8> = (0..=255).collect();
        for start in 0..256 {
            let (text, ..) = excerpt(&bytes, (start, start + 1));
            assert!(text.chars().all(|c| !c.is_control()), "{text:?}");
        }
    }

    #[test]
    fn lines_are_told_as_ranges() {
        assert_eq!(ranges(&[1, 2, 3, 5, 5, 7, 8]), [(1, 3), (5, 5), (7, 8)]);
    }
}
