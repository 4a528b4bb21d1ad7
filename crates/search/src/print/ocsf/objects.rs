//! Objects of OCSF: users, processes, files, endpoints.

use crate::print::facts::{Address, Facts, Reading, Text};
use crate::print::writer::Writer;
use raudit_record::Kind;
use raudit_record::names::{Names, UNSET, parse_id};

/// A user by number or by name; false, and nothing written, if there is none.
pub(super) fn user(name: &str, who: Option<Text<'_>>, facts: &Facts<'_>, names: &mut Names, out: &mut Writer) -> bool {
    let Some(who) = who.filter(|who| !is_unset(who)) else { return false };
    out.object(name, |out| {
        if parse_id(&who).is_none() {
            return out.text_member("name", &who);
        }
        if let Some(name) = facts.user(names, &who) {
            out.text_member("name", &name);
        }
        out.text_member("uid", &who);
    });
    true
}

/// Whether an id says that it was never set.
fn is_unset(who: &[u8]) -> bool {
    parse_id(who) == Some(UNSET)
}

/// The id in a field, if it is set.
pub(super) fn id<'e>(record: &Reading<'e>, name: &str) -> Option<Text<'e>> {
    record.text(name).filter(|id| !is_unset(id))
}

/// Who acts, in a process; or only that the kernel does.
pub(super) fn actor(facts: &Facts<'_>, main: &Reading<'_>, is_launch: bool, names: &mut Names, out: &mut Writer) {
    out.object("actor", |out| {
        // who has logged in is who acts, whoever the process runs as
        let _is_known = user("user", id(main, "auid").or_else(|| id(main, "uid")), facts, names, out);
        if let Some(session) = id(main, "ses") {
            out.object("session", |out| out.text_member("uid", &session));
        }
        match (is_launch, main.number("ppid"), main.number("pid")) {
            // a program is executed in the process itself: who asked for it is the parent
            (true, Some(parent), _) => out.object("process", |out| out.number_member("pid", parent)),
            (_, _, Some(pid)) => process("process", pid, facts, main, names, out),
            _ => out.text_member("app_name", b"kernel"),
        }
    });
}

/// The process that a record is of.
pub(super) fn process(
    name: &str,
    pid: u64,
    facts: &Facts<'_>,
    main: &Reading<'_>,
    names: &mut Names,
    out: &mut Writer,
) {
    let of_event = |kind: Kind, field: &str| facts.record(kind).and_then(|record| record.text(field));
    out.object(name, |out| {
        out.number_member("pid", pid);
        if let Some(comm) = main.text("comm") {
            out.text_member("name", &comm);
        }
        if let Some(exe) = main.text("exe") {
            out.text_member("path", &exe);
            out.object("file", |out| file_named(&exe, 1, out));
        }
        if let Some(line) = command_line(facts) {
            out.text_member("cmd_line", &line);
        }
        if let Some(directory) = of_event(Kind::CWD, "cwd") {
            out.text_member("working_directory", &directory);
        }
        let _is_known = user("user", id(main, "euid").or_else(|| id(main, "uid")), facts, names, out);
        if let Some(parent) = main.number("ppid") {
            out.object("parent_process", |out| out.number_member("pid", parent));
        }
    });
}

/// The words of a command, as they were given to the kernel or as the process shows them.
fn command_line<'e>(facts: &Facts<'e>) -> Option<Text<'e>> {
    let arguments = facts.arguments();
    if arguments.is_empty() {
        return facts.record(Kind::PROCTITLE)?.text("proctitle");
    }
    Some(arguments.join(&b' ').into())
}

/// The members of a file of which only the path is known.
pub(super) fn file_named(path: &[u8], kind: u64, out: &mut Writer) {
    let name = path.rsplit(|&byte| byte == b'/').find(|part| !part.is_empty()).unwrap_or(path);
    out.text_member("name", name);
    out.text_member("path", path);
    out.number_member("type_id", kind);
}

/// A file by its path item.
pub(super) fn file(name: &str, item: &Reading<'_>, facts: &Facts<'_>, names: &mut Names, out: &mut Writer) {
    out.object(name, |out| {
        let path = item.text("name").unwrap_or_default();
        let cwd = facts.record(Kind::CWD).and_then(|record| record.text("cwd"));
        match cwd.filter(|_| !path.starts_with(b"/")) {
            Some(cwd) => file_named(&[&cwd[..], b"/", &path].concat(), file_kind(item), out),
            None => file_named(&path, file_kind(item), out),
        }
        if let Some(inode) = item.text("inode") {
            out.text_member("uid", &inode);
        }
        let _is_known = user("owner", id(item, "ouid"), facts, names, out);
    });
}

/// `type_id` of a file.
fn file_kind(item: &Reading<'_>) -> u64 {
    let mode = item.text("mode").and_then(|mode| u32::from_str_radix(str::from_utf8(&mode).ok()?, 8).ok());
    match mode.unwrap_or(0) & libc::S_IFMT {
        libc::S_IFREG => 1,
        libc::S_IFDIR => 2,
        libc::S_IFCHR => 3,
        libc::S_IFBLK => 4,
        libc::S_IFSOCK => 5,
        libc::S_IFIFO => 6,
        libc::S_IFLNK => 7,
        _ => 0,
    }
}

/// The other end of a socket; false, and nothing written, if it has no address.
pub(super) fn endpoint(name: &str, address: &Address, out: &mut Writer) -> bool {
    match address {
        Address::Internet(ip, port) => out.object(name, |out| {
            out.text_member("ip", ip.to_string().as_bytes());
            out.number_member("port", u64::from(*port));
        }),
        Address::Local(path) if !path.is_empty() => out.object(name, |out| out.text_member("name", path)),
        _ => return false,
    }
    true
}

/// The other host that a program names; false, and nothing written, if there is none.
pub(super) fn remote(main: &Reading<'_>, out: &mut Writer) -> bool {
    let is_address = |text: &Text<'_>| str::from_utf8(text).is_ok_and(|text| text.parse::<std::net::IpAddr>().is_ok());
    let (host, address) = (main.text("hostname"), main.text("addr"));
    let Some(first) = address.as_ref().or(host.as_ref()) else { return false };
    out.object("src_endpoint", |out| {
        if is_address(first) {
            out.text_member("ip", first);
        }
        if let Some(host) = host.as_ref().or(address.as_ref()).filter(|host| !is_address(host)) {
            out.text_member("hostname", host);
        }
    });
    true
}
