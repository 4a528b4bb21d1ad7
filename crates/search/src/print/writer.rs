//! JSON, written straight into bytes: strict (RFC 8259) whatever is put in.
//!
//! No library: those that write JSON want a tree, or UTF-8, which a log need not be. What is written is compared with a
//! library's reading of it in the tests.

#[cfg(test)]
mod tests;

use raudit_record::text::{push_decimal, push_hex_bytes, push_padded_decimal};
use std::borrow::Cow;
use std::io::{self, Write};

/// So much is written at once, and kept.
const PIECE: usize = 256 << 10;

/// Appends JSON. Values are separated by commas where they must be, so that nothing need be remembered: a string ends with a
/// quote, and an opening bracket at the end is always one of the structure's.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
}

impl Writer {
    /// What was written.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.out
    }

    /// Begins anew. What few events need is given back.
    pub(crate) fn clear(&mut self) {
        self.out.clear();
        self.out.shrink_to(4 * PIECE);
    }

    /// Where nothing is taken back any more: writes what there is, if it is much.
    ///
    /// # Errors
    /// What writing gives.
    pub(crate) fn spill(&mut self, to: &mut impl Write) -> io::Result<()> {
        // whether a comma is needed hangs on the last byte
        if self.out.len() > PIECE
            && let Some((&last, before)) = self.out.split_last()
        {
            to.write_all(before)?;
            self.out.clear();
            self.out.push(last);
        }
        Ok(())
    }

    /// How much was written.
    pub(crate) fn len(&self) -> usize {
        self.out.len()
    }

    /// Takes back what was written behind so much.
    pub(crate) fn truncate(&mut self, len: usize) {
        self.out.truncate(len);
    }

    /// Appends JSON of any form.
    pub(crate) fn extend(&mut self, json: &[u8]) {
        self.out.extend_from_slice(json);
    }

    /// Ends a line.
    pub(crate) fn end_line(&mut self) {
        self.out.push(b'\n');
    }

    /// `{`
    pub(crate) fn open(&mut self) {
        self.separate();
        self.out.push(b'{');
    }

    /// `}`
    pub(crate) fn close(&mut self) {
        self.out.push(b'}');
    }

    /// `"name":{`
    pub(crate) fn begin_object(&mut self, name: &str) {
        self.name(name);
        self.out.push(b'{');
    }

    /// `"name":{`, the members, `}`.
    pub(crate) fn object(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        self.begin_object(name);
        members(self);
        self.out.push(b'}');
    }

    /// The same, and nothing at all if there are no members.
    pub(crate) fn object_if_any(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.object(name, members);
        if self.out.ends_with(b"{}") {
            self.out.truncate(start);
        }
    }

    /// `"name":[`, the values, `]`.
    pub(crate) fn array(&mut self, name: &str, values: impl FnOnce(&mut Self)) {
        self.name(name);
        self.values(values);
    }

    /// The same, and nothing at all if there are no values.
    pub(crate) fn array_if_any(&mut self, name: &str, values: impl FnOnce(&mut Self)) {
        let start = self.out.len();
        self.array(name, values);
        if self.out.ends_with(b"[]") {
            self.out.truncate(start);
        }
    }

    /// `"name":[`
    pub(crate) fn begin_array(&mut self, name: &str) {
        self.name(name);
        self.out.push(b'[');
    }

    /// `]`
    pub(crate) fn end_array(&mut self) {
        self.out.push(b']');
    }

    /// `[`, the values, `]`.
    pub(crate) fn values(&mut self, values: impl FnOnce(&mut Self)) {
        self.separate();
        self.out.push(b'[');
        values(self);
        self.out.push(b']');
    }

    /// `"name":`, for a name that needs no escapes.
    pub(crate) fn name(&mut self, name: &str) {
        self.separate();
        push_quoted(name.as_bytes(), &mut self.out);
        self.out.push(b':');
    }

    /// `"name":`, for any name; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn any_name(&mut self, name: &[u8]) {
        self.lossy(name);
        self.out.push(b':');
    }

    /// A string, or an object: see [`push_text`].
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.separate();
        push_text(text, &mut self.out);
    }

    /// A value that is JSON already.
    pub(crate) fn value(&mut self, json: &[u8]) {
        self.separate();
        self.out.extend_from_slice(json);
    }

    /// A string; what is not UTF-8 in it becomes U+FFFD.
    pub(crate) fn lossy(&mut self, text: &[u8]) {
        self.separate();
        if is_clean(text) {
            return push_quoted(text, &mut self.out);
        }
        match String::from_utf8_lossy(text) {
            Cow::Borrowed(text) => push_escaped(text.as_bytes(), &mut self.out),
            Cow::Owned(text) => push_escaped(text.as_bytes(), &mut self.out),
        }
    }

    /// A number.
    pub(crate) fn number(&mut self, number: u64) {
        self.separate();
        push_decimal(&mut self.out, number);
    }

    /// `true` or `false`
    pub(crate) fn boolean(&mut self, value: bool) {
        self.separate();
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
    }

    /// The members of an object that another writer has begun and not ended.
    ///
    /// # Errors
    /// What [`spill`](Self::spill) gives.
    pub(crate) fn rest_of_object(&mut self, begun: &Self, to: &mut impl Write) -> io::Result<()> {
        if let Some(members) = begun.out.strip_prefix(b"{").filter(|members| !members.is_empty()) {
            self.separate();
            for piece in members.chunks(PIECE) {
                self.out.extend_from_slice(piece);
                self.spill(to)?;
            }
        }
        Ok(())
    }

    /// `null`
    pub(crate) fn null(&mut self) {
        self.separate();
        self.out.extend_from_slice(b"null");
    }

    /// Seconds with three digits of milliseconds.
    pub(crate) fn seconds(&mut self, sec: u64, milli: u16) {
        self.number(sec);
        self.out.push(b'.');
        push_padded_decimal(&mut self.out, u64::from(milli), 3);
    }

    /// `"name":"text"`; see [`lossy`](Self::lossy).
    pub(crate) fn text_member(&mut self, name: &str, text: &[u8]) {
        self.name(name);
        self.lossy(text);
    }

    /// The same, or `"name":null`.
    pub(crate) fn text_or_null(&mut self, name: &str, text: Option<&[u8]>) {
        self.name(name);
        match text {
            Some(text) => self.lossy(text),
            None => self.null(),
        }
    }

    /// `"name":number`
    pub(crate) fn number_member(&mut self, name: &str, number: u64) {
        self.name(name);
        self.number(number);
    }

    fn separate(&mut self) {
        if !matches!(self.out.last(), None | Some(b'{' | b'[' | b':' | b'\n')) {
            self.out.push(b',');
        }
    }
}

/// Appends a string; of bytes that are not UTF-8 an object with them in hexadecimal: `{"hex":"66FF"}`.
pub(crate) fn push_text(text: &[u8], out: &mut Vec<u8>) {
    if is_clean(text) {
        push_quoted(text, out);
    } else if str::from_utf8(text).is_ok() {
        push_escaped(text, out);
    } else {
        out.extend_from_slice(b"{\"hex\":\"");
        push_hex_bytes(out, text);
        out.extend_from_slice(b"\"}");
    }
}

fn push_quoted(clean: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(clean);
    out.push(b'"');
}

/// Appends UTF-8 with escapes for what must have them.
fn push_escaped(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    let mut rest = text;
    while let Some(at) = rest.iter().position(|&byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        let (clean, tail) = rest.split_at(at);
        out.extend_from_slice(clean);
        let Some((&byte, after)) = tail.split_first() else { break };
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => {
                out.extend_from_slice(b"\\u00");
                push_hex_bytes(out, &[byte]);
            }
        }
        rest = after;
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// ASCII without anything to escape. To the end in any case: that many bytes can be looked at at once.
fn is_clean(text: &[u8]) -> bool {
    text.iter().fold(true, |clean, &byte| clean & (b' '..0x80).contains(&byte) & (byte != b'"') & (byte != b'\\'))
}
