//! A whole record, interpreted.

use super::layout::Layout;
use super::{Context, Escape, Interpreter, Meaning};
use crate::near::{self, has_control};
use crate::{Kind, Line};
use std::mem;

impl Interpreter {
    /// Appends the body of a record as `ausearch -i` prints it: what stands between fields as it is, values interpreted and
    /// without quotes, a blank after each.
    pub fn body(&mut self, line: &Line<'_>, out: &mut Vec<u8>) {
        let mut layouts = mem::take(&mut self.layouts);
        if let Some(layout) = layouts.of(line.kind) {
            self.body_like(layout, line, out);
        }
        self.layouts = layouts;
    }

    fn body_like(&mut self, layout: &mut Layout, line: &Line<'_>, out: &mut Vec<u8>) {
        let mut context = Context::of(line);
        // one look at the whole spares one at each value
        let is_clean = !has_control(line.body) && !line.enriched.is_some_and(has_control);
        let written = if is_clean { self.escape.of_clean() } else { self.escape };
        let mut rest = Rest { text: line.body, at: 0, shown: 0 };
        for place in 0.. {
            let Some((name, meaning)) = rest.name(layout, place, context.kind) else { break };
            let from = rest.at;
            let (value, end) = rest.value();
            let meaning = meaning.of_this(name, value);
            let is_as_written = match meaning {
                Meaning::Plain => true,
                Meaning::Label => written == Escape::Raw,
                _ => false,
            };
            if is_as_written && end.is_as_written() {
                continue;
            }
            rest.show(from, written, out);
            let recorded = if meaning.is_enriched() { context.next_recorded(line, name) } else { None };
            self.push_escaped(meaning, &context, recorded, value, written, out);
            match meaning {
                Meaning::Tty if rest.at == line.body.len() => {}
                _ if end == End::Comma && meaning.is_verbatim() => out.push(b','),
                _ => out.push(b' '),
            }
            rest.shown = rest.at;
        }
        rest.show(rest.at, written, out);
        let words = line.body.get(rest.at..).unwrap_or_default().trim_ascii_end();
        if !words.is_empty() {
            push_between(written, words, out);
            out.push(b' ');
        }
    }
}

/// What is left of a body.
struct Rest<'a> {
    text: &'a [u8],
    /// It begins here.
    at: usize,
    /// What stands before here was shown; what is between is shown as it is.
    shown: usize,
}

impl<'a> Rest<'a> {
    /// The next name and what it means; goes on behind its `=`.
    fn name(&mut self, layout: &mut Layout, place: usize, kind: Kind) -> Option<(&'a [u8], Meaning)> {
        loop {
            let rest = self.text.get(self.at..)?;
            if let Some((len, meaning)) = layout.expected(place, rest) {
                self.at += len;
                return Some((rest.get(..len - 1)?, meaning));
            }
            let (head, _) = rest.split_at(near::find(b'=', rest)?);
            self.at += head.len() + 1;
            let word = head.rsplit(|&byte| byte == b' ').next()?;
            let name = word.strip_prefix(b"'").unwrap_or(word);
            // The text of a user message is made of fields itself.
            if name == b"msg" && kind != Kind::USER_TTY {
                continue;
            }
            let meaning = Meaning::of(kind, name);
            if name.len() == head.len() {
                layout.learn(place, rest, name.len() + 1, meaning);
            }
            return Some((name, meaning));
        }
    }

    /// The value, and what was behind it; goes on behind that.
    fn value(&mut self) -> (&'a [u8], End) {
        let text = self.text.get(self.at..).unwrap_or_default();
        let closing = match text {
            [quote @ (b'"' | b'\''), inner @ ..] => near::find(*quote, inner),
            _ => None,
        };
        let is_quoted = closing.is_some();
        let end = match closing {
            Some(at) => at + 2,
            None => near::find2(b' ', b',', text).unwrap_or(text.len()),
        };
        let (value, behind) = text.split_at(end);
        // One character after a quote belongs to it: a blank, a comma, or the quote that ends a user message.
        let (end, skipped) = match behind.first() {
            Some(b' ') => (End::Blank, 1),
            Some(b',') if !is_quoted => (End::Comma, 1),
            Some(b',' | b'\'') => (End::Other, 1),
            _ => (End::Other, 0),
        };
        self.at += value.len() + skipped;
        (value, end)
    }

    /// Shows what was not yet shown, up to there.
    fn show(&mut self, to: usize, escape: Escape, out: &mut Vec<u8>) {
        push_between(escape, self.text.get(self.shown..to).unwrap_or_default(), out);
    }
}

/// What stands behind a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum End {
    Blank,
    /// Of a value without quotes.
    Comma,
    Other,
}

impl End {
    /// Whether a value shown as it is has the same behind it.
    fn is_as_written(self) -> bool {
        matches!(self, Self::Blank | Self::Comma)
    }
}

/// Names, and what is no field: as they stand, but for what would drive a terminal.
fn push_between(escape: Escape, text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&escape.at_most_control().show(text));
}
