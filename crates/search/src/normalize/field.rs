//! The fields of a record as ausearch's normaliser splits them: at blanks, whatever quotes say.
//!
//! [`raudit_record::Fields`] reads what was meant. Here it is the positions that count too: the head of the line has fields of its
//! own (`node`, `type`), and the word that tells how SELinux decided is one.

use super::text::first_key;
use super::word::{Tag, Word, tag};
use raudit_record::Kind;

/// One field.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Field<'e> {
    /// The first bytes of the name,
    pub(super) tag: Tag,
    /// which is what stands before the `=`.
    pub(super) name: &'e [u8],
    /// What stands behind it, without the punctuation at its end.
    pub(super) value: &'e [u8],
}

const MESSAGE: Tag = tag(b"msg");
const KEY: Tag = tag(b"key");

/// Appends the fields of a line without translations.
pub(super) fn split<'e>(kind: Kind, line: &'e [u8], fields: &mut Vec<Field<'e>>) {
    let begin = fields.len();
    let mut rest = line;
    while let Some(mut word) = Word::next(&mut rest) {
        if word.tag == MESSAGE && word.name == b"msg" {
            match word.value {
                Some([b'a', ..]) => continue,
                // what a program says is made of fields itself
                Some([b'\'', inner @ ..]) => match Word::next(&mut &*inner) {
                    Some(inner) if inner.value.is_some() => word = inner,
                    _ => continue,
                },
                _ => {}
            }
        }
        let Some(value) = word.value else {
            if matches!(kind, Kind::AVC | Kind::USER_AVC) {
                unnamed(word.name, begin, fields);
            }
            continue;
        };
        if value.is_empty() {
            continue;
        }
        if let [b'(', name @ ..] = word.name {
            (word.name, word.tag) = (name, tag(name));
        }
        let value = without_punctuation(value);
        // what is neither quoted nor hex is no key
        if word.tag == KEY && word.name == b"key" && !matches!(value, [b'(' | b'"', ..]) && first_key(value).is_none() {
            continue;
        }
        fields.push(Field { tag: word.tag, name: word.name, value });
    }
}

/// Without one each of `:`, `,`, `'` and `)` at the end; `(none)` and `(null)` are whole.
fn without_punctuation(value: &[u8]) -> &[u8] {
    let [.., b':' | b',' | b'\'' | b')'] = value else { return value };
    let value = value.strip_suffix(b":").unwrap_or(value);
    let value = value.strip_suffix(b",").unwrap_or(value);
    let value = value.strip_suffix(b"'").unwrap_or(value);
    if value == b"(none)" || value == b"(null)" { value } else { value.strip_suffix(b")").unwrap_or(value) }
}

/// A word without `=` of SELinux's that is the first in the record: how it decided.
fn unnamed<'e>(word: &'e [u8], begin: usize, fields: &mut Vec<Field<'e>>) {
    let before = fields.len() - begin - usize::from(fields.get(begin).is_some_and(|first| first.name == b"node"));
    if before == 1 && !word.starts_with(b"avc") {
        fields.push(Field { tag: tag(b"seresult"), name: b"seresult", value: word });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(kind: Kind, line: &str) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        split(kind, line.as_bytes(), &mut fields);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        fields.iter().map(|field| (text(field.name), text(field.value))).collect()
    }

    fn of(kind: Kind, line: &str) -> String {
        fields(kind, line).iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn the_head_counts_and_quotes_do_not() {
        assert_eq!(
            of(Kind::USER, "node=a type=USER msg=audit(1.000:2): pid=1 msg='op=x acct=\"a b\" res=failed'"),
            "node=a|type=USER|pid=1|op=x|acct=\"a|res=failed"
        );
        assert_eq!(
            of(Kind::USER, "type=USER a= b=, c=(x) d=(none) (e=f)',: g==h"),
            "type=USER|b=|c=(x|d=(none)|e=f|g==h"
        );
    }

    #[test]
    fn keys_are_quoted_or_hex() {
        assert_eq!(of(Kind::SYSCALL, "key=610162 key=(null) key=\"k\" key=x key=6"), "key=610162|key=(null)|key=\"k\"");
    }

    #[test]
    fn the_decision_of_selinux_is_named() {
        let line = "type=AVC msg=audit(1.000:2): avc:  denied  { read write } for  pid=1 x";
        assert_eq!(of(Kind::AVC, line), "type=AVC|seresult=denied|pid=1");
        assert_eq!(of(Kind::SYSCALL, line), "type=AVC|pid=1");
    }
}
