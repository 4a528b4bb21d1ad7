//! What of a line gets into the filter: all that rausearch looks for by text or number, found as loosely as it looks.
//!
//! It looks for `name=` wherever it stands, also within other values, so every `=` is looked at here.

use crate::filter::{Filter, Suffix};
use memchr::{memchr, memchr_iter};
use raudit_record::line::ENRICHMENT;

/// Puts what is searched for of a line into a filter.
#[derive(Debug, Default)]
pub struct Words {
    decoded: Vec<u8>,
    /// Texts that got in lately, by a hash: most come again and again.
    known: Vec<u64>,
}

/// How many texts are known.
const KNOWN: usize = 1024;

impl Words {
    /// Another filter is filled from now on.
    pub fn begin(&mut self) {
        self.known.clear();
        self.known.resize(KNOWN, 0);
    }

    /// Adds a line.
    pub fn add(&mut self, line: &[u8], filter: &mut Filter) {
        if let Some(node) = line.strip_prefix(b"n").and_then(|line| line.get(4..)) {
            self.text(node.split(|&byte| byte == b' ').next().unwrap_or_default(), filter);
        }
        let end = memchr(ENRICHMENT, line).unwrap_or(line.len());
        for equals in memchr_iter(b'=', line.get(..end).unwrap_or_default()) {
            let (Some(name), Some(value)) = (line.get(..equals), line.get(equals + 1..)) else { continue };
            match name {
                [.., b'u', b'i', b'd'] => {
                    filter.add_number(Suffix::Uid, number(value));
                    if name.ends_with(b"uuid") {
                        self.value(value, filter);
                    }
                }
                [.., b'g', b'i', b'd'] => filter.add_number(Suffix::Gid, number(value)),
                [.., b'p', b'i', b'd'] => filter.add_number(Suffix::Pid, number(value)),
                [.., b's', b'e', b's'] => filter.add_number(Suffix::Ses, number(value)),
                [.., b's', b'c', b'a', b'l', b'l'] => filter.add_number(Suffix::Syscall, number(value)),
                // key, tty, comm, exe, name, cwd, path, new-disk, vm, terminal
                [.., b'k', b'e', b'y']
                | [.., b't', b't', b'y']
                | [.., b'c', b'o', b'm', b'm']
                | [.., b'e', b'x', b'e']
                | [.., b'n', b'a', b'm', b'e']
                | [.., b'c', b'w', b'd']
                | [.., b'p', b'a', b't', b'h']
                | [.., b'd', b'i', b's', b'k']
                | [.., b'v', b'm']
                | [.., b'i', b'n', b'a', b'l'] => self.value(value, filter),
                [.., b's', b'a', b'd', b'd', b'r'] => self.socket(value, filter),
                _ => {}
            }
        }
    }

    /// `"text"`, hexadecimal digits, or a word.
    fn value(&mut self, value: &[u8], filter: &mut Filter) {
        if let Some(quoted) = value.strip_prefix(b"\"") {
            return self.text(quoted.get(..memchr(b'"', quoted).unwrap_or(quoted.len())).unwrap_or_default(), filter);
        }
        let word = value
            .get(..value.iter().position(|byte| b" \x1d\n".contains(byte)).unwrap_or(value.len()))
            .unwrap_or_default();
        self.text(word, filter);
        self.decoded(word, filter);
    }

    /// The name of a local socket, behind its family and, in the abstract name space, a NUL.
    fn socket(&mut self, value: &[u8], filter: &mut Filter) {
        if value.starts_with(b"01") || value.starts_with(b"0001") {
            self.decoded(value, filter);
        }
    }

    /// The text behind hexadecimal digits.
    fn decoded(&mut self, value: &[u8], filter: &mut Filter) {
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let mut text = std::mem::take(&mut self.decoded);
        text.clear();
        // a last digit alone counts as a byte's high half
        let pairs = value
            .chunks(2)
            .map_while(|pair| Some(digit(*pair.first()?)? << 4 | pair.get(1).and_then(|&low| digit(low)).unwrap_or(0)));
        text.extend(pairs);
        self.text(&text, filter);
        self.decoded = text;
    }

    fn text(&mut self, text: &[u8], filter: &mut Filter) {
        let hash = crate::hash::of(text);
        match self.known.get_mut(hash as usize % KNOWN) {
            Some(known) if *known == hash => return,
            Some(known) => *known = hash,
            None => {}
        }
        filter.add_text(text);
    }
}

/// Of a number that is too large the low 32 bits count, as where it is read.
fn number(value: &[u8]) -> u64 {
    let digits = value.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0u32, |all, &byte| all.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'))).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::Term;

    #[test]
    fn all_that_is_searched_for_gets_in() {
        let (mut words, mut filter) = (Words::default(), Filter::default());
        words.begin();
        for line in [
            "node=box-1.example type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=257 ppid=41 pid=42 auid=1000 uid=0 gid=7 euid=5 tty=pts3 ses=9 comm=\"cat\" exe=\"/usr/bin/cat\" key=\"rare-key\"\x1dAUID=\"alice\"",
            "type=PATH msg=audit(1700000000.000:1): item=0 name=2F7372762F6120622F7061737377 inode=1",
            "type=CWD msg=audit(1700000000.000:1): cwd=\"/var/lib\"",
            "type=SOCKADDR msg=audit(1700000000.000:1): saddr=01002F72756E2F7362",
            "type=USER_LOGIN msg=audit(1700000000.000:1): pid=50 uid=0 auid=4294967299 msg='op=login exe=\"/usr/sbin/sshd\" terminal=ssh uuid=ab-cd res=success'",
        ] {
            words.add(line.as_bytes(), &mut filter);
        }
        for text in
            ["box-1.ex", "pts3", "cat", "/bin/cat", "rare", "/a b/passw", "/var/lib", "/run/s", "sshd", "ssh", "ab-cd"]
        {
            assert!(filter.may_have(&Term::Text(text.as_bytes().to_vec())), "{text}");
        }
        let numbers = [
            (Suffix::Pid, 41),
            (Suffix::Pid, 42),
            (Suffix::Uid, 1000),
            (Suffix::Uid, 5),
            (Suffix::Uid, 3),
            (Suffix::Gid, 7),
            (Suffix::Ses, 9),
            (Suffix::Syscall, 257),
        ];
        for (suffix, number) in numbers {
            assert!(filter.may_have(&Term::Number(suffix, number)), "{suffix:?} {number}");
        }
        assert!(!filter.may_have(&Term::Text(b"alice".to_vec())) && !filter.may_have(&Term::Number(Suffix::Uid, 42)));
    }
}
