//! `--format ecs`: events in the Elastic Common Schema, named as by the auditd module of auditbeat, for whose fields detections
//! are written. docs/json.md says what is covered.
//!
//! * [`coalesce`]: the records as one thing; [`values`]: what single values become
//! * [`calls`] and [`records`]: what auditbeat calls what happened; [`normal`]: how such a description is made
//! * [`accounts`]: who is `user`, `user.effective` and the like

mod accounts;
mod calls;
mod coalesce;
mod family;
mod normal;
mod records;
#[cfg(test)]
mod tests;
mod values;

use super::facts::{Address, Facts, Text};
use super::utc::Clock;
use super::writer::Writer;
use accounts::Accounts;
use coalesce::{Coalesced, Peer};
use raudit_record::names::Names;
use values::Map;

/// The version of ECS whose names these are.
const VERSION: &[u8] = b"8.0.0";

/// Writes events in ECS.
#[derive(Debug)]
pub(super) struct Ecs {
    names: Names,
    clock: Clock,
}

impl Ecs {
    /// With the names to use where records were not enriched.
    pub(super) fn new(names: Names) -> Self {
        Self { names, clock: Clock::default() }
    }

    /// Appends an event; one without a record that can be read has its time only.
    pub(super) fn event(&mut self, facts: &Facts<'_>, out: &mut Writer) {
        out.open();
        if let Some(time) = self.clock.rfc3339(facts.event.id) {
            out.text_member("@timestamp", time);
        }
        out.object("ecs", |out| out.text_member("version", VERSION));
        out.object("service", |out| out.text_member("type", b"auditd"));
        if !facts.event.node.is_empty() {
            out.object("host", |out| out.text_member("name", &facts.event.node));
        }
        match Coalesced::of(facts) {
            Some(event) => self.coalesced(&event, facts, out),
            None => out.object("auditd", |out| out.number_member("sequence", facts.event.id.serial)),
        }
        if facts.left_out > 0 {
            // where auditbeat has its warnings
            let (left_out, all) = (facts.left_out, facts.records.len() + facts.left_out);
            let message = format!("{left_out} of {all} records are left out: the event is too large");
            out.object("error", |out| out.text_member("message", message.as_bytes()));
        }
        out.close();
        out.end_line();
    }

    fn coalesced(&mut self, event: &Coalesced<'_>, facts: &Facts<'_>, out: &mut Writer) {
        what_happened(event, out);
        self.auditd(event, facts, out);
        let accounts = Accounts::of(event, facts, &mut self.names);
        accounts.write(event, out);
        process(event, out);
        if let Some(path) = event.file.and_then(|at| event.paths.get(at)) {
            self.file(path, facts, out);
        }
        for (name, peer) in [("source", &event.source), ("destination", &event.destination)] {
            if let Some(peer) = peer {
                out.object_if_any(name, |out| write_peer(peer, out));
            }
        }
        if !event.direction.is_empty() {
            out.object("network", |out| out.text_member("direction", event.direction.as_bytes()));
        }
        list("tags", &event.tags, out);
    }

    /// `auditd`: what ECS has no place for.
    fn auditd(&mut self, event: &Coalesced<'_>, facts: &Facts<'_>, out: &mut Writer) {
        out.object("auditd", |out| {
            let unnamed = || facts.records.first().map_or(&[][..], |record| record.line.kind_text);
            let kind = event.kind.name().map_or_else(unnamed, str::as_bytes);
            out.text_member("message_type", &kind.to_ascii_lowercase());
            out.number_member("sequence", facts.event.id.serial);
            let result = event.result.map_or(&b"unknown"[..], |good| if good { b"success" } else { b"fail" });
            out.text_member("result", result);
            if let Some(session) = event.session.as_ref().filter(|session| &***session != b"unset") {
                out.text_member("session", session);
            }
            out.object_if_any("summary", |out| {
                out.object_if_any("actor", |out| {
                    for (name, id) in ["primary", "secondary"].iter().zip(&event.actor) {
                        let Some(id) = id else { continue };
                        let user = facts.user(&mut self.names, id);
                        out.text_member(name, user.as_ref().unwrap_or(id));
                    }
                });
                out.object_if_any("object", |out| {
                    if !event.what.is_empty() {
                        out.text_member("type", event.what.as_bytes());
                    }
                    for (name, text) in ["primary", "secondary"].iter().zip(&event.object) {
                        member(name, text.as_ref(), out);
                    }
                });
                member("how", event.how.as_ref(), out);
            });
            data(&event.data, out);
            out.array_if_any("paths", |out| {
                for path in &event.paths {
                    out.open();
                    members(path, out);
                    out.close();
                }
            });
        });
    }

    fn file(&mut self, path: &Map<'_>, facts: &Facts<'_>, out: &mut Writer) {
        let get = |name: &[u8]| path.get(name);
        out.object_if_any("file", |out| {
            member("path", get(b"name"), out);
            member("inode", get(b"inode"), out);
            member("device", get(b"rdev"), out);
            if let Some(mode) = values::mode(path) {
                out.text_member("mode", format!("{:04o}", mode & 0o7777).as_bytes());
            }
            if let Some(uid) = get(b"ouid") {
                out.text_member("uid", uid);
                member("owner", facts.user(&mut self.names, uid).as_ref(), out);
            }
            if let Some(gid) = get(b"ogid") {
                out.text_member("gid", gid);
                member("group", facts.group(&mut self.names, gid).as_ref(), out);
            }
            out.object_if_any("selinux", |out| {
                for (name, text) in path {
                    if let Some(part) = name.strip_prefix(b"obj_").and_then(|part| str::from_utf8(part).ok()) {
                        // ids of the object are no part of a label
                        if !part.ends_with("id") {
                            out.text_member(part, text);
                        }
                    }
                }
            });
        });
    }
}

/// `event`
fn what_happened(event: &Coalesced<'_>, out: &mut Writer) {
    // a record's words and its call's, each once
    let words = |of: fn(&normal::Normal) -> &'static [&'static str]| {
        let own = event.normal.map_or(&[][..], of);
        let call = event.call.map_or(&[][..], of);
        own.iter().chain(call.iter().filter(|word| !own.contains(word))).map(|word| word.as_bytes())
    };
    out.object("event", |out| {
        out.text_member("kind", b"event");
        out.text_member("module", b"auditd");
        out.array("category", |out| {
            let mut any = false;
            for word in words(|normal| normal.category) {
                out.text(word);
                any = true;
            }
            if !any {
                out.text(family::of(event.kind).as_bytes());
            }
        });
        out.array_if_any("type", |out| words(|normal| normal.types).for_each(|word| out.text(word)));
        if let Some(normal) = event.normal.filter(|normal| !normal.action.is_empty()) {
            out.text_member("action", normal.action.as_bytes());
        }
        let outcome = event.result.map_or(&b"unknown"[..], |good| if good { b"success" } else { b"failure" });
        out.text_member("outcome", outcome);
    });
}

fn process(event: &Coalesced<'_>, out: &mut Writer) {
    let get = |name: &[u8]| event.data.get(name);
    let number = |name: &[u8]| str::from_utf8(get(name)?).ok()?.parse::<u32>().ok();
    out.object_if_any("process", |out| {
        if let Some(pid) = number(b"pid") {
            out.number_member("pid", u64::from(pid));
        }
        if let Some(ppid) = number(b"ppid") {
            out.object("parent", |out| out.number_member("pid", u64::from(ppid)));
        }
        member("title", get(b"proctitle"), out);
        member("name", get(b"comm"), out);
        member("executable", get(b"exe"), out);
        member("working_directory", get(b"cwd"), out);
        list("args", &event.arguments, out);
    });
}

/// The fields that are not said elsewhere; those of a socket are an object of their own.
fn data(data: &Map<'_>, out: &mut Writer) {
    const ELSEWHERE: [&[u8]; 6] = [b"pid", b"ppid", b"proctitle", b"comm", b"exe", b"cwd"];
    const SOCKET: &[u8] = b"socket_";
    out.object_if_any("data", |out| {
        for (name, text) in data.iter().filter(|(name, _)| !ELSEWHERE.contains(&&***name) && !name.starts_with(SOCKET))
        {
            // a field of this name would be the second one
            if **name != b"socket"[..] {
                out.any_name(name);
                out.lossy(text);
            }
        }
        out.object_if_any("socket", |out| {
            for (name, text) in data {
                if let Some(part) = name.strip_prefix(SOCKET) {
                    out.any_name(part);
                    out.lossy(text);
                }
            }
        });
    });
}

fn members(map: &Map<'_>, out: &mut Writer) {
    for (name, text) in map {
        out.any_name(name);
        out.lossy(text);
    }
}

fn member(name: &str, text: Option<&Text<'_>>, out: &mut Writer) {
    if let Some(text) = text {
        out.text_member(name, text);
    }
}

fn list(name: &str, texts: &[Text<'_>], out: &mut Writer) {
    out.array_if_any(name, |out| texts.iter().for_each(|text| out.lossy(text)));
}

fn write_peer(peer: &Peer<'_>, out: &mut Writer) {
    match peer {
        Peer::Named(address) => out.text_member("ip", address),
        Peer::Socket(Address::Internet(ip, port)) => {
            out.text_member("ip", ip.to_string().as_bytes());
            out.number_member("port", u64::from(*port));
        }
        Peer::Socket(Address::Local(path)) => out.text_member("path", path),
        Peer::Socket(Address::Other(_)) => {}
    }
}
