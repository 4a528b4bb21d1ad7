//! A whole record, interpreted.

use super::{Context, Interpreter, Meaning, string};
use crate::{Kind, Line};
use memchr::{memchr, memchr2, memrchr};

impl Interpreter {
    /// Appends the body of a record as `ausearch -i` prints it: what stands between fields as it is, values interpreted and
    /// without quotes, a blank after each.
    pub fn body(&mut self, line: &Line<'_>, out: &mut Vec<u8>) {
        let mut context = Context::of(line);
        let mut rest = line.body;
        while let Some(equals) = memchr(b'=', rest) {
            let (head, tail) = rest.split_at(equals);
            self.push_between(head, out);
            out.push(b'=');
            let after = tail.get(1..).unwrap_or_default();
            let word = memrchr(b' ', head).and_then(|at| head.get(at + 1..)).unwrap_or(head);
            let name = word.strip_prefix(b"'").unwrap_or(word);
            // The text of a user message is made of fields itself.
            if name == b"msg" && context.kind != Kind::USER_TTY {
                rest = after;
                continue;
            }
            let (value, comma, next) = split_value(after);
            let meaning = Meaning::of(context.kind, name);
            let recorded = if meaning.is_enriched() { context.next_recorded(line, name) } else { None };
            self.as_meaning(meaning, &context, recorded, value, out);
            match meaning {
                Meaning::Tty if next.is_empty() => {}
                _ if comma && meaning.is_verbatim() => out.push(b','),
                _ => out.push(b' '),
            }
            rest = next;
        }
        let words = rest.trim_ascii_end();
        if !words.is_empty() {
            self.push_between(words, out);
            out.push(b' ');
        }
    }

    /// Names, and what is no field: as they stand, but for what would drive a terminal.
    fn push_between(&self, text: &[u8], out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(text);
        string::escape(self.escape.at_most_control(), out, start);
    }
}

/// Splits a value from what follows it, and tells if a comma was between them.
fn split_value(text: &[u8]) -> (&[u8], bool, &[u8]) {
    if let [quote @ (b'"' | b'\''), inner @ ..] = text
        && let Some(at) = memchr(*quote, inner)
    {
        let (value, rest) = text.split_at(at + 2);
        // One character after a quote belongs to it: a blank, a comma, or the quote that ends a user message.
        return match rest {
            [b' ' | b',' | b'\'', next @ ..] => (value, false, next),
            _ => (value, false, rest),
        };
    }
    let (value, rest) = text.split_at(memchr2(b' ', b',', text).unwrap_or(text.len()));
    (value, rest.first() == Some(&b','), rest.get(1..).unwrap_or_default())
}
