//! PATH (`audit_log_name`, auditsc.c) and path names as `d_path` writes them.

use super::{FileCaps, Lookup};
use crate::wire::{Event, Item, Section, item, section};
use raudit_record::text::{push_decimal, push_hex, push_octal, push_padded_hex, push_untrusted};
use std::borrow::Cow;

/// The longest path the kernel writes: what `d_path` puts into `PATH_MAX` + 11 bytes with its NUL (`audit_log_d_path`).
const LONGEST: usize = 4096 + 11 - 1;

/// The path of a section: components leaf first, each ended by NUL. What is too long for the kernel is too long here.
pub fn assemble(section: &Section<'_>) -> Vec<u8> {
    let mut path = Vec::with_capacity(section.data.len() + 16);
    assemble_into(section, &mut path);
    path
}

/// The same into an empty buffer.
pub fn assemble_into(section: &Section<'_>, path: &mut Vec<u8>) {
    let components = section.data.strip_suffix(&[0]).unwrap_or(section.data);
    for component in components.rsplit(|&b| b == 0).filter(|c| !c.is_empty()) {
        path.push(b'/');
        path.extend_from_slice(component);
    }
    if path.is_empty() {
        path.push(b'/');
    }
    if section.flags & section::F_DELETED != 0 {
        path.extend_from_slice(b" (deleted)");
    }
    if section.flags & section::F_CUT != 0 || path.len() > LONGEST {
        path.clear();
        path.extend_from_slice(b"<too_long>");
    }
}

/// The file's capabilities; directories, new files and names without an inode have none.
pub fn capabilities(event: &Event<'_>, item: &Item<'_>, name: &[u8], lookup: &mut dyn Lookup) -> Option<FileCaps> {
    const REGULAR: u32 = 0o100_000;
    const EXECUTABLE: u32 = 0o111;
    if item.flags & item::F_NOEVAL != 0 {
        return None;
    }
    if item.flags & item::F_INODE == 0
        || item.kind == item::CREATE
        || item.mode & 0o170_000 != REGULAR
        || item.mode & EXECUTABLE == 0
    {
        return Some(FileCaps::default());
    }
    lookup.capabilities(event, item, name)
}

/// The name of an ELF interpreter item: the program, which is the item before it, says.
pub fn interpreter(
    event: &Event<'_>,
    item: &Item<'_>,
    program: Option<&Item<'_>>,
    lookup: &mut dyn Lookup,
) -> Option<Vec<u8>> {
    if item.flags & item::F_INTERP == 0 { None } else { lookup.interpreter(event, program?) }
}

pub fn push(
    out: &mut Vec<u8>,
    at: usize,
    item: &Item<'_>,
    interpreter: Option<&[u8]>,
    cwd: Option<&[u8]>,
    object: &[u8],
    caps: Option<FileCaps>,
) {
    out.extend_from_slice(b"item=");
    push_decimal(out, at as u64);
    out.extend_from_slice(b" name=");
    match name(item, interpreter, cwd) {
        Some(name) => push_untrusted(out, &name),
        None => out.extend_from_slice(b"(null)"),
    }
    if item.flags & item::F_INODE != 0 {
        push_inode(out, item);
    }
    out.extend_from_slice(object);
    out.extend_from_slice(match item.kind {
        item::NORMAL => b" nametype=NORMAL",
        item::PARENT => b" nametype=PARENT",
        item::DELETE => b" nametype=DELETE",
        item::CREATE => b" nametype=CREATE",
        _ => b" nametype=UNKNOWN",
    });
    push_caps(out, caps);
}

fn push_inode(out: &mut Vec<u8>, item: &Item<'_>) {
    out.extend_from_slice(b" inode=");
    push_decimal(out, item.ino);
    out.extend_from_slice(b" dev=");
    push_device(out, item.dev);
    out.extend_from_slice(b" mode=");
    if item.mode != 0 {
        out.push(b'0');
    }
    push_octal(out, item.mode.into());
    out.extend_from_slice(b" ouid=");
    push_decimal(out, item.uid.into());
    out.extend_from_slice(b" ogid=");
    push_decimal(out, item.gid.into());
    out.extend_from_slice(b" rdev=");
    push_device(out, item.rdev);
}

/// Major and minor in hex (`MINORBITS` is 20, linux/kdev_t.h).
fn push_device(out: &mut Vec<u8>, device: u32) {
    push_padded_hex(out, (device >> 20).into(), 2);
    out.push(b':');
    push_padded_hex(out, (device & 0xf_ffff).into(), 2);
}

fn push_caps(out: &mut Vec<u8>, caps: Option<FileCaps>) {
    let Some(caps) = caps else {
        return out.extend_from_slice(b" cap_fe=? cap_fver=? cap_fp=? cap_fi=?");
    };
    push_set(out, " cap_fp=", caps.permitted);
    push_set(out, " cap_fi=", caps.inheritable);
    out.extend_from_slice(b" cap_fe=");
    push_decimal(out, caps.effective.into());
    out.extend_from_slice(b" cap_fver=");
    push_hex(out, caps.version.into());
    out.extend_from_slice(b" cap_frootid=");
    push_decimal(out, caps.rootid.into());
}

/// A capability set (`audit_log_cap`).
pub fn push_set(out: &mut Vec<u8>, name: &str, set: u64) {
    out.extend_from_slice(name.as_bytes());
    if set == 0 {
        out.push(b'0');
    } else {
        push_padded_hex(out, set, 16);
    }
}

/// A PARENT shows the directory part of the name it was found under; the working directory when there is none.
fn name<'a>(item: &'a Item<'_>, interpreter: Option<&'a [u8]>, cwd: Option<&'a [u8]>) -> Option<Cow<'a, [u8]>> {
    if item.flags & item::F_INTERP != 0 {
        return interpreter.map(Cow::Borrowed);
    }
    if item.flags & item::F_UNNAMED != 0 {
        return None;
    }
    if item.kind != item::PARENT {
        return Some(Cow::Borrowed(item.name));
    }
    match parent_len(item.name) {
        0 => cwd.map(Cow::Borrowed),
        len => item.name.get(..len).map(Cow::Borrowed),
    }
}

/// Length of the directory part of a name with its slash, trailing slashes aside (`parent_len`, auditfilter.c).
fn parent_len(name: &[u8]) -> usize {
    let leaf_end = name.iter().rposition(|&b| b != b'/').map_or(1, |at| at + 1).min(name.len());
    name.iter().take(leaf_end).rposition(|&b| b == b'/').map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_cut_as_the_kernel_cuts_them() {
        for (name, len) in [("/tmp/x", 5), ("x", 0), ("/", 1), ("/x", 1), ("a/b/", 2), ("a//b", 3), ("", 0), ("///", 1)]
        {
            assert_eq!(parent_len(name.as_bytes()), len, "{name}");
        }
    }

    #[test]
    fn paths_are_put_together_from_the_leaf() {
        let path = |data: &'static [u8], flags| assemble(&Section { kind: section::CWD, flags, data });
        assert_eq!(path(b"bin\0usr\0", 0), b"/usr/bin");
        assert_eq!(path(b"", 0), b"/");
        assert_eq!(path(b"x\0tmp\0", section::F_DELETED), b"/tmp/x (deleted)");
        assert_eq!(path(b"x\0", section::F_CUT), b"<too_long>");
        let long = |len: usize, flags| {
            let data = [vec![b'x'; len - 1], vec![0]].concat();
            assemble(&Section { kind: section::CWD, flags, data: &data }).len()
        };
        assert_eq!((long(4106, 0), long(4107, 0)), (4106, 10));
        assert_eq!((long(4096, section::F_DELETED), long(4097, section::F_DELETED)), (4106, 10));
    }
}
