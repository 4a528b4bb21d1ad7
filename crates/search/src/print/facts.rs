//! What stands in an event's records, for forms that bring it into another order.

use crate::event::{Event, Record};
use raudit_record::enrich::Identity;
use raudit_record::field::Part;
use raudit_record::interpret::Meaning;
use raudit_record::names::{Names, UNSET, parse_id};
use raudit_record::stamp::UNKNOWN;
use raudit_record::text::{decode_hex, untrusted};
use raudit_record::{Context, Field, Fields, Kind, Line, SockAddr};
use std::borrow::Cow;
use std::net::IpAddr;

/// So much of an event is brought into another order: it takes many times its memory. No other event is so large but one with very many arguments.
const MOST_TEXT: usize = 1 << 20;
const MOST_FIELDS: usize = 64 << 10;
/// Of four parts so many are for arguments of a program: the records behind them have room, too.
const FOR_ARGUMENTS: usize = 3;

/// Text of a record, or made of it.
pub(super) type Text<'e> = Cow<'e, [u8]>;

/// A record.
#[derive(Debug)]
pub(super) struct Reading<'e> {
    /// Its type.
    pub(super) kind: Kind,
    /// Its line.
    pub(super) line: Line<'e>,
    /// Its fields in order; without those whose name is not UTF-8.
    pub(super) fields: Vec<Field<'e>>,
    /// The words before the first field.
    pub(super) words: &'e [u8],
}

impl<'e> Reading<'e> {
    /// The records of an event that can be read, without the one that ends it.
    pub(super) fn all(event: &'e Event) -> impl Iterator<Item = Self> {
        let read = |record: Record<'e>| Some(Self::new(record.kind, Line::parse(record.line).ok()?));
        event.records().filter(|record| record.kind != Kind::EOE).filter_map(read)
    }

    fn new(kind: Kind, mut line: Line<'e>) -> Self {
        if kind != UNKNOWN {
            line.kind = kind;
        }
        let (mut fields, mut words) = (Vec::new(), [].as_slice());
        let mut parts = Fields::new(line.body);
        while let Some(part) = parts.next_part() {
            match part {
                Part::Words(text) if fields.is_empty() => words = text,
                Part::Field(field) if str::from_utf8(field.name).is_ok() => fields.push(field),
                _ => {}
            }
        }
        Self { kind, line, fields, words }
    }

    /// What a field says, decoded; none if it says nothing: `?`, `(null)`.
    pub(super) fn text(&self, name: &str) -> Option<Text<'e>> {
        self.said(self.fields.iter().find(|field| field.name == name.as_bytes())?)
    }

    /// A field that is a decimal number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.fields.iter().find(|field| field.name == name.as_bytes())?.number()
    }

    /// What a field of this record says, decoded.
    pub(super) fn said(&self, field: &Field<'e>) -> Option<Text<'e>> {
        let text = match Meaning::of(self.line.kind, field.name) {
            Meaning::Untrusted | Meaning::Key | Meaning::Tty => untrusted(field.value),
            Meaning::Proctitle => match untrusted(field.value) {
                Cow::Owned(title) => title.iter().map(|&byte| if byte == 0 { b' ' } else { byte }).collect(),
                title => title,
            },
            _ => Cow::Borrowed(field.unquoted()),
        };
        (!matches!(&*text, b"" | b"?" | b"(null)")).then_some(text)
    }

    /// The keys of the rule.
    pub(super) fn keys(&self) -> Vec<Text<'e>> {
        match self.text("key") {
            Some(keys) if keys.contains(&1) => {
                keys.split(|&byte| byte == 1).filter(|key| !key.is_empty()).map(|key| key.to_vec().into()).collect()
            }
            key => key.into_iter().collect(),
        }
    }

    /// Whether it succeeded: what a call returned, or a program says.
    pub(super) fn result(&self) -> Option<bool> {
        let result = self.text("success").or_else(|| self.text("res"))?;
        Some(matches!(&*result, b"yes" | b"1") || result.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b"suc")))
    }

    /// The name of its system call.
    pub(super) fn call(&self) -> Option<&'static str> {
        Context::of(&self.line).call()
    }
}

/// The records of an event.
#[derive(Debug)]
pub(super) struct Facts<'e> {
    /// The event itself.
    pub(super) event: &'e Event,
    /// Its records ([`Reading::all`]), in order,
    pub(super) records: Vec<Reading<'e>>,
    /// without those that are too much ([`MOST_TEXT`], [`MOST_FIELDS`]): so many.
    pub(super) left_out: usize,
    accounts: Vec<Account<'e>>,
}

/// What was taken of an event.
#[derive(Debug, Default)]
struct Room {
    text: usize,
    fields: usize,
    /// Arguments, and other records, are left out from here on: there is no gap among those that are there.
    is_full: [bool; 2],
}

impl Room {
    /// Whether a record is taken.
    fn takes(&mut self, record: &Reading<'_>) -> bool {
        let is_argument = record.kind == Kind::EXECVE;
        let part = |most: usize| if is_argument { most / 4 * FOR_ARGUMENTS } else { most };
        let (text, fields) = (self.text + record.line.text.len(), self.fields + record.fields.len());
        let [arguments, others] = &mut self.is_full;
        let is_full = if is_argument { arguments } else { others };
        *is_full |= text > part(MOST_TEXT) || fields > part(MOST_FIELDS);
        if !*is_full {
            (self.text, self.fields) = (text, fields);
        }
        !*is_full
    }
}

/// A name that the log holds.
#[derive(Debug)]
struct Account<'e> {
    is_user: bool,
    id: u32,
    name: Option<Text<'e>>,
}

impl<'e> Facts<'e> {
    /// Reads an event.
    pub(super) fn of(event: &'e Event) -> Self {
        let mut facts = Self { event, records: Vec::new(), left_out: 0, accounts: Vec::new() };
        let mut room = Room::default();
        for record in Reading::all(event) {
            if room.takes(&record) {
                facts.records.push(record);
            } else {
                facts.left_out += 1;
            }
        }
        for record in &facts.records {
            recorded(record, &mut facts.accounts);
        }
        facts
    }

    /// The first record of a type.
    pub(super) fn record(&self, kind: Kind) -> Option<&Reading<'e>> {
        self.records.iter().find(|record| record.kind == kind)
    }

    /// What a record says that stands for the event: the call's, or else the first.
    pub(super) fn main(&self) -> Option<&Reading<'e>> {
        self.record(Kind::SYSCALL).or(self.records.first())
    }

    /// An argument of the system call: a number in hexadecimal.
    pub(super) fn argument(&self, name: &str) -> Option<u64> {
        let value = self.record(Kind::SYSCALL)?.text(name)?;
        u64::from_str_radix(str::from_utf8(&value).ok()?, 16).ok()
    }

    /// The arguments of the program that was executed.
    pub(super) fn arguments(&self) -> Vec<Text<'e>> {
        let Some(execve) = self.record(Kind::EXECVE) else { return Vec::new() };
        let mut arguments: Vec<Text<'e>> = Vec::new();
        let mut last = None;
        for record in self.records.iter().filter(|record| record.kind == execve.kind) {
            for field in &record.fields {
                let Some((number, part)) = argument(field.name) else { continue };
                let text = untrusted(field.value);
                match arguments.last_mut() {
                    // a long one comes in pieces
                    Some(before) if part && last == Some(number) => before.to_mut().extend_from_slice(&text),
                    _ => arguments.push(text),
                }
                last = Some(number);
            }
        }
        arguments
    }

    /// The address of the socket.
    pub(super) fn address(&self) -> Option<Address> {
        let value = self.record(Kind::SOCKADDR)?.text("saddr")?;
        Some(Address::of(&decode_hex(&value)?))
    }

    /// The name of a user, as the log has it or this host.
    pub(super) fn user(&self, names: &mut Names, id: &[u8]) -> Option<Text<'e>> {
        self.account(true, id, |id| names.user(id).map(<[u8]>::to_vec))
    }

    /// The name of a group.
    pub(super) fn group(&self, names: &mut Names, id: &[u8]) -> Option<Text<'e>> {
        self.account(false, id, |id| names.group(id).map(<[u8]>::to_vec))
    }

    fn account(&self, user: bool, id: &[u8], ask: impl FnOnce(u32) -> Option<Vec<u8>>) -> Option<Text<'e>> {
        let id = parse_id(id).filter(|&id| id != UNSET)?;
        match self.accounts.iter().find(|account| account.is_user == user && account.id == id) {
            Some(account) => account.name.clone(),
            None => ask(id).map(Cow::Owned),
        }
    }
}

/// More accounts than an event has; what a forged one has beyond is not worth the time.
const MOST_ACCOUNTS: usize = 64;

/// Notes the names that the daemon recorded. They come in the order of the fields.
fn recorded<'e>(record: &Reading<'e>, accounts: &mut Vec<Account<'e>>) {
    let Some(enriched) = record.line.enriched else { return };
    let identity =
        |name: &[u8]| Identity::of(record.kind, name).filter(|i| matches!(i, Identity::User | Identity::Group));
    let mut fields = record.fields.iter();
    for known in Fields::new(enriched) {
        if accounts.len() >= MOST_ACCOUNTS {
            return;
        }
        let Some(field) = fields.by_ref().find(|field| field.name.eq_ignore_ascii_case(known.name)) else { return };
        let (Some(identity), Some(id)) = (identity(field.name), parse_id(field.unquoted())) else { continue };
        let is_user = identity == Identity::User;
        if !accounts.iter().any(|account| account.is_user == is_user && account.id == id) {
            let name = untrusted(known.value);
            let name = Some(name).filter(|name| &**name != b"unset" && !name.starts_with(b"unknown"));
            accounts.push(Account { is_user, id, name });
        }
    }
}

/// `a0`, or a piece: `a1[2]`. The number, and whether it is a piece that goes on.
fn argument(name: &[u8]) -> Option<(&[u8], bool)> {
    let number = name.strip_prefix(b"a")?;
    let digits = number.iter().take_while(|digit| digit.is_ascii_digit()).count();
    let (number, piece) = number.split_at_checked(digits)?;
    match piece {
        _ if number.is_empty() => None,
        [] => Some((number, false)),
        [b'[', ..] => Some((number, piece != b"[0]")),
        _ => None,
    }
}

/// Where a socket is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Address {
    /// An address of the Internet, and the port.
    Internet(IpAddr, u16),
    /// A path.
    Local(Vec<u8>),
    /// Another family, or too short.
    Other(u16),
}

impl Address {
    fn of(bytes: &[u8]) -> Self {
        match SockAddr::decode(bytes) {
            SockAddr::Inet { address, port } => Self::Internet(address.into(), port),
            SockAddr::Inet6 { address, port, .. } => Self::Internet(address.into(), port),
            SockAddr::Local { path, .. } => Self::Local(path.to_vec()),
            other => Self::Other(other.family()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(lines: &[(Kind, &str)]) -> Event {
        let mut event = Event::default();
        for (kind, body) in lines {
            event.push(*kind, format!("type={kind} msg=audit(1700000000.000:1): {body}").as_bytes());
        }
        event
    }

    #[test]
    fn arguments_are_put_together_from_their_pieces() {
        let event = event(&[
            (Kind::EXECVE, "argc=4 a0=\"sh\" a1_len=6 a1[0]=6162 a1[1]=\"cd\""),
            (Kind::EXECVE, "a1[2]=6566 a2=\"\" a3=6120"),
        ]);
        assert_eq!(Facts::of(&event).arguments(), [&b"sh"[..], b"abcdef", b"", b"a "]);
    }

    #[test]
    fn names_of_the_log_win_and_an_unknown_one_is_not_asked_for() {
        let event = event(&[(
            Kind::SYSCALL,
            "auid=7 uid=0 gid=0 euid=8 egid=4294967295\u{1d}AUID=\"anna\" UID=\"toor\" GID=\"wheel\" EUID=\"unknown(8)\"",
        )]);
        let facts = Facts::of(&event);
        let mut names = Names::fixed([(8, "host"), (9, "nine")], [(0, "root")]);
        let mut user =
            |id: &str| facts.user(&mut names, id.as_bytes()).map(|name| String::from_utf8(name.into()).unwrap());
        assert_eq!([user("7"), user("0"), user("9")], ["anna", "toor", "nine"].map(|name| Some(name.to_owned())));
        assert_eq!([user("8"), user("-1"), user("x")], [None, None, None]);
        assert_eq!(facts.group(&mut names, b"0").unwrap(), &b"wheel"[..]);
    }

    #[test]
    fn what_says_nothing_is_nothing() {
        let event = event(&[(Kind::USER, "a=? b=(null) c=\"\" res=Success key=6101620163")]);
        let facts = Facts::of(&event);
        let record = facts.main().unwrap();
        assert_eq!([record.text("a"), record.text("b"), record.text("c"), record.text("d")], [const { None }; 4]);
        assert_eq!(record.result(), Some(true));
        assert_eq!(record.keys(), [&b"a"[..], b"b", b"c"]);
    }
}
