//! What auditbeat makes of the values of a record.

use crate::print::facts::{Address, Reading, Text};
use raudit_record::{Context, Kind};
use raudit_tables::signal::SIGNAL;
use raudit_tables::{arch, errno};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Values by the names of their fields.
pub(super) type Map<'e> = BTreeMap<Text<'e>, Text<'e>>;

/// The values of a record. Of fields of the same name the first counts.
#[derive(Debug)]
pub(super) struct Values<'e>(pub(super) Map<'e>);

impl<'e> Values<'e> {
    /// Reads a record. Keys and the result are not among the values.
    pub(super) fn of(record: &Reading<'e>) -> Self {
        let mut values = Self(BTreeMap::new());
        for field in &record.fields {
            let Some(text) = record.said(field) else { continue };
            match field.name {
                b"key" | b"success" | b"res" => {}
                b"subj" => values.label("subj", &text),
                b"obj" if record.kind == Kind::PATH => values.label("obj", &text),
                name => {
                    let text = value(record, name, text);
                    values.0.entry(Cow::Borrowed(name)).or_insert(text);
                }
            }
        }
        if record.kind == Kind::AVC {
            values.decision(record.words);
        }
        values
    }

    /// `user:role:domain:level:category`
    fn label(&mut self, what: &str, label: &[u8]) {
        let parts = ["user", "role", "domain", "level", "category"];
        for (part, text) in parts.iter().zip(label.splitn(parts.len(), |&byte| byte == b':')) {
            self.0.entry(format!("{what}_{part}").into_bytes().into()).or_insert_with(|| text.to_vec().into());
        }
    }

    /// `avc:  denied  { read write } for`
    fn decision(&mut self, words: &'e [u8]) {
        let mut words = words.split(|&byte| byte == b' ').filter(|word| !word.is_empty());
        let (Some(b"avc:"), Some(result), Some(b"{")) = (words.next(), words.next(), words.next()) else { return };
        let asked: Vec<&[u8]> = words.take_while(|&word| word != b"}").collect();
        self.0.insert(Cow::Borrowed(b"seresult"), Cow::Borrowed(result));
        self.0.insert(Cow::Borrowed(b"seperms"), asked.join(&b","[..]).into());
    }
}

/// Names for numbers, where auditbeat has them.
fn value<'e>(record: &Reading<'e>, name: &[u8], text: Text<'e>) -> Text<'e> {
    let named = |name: Option<&'static str>| name.map(|name| Cow::Borrowed(name.as_bytes()));
    let number = || str::from_utf8(&text).ok()?.parse::<i64>().ok();
    let better = match name {
        b"auid" | b"old-auid" | b"ses" if matches!(&*text, b"4294967295" | b"-1") => Some(Cow::Borrowed(&b"unset"[..])),
        b"exit" => named(number().and_then(|exit| errno::name(u32::try_from(exit.checked_neg()?).ok()?))),
        b"arch" if is_call(record) => named(Context::of(&record.line).arch.and_then(arch::name)),
        b"syscall" if is_call(record) => named(record.call()),
        b"sig" if record.kind == Kind::SECCOMP => {
            named(number().and_then(|signal| SIGNAL.name(u32::try_from(signal).ok()?)))
        }
        _ => None,
    };
    better.unwrap_or(text)
}

fn is_call(record: &Reading<'_>) -> bool {
    matches!(record.kind, Kind::SYSCALL | Kind::SECCOMP)
}

/// Adds the parts of a socket's address.
pub(super) fn socket<'e>(address: &Address, record: &Reading<'e>, data: &mut Map<'e>) {
    let mut put = |name: &'static [u8], text: Text<'e>| data.insert(Cow::Borrowed(name), text);
    match address {
        Address::Internet(ip, port) => {
            let family = if ip.is_ipv4() { &b"ipv4"[..] } else { b"ipv6" };
            put(b"socket_family", Cow::Borrowed(family));
            put(b"socket_addr", ip.to_string().into_bytes().into());
            put(b"socket_port", port.to_string().into_bytes().into());
        }
        Address::Local(path) => {
            put(b"socket_family", Cow::Borrowed(b"unix"));
            put(b"socket_path", path.clone().into());
        }
        Address::Other(family) => {
            let name = if *family == 16 { "netlink".to_owned() } else { family.to_string() };
            put(b"socket_family", name.into_bytes().into());
            put(b"socket_saddr", record.text("saddr").unwrap_or_default());
        }
    }
}

/// `mode=` of a path.
pub(super) fn mode(path: &Map<'_>) -> Option<u32> {
    u32::from_str_radix(str::from_utf8(path.get(&b"mode"[..])?).ok()?, 8).ok()
}

/// What kind of file it is by its mode.
pub(super) fn file_kind(mode: u32) -> Option<&'static str> {
    Some(match mode & libc::S_IFMT {
        libc::S_IFREG => "file",
        libc::S_IFDIR => "directory",
        libc::S_IFCHR => "character-device",
        libc::S_IFBLK => "block-device",
        libc::S_IFIFO => "named-pipe",
        libc::S_IFLNK => "symlink",
        libc::S_IFSOCK => "socket",
        _ => return None,
    })
}
