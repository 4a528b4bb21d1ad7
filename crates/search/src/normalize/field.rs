//! The fields of a record as ausearch's normaliser splits them: at blanks, whatever quotes say.
//!
//! [`raudit_record::Fields`] reads what was meant. Here it is the positions that count too: the head of the line has fields of its
//! own (`node`, `type`), each key of a rule is one, and so are the unnamed words of SELinux's records.

use super::word::{Tag, Word, next_text, tag};
use raudit_record::Kind;
use raudit_record::text::push_untrusted;
use std::borrow::Cow;

/// One field.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Field<'e> {
    /// The first bytes of the name,
    pub(super) tag: Tag,
    /// which is what stands before the `=`.
    pub(super) name: &'e [u8],
    /// What stands behind it, without the punctuation at its end.
    pub(super) value: Cow<'e, [u8]>,
}

const MESSAGE: Tag = tag(b"msg");
const KEY: Tag = tag(b"key");

/// The longest list of permissions that is kept, in bytes; behind a longer one nothing is read.
const MOST_PERMISSIONS: usize = 256;

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
            if matches!(kind, Kind::AVC | Kind::USER_AVC) && unnamed(word.name, &mut rest, begin, fields).is_none() {
                return;
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
        if word.tag == KEY && word.name == b"key" && !matches!(value, [b'(' | b'"', ..]) {
            keys(value, fields);
        } else {
            fields.push(Field { tag: word.tag, name: word.name, value: Cow::Borrowed(value) });
        }
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

/// Several keys of a rule, in hex with 0x01 between them, are a field each.
fn keys<'e>(value: &[u8], fields: &mut Vec<Field<'e>>) {
    let Some(all) = super::text::decoded(value) else { return };
    for key in all.split(|&byte| byte == 1).filter(|key| !key.is_empty()) {
        let mut value = Vec::with_capacity(key.len() * 2);
        push_untrusted(&mut value, key);
        fields.push(Field { tag: KEY, name: b"key", value: Cow::Owned(value) });
    }
}

/// A word without `=` of SELinux's: `denied` and `{ read write }`, if they are the first in the record. `None`: nothing behind it is read.
fn unnamed<'e>(word: &'e [u8], rest: &mut &'e [u8], begin: usize, fields: &mut Vec<Field<'e>>) -> Option<()> {
    let before = fields.len() - begin - usize::from(fields.get(begin).is_some_and(|first| first.name == b"node"));
    if before == 1 && !word.starts_with(b"avc") {
        fields.push(Field { tag: tag(b"seresult"), name: b"seresult", value: Cow::Borrowed(word) });
    } else if before == 2 && word.starts_with(b"{") {
        let mut permissions = Vec::new();
        while let Some(word) = next_text(rest).filter(|word| !word.starts_with(b"}")) {
            if permissions.len() + word.len() + 1 >= MOST_PERMISSIONS {
                return None;
            }
            if !permissions.is_empty() {
                permissions.push(b',');
            }
            permissions.extend_from_slice(word);
        }
        fields.push(Field { tag: tag(b"seperms"), name: b"seperms", value: Cow::Owned(permissions) });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(kind: Kind, line: &str) -> Vec<(String, String)> {
        let mut fields = Vec::new();
        split(kind, line.as_bytes(), &mut fields);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        fields.iter().map(|field| (text(field.name), text(&field.value))).collect()
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
    fn each_key_is_a_field() {
        assert_eq!(of(Kind::SYSCALL, "key=610162 key=(null) key=\"k\""), "key=\"a\"|key=\"b\"|key=(null)|key=\"k\"");
        assert_eq!(of(Kind::SYSCALL, "key=612062 key=x key=6"), "key=612062");
    }

    #[test]
    fn unnamed_words_of_selinux_are_named() {
        let line = "type=AVC msg=audit(1.000:2): avc:  denied  { read write } for  pid=1 x";
        assert_eq!(of(Kind::AVC, line), "type=AVC|seresult=denied|seperms=read,write|pid=1");
        assert_eq!(of(Kind::SYSCALL, line), "type=AVC|pid=1");
        let long = format!("type=AVC denied {{ {} }} pid=1", "a".repeat(300));
        assert_eq!(of(Kind::AVC, &long), "type=AVC|seresult=denied");
    }
}
