//! Who may connect over TLS, and by which key: `tls_psk_file`, `tls_psk_identity` and `tls_allowed_clients` (auditd.conf(5) of 4.2).

use crate::link::codec::{Rest, push_bytes};
use raudit_config::{AuditdConf, owner};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

/// The longest identity.
const IDENTITY_MAX: usize = 255;
/// The shortest key, in bytes.
const KEY_MIN: usize = 32;
/// The longest: what OpenSSL takes.
const KEY_MAX: usize = 256;

/// A pre-shared key. It is never shown.
#[derive(Clone, Eq, Ord, PartialEq, PartialOrd)]
pub struct Key(Vec<u8>);

impl Key {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads a file of hexadecimal digits, of which the first line counts.
    ///
    /// # Errors
    /// It is not root's alone, or holds no key.
    pub fn load(path: &Path) -> Result<Self, String> {
        let text = owner::read_key(path).map_err(|e| e.to_string())?;
        let line = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
        Self::parse(line).ok_or_else(|| {
            format!(
                "{}: should have {KEY_MIN} to {KEY_MAX} bytes as hexadecimal digits (openssl rand -hex 32)",
                path.display()
            )
        })
    }

    fn parse(line: &[u8]) -> Option<Self> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let pairs = line.chunks(2).map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        });
        let bytes = pairs.collect::<Option<Vec<u8>>>()?;
        (KEY_MIN..=KEY_MAX).contains(&bytes.len()).then_some(Self(bytes))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// Identities with their keys; without one: it is known, and may not connect.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Clients(BTreeMap<String, Option<Key>>);

impl Clients {
    /// Loads what auditd.conf names.
    ///
    /// # Errors
    /// What is wrong; nobody could connect, or not those who should.
    pub fn load(conf: &AuditdConf) -> Result<Self, String> {
        let shared = conf.tls_psk_file.as_deref().map(|path| Key::load(Path::new(path))).transpose()?;
        if let Some(identity) = conf.tls_psk_identity.as_deref().filter(|identity| !is_identity(identity)) {
            return Err(format!("tls_psk_identity: \"{identity}\" should be 1 to {IDENTITY_MAX} printable characters"));
        }
        let Some(list) = conf.tls_allowed_clients.as_deref().map(Path::new) else {
            return match (shared, &conf.tls_psk_identity) {
                (Some(key), Some(identity)) => Ok(Self(BTreeMap::from([(identity.clone(), Some(key))]))),
                (None, _) => Err("transport = tls needs tls_psk_file, or keys in tls_allowed_clients".into()),
                (_, None) => Err("transport = tls needs tls_psk_identity, or tls_allowed_clients".into()),
            };
        };
        let text = owner::read_list(list).map_err(|e| e.to_string())?;
        let wrong = |line: usize, what: String| format!("{} line {line}: {what}", list.display());
        Self::parse(&String::from_utf8_lossy(&text), shared.as_ref(), &|path| Key::load(path))
            .map_err(|(line, what)| wrong(line, what))
    }

    /// `identity enabled|disabled [key=/path | notes]`, a line each.
    fn parse(
        text: &str,
        shared: Option<&Key>,
        load: &dyn Fn(&Path) -> Result<Key, String>,
    ) -> Result<Self, (usize, String)> {
        let mut found: BTreeMap<String, Option<Key>> = BTreeMap::new();
        let mut keys: Vec<Key> = Vec::new();
        let mut without = 0;
        let mut last = 0;
        for (at, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        {
            let wrong = |what: &str| (at, what.to_owned());
            last = at;
            let mut words = line.split_ascii_whitespace();
            let (identity, status) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            if !is_identity(identity) {
                return Err(wrong("the identity should be 1 to 255 printable characters"));
            }
            let is_enabled = match status.to_ascii_lowercase().as_str() {
                "enabled" => true,
                "disabled" => false,
                _ => return Err(wrong("the second word should be enabled or disabled")),
            };
            let key = match words.next().and_then(|word| word.strip_prefix("key=")).filter(|path| path.starts_with('/'))
            {
                Some(path) if words.next().is_none() => {
                    let key = load(Path::new(path)).map_err(|what| (at, what))?;
                    if keys.contains(&key) {
                        return Err(wrong("another identity has the same key"));
                    }
                    keys.push(key.clone());
                    Some(key)
                }
                Some(_) => return Err(wrong("nothing may follow key=")),
                None => {
                    without += 1;
                    shared.cloned()
                }
            };
            if found.insert(identity.to_owned(), key.filter(|_| is_enabled)).is_some() {
                return Err(wrong("the identity is there already"));
            }
        }
        if without > 0 && !keys.is_empty() {
            return Err((last, "either all identities have a key= or none".into()));
        }
        if without > 0 && shared.is_none() {
            return Err((last, "no identity has a key=, and there is no tls_psk_file".into()));
        }
        if without > 0 && found.values().flatten().count() > 1 {
            return Err((last, "of identities that share tls_psk_file only one may be enabled".into()));
        }
        Ok(Self(found))
    }

    /// The key of an identity, or why there is none: a word for the record.
    pub fn key(&self, identity: &[u8]) -> Result<&Key, &'static str> {
        let Some(identity) = std::str::from_utf8(identity).ok().filter(|identity| is_identity(identity)) else {
            return Err("invalid-identity");
        };
        match self.0.get(identity) {
            Some(Some(key)) => Ok(key),
            Some(None) => Err("disabled-identity"),
            None => Err("unknown-identity"),
        }
    }

    /// Whether nobody may connect.
    pub fn is_empty(&self) -> bool {
        self.0.values().flatten().next().is_none()
    }

    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend((self.0.len() as u32).to_le_bytes());
        for (identity, key) in &self.0 {
            push_bytes(out, identity.as_bytes());
            push_bytes(out, key.as_ref().map_or(&[], Key::bytes));
        }
    }

    pub(crate) fn decode(rest: &mut Rest<'_>) -> Option<Self> {
        let mut clients = BTreeMap::new();
        for _ in 0..rest.u32()? {
            let identity = rest.text()?;
            let key = rest.bytes()?;
            clients.insert(identity, (!key.is_empty()).then(|| Key(key.to_vec())));
        }
        Some(Self(clients))
    }
}

/// Whether it may be an identity: printable, without spaces.
pub fn is_identity(text: &str) -> bool {
    (1..=IDENTITY_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Two who may connect, and one who may not.
    pub(crate) fn some() -> Clients {
        let key = |byte| Some(Key(vec![byte; KEY_MIN]));
        Clients([("a", key(1)), ("b", key(2)), ("c", None)].map(|(identity, key)| (identity.to_owned(), key)).into())
    }

    /// The same but for one.
    #[cfg(feature = "tls")]
    pub(crate) fn without(identity: &str) -> Clients {
        let mut clients = some();
        clients.0.remove(identity);
        clients
    }

    #[test]
    fn keys_are_hexadecimal_and_long_enough() {
        let good = "0123456789abcdefABCDEF0123456789".repeat(2);
        assert_eq!(Key::parse(format!("{good}\r").as_bytes()).unwrap().bytes()[..3], [1, 0x23, 0x45]);
        for bad in [&good[1..], &good[2..], "", &good.replace('a', "g"), &good.repeat(10)] {
            assert_eq!(Key::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(format!("{:?}", Key::parse(good.as_bytes()).unwrap()), "Key");
    }

    #[test]
    fn a_list_says_who_may_connect_by_which_key() {
        let load = |path: &Path| match path.to_str().and_then(|path| path.strip_prefix('/')?.parse().ok()) {
            Some(byte) => Ok(Key(vec![byte; KEY_MIN])),
            None => Err("no such key".to_owned()),
        };
        let shared = Key(vec![9; KEY_MIN]);
        let clients = Clients::parse("# x\n\na ENABLED key=/1\nb disabled key=/2\n", None, &load).unwrap();
        assert_eq!(clients.key(b"a").unwrap().bytes()[0], 1);
        assert_eq!(clients.key(b"b"), Err("disabled-identity"));
        assert_eq!(clients.key(b"x"), Err("unknown-identity"));
        assert_eq!((clients.key(b"a b"), clients.key(b"\xff")), (Err("invalid-identity"), Err("invalid-identity")));
        let clients = Clients::parse("a enabled some notes key=x\nb disabled", Some(&shared), &load).unwrap();
        assert_eq!(clients.key(b"a"), Ok(&shared));
        for (line, wrong) in [
            (1, "a on"),
            (1, "a"),
            (1, "a enabled key=/nosuch"),
            (1, "a enabled key=/1 more"),
            (2, "a enabled key=/1\nb enabled key=/1"),
            (2, "a enabled key=/1\na enabled key=/2"),
            (2, "a enabled key=/1\nb enabled"),
            (2, "a enabled\nb enabled"),
            (1, "\u{e4} enabled"),
        ] {
            assert_eq!(Clients::parse(wrong, Some(&shared), &load).unwrap_err().0, line, "{wrong}");
        }
        assert!(Clients::parse("a enabled", None, &load).is_err());
        assert!(Clients::parse("", None, &load).unwrap().is_empty());
    }
}
