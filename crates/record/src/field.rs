//! The `name=value` words of a record.

use crate::near;
use memchr::memchr;

/// One field of a body, borrowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Field<'a> {
    /// What stands before the `=`.
    pub name: &'a [u8],
    /// What stands after it, with its quotes: `"cat"`, `636174`, `{ read write }`.
    pub value: &'a [u8],
}

impl<'a> Field<'a> {
    /// The value without the double or single quotes around it.
    pub fn unquoted(&self) -> &'a [u8] {
        match self.value {
            [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
            [b'"' | b'\'', inner @ ..] => inner,
            other => other,
        }
    }

    /// The value as a decimal number.
    pub fn number(&self) -> Option<u64> {
        str::from_utf8(self.unquoted()).ok()?.parse().ok()
    }
}

/// The fields of a body in order, those inside `msg='...'` of user-space records as if they stood outside.
///
/// Words without a `=` (`avc:  denied  { read } for`) are passed over. A value reaches to the next blank, or to its closing
/// quote, or to its closing brace; a comma after a value and the parentheses of old PAM messages belong to nothing.
#[derive(Clone, Debug)]
pub struct Fields<'a> {
    pub(crate) rest: &'a [u8],
    /// Inside `msg='...'`: its closing quote ends a value too.
    pub(crate) inside: bool,
}

impl<'a> Fields<'a> {
    /// The fields of a body, or of the enrichment.
    pub fn new(body: &'a [u8]) -> Self {
        Self { rest: body, inside: false }
    }

    /// What was not looked at yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The first field called `name`.
    pub fn find(body: &'a [u8], name: &[u8]) -> Option<Field<'a>> {
        Self::new(body).find(|field| field.name == name)
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Field<'a>;

    fn next(&mut self) -> Option<Field<'a>> {
        loop {
            let start = self.rest.iter().position(|&byte| byte != b' ')?;
            let text = self.rest.get(start..)?;
            let Some(equals) = near::find2(b'=', b' ', text) else {
                self.rest = &[];
                return None;
            };
            let (name, after) = text.split_at(equals);
            let [delimiter, after @ ..] = after else { return None };
            if *delimiter == b' ' {
                self.rest = after;
                continue;
            }
            if let ([b'\'', inner @ ..], b"msg", false) = (after, name, self.inside) {
                self.inside = true;
                self.rest = inner;
                continue;
            }
            return Some(self.field(name, after));
        }
    }
}

/// What a body is made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Part<'a> {
    /// A field.
    Field(Field<'a>),
    /// Words without a `=` that stand together, with the blanks between them: `avc:  denied  { read } for`.
    Words(&'a [u8]),
}

impl<'a> Fields<'a> {
    /// The next part: as the iterator, which passes words over.
    pub fn next_part(&mut self) -> Option<Part<'a>> {
        let mut from = skip_blanks(self.rest);
        let mut text = from;
        loop {
            let end = near::find2(b'=', b' ', text).unwrap_or(text.len());
            let (name, tail) = text.split_at(end);
            let [b'=', after @ ..] = tail else {
                text = skip_blanks(tail);
                if !text.is_empty() {
                    continue;
                }
                self.rest = text;
                return self.words(from);
            };
            if let Some(words) = self.words(from.get(..from.len() - text.len()).unwrap_or_default()) {
                self.rest = text;
                return Some(words);
            }
            match after {
                [b'\'', inner @ ..] if name == b"msg" && !self.inside => {
                    self.inside = true;
                    from = skip_blanks(inner);
                    text = from;
                }
                _ => return Some(Part::Field(self.field(name, after))),
            }
        }
    }

    /// Words, unless there are none but the quote that ends `msg='...'`.
    fn words(&self, text: &'a [u8]) -> Option<Part<'a>> {
        let words = text.trim_ascii_end();
        let is_end = words.is_empty() || self.inside && words == b"'";
        (!is_end).then_some(Part::Words(words))
    }
}

/// What follows the blanks a text begins with.
pub(crate) fn skip_blanks(text: &[u8]) -> &[u8] {
    let from = text.iter().position(|&byte| byte != b' ').unwrap_or(text.len());
    text.get(from..).unwrap_or_default()
}

impl<'a> Fields<'a> {
    /// The field whose value stands first in a text.
    fn field(&mut self, name: &'a [u8], text: &'a [u8]) -> Field<'a> {
        let (value, rest) = self.value(text);
        self.rest = rest;
        Field { name: name.strip_prefix(b"(").unwrap_or(name), value }
    }

    /// Splits a value from what follows it.
    pub(crate) fn value(&self, text: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        let end = match text {
            [quote @ (b'"' | b'\''), inner @ ..] => near::find(*quote, inner).map(|at| at + 2),
            [b'{', ..] => memchr(b'}', text).map(|at| at + 1),
            _ => None,
        };
        if let Some(end) = end {
            return text.split_at(end.min(text.len()));
        }
        let (word, rest) = text.split_at(near::find(b' ', text).unwrap_or(text.len()));
        // A quote that never closes keeps its blank-delimited word.
        let word = if self.inside && word.last() == Some(&b'\'') { strip_last(word) } else { word };
        let word = if word.last() == Some(&b',') { strip_last(word) } else { word };
        let word = if word.last() == Some(&b')') && memchr(b'(', word).is_none() { strip_last(word) } else { word };
        (word, rest)
    }
}

fn strip_last(word: &[u8]) -> &[u8] {
    word.split_last().map_or(word, |(_, head)| head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn fields(body: &str) -> Vec<(&str, &str)> {
        let text = |bytes| str::from_utf8(bytes).unwrap();
        Fields::new(body.as_bytes()).map(|f| (text(f.name), text(f.value))).collect()
    }

    #[test]
    fn plain_and_quoted_values() {
        assert_eq!(
            fields("arch=c000003e  comm=\"a b\" key=(null) exe=2F62 subj=a:b:c,d"),
            [("arch", "c000003e"), ("comm", "\"a b\""), ("key", "(null)"), ("exe", "2F62"), ("subj", "a:b:c,d")]
        );
        assert_eq!(fields("a="), [("a", "")]);
        assert_eq!(fields("a=b=c"), [("a", "b=c")]);
        assert_eq!(fields("key=\"never closed x=1"), [("key", "\"never"), ("x", "1")]);
    }

    #[test]
    fn parts_are_fields_and_the_words_between_them() {
        let parts = |body: &'static str| -> Vec<String> {
            let mut fields = Fields::new(body.as_bytes());
            let text = |bytes| str::from_utf8(bytes).unwrap().to_owned();
            let show = |part| match part {
                Part::Field(field) => format!("{}={}", text(field.name), text(field.value)),
                Part::Words(words) => format!("<{}>", text(words)),
            };
            std::iter::from_fn(|| fields.next_part().map(show)).collect()
        };
        assert_eq!(
            parts("avc:  denied  { read } for  pid=1 tcontext={ a b } tail end "),
            ["<avc:  denied  { read } for>", "pid=1", "tcontext={ a b }", "<tail end>"]
        );
        assert_eq!(parts("pid=1 words msg='op=x acct=\"a b\"'"), ["pid=1", "<words>", "op=x", "acct=\"a b\""]);
        assert_eq!(parts("msg='text only'"), ["<text only'>"]);
        assert_eq!(parts("  "), [""; 0]);
    }

    #[test]
    fn user_messages_are_flattened() {
        assert_eq!(
            fields("pid=1 msg='op=PAM:session_open acct=\"root\" exe=\"/usr/bin/a b\" terminal=? res=success'"),
            [
                ("pid", "1"),
                ("op", "PAM:session_open"),
                ("acct", "\"root\""),
                ("exe", "\"/usr/bin/a b\""),
                ("terminal", "?"),
                ("res", "success")
            ]
        );
        assert_eq!(
            fields(
                "msg='PAM: authentication acct=root : exe=\"/bin/su\" (hostname=?, addr=?, terminal=tty1 res=success)'"
            ),
            [
                ("acct", "root"),
                ("exe", "\"/bin/su\""),
                ("hostname", "?"),
                ("addr", "?"),
                ("terminal", "tty1"),
                ("res", "success")
            ]
        );
    }

    #[test]
    fn braces_and_words_of_access_vectors() {
        assert_eq!(
            fields("avc:  denied  { read } for  pid=7 comm=\"x\" scontext=a tclass=file"),
            [("pid", "7"), ("comm", "\"x\""), ("scontext", "a"), ("tclass", "file")]
        );
        assert_eq!(
            fields("SADDR={ saddr_fam=inet laddr=1.2.3.4 lport=80 } X=1"),
            [("SADDR", "{ saddr_fam=inet laddr=1.2.3.4 lport=80 }"), ("X", "1")]
        );
    }

    #[test]
    fn unquoted_and_numbers() {
        let field = Fields::find(b"a=1 b=\"22\" c='x'", b"b").unwrap();
        assert_eq!(field.unquoted(), b"22");
        assert_eq!(field.number(), Some(22));
        assert_eq!(Fields::find(b"a=1", b"z"), None);
    }

    proptest! {
        #[test]
        fn fields_of_any_bytes_point_into_them_in_order(body: Vec<u8>) {
            let mut at = body.as_ptr().addr();
            for field in Fields::new(&body) {
                prop_assert!(field.name.as_ptr().addr() >= at);
                prop_assert!(!field.name.contains(&b' '));
                at = field.value.as_ptr().addr() + field.value.len();
                prop_assert!(at <= body.as_ptr().addr() + body.len());
                let _unused = (field.unquoted(), field.number());
            }
        }

        #[test]
        fn parts_hold_the_same_fields(body in "[a=' \"{},()msg]{0,40}") {
            let mut parts = Fields::new(body.as_bytes());
            let fields: Vec<_> = std::iter::from_fn(|| parts.next_part())
                .filter_map(|part| if let Part::Field(field) = part { Some(field) } else { None })
                .collect();
            prop_assert_eq!(fields, Fields::new(body.as_bytes()).collect::<Vec<_>>());
        }
    }
}
