//! An event's records as one thing: who did what to which object, as auditbeat (go-libaudit's `aucoalesce`) sees it.

use super::normal::Normal;
use super::values::{self, Map, Values};
use super::{calls, records};
use crate::print::facts::{Address, Facts, Reading, Text};
use raudit_record::Kind;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// An event as one thing.
#[derive(Debug)]
pub(super) struct Coalesced<'e> {
    /// The type that names the event.
    pub(super) kind: Kind,
    /// The type's description.
    pub(super) normal: Option<&'static Normal>,
    /// The description of the system call of an event that another type names.
    pub(super) call: Option<&'static Normal>,
    /// Whether it succeeded.
    pub(super) result: Option<bool>,
    /// The login session.
    pub(super) session: Option<Text<'e>>,
    /// The keys.
    pub(super) tags: Vec<Text<'e>>,
    /// Ids of users and groups of the process, by field.
    pub(super) ids: Map<'e>,
    /// The process's label, by part.
    pub(super) label: Map<'e>,
    /// All other fields.
    pub(super) data: Map<'e>,
    /// The fields of each path.
    pub(super) paths: Vec<Map<'e>>,
    /// The executed program's arguments.
    pub(super) arguments: Vec<Text<'e>>,
    /// Where it comes from.
    pub(super) source: Option<Peer<'e>>,
    /// Where it goes.
    pub(super) destination: Option<Peer<'e>>,
    /// `ingress` or `egress`; empty for none.
    pub(super) direction: &'static str,
    /// Who, and as whom.
    pub(super) actor: [Option<Text<'e>>; 2],
    /// What it is done to, and more about that.
    pub(super) object: [Option<Text<'e>>; 2],
    /// What kind of object; empty for none.
    pub(super) what: &'static str,
    /// By which means.
    pub(super) how: Option<Text<'e>>,
    /// Which of the paths is the object.
    pub(super) file: Option<usize>,
}

/// The other end.
#[derive(Debug)]
pub(super) enum Peer<'e> {
    /// An address as a program names it.
    Named(Text<'e>),
    /// Of a socket.
    Socket(Address),
}

impl<'e> Coalesced<'e> {
    /// Brings the records together; none without a record that can be read.
    pub(super) fn of(facts: &Facts<'e>) -> Option<Self> {
        let first = facts.records.first()?;
        let call = facts.record(Kind::SYSCALL);
        let main = call.unwrap_or(first);
        let mut event = Self::begin(first.kind, Values::of(main), main);
        for record in &facts.records {
            event.add(record, std::ptr::eq(record, main), facts);
        }
        if call.is_some() && facts.records.len() > 1 {
            event.data.remove(&b"items"[..]);
        }
        event.arguments = facts.arguments();
        event.describe();
        Some(event)
    }

    fn begin(kind: Kind, values: Values<'e>, main: &Reading<'e>) -> Self {
        let mut event = Self {
            kind,
            normal: None,
            call: None,
            result: main.result(),
            session: None,
            // some rules were given with `-k key=NAME`
            tags: main.keys().into_iter().map(without_name).collect(),
            ids: BTreeMap::new(),
            label: BTreeMap::new(),
            data: BTreeMap::new(),
            paths: Vec::new(),
            arguments: Vec::new(),
            source: None,
            destination: None,
            direction: "",
            actor: [None, None],
            object: [None, None],
            what: "",
            how: None,
            file: None,
        };
        for (name, value) in values.0 {
            match &*name {
                b"ses" => event.session = Some(value),
                b"result" => {}
                name if name.ends_with(b"uid") || name.ends_with(b"gid") => {
                    event.ids.insert(name.to_vec().into(), value);
                }
                name if name.starts_with(b"subj_") => {
                    event.label.insert(name.iter().skip(5).copied().collect(), value);
                }
                _ => {
                    event.data.insert(name, value);
                }
            }
        }
        event.actor = [event.ids.get(&b"auid"[..]).cloned(), event.ids.get(&b"uid"[..]).cloned()];
        event
    }

    /// Adds another record of the event.
    fn add(&mut self, record: &Reading<'e>, is_main: bool, facts: &Facts<'e>) {
        match record.kind {
            Kind::PATH => self.paths.push(Values::of(record).0),
            Kind::SOCKADDR => self.socket(record, facts),
            Kind::EXECVE => {
                if let Some(count) = record.text("argc") {
                    self.data.insert(Cow::Borrowed(b"argc"), count);
                }
            }
            _ if is_main => {}
            _ => {
                for (name, value) in Values::of(record).0 {
                    self.data.entry(name).or_insert(value);
                }
            }
        }
    }

    fn socket(&mut self, record: &Reading<'e>, facts: &Facts<'e>) {
        let Some(address) = facts.address() else { return };
        values::socket(&address, record, &mut self.data);
        let call = self.data.get(&b"syscall"[..]).map_or(&b""[..], |call| call);
        let is_peer = !matches!(address, Address::Other(_));
        let peer = is_peer.then_some(Peer::Socket(address));
        match call {
            b"recvfrom" | b"recvmsg" | b"accept" | b"accept4" => (self.source, self.direction) = (peer, "ingress"),
            b"connect" | b"sendto" | b"sendmsg" => (self.destination, self.direction) = (peer, "egress"),
            _ => {}
        }
    }

    /// Finds the description, and what it says about this event.
    fn describe(&mut self) {
        self.how = self.means();
        let call = self.data.get(&b"syscall"[..]).and_then(|call| str::from_utf8(call).ok()).map(calls::of);
        let described = match self.kind {
            Kind::SYSCALL => call,
            kind => {
                self.call = call;
                kind.name().and_then(|name| records::of(name, |field| self.data.contains_key(field.as_bytes())))
            }
        };
        let Some(normal) = described else {
            self.call = None;
            return;
        };
        self.normal = Some(normal);
        self.what = normal.what;
        match normal.what {
            "file" | "filesystem" => self.object_file(normal.path),
            "socket" => {
                let data = |name: &[u8]| self.data.get(name).cloned();
                self.object = [data(b"socket_addr").or_else(|| data(b"socket_path")), data(b"socket_port")];
            }
            _ => {}
        }
        let better =
            [normal.actor, normal.actor_second, normal.object, normal.object_second].map(|fields| self.first(fields));
        let places = self.actor.iter_mut().chain(&mut self.object);
        for (place, better) in places.zip(better).filter(|(_, better)| better.is_some()) {
            *place = better;
        }
        if let Some(how) = self.first(normal.how) {
            self.how = Some(how);
        }
        if normal.is_remote
            && self.source.is_none()
            && let Some(address) = self.data.remove(&b"addr"[..])
        {
            (self.source, self.direction) = (Some(Peer::Named(address)), "ingress");
        }
    }

    /// The first of these fields that is there.
    fn first(&self, fields: &[&str]) -> Option<Text<'e>> {
        fields
            .iter()
            .find_map(|field| self.data.get(field.as_bytes()).or_else(|| self.ids.get(field.as_bytes())))
            .cloned()
    }

    /// The program; of what an interpreter runs, the script's name.
    fn means(&self) -> Option<Text<'e>> {
        let comm = self.data.get(&b"comm"[..]);
        let exe = self.data.get(&b"exe"[..]).or(comm)?;
        let interpreters = ["/usr/bin/python", "/usr/bin/sh", "/usr/bin/bash", "/usr/bin/perl"];
        let is_script = interpreters.iter().any(|name| exe.starts_with(name.as_bytes()));
        Some(comm.filter(|_| is_script).unwrap_or(exe).clone())
    }

    /// The path at this place is the object, or the first behind it that is neither a directory passed through nor unknown.
    fn object_file(&mut self, place: usize) {
        if self.paths.is_empty() {
            return;
        }
        let place = if place < self.paths.len() { place } else { 0 };
        let is_passed =
            |path: &Map<'e>| matches!(path.get(&b"nametype"[..]).map(|kind| &**kind), Some(b"PARENT" | b"UNKNOWN"));
        let found = self.paths.iter().enumerate().skip(place).find(|(_, path)| !is_passed(path));
        let place = found.map_or(place, |(at, _)| at);
        self.file = Some(place);
        let Some(path) = self.paths.get(place) else { return };
        self.object[0] = path.get(&b"name"[..]).cloned();
        if let Some(kind) = values::mode(path).and_then(values::file_kind) {
            self.what = kind;
        }
    }
}

fn without_name(key: Text<'_>) -> Text<'_> {
    key.strip_prefix(b"key=").map(|key| key.to_vec().into()).unwrap_or(key)
}
